"""SQLite: one writer thread that commits in groups, and a reading connection a thread."""

import asyncio
import contextlib
import queue
import sqlite3
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa

from clara.core.errors import Unavailable
from clara.store.database import Work, as_public_error

T = TypeVar("T")

GROUP_SIZE = 64
GROUP_TIME_S = 0.02
"""Writes that wait share a commit, until one of these is reached."""

BUSY_TIMEOUT_S = 5.0

Item = tuple[Work[Any], Future[Any]]


class SqliteDatabase:
    """WAL, synchronous=FULL (committing in groups makes that cheap), foreign keys, secure_delete."""

    dialect = "sqlite"

    def __init__(self, path: Path) -> None:
        self.path = path
        self._engine = sqlite_engine(path)
        self._local = threading.local()
        self._connections: list[sa.Connection] = []
        self._queue: queue.SimpleQueue[Item | None] = queue.SimpleQueue()
        self._readers = ThreadPoolExecutor(4, thread_name_prefix="sqlite-read")
        self._closed = False
        self._writer = threading.Thread(target=self._write_groups, name="sqlite-write", daemon=True)
        self._writer.start()

    async def read(self, fn: Work[T]) -> T:
        # A point read takes 10 to 60 µs, less than a hop to another thread, and never waits for the writer (WAL).
        return self.read_now(fn)

    async def scan(self, fn: Work[T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._readers, self.read_now, fn)

    def read_now(self, fn: Work[T]) -> T:
        try:
            connection = self._connection("BEGIN")
            with connection.begin() as transaction:
                result = fn(connection)
                transaction.rollback()
            return result
        except sa.exc.DBAPIError as error:
            self._drop_connection()
            raise as_public_error(error) from error

    async def write(self, fn: Work[T]) -> T:
        return await asyncio.shield(asyncio.wrap_future(self._submit(fn)))

    def write_now(self, fn: Work[T]) -> T:
        return self._submit(fn).result()

    def scrub(self) -> None:
        """Empty the write-ahead log; pages freed under secure_delete are zeros already."""
        deadline = time.monotonic() + BUSY_TIMEOUT_S
        with contextlib.closing(sqlite3.connect(self.path, timeout=BUSY_TIMEOUT_S)) as connection:
            while connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
                if time.monotonic() > deadline:
                    raise Unavailable("The write-ahead log is in use.", code="database_unavailable")
                time.sleep(0.05)

    def close(self) -> None:
        """Finish the writes that were accepted, then close every connection."""
        if self._closed:
            return
        self._closed = True
        self._queue.put(None)
        self._writer.join()
        self._readers.shutdown()
        for connection in self._connections:
            connection.close()
        self._engine.dispose()

    def _connection(self, begin: str) -> sa.Connection:
        connection: sa.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._engine.connect().execution_options(begin=begin)
            self._local.connection = connection
            self._connections.append(connection)
        return connection

    def _drop_connection(self) -> None:
        connection: sa.Connection | None = getattr(self._local, "connection", None)
        self._local.connection = None
        if connection is not None:
            self._connections.remove(connection)
            connection.invalidate()
            connection.close()

    def _submit(self, fn: Work[T]) -> "Future[T]":
        if self._closed:
            raise Unavailable("The database is closed.", code="database_unavailable")
        future: Future[T] = Future()
        self._queue.put((fn, future))
        return future

    def _write_groups(self) -> None:
        while (item := self._queue.get()) is not None:
            futures: list[Future[Any]] = []
            outcomes: list[Any] = []
            try:
                self._commit_group(item, futures, outcomes)
            except BaseException as error:
                self._drop_connection()
                outcomes = [_Failure(as_public_error(error))] * len(futures)
            for future, outcome in zip(futures, outcomes, strict=True):
                if isinstance(outcome, _Failure):
                    future.set_exception(outcome.error)
                else:
                    future.set_result(outcome)

    def _commit_group(self, item: Item | None, futures: list[Future[Any]], outcomes: list[Any]) -> None:
        """Run what waits in one transaction, each in a savepoint of its own; nobody is told before the commit."""
        ends = time.monotonic() + GROUP_TIME_S
        futures.append(item[1])  # type: ignore[index]
        with (connection := self._connection("BEGIN IMMEDIATE")).begin():
            while item is not None:
                outcomes.append(_in_savepoint(connection, item[0]))
                full = len(futures) >= GROUP_SIZE or time.monotonic() > ends
                item = None if full else self._waiting()
                if item is not None:
                    futures.append(item[1])

    def _waiting(self) -> Item | None:
        try:
            item = self._queue.get_nowait()
        except queue.Empty:
            return None
        if item is None:
            self._queue.put(None)
        return item


class _Failure:
    def __init__(self, error: BaseException) -> None:
        self.error = error


def _in_savepoint(connection: sa.Connection, work: Work[Any]) -> Any:
    connection.exec_driver_sql("SAVEPOINT one")
    try:
        result = work(connection)
    except Exception as error:
        # When the database itself gave up (a full disk), this fails too, and with it the group: nothing was committed.
        connection.exec_driver_sql("ROLLBACK TO one")
        result = _Failure(as_public_error(error))
    connection.exec_driver_sql("RELEASE one")
    return result


def sqlite_engine(path: Path) -> sa.Engine:
    """Return an engine whose connections are set up as Clara wants them; transactions begin as ``begin`` says."""
    engine = sa.create_engine(
        f"sqlite:///{path}",
        poolclass=sa.NullPool,
        connect_args={"timeout": BUSY_TIMEOUT_S, "check_same_thread": False},
    )

    @sa.event.listens_for(engine, "connect")
    def _set_up(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "secure_delete=ON",
            "cache_size=-4096",
            "mmap_size=0",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN IMMEDIATE"))

    return engine
