"""One way to the database, over SQLite or PostgreSQL.

``fn`` is always a synchronous function of one transaction: nothing but the database can be awaited inside it, and
what it returns is handed over only after the commit.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

import sqlalchemy as sa

from clara.core.errors import ClaraError, Unavailable

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


def fetch_all(tx: Tx, statement: str, values: Sequence[Any]) -> Sequence[Sequence[Any]]:
    """Run a query on the driver itself, for the path of every search: SQLAlchemy costs more than the read.

    ``statement`` is in the driver's own style (? or %s).
    """
    driver: Any = tx.connection.driver_connection
    try:
        rows: Sequence[Sequence[Any]] = driver.execute(statement, values).fetchall()
    except tx.dialect.loaded_dbapi.Error as error:
        raise sa.exc.DBAPIError.instance(
            statement, None, error, tx.dialect.loaded_dbapi.Error, hide_parameters=True, dialect=tx.dialect
        ) from error
    return rows


async def outlast(write: "asyncio.Future[T]") -> T:
    """Wait for a write that was accepted. A caller who leaves doesn't take it back, nor hears of its error."""
    write.add_done_callback(_heard)
    return await asyncio.shield(write)


def _heard(write: "asyncio.Future[Any]") -> None:
    if not write.cancelled():
        write.exception()


def insert_new(tx: Tx, table: sa.Table, **values: Any) -> bool:
    """Insert a row unless its key is taken; return True when it was inserted."""
    # By what comes back: an INSERT's row count isn't kept by every driver.
    query = _insert(tx, table).values(**values).on_conflict_do_nothing().returning(sa.literal(1))
    return tx.execute(query).scalar() is not None


def insert_missing(tx: Tx, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert the rows whose key isn't taken."""
    if rows:
        tx.execute(_insert(tx, table).on_conflict_do_nothing(), rows)


def upsert(tx: Tx, table: sa.Table, values: Mapping[str, Any], key: Sequence[str], changes: Mapping[str, Any]) -> None:
    """Insert a row, or make ``changes`` to the one that has this unique key."""
    tx.execute(_insert(tx, table).values(**values).on_conflict_do_update(index_elements=key, set_=changes))


def _insert(tx: Tx, table: sa.Table) -> Any:
    # Imported here, since sqlalchemy.dialects.postgresql imports the adapters of all its drivers: 80 ms.
    if tx.dialect.name == "sqlite":
        from sqlalchemy.dialects.sqlite import insert

        return insert(table)
    from sqlalchemy.dialects.postgresql import insert as insert_there

    return insert_there(table)


_UNDEFINED_TABLE, _UNDEFINED_COLUMN = "42P01", "42703"
_SQL_LOGIC_ERROR = 1
"""SQLite's code for a statement that it can't make sense of; a full disk, a lock and the like have their own."""


def as_public_error(error: BaseException) -> BaseException:
    """Return what a caller of the store may see: our own errors, and the database's own as Unavailable.

    What says that a statement of ours is wrong stays what it is: a bug, and a 500.
    """
    if isinstance(error, ClaraError) or not isinstance(error, sa.exc.DBAPIError | sa.exc.TimeoutError):
        return error
    if _lacks_schema(error):
        public = Unavailable("The database is being prepared. Try again in a moment.", code="migrations_behind")
    elif _is_bug(error):
        return error
    else:
        public = Unavailable(
            "The database can't be used right now. Try again in a moment.", code="database_unavailable"
        )
    public.headers["Retry-After"] = "5"
    public.__cause__ = error
    return public


def _lacks_schema(error: sa.exc.SQLAlchemyError) -> bool:
    """Return True when a table or column isn't there yet: a server may listen before its migrations are through."""
    cause = getattr(error, "orig", None)
    if getattr(cause, "sqlstate", None) in (_UNDEFINED_TABLE, _UNDEFINED_COLUMN):
        return True
    return getattr(cause, "sqlite_errorcode", None) == _SQL_LOGIC_ERROR and str(cause).startswith("no such table")


def _is_bug(error: sa.exc.SQLAlchemyError) -> bool:
    if isinstance(error, sa.exc.IntegrityError | sa.exc.ProgrammingError | sa.exc.DataError):
        return True
    return getattr(getattr(error, "orig", None), "sqlite_errorcode", None) == _SQL_LOGIC_ERROR
