"""Bring a database to the current schema: an empty one gets it whole, an older one by Alembic in a process of its own.

A server that finds or makes its schema needs no Alembic (9 MB, 0.4 s). Tests hold both ways to one result.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa
import structlog

from clara.core.errors import Unavailable
from clara.store.database import Tx, as_public_error
from clara.store.schema_lock import migrating, schema_lock
from clara.store.tables import metadata

if TYPE_CHECKING:
    from clara.settings import Settings

log = structlog.get_logger()

HEAD = "0004"
"""The newest revision; a test holds it to the folder of migrations."""

TRY_AGAIN = 75
"""How the upgrading process ends when another has the lock (EX_TEMPFAIL of sysexits.h)."""

_TABLE_EXISTS = {
    "sqlite": "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'alembic_version'",
    "postgresql": "SELECT 1 WHERE to_regclass('alembic_version') IS NOT NULL",
}


def current_revision(tx: Tx) -> str | None:
    """Return the revision that the database is at, or None when it is empty."""
    if tx.exec_driver_sql(_TABLE_EXISTS[tx.dialect.name]).scalar() is None:
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


def migrate(settings: "Settings") -> str | None:
    """Upgrade to HEAD and return the revision before (None: empty). Several processes may call it at once.

    Raises Unavailable when the database can't be reached, or can't be upgraded (the log tells why).
    """
    url, data_dir = settings.sqlalchemy_url, settings.data_dir
    try:
        before = _revision_at(url)
        if before is None:
            with schema_lock(url, data_dir):
                _create(url)
        if _revision_at(url) != HEAD:
            _upgrade(url, data_dir)
    except sa.exc.SQLAlchemyError as error:
        raise as_public_error(error) from error
    except OSError as error:
        raise Unavailable(f"{data_dir} can't be written: {error.strerror}.", code="storage_unavailable") from error
    return before


def backups_dir(data_dir: Path) -> Path:
    """Where copies from before a migration lie. They hold learners' text: a deletion removes them too."""
    return data_dir / "backups"


def migration_engine(url: str) -> sa.Engine:
    """Return an engine that keeps no connection."""
    if url.startswith("sqlite"):
        from clara.store.sqlite import sqlite_engine

        return sqlite_engine(_path(url))
    return sa.create_engine(url, poolclass=sa.NullPool, hide_parameters=True, connect_args={"connect_timeout": 5})


def _revision_at(url: str) -> str | None:
    if url.startswith("sqlite") and not _path(url).exists():
        return None
    with migration_engine(url).connect() as connection:
        return current_revision(connection)


def _path(url: str) -> Path:
    return Path(str(sa.make_url(url).database))


def _create(url: str) -> None:
    """Make the schema in an empty database, as all migrations together would."""
    if url.startswith("sqlite"):
        # Before SQLite makes it, and with the same mode its log.
        _path(url).touch(mode=0o600)
    with migration_engine(url).begin() as connection:
        if current_revision(connection) is None:
            metadata.create_all(connection, checkfirst=False)
            connection.exec_driver_sql(
                "CREATE TABLE alembic_version "
                "(version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
            )
            connection.exec_driver_sql(f"INSERT INTO alembic_version (version_num) VALUES ('{HEAD}')")


def _upgrade(url: str, data_dir: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "clara.store.upgrade"],
        input=json.dumps({"url": url, "data_dir": str(data_dir)}).encode(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        check=False,
    )
    if done.returncode == TRY_AGAIN:
        raise migrating()
    if done.returncode != 0:
        log.error("store.migration_failed", code=done.returncode, output=done.stderr.decode("utf-8", "replace")[-4000:])
        raise Unavailable(
            "The database can't be brought to this version's schema; the log tells why.", code="migration_failed"
        )
