"""Bring a database to the current schema: one at a time (advisory lock), SQLite backed up before."""

import contextlib
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from clara.core.errors import Unavailable
from clara.settings import Settings
from clara.store.database import Tx, as_public_error

HEAD = "0001"
"""The newest revision; a test holds it to the folder of migrations, so that a start needs no Alembic to compare."""

LOCK_ID = 0x636C617261
"""Of PostgreSQL's advisory lock ("clara")."""


def current_revision(tx: Tx) -> str | None:
    """Return the revision that the database is at, or None when it is empty."""
    if not sa.inspect(tx).has_table("alembic_version"):
        return None
    revision: str | None = tx.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return revision


def check_migrated(tx: Tx) -> None:
    """Raise Unavailable unless the schema is the one that this code was written for."""
    revision = current_revision(tx)
    if revision != HEAD:
        raise Unavailable(
            f"The schema is at {revision or 'nothing'}, this version needs {HEAD}: run `python -m clara migrate`.",
            code="migrations_behind",
        )


def migrate(settings: Settings) -> str | None:
    """Upgrade to HEAD and return the revision before (None: empty). Several processes may call it at once."""
    if settings.sqlalchemy_url.startswith("sqlite"):
        return _migrate_sqlite(settings.data_dir)
    engine = sa.create_engine(settings.sqlalchemy_url, poolclass=sa.NullPool, connect_args={"connect_timeout": 5})
    try:
        return _migrate_postgresql(engine)
    except sa.exc.OperationalError as error:
        raise as_public_error(error) from error


def _migrate_postgresql(engine: sa.Engine) -> str | None:
    with engine.connect() as lock:
        lock.exec_driver_sql(f"SELECT pg_advisory_lock({LOCK_ID})")
        try:
            with engine.begin() as connection:
                before = current_revision(connection)
                if before != HEAD:
                    _upgrade(connection)
            return before
        finally:
            lock.exec_driver_sql(f"SELECT pg_advisory_unlock({LOCK_ID})")


def _migrate_sqlite(data_dir: Path) -> str | None:
    from clara.store.sqlite import sqlite_engine

    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = data_dir / "clara.db"
    with _file_lock(data_dir / "migrate.lock"):
        engine = sqlite_engine(path)
        with engine.connect() as connection, connection.begin():
            before = current_revision(connection)
        if before == HEAD:
            return before
        if before is not None:
            _back_up(path, backups_dir(data_dir) / f"clara-{before}-{time.strftime('%Y%m%dT%H%M%S')}.db")
        with engine.connect() as connection:
            # A table that a migration rebuilds would take its children along; foreign keys are checked at the end.
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            connection.commit()
            with connection.begin():
                _upgrade(connection)
                if broken := connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall():
                    raise RuntimeError(f"the migration broke foreign keys: {broken[:5]}")
        path.chmod(0o600)
        return before


def backups_dir(data_dir: Path) -> Path:
    """Where copies from before a migration lie. They hold learners' text: a deletion removes them too."""
    return data_dir / "backups"


def _back_up(source: Path, target: Path) -> None:
    target.parent.mkdir(mode=0o700, exist_ok=True)
    with contextlib.closing(sqlite3.connect(source)) as old, contextlib.closing(sqlite3.connect(target)) as new:
        old.backup(new)
    target.chmod(0o600)


def _upgrade(connection: sa.Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "clara.store:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


@contextlib.contextmanager
def _file_lock(path: Path) -> Iterator[None]:
    with path.open("a+b") as handle:
        _lock(handle)
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
