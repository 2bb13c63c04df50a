"""The chat model that the settings name."""

from collections.abc import Callable

from clara.providers.chat import ChatModel
from clara.providers.conversing import ConversingModel
from clara.providers.prompts import Limits
from clara.providers.requests import Patience, Requests
from clara.providers.sources import make_sources
from clara.settings import Settings


def make_chat_model(
    settings: Settings, on_request: Callable[[str, str], None] = lambda model, outcome: None
) -> ChatModel | None:
    """Return the model, with its fallback, or None when there is no key; no provider is imported yet.

    ``on_request`` is told of every request the model's name and its outcome: "begun", or an error's code.
    """
    sources = make_sources(settings)
    if not sources:
        return None
    of = settings.models
    patience = Patience(first_token_s=of.first_token_s, idle_s=of.idle_s, total_s=of.total_s)
    return ConversingModel(Requests(sources, patience, on_request), Limits(of.max_output_tokens, of.thinking))
