"""One way to the database, over SQLite or PostgreSQL.

``fn`` is always a synchronous function of one transaction: nothing but the database can be awaited inside it, and
what it returns is handed over only after the commit.
"""

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from clara.core.errors import ClaraError, Unavailable
from clara.settings import Settings

T = TypeVar("T")
Tx = sa.Connection
Work = Callable[[Tx], T]


class Database(Protocol):
    """Transactions as function calls. Errors of the database itself are ``Unavailable`` (503)."""

    dialect: str

    async def read(self, fn: Work[T]) -> T:
        """Run short reads in one snapshot."""
        ...

    async def scan(self, fn: Work[T]) -> T:
        """Run reads that take long in one snapshot, never on the event loop."""
        ...

    async def write(self, fn: Work[T]) -> T:
        """Run reads and writes in one transaction; return after its commit. ``fn`` may run again after a conflict."""
        ...

    def read_now(self, fn: Work[T]) -> T:
        """As ``scan``, for a caller that is in a thread of its own."""
        ...

    def write_now(self, fn: Work[T]) -> T:
        """As ``write``, for a caller that is in a thread of its own."""
        ...

    def scrub(self) -> None:
        """Make deleted rows unreadable in the database's own files (free pages, log). Takes as long as it takes."""
        ...

    def close(self) -> None: ...


def open_database(settings: Settings) -> Database:
    """Open what DATABASE_URL names. The schema must be there: see ``store.migrate``."""
    if settings.sqlalchemy_url.startswith("sqlite"):
        from clara.store.sqlite import SqliteDatabase

        return SqliteDatabase(settings.data_dir / "clara.db")
    from clara.store.postgresql import PostgresqlDatabase

    return PostgresqlDatabase(settings.sqlalchemy_url, pool_size=settings.database.pool_size)


def insert_new(tx: Tx, table: sa.Table, **values: Any) -> bool:
    """Insert a row unless its key is taken; return True when it was inserted."""
    insert = sqlite.insert if tx.dialect.name == "sqlite" else postgresql.insert
    return tx.execute(insert(table).values(**values).on_conflict_do_nothing()).rowcount == 1


def as_public_error(error: BaseException) -> BaseException:
    """Return what a caller of the store may see: our own errors, and the database's own as Unavailable."""
    if isinstance(error, ClaraError) or not isinstance(error, sa.exc.DBAPIError | sa.exc.TimeoutError):
        return error
    if isinstance(error, sa.exc.IntegrityError | sa.exc.ProgrammingError | sa.exc.DataError):
        return error
    public = Unavailable(
        "The database can't be used right now. Try again in a moment.",
        code="database_unavailable",
        headers={"Retry-After": "5"},
    )
    public.__cause__ = error
    return public
