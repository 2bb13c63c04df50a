"""Does a mark hold? Its quote stands on a stored page of its passage, uncut, and bears out what it is set behind.

No model has a say in it.
"""

from collections.abc import Collection
from dataclasses import dataclass

from clara.rag.documents import Passage
from clara.rag.languages import UNKNOWN, detect_language
from clara.rag.negations import cuts_negation
from clara.rag.passages import passage_of
from clara.rag.quotes import find_quote
from clara.rag.support import has_numbers, has_words
from clara.rag.tokenizer import Tokenizer
from clara.store.database import Database, Tx
from clara.store.passages import ChunkRow, Placed, get_chunk_at, get_chunks, get_page
from clara.tutor.checking import Draft, check
from clara.tutor.events import Cited

MOST_QUOTE = 800
MOST_PAGES = 4
"""A passage is about a thousand characters: over more pages it isn't looked for."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What a quote is to bear out. ``spoken`` is its language; numbers of what was ``given`` may be repeated freely."""

    text: str
    spoken: str = UNKNOWN
    given: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Rejected:
    """A mark that isn't shown. ``reason``: "not_found", "negation", "numbers", "words", "gone"."""

    reason: str


async def verify(
    database: Database, tokenizer: Tokenizer, owner_id: str, passage: Passage, quote: str, claim: Claim
) -> Cited | Rejected:
    """Return the citation of a quote, numbered 1, or why there is none."""
    draft = _in_passage(passage, quote)
    if draft is None:
        draft = await database.read(lambda tx: _on_pages(tx, owner_id, passage, quote))
    if draft is None:
        return Rejected("not_found")
    text = draft.passage.text
    found = text[draft.start : draft.end]
    if cuts_negation(text, draft.start, draft.end):
        return Rejected("negation")
    if not has_numbers(claim.text, found, claim.given):
        return Rejected("numbers")
    spoken = None if claim.spoken == UNKNOWN else claim.spoken
    if not has_words(tokenizer, claim.text, found, _language(text), spoken):
        return Rejected("words")
    cited = await check(database, owner_id, [draft])
    return cited[0] if cited else Rejected("gone")


def _language(text: str) -> str | None:
    language = detect_language(text)
    return None if language == UNKNOWN else language


def _in_passage(passage: Passage, quote: str) -> Draft | None:
    found = find_quote(quote, passage.text) if len(quote) <= MOST_QUOTE else None
    return Draft(passage, *found) if found else None


def _on_pages(tx: Tx, owner_id: str, passage: Passage, quote: str) -> Draft | None:
    """Look for a quote around its passage, on the same pages; of one over two chunks the longer part is cited."""
    chunk = get_chunks(tx, owner_id, [(passage.document_id, passage.seq)]).get((passage.document_id, passage.seq))
    if chunk is None or chunk.page_to - chunk.page_from >= MOST_PAGES or len(quote) > MOST_QUOTE:
        return None
    numbers = range(chunk.page_from, chunk.page_to + 1)
    pages = [page for number in numbers if (page := get_page(tx, owner_id, passage.document_id, number))]
    if not pages:
        return None
    found = find_quote(quote, "\n".join(page.text for page in pages))
    if found is None:
        return None
    start, end = pages[0].start + found[0], pages[0].start + found[1]
    held = [row for at in (start, end - 1) if (row := get_chunk_at(tx, owner_id, passage.document_id, at))]
    row = max(held, key=lambda row: min(end, row.end) - max(start, row.start), default=None)
    return _draft(passage, row, start, end) if row else None


def _draft(passage: Passage, row: ChunkRow, start: int, end: int) -> Draft | None:
    first, last = max(start, row.start) - row.start, min(end, row.end) - row.start
    part = row.text[first:last]
    if not part.strip():
        return None
    first += len(part) - len(part.lstrip())
    paged = passage.page_from is not None
    placed = Placed(row.document_id, passage.file_id, passage.folder_id, passage.file_name, paged)
    there = passage_of(row, placed, passage.score)
    return Draft(there, first, first + len(part.strip()))
