"""A learner's files (a name in a folder) and the documents behind them (bytes, parsed and indexed once)."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from clara.core.errors import NotFound
from clara.core.paging import Position
from clara.store.database import Tx, fetch_all
from clara.store.jobs import INGEST
from clara.store.tables import documents, files


class Status(StrEnum):
    """How far a document is. The last three are final."""

    QUEUED = "queued"
    READING = "reading"
    INDEXING = "indexing"
    READY = "ready"
    FAILED = "failed"
    NEEDS_OCR = "needs_ocr"

    @property
    def final(self) -> bool:
        return self in (Status.READY, Status.FAILED, Status.NEEDS_OCR)


@dataclass(frozen=True, slots=True)
class Document:
    id: str
    sha256: str
    media_type: str
    size: int
    blob_key: str
    status: Status
    error_code: str | None
    error_detail: str | None
    paged: bool
    pages_done: int
    pages_total: int | None
    chunks: int


@dataclass(frozen=True, slots=True)
class File:
    """A file as a learner sees it, with the state of its document; ``updated_at`` is of whichever changed last."""

    id: str
    folder_id: str
    name: str
    created_at: float
    updated_at: float
    document: Document


_DOCUMENT = tuple(documents.c[field.name] for field in fields(Document))
_FILE = sa.select(
    files.c.id.label("file_id"),
    files.c.folder_id,
    files.c.name,
    files.c.created_at.label("file_created_at"),
    files.c.updated_at.label("file_updated_at"),
    documents.c.updated_at.label("document_updated_at"),
    *_DOCUMENT,
).join(documents, sa.and_(documents.c.owner_id == files.c.owner_id, documents.c.id == files.c.document_id))


def _document(row: Any) -> Document:
    values = {field.name: getattr(row, field.name) for field in fields(Document)}
    return Document(**values | {"status": Status(row.status)})


def _file(row: Any) -> File:
    updated_at = max(row.file_updated_at, row.document_updated_at)
    return File(row.file_id, row.folder_id, row.name, row.file_created_at, updated_at, _document(row))


def get_file(tx: Tx, owner_id: str, file_id: str) -> File | None:
    row = tx.execute(_FILE.where(files.c.owner_id == owner_id, files.c.id == file_id)).one_or_none()
    return _file(row) if row else None


def require_file(tx: Tx, owner_id: str, file_id: str) -> File:
    """Return the file, or raise NotFound unless it is the learner's own."""
    file = get_file(tx, owner_id, file_id)
    if file is None:
        raise NotFound("There is no such file. Look in the list of files.", code="file_not_found")
    return file


def find_file(tx: Tx, owner_id: str, folder_id: str, document_id: str) -> File | None:
    """Return the file of this folder that refers to the document."""
    query = _FILE.where(
        files.c.owner_id == owner_id, files.c.folder_id == folder_id, files.c.document_id == document_id
    )
    row = tx.execute(query).one_or_none()
    return _file(row) if row else None


def _matching(owner_id: str, folder_id: str | None, status: Status | None) -> sa.ColumnElement[bool]:
    conditions = [files.c.owner_id == owner_id]
    if folder_id is not None:
        conditions.append(files.c.folder_id == folder_id)
    if status is not None:
        conditions.append(documents.c.status == status)
    return sa.and_(*conditions)


def list_files(
    tx: Tx, owner_id: str, folder_id: str | None, status: Status | None, limit: int, after: Position | None
) -> Sequence[File]:
    """Newest first; ``folder_id`` None means all folders."""
    query = _FILE.where(_matching(owner_id, folder_id, status))
    if after:
        query = query.where(sa.tuple_(files.c.created_at, files.c.id) < sa.tuple_(*after))
    query = query.order_by(files.c.created_at.desc(), files.c.id.desc()).limit(limit)
    return [_file(row) for row in tx.execute(query)]


def doubled_files(tx: Tx, owner_id: str, folder_id: str, other_id: str, limit: int) -> Sequence[tuple[str, str]]:
    """Return (id, id of the same in the other folder) of files whose document lies in both folders."""
    other = files.alias()
    query = (
        sa.select(files.c.id, other.c.id)
        .join(other, sa.and_(other.c.owner_id == files.c.owner_id, other.c.document_id == files.c.document_id))
        .where(files.c.owner_id == owner_id, files.c.folder_id == folder_id, other.c.folder_id == other_id)
        .limit(limit)
    )
    return [(row[0], row[1]) for row in tx.execute(query)]


