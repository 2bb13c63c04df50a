"""Transactions as function calls: the same on every backend."""

import asyncio
import gc
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from clara.core.errors import NotFound, Unavailable
from clara.jobs.held import HeldJob
from clara.store.conversations import Conversation, add_conversation, list_conversations
from clara.store.database import Tx
from clara.store.files import Status, change_document
from clara.store.jobs import INGEST, JobLost, remove_job
from clara.store.learners import lock_learner
from clara.store.opening import open_database
from clara.store.system import claim_job
from tests.backends.test_conversations import is_blocked
from tests.stores import Store
from tests.waiting import wait_for

pytestmark = pytest.mark.anyio


def add(tx: Tx, name: str, owner_id: str = "ana") -> str:
    lock_learner(tx, owner_id, 1.0)
    add_conversation(tx, owner_id, Conversation(name, name, "none", 1.0, 1.0))
    return name


def names(tx: Tx) -> list[str]:
    return sorted(conversation.id for conversation in list_conversations(tx, "ana", 1000, None))


class TestRead:
    async def test_sees_one_snapshot(self, store: Store) -> None:
        store.database.write_now(lambda tx: add(tx, "before"))

        def twice(tx: Tx) -> tuple[list[str], list[str]]:
            seen = names(tx)
            writer = threading.Thread(target=store.database.write_now, args=[lambda other: add(other, "meanwhile")])
            writer.start()
            writer.join()
            return seen, names(tx)

        assert await store.database.scan(twice) == (["before"], ["before"])
        assert await store.database.read(names) == ["before", "meanwhile"]

    async def test_hands_errors_on(self, store: Store) -> None:
        def refuse(tx: Tx) -> None:
            raise NotFound("There is no such thing.")

        for read in (store.database.read, store.database.scan, asyncio.to_thread):
            with pytest.raises(NotFound):
                await (read(refuse) if read is not asyncio.to_thread else read(store.database.read_now, refuse))


class TestWrite:
    async def test_is_done_whole_or_not_at_all(self, store: Store) -> None:
        def refuse(tx: Tx) -> None:
            add(tx, "half-made")
            raise NotFound("There is no such thing.")

        with pytest.raises(NotFound):
            await store.database.write(refuse)

        assert await store.database.read(names) == []

    async def test_of_a_caller_who_left_is_not_lost(self, store: Store) -> None:
        entered, go_on = threading.Event(), threading.Event()

        def slowly(tx: Tx) -> None:
            entered.set()
            assert go_on.wait(20)
            add(tx, "kept")

        writing = asyncio.create_task(store.database.write(slowly))
        await wait_for(entered.is_set)
        writing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await writing
        go_on.set()

        await wait_for(lambda: store.database.read_now(names) == ["kept"])

    async def test_many_at_once(self, store: Store) -> None:
        await asyncio.gather(*(store.database.write(lambda tx, n=n: add(tx, f"{n:02}")) for n in range(40)))

        assert await store.database.read(names) == [f"{n:02}" for n in range(40)]


class TestErrors:
    async def test_of_ours_are_bugs(self, store: Store) -> None:
        with pytest.raises(sa.exc.DBAPIError):
            await store.database.write(lambda tx: tx.exec_driver_sql("SELEKT 1"))
        with pytest.raises(sa.exc.IntegrityError):
            await store.database.write(lambda tx: [add(tx, "one"), add(tx, "one")])

    async def test_do_not_quote_what_was_written(self, store: Store) -> None:
        secret = "what the learner wrote"

        def twice(tx: Tx) -> None:
            for _ in range(2):
                add_conversation(tx, "ana", Conversation("one", secret, "none", 1.0, 1.0))

        await store.folders.create("ana", "Biology")
        with pytest.raises(sa.exc.IntegrityError) as caught:
            await store.database.write(twice)
        assert secret not in str(caught.value)

    async def test_of_a_schema_that_is_not_there_yet(self, store: Store) -> None:
        for call in (store.database.read, store.database.write):
            with pytest.raises(Unavailable) as caught:
                await call(lambda tx: tx.exec_driver_sql("SELECT * FROM tables_of_tomorrow"))
            assert caught.value.problem_code == "migrations_behind"
            assert caught.value.headers["Retry-After"]


class TestLocks:
    async def test_a_job_is_finished_after_the_learner_is_free(self, store: Store) -> None:
        """While a deletion has the learner, a job of theirs waits before it touches anything: never in a circle."""
        uploaded = await store.upload("ana")
        document_id = uploaded.file.document.id
        job = store.database.write_now(lambda tx: claim_job(tx, [INGEST], "w1", 60, 2))
        assert job is not None
        held = HeldJob(job, store.database, 60, threading.Event())
        entered, go_on = threading.Event(), threading.Event()

        def delete(tx: Tx) -> None:
            lock_learner(tx, "ana", 1.0)
            entered.set()
            assert go_on.wait(20)
            remove_job(tx, "ana", INGEST, document_id)
            change_document(tx, "ana", document_id, 1.0, status=Status.FAILED)

        def publish(tx: Tx) -> None:
            change_document(tx, "ana", document_id, 1.0, status=Status.READY)

        deleting = asyncio.create_task(asyncio.to_thread(store.database.write_now, delete))
        await wait_for(entered.is_set)
        finishing = asyncio.create_task(asyncio.to_thread(held.finish, publish))
        await wait_for(lambda: is_blocked(store))
        go_on.set()
        await deleting

        with pytest.raises(JobLost):
            await finishing
        assert (await store.files.get("ana", uploaded.file.id)).document.status is Status.FAILED


class TestClose:
    async def test_a_write_of_another_thread_ends_and_leaves_no_connection(self, store: Store) -> None:
        """Left open, a connection would be warned about when it is collected."""
        database = open_database(store.settings)
        entered, go_on = threading.Event(), threading.Event()

        def hold(tx: Tx) -> None:
            add(tx, "cell")
            entered.set()
            assert go_on.wait(20)

        with ThreadPoolExecutor(1) as pool:
            writing = pool.submit(database.write_now, hold)
            await wait_for(entered.is_set)
            closing = asyncio.create_task(asyncio.to_thread(database.close))
            # PostgreSQL doesn't wait for the threads of others, SQLite's writer is one of its own.
            await asyncio.wait([closing], timeout=0.3)
            go_on.set()
            await closing
            writing.result(20)
        del database, writing
        gc.collect()

        assert await store.database.read(names) == ["cell"]

    async def test_nothing_is_taken_after(self, store: Store) -> None:
        database = open_database(store.settings)
        database.close()

        for call in (database.read_now, database.write_now):
            with pytest.raises(Unavailable):
                call(names)
