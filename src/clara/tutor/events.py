"""What one turn of tutoring is, as a stream: the same events for every door."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cited:
    """A checked citation: ``quote`` stands, as text, at ``start`` to ``end`` of the document's text.

    ``page_from`` and ``page_to`` are None in formats without pages; ``n`` is the mark's number in the answer.
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
class DoneEvent:
    """The turn is stored, at ``answered_at``. ``covered`` is False when the material doesn't answer the question."""

    message_id: str
    question_id: str
    answered_at: float
    covered: bool


TutorEvent = TextEvent | CitationEvent | DoneEvent
