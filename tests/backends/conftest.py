"""Each test here runs twice: on SQLite, and on PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from clara.settings import Settings
from clara.store.tables import metadata
from clara.testing import make_settings
from tests.services import new_database
from tests.stores import Store, open_store

BACKENDS = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def shared_database(postgresql_url: str) -> Iterator[str]:
    """One PostgreSQL database for all tests that leave it empty: making one takes longer than most of them."""
    with new_database(postgresql_url) as url:
        yield url


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Settings for a store that is not there yet."""
    if request.param == "sqlite":
        return make_settings(tmp_path / "data")
    return make_settings(tmp_path / "data", database_url=request.getfixturevalue("empty_postgresql"))


@pytest.fixture(params=BACKENDS)
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settings]:
    if request.param == "sqlite":
        yield make_settings(tmp_path / "data")
        return
    settings = make_settings(tmp_path / "data", database_url=request.getfixturevalue("shared_database"))
    yield settings
    _empty(settings)


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    with open_store(settings) as store:
        yield store


def _empty(settings: Settings) -> None:
    engine = sa.create_engine(settings.sqlalchemy_url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(table.delete())
