"""On which pages a part of a passage stands."""

from collections.abc import Iterator

from clara.rag.documents import Passage
from clara.store.database import Tx
from clara.store.passages import PageRow, get_page

MOST_PAGES = 8
"""A passage over more pages than this keeps its own page range: they are nearly empty."""


def pages_of(tx: Tx, owner_id: str, passage: Passage, start: int, end: int) -> Iterator[PageRow]:
    """Yield the pages of characters ``start`` to ``end`` of the document's text; none where the passage names them."""
    if passage.page_from is None or passage.page_to is None or not 0 < passage.page_to - passage.page_from < MOST_PAGES:
        return
    for number in range(passage.page_from, passage.page_to + 1):
        page = get_page(tx, owner_id, passage.document_id, number)
        if page is None or page.start >= end:
            return
        if page.start + len(page.text) > start:
            yield page
