"""The last check before a citation is shown: its quote stands, as text, in the store, on the pages that it names."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from clara.rag.documents import Passage
from clara.rag.headings import heading_at
from clara.rag.places import pages_of
from clara.rag.quotes import find_quote
from clara.store.database import Database, Tx
from clara.store.passages import get_chunks, get_labels
from clara.tutor.events import Cited


@dataclass(frozen=True, slots=True)
class Draft:
    """A part of a passage's text that is to be cited, by its offsets in that text."""

    passage: Passage
    start: int
    end: int


async def check(database: Database, owner_id: str, drafts: Sequence[Draft]) -> list[Cited]:
    """Return the citations that hold, numbered from 1, each with the pages of its quote alone."""
    if not drafts:
        return []
    return await database.read(lambda tx: _check(tx, owner_id, drafts))


def _check(tx: Tx, owner_id: str, drafts: Sequence[Draft]) -> list[Cited]:
    keys = list({(draft.passage.document_id, draft.passage.seq) for draft in drafts})
    stored = get_chunks(tx, owner_id, keys)
    cited: list[Cited] = []
    for draft in drafts:
        passage = draft.passage
        quote = passage.text[draft.start : draft.end]
        start, end = passage.start + draft.start, passage.start + draft.end
        chunk = stored.get((passage.document_id, passage.seq))
        if chunk is None or chunk.text[start - chunk.start : end - chunk.start] != quote:
            continue
        pages = list(pages_of(tx, owner_id, passage, start, end))
        text = "\n".join(page.text for page in pages) if pages else chunk.text
        if find_quote(quote, text) is None:
            continue
        first, last = (pages[0].number, pages[-1].number) if pages else (passage.page_from, passage.page_to)
        cited.append(_cited(len(cited) + 1, draft, first, last))
    return _labelled(tx, owner_id, cited)


def _cited(n: int, draft: Draft, first: int | None, last: int | None) -> Cited:
    passage = draft.passage
    return Cited(
        n=n,
        file_id=passage.file_id,
        file_name=passage.file_name,
        document_id=passage.document_id,
        chunk_seq=passage.seq,
        page_from=first,
        page_to=last,
        heading=heading_at(passage.heading, passage.text, draft.start),
        quote=passage.text[draft.start : draft.end],
        start=passage.start + draft.start,
        end=passage.start + draft.end,
    )


def _labelled(tx: Tx, owner_id: str, cited: Sequence[Cited]) -> list[Cited]:
    """Add the numbers that are printed on the pages."""
    places = {(c.document_id, page) for c in cited for page in (c.page_from, c.page_to) if page is not None}
    labels = get_labels(tx, owner_id, places)
    return [
        replace(
            c,
            label_from=labels.get((c.document_id, c.page_from or 0)),
            label_to=labels.get((c.document_id, c.page_to or 0)),
        )
        for c in cited
    ]
