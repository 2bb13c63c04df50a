"""What a parsed document is made of, from the parser's pages to the passages that a search returns."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading where it stands: ``page`` is the 1-based number of its Page, ``offset`` a character index in its text.

    ``offset`` is None where only the page is known (a PDF's outline without heights) and the title isn't in its text.
    """

    level: int
    title: str
    page: int
    offset: int | None


@dataclass(frozen=True, slots=True)
class Page:
    """One physical page, or, in a format without pages, one part of a few thousand characters.

    ``number`` counts from 1; ``label`` is the printed one ("xii") where the file has it.
    """

    number: int
    label: str | None
    text: str
    headings: tuple[Heading, ...] = ()


@dataclass(frozen=True, slots=True)
class Chunk:
    """About 1,000 characters between two headings.

    ``start`` and ``end`` are character offsets in the document's text, which is its pages' texts joined by one newline;
    ``text`` is exactly that slice. ``heading`` is the path of headings above it, outermost first, joined by " › ".
    """

    seq: int
    page_from: int
    page_to: int
    start: int
    end: int
    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk as found: where it stands, how well it fits, and which of its characters matched.

    ``page_from`` and ``page_to`` are None in formats without pages; ``label_from`` and ``label_to`` are their printed
    numbers, None where the file names none. ``marks`` are (start, end) offsets in ``text``.
    """

    chunk_id: str
    file_id: str
    file_name: str
    folder_id: str
    document_id: str
    seq: int
    page_from: int | None
    page_to: int | None
    start: int
    end: int
    heading: str
    text: str
    score: float
    marks: tuple[tuple[int, int], ...] = ()
    label_from: str | None = None
    label_to: str | None = None
