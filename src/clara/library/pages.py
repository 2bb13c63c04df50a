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
        """Return a page; a quote that runs over its end is marked as far as it stands there."""

        def open_page(tx: Tx) -> PageView:
            file = get_file(tx, owner_id, file_id)
            if file is None:
                raise NotFound("There is no such file. Look in the list of files.", code="file_not_found")
            document = file.document
            page = passages.get_page(tx, owner_id, document.id, number)
            if page is None:
                if document.status is not Status.READY:
                    raise Conflict(
                        f"The file is {document.status}: its pages can't be opened yet. Try again when it is ready.",
                        code="not_ready",
                    )
                raise NotFound(
                    f"The file has {document.pages_total} pages. Ask for one of them.", code="page_not_found"
                )
            heading = passages.heading_at(tx, owner_id, document.id, number)
            span = _place(tx, owner_id, document.id, page, quote, chunk_id)
            return PageView(file, page, heading, [span] if span else [])

        # Looking for a long quote on a long page takes a while: not on the event loop.
        return await (self._database.scan if quote else self._database.read)(open_page)


def _place(
    tx: Tx, owner_id: str, document_id: str, page: PageRow, quote: str | None, chunk_id: str | None
) -> tuple[int, int] | None:
    found: tuple[int, int] | None = None
    if chunk_id is not None:
        prefix, _, seq = chunk_id.rpartition("-")
        if prefix == document_id and seq.isascii() and seq.isdigit() and len(seq) < 9:
            chunk = passages.get_chunks(tx, owner_id, [(document_id, int(seq))]).get((document_id, int(seq)))
            if chunk is not None:
                inner = find_quote(quote, chunk.text) if quote else (0, len(chunk.text))
                if inner is not None:
                    found = chunk.start + inner[0] - page.start, chunk.start + inner[1] - page.start
    elif quote:
        found = find_quote(quote, page.text)
    if found is None:
        return None
    start, end = max(found[0], 0), min(found[1], len(page.text))
    return (start, end) if start < end else None
