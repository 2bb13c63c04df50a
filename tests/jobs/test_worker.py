"""A worker whose database fails it now and then (what it does with a sound one is in tests/backends)."""

import threading
from collections.abc import Iterator
from typing import TypeVar

import pytest

from clara.core.errors import ClaraError, Unavailable
from clara.jobs.worker import HeldJob, Worker
from clara.settings import Settings
from clara.store.database import Database, Work
from clara.store.jobs import enqueue
from clara.store.tables import jobs
from tests.stores import Store, open_store
from tests.waiting import wait_until

T = TypeVar("T")


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    with open_store(settings) as store:
        yield store


class Flaky:
    """A database whose next writes fail as they are told to."""

    def __init__(self, database: Database) -> None:
        self.errors: list[Exception] = []
        self._database = database

    def write_now(self, fn: Work[T]) -> T:
        if self.errors:
            raise self.errors.pop(0)
        return self._database.write_now(fn)


class Handler:
    def __init__(self, database: Flaky, *errors: Exception) -> None:
        self.attempts = 0
        self._database = database
        self._errors = errors

    def run(self, job: HeldJob) -> None:
        self.attempts += 1
        if self.attempts == 1:
            self._database.errors += self._errors
        job.finish(lambda tx: None)

    def give_up(self, job: HeldJob, error: ClaraError) -> None:
        raise AssertionError("nothing is given up here")


def put(store: Store) -> None:
    store.database.write_now(lambda tx: enqueue(tx, "ana", "read", "book"))


AWAY = Unavailable("The database can't be used right now.", code="database_unavailable")


class TestClaim:
    @pytest.mark.parametrize("error", [AWAY, RuntimeError("a bug")])
    def test_that_fails_is_tried_again(self, store: Store, error: Exception) -> None:
        flaky = Flaky(store.database)
        flaky.errors = [error] * 5
        handler = Handler(flaky)
        worker = Worker(flaky, {"read": handler}, poll_s=0.01)  # type: ignore[arg-type]
        put(store)
        worker.start()

        wait_until(lambda: handler.attempts == 1)
        worker.stop()
        assert store.count("jobs") == 0


class TestOutage:
    def test_short_is_waited_out_within_the_lease(self, store: Store) -> None:
        """The database fails as the job finishes, and twice as it is given back."""
        flaky = Flaky(store.database)
        handler = Handler(flaky, AWAY, AWAY, AWAY)
        worker = Worker(flaky, {"read": handler}, lease_s=3)  # type: ignore[arg-type]
        put(store)

        worker.run_until_idle()

        assert handler.attempts == 1
        assert store.count("jobs", "state = 'queued' AND failures = 0") == 1

    def test_that_lasts_leaves_the_rest_to_the_lease(self, store: Store) -> None:
        flaky = Flaky(store.database)
        handler = Handler(flaky, *[AWAY] * 1000)
        worker = Worker(flaky, {"read": handler}, lease_s=1.0)  # type: ignore[arg-type]
        put(store)
        worker.start()
        wait_until(lambda: 0 < len(flaky.errors) < 990)
        flaky.errors.clear()

        def done() -> bool:
            # What time does to a lease, or to work that waits for its next try.
            store.database.write_now(lambda tx: tx.execute(jobs.update().values(run_at=1)))
            return store.count("jobs") == 0

        wait_until(done)
        worker.stop()
        assert handler.attempts == 2

    def test_does_not_hold_up_a_stop(self, store: Store) -> None:
        flaky = Flaky(store.database)
        handler = Handler(flaky, *[AWAY] * 100_000)
        worker = Worker(flaky, {"read": handler}, lease_s=600, poll_s=0.01)  # type: ignore[arg-type]
        put(store)
        worker.start()
        wait_until(lambda: handler.attempts == 1)
        stopping = threading.Thread(target=worker.stop)
        stopping.start()

        stopping.join(20)
        assert not stopping.is_alive()
