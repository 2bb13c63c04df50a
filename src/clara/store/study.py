"""Study sets: what was made of a learner's material, each item with the places that it cites.

``content`` holds what the makers of a kind wrote, except cards, which are rows of their own (store/cards.py). A place
is (file, document, chunk, offsets) and never text, as in conversations.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from clara.core.ids import NO_FOLDER
from clara.core.paging import Position
from clara.store.database import Tx
from clara.store.tables import quiz_attempts, reviews, study_cards, study_sets, study_sources

NO_MODEL = "none"
"""Who made a set that no model made: its items are the material's own words."""


@dataclass(frozen=True, slots=True)
class SetRow:
    """A set as stored. ``file_id`` is the file that it was made of, None where it was made of several.

    ``items`` is how many it has. ``exam_id``: the conversation whose exam asks its questions, until that is marked.
    """

    id: str
    kind: str
    title: str
    folder_id: str
    file_id: str | None
    source: Mapping[str, Any]
    made_by: str
    items: int
    content: Mapping[str, Any]
    created_at: float
    updated_at: float
    exam_id: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """Where an item's quote number ``n`` stands: characters ``start`` to ``end`` of the document's text.

    ``quote_crc`` (rag/quotes) tells whether it still stands there.
    """

    item: int
    n: int
    file_id: str
    document_id: str
    chunk_seq: int
    start: int
    end: int
    page_from: int | None
    page_to: int | None
    quote_crc: int | None = None


_COLUMNS = tuple(study_sets.c[name] for name in SetRow.__slots__)


def _key(owner_id: str, set_id: str) -> sa.ColumnElement[bool]:
    return sa.and_(study_sets.c.owner_id == owner_id, study_sets.c.id == set_id)


def _matching(owner_id: str, kind: str | None, folder_id: str | None) -> sa.ColumnElement[bool]:
    conditions = [study_sets.c.owner_id == owner_id]
    if kind is not None:
        conditions.append(study_sets.c.kind == kind)
    if folder_id is not None:
        conditions.append(study_sets.c.folder_id == folder_id)
    return sa.and_(*conditions)


def add_set(tx: Tx, owner_id: str, row: SetRow, sources: Sequence[Source]) -> None:
    values = {name: getattr(row, name) for name in SetRow.__slots__}
    tx.execute(study_sets.insert().values(owner_id=owner_id, **values))
    if sources:
        key = {"owner_id": owner_id, "set_id": row.id}
        rows = [key | {name: getattr(source, name) for name in Source.__slots__} for source in sources]
        tx.execute(study_sources.insert(), rows)


def get_set(tx: Tx, owner_id: str, set_id: str) -> SetRow | None:
    row = tx.execute(sa.select(*_COLUMNS).where(_key(owner_id, set_id))).one_or_none()
    return SetRow(*row) if row else None


def get_sets(tx: Tx, owner_id: str, set_ids: Sequence[str]) -> Mapping[str, SetRow]:
    """Return sets by id; unknown ones are left out."""
    query = sa.select(*_COLUMNS).where(study_sets.c.owner_id == owner_id, study_sets.c.id.in_(set_ids))
    return {row.id: SetRow(*row) for row in tx.execute(query)} if set_ids else {}


def list_sets(
    tx: Tx, owner_id: str, kind: str | None, folder_id: str | None, limit: int, after: Position | None
) -> Sequence[SetRow]:
    """Newest first; None means every kind or folder. Without those of exams that aren't marked yet."""
    query = sa.select(*_COLUMNS).where(_matching(owner_id, kind, folder_id), study_sets.c.exam_id.is_(None))
    if after:
        query = query.where(sa.tuple_(study_sets.c.created_at, study_sets.c.id) < sa.tuple_(*after))
    query = query.order_by(study_sets.c.created_at.desc(), study_sets.c.id.desc()).limit(limit)
    return [SetRow(*row) for row in tx.execute(query)]


def count_sets(
    tx: Tx, owner_id: str, kind: str | None = None, folder_id: str | None = None, only_listed: bool = False
) -> int:
    """Return how many there are; ``only_listed``: as ``list_sets`` gives them."""
    query = sa.select(sa.func.count()).select_from(study_sets).where(_matching(owner_id, kind, folder_id))
    return tx.execute(query.where(study_sets.c.exam_id.is_(None)) if only_listed else query).scalar_one()


def sets_of_file(tx: Tx, owner_id: str, file_id: str, kind: str | None = None) -> Sequence[SetRow]:
    """Return the sets that were made of one file, oldest first."""
    query = sa.select(*_COLUMNS).where(_matching(owner_id, kind, None), study_sets.c.file_id == file_id)
    return [SetRow(*row) for row in tx.execute(query.order_by(study_sets.c.created_at, study_sets.c.id))]


def change_set(tx: Tx, owner_id: str, set_id: str, now: float, **values: Any) -> bool:
    """Set title, or content and items; return False when there is no such set."""
    return tx.execute(study_sets.update().where(_key(owner_id, set_id)).values(updated_at=now, **values)).rowcount == 1


def remove_set(tx: Tx, owner_id: str, set_id: str) -> bool:
    """Delete a set with its cards, their reviews, and attempts at it; False when there is none."""
    if tx.execute(sa.select(study_sets.c.id).where(_key(owner_id, set_id)).with_for_update()).scalar() is None:
        return False
    cards = sa.select(study_cards.c.id).where(study_cards.c.owner_id == owner_id, study_cards.c.set_id == set_id)
    tx.execute(reviews.delete().where(reviews.c.owner_id == owner_id, reviews.c.card_id.in_(cards)))
    for table in (study_cards, quiz_attempts, study_sources):
        tx.execute(table.delete().where(table.c.owner_id == owner_id, table.c.set_id == set_id))
    tx.execute(study_sets.delete().where(_key(owner_id, set_id)))
    return True


def remove_exam_sets(tx: Tx, owner_id: str, exam_id: str, but: str = "") -> None:
    """Delete the sets of an exam that isn't marked, ``but`` one: those of a beginning that came to nothing."""
    query = sa.select(study_sets.c.id).where(
        study_sets.c.owner_id == owner_id, study_sets.c.exam_id == exam_id, study_sets.c.id != but
    )
    for set_id in tx.execute(query).scalars().all():
        remove_set(tx, owner_id, set_id)


def open_exam_sets(tx: Tx, owner_id: str, exam_id: str) -> None:
    """Give the sets of an exam that was marked to the learner."""
    query = study_sets.update().where(study_sets.c.owner_id == owner_id, study_sets.c.exam_id == exam_id)
    tx.execute(query.values(exam_id=None))


def list_sources(tx: Tx, owner_id: str, set_ids: Sequence[str]) -> Mapping[str, Sequence[Source]]:
    """Return each set's sources, in the order of items."""
    query = (
        sa.select(study_sources.c.set_id, *(study_sources.c[name] for name in Source.__slots__))
        .where(study_sources.c.owner_id == owner_id, study_sources.c.set_id.in_(set_ids))
        .order_by(study_sources.c.set_id, study_sources.c.item, study_sources.c.n)
    )
    found: dict[str, list[Source]] = {}
    for row in tx.execute(query):
        found.setdefault(row[0], []).append(Source(*row[1:]))
    return found


def move_sets(tx: Tx, owner_id: str, folder_id: str) -> None:
    """Take the sets of a folder that is deleted out of it."""
    query = study_sets.update().where(study_sets.c.owner_id == owner_id, study_sets.c.folder_id == folder_id)
    tx.execute(query.values(folder_id=NO_FOLDER))
