"""From uploaded bytes to a searchable document: read, cut, index and publish, from the last checkpoint on."""

import zlib
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import structlog

from clara import __version__
from clara.core.clock import Clock
from clara.core.errors import ClaraError, Unreadable
from clara.jobs.held import HeldJob, Interrupted
from clara.rag import reindexing
from clara.rag.chunks import Chunker
from clara.rag.documents import Chunk, Page
from clara.rag.embedder import Embedder
from clara.rag.extract.limits import ExtractLimits
from clara.rag.extract.media import MediaType
from clara.rag.extract.messages import DocumentInfo
from clara.rag.extract.process import Stopped
from clara.rag.extract.sandbox import extract
from clara.rag.languages import detect_language
from clara.rag.segments import build_segment, indexed_text
from clara.rag.tokenizer import VERSION, Tokenizer
from clara.rag.vectors import DocumentVectors, Embedded, NoVectors
from clara.settings.sections import FileSettings
from clara.store.blobs import BlobStore
from clara.store.database import Database, Tx
from clara.store.embeddings import add_embeddings
from clara.store.files import Document, Status, change_document, get_document
from clara.store.learners import change_corpus
from clara.store.passages import ChunkRow, PageRow, add_chunks, add_pages, add_segment, remove_text

log = structlog.get_logger()

BATCH_CHUNKS = 128
"""Chunks a write: with their pages some milliseconds of the database's one writer."""
BATCH_PAGES = 512
FORMAT = zlib.crc32(f"{__version__} {VERSION}".encode())
"""What another version began is begun anew: it may read, cut or index otherwise."""

Extract = Callable[[Path, MediaType, ExtractLimits, Callable[[], bool]], Generator[DocumentInfo | Page]]
"""How a file is read: ``sandbox.extract``."""


class Ingestion:
    """Handles "ingest" jobs; the subject is a document's id."""

    def __init__(
        self,
        database: Database,
        blobs: BlobStore,
        embedder: Embedder,
        clock: Clock,
        limits: FileSettings,
        read: Extract = extract,
    ) -> None:
        self._database = database
        self._blobs = blobs
        self._vectors = DocumentVectors(database, embedder)
        self._clock = clock
        self._extract = read
        self._tokenizer = Tokenizer()
        self._limits = ExtractLimits(
            max_pages=limits.max_pages,
            max_chars=limits.max_chars,
            memory_bytes=limits.parser_memory_bytes,
            cpu_s=limits.parser_cpu_s,
            wall_s=limits.parser_wall_s,
            max_unzipped_bytes=limits.max_unzipped_bytes,
        )

    def run(self, job: HeldJob) -> None:
        try:
            self._run(job)
        finally:
            # What a worker has read may be deleted while it waits for more.
            self._tokenizer.forget()
            self._vectors.embedder.forget()

    def _run(self, job: HeldJob) -> None:
        document = self._database.read_now(lambda tx: get_document(tx, job.owner_id, job.subject))
        if document is None:
            job.finish(lambda tx: None)
            return
        if reindexing.has_its_text(self._database, job, document):
            self._index_again(job, document)
            return
        if job.checkpoint.get("format") != FORMAT:
            job.write(lambda tx: self._begin(tx, job, document.id), {"format": FORMAT, "pages": 0, "chunks": 0})
        reading = _Reading(self, job, document)
        with self._blobs.as_file(document.blob_key) as path:
            items = self._extract(path, MediaType(document.media_type), self._limits, job.stop)
            with closing(items):
                try:
                    reading.read(items)
                except Stopped:
                    raise Interrupted from None
        self._publish(job, reading)

    def _index_again(self, job: HeldJob, document: Document) -> None:
        """Index what was read before: its text stays as it is, and citations with it."""
        if job.checkpoint.get("format") != FORMAT:
            change = partial(self._change, job=job, status=Status.INDEXING)
            reindexing.begin(job, document, {"format": FORMAT}, change)
        reindexing.reindex(self._database, job, document, BATCH_CHUNKS, self._index)

        def publish(tx: Tx) -> None:
            change_corpus(tx, job.owner_id)
            self._change(tx, job, status=Status.READY)

        job.finish(publish)

    def give_up(self, job: HeldJob, error: ClaraError) -> None:
        def record(tx: Tx) -> None:
            remove_text(tx, job.owner_id, job.subject)
            detail = error.detail[:500]
            self._change(tx, job, status=Status.FAILED, error_code=error.problem_code, error_detail=detail, chunks=0)

        job.finish(record)

    def _begin(self, tx: Tx, job: HeldJob, document_id: str) -> None:
        remove_text(tx, job.owner_id, document_id)
        self._change(tx, job, status=Status.READING, error_code=None, error_detail=None, pages_done=0, chunks=0)

    def _change(self, tx: Tx, job: HeldJob, **values: object) -> None:
        change_document(tx, job.owner_id, job.subject, self._clock.now(), **values)

    def _publish(self, job: HeldJob, reading: "_Reading") -> None:
        if not reading.chunks and not reading.paged:
            raise Unreadable("The file holds no text. Upload one that does.", code="no_text")
        status = Status.READY if reading.chunks else Status.NEEDS_OCR
        no_text = ("no_text", "The pages are pictures without text: the file needs OCR.")
        code, detail = (None, None) if reading.chunks else no_text

        def publish(tx: Tx) -> None:
            change_corpus(tx, job.owner_id)
            self._change(
                tx,
                job,
                status=status,
                error_code=code,
                error_detail=detail,
                pages_done=reading.pages,
                pages_total=reading.pages,
                chunks=reading.chunks,
            )

        job.finish(publish)

    def write(self, job: HeldJob, pages: list[PageRow], chunks: list[Chunk], values: dict[str, object]) -> None:
        """Index a batch and store it with its pages, and the checkpoint, in one transaction."""
        indexed = self._index(job, chunks) if chunks else None
        rows = [ChunkRow(job.subject, c.seq, c.page_from, c.page_to, c.start, c.end, c.heading, c.text) for c in chunks]

        def write(tx: Tx) -> None:
            add_pages(tx, job.owner_id, job.subject, pages)
            add_chunks(tx, job.owner_id, rows)
            if indexed is not None:
                segment, embedded = indexed
                add_segment(tx, job.owner_id, job.subject, rows[0].seq, segment)
                add_embeddings(tx, job.owner_id, job.subject, embedded.embedder, embedded.kept)
            self._change(tx, job, **values)

        reached = {"pages": pages[-1].number if pages else job.checkpoint["pages"]}
        reached["chunks"] = chunks[-1].seq + 1 if chunks else job.checkpoint["chunks"]
        job.write(write, job.checkpoint | reached)

    def _index(self, job: HeldJob, chunks: list[Chunk]) -> tuple[bytes, Embedded]:
        embedded = self._embed(job, [indexed_text(chunk) for chunk in chunks])
        segment = build_segment(
            chunks,
            language=detect_language("\n".join(chunk.text for chunk in chunks)),
            tokenizer=self._tokenizer,
            embedder=embedded.embedder,
            vectors=embedded.vectors,
        )
        return segment.to_bytes(), embedded

    def _embed(self, job: HeldJob, texts: list[str]) -> Embedded:
        """Return vectors; none when the endpoint is away: the document is found by its words, and embedded later."""
        try:
            return self._vectors.of(job.owner_id, texts)
        except NoVectors as failed:
            log.warning("document.without_vectors", document=job.subject, code=failed.error.problem_code)
            return self._vectors.none(texts)


