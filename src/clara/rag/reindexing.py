"""A document whose index is outdated or damaged, indexed again from its stored chunks, not from its bytes."""

from collections.abc import Callable, Mapping, Sequence

from clara.jobs.held import HeldJob, Interrupted
from clara.rag.documents import Chunk
from clara.rag.vectors import Embedded
from clara.store.database import Database, Tx
from clara.store.embeddings import add_embeddings
from clara.store.files import Document
from clara.store.passages import ChunkRow, add_segment, chunks_from, count_chunks, remove_segments

INDEXED = "indexed"
"""In a checkpoint: the chunks that the new index has so far."""

Index = Callable[[HeldJob, list[Chunk]], tuple[bytes, Embedded]]


def has_its_text(database: Database, job: HeldJob, document: Document) -> bool:
    """Tell whether this job is about the index alone: it read nothing yet, and every chunk is there all the same."""
    if (job.checkpoint and INDEXED not in job.checkpoint) or not document.chunks:
        return False
    return database.read_now(lambda tx: count_chunks(tx, job.owner_id, document.id)) == document.chunks


def reindex(database: Database, job: HeldJob, document: Document, batch: int, index: Index) -> None:
    """Replace a document's segments, some chunks a transaction, from the job's checkpoint on."""
    while (first := job.checkpoint[INDEXED]) < document.chunks:
        if job.stop():
            raise Interrupted
        rows = _rows(database, job, document, first, batch)
        data, embedded = index(job, [_chunk(row) for row in rows])
        job.write(_writing(job, document, first, data, embedded), job.checkpoint | {INDEXED: first + len(rows)})


def begin(job: HeldJob, document: Document, version: Mapping[str, int], change: Callable[[Tx], None]) -> None:
    """Remove the old segments. ``version`` goes into the checkpoint, ``change`` notes it with the document."""

    def remove(tx: Tx) -> None:
        remove_segments(tx, job.owner_id, document.id)
        change(tx)

    job.write(remove, {**version, INDEXED: 0})


def _rows(database: Database, job: HeldJob, document: Document, first: int, batch: int) -> Sequence[ChunkRow]:
    rows = database.read_now(lambda tx: chunks_from(tx, job.owner_id, document.id, first, batch))
    if not rows:
        # Somebody removed the text: the job that did so decides.
        raise Interrupted
    return rows


def _writing(job: HeldJob, document: Document, first: int, data: bytes, embedded: Embedded) -> Callable[[Tx], None]:
    def write(tx: Tx) -> None:
        add_segment(tx, job.owner_id, document.id, first, data)
        add_embeddings(tx, job.owner_id, document.id, embedded.embedder, embedded.kept)

    return write


def _chunk(row: ChunkRow) -> Chunk:
    return Chunk(row.seq, row.page_from, row.page_to, row.start, row.end, row.heading, row.text)
