"""PostgreSQL through psycopg: a pool of connections, each used from a thread of ours."""

import asyncio
import random
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import sqlalchemy as sa

from clara.core.errors import Unavailable
from clara.store.database import Work, as_public_error, outlast
from clara.store.tables import metadata

T = TypeVar("T")

CONNECT_TIMEOUT_S = 5
SILENCE_TIMEOUT_MS = 20_000
"""A connection whose server doesn't acknowledge for so long is dead (a host that vanished closes nothing)."""

WRITE_TRIES = 4
"""A write that met a deadlock or a serialisation failure runs again."""

RETRYABLE = frozenset({"40001", "40P01"})


class PostgresqlDatabase:
    """Reads are REPEATABLE READ snapshots; writes READ COMMITTED with row locks where two may meet.

    Locks are taken in one order: the learner, their job, their document, then what hangs on it.
    """

    dialect = "postgresql"

    def __init__(self, url: str, pool_size: int = 10) -> None:
        self._engine = postgresql_engine(url, pool_size)
        self._snapshots = self._engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        self._threads = ThreadPoolExecutor(pool_size, thread_name_prefix="postgresql")
        self._closed = False
        # One that another thread gives back after the end would wait in the pool for ever.
        sa.event.listen(self._engine, "checkin", lambda _, record: record.invalidate() if self._closed else None)

    async def read(self, fn: Work[T]) -> T:
        self._check_open()
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._read, fn)

    async def scan(self, fn: Work[T]) -> T:
        return await self.read(fn)

    async def write(self, fn: Work[T]) -> T:
        self._check_open()
        return await outlast(asyncio.get_running_loop().run_in_executor(self._threads, self._write, fn))

    def read_now(self, fn: Work[T]) -> T:
        self._check_open()
        return self._read(fn)

    def write_now(self, fn: Work[T]) -> T:
        self._check_open()
        return self._write(fn)

    def _read(self, fn: Work[T]) -> T:
        try:
            with self._snapshots.begin() as tx:
                return fn(tx)
        except sa.exc.SQLAlchemyError as error:
            raise as_public_error(error) from error

    def _write(self, fn: Work[T]) -> T:
        for left in reversed(range(WRITE_TRIES)):
            try:
                with self._engine.begin() as tx:
                    return fn(tx)
            except sa.exc.DBAPIError as error:
                if not left or getattr(error.orig, "sqlstate", None) not in RETRYABLE:
                    raise as_public_error(error) from error
                time.sleep(random.uniform(0, 0.02))  # noqa: S311 - so that the two don't meet again
            except sa.exc.SQLAlchemyError as error:
                raise as_public_error(error) from error
        raise AssertionError("unreachable")

    def scrub(self) -> None:
        """Vacuum the learners' tables, so that the space of deleted rows is used again soon: until then it has them."""
        try:
            with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                for table in metadata.sorted_tables:
                    # Neither wait for another vacuum of the table nor lock readers out to shorten its file.
                    if "owner_id" in table.c:
                        connection.exec_driver_sql(f"VACUUM (SKIP_LOCKED, TRUNCATE FALSE) {table.name}")
        except sa.exc.SQLAlchemyError as error:
            raise as_public_error(error) from error

    def close(self) -> None:
        """Finish the writes that were accepted, then close every connection."""
        self._closed = True
        self._threads.shutdown()
        self._engine.dispose()

    def _check_open(self) -> None:
        if self._closed:
            raise Unavailable("The server is going down.", code="database_unavailable")


def postgresql_engine(url: str, pool_size: int) -> sa.Engine:
    """Return an engine that notices lost connections, and never writes what learners wrote into an error."""
    return sa.create_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=CONNECT_TIMEOUT_S,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args={
            "connect_timeout": CONNECT_TIMEOUT_S,
            "keepalives_idle": 10,
            "keepalives_interval": 5,
            "keepalives_count": 2,
            "tcp_user_timeout": SILENCE_TIMEOUT_MS,
        },
    )