class _Reading:
    """One pass over a document's pages; what an earlier attempt stored is read again but not stored again."""

    def __init__(self, ingestion: Ingestion, job: HeldJob, document: Document) -> None:
        self.pages = 0
        self.chunks = 0
        self.paged = document.paged
        self._ingestion = ingestion
        self._job = job
        self._start = 0
        self._new_pages: list[PageRow] = []
        self._new_chunks: list[Chunk] = []
        self._total: int | None = None

    def read(self, items: Iterator[DocumentInfo | Page]) -> None:
        chunker = Chunker()
        for item in items:
            if isinstance(item, DocumentInfo):
                self._total = item.pages_total
                self._flush(Status.READING)
                continue
            self._add_page(item)
            self._add_chunks(chunker.feed(item))
            if len(self._new_chunks) >= BATCH_CHUNKS or len(self._new_pages) >= BATCH_PAGES:
                self._flush(Status.READING)
        self._add_chunks(chunker.finish())
        self._flush(Status.INDEXING)

    def _add_page(self, page: Page) -> None:
        self.pages = page.number
        if page.number > self._job.checkpoint["pages"]:
            self._new_pages.append(PageRow(page.number, page.label, self._start, page.text))
        self._start += len(page.text) + 1

    def _add_chunks(self, chunks: list[Chunk]) -> None:
        self.chunks += len(chunks)
        self._new_chunks += [chunk for chunk in chunks if chunk.seq >= self._job.checkpoint["chunks"]]

    def _flush(self, status: Status) -> None:
        values = {
            "status": status,
            "pages_done": max(self.pages, self._job.checkpoint["pages"]),
            "pages_total": self._total,
            "chunks": max(self.chunks, self._job.checkpoint["chunks"]),
        }
        for first in range(0, max(len(self._new_chunks), 1), BATCH_CHUNKS):
            batch = self._new_chunks[first : first + BATCH_CHUNKS]
            self._ingestion.write(self._job, self._new_pages, batch, values)
            self._new_pages = []
        self._new_chunks = []
