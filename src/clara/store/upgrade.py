"""The process that migrates: under the schema's lock, and SQLite backed up before.

`python -m clara.store.upgrade` reads {"url", "data_dir"} as JSON from its input.
"""

import contextlib
import json
import sqlite3
import sys
import time
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from clara.core.errors import Unavailable
from clara.store.migrate import TRY_AGAIN, backups_dir, current_revision, migration_engine
from clara.store.schema_lock import schema_lock

MIGRATIONS = "clara.store:migrations"


def upgrade(url: str, data_dir: Path, scripts: str = MIGRATIONS) -> None:
    """Run what is left to run of a folder of migrations; in one transaction, so that a failed one leaves nothing."""
    config = Config()
    config.set_main_option("script_location", scripts)
    config.set_main_option("path_separator", "os")
    with schema_lock(url, data_dir), migration_engine(url).connect() as connection:
        before = current_revision(connection)
        connection.rollback()
        if before == ScriptDirectory.from_config(config).get_current_head():
            return
        if connection.dialect.name == "sqlite":
            _prepare_sqlite(connection, data_dir, before)
        with connection.begin():
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            if connection.dialect.name == "sqlite":
                _check_foreign_keys(connection)


def _prepare_sqlite(connection: sa.Connection, data_dir: Path, before: str | None) -> None:
    raw: Any = connection.connection.dbapi_connection
    if before is not None:
        _back_up(raw, backups_dir(data_dir) / f"clara-{before}-{time.strftime('%Y%m%dT%H%M%S')}.db")
    # A table that a migration rebuilds would take its children along; foreign keys are checked at the end. Past
    # SQLAlchemy, which would begin a transaction first: within one this pragma does nothing.
    raw.execute("PRAGMA foreign_keys=OFF")


def _back_up(source: sqlite3.Connection, target: Path) -> None:
    target.parent.mkdir(mode=0o700, exist_ok=True)
    target.touch(mode=0o600)
    with contextlib.closing(sqlite3.connect(target)) as copy:
        source.backup(copy)


def _check_foreign_keys(connection: sa.Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if broken:
        raise RuntimeError(f"the migration broke foreign keys of {sorted({row[0] for row in broken})}")


if __name__ == "__main__":
    target = json.load(sys.stdin)
    try:
        upgrade(target["url"], Path(target["data_dir"]))
    except Unavailable:
        sys.exit(TRY_AGAIN)
