"""The seam between a turn and who answers it: with a model, or by quoting."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from clara.tutor.events import CitationEvent, TextEvent


@dataclass(frozen=True, slots=True)
class Said:
    """An earlier message; ``role`` is "user" or "assistant"."""

    role: str
    text: str


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, by whom, about which folder (None: everything), after what was said before (oldest first)."""

    owner_id: str
    text: str
    folder_id: str | None
    history: Sequence[Said]


class Answerer(Protocol):
    """Answers a question as events; free of side effects, so that it can be cancelled and run again."""

    name: str
    """"none" without a model, else the model's name."""

    def answer(self, question: Question) -> AsyncIterator[TextEvent | CitationEvent]: ...
