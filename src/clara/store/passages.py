"""A document's text and index: pages, chunks and segments, written by ingestion and read by search."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import sqlalchemy as sa

from clara.store.database import Tx, fetch_all
from clara.store.tables import chunks, documents, files, pages, segments

KEYS_A_QUERY = 200


@dataclass(frozen=True, slots=True)
class PageRow:
    """A page as stored; ``start`` is the offset of its text in the document's."""

    number: int
    label: str | None
    start: int
    text: str


@dataclass(frozen=True, slots=True)
class ChunkRow:
    """A chunk as stored; ``heading`` is the path of headings above it."""

    document_id: str
    seq: int
    page_from: int
    page_to: int
    start: int
    end: int
    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a document lies: one of its files."""

    document_id: str
    file_id: str
    folder_id: str
    name: str
    paged: bool


def corpus_version(tx: Tx, owner_id: str) -> str | None:
    """Return the token that changes with everything searchable of this learner; None when nothing was ever stored."""
    rows = fetch_all(tx, _VERSION[tx.dialect.name], (owner_id,))
    return rows[0][0] if rows else None


_VERSION = {
    name: f"SELECT corpus_version FROM learners WHERE owner_id = {mark}"
    for name, mark in (("sqlite", "?"), ("postgresql", "%s"))
}


def ready_segments(tx: Tx, owner_id: str) -> Sequence[tuple[str, bytes]]:
    """Return (document id, segment) of everything that may be searched, in a stable order."""
    query = (
        sa.select(segments.c.document_id, segments.c.data)
        .join(
            documents,
            sa.and_(documents.c.owner_id == segments.c.owner_id, documents.c.id == segments.c.document_id),
        )
        .where(segments.c.owner_id == owner_id, documents.c.status == "ready")
        .order_by(documents.c.created_at, segments.c.document_id, segments.c.part)
    )
    return [(row[0], row[1]) for row in tx.execute(query)]


def ready_files(tx: Tx, owner_id: str) -> Sequence[Placed]:
    """Return the files of searchable documents, oldest first."""
    query = (
        sa.select(files.c.document_id, files.c.id, files.c.folder_id, files.c.name, documents.c.paged)
        .join(documents, sa.and_(documents.c.owner_id == files.c.owner_id, documents.c.id == files.c.document_id))
        .where(files.c.owner_id == owner_id, documents.c.status == "ready")
        .order_by(files.c.created_at, files.c.id)
    )
    return [Placed(*row) for row in tx.execute(query)]


def get_chunks(tx: Tx, owner_id: str, keys: Sequence[tuple[str, int]]) -> Mapping[tuple[str, int], ChunkRow]:
    """Return chunks by (document id, seq); unknown ones are left out."""
    found: dict[tuple[str, int], ChunkRow] = {}
    for at in range(0, len(keys), KEYS_A_QUERY):
        some = keys[at : at + KEYS_A_QUERY]
        values = [value for key in some for value in (owner_id, *key)]
        rows = fetch_all(tx, _chunks_query(tx.dialect.name, len(some)), values)
        found |= {(row[0], row[1]): ChunkRow(*row) for row in rows}
    return found


@lru_cache(512)
def _chunks_query(dialect: str, count: int) -> str:
    mark = "?" if dialect == "sqlite" else "%s"
    # Whole keys, each looked up: SQLite answers (document_id, seq) IN (VALUES …) by reading all the learner's chunks.
    place = f"(owner_id = {mark} AND document_id = {mark} AND seq = {mark})"
    return (
        'SELECT document_id, seq, page_from, page_to, start, "end", heading, text FROM chunks '
        f"WHERE {' OR '.join([place] * count)}"
    )


def count_chunks(tx: Tx, owner_id: str, document_id: str) -> int:
    query = sa.select(sa.func.count()).select_from(chunks)
    return tx.execute(query.where(chunks.c.owner_id == owner_id, chunks.c.document_id == document_id)).scalar_one()


def chunks_from(tx: Tx, owner_id: str, document_id: str, first: int, limit: int) -> Sequence[ChunkRow]:
    """Return chunks of one document, in order, from the one with seq ``first`` on."""
    query = (
        sa.select(*(chunks.c[name] for name in ChunkRow.__slots__))
        .where(chunks.c.owner_id == owner_id, chunks.c.document_id == document_id, chunks.c.seq >= first)
        .order_by(chunks.c.seq)
        .limit(limit)
    )
    return [ChunkRow(*row) for row in tx.execute(query)]


def has_labels(tx: Tx, owner_id: str, document_id: str) -> bool:
    """Tell whether any page of a document has a printed number."""
    mark = "?" if tx.dialect.name == "sqlite" else "%s"
    query = f"SELECT 1 FROM pages WHERE owner_id = {mark} AND document_id = {mark} AND label IS NOT NULL LIMIT 1"
    return bool(fetch_all(tx, query, (owner_id, document_id)))


def get_labels(tx: Tx, owner_id: str, places: Iterable[tuple[str, int]]) -> Mapping[tuple[str, int], str]:
    """Return the printed page numbers of (document id, page) places; pages without one are left out."""
    keys = sorted(set(places))
    found: dict[tuple[str, int], str] = {}
    for at in range(0, len(keys), KEYS_A_QUERY):
        some = keys[at : at + KEYS_A_QUERY]
        values = [value for key in some for value in (owner_id, *key)]
        rows = fetch_all(tx, _labels_query(tx.dialect.name, len(some)), values)
        found |= {(row[0], row[1]): row[2] for row in rows if row[2] is not None}
    return found


@lru_cache(512)
def _labels_query(dialect: str, count: int) -> str:
    mark = "?" if dialect == "sqlite" else "%s"
    place = f"(owner_id = {mark} AND document_id = {mark} AND number = {mark})"
    return f"SELECT document_id, number, label FROM pages WHERE {' OR '.join([place] * count)}"


def section_starts(tx: Tx, owner_id: str, document_id: str) -> Sequence[tuple[int, str]]:
    """Return (seq, heading) of the first chunk under each heading path, in the order of the text."""
    first = sa.func.min(chunks.c.seq)
    query = (
        sa.select(first, chunks.c.heading)
        .where(chunks.c.owner_id == owner_id, chunks.c.document_id == document_id)
        .group_by(chunks.c.heading)
        .order_by(first)
    )
    return [(row[0], row[1]) for row in tx.execute(query)]


def get_page(tx: Tx, owner_id: str, document_id: str, number: int) -> PageRow | None:
    query = sa.select(pages.c.number, pages.c.label, pages.c.start, pages.c.text).where(
        pages.c.owner_id == owner_id, pages.c.document_id == document_id, pages.c.number == number
    )
    row = tx.execute(query).one_or_none()
    return PageRow(*row) if row else None


def get_page_at(tx: Tx, owner_id: str, document_id: str, offset: int) -> PageRow | None:
    """Return the page that holds a character of the document's text."""
    query = (
        sa.select(pages.c.number, pages.c.label, pages.c.start, pages.c.text)
        .where(pages.c.owner_id == owner_id, pages.c.document_id == document_id, pages.c.start <= offset)
        .order_by(pages.c.start.desc())
        .limit(1)
    )
    row = tx.execute(query).one_or_none()
    return PageRow(*row) if row else None


