"""The last check before a citation is shown: its quote stands, as text, in the store, on the pages that it names."""

from collections.abc import Sequence
from dataclasses import dataclass

from clara.rag.documents import Passage
from clara.rag.places import pages_of
from clara.rag.quotes import find_quote
from clara.store.database import Database, Tx
from clara.store.passages import get_chunks
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
        cited.append(_cited(len(cited) + 1, passage, first, last, quote, start, end))
    return cited


def _cited(n: int, passage: Passage, first: int | None, last: int | None, quote: str, start: int, end: int) -> Cited:
    return Cited(
        n=n,
        file_id=passage.file_id,
        file_name=passage.file_name,
        document_id=passage.document_id,
        chunk_seq=passage.seq,
        page_from=first,
        page_to=last,
        heading=passage.heading,
        quote=quote,
        start=start,
        end=end,
    )
