"""From bytes to a searchable document, however often it is interrupted."""

import asyncio
import contextlib
import tempfile
from collections.abc import Callable, Generator, Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from clara.core.errors import Unavailable, Unreadable
from clara.jobs.worker import Worker
from clara.rag.documents import Page
from clara.rag.embedder import NoEmbedder, Vectors
from clara.rag.extract.limits import ExtractLimits
from clara.rag.extract.media import MediaType
from clara.rag.extract.messages import DocumentInfo
from clara.rag.extract.process import Stopped
from clara.rag.ingest import BATCH_CHUNKS, BATCH_PAGES, Ingestion
from clara.settings import Settings
from clara.store.database import Tx
from clara.store.files import Document, Status
from clara.store.jobs import INGEST
from clara.store.tables import chunks, jobs, segments
from clara.testing import make_settings
from tests.contents import Content, check_whole, content
from tests.stores import Store, open_store

pytestmark = pytest.mark.anyio


class Killed(BaseException):
    """What kill -9 is to the code that runs: nothing more of it happens."""


class Book:
    """Reads out pages, and is interrupted where it is told: each point counts once, in order."""

    def __init__(self, texts: Sequence[str], interrupts: Sequence[tuple[int, type[BaseException]]] = ()) -> None:
        self._texts = texts
        self._interrupts = list(interrupts)

    def read(
        self, path: Path, media_type: MediaType, limits: ExtractLimits, stop: Callable[[], bool]
    ) -> Generator[DocumentInfo | Page]:
        yield DocumentInfo(media_type.paged, len(self._texts), None)
        for number, text in enumerate(self._texts, 1):
            if self._interrupts and self._interrupts[0][0] == number:
                raise self._interrupts.pop(0)[1]
            yield Page(number, None, text)


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    with open_store(settings) as store:
        yield store


def run(worker: Worker, store: Store) -> None:
    """Run a worker until its work is done, starting it again when it was killed, as a server does."""
    while store.count("jobs"):
        with contextlib.suppress(Killed):
            worker.run_until_idle()
        lapse(store)


def lapse(store: Store) -> None:
    """What time does to the lease of a worker that was killed."""
    store.database.write_now(lambda tx: tx.execute(jobs.update().values(lease_until=1)))


def stored(store: Store) -> Content:
    return store.database.read_now(content)


async def document(store: Store, file_id: str) -> Document:
    return (await store.files.get("ana", file_id)).document


LONG = [f"Page {n}. " + "Mitochondria make ATP in the cell. " * 70 for n in range(200)]


class TestInterrupted:
    @pytest.mark.parametrize("how", [Killed, Stopped])
    @pytest.mark.parametrize("where", [1, 2, 40, 41, 130, 200])
    async def test_comes_out_like_one_that_was_not(self, store: Store, where: int, how: type[BaseException]) -> None:
        uploaded = await store.upload("ana", "a", name="a.txt")
        run(store.worker(Book(LONG).read), store)
        expected = stored(store)
        await store.files.delete("ana", uploaded.file.id)
        again = await store.upload("ana", "b", name="b.txt")

        await asyncio.to_thread(run, store.worker(Book(LONG, [(where, how)]).read), store)

        assert stored(store).pages == expected.pages
        assert stored(store).chunks == expected.chunks
        check_whole(stored(store), LONG)
        assert (await document(store, again.file.id)).chunks == len(expected.chunks)

    async def test_goes_on_from_what_was_stored(self, store: Store) -> None:
        await store.upload("ana", "a")
        worker = store.worker(Book(LONG, [(150, Killed)]).read)
        with pytest.raises(Killed):
            worker.run_until_idle()
        lapse(store)
        before = stored(store)
        assert len(before.chunks) >= BATCH_CHUNKS
        assert store.count("jobs", "state = 'running'") == 1

        run(worker, store)

        after = stored(store)
        assert after.pages[: len(before.pages)] == before.pages
        assert after.chunks[: len(before.chunks)] == before.chunks
        assert after.indexed[: len(before.indexed)] == before.indexed

    async def test_progress_never_goes_back(self, store: Store) -> None:
        uploaded = await store.upload("ana", "a")
        seen = [0]
        worker = store.worker(Book(LONG, [(150, Killed), (10, Stopped), (190, Killed)]).read)
        for _ in range(4):
            with contextlib.suppress(Killed):
                worker.run_until_idle()
            lapse(store)
            seen.append((await document(store, uploaded.file.id)).pages_done)

        assert seen == sorted(seen)
        assert seen[-1] == 200

    @examples(max_examples=25, deadline=None)
    @given(
        texts=st.lists(
            st.one_of(
                st.just(""), st.text("ab. \n", max_size=400), st.integers(1, 9).map(lambda n: "Words. " * 100 * n)
            ),
            min_size=1,
            max_size=30,
        ),
        points=st.lists(st.tuples(st.integers(1, 30), st.sampled_from([Killed, Stopped])), max_size=5),
    )
    def test_any_book_anywhere(self, texts: list[str], points: list[tuple[int, type[BaseException]]]) -> None:
        with tempfile.TemporaryDirectory() as folder, open_store(make_settings(Path(folder))) as store:
            # A point beyond what was reached before is progress; others are as many as a job survives.
            uploaded = asyncio.run(store.upload("ana", "a"))
            reachable = [(page, how) for page, how in points if page <= len(texts)]
            worker = store.worker(Book(texts, reachable).read, max_attempts=99)
            run(worker, store)

            status = asyncio.run(document(store, uploaded.file.id)).status
            if any(text.strip() for text in texts):
                assert status is Status.READY
                check_whole(stored(store), texts)
            else:
                assert status is Status.FAILED
                assert stored(store) == Content([], [], [])


