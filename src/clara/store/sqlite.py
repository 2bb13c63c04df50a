"""SQLite: one writer thread that commits in groups, and a reading connection a thread."""

import asyncio
import contextlib
import queue
import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, Generic, TypeVar

import sqlalchemy as sa

from clara.core.errors import Unavailable
from clara.store.database import Work, as_public_error, outlast
from clara.store.sqlite_scrub import Scrubber

T = TypeVar("T")

GROUP_SIZE = 64
GROUP_TIME_S = 0.02
"""Writes that wait share a commit, until one of these is reached."""

BUSY_TIMEOUT_S = 30.0
"""How long a writer waits for that of another process, which may be rewriting the file (see sqlite_scrub)."""

SCRUB_PATIENCE_S = 10.0
"""Less than a worker has to end: a scrub that somebody's long reading holds up is tried again later."""

READERS = 4


class SqliteDatabase:
    """WAL, synchronous=FULL (committing in groups makes that cheap), foreign keys, secure_delete."""

    dialect = "sqlite"

    def __init__(self, path: Path, busy_timeout_s: float = BUSY_TIMEOUT_S) -> None:
        self.path = path
        self._engine = sqlite_engine(path, busy_timeout_s)
        self._scrubber = Scrubber(path, min(busy_timeout_s, SCRUB_PATIENCE_S))
        self._local = threading.local()
        self._connections: set[sa.Connection] = set()
        self._queue: queue.SimpleQueue[_Item[Any] | None] = queue.SimpleQueue()
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="sqlite-read")
        self._accepting = threading.Lock()
        self._closed = False
        self._writer = threading.Thread(target=self._write_groups, name="sqlite-write", daemon=True)
        self._writer.start()

    async def read(self, fn: Work[T]) -> T:
        # A point read takes 10 to 60 µs, less than a hop to another thread, and never waits for the writer (WAL).
        return self.read_now(fn)

    async def scan(self, fn: Work[T]) -> T:
        self._check_open()
        return await asyncio.get_running_loop().run_in_executor(self._readers, self.read_now, fn)

    def read_now(self, fn: Work[T]) -> T:
        self._check_open()
        try:
            connection = self._connection(begin="")
            driver: Any = connection.connection.driver_connection
            # Begun and ended on the driver itself: SQLAlchemy's own transaction costs as much as a point read.
            driver.execute("BEGIN")
            try:
                return fn(connection)
            finally:
                (connection if connection.in_transaction() else driver).rollback()
        except sa.exc.DBAPIError as error:
            self._drop_connection()
            raise as_public_error(error) from error
        except sqlite3.Error as error:
            self._drop_connection()
            raise as_public_error(sa.exc.OperationalError("BEGIN or ROLLBACK", None, error)) from error

    async def write(self, fn: Work[T]) -> T:
        return await outlast(asyncio.wrap_future(self._submit(fn)))

    def write_now(self, fn: Work[T]) -> T:
        return self._submit(fn).result()

    def scrub(self) -> None:
        """Remove what is left of deleted rows in the file and its log; other writers wait for milliseconds."""
        try:
            self._scrubber.scrub()
        except sqlite3.OperationalError as error:
            raise Unavailable("The database can't be scrubbed now.", code="database_unavailable") from error

    def close(self) -> None:
        """Finish the writes that were accepted, then close every connection."""
        with self._accepting:
            if self._closed:
                return
            self._closed = True
            self._queue.put(None)
        self._writer.join()
        self._readers.shutdown()
        for connection in tuple(self._connections):
            connection.close()
        self._engine.dispose()

    def _check_open(self) -> None:
        if self._closed:
            raise Unavailable("The server is going down.", code="database_unavailable")

    def _connection(self, begin: str) -> sa.Connection:
        """Return this thread's connection, whose transactions start with ``begin``; "" leaves that to the caller."""
        connection: sa.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._engine.connect().execution_options(begin=begin)
            self._local.connection = connection
            self._connections.add(connection)
        return connection

    def _drop_connection(self) -> None:
        """Forget this thread's connection after an error: the next use opens a fresh one."""
        connection: sa.Connection | None = getattr(self._local, "connection", None)
        self._local.connection = None
        if connection is not None:
            self._connections.discard(connection)
            with contextlib.suppress(sa.exc.SQLAlchemyError):
                connection.invalidate()
                connection.close()

    def _submit(self, fn: Work[T]) -> "Future[T]":
        item = _Item(fn)
        with self._accepting:
            self._check_open()
            self._queue.put(item)
        return item.future

    def _write_groups(self) -> None:
        while (item := self._queue.get()) is not None:
            group = [item]
            try:
                self._commit_group(group)
            except BaseException as error:
                self._drop_connection()
                for member in group:
                    member.outcome = _raising(as_public_error(error))
            for member in group:
                member.tell()

    def _commit_group(self, group: "list[_Item[Any]]") -> None:
        """Run what waits in one transaction, each in a savepoint of its own; nobody is told before the commit.

        Writes that come meanwhile join ``group`` until it is full.
        """
        ends = time.monotonic() + GROUP_TIME_S
        with (connection := self._connection(begin="BEGIN IMMEDIATE")).begin():
            group[0].run(connection)
            while len(group) < GROUP_SIZE and time.monotonic() < ends:
                item = self._waiting()
                if item is None:
                    break
                group.append(item)
                item.run(connection)

    def _waiting(self) -> "_Item[Any] | None":
        try:
            item = self._queue.get_nowait()
        except queue.Empty:
            return None
        if item is None:
            self._queue.put(None)
        return item


class _Item(Generic[T]):
    """A write that was accepted: what to run, and who waits for it."""

    def __init__(self, work: Work[T]) -> None:
        self.future: Future[T] = Future()
        self.future.set_running_or_notify_cancel()
        self.outcome: Callable[[], T] = _unknown
        self._work = work

    def run(self, connection: sa.Connection) -> None:
        """Do the work in a savepoint, so that its error undoes it alone, and keep the outcome to tell."""
        connection.exec_driver_sql("SAVEPOINT one")
        try:
            result = self._work(connection)
            self.outcome = lambda: result
        except Exception as error:
            self.outcome = _raising(as_public_error(error))
            _roll_back(connection, error)
        connection.exec_driver_sql("RELEASE one")

    def tell(self) -> None:
        try:
            self.future.set_result(self.outcome())
        except BaseException as error:
            self.future.set_exception(error)


def _unknown() -> Any:
    raise AssertionError("the outcome of a write is known after its commit")


def _raising(error: BaseException) -> Callable[[], Any]:
    def outcome() -> Any:
        raise error

    return outcome


def _roll_back(connection: sa.Connection, error: Exception) -> None:
    try:
        connection.exec_driver_sql("ROLLBACK TO one")
    except sa.exc.DBAPIError as lost:
        # SQLite gave up the whole transaction (a full disk): nothing of the group is committed, and this is why.
        raise error if isinstance(error, sa.exc.DBAPIError) else lost from error


def sqlite_engine(path: Path, busy_timeout_s: float = BUSY_TIMEOUT_S) -> sa.Engine:
    """Return an engine whose connections are set up as Clara wants them; transactions begin as ``begin`` says."""
    engine = sa.create_engine(
        f"sqlite:///{path}",
        poolclass=sa.NullPool,
        hide_parameters=True,
        connect_args={"timeout": busy_timeout_s, "check_same_thread": False},
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
        if begin := connection.get_execution_options().get("begin", "BEGIN IMMEDIATE"):
            connection.exec_driver_sql(begin)

    return engine
