"""Opening a citation: one page of a file, with the place that a quote or passage has on it."""

from collections.abc import Sequence
from dataclasses import dataclass

from clara.core.errors import Conflict, NotFound
from clara.rag.quotes import find_quote
from clara.store import passages
from clara.store.database import Database, Tx
from clara.store.files import File, Status, get_file
from clara.store.passages import PageRow


@dataclass(frozen=True, slots=True)
class PageView:
    """``marks`` are (start, end) character offsets in the page's text; empty when nothing was asked for or found."""

    file: File
    page: PageRow
    heading: str
    marks: Sequence[tuple[int, int]]


class Pages:
    """Pages of one learner's files; someone else's are NotFound."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def open(
        self, owner_id: str, file_id: str, number: int, quote: str | None = None, chunk_id: str | None = None
    ) -> PageView:
        """Return a page; a quote that runs over its end is marked as far as it stands there.

        A citation of a format without pages names no part: with its ``chunk_id``, the part where its quote begins is
        returned, whatever ``number`` says.
        """

        def open_page(tx: Tx) -> PageView:
            file = get_file(tx, owner_id, file_id)
            if file is None:
                raise NotFound("There is no such file. Look in the list of files.", code="file_not_found")
            document = file.document
            span = _span(tx, owner_id, document.id, quote, chunk_id) if chunk_id is not None else None
            at = span[0] if span and not document.paged else None
            page = passages.get_page_at(tx, owner_id, document.id, at) if at is not None else None
            page = page or passages.get_page(tx, owner_id, document.id, number)
            if page is None:
                if document.status is not Status.READY:
                    raise Conflict(
                        f"The file is {document.status}: its pages can't be opened yet. Try again when it is ready.",
                        code="not_ready",
                    )
                raise NotFound(
                    f"The file has {document.pages_total} pages. Ask for one of them.", code="page_not_found"
                )
            if chunk_id is None and quote:
                found = find_quote(quote, page.text)
                span = (page.start + found[0], page.start + found[1]) if found else None
            heading = passages.heading_at(tx, owner_id, document.id, page.number)
            mark = _on_page(page, span)
            return PageView(file, page, heading, [mark] if mark else [])

        # Looking for a long quote on a long page takes a while: not on the event loop.
        return await (self._database.scan if quote else self._database.read)(open_page)


def _span(tx: Tx, owner_id: str, document_id: str, quote: str | None, chunk_id: str) -> tuple[int, int] | None:
    """Return where the quote, or without one the whole chunk, stands in the document's text."""
    prefix, _, seq = chunk_id.rpartition("-")
    if prefix != document_id or not (seq.isascii() and seq.isdigit() and len(seq) < 9):
        return None
    chunk = passages.get_chunks(tx, owner_id, [(document_id, int(seq))]).get((document_id, int(seq)))
    if chunk is None:
        return None
    inner = find_quote(quote, chunk.text) if quote else (0, len(chunk.text))
    return (chunk.start + inner[0], chunk.start + inner[1]) if inner else None


def _on_page(page: PageRow, span: tuple[int, int] | None) -> tuple[int, int] | None:
    """Return what of a span of the document's text lies on a page, as offsets in that page's text."""
    if span is None:
        return None
    start, end = max(span[0] - page.start, 0), min(span[1] - page.start, len(page.text))
    return (start, end) if start < end else None
