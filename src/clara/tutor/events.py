"""What one turn of tutoring is, as a stream: the same events for every door."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from clara.core.errors import ClaraError


@dataclass(frozen=True, slots=True)
class Cited:
    """A checked citation: ``quote`` stands, as text, at ``start`` to ``end`` of the document's text.

    ``page_from`` and ``page_to`` are None in formats without pages; ``label_from`` and ``label_to`` are the numbers
    printed on those pages, None where the file names none. ``n`` is the mark's number in the answer.
    """

    n: int
    file_id: str
    file_name: str
    document_id: str
    chunk_seq: int
    page_from: int | None
    page_to: int | None
    heading: str
    quote: str
    start: int
    end: int
    label_from: str | None = None
    label_to: str | None = None


@dataclass(frozen=True, slots=True)
class TextEvent:
    """A piece of the answer. ``quote_of`` says that it is citation n's quote and its mark, and nothing else."""

    text: str
    quote_of: int | None = None


@dataclass(frozen=True, slots=True)
class CitationEvent:
    """Comes before the text that carries its mark."""

    citation: Cited


@dataclass(frozen=True, slots=True)
class ToolEvent:
    """The tutor uses a tool. ``state`` is "started", "ended" or "failed"; ``detail`` says with what, for people."""

    name: str
    state: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class ArtifactEvent:
    """Something to study with was made and kept: ``kind`` and ``content`` are those of the study set of that id."""

    set_id: str
    kind: str
    title: str
    content: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class UsageEvent:
    """Tokens that the answer took so far."""

    input_tokens: int
    output_tokens: int


@dataclass(frozen=True, slots=True)
class ProgressEvent:
    """What the conversation's mode remembers from now on: stored with the answer, and shown at no door."""

    progress: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class EndedEvent:
    """Why an answerer stopped, where it isn't "end": see DoneEvent; shown with the last event."""

    ended: str


@dataclass(frozen=True, slots=True)
class DoneEvent:
    """The turn is stored, at ``answered_at``. ``covered`` is False when the material doesn't answer the question.

    ``ended`` is "end", "length", "refusal", "stopped", or "broken": something failed after a part of the answer had
    been shown, which is kept.
    """

    message_id: str
    question_id: str
    answered_at: float
    covered: bool
    ended: str = "end"


@dataclass(frozen=True, slots=True)
class ErrorEvent:
    """The turn failed before anything of its answer could be kept: its question is stored. A problem's members."""

    code: str
    status: int
    title: str
    detail: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, error: ClaraError) -> "ErrorEvent":
        return cls(error.problem_code, error.status, error.title, error.detail, error.facts)


AnswerEvent = TextEvent | CitationEvent | ToolEvent | ArtifactEvent | UsageEvent | ProgressEvent | EndedEvent
"""What an answerer yields."""

TutorEvent = TextEvent | CitationEvent | ToolEvent | ArtifactEvent | UsageEvent | DoneEvent | ErrorEvent
"""What a door sees; DoneEvent or ErrorEvent comes last."""
