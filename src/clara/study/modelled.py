"""Sets that a model writes."""

from clara.providers.chat import ChatModel
from clara.rag.tokenizer import Tokenizer
from clara.study.drafts import Draft
from clara.study.material import Material
from clara.study.scope import Kind, Scope

MAX_CHARS = 32_000
"""Of the material that a model reads: about 8,000 tokens."""


async def make_draft(
    kind: Kind,
    scope: Scope,
    material: Material,
    count: int,
    language: str | None,
    model: ChatModel,
    tokenizer: Tokenizer,
) -> Draft:
    """Return a set of this kind."""
    raise NotImplementedError