class TestKilledWhileIndexing:
    """Between two batches: what the first stored is there, of the second nothing."""

    async def test_no_chunk_twice_and_none_missing(self, store: Store) -> None:
        class Fragile(NoEmbedder):
            calls = 0

            def embed(self, texts: Sequence[str]) -> Vectors:
                self.calls += 1
                if self.calls in (2, 4, 5):
                    raise Killed
                return super().embed(texts)

        await store.upload("ana", "a")
        ingestion = Ingestion(
            store.database, store.blobs, Fragile(), store.clock, store.settings.files, Book(LONG).read
        )
        run(Worker(store.database, {INGEST: ingestion}), store)

        check_whole(stored(store), LONG)


class TestPublish:
    async def test_is_found_only_when_all_of_it_is(self, store: Store) -> None:
        uploaded = await store.upload("ana", "a")
        worker = store.worker(Book(LONG, [(150, Killed)]).read)
        with pytest.raises(Killed):
            worker.run_until_idle()
        lapse(store)
        assert store.count("chunks") >= BATCH_CHUNKS
        assert (await store.search.search("ana", "mitochondria")).passages == ()
        assert (await document(store, uploaded.file.id)).status is Status.READING

        run(worker, store)

        assert len((await store.search.search("ana", "mitochondria")).passages) == 8
        made = await document(store, uploaded.file.id)
        assert (made.status, made.pages_done, made.pages_total) == (Status.READY, 200, 200)
        assert made.chunks == store.count("chunks")

    async def test_many_pages_without_chunks(self, store: Store) -> None:
        texts = ["a"] * (2 * BATCH_PAGES + 3)
        await store.upload("ana", "a")
        run(store.worker(Book(texts).read), store)

        check_whole(stored(store), texts)

    async def test_text_without_words_fails(self, store: Store) -> None:
        uploaded = await store.upload("ana", "a")
        run(store.worker(Book(["  ", "\n"]).read), store)

        made = await document(store, uploaded.file.id)
        assert (made.status, made.error_code) == (Status.FAILED, "no_text")
        assert stored(store) == Content([], [], [])

    async def test_pages_without_text_need_ocr(self, store: Store) -> None:
        uploaded = await store.upload("ana", b"%PDF-1.7 a scan", name="scan.pdf")
        run(store.worker(Book(["", " "]).read), store)

        made = await document(store, uploaded.file.id)
        assert (made.status, made.error_code, made.pages_total) == (Status.NEEDS_OCR, "no_text", 2)
        assert store.count("pages") == 2


