"""A study set as its learner reads it: items with the texts that they cite, as long as the files exist."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from clara.rag.headings import heading_at
from clara.rag.passages import chunk_id_of
from clara.rag.quotes import quote_crc
from clara.store.cards import CardRow, list_cards
from clara.store.conversations import file_names
from clara.store.database import Tx
from clara.store.passages import ChunkRow, get_chunks, get_labels
from clara.store.study import NO_MODEL, SetRow, Source, list_sources
from clara.study.scope import Kind, Scope


@dataclass(frozen=True, slots=True)
class ShownSource:
    """Where an item stands. After its file was deleted the place stays, and the texts are None."""

    n: int
    file_id: str
    file_name: str | None
    page_from: int | None
    page_to: int | None
    heading: str | None
    quote: str | None
    chunk_id: str | None
    place: Source
    label_from: str | None = None
    label_to: str | None = None

    @property
    def pages(self) -> str:
        """The pages as they are printed, else as they are counted: "12", "iv–v"; empty where there are none."""
        if self.page_from is None:
            return ""
        first = self.label_from or str(self.page_from)
        last = self.label_to or str(self.page_to or self.page_from)
        return first if first == last else f"{first}–{last}"


@dataclass(frozen=True, slots=True)
class Item:
    """One card, question, node or point: ``body`` in the form of its kind; ``card`` where it is one."""

    number: int
    body: Mapping[str, Any]
    sources: Sequence[ShownSource]
    card: CardRow | None = None


@dataclass(frozen=True, slots=True)
class StudySet:
    """A set with its items. ``made_by`` is a model's name, or "none" where the items are the material's own words."""

    id: str
    kind: Kind
    title: str
    folder_id: str
    scope: Scope
    made_by: str
    description: str
    language: str
    items: Sequence[Item]
    extra: Mapping[str, Any]
    created_at: float
    updated_at: float

    @property
    def has_model(self) -> bool:
        return self.made_by != NO_MODEL


def show_sets(tx: Tx, owner_id: str, rows: Sequence[SetRow]) -> list[StudySet]:
    """Read the items of sets, and what they cite."""
    ids = [row.id for row in rows]
    sources = list_sources(tx, owner_id, ids) if ids else {}
    cards = list_cards(tx, owner_id, ids) if ids else {}
    every = [source for found in sources.values() for source in found]
    names = file_names(tx, owner_id, list({source.file_id for source in every}))
    keys = list({(source.document_id, source.chunk_seq) for source in every if source.file_id in names})
    chunks = get_chunks(tx, owner_id, keys)
    places = {(one.document_id, page) for one in every for page in (one.page_from, one.page_to) if page is not None}
    labels = get_labels(tx, owner_id, places)
    shown: dict[str, dict[int, list[ShownSource]]] = {}
    for set_id, found in sources.items():
        for source in found:
            name = names.get(source.file_id, (None, ""))[0]
            one = _show(source, name, chunks.get((source.document_id, source.chunk_seq)), labels)
            shown.setdefault(set_id, {}).setdefault(source.item, []).append(one)
    return [_set(row, shown.get(row.id, {}), cards.get(row.id, ())) for row in rows]


def _set(row: SetRow, sources: Mapping[int, Sequence[ShownSource]], cards: Sequence[CardRow]) -> StudySet:
    content = row.content
    return StudySet(
        id=row.id,
        kind=Kind(row.kind),
        title=row.title,
        folder_id=row.folder_id,
        scope=Scope.of(row.source),
        made_by=row.made_by,
        description=content.get("description", ""),
        language=content.get("language", ""),
        items=list(_items(content.get("items", ()), sources, cards)),
        extra=content.get("extra", {}),
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def _items(
    stored: Sequence[Mapping[str, Any]], sources: Mapping[int, Sequence[ShownSource]], cards: Sequence[CardRow]
) -> Iterator[Item]:
    for card in cards:
        yield Item(card.item, {"front": card.front, "back": card.back}, sources.get(card.item, ()), card)
    for item in stored:
        body = {name: value for name, value in item.items() if name != "item"}
        yield Item(item["item"], body, sources.get(item["item"], ()))


def _show(
    source: Source, name: str | None, chunk: ChunkRow | None, labels: Mapping[tuple[str, int], str]
) -> ShownSource:
    place = source.n, source.file_id, name, source.page_from, source.page_to
    if name is None or chunk is None:
        return ShownSource(*place, heading=None, quote=None, chunk_id=None, place=source)
    start = source.start - chunk.start
    quote = chunk.text[start : source.end - chunk.start] if start >= 0 and source.end <= chunk.end else ""
    if not quote or source.quote_crc not in (None, quote_crc(quote)):
        return ShownSource(*place, heading=None, quote=None, chunk_id=None, place=source)
    return ShownSource(
        *place,
        heading=heading_at(chunk.heading, chunk.text, start),
        quote=quote,
        chunk_id=chunk_id_of(source.document_id, source.chunk_seq),
        place=source,
        label_from=labels.get((source.document_id, source.page_from or 0)),
        label_to=labels.get((source.document_id, source.page_to or 0)),
    )
