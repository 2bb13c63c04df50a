"""What a learner does with files while they are read: wait, watch, retry, cancel."""

import asyncio
import threading
from collections.abc import Callable, Generator
from pathlib import Path

import pytest

from clara.core.errors import Conflict, NotFound
from clara.rag.documents import Page
from clara.rag.extract.limits import ExtractLimits
from clara.rag.extract.media import MediaType
from clara.rag.extract.messages import DocumentInfo
from clara.store.files import File, Status
from tests.stores import Store, read_plainly

pytestmark = pytest.mark.anyio


class Gated:
    """Reads when it is let."""

    def __init__(self) -> None:
        self.go_on = threading.Event()

    def read(
        self, path: Path, media_type: MediaType, limits: ExtractLimits, stop: Callable[[], bool]
    ) -> Generator[DocumentInfo | Page]:
        yield from read_plainly(path, media_type, limits, stop)
        self.go_on.wait(20)


class TestWait:
    async def test_until_it_is_ready(self, store: Store) -> None:
        uploaded = await store.upload("ana")
        waiting = asyncio.create_task(store.files.wait("ana", uploaded.file.id, timeout_s=20))
        await asyncio.sleep(0)
        await store.work()

        assert (await waiting).document.status is Status.READY

    async def test_no_longer_than_the_time_allows(self, store: Store) -> None:
        uploaded = await store.upload("ana")

        assert (await store.files.wait("ana", uploaded.file.id, timeout_s=0.05)).document.status is Status.QUEUED

    async def test_for_one_that_is_deleted_meanwhile(self, store: Store) -> None:
        uploaded = await store.upload("ana")
        waiting = asyncio.create_task(store.files.wait("ana", uploaded.file.id, timeout_s=20))
        await asyncio.sleep(0)
        await store.files.delete("ana", uploaded.file.id)

        with pytest.raises(NotFound):
            await waiting


class TestWatch:
    async def test_shows_each_state_up_to_the_last(self, store: Store) -> None:
        uploaded = await store.upload("ana", "\f".join(f"Page {n}." for n in range(1200)))
        seen: list[File] = []
        with store.working():
            async for file in store.files.watch("ana", uploaded.file.id):
                seen.append(file)

        assert seen[-1].document.status is Status.READY
        assert (seen[-1].document.pages_done, seen[-1].document.pages_total) == (1200, 1200)
        done = [file.document.pages_done for file in seen]
        assert done == sorted(done)
        assert len({file.document for file in seen}) == len(seen)

    async def test_ends_when_the_file_is_deleted(self, store: Store) -> None:
        uploaded = await store.upload("ana")
        states = store.files.watch("ana", uploaded.file.id)
        assert (await anext(states)).document.status is Status.QUEUED
        await store.files.delete("ana", uploaded.file.id)

        assert [file async for file in states] == []

    async def test_of_no_file(self, store: Store) -> None:
        with pytest.raises(NotFound):
            await anext(store.files.watch("ana", "file_unknown"))

    async def test_of_another_learners_file(self, store: Store) -> None:
        uploaded = await store.upload("ana")

        with pytest.raises(NotFound):
            await anext(store.files.watch("ben", uploaded.file.id))


class TestRetry:
    async def test_only_what_failed(self, store: Store) -> None:
        ready = await store.add("ana")
        failed = await store.add("ana", " ")

        with pytest.raises(Conflict) as caught:
            await store.files.retry("ana", ready)
        assert caught.value.problem_code == "not_failed"
        retried = await store.files.retry("ana", failed)
        assert (retried.document.status, retried.document.error_code) == (Status.QUEUED, None)
        with pytest.raises(Conflict):
            await store.files.retry("ana", failed)
        await store.work()
        assert (await store.files.get("ana", failed)).document.error_code == "no_text"


class TestCancel:
    async def test_only_what_is_being_read(self, store: Store) -> None:
        ready = await store.add("ana")

        with pytest.raises(Conflict) as caught:
            await store.files.cancel("ana", ready)
        assert caught.value.problem_code == "not_running"

    async def test_before_it_began(self, store: Store) -> None:
        uploaded = await store.upload("ana")

        cancelled = await store.files.cancel("ana", uploaded.file.id)
        await store.work()

        assert cancelled.document.error_code == "cancelled"
        assert (await store.files.get("ana", uploaded.file.id)).document.status is Status.FAILED
        assert store.count("jobs") == 0

    async def test_right_before_it_would_be_published(self, store: Store) -> None:
        gate = Gated()
        with store.working(gate.read):
            uploaded = await store.upload("ana", "Chlorophyll")
            async for file in store.files.watch("ana", uploaded.file.id):
                if file.document.status is not Status.QUEUED:
                    break
            await store.files.cancel("ana", uploaded.file.id)
            gate.go_on.set()
            await store.until_idle()

        assert (await store.files.get("ana", uploaded.file.id)).document.error_code == "cancelled"
        assert (await store.search.search("ana", "chlorophyll")).passages == ()


class TestRead:
    async def test_gives_the_bytes_back(self, store: Store) -> None:
        data = bytes(range(32, 127)) * 9000
        file = (await store.upload("ana", data)).file

        assert b"".join([part async for part in store.files.read(file, 10, 700_000)]) == data[10:700_000]
        with store.files.as_path(file) as path:
            assert path.read_bytes() == data
