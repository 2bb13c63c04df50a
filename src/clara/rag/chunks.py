"""Cuts a document into chunks while its pages come in, so that a book needs no more memory than a leaflet."""

import re
import unicodedata
from bisect import bisect_right
from collections import deque
from collections.abc import Iterable, Iterator

from clara.rag.documents import Chunk, Heading, Page
from clara.rag.sentences import sentences

CHUNK_CHARS = 1_000
HEADING_SEPARATOR = " › "

_WHOLE = 1.3
"""A section up to this many times the size stays in one piece: half a chunk more costs less than a stump."""
_SHORTEST = 0.4
_SHORTEST_PARAGRAPH = 0.6
LEAD_CHARS = 200
"""A parent heading with no more text than this goes with its first subsection."""
TITLE_CHARS = 200
_DEEPEST = 8

_NOT_BLANK = re.compile(r"\S")
_BLANK_LINE = re.compile(r"\n[ \t\r\f\v]*\n")
_LAST_BLANK = re.compile(r"\s\S*\Z")


def chunk_pages(pages: Iterable[Page], size: int = CHUNK_CHARS) -> Iterator[Chunk]:
    """Yield a whole document's chunks."""
    chunker = Chunker(size)
    for page in pages:
        yield from chunker.feed(page)
    yield from chunker.finish()


class Chunker:
    """One document's chunks of about ``size`` characters: within a section, of whole sentences or table rows.

    Feed the pages in order. Chunks don't overlap, and hold every character of the document's text that isn't blank.
    """

    def __init__(self, size: int = CHUNK_CHARS) -> None:
        self._size = size
        self._text = ""
        self._base = 0
        self._started = False
        self._seq = 0
        self._page_starts: list[int] = []
        self._page_numbers: list[int] = []
        self._headings: deque[tuple[int, Heading]] = deque()
        self._path: list[Heading] = []

    def feed(self, page: Page) -> list[Chunk]:
        """Take the next page and return the chunks that are complete."""
        if self._started:
            self._text += "\n"
        self._started = True
        start = self._base + len(self._text)
        self._page_starts.append(start)
        self._page_numbers.append(page.number)
        placed = [(start + min(heading.offset or 0, len(page.text)), heading) for heading in page.headings]
        self._headings.extend(sorted(placed, key=lambda item: item[0]))
        self._text += page.text
        return self._cut(ended=False)

    def finish(self) -> list[Chunk]:
        """Return what is left after the last page."""
        return self._cut(ended=True)

    def _cut(self, *, ended: bool) -> list[Chunk]:
        chunks: list[Chunk] = []
        at = 0
        while (found := _NOT_BLANK.search(self._text, at)) is not None:
            at = found.start()
            section_end = self._section_end(self._base + at)
            known = ended or section_end is not None
            end = len(self._text) if section_end is None else section_end - self._base
            if not known and end - at <= 2 * self._size:
                break
            if end - at > self._size * _WHOLE:
                end = self._break(at, end)
            chunks.append(self._chunk(at, end))
            at = end
        else:
            at = len(self._text)
        self._forget(at)
        return chunks

    def _section_end(self, start: int) -> int | None:
        """Enter the headings up to ``start``; return where the next begins, or None if it isn't known yet."""
        leads = False
        while self._headings and self._headings[0][0] <= start:
            self._enter(self._headings.popleft()[1])
            leads = True
        while self._headings:
            offset, heading = self._headings[0]
            if not leads or heading.level <= self._path[-1].level or offset - start > LEAD_CHARS:
                return offset
            self._enter(self._headings.popleft()[1])
        return None

    def _enter(self, heading: Heading) -> None:
        while self._path and self._path[-1].level >= heading.level:
            self._path.pop()
        self._path.append(heading)

    def _break(self, start: int, end: int) -> int:
        """Return where to cut a section that is too long: at a row, paragraph, sentence, line, word or character."""
        left = end - start
        size = (left + 1) // 2 if left < 2 * self._size else self._size
        stop = start + size
        row = self._row_start(start, stop)
        if row > start + size * _SHORTEST:
            return row
        window = self._text[start + int(size * _SHORTEST) : stop]
        first = stop - len(window)
        paragraphs = list(_BLANK_LINE.finditer(window, int(size * (_SHORTEST_PARAGRAPH - _SHORTEST))))
        if paragraphs:
            return first + paragraphs[-1].end()
        starts = [begin for begin, _ in sentences(window)]
        if len(starts) > 1:
            return first + starts[-1]
        blank = _LAST_BLANK.search(window) if " " in window or "\n" in window else None
        return first + blank.start() + 1 if blank else self._before_marks(start, stop)

    def _row_start(self, start: int, stop: int) -> int:
        """Return where the table row that holds ``stop`` begins, or 0 if that is no table row."""
        begin = self._text.rfind("\n", start, stop) + 1
        if begin <= start:
            return 0
        end = self._text.find("\n", stop, stop + self._size)
        row = self._text[begin : end if end >= 0 else stop]
        above = self._text[self._text.rfind("\n", start, begin - 1) + 1 : begin - 1]
        return begin if _is_row(row, above) else 0

    def _before_marks(self, start: int, stop: int) -> int:
        at = stop
        while at > start + 1 and unicodedata.combining(self._text[at]):
            at -= 1
        return at if at > start + 1 else stop

    def _chunk(self, start: int, end: int) -> Chunk:
        text = self._text[start:end].rstrip()
        first, last = self._base + start, self._base + start + len(text)
        chunk = Chunk(
            seq=self._seq,
            page_from=self._page_at(first),
            page_to=self._page_at(last - 1),
            start=first,
            end=last,
            heading=HEADING_SEPARATOR.join(_title(heading) for heading in self._path[-_DEEPEST:]),
            text=text,
        )
        self._seq += 1
        return chunk

    def _page_at(self, offset: int) -> int:
        return self._page_numbers[bisect_right(self._page_starts, offset) - 1]

    def _forget(self, at: int) -> None:
        self._text = self._text[at:]
        self._base += at
        past = max(bisect_right(self._page_starts, self._base) - 1, 0)
        del self._page_starts[:past], self._page_numbers[:past]


def _title(heading: Heading) -> str:
    return " ".join(heading.title[: 2 * TITLE_CHARS].split())[:TITLE_CHARS]


def _is_row(line: str, above: str) -> bool:
    if "\t" in line.strip() or line.count("|") >= 2:
        return True
    return any(line.count(mark) >= 2 and line.count(mark) == above.count(mark) for mark in ",;")
