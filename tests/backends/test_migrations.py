"""Schemas: made whole, migrated, compared; two processes at once; a copy before a migration."""

import asyncio
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

import clara.store.migrations
from clara.core.errors import Unavailable
from clara.settings import Settings, reveal
from clara.store.migrate import HEAD, backups_dir, check_migrated, current_revision, migrate, migration_engine
from clara.store.schema_lock import schema_lock
from clara.store.tables import metadata
from clara.store.upgrade import upgrade
from clara.testing import make_settings
from tests.stores import open_store

MIGRATIONS = Path(clara.store.migrations.__path__[0])
NEXT = f"{int(HEAD) + 1:04d}"

ADDS_A_COLUMN = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = "NEXT", "HEAD"


def upgrade() -> None:
    # Rebuilds a table that others refer to, as SQLite needs it for most changes.
    recreate = "always" if op.get_bind().dialect.name == "sqlite" else "auto"
    with op.batch_alter_table("learners", recreate=recreate) as batch:
        batch.add_column(sa.Column("locale", sa.String(20), nullable=False, server_default="en"))
"""

BREAKS_HALF_WAY = """
from alembic import op

revision, down_revision = "NEXT", "HEAD"


def upgrade() -> None:
    op.drop_table("citations")
    op.execute("SELECT nonsense FROM nowhere")
"""

ORPHANS_ROWS = """
from alembic import op

revision, down_revision = "NEXT", "HEAD"


def upgrade() -> None:
    op.execute("DELETE FROM learners")
"""


@pytest.fixture
def engine(backend: Settings) -> Iterator[sa.Engine]:
    backend.data_dir.mkdir(parents=True, exist_ok=True)
    engine = migration_engine(backend.sqlalchemy_url)
    yield engine
    engine.dispose()


def migrations_with(folder: Path, text: str) -> str:
    """Copy the folder of migrations and add one."""
    shutil.copytree(MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "versions" / f"{NEXT}_test.py").write_text(text.replace("NEXT", NEXT).replace("HEAD", HEAD))
    return str(folder)


def differences(engine: sa.Engine) -> list[object]:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, metadata))


def described(engine: sa.Engine) -> dict[str, object]:
    """Return what two databases are compared by, beyond what Alembic compares."""
    found = sa.inspect(engine)
    return {
        name: (
            [(c["name"], repr(c["type"]), c["nullable"], c["default"]) for c in found.get_columns(name)],
            found.get_pk_constraint(name),
            sorted(found.get_foreign_keys(name), key=repr),
            sorted(found.get_unique_constraints(name), key=repr),
            sorted(found.get_indexes(name), key=repr),
        )
        for name in sorted(found.get_table_names())
    }


def revision(engine: sa.Engine) -> str | None:
    with engine.connect() as connection:
        return current_revision(connection)


class TestHead:
    def test_is_the_newest_migration(self) -> None:
        assert ScriptDirectory(str(MIGRATIONS)).get_current_head() == HEAD


class TestEmptyDatabase:
    def test_is_made_whole(self, backend: Settings, engine: sa.Engine) -> None:
        assert revision(engine) is None

        assert migrate(backend) is None

        assert revision(engine) == HEAD
        assert differences(engine) == []
        assert migrate(backend) == HEAD

    def test_comes_out_the_same_by_migrations(self, backend: Settings, engine: sa.Engine) -> None:
        migrate(backend)
        made = described(engine)
        with engine.begin() as connection:
            metadata.drop_all(connection)
            connection.exec_driver_sql("DROP TABLE alembic_version")

        upgrade(backend.sqlalchemy_url, backend.data_dir)

        assert differences(engine) == []
        assert described(engine) == made

    def test_is_not_ready_before(self, backend: Settings, engine: sa.Engine) -> None:
        with engine.connect() as connection, pytest.raises(Unavailable) as caught:
            check_migrated(connection)
        assert caught.value.problem_code == "migrations_behind"

    @pytest.mark.parametrize("by_migrations", [False, True])
    def test_segments_are_stored_plain(self, empty_postgresql: str, tmp_path: Path, by_migrations: bool) -> None:
        settings = make_settings(tmp_path, database_url=empty_postgresql)
        if by_migrations:
            upgrade(settings.sqlalchemy_url, settings.data_dir)
        migrate(settings)

        query = "SELECT attstorage FROM pg_attribute WHERE attrelid = 'segments'::regclass AND attname = 'data'"
        with migration_engine(settings.sqlalchemy_url).connect() as connection:
            assert connection.exec_driver_sql(query).scalar() in ("e", b"e")

    def test_of_two_processes_both_succeed(self, backend: Settings, engine: sa.Engine) -> None:
        command = (
            "import sys; from clara.settings import revealed; from clara.store.migrate import migrate;"
            "settings = revealed(sys.stdin.buffer.readline()); print('ready', flush=True);"
            "sys.stdin.buffer.readline(); migrate(settings)"
        )
        processes = [
            subprocess.Popen(
                [sys.executable, "-c", command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
            )
            for _ in range(3)
        ]
        for process in processes:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(reveal(backend) + b"\n")
            process.stdin.flush()
            assert process.stdout.readline() == b"ready\n"
        outcomes = [process.communicate(b"\n", timeout=60) for process in processes]

        assert [process.returncode for process in processes] == [0, 0, 0], outcomes
        assert differences(engine) == []


class TestLaterMigration:
    def test_keeps_what_is_there(self, backend: Settings, engine: sa.Engine, tmp_path: Path) -> None:
        fill(backend)
        scripts = migrations_with(tmp_path / "migrations", ADDS_A_COLUMN)

        upgrade(backend.sqlalchemy_url, backend.data_dir, scripts)

        assert revision(engine) == NEXT
        with engine.connect() as connection:
            rows = connection.exec_driver_sql("SELECT owner_id, locale FROM learners").all()
            assert [tuple(row) for row in rows] == [("ana", "en")]
            assert connection.exec_driver_sql("SELECT count(*) FROM folders").scalar() == 2

    def test_that_fails_leaves_everything_as_it_was(self, backend: Settings, engine: sa.Engine, tmp_path: Path) -> None:
        fill(backend)
        before = described(engine)
        scripts = migrations_with(tmp_path / "migrations", BREAKS_HALF_WAY)

        with pytest.raises(sa.exc.SQLAlchemyError):
            upgrade(backend.sqlalchemy_url, backend.data_dir, scripts)

        assert revision(engine) == HEAD
        assert described(engine) == before

    def test_cannot_orphan_rows(self, backend: Settings, engine: sa.Engine, tmp_path: Path) -> None:
        fill(backend)
        scripts = migrations_with(tmp_path / "migrations", ORPHANS_ROWS)

        with pytest.raises((RuntimeError, sa.exc.IntegrityError)):
            upgrade(backend.sqlalchemy_url, backend.data_dir, scripts)

        assert revision(engine) == HEAD

    def test_runs_in_a_process_of_its_own(self, backend: Settings, engine: sa.Engine) -> None:
        """As a server does it: an older database is one whose revision isn't HEAD."""
        fill(backend)
        with engine.begin() as connection:
            connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'from the future'")

        with pytest.raises(Unavailable) as caught:
            migrate(backend)

        assert caught.value.problem_code == "migration_failed"

    def test_waits_for_another_that_runs(self, backend: Settings, engine: sa.Engine, tmp_path: Path) -> None:
        fill(backend)
        scripts = migrations_with(tmp_path / "migrations", ADDS_A_COLUMN)
        command = (
            "import sys; from pathlib import Path; from clara.store.upgrade import upgrade;"
            "print('begins', flush=True); upgrade(sys.argv[1], Path(sys.argv[2]), sys.argv[3])"
        )
        arguments = [sys.executable, "-c", command, backend.sqlalchemy_url, str(backend.data_dir), scripts]
        with schema_lock(backend.sqlalchemy_url, backend.data_dir):
            process = subprocess.Popen(arguments, stdout=subprocess.PIPE)
            assert process.stdout is not None
            assert process.stdout.readline() == b"begins\n"
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(2)
            assert revision(engine) == HEAD

        assert process.wait(60) == 0
        process.stdout.close()
        assert revision(engine) == NEXT