class TestFailure:
    async def test_leaves_the_reason_and_no_text(self, store: Store) -> None:
        class Broken(Unreadable):
            def __init__(self) -> None:
                super().__init__("This PDF is broken. Open it and save it again.", code="broken_pdf")

        uploaded = await store.upload("ana", "a")
        run(store.worker(Book(LONG, [(150, Broken)]).read), store)

        made = await document(store, uploaded.file.id)
        assert (made.status, made.error_code, made.chunks) == (Status.FAILED, "broken_pdf", 0)
        assert made.error_detail == "This PDF is broken. Open it and save it again."
        assert stored(store) == Content([], [], [])

    async def test_that_kills_every_time_is_given_up(self, store: Store) -> None:
        uploaded = await store.upload("ana", "a")
        run(store.worker(Book(LONG, [(150, Killed)] * 10).read), store)

        made = await document(store, uploaded.file.id)
        assert (made.status, made.error_code) == (Status.FAILED, "gave_up")
        assert stored(store) == Content([], [], [])

    async def test_of_the_disk_is_waited_out(self, store: Store) -> None:
        uploaded = await store.upload("ana", "a")
        worker = store.worker(Book(LONG, [(150, Unavailable)] * 5).read)
        for _ in range(6):
            store.database.write_now(lambda tx: tx.execute(jobs.update().values(run_at=1)))
            worker.run_until_idle()

        assert (await document(store, uploaded.file.id)).status is Status.READY
        check_whole(stored(store), LONG)

    async def test_bytes_that_are_gone(self, store: Store) -> None:
        uploaded = await store.upload("ana", "a")
        store.blobs.delete_now(uploaded.file.document.blob_key)
        run(store.worker(Book(LONG).read), store)

        assert (await document(store, uploaded.file.id)).error_code == "blob_missing"


class TestVersions:
    async def test_what_another_version_began_is_begun_anew(self, store: Store) -> None:
        await store.upload("ana", "a")
        old = [f"Old {text}" for text in LONG]
        worker = store.worker(Book(old, [(150, Killed)]).read)
        with pytest.raises(Killed):
            worker.run_until_idle()
        lapse(store)
        assert store.count("pages") > 0

        def as_of_another_version(tx: Tx) -> None:
            (checkpoint,) = tx.execute(jobs.select().with_only_columns(jobs.c.checkpoint)).scalars()
            tx.execute(jobs.update().values(checkpoint=checkpoint | {"format": 1}, lease_until=1))

        store.database.write_now(as_of_another_version)
        run(store.worker(Book(LONG).read), store)

        check_whole(stored(store), LONG)

    async def test_an_index_that_cannot_be_used_is_made_anew_from_the_chunks(self, store: Store) -> None:
        uploaded = await store.upload("ana", "a")
        run(store.worker(Book(LONG).read), store)
        expected = stored(store)

        store.database.write_now(lambda tx: tx.execute(segments.update().values(data=b"of another version")))
        store.search.corpora.forget("ana")
        assert (await store.search.search("ana", "mitochondria")).passages == ()
        assert (await document(store, uploaded.file.id)).status is Status.QUEUED
        run(store.worker(Book([], [(1, AssertionError)]).read), store)

        assert stored(store) == expected
        assert (await document(store, uploaded.file.id)).status is Status.READY
        assert len((await store.search.search("ana", "mitochondria")).passages) == 8

    async def test_so_is_one_that_is_interrupted_at_it(self, store: Store) -> None:
        class Fragile(NoEmbedder):
            calls = 0

            def embed(self, texts: Sequence[str]) -> Vectors:
                self.calls += 1
                if self.calls in (2, 4):
                    raise Killed
                return super().embed(texts)

        uploaded = await store.upload("ana", "a")
        run(store.worker(Book(LONG).read), store)
        expected = stored(store)

        store.database.write_now(lambda tx: tx.execute(segments.update().values(data=b"of another version")))
        store.search.corpora.forget("ana")
        await store.search.search("ana", "mitochondria")
        ingestion = Ingestion(store.database, store.blobs, Fragile(), store.clock, store.settings.files, Book([]).read)
        run(Worker(store.database, {INGEST: ingestion}), store)

        assert stored(store) == expected
        assert (await document(store, uploaded.file.id)).status is Status.READY

    async def test_where_chunks_are_missing_it_is_read_again(self, store: Store) -> None:
        await store.upload("ana", "a")
        run(store.worker(Book([f"Old {text}" for text in LONG]).read), store)

        def damage(tx: Tx) -> None:
            tx.execute(segments.update().values(data=b"of another version"))
            tx.execute(chunks.delete().where(chunks.c.seq == 3))

        store.database.write_now(damage)
        store.search.corpora.forget("ana")
        await store.search.search("ana", "mitochondria")
        run(store.worker(Book(LONG).read), store)

        check_whole(stored(store), LONG)
