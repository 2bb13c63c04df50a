"""ingest, ask and search on the local store, with no server running (one that runs beside is no harm)."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from tqdm import tqdm

from clara.api.schemas.chats import CitationAnswer
from clara.api.schemas.search import PassageAnswer
from clara.core.clock import SystemClock
from clara.core.errors import ClaraError, NotFound
from clara.core.ids import NO_FOLDER, check_user_id
from clara.library.budget import Budget
from clara.library.files import Files
from clara.library.folders import Folders
from clara.ops.logs import configure_logging
from clara.providers.chat import ChatModel
from clara.providers.models import make_chat_model
from clara.rag.documents import Passage
from clara.rag.embedder import make_embedder
from clara.rag.passages import source_of
from clara.rag.search import SearchEngine
from clara.settings import Settings
from clara.store.blobs import BlobStore
from clara.store.database import Database
from clara.store.files import File, Status
from clara.store.migrate import migrate
from clara.store.opening import open_database
from clara.tutor.answering import Answerer, Question
from clara.tutor.events import CitationEvent, Cited, TextEvent
from clara.tutor.quotes.quoting import QuotingAnswerer
from clara.worker import build_worker

T = TypeVar("T")

READ_SIZE = 1 << 20
MAX_FOLDERS = 10_000


@dataclass(frozen=True, slots=True)
class _Local:
    settings: Settings
    database: Database
    blobs: BlobStore
    files: Files
    folders: Folders
    search: SearchEngine
    model: ChatModel | None
    budget: Budget

    def answerer(self) -> Answerer:
        """Return what answers: the model, or without one quotes."""
        if self.model is None:
            return QuotingAnswerer(self.search)
        from clara.tutor.teaching import TeachingAnswerer

        return TeachingAnswerer(self.search, self.model, self.budget, hosts=frozenset(self.settings.chats.link_hosts))


@contextmanager
def _opened(settings: Settings, user: str) -> Iterator[_Local]:
    check_user_id(user)
    configure_logging("ERROR")
    migrate(settings)
    database, clock = open_database(settings), SystemClock()
    blobs = BlobStore(settings.blobs_url)
    search = SearchEngine(database, make_embedder(settings), clock, settings.search.cache_bytes)
    try:
        yield _Local(
            settings,
            database,
            blobs,
            Files(database, blobs, clock, settings.files),
            Folders(database, clock),
            search,
            make_chat_model(settings),
            Budget(database, clock, settings.models.tokens_per_day, settings.models.total_s),
        )
    finally:
        database.close()


def _run(local: _Local, work: Coroutine[Any, Any, T]) -> T:
    async def run() -> T:
        try:
            return await work
        finally:
            await local.budget.settled()
            await local.search.embedder.close()
            if local.model:
                await local.model.close()

    return asyncio.run(run())


def ingest(settings: Settings, user: str, folder: str | None, paths: Sequence[Path]) -> int:
    """Read files, and folders of files, into the store; return 1 when one of them could not be read."""
    found = list(_files_in(paths))
    with _opened(settings, user) as local:
        worker = build_worker(settings, local.database, local.blobs)
        worker.start()
        try:
            return _run(local, _ingest(local, user, folder, found))
        finally:
            worker.stop()


def _files_in(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(found for found in path.rglob("*") if found.is_file() and found.name[0] != ".")
        elif path.is_file():
            yield path
        else:
            raise NotFound(f"There is no file {path}.")


async def _ingest(local: _Local, user: str, folder: str | None, paths: Sequence[Path]) -> int:
    folder_id = await _folder_id(local, user, folder, create=True)
    failed = 0
    for path in paths:
        try:
            file = await _ingest_one(local, user, folder_id or NO_FOLDER, path)
        except ClaraError as error:
            failed += 1
            print(f"{path}: {error.detail}", file=sys.stderr)
            continue
        failed += file.document.status is not Status.READY
        print(_outcome(file))
    return 1 if failed else 0


async def _ingest_one(local: _Local, user: str, folder_id: str, path: Path) -> File:
    async with local.files.receiving() as receiving:
        await receiving.store(path.name, _content(path))
        uploaded = await receiving.keep(user, folder_id)
    file = uploaded.file
    with tqdm(desc=path.name[:40], unit=" pages", leave=False, file=sys.stderr, disable=None) as bar:
        async for file in local.files.watch(user, uploaded.file.id):
            bar.total = file.document.pages_total
            bar.update(file.document.pages_done - bar.n)
    return file


async def _content(path: Path) -> AsyncIterator[bytes]:
    with path.open("rb") as source:
        while data := await asyncio.to_thread(source.read, READ_SIZE):
            yield data


def _outcome(file: File) -> str:
    document = file.document
    if document.status is Status.READY:
        size = f"{document.pages_total} pages, " if document.paged else ""
        return f"{file.name}: {size}{document.chunks} {'passage' if document.chunks == 1 else 'passages'}."
    return f"{file.name}: {document.error_detail}"


def ask(settings: Settings, user: str, folder: str | None, question: str, as_json: bool) -> int:
    """Answer one question; nothing of it is stored."""
    with _opened(settings, user) as local:
        answer, citations = _run(local, _ask(local, user, folder, question))
    if as_json:
        shown = [CitationAnswer.of(cited).model_dump() for cited in citations]
        print(json.dumps({"answer": answer, "citations": shown}))
        return 0
    print(answer)
    if citations:
        print()
    for cited in citations:
        print(f"[{cited.n}] {source_of(cited)}{_under(cited)}")
    return 0


async def _ask(local: _Local, user: str, folder: str | None, question: str) -> tuple[str, list[Cited]]:
    asked = Question(user, question, await _folder_id(local, user, folder), ())
    texts: list[str] = []
    citations: list[Cited] = []
    async for event in local.answerer().answer(asked):
        if isinstance(event, CitationEvent):
            citations.append(event.citation)
        elif isinstance(event, TextEvent):
            texts.append(event.text)
    return "".join(texts), citations


def _under(place: Passage | Cited) -> str:
    """Return the heading behind a place that has pages; one without names it already."""
    return f" ({place.heading})" if place.heading and place.page_from is not None else ""


def search(settings: Settings, user: str, folder: str | None, words: str, as_json: bool) -> int:
    """Print the passages that fit best; return 1 when there are none."""

    async def run(local: _Local) -> int:
        folder_id = await _folder_id(local, user, folder)
        found = await local.search.search(user, words, folder_id=folder_id)
        if as_json:
            shown = [PassageAnswer.of(passage).model_dump() for passage in local.search.mark(found).passages]
            print(json.dumps(shown))
            return 0
        for number, passage in enumerate(found.passages, 1):
            place = f"{source_of(passage)}{_under(passage)}"
            print(f"{number}. {place}  [{passage.score:.2f}]\n{_indented(passage.text)}\n")
        if not found.passages:
            print("Nothing was found." if found.corpus_chunks else "There is nothing to search in: ingest files first.")
        return 0 if found.passages else 1

    with _opened(settings, user) as local:
        return _run(local, run(local))


def _indented(text: str) -> str:
    return "\n".join(f"   {line}" for line in text.splitlines())


async def _folder_id(local: _Local, user: str, name: str | None, create: bool = False) -> str | None:
    if name is None:
        return None
    page = await local.folders.list(user, MAX_FOLDERS)
    for folder in page.items:
        if name in (folder.name, folder.id):
            return folder.id
    if not create:
        raise NotFound(f"There is no folder {name!r}. There are: {', '.join(f.name for f in page.items) or 'none'}.")
    return (await local.folders.create(user, name)).id
