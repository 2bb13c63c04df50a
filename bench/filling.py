"""Puts made-up books into a store the way ingestion does: segments of 128 chunks, texts, one version change."""

import time
from collections.abc import Sequence
from pathlib import Path

from clara.core.ids import NO_FOLDER
from clara.rag.documents import Chunk
from clara.rag.embedder import StaticEmbedder
from clara.rag.ingest import BATCH_CHUNKS
from clara.rag.segments import build_segment, indexed_text
from clara.rag.tokenizer import Tokenizer
from clara.settings import Settings
from clara.store.database import Database, Tx
from clara.store.files import Document, Status, add_document, add_file
from clara.store.learners import change_corpus, lock_learner
from clara.store.migrate import migrate
from clara.store.passages import ChunkRow, add_chunks, add_segment
from clara.store.sqlite import SqliteDatabase

PASSAGES_A_PAGE = 3
PASSAGES_A_CHAPTER = 20


def new_store(folder: Path) -> SqliteDatabase:
    """Make an empty SQLite store as the server would."""
    settings = Settings(data_dir=folder, _env_file=None)
    migrate(settings)
    return SqliteDatabase(settings.data_dir / "clara.db")


def chunks_of(book: Sequence[str]) -> list[Chunk]:
    """Return a book's passages as chunks: three a page, twenty a chapter."""
    chunks: list[Chunk] = []
    start = 0
    for seq, text in enumerate(book):
        page = seq // PASSAGES_A_PAGE + 1
        heading = f"Chapter {seq // PASSAGES_A_CHAPTER + 1} › Section {seq // 5 + 1}"
        chunks.append(Chunk(seq, page, page, start, start + len(text), heading, text))
        start += len(text) + 1
    return chunks


class Filler:
    """Indexes books and writes them for a learner."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._tokenizer = Tokenizer()
        self._embedder = StaticEmbedder()

    def segments(self, chunks: Sequence[Chunk]) -> list[tuple[int, bytes]]:
        """Return (first seq, bytes) of each segment."""
        parts = []
        for first in range(0, len(chunks), BATCH_CHUNKS):
            batch = chunks[first : first + BATCH_CHUNKS]
            vectors = self._embedder.embed([indexed_text(chunk) for chunk in batch])
            segment = build_segment(
                batch, language="en", tokenizer=self._tokenizer, embedder=self._embedder.name, vectors=vectors
            )
            parts.append((batch[0].seq, segment.to_bytes()))
        return parts

    def fill(self, owner_id: str, books: Sequence[Sequence[str]]) -> None:
        """Store each book as a ready PDF of this learner, in no folder."""
        for number, book in enumerate(books):
            chunks = chunks_of(book)
            parts = self.segments(chunks)
            self._database.write_now(lambda tx, n=number, c=chunks, p=parts: _store(tx, owner_id, n, c, p))  # type: ignore[misc]


def _store(tx: Tx, owner_id: str, number: int, chunks: Sequence[Chunk], parts: Sequence[tuple[int, bytes]]) -> None:
    now = time.time()
    document_id = f"doc_{number:05}"
    pages = chunks[-1].page_to
    lock_learner(tx, owner_id, now)
    document = Document(
        document_id, f"{number:064}", "pdf", 1, f"blob_{number}",
        Status.READY, None, None, True, pages, pages, len(chunks),
    )  # fmt: skip
    add_document(tx, owner_id, document, now)
    add_file(tx, owner_id, f"file_{number:05}", NO_FOLDER, document_id, f"Book {number}.pdf", now)
    add_chunks(
        tx,
        owner_id,
        [ChunkRow(document_id, c.seq, c.page_from, c.page_to, c.start, c.end, c.heading, c.text) for c in chunks],
    )
    for first, data in parts:
        add_segment(tx, owner_id, document_id, first, data)
    change_corpus(tx, owner_id)
