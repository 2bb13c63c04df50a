"""A learner's folders."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from clara.core.errors import NotFound
from clara.core.ids import NO_FOLDER
from clara.core.paging import Position
from clara.store.database import Tx
from clara.store.tables import conversations, files, folders, locks, study_sets

_COUNT = (
    sa.select(sa.func.count())
    .where(files.c.owner_id == folders.c.owner_id, files.c.folder_id == folders.c.id)
    .scalar_subquery()
)
_SELECT = sa.select(
    folders.c.id, folders.c.name, folders.c.description, folders.c.created_at, folders.c.updated_at, _COUNT
)


@dataclass(frozen=True, slots=True)
class Folder:
    id: str
    name: str
    description: str
    created_at: float
    updated_at: float
    file_count: int


def _of(owner_id: str) -> sa.ColumnElement[bool]:
    return sa.and_(folders.c.owner_id == owner_id, folders.c.id != NO_FOLDER)


def add_folder(tx: Tx, owner_id: str, folder: Folder) -> None:
    tx.execute(
        folders.insert().values(
            owner_id=owner_id,
            id=folder.id,
            name=folder.name,
            description=folder.description,
            created_at=folder.created_at,
            updated_at=folder.updated_at,
        )
    )


def get_folder(tx: Tx, owner_id: str, folder_id: str) -> Folder | None:
    row = tx.execute(_SELECT.where(_of(owner_id), folders.c.id == folder_id)).one_or_none()
    return Folder(*row) if row else None


def require_folder(tx: Tx, owner_id: str, folder_id: str) -> None:
    """Raise NotFound unless the folder is the learner's own; "no folder" always is."""
    query = sa.select(1).where(folders.c.owner_id == owner_id, folders.c.id == folder_id)
    if folder_id != NO_FOLDER and tx.execute(query).scalar() is None:
        raise NotFound("There is no such folder. Look in the list of folders.", code="folder_not_found")


def list_folders(tx: Tx, owner_id: str, limit: int, after: Position | None) -> Sequence[Folder]:
    """Oldest first."""
    query = _SELECT.where(_of(owner_id)).order_by(folders.c.created_at, folders.c.id).limit(limit)
    if after:
        query = query.where(sa.tuple_(folders.c.created_at, folders.c.id) > sa.tuple_(*after))
    return [Folder(*row) for row in tx.execute(query)]


def count_folders(tx: Tx, owner_id: str) -> int:
    return tx.execute(sa.select(sa.func.count()).select_from(folders).where(_of(owner_id))).scalar_one()


def change_folder(tx: Tx, owner_id: str, folder_id: str, now: float, **values: Any) -> bool:
    """Set name or description; return False when there is no such folder."""
    query = folders.update().where(_of(owner_id), folders.c.id == folder_id).values(updated_at=now, **values)
    return tx.execute(query).rowcount == 1


def remove_folder(tx: Tx, owner_id: str, folder_id: str) -> None:
    """Delete a folder whose files are gone or moved, and its lock.

    Conversations that were restricted to it no longer are, and its study sets are in no folder.
    """
    for table in (conversations, study_sets):
        query = table.update().where(table.c.owner_id == owner_id, table.c.folder_id == folder_id)
        tx.execute(query.values(folder_id=NO_FOLDER))
    tx.execute(locks.delete().where(locks.c.owner_id == owner_id, locks.c.folder_id == folder_id))
    tx.execute(folders.delete().where(_of(owner_id), folders.c.id == folder_id))
