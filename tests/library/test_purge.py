"""What a deletion leaves to a job."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

import pytest

from clara.jobs.worker import Worker
from clara.library.purge import Purge
from clara.store.database import Database, Work
from clara.store.jobs import PURGE, enqueue_scrub
from clara.store.migrate import backups_dir
from clara.store.tables import jobs
from tests.stores import Store

T = TypeVar("T")

pytestmark = pytest.mark.anyio


class Counted:
    """The database, and how often it was scrubbed."""

    def __init__(self, database: Database) -> None:
        self.scrubs = 0
        self.meanwhile: Callable[[], object] = lambda: None
        self._database = database

    def read_now(self, fn: Work[T]) -> T:
        return self._database.read_now(fn)

    def scrub(self) -> None:
        self.scrubs += 1
        self.meanwhile()
        self._database.scrub()


def purging(store: Store, counted: Counted) -> Worker:
    purge = Purge(counted, store.blobs, backups_dir(store.settings.data_dir))  # type: ignore[arg-type]
    return Worker(store.database, {PURGE: purge}, poll_s=0.02)


class TestPurge:
    async def test_removes_blob_and_backups(self, store: Store) -> None:
        file_id = await store.add("ana")
        backups = backups_dir(store.settings.data_dir)
        backups.mkdir()
        (backups / "clara-0001.db").write_bytes(b"Mitochondria")
        await store.files.delete("ana", file_id)

        await store.work()

        assert not backups.exists()
        assert list((store.settings.data_dir / "files").iterdir()) == []
        assert store.count("jobs") == 0

    async def test_one_scrub_is_enough_for_all_that_was_deleted(self, store: Store) -> None:
        folder = await store.folders.create("ana", "Biology")
        for n in range(6):
            await store.upload("ana", f"text {n}", folder_id=folder.id)
        await store.work()
        await store.folders.delete("ana", folder.id, with_files=True)
        counted = Counted(store.database)

        await asyncio.to_thread(purging(store, counted).run_until_idle)

        assert counted.scrubs == 1
        assert store.count("jobs") == 0

    async def test_what_is_deleted_after_waits_for_the_next(self, store: Store) -> None:
        ids = [await store.add("ana", f"text {n}") for n in range(2)]
        counted = Counted(store.database)
        worker = purging(store, counted)
        for file_id in ids:
            await store.files.delete("ana", file_id)
            await asyncio.to_thread(worker.run_until_idle)

        assert counted.scrubs == 1
        assert store.count("jobs", "kind = 'purge' AND state = 'queued' AND failures = 0") == 1

        worker.start()
        await store.until_idle()
        worker.stop()
        assert counted.scrubs == 2

    async def test_what_is_written_over_again_waits_for_the_next(self, store: Store) -> None:
        """All such work of a learner's is one job."""
        file_id = await store.add("ana")
        counted = Counted(store.database)
        worker = purging(store, counted)
        for name in ("a.txt", "b.txt"):
            await store.files.change("ana", file_id, name, None)
            await asyncio.to_thread(worker.run_until_idle)

        assert counted.scrubs == 1
        assert store.count("jobs", "kind = 'purge' AND subject = 'rows' AND state = 'queued'") == 1

        worker.start()
        await store.until_idle()
        worker.stop()
        assert counted.scrubs == 2

    async def test_what_is_written_over_meanwhile_waits_for_the_next(self, store: Store) -> None:
        counted = Counted(store.database)
        counted.meanwhile = lambda: store.database.write_now(lambda tx: enqueue_scrub(tx, "ana"))
        file_id = await store.add("ana")
        await store.files.change("ana", file_id, "a.txt", None)

        await asyncio.to_thread(purging(store, counted).run_until_idle)

        assert counted.scrubs == 1
        assert store.count("jobs", "kind = 'purge' AND subject = 'rows' AND state = 'queued'") == 1

    async def test_a_doubled_upload_costs_no_backup(self, store: Store) -> None:
        await store.add("ana")
        backups = backups_dir(store.settings.data_dir)
        backups.mkdir()

        await store.add("ana")

        assert backups.exists()

    async def test_a_backup_in_the_way_is_tried_again(self, store: Store) -> None:
        file_id = await store.add("ana")
        backups = backups_dir(store.settings.data_dir)
        backups.write_bytes(b"not a folder")
        await store.files.delete("ana", file_id)

        await store.work()
        assert store.count("jobs", "kind = 'purge' AND failures = 0") == 1

        backups.unlink()
        store.database.write_now(lambda tx: tx.execute(jobs.update().values(run_at=1)))
        await store.work()
        assert store.count("jobs") == 0
