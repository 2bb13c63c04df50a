"""Locks: a mode that a learner can't leave, for all they do or for a folder.

A learner's own lock stands at "no folder". A folder's lock holds for every folder that has one of its documents, so
that a second copy isn't free of it, and for whatever looks into all files.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from clara.core.ids import NO_FOLDER
from clara.store.database import Tx, fetch_all, upsert
from clara.store.tables import files, locks


@dataclass(frozen=True, slots=True)
class Lock:
    """``folder_id`` "none" is the learner. ``mode`` None: any mode; ``set_by``: the service key's id."""

    folder_id: str
    mode: str | None
    material_only: bool
    set_by: str
    created_at: float


_SELECT = sa.select(*(locks.c[name] for name in Lock.__slots__))
_OF_LEARNER = _SELECT.where(locks.c.owner_id == sa.bindparam("owner_id")).order_by(locks.c.folder_id)


def put_lock(tx: Tx, owner_id: str, lock: Lock) -> None:
    values = {name: getattr(lock, name) for name in Lock.__slots__ if name != "folder_id"}
    key = {"owner_id": owner_id, "folder_id": lock.folder_id}
    upsert(tx, locks, key | values, tuple(key), values)


def get_lock(tx: Tx, owner_id: str, folder_id: str) -> Lock | None:
    row = tx.execute(_SELECT.where(locks.c.owner_id == owner_id, locks.c.folder_id == folder_id)).one_or_none()
    return Lock(*row) if row else None


def list_locks(tx: Tx, owner_id: str) -> Sequence[Lock]:
    """All of a learner's locks, their own first."""
    found = [Lock(*row) for row in tx.execute(_OF_LEARNER, {"owner_id": owner_id})]
    return sorted(found, key=lambda lock: lock.folder_id != NO_FOLDER)


def remove_lock(tx: Tx, owner_id: str, folder_id: str) -> bool:
    query = locks.delete().where(locks.c.owner_id == owner_id, locks.c.folder_id == folder_id)
    return tx.execute(query).rowcount == 1


def locks_on(tx: Tx, owner_id: str, folder_id: str | None) -> Sequence[Lock]:
    """Return the locks that hold for a folder; None: for all files, which every lock holds for."""
    every = list_locks(tx, owner_id) if _any(tx, owner_id) else ()
    if folder_id is None or not every:
        return every
    others = [lock.folder_id for lock in every if lock.folder_id not in (NO_FOLDER, folder_id)]
    shared = _sharing(tx, owner_id, files.c.folder_id == folder_id, others) if others else set()
    return [lock for lock in every if lock.folder_id in {NO_FOLDER, folder_id} | shared]


def locks_on_document(tx: Tx, owner_id: str, document_id: str) -> Sequence[Lock]:
    """Return the locks that hold for a document, in whichever folders it lies."""
    every = list_locks(tx, owner_id)
    others = [lock.folder_id for lock in every if lock.folder_id != NO_FOLDER]
    shared = _sharing(tx, owner_id, files.c.document_id == document_id, others) if others else set()
    return [lock for lock in every if lock.folder_id in {NO_FOLDER} | shared]


def _any(tx: Tx, owner_id: str) -> bool:
    """On the way of every search, and nearly always without a lock."""
    mark = "?" if tx.dialect.name == "sqlite" else "%s"
    return bool(fetch_all(tx, f"SELECT 1 FROM locks WHERE owner_id = {mark} LIMIT 1", (owner_id,)))


def _sharing(tx: Tx, owner_id: str, which: sa.ColumnElement[bool], folder_ids: Sequence[str]) -> set[str]:
    """Return those of the folders that have a document of the files named by ``which``."""
    theirs = files.alias()
    query = (
        sa.select(theirs.c.folder_id)
        .join(files, sa.and_(files.c.owner_id == theirs.c.owner_id, files.c.document_id == theirs.c.document_id))
        .where(theirs.c.owner_id == owner_id, theirs.c.folder_id.in_(folder_ids), which)
        .distinct()
    )
    return set(tx.execute(query).scalars())
