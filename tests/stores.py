"""A store with the calls over it, without HTTP and without a parser process: what most of its tests start from."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path

from clara.core.clock import Clock, SystemClock
from clara.core.ids import NO_FOLDER
from clara.jobs.worker import Handler, Worker
from clara.library.files import Files
from clara.library.folders import Folders
from clara.library.pages import Pages
from clara.library.purge import Discard, Purge
from clara.library.uploads import Uploaded
from clara.rag.documents import Heading, Page
from clara.rag.embedder import Embedder, NoEmbedder
from clara.rag.extract.limits import ExtractLimits
from clara.rag.extract.media import MediaType
from clara.rag.extract.messages import DocumentInfo
from clara.rag.extract.process import Stopped
from clara.rag.ingest import Extract, Ingestion
from clara.rag.reembedding import Reembedding
from clara.rag.search import SearchEngine
from clara.settings import Settings
from clara.store.blobs import BlobStore
from clara.store.database import Database, Tx
from clara.store.jobs import DISCARD, EMBED, INGEST, PURGE
from clara.store.migrate import backups_dir, migrate
from clara.store.opening import open_database
from clara.store.status import count_jobs
from clara.tutor.answering import Answerer, Question
from clara.tutor.conversations import Conversations
from clara.tutor.events import CitationEvent, Cited, TextEvent
from clara.tutor.turns.answered import Answered
from clara.tutor.turns.tutor import Tutor
from tests.waiting import wait_for

PAGE_BREAK = "\f"


def read_plainly(
    path: Path, media_type: MediaType, limits: ExtractLimits, stop: Callable[[], bool]
) -> Generator[DocumentInfo | Page]:
    """Read text in this process: a form feed ends a page, a first line "# …" is its heading."""
    texts = path.read_bytes().decode("utf-8", "replace").split(PAGE_BREAK)
    yield DocumentInfo(media_type.paged, len(texts), None)
    for number, text in enumerate(texts, 1):
        if stop():
            raise Stopped
        title = text.split("\n", 1)[0]
        headings = (Heading(1, title[2:], number, 0),) if title.startswith("# ") else ()
        yield Page(number, None, text, headings)


class FirstPassage:
    """Answers by citing the whole of the passage that fits best."""

    name = "first"

    def __init__(self, search: SearchEngine) -> None:
        self._search = search

    async def answer(self, question: Question) -> AsyncIterator[TextEvent | CitationEvent]:
        found = await self._search.search(question.owner_id, question.text, folder_id=question.folder_id)
        if not found.passages:
            yield TextEvent("Nothing.")
            return
        best = found.passages[0]
        place = (best.file_id, best.file_name, best.document_id, best.seq, best.page_from, best.page_to, best.heading)
        yield CitationEvent(Cited(1, *place, best.text, best.start, best.end))
        yield TextEvent(f"“{best.text}” [1]", quote_of=1)


@dataclass(frozen=True, slots=True)
class Store:
    """Everything below the HTTP edge, over one database."""

    settings: Settings
    clock: Clock
    database: Database
    blobs: BlobStore
    files: Files
    folders: Folders
    pages: Pages
    search: SearchEngine
    conversations: Conversations
    tutor: Tutor

    async def upload(
        self,
        owner_id: str,
        content: bytes | str = b"Mitochondria make ATP.",
        name: str = "cells.txt",
        folder_id: str = NO_FOLDER,
    ) -> Uploaded:
        data = content.encode() if isinstance(content, str) else content
        async with self.files.receiving() as receiving:
            await receiving.store(name, in_pieces(data))
            return await receiving.keep(owner_id, folder_id)

    async def add(self, owner_id: str, content: bytes | str = b"Mitochondria make ATP.", **where: str) -> str:
        """Upload, read, and return the file's id."""
        uploaded = await self.upload(owner_id, content, **where)
        await self.work()
        return uploaded.file.id

    def worker(self, read: Extract = read_plainly, **options: object) -> Worker:
        handlers: dict[str, Handler] = {
            PURGE: Purge(self.database, self.blobs, backups_dir(self.settings.data_dir)),
            DISCARD: Discard(self.blobs),
            INGEST: Ingestion(self.database, self.blobs, self.search.embedder, self.clock, self.settings.files, read),
            EMBED: Reembedding(self.database, self.search.embedder),
        }
        return Worker(self.database, handlers, **options)  # type: ignore[arg-type]

    async def work(self, read: Extract = read_plainly) -> None:
        """Run all background work that may run now."""
        await asyncio.to_thread(self.worker(read).run_until_idle)

    @contextlib.contextmanager
    def working(self, read: Extract = read_plainly, **options: object) -> Iterator[Worker]:
        """Run background work in threads until the block ends."""
        worker = self.worker(read, **{"poll_s": 0.02, **options})
        worker.start()
        try:
            yield worker
        finally:
            worker.stop()

    async def until_idle(self) -> None:
        await wait_for(lambda: not self.database.read_now(count_jobs))

    async def ask(self, owner_id: str, question: str, conversation_id: str | None = None) -> tuple[str, Answered]:
        """Ask in a conversation, made when need be; return its id and the answer."""
        turn = await self.tutor.begin(owner_id, conversation_id, question, create=True)
        return turn.conversation.id, await self.tutor.answer(turn)

    def version(self, owner_id: str) -> str | None:
        from clara.store.passages import corpus_version

        return self.database.read_now(lambda tx: corpus_version(tx, owner_id))

    def count(self, table: str, where: str = "1=1") -> int:
        def query(tx: Tx) -> int:
            return int(tx.exec_driver_sql(f"SELECT count(*) FROM {table} WHERE {where}").scalar_one())

        return self.database.read_now(query)


async def in_pieces(data: bytes, size: int = 64 * 1024) -> AsyncIterator[bytes]:
    for at in range(0, len(data), size):
        yield data[at : at + size]


@contextlib.contextmanager
def open_store(
    settings: Settings,
    clock: Clock | None = None,
    answerer: Callable[[SearchEngine], Answerer] = FirstPassage,
    embedder: Embedder | None = None,
) -> Iterator[Store]:
    """Migrate and open the store of these settings."""
    clock = clock or SystemClock()
    migrate(settings)
    database = open_database(settings)
    blobs = BlobStore(settings.blobs_url)
    search = SearchEngine(database, embedder or NoEmbedder(), clock)
    try:
        yield Store(
            settings=settings,
            clock=clock,
            database=database,
            blobs=blobs,
            files=Files(database, blobs, clock, settings.files),
            folders=Folders(database, clock),
            pages=Pages(database),
            search=search,
            conversations=Conversations(database, clock),
            tutor=Tutor(database, answerer(search), clock),
        )
    finally:
        database.close()
