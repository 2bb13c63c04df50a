"""A draft becomes a set: each quote is looked for once more, as text, in the transaction that stores the item."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from clara.core.errors import Conflict
from clara.core.ids import NO_FOLDER, new_id
from clara.rag.places import pages_of
from clara.rag.quotes import find_quote, quote_crc
from clara.store.cards import NEW, CardRow, add_cards
from clara.store.database import Tx
from clara.store.files import get_file
from clara.store.folders import get_folder
from clara.store.learners import lock_learner
from clara.store.passages import ChunkRow, get_chunks
from clara.store.study import SetRow, Source, add_set, count_sets, remove_exam_sets, sets_of_file
from clara.study.drafts import Draft, DraftItem, Quote
from clara.study.scope import Kind, Scope


@dataclass(frozen=True, slots=True)
class Saving:
    """What is to be stored of a draft, for whom. ``exam_id`` is as in SetRow: it takes the place of one made before."""

    owner_id: str
    kind: Kind
    scope: Scope
    draft: Draft
    made_by: str
    now: float
    most_sets: int
    exam_id: str | None = None


def save(tx: Tx, saving: Saving) -> SetRow:
    """Store the set; a file's whole summary that is there already is returned instead.

    Raises Conflict when the learner has as many sets as they may, or when the material was deleted meanwhile.
    """
    owner_id, scope = saving.owner_id, saving.scope
    lock_learner(tx, owner_id, saving.now)
    if saving.kind is Kind.SUMMARY and (found := whole_summary(tx, owner_id, scope)) is not None:
        return found
    if saving.exam_id is not None:
        remove_exam_sets(tx, owner_id, saving.exam_id)
    if count_sets(tx, owner_id) >= saving.most_sets:
        raise Conflict(f"You may keep {saving.most_sets} study sets. Delete some first.", code="quota_study_sets")
    items, sources = _held(tx, owner_id, saving.draft.items)
    if not items:
        raise Conflict("The material was deleted while this was made of it.", code="no_material")
    row = _row(tx, saving, items)
    add_set(tx, owner_id, row, sources)
    if saving.kind is Kind.FLASHCARDS:
        add_cards(tx, owner_id, [_card(row, number, item) for number, item in items.items()])
    return row


def whole_summary(tx: Tx, owner_id: str, scope: Scope) -> SetRow | None:
    """Return the summary of a whole file, if that is the scope and it was made."""
    if scope.file_id is None or not scope.is_whole:
        return None
    found = sets_of_file(tx, owner_id, scope.file_id, Kind.SUMMARY)
    return next((row for row in found if Scope.of(row.source).is_whole), None)


def _row(tx: Tx, saving: Saving, items: Mapping[int, DraftItem]) -> SetRow:
    draft, scope = saving.draft, saving.scope
    bodies = [] if saving.kind is Kind.FLASHCARDS else [{"item": n} | dict(item.body) for n, item in items.items()]
    content = {"description": draft.description, "language": draft.language, "items": bodies, "extra": draft.extra}
    file = get_file(tx, saving.owner_id, scope.file_id) if scope.file_id else None
    folder_id = file.folder_id if file else scope.folder_id or NO_FOLDER
    if folder_id != NO_FOLDER and get_folder(tx, saving.owner_id, folder_id) is None:
        folder_id = NO_FOLDER
    return SetRow(
        id=new_id("set"),
        kind=saving.kind,
        title=draft.title,
        folder_id=folder_id,
        file_id=scope.file_id,
        source=scope.as_json(),
        made_by=saving.made_by,
        items=len(items),
        content=content,
        created_at=saving.now,
        updated_at=saving.now,
        exam_id=saving.exam_id,
    )


def _card(row: SetRow, number: int, item: DraftItem) -> CardRow:
    return CardRow(new_id("card"), row.id, number, item.body["front"], item.body["back"], NEW, {}, row.created_at)


def _held(tx: Tx, owner_id: str, drafts: Sequence[DraftItem]) -> tuple[dict[int, DraftItem], list[Source]]:
    """Return the items, numbered from 1, all of whose quotes stand in the store, and where they stand."""
    keys = list({(quote.passage.document_id, quote.passage.seq) for item in drafts for quote in item.quotes})
    chunks = get_chunks(tx, owner_id, keys)
    files = {quote.passage.file_id for item in drafts for quote in item.quotes}
    there = {file_id for file_id in files if get_file(tx, owner_id, file_id) is not None}
    items: dict[int, DraftItem] = {}
    sources: list[Source] = []
    for number, item in enumerate(drafts, 1):
        found = [_source(tx, owner_id, number, n, quote, chunks) for n, quote in enumerate(item.quotes, 1)]
        if found and all(source is not None and source.file_id in there for source in found):
            items[number] = item
            sources += [source for source in found if source is not None]
    return items, sources


def _source(
    tx: Tx, owner_id: str, item: int, n: int, quote: Quote, chunks: Mapping[tuple[str, int], ChunkRow]
) -> Source | None:
    passage = quote.passage
    start, end = passage.start + quote.start, passage.start + quote.end
    chunk = chunks.get((passage.document_id, passage.seq))
    if chunk is None or chunk.text[start - chunk.start : end - chunk.start] != quote.text:
        return None
    pages = list(pages_of(tx, owner_id, passage, start, end))
    if find_quote(quote.text, "\n".join(page.text for page in pages) if pages else chunk.text) is None:
        return None
    first, last = (pages[0].number, pages[-1].number) if pages else (passage.page_from, passage.page_to)
    place = passage.file_id, passage.document_id, passage.seq, start, end, first, last
    return Source(item, n, *place, quote_crc(quote.text))