class TestLock:
    def test_of_another_is_waited_for_only_so_long(self, backend: Settings) -> None:
        place = backend.sqlalchemy_url, backend.data_dir
        with schema_lock(*place), pytest.raises(Unavailable) as caught, schema_lock(*place, wait_s=0.1):
            pytest.fail("two have it")
        assert caught.value.problem_code == "migrating"

        with schema_lock(*place, wait_s=0.1):
            pass


class TestBackup:
    def test_is_made_before_a_later_migration(self, tmp_path: Path) -> None:
        settings = make_settings(tmp_path / "data")
        fill(settings)
        assert not backups_dir(settings.data_dir).exists()
        scripts = migrations_with(tmp_path / "migrations", ADDS_A_COLUMN)

        upgrade(settings.sqlalchemy_url, settings.data_dir, scripts)
        upgrade(settings.sqlalchemy_url, settings.data_dir, scripts)

        (backup,) = backups_dir(settings.data_dir).iterdir()
        assert backup.stat().st_mode & 0o077 == 0
        with closing(sqlite3.connect(backup)) as copy:
            assert copy.execute("SELECT version_num FROM alembic_version").fetchall() == [(HEAD,)]
            assert copy.execute("SELECT owner_id FROM learners").fetchall() == [("ana",)]

    def test_database_is_its_owners_alone(self, tmp_path: Path) -> None:
        settings = make_settings(tmp_path / "data")
        with open_store(settings) as store:
            store.count("learners")
            modes = {path.name: path.stat().st_mode & 0o077 for path in settings.data_dir.glob("clara.db*")}

        assert modes == dict.fromkeys(("clara.db", "clara.db-wal", "clara.db-shm"), 0)


def fill(settings: Settings) -> None:
    with open_store(settings) as store:
        asyncio.run(store.folders.create("ana", "Biology"))
