"""Fixtures for every test: an app over SQLite, real services from wheels, and what to do when one is missing."""

import itertools
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import anyio
import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from clara.settings import Settings
from clara.testing import RunningApp, make_settings, running_app
from tests.contract.declared import declare
from tests.learners import Learner
from tests.services import missing, start_postgresql

# Hypothesis makes its tables of Unicode at a machine's first run, which is slow and no fault of a strategy.
hypothesis_settings.register_profile("clara", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("clara")


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


_NAMES = ("ENVIRONMENT", "HOST", "PORT", "DATABASE_URL", "REDIS_URL", "FRONTEND_URL", "LOG_LEVEL", "RENDER")
_numbers = itertools.count(1)


@pytest.fixture(autouse=True, scope="session")
def _clean_environment() -> Iterator[None]:
    """No test reads the settings of the machine that it runs on."""
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            ours = name.startswith(
                ("CLARA_", "OPENAI_", "ANTHROPIC_", "GOOGLE_", "GEMINI_", "LIVEKIT_")
            ) and not name.startswith("CLARA_TEST_")
            if ours or name in _NAMES:
                patch.delenv(name)
        yield


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return make_settings(tmp_path / "data")


@pytest.fixture
async def clara(settings: Settings) -> AsyncIterator[RunningApp]:
    """The whole app over SQLite, with a worker; an answer that its OpenAPI document doesn't declare fails the test."""
    async with running_app(settings) as app:
        declare(app.client, app.app)
        yield app


@pytest.fixture(scope="module")
async def shared_clara(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningApp]:
    """As ``clara``, once for a whole module whose tests keep to learners of their own."""
    async with running_app(make_settings(tmp_path_factory.mktemp("data"))) as app:
        declare(app.client, app.app)
        yield app


@pytest.fixture
def ana(shared_clara: RunningApp) -> Learner:
    """A learner of the test's own."""
    return Learner(shared_clara, f"ana-{next(_numbers)}")


@pytest.fixture
def ben(shared_clara: RunningApp) -> Learner:
    """Another learner of the test's own."""
    return Learner(shared_clara, f"ben-{next(_numbers)}")


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """A PostgreSQL server of this run's own, or that of CLARA_TEST_POSTGRES_URL; databases are made as needed."""
    with start_postgresql() as url:
        yield url


@pytest.fixture
def empty_postgresql(postgresql_url: str) -> Iterator[str]:
    """The URL of an empty database."""
    from tests.services import new_database

    with new_database(postgresql_url) as url:
        yield url


__all__ = ["anyio", "missing"]
