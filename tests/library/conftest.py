"""A store on SQLite; that PostgreSQL does the same is shown in tests/backends."""

from collections.abc import Iterator

import pytest

from clara.settings import Settings
from tests.stores import Store, open_store


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    with open_store(settings) as store:
        yield store
