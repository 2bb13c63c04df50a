"""PDF by PDFium: each page's text without what runs in its margins, its printed label, the outline's headings."""

import re
import time
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import pypdfium2
import pypdfium2.raw as pdfium

from clara.rag.documents import Heading, Page
from clara.rag.extract.characters import clean, clean_title
from clara.rag.extract.edges import Edges, read_edges
from clara.rag.extract.failures import ReadFailed
from clara.rag.extract.hyphens import Hyphens
from clara.rag.extract.limits import MAX_HEADINGS_PER_PAGE, MAX_LABEL_CHARS, MAX_LEVEL, MAX_TITLE_CHARS, ExtractLimits
from clara.rag.extract.margins import REACH, Margins
from clara.rag.extract.messages import DocumentInfo
from clara.rag.extract.titles import find_titles

MAX_OUTLINE_ENTRIES = 20_000
MAX_OUTLINE_S = 10.0
"""PDFium looks for each entry's page among all pages; what isn't found in this time has no heading."""
MAX_UNREADABLE_SHARE = 0.1
LOOKAHEAD_PAGES = 32
"""Read before the first is finished, for the words that they know and what runs in their margins."""
assert LOOKAHEAD_PAGES >= 2 * REACH
_TAIL_BYTES = 4096
_LIGATURES = {
    0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl", 0xFB05: "st", 0xFB06: "st",
    0xF0B7: "•",  # the bullet of the Symbol font, in the private use area
}  # fmt: skip


_LIGATURE = re.compile(f"[{''.join(map(chr, _LIGATURES))}]")


NO_EDGES = Edges((), "", is_upright=True, is_full=False)


class Entry(NamedTuple):
    """An outline entry: ``top`` is the height on its page, in points from the page's foot, that a viewer scrolls to."""

    level: int
    title: str
    top: float | None


class RawPage(NamedTuple):
    """A page's text as PDFium gives it, and about where in it each outline entry that leads here stands."""

    text: str
    label: str
    estimates: list[int | None]
    edges: Edges


def read(path: Path, limits: ExtractLimits) -> Iterator[DocumentInfo | Page]:
    document = open_document(path)
    total = len(document)
    if total > limits.max_pages:
        raise ReadFailed("too_many_pages")
    title = _clean_title(document.get_metadata_value("Title"))
    yield DocumentInfo(paged=True, pages_total=total, title=title or None)
    outline = read_outline(document)
    hyphens, margins = Hyphens(), Margins()
    waiting: deque[tuple[int, RawPage]] = deque()
    unreadable = 0
    for index in range(total):
        raw = _read_raw(document, index, outline.get(index, ()))
        unreadable += raw is None
        raw = raw or RawPage("", _label(document, index), [None] * len(outline.get(index, ())), NO_EDGES)
        hyphens.learn(raw.text)
        margins.add(index, raw.edges)
        waiting.append((index, raw))
        if len(waiting) > LOOKAHEAD_PAGES:
            yield _finish(*waiting.popleft(), outline, hyphens, margins)
    while waiting:
        yield _finish(*waiting.popleft(), outline, hyphens, margins)
    if unreadable > total * MAX_UNREADABLE_SHARE:
        raise ReadFailed("damaged_pdf")


def open_document(path: Path) -> pypdfium2.PdfDocument:
    """Open a PDF. Raises ReadFailed: encrypted_pdf, damaged_pdf (also when its end is missing), empty_document."""
    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        code = getattr(error, "err_code", None)
        if code in (pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY):
            raise ReadFailed("encrypted_pdf") from None
        raise ReadFailed("empty_document" if code == pdfium.FPDF_ERR_SUCCESS else "damaged_pdf") from None
    if not _is_complete(path):
        # PDFium rebuilds a file that was cut off from the pages that are there, and says nothing of the others.
        raise ReadFailed("damaged_pdf")
    return document


def _is_complete(path: Path) -> bool:
    with path.open("rb") as file:
        size = file.seek(0, 2)
        padding = 0
        while padding < min(size, 1024**2):  # some programs fill up the last block
            file.seek(max(size - padding - _TAIL_BYTES, 0))
            tail = file.read(min(_TAIL_BYTES, size - padding))
            if tail.strip(b"\0\r\n\t "):
                return b"%%EOF" in tail or b"startxref" in tail
            padding += len(tail)
    return False


