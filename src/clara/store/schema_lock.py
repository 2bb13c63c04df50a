"""Only one process at a time changes a schema; one that dies lets go."""

import contextlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from clara.core.errors import Unavailable

LOCK_ID = 0x636C617261
"""Of PostgreSQL's advisory lock ("clara")."""

WAIT_S = 10.0


@contextlib.contextmanager
def schema_lock(url: str, data_dir: Path, wait_s: float = WAIT_S) -> Iterator[None]:
    """Wait for, then hold, the lock of this database: a file beside SQLite's, an advisory lock in PostgreSQL."""
    if url.startswith("sqlite"):
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (data_dir / "migrate.lock").open("a+b") as handle:
            _wait_for(lambda: _try_lock(handle), wait_s)
            yield
        return
    engine = sa.create_engine(
        url, poolclass=sa.NullPool, isolation_level="AUTOCOMMIT", connect_args={"connect_timeout": 5}
    )
    with engine.connect() as connection:
        query = f"SELECT pg_try_advisory_lock({LOCK_ID})"
        _wait_for(lambda: bool(connection.exec_driver_sql(query).scalar()), wait_s)
        yield


def migrating() -> Unavailable:
    return Unavailable(
        "Another process is changing the database's schema. Try again.",
        code="migrating",
        headers={"Retry-After": "5"},
    )


def _wait_for(lock: Callable[[], bool], wait_s: float) -> None:
    """Ask again and again, since a wait inside the system couldn't be ended by a signal; Unavailable after a while."""
    deadline = time.monotonic() + wait_s
    while not lock():
        if time.monotonic() > deadline:
            raise migrating()
        time.sleep(0.1)


def _try_lock(handle: Any) -> bool:
    """Take an exclusive lock that ends with the file's closing, also by kill -9; False while another has it."""
    try:
        import fcntl
    except ImportError:
        return _try_lock_on_windows(handle)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _try_lock_on_windows(handle: Any) -> bool:
    import msvcrt

    handle.seek(0)
    try:
        msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
    except OSError:
        return False
    return True
