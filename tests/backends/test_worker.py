"""The worker's threads over a real queue: retries, giving up, cancelling, handing over."""

import threading
from collections.abc import Callable

import pytest

from clara.core.errors import ClaraError, ProviderFailed, Unavailable, Unreadable
from clara.jobs.worker import HeldJob, Interrupted, Worker
from clara.store.jobs import enqueue, remove_job
from clara.store.tables import jobs
from tests.stores import Store
from tests.waiting import wait_until


class Scripted:
    """Runs what it is given and notes what became of it."""

    def __init__(self, run: Callable[[HeldJob], None]) -> None:
        self.attempts: list[int] = []
        self.given_up: list[str] = []
        self._run = run

    def run(self, job: HeldJob) -> None:
        self.attempts.append(job.attempt)
        self._run(job)

    def give_up(self, job: HeldJob, error: ClaraError) -> None:
        self.given_up.append(error.problem_code)
        job.finish(lambda tx: None)


def finish(job: HeldJob) -> None:
    job.finish(lambda tx: None)


def failing(error: Exception) -> Callable[[HeldJob], None]:
    def run(job: HeldJob) -> None:
        raise error

    return run


def put(store: Store, subject: str = "book", owner_id: str = "ana", kind: str = "read") -> None:
    store.database.write_now(lambda tx: enqueue(tx, owner_id, kind, subject))


def make_due(store: Store) -> None:
    """What time does to work that waits for its next try."""
    store.database.write_now(lambda tx: tx.execute(jobs.update().values(run_at=1)))


def run_all(store: Store, worker: Worker, tries: int = 10) -> None:
    for _ in range(tries):
        make_due(store)
        worker.run_until_idle()


class TestFailures:
    def test_what_the_input_is_to_blame_for_is_given_up_at_once(self, store: Store) -> None:
        handler = Scripted(failing(Unreadable("No.", code="encrypted_pdf")))
        put(store)

        run_all(store, Worker(store.database, {"read": handler}))

        assert (len(handler.attempts), handler.given_up) == (1, ["encrypted_pdf"])
        assert store.count("jobs") == 0

    @pytest.mark.parametrize("error", [ProviderFailed(), RuntimeError("a bug")])
    def test_others_are_tried_three_times(self, store: Store, error: Exception) -> None:
        handler = Scripted(failing(error))
        put(store)

        run_all(store, Worker(store.database, {"read": handler}, max_attempts=3))

        assert len(handler.attempts) == 3
        assert handler.given_up == ["provider_failed" if isinstance(error, ProviderFailed) else "internal"]

    def test_wait_longer_each_time(self, store: Store) -> None:
        handler = Scripted(failing(ProviderFailed()))
        put(store)
        worker = Worker(store.database, {"read": handler})

        worker.run_until_idle()
        worker.run_until_idle()

        assert len(handler.attempts) == 1

    def test_what_the_machine_is_to_blame_for_never_counts(self, store: Store) -> None:
        handler = Scripted(failing(Unavailable("Full.", code="storage_full")))
        put(store)

        run_all(store, Worker(store.database, {"read": handler}, max_attempts=3), tries=7)

        assert (len(handler.attempts), handler.given_up) == (7, [])
        assert store.count("jobs", "failures = 0 AND state = 'queued'") == 1

    def test_a_holder_that_died_three_times_is_given_up_without_a_fourth(self, store: Store) -> None:
        def die(job: HeldJob) -> None:
            raise SystemExit

        handler = Scripted(die)
        put(store)
        worker = Worker(store.database, {"read": handler}, max_attempts=3, lease_s=0.001)
        for _ in range(3):
            with pytest.raises(SystemExit):
                worker.run_until_idle()
            wait_until(lambda: store.count("jobs", "state = 'running'") == 1)
            store.database.write_now(lambda tx: tx.execute(jobs.update().values(lease_until=1)))

        worker.run_until_idle()

        assert (len(handler.attempts), handler.given_up) == (3, ["gave_up"])


