"""Which chunks the documents of a folder, a file or a range of pages have, without their texts."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from clara.store.database import Tx
from clara.store.passages import Placed
from clara.store.tables import chunks, documents, files


@dataclass(frozen=True, slots=True)
class Extent:
    """A document that may be read, and how many chunks it has: their seqs count from 0."""

    placed: Placed
    chunks: int


@dataclass(frozen=True, slots=True)
class Section:
    """A heading's path, and the first and last chunk below it."""

    heading: str
    first: int
    last: int


def ready_extents(tx: Tx, owner_id: str, folder_id: str | None, file_id: str | None) -> Sequence[Extent]:
    """Return the documents of a folder or file, oldest first, each once; None means every folder, every file."""
    query = (
        sa.select(files.c.document_id, files.c.id, files.c.folder_id, files.c.name, documents.c.paged)
        .add_columns(documents.c.chunks)
        .join(documents, sa.and_(documents.c.owner_id == files.c.owner_id, documents.c.id == files.c.document_id))
        .where(files.c.owner_id == owner_id, documents.c.status == "ready", documents.c.chunks > 0)
        .order_by(files.c.created_at, files.c.id)
    )
    if folder_id is not None:
        query = query.where(files.c.folder_id == folder_id)
    if file_id is not None:
        query = query.where(files.c.id == file_id)
    found: dict[str, Extent] = {}
    for row in tx.execute(query):
        found.setdefault(row[0], Extent(Placed(*row[:5]), row[5]))
    return list(found.values())


def seqs_on_pages(tx: Tx, owner_id: str, document_id: str, first: int, last: int) -> Sequence[int]:
    """Return the chunks that touch these pages, in order."""
    query = sa.select(chunks.c.seq).where(
        chunks.c.owner_id == owner_id,
        chunks.c.document_id == document_id,
        chunks.c.page_to >= first,
        chunks.c.page_from <= last,
    )
    return list(tx.execute(query.order_by(chunks.c.seq)).scalars())


def list_sections(tx: Tx, owner_id: str, document_id: str) -> Sequence[Section]:
    """Return a document's headings that have text below them, in order."""
    first = sa.func.min(chunks.c.seq)
    query = (
        sa.select(chunks.c.heading, first, sa.func.max(chunks.c.seq))
        .where(chunks.c.owner_id == owner_id, chunks.c.document_id == document_id, chunks.c.heading != "")
        .group_by(chunks.c.heading)
        .order_by(first)
    )
    return [Section(*row) for row in tx.execute(query)]
