"""What a store holds of its documents, to compare two ways of getting there."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from clara.rag.segments import Segment
from clara.store.tables import chunks, documents, pages, segments

PAGE = tuple(pages.c[name] for name in ("number", "label", "start", "text"))
CHUNK = tuple(chunks.c[name] for name in ("seq", "page_from", "page_to", "start", "end", "heading", "text"))


@dataclass(frozen=True, slots=True)
class Content:
    """Pages and chunks as rows, and the seqs that segments hold, in order: of one document, without its id."""

    pages: Sequence[tuple[object, ...]]
    chunks: Sequence[tuple[object, ...]]
    indexed: Sequence[int]


def content(tx: sa.Connection) -> Content:
    """Return all that is stored, of whichever document: right where there is one."""
    parts = [Segment.from_bytes(row.data) for row in tx.execute(segments.select().order_by(segments.c.part))]
    return Content(
        [tuple(row) for row in tx.execute(sa.select(*PAGE).order_by(pages.c.number))],
        [tuple(row) for row in tx.execute(sa.select(*CHUNK).order_by(chunks.c.seq))],
        [int(seq) for part in parts for seq in part.seqs],
    )


def check_whole(found: Content, texts: Sequence[str] | None = None) -> None:
    """Every page and chunk once and in its place, each chunk in one segment."""
    stored = [str(row[3]) for row in found.pages]
    assert texts is None or stored == list(texts)
    assert [row[0] for row in found.pages] == list(range(1, len(stored) + 1))
    whole = "\n".join(stored)
    for _, _, start, text in found.pages:
        assert isinstance(start, int)
        assert whole[start : start + len(str(text))] == text
    assert [row[0] for row in found.chunks] == list(range(len(found.chunks))) == list(found.indexed)
    for _, _, _, start, end, _, text in found.chunks:
        assert isinstance(start, int)
        assert isinstance(end, int)
        assert whole[start:end] == text


def progress(tx: sa.Connection) -> tuple[str, int, int]:
    """Return (status, pages done, chunks stored) of the one document; ("", 0, 0) when there is none."""
    row = tx.execute(sa.select(documents.c.status, documents.c.pages_done)).one_or_none()
    if row is None:
        return "", 0, 0
    return row.status, row.pages_done, tx.execute(sa.select(sa.func.count()).select_from(chunks)).scalar_one()