class TestThreads:
    def test_a_wake_is_not_waited_for(self, store: Store) -> None:
        done = threading.Event()

        def run(job: HeldJob) -> None:
            finish(job)
            done.set()

        worker = Worker(store.database, {"read": Scripted(run)}, poll_s=60)
        worker.start()
        put(store)
        worker.wake()

        assert done.wait(20)
        worker.stop()

    def test_two_run_side_by_side(self, store: Store) -> None:
        both = threading.Barrier(2, timeout=20)

        def run(job: HeldJob) -> None:
            both.wait()
            finish(job)

        worker = Worker(store.database, {"read": Scripted(run)}, poll_s=0.02)
        put(store, "one")
        put(store, "two")
        worker.start()

        wait_until(lambda: store.count("jobs") == 0)
        worker.stop()

    def test_a_lane_is_free_for_what_is_urgent(self, store: Store) -> None:
        release = threading.Event()

        def run(job: HeldJob) -> None:
            release.wait(20)
            finish(job)

        handlers = {"read": Scripted(run), "purge": Scripted(finish)}
        worker = Worker(store.database, handlers, lanes=[("purge", "read"), ("purge",)], poll_s=0.02)
        put(store, "one")
        worker.start()
        wait_until(lambda: handlers["read"].attempts)
        put(store, "two")
        put(store, "blob", kind="purge")

        wait_until(lambda: store.count("jobs", "kind = 'purge'") == 0)
        assert len(handlers["read"].attempts) == 1
        release.set()
        worker.stop()

    def test_a_handler_that_takes_long_keeps_its_lease(self, store: Store) -> None:
        release, started = threading.Event(), threading.Event()

        def run(job: HeldJob) -> None:
            started.set()
            release.wait(20)
            finish(job)

        first, other = Scripted(run), Scripted(finish)
        holder = Worker(store.database, {"read": first}, lease_s=0.6, poll_s=0.02)
        put(store)
        holder.start()
        assert started.wait(20)
        began = lease_until(store)
        # Several leases long, by the database's clock.
        wait_until(lambda: lease_until(store) > began + 1.5)
        Worker(store.database, {"read": other}).run_until_idle()

        assert other.attempts == []
        release.set()
        wait_until(lambda: store.count("jobs") == 0)
        holder.stop()
        assert len(first.attempts) == 1


class TestCancel:
    def test_stops_the_handler_that_runs(self, store: Store) -> None:
        started, stopped = threading.Event(), threading.Event()

        def run(job: HeldJob) -> None:
            started.set()
            wait_until(job.stop)
            stopped.set()
            raise Interrupted

        handler = Scripted(run)
        worker = Worker(store.database, {"read": handler}, lease_s=0.3, poll_s=0.02)
        put(store)
        worker.start()
        assert started.wait(20)
        store.database.write_now(lambda tx: remove_job(tx, "ana", "read", "book"))

        assert stopped.wait(20)
        worker.stop()
        assert store.count("jobs") == 0
        assert len(handler.attempts) == 1


class TestStop:
    def test_gives_back_what_it_holds_at_once(self, store: Store) -> None:
        started = threading.Event()

        def run(job: HeldJob) -> None:
            job.write(lambda tx: None, {"pages": 3})
            started.set()
            wait_until(job.stop)
            raise Interrupted

        worker = Worker(store.database, {"read": Scripted(run)}, lease_s=600, poll_s=0.02)
        put(store)
        worker.start()
        assert started.wait(20)

        worker.stop()

        assert store.count("jobs", "state = 'queued' AND failures = 0 AND lease_until = 0") == 1
        seen: list[dict[str, int]] = []

        def go_on(job: HeldJob) -> None:
            seen.append(job.checkpoint)
            finish(job)

        Worker(store.database, {"read": Scripted(go_on)}).run_until_idle()
        assert seen == [{"pages": 3}]

    def test_takes_no_more_work(self, store: Store) -> None:
        handler = Scripted(finish)
        worker = Worker(store.database, {"read": handler}, poll_s=0.02)
        worker.start()
        worker.stop()
        put(store)

        assert handler.attempts == []


def lease_until(store: Store) -> float:
    rows = store.database.read_now(lambda tx: tx.execute(jobs.select()).all())
    return float(rows[0].lease_until)
