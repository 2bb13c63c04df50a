"""Receiving an upload: all of it or nothing, whatever happens on the way."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from clara.core.errors import Conflict, Invalid, NotFound, TooLarge, Unreadable, UnsupportedType
from clara.core.ids import NO_FOLDER
from clara.library.purge import sweep
from clara.settings import Settings
from clara.store.database import Tx
from clara.store.files import Status
from clara.store.learners import lock_learner
from clara.store.tables import uploads
from clara.testing import make_settings
from tests.stores import Store, in_pieces, open_store
from tests.waiting import wait_for

pytestmark = pytest.mark.anyio

TABLES = ("uploads", "jobs", "documents", "files")


def blobs(store: Store) -> set[str]:
    return {path.name for path in (store.settings.data_dir / "files").iterdir()}


def nothing_stays(store: Store) -> bool:
    return blobs(store) == set() and all(store.count(table) == 0 for table in TABLES)


@contextmanager
def store_with(tmp_path: Path, **limits: int) -> Iterator[Store]:
    with open_store(make_settings(tmp_path / "data", files=limits)) as store:
        yield store


class TestKeep:
    async def test_makes_a_file_that_waits_to_be_read(self, store: Store) -> None:
        uploaded = await store.upload("ana", b"# Cells\n\nText.", name="../cells.md")

        file, document = uploaded.file, uploaded.file.document
        assert (uploaded.created, file.name, file.folder_id) == (True, "cells.md", NO_FOLDER)
        assert (document.status, document.media_type, document.size, document.paged) == (
            "queued",
            "markdown",
            14,
            False,
        )
        assert blobs(store) == {document.blob_key}
        assert store.count("jobs", "kind = 'ingest'") == 1
        assert store.count("uploads") == 0

    async def test_a_doubled_blob_is_discarded(self, store: Store) -> None:
        await store.add("ana")
        kept = blobs(store)
        await store.upload("ana")
        assert len(blobs(store)) == 2

        await store.work()

        assert blobs(store) == kept

    async def test_a_failed_one_is_read_from_the_new_bytes(self, store: Store) -> None:
        """The blob of before may be why it failed, and the name tells another type now."""
        first = await store.upload("ana", "<p>Chlorophyll</p>", name="cells.txt")
        store.blobs.delete_now(first.file.document.blob_key)
        await store.work()
        assert (await store.files.get("ana", first.file.id)).document.error_code == "blob_missing"

        again = await store.upload("ana", "<p>Chlorophyll</p>", name="cells.html")
        await store.work()

        file = await store.files.get("ana", first.file.id)
        assert again.file.id == file.id
        assert (file.document.status, file.document.media_type) == (Status.READY, "html")
        assert blobs(store) == {file.document.blob_key}

    async def test_into_a_folder_of_nobodys(self, store: Store) -> None:
        with pytest.raises(NotFound) as caught:
            await store.upload("ana", folder_id="fld_unknown")

        assert caught.value.problem_code == "folder_not_found"
        assert nothing_stays(store)

    async def test_without_a_file(self, store: Store) -> None:
        async with store.files.receiving() as receiving:
            with pytest.raises(Invalid) as caught:
                await receiving.keep("ana", NO_FOLDER)

        assert caught.value.problem_code == "no_file"
        assert nothing_stays(store)


class TestLimits:
    @pytest.mark.parametrize("size", [100, 3_000_000])
    async def test_too_large_a_file(self, tmp_path: Path, size: int) -> None:
        with store_with(tmp_path, max_bytes=size - 1) as store:
            with pytest.raises(TooLarge) as caught:
                await store.upload("ana", b"a" * size)

            assert caught.value.problem_code == "file_too_large"
            assert nothing_stays(store)

    async def test_of_the_largest_size_it_is_kept(self, tmp_path: Path) -> None:
        with store_with(tmp_path, max_bytes=3_000_000) as store:
            assert (await store.upload("ana", b"a" * 3_000_000)).file.document.size == 3_000_000

    async def test_an_empty_file(self, store: Store) -> None:
        with pytest.raises(Unreadable) as caught:
            await store.upload("ana", b"")

        assert caught.value.problem_code == "empty_file"
        assert nothing_stays(store)

    async def test_a_type_that_is_not_read(self, store: Store) -> None:
        with pytest.raises(UnsupportedType):
            await store.upload("ana", b"\x89PNG\r\n\x1a\n" + bytes(200_000), name="cells.docx")

        assert nothing_stays(store)

    async def test_all_files_together(self, tmp_path: Path) -> None:
        with store_with(tmp_path, max_bytes_per_learner=100) as store:
            await store.upload("ana", b"a" * 60)
            with pytest.raises(TooLarge) as caught:
                await store.upload("ana", b"b" * 41)
            assert caught.value.problem_code == "quota_bytes"

            await store.upload("ana", b"b" * 40)
            await store.upload("ana", b"a" * 60)
            await store.upload("ben", b"b" * 100)
            assert len(blobs(store)) == store.count("documents") + store.count("jobs", "kind = 'discard'")

    async def test_how_many(self, tmp_path: Path) -> None:
        with store_with(tmp_path, max_per_learner=2) as store:
            await store.upload("ana", b"a")
            await store.upload("ana", b"b")
            with pytest.raises(Conflict) as caught:
                await store.upload("ana", b"c")
            assert caught.value.problem_code == "quota_files"
            assert not (await store.upload("ana", b"a")).created
            assert store.count("documents") == 2


class TestGone:
    async def test_in_the_middle_of_the_bytes(self, store: Store) -> None:
        begun = asyncio.Event()

        async def endless() -> AsyncIterator[bytes]:
            while True:
                yield b"text " * 20_000
                begun.set()
                await asyncio.sleep(0.001)

        async def upload() -> None:
            async with store.files.receiving() as receiving:
                await receiving.store("book.txt", endless())

        task = asyncio.create_task(upload())
        await begun.wait()
        await wait_for(lambda: blobs(store))
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

        await wait_for(lambda: nothing_stays(store))

    async def test_while_it_is_being_kept_the_file_is_whole(self, store: Store) -> None:
        """The caller leaves between the commit and its news: what was committed must not lose its bytes."""
        entered, go_on = threading.Event(), threading.Event()

        def hold_up(tx: Tx) -> None:
            entered.set()
            go_on.wait(20)

        async with store.files.receiving() as first:
            await first.store("a.txt", in_pieces(b"Chlorophyll"))
            held = asyncio.create_task(store.database.write(hold_up))
            await wait_for(entered.is_set)
            keeping = asyncio.create_task(first.keep("ana", NO_FOLDER))
            await asyncio.sleep(0)
            keeping.cancel()
            with pytest.raises(asyncio.CancelledError):
                await keeping
            go_on.set()
            await held
        await store.work()

        (file,) = (await store.files.list("ana")).items
        assert file.document.status is Status.READY
        assert blobs(store) == {file.document.blob_key}
        assert store.count("uploads") == 0

    async def test_with_the_database_away_is_left_to_the_sweep(self, store: Store) -> None:
        async with store.files.receiving() as receiving:
            await receiving.store("a.txt", in_pieces(b"Chlorophyll"))
            store.database.close()

        with open_store(store.settings) as later:
            assert (later.count("uploads"), len(blobs(later))) == (1, 1)
            assert sweep(later.database, later.clock.now) == 0
            expire_all(later)
            assert sweep(later.database, later.clock.now) == 1
            await later.work()
            assert nothing_stays(later)


class TestExpired:
    async def test_is_not_kept(self, store: Store) -> None:
        async def upload_slowly() -> None:
            async with store.files.receiving() as receiving:
                await receiving.store("a.txt", in_pieces(b"Chlorophyll"))
                expire_all(store)
                await receiving.keep("ana", NO_FOLDER)

        with pytest.raises(Conflict) as caught:
            await upload_slowly()

        assert caught.value.problem_code == "upload_expired"
        assert nothing_stays(store)

    async def test_is_swept_once(self, store: Store) -> None:
        async with store.files.receiving() as receiving:
            await receiving.store("a.txt", in_pieces(b"Chlorophyll"))
            expire_all(store)
            swept = [sweep(store.database, store.clock.now) for _ in range(2)]
            await store.work()
            receiving.kept = True

        assert swept == [1, 0]
        assert nothing_stays(store)


def expire_all(store: Store) -> None:
    """What an hour does to uploads that were never finished."""
    store.database.write_now(lambda tx: tx.execute(uploads.update().values(expires_at=1)))


async def test_a_learner_is_made_once(store: Store) -> None:
    for _ in range(2):
        store.database.write_now(lambda tx: lock_learner(tx, "ana", 1.0))

    assert store.count("learners") == store.count("folders") == 1


def test_settings_name_the_folder(settings: Settings) -> None:
    assert settings.blobs_url.startswith("file://")