def get_chunk_at(tx: Tx, owner_id: str, document_id: str, offset: int) -> ChunkRow | None:
    """Return the chunk that holds a character of the document's text."""
    columns = [getattr(chunks.c, name) for name in ChunkRow.__slots__]
    query = (
        sa.select(*columns)
        .where(chunks.c.owner_id == owner_id, chunks.c.document_id == document_id, chunks.c.start <= offset)
        .order_by(chunks.c.start.desc())
        .limit(1)
    )
    row = tx.execute(query).one_or_none()
    return ChunkRow(*row) if row and row.end > offset else None


def heading_at(tx: Tx, owner_id: str, document_id: str, number: int) -> str:
    """Return the heading path of the first chunk that touches a page, "" when there is none."""
    # Chunks are in the order of the text, so that the first to end on this page or later is the one.
    query = (
        sa.select(chunks.c.page_from, chunks.c.heading)
        .where(chunks.c.owner_id == owner_id, chunks.c.document_id == document_id, chunks.c.page_to >= number)
        .order_by(chunks.c.page_to, chunks.c.seq)
        .limit(1)
    )
    row = tx.execute(query).one_or_none()
    return row.heading if row and row.page_from <= number else ""


def add_pages(tx: Tx, owner_id: str, document_id: str, rows: Sequence[PageRow]) -> None:
    if rows:
        values = [
            {
                "owner_id": owner_id,
                "document_id": document_id,
                "number": row.number,
                "label": row.label,
                "start": row.start,
                "text": row.text,
            }
            for row in rows
        ]
        tx.execute(pages.insert(), values)


def add_chunks(tx: Tx, owner_id: str, rows: Sequence[ChunkRow]) -> None:
    if rows:
        names = ChunkRow.__slots__
        values = [{"owner_id": owner_id} | {name: getattr(row, name) for name in names} for row in rows]
        tx.execute(chunks.insert(), values)


def add_segment(tx: Tx, owner_id: str, document_id: str, part: int, data: bytes) -> None:
    tx.execute(segments.insert().values(owner_id=owner_id, document_id=document_id, part=part, data=data))


def document_segments(tx: Tx, owner_id: str, document_id: str) -> Sequence[tuple[int, bytes]]:
    """Return (part, segment) of one document, if it may be searched."""
    query = (
        sa.select(segments.c.part, segments.c.data)
        .join(
            documents,
            sa.and_(documents.c.owner_id == segments.c.owner_id, documents.c.id == segments.c.document_id),
        )
        .where(segments.c.owner_id == owner_id, documents.c.id == document_id, documents.c.status == "ready")
        .order_by(segments.c.part)
    )
    return [(row[0], row[1]) for row in tx.execute(query)]


def replace_segment(tx: Tx, owner_id: str, document_id: str, part: int, old: bytes, new: bytes) -> bool:
    """Replace a segment unless it was changed meanwhile; return True when it was replaced."""
    place = (segments.c.owner_id == owner_id, segments.c.document_id == document_id, segments.c.part == part)
    return tx.execute(segments.update().where(*place, segments.c.data == old).values(data=new)).rowcount == 1


def remove_segments(tx: Tx, owner_id: str, document_id: str) -> None:
    tx.execute(segments.delete().where(segments.c.owner_id == owner_id, segments.c.document_id == document_id))


def remove_text(tx: Tx, owner_id: str, document_id: str) -> dict[str, int]:
    """Delete a document's pages, chunks and segments; return how many of each."""
    return {
        table.name: tx.execute(
            table.delete().where(table.c.owner_id == owner_id, table.c.document_id == document_id)
        ).rowcount
        for table in (pages, chunks, segments)
    }
