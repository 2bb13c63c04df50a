"""Only one process at a time changes a schema; one that dies lets go."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa

LOCK_ID = 0x636C617261
"""Of PostgreSQL's advisory lock ("clara")."""


@contextlib.contextmanager
def schema_lock(url: str, data_dir: Path) -> Iterator[None]:
    """Wait for, then hold, the lock of this database: a file beside SQLite's, an advisory lock in PostgreSQL."""
    if url.startswith("sqlite"):
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (data_dir / "migrate.lock").open("a+b") as handle:
            _lock(handle)
            yield
        return
    engine = sa.create_engine(
        url, poolclass=sa.NullPool, isolation_level="AUTOCOMMIT", connect_args={"connect_timeout": 5}
    )
    with engine.connect() as connection:
        connection.exec_driver_sql(f"SELECT pg_advisory_lock({LOCK_ID})")
        yield


def _lock(handle: Any) -> None:
    """Wait for an exclusive lock that ends with the file's closing, also by kill -9."""
    try:
        import fcntl
    except ImportError:
        import msvcrt

        handle.seek(0)
        msvcrt.locking(handle.fileno(), msvcrt.LK_LOCK, 1)  # type: ignore[attr-defined,unused-ignore]
    else:
        fcntl.flock(handle, fcntl.LOCK_EX)