def move_files(tx: Tx, owner_id: str, folder_id: str, to_folder_id: str, now: float) -> None:
    """Move all files of a folder into another, which has none of the same documents."""
    query = files.update().where(files.c.owner_id == owner_id, files.c.folder_id == folder_id)
    tx.execute(query.values(folder_id=to_folder_id, updated_at=now))


def count_files(tx: Tx, owner_id: str, folder_id: str | None = None, status: Status | None = None) -> int:
    condition = _matching(owner_id, folder_id, status)
    query = sa.select(sa.func.count()).select_from(files)
    if status is not None:
        query = query.join(
            documents, sa.and_(documents.c.owner_id == files.c.owner_id, documents.c.id == files.c.document_id)
        )
    return tx.execute(query.where(condition)).scalar_one()


def count_unread(tx: Tx, owner_id: str, folder_id: str | None = None) -> int:
    """Return how many files are waiting or being read, in all folders or in one."""
    # By their jobs, of which there are few: documents are looked at one by one.
    query = _UNREAD[tx.dialect.name]
    if folder_id is None:
        return int(fetch_all(tx, query, (owner_id, INGEST))[0][0])
    within = query + _WITHIN[tx.dialect.name]
    return int(fetch_all(tx, within, (owner_id, INGEST, folder_id))[0][0])


_WITHIN = {"sqlite": " AND files.folder_id = ?", "postgresql": " AND files.folder_id = %s"}
_UNREAD = {
    name: "SELECT count(*) FROM jobs JOIN files ON files.owner_id = jobs.owner_id AND files.document_id = jobs.subject "
    f"WHERE jobs.owner_id = {mark} AND jobs.kind = {mark}"
    for name, mark in (("sqlite", "?"), ("postgresql", "%s"))
}


def stored_bytes(tx: Tx, owner_id: str) -> int:
    """Bytes of the learner's documents; one that lies in two folders counts once."""
    query = sa.select(sa.func.coalesce(sa.func.sum(documents.c.size), 0)).where(documents.c.owner_id == owner_id)
    return int(tx.execute(query).scalar_one())


def add_file(tx: Tx, owner_id: str, file_id: str, folder_id: str, document_id: str, name: str, now: float) -> None:
    tx.execute(
        files.insert().values(
            owner_id=owner_id,
            id=file_id,
            folder_id=folder_id,
            document_id=document_id,
            name=name,
            created_at=now,
            updated_at=now,
        )
    )


def change_file(tx: Tx, owner_id: str, file_id: str, now: float, **values: Any) -> None:
    """Set name or folder_id."""
    tx.execute(
        files.update().where(files.c.owner_id == owner_id, files.c.id == file_id).values(updated_at=now, **values)
    )


def add_document(tx: Tx, owner_id: str, document: Document, now: float) -> None:
    values = {column.name: getattr(document, column.name) for column in _DOCUMENT}
    tx.execute(documents.insert().values(owner_id=owner_id, created_at=now, updated_at=now, **values))


def find_document(tx: Tx, owner_id: str, sha256: str) -> Document | None:
    query = sa.select(*_DOCUMENT).where(documents.c.owner_id == owner_id, documents.c.sha256 == sha256)
    row = tx.execute(query).one_or_none()
    return _document(row) if row else None


def get_document(tx: Tx, owner_id: str, document_id: str) -> Document | None:
    query = sa.select(*_DOCUMENT).where(documents.c.owner_id == owner_id, documents.c.id == document_id)
    row = tx.execute(query).one_or_none()
    return _document(row) if row else None


def change_document(tx: Tx, owner_id: str, document_id: str, now: float, **values: Any) -> None:
    """Set what ingestion finds out: status, error, pages and chunks."""
    tx.execute(
        documents.update()
        .where(documents.c.owner_id == owner_id, documents.c.id == document_id)
        .values(updated_at=now, **values)
    )