def read_outline(document: pypdfium2.PdfDocument) -> dict[int, list[Entry]]:
    """Return the outline's entries by page index, in the outline's order; those that lead to no page are left out."""
    entries: dict[int, list[Entry]] = defaultdict(list)
    started = time.process_time()
    for bookmark in islice(document.get_toc(max_depth=MAX_LEVEL), MAX_OUTLINE_ENTRIES):
        if time.process_time() - started > MAX_OUTLINE_S:
            break
        target = bookmark.get_dest()
        index = None if target is None else target.get_index()
        title = _clean_title(bookmark.get_title())
        if target is None or index is None or not title or len(entries[index]) >= MAX_HEADINGS_PER_PAGE:
            continue
        entries[index].append(Entry(bookmark.level + 1, title, _top(*target.get_view())))
    return entries


def _top(mode: int, numbers: Sequence[float]) -> float | None:
    position = {pdfium.PDFDEST_VIEW_XYZ: 1, pdfium.PDFDEST_VIEW_FITH: 0, pdfium.PDFDEST_VIEW_FITR: 3}.get(mode)
    return None if position is None or position >= len(numbers) else numbers[position]


def _read_raw(document: pypdfium2.PdfDocument, index: int, entries: Sequence[Entry]) -> RawPage | None:
    try:
        page = document[index]
    except pypdfium2.PdfiumError:
        return None
    try:
        text_page = page.get_textpage()
        text: str = text_page.get_text_range()
        estimates = [
            None if entry.top is None else len(text_page.get_text_bounded(bottom=entry.top)) for entry in entries
        ]
        label = _label(document, index)
        edges = read_edges(page, text_page, text, label)
        text_page.close()
        return RawPage(text, label, estimates, edges)
    except pypdfium2.PdfiumError:
        return None
    finally:
        page.close()


def _label(document: pypdfium2.PdfDocument, index: int) -> str:
    return _clean_title(document.get_page_label(index))[:MAX_LABEL_CHARS]


def _finish(
    index: int, raw: RawPage, outline: Mapping[int, Sequence[Entry]], hyphens: Hyphens, margins: Margins
) -> Page:
    entries = outline.get(index, ())
    body, estimates = _without(raw, margins.running(index), entries)
    text = clean(_spelled(hyphens.mend(body)))
    # The estimates count the raw text's characters, CR LF and all.
    scale = len(text) / max(len(body), 1)
    scaled = [None if estimate is None else int(estimate * scale) for estimate in estimates]
    offsets = find_titles(text, [entry.title for entry in entries], scaled)
    headings = (
        Heading(entry.level, entry.title, index + 1, offset) for entry, offset in zip(entries, offsets, strict=True)
    )
    return Page(index + 1, raw.label or None, text, tuple(headings))


def _without(
    raw: RawPage, running: Sequence[tuple[int, int]], entries: Sequence[Entry]
) -> tuple[str, list[int | None]]:
    """Return a page's text without the lines that run, and the estimates for that text; a heading's own line stays."""
    titles = {_letters(entry.title) for entry in entries}
    spans = [(start, end) for start, end in running if _letters(raw.text[start:end]) not in titles]
    if not spans:
        return raw.text, raw.estimates
    kept, at = [], 0
    for start, end in spans:
        kept.append(raw.text[at:start])
        at = end + 2 * raw.text.startswith("\r\n", end)
    text = "".join([*kept, raw.text[at:]])
    estimates = [
        None
        if estimate is None
        else estimate - sum(min(end, estimate) - start for start, end in spans if start < estimate)
        for estimate in raw.estimates
    ]
    return text.strip("\r\n"), estimates


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


def _clean_title(title: str) -> str:
    return clean_title(_spelled(title))[:MAX_TITLE_CHARS]


def _spelled(text: str) -> str:
    return text.translate(_LIGATURES) if _LIGATURE.search(text) else text
