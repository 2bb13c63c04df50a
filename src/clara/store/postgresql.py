"""PostgreSQL through psycopg: a pool of connections, each used from a thread of ours."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import sqlalchemy as sa

from clara.store.database import Work, as_public_error

T = TypeVar("T")

CONNECT_TIMEOUT_S = 5
WRITE_TRIES = 3
"""A write that met a deadlock or a serialisation failure runs again."""

RETRYABLE = frozenset({"40001", "40P01"})
SCRUBBED = ("pages", "chunks", "segments", "documents", "files", "messages", "citations", "conversations", "folders")


class PostgresqlDatabase:
    """Reads are REPEATABLE READ snapshots; writes READ COMMITTED with row locks where two may meet."""

    dialect = "postgresql"

    def __init__(self, url: str, pool_size: int = 10) -> None:
        self._engine = sa.create_engine(
            url,
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=CONNECT_TIMEOUT_S,
            pool_pre_ping=True,
            connect_args={"connect_timeout": CONNECT_TIMEOUT_S},
        )
        self._snapshots = self._engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        self._threads = ThreadPoolExecutor(pool_size, thread_name_prefix="postgresql")

    async def read(self, fn: Work[T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, self.read_now, fn)

    async def scan(self, fn: Work[T]) -> T:
        return await self.read(fn)

    async def write(self, fn: Work[T]) -> T:
        return await asyncio.shield(asyncio.get_running_loop().run_in_executor(self._threads, self.write_now, fn))

    def read_now(self, fn: Work[T]) -> T:
        try:
            with self._snapshots.begin() as tx:
                return fn(tx)
        except sa.exc.SQLAlchemyError as error:
            raise as_public_error(error) from error

    def write_now(self, fn: Work[T]) -> T:
        for left in reversed(range(WRITE_TRIES)):
            try:
                with self._engine.begin() as tx:
                    return fn(tx)
            except sa.exc.DBAPIError as error:
                if not left or getattr(error.orig, "sqlstate", None) not in RETRYABLE:
                    raise as_public_error(error) from error
            except sa.exc.SQLAlchemyError as error:
                raise as_public_error(error) from error
        raise AssertionError("unreachable")

    def scrub(self) -> None:
        """Vacuum the tables that hold learners' text, so that no dead row keeps it."""
        with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for table in SCRUBBED:
                connection.exec_driver_sql(f"VACUUM {table}")

    def close(self) -> None:
        self._threads.shutdown()
        self._engine.dispose()
