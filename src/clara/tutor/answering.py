"""The seam between a turn and who answers it: with a model, or by quoting."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from clara.tutor.events import AnswerEvent, TextEvent


@dataclass(frozen=True, slots=True)
class Said:
    """An earlier message; ``role`` is "user" or "assistant"."""

    role: str
    text: str


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, by whom, about which folder (None: everything), after what was said before (oldest first).

    ``mode`` is "explain", "hints" or "exam", as the conversation or a lock says, and ``progress`` what that mode
    remembers. ``material_only``: nothing is answered from general knowledge. ``instructions`` are a client's own system
    text, which ranks below ours. ``max_tokens`` is how long an answer the client wants at most, None if it doesn't say.
    ``aloud``: the answer will be heard, while what is made can be seen.
    """

    owner_id: str
    text: str
    folder_id: str | None
    history: Sequence[Said]
    conversation_id: str = ""
    mode: str = "explain"
    material_only: bool = False
    progress: Mapping[str, Any] = field(default_factory=dict)
    instructions: str = ""
    max_tokens: int | None = None
    aloud: bool = False


def well_formed(event: AnswerEvent) -> AnswerEvent:
    """Return the event with text that any client can be sent: without halves of surrogate pairs, which models write."""
    if not isinstance(event, TextEvent) or event.text.isascii():
        return event
    try:
        event.text.encode()
    except UnicodeEncodeError:
        return replace(event, text=event.text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))
    return event


class Answerer(Protocol):
    """Answers a question as events; free of side effects, so that it can be cancelled and run again."""

    @property
    def name(self) -> str:
        """ "none" without a model, else the model's name."""
        ...

    def answer(self, question: Question) -> AsyncGenerator[AnswerEvent, None]:
        """Yield the answer. Whoever doesn't hear it to its end closes it."""
        ...
