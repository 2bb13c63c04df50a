"""Vectors of the embedder in use for a document that was indexed with another, or with none while it was away."""

from dataclasses import replace

from clara.core.errors import ClaraError
from clara.jobs.held import HeldJob, Interrupted
from clara.rag.embedder import Embedder
from clara.rag.segments import CorruptSegment, Segment, StaleSegment, indexed_text, quantise
from clara.rag.vectors import DocumentVectors, Embedded, NoVectors
from clara.store.database import Database, Tx
from clara.store.embeddings import add_embeddings, remove_embeddings
from clara.store.jobs import EMBED, enqueue
from clara.store.learners import change_corpus
from clara.store.passages import document_segments, get_chunks, replace_segment

RETRY_S = 600.0


class Reembedding:
    """Handles "embed" jobs; the subject is a document's id. Until it is done the document is found by its words."""

    def __init__(self, database: Database, embedder: Embedder) -> None:
        self._database = database
        self._vectors = DocumentVectors(database, embedder)

    def run(self, job: HeldJob) -> None:
        try:
            self._run(job)
        finally:
            self._vectors.embedder.forget()

    def _run(self, job: HeldJob) -> None:
        for part, data in self._database.read_now(lambda tx: document_segments(tx, job.owner_id, job.subject)):
            if job.stop():
                raise Interrupted
            try:
                segment = Segment.from_bytes(data)
            except (CorruptSegment, StaleSegment):
                # Indexed again as a whole, with today's embedder, when it is searched.
                continue
            if segment.embedder != self._vectors.embedder.name:
                self._renew(job, part, data, segment)
        name = self._vectors.embedder.name

        def finish(tx: Tx) -> None:
            remove_embeddings(tx, job.owner_id, job.subject, keep_model=name)
            change_corpus(tx, job.owner_id)

        job.finish(finish)

    def give_up(self, job: HeldJob, error: ClaraError) -> None:
        """Try again much later: an endpoint that is set up wrongly today may be mended tomorrow."""
        job.write(lambda tx: enqueue(tx, job.owner_id, EMBED, job.subject, RETRY_S))

    def _renew(self, job: HeldJob, part: int, old: bytes, segment: Segment) -> None:
        embedded = self._embed(job, segment)
        if embedded is None:
            return
        rows, scales = quantise(embedded.vectors)
        new = replace(segment, embedder=embedded.embedder, vectors=rows, scales=scales).to_bytes()

        def write(tx: Tx) -> None:
            if replace_segment(tx, job.owner_id, job.subject, part, old, new):
                add_embeddings(tx, job.owner_id, job.subject, embedded.embedder, embedded.kept)

        job.write(write, {"part": part})

    def _embed(self, job: HeldJob, segment: Segment) -> Embedded | None:
        keys = [(job.subject, int(seq)) for seq in segment.seqs]
        chunks = self._database.read_now(lambda tx: get_chunks(tx, job.owner_id, keys))
        if len(chunks) != len(keys):
            # The document was deleted, or is being read again.
            return None
        try:
            return self._vectors.of(job.owner_id, [indexed_text(chunks[key]) for key in keys])
        except NoVectors as failed:
            raise failed.error from failed
