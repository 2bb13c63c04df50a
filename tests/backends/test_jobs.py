"""Jobs by lease: the same on every backend."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from clara.jobs.held import HeldJob
from clara.store.database import Tx
from clara.store.jobs import JobLost, enqueue, finish_job, hold_job, remove_job, requeue_job, save_checkpoint
from clara.store.system import Job, claim_job
from clara.store.tables import jobs
from tests.stores import Store

LEASE_S = 60.0


def put(store: Store, owner_id: str, subject: str, kind: str = "read", delay_s: float = 0) -> None:
    store.database.write_now(lambda tx: enqueue(tx, owner_id, kind, subject, delay_s))


def claim(store: Store, worker: str = "w1", kinds: tuple[str, ...] = ("read",), per_owner: int = 2) -> Job | None:
    return store.database.write_now(lambda tx: claim_job(tx, kinds, worker, LEASE_S, per_owner))


def claimed(store: Store, **options: object) -> Job:
    job = claim(store, **options)  # type: ignore[arg-type]
    assert job is not None
    return job


def lapse(store: Store) -> None:
    """What time does to every lease when its holder is gone."""
    store.database.write_now(
        lambda tx: tx.execute(jobs.update().where(jobs.c.state == "running").values(lease_until=1))
    )


def held(store: Store, job: Job) -> HeldJob:
    return HeldJob(job, store.database, LEASE_S, threading.Event())


class TestClaim:
    def test_takes_the_oldest_first(self, store: Store) -> None:
        for subject in ("first", "second", "third"):
            put(store, f"owner of {subject}", subject)
            time.sleep(0.002)

        assert [claimed(store).subject for _ in range(3)] == ["first", "second", "third"]
        assert claim(store) is None

    def test_takes_those_who_have_least_running_first(self, store: Store) -> None:
        for n in range(5):
            put(store, "ana", f"ana {n}")
        time.sleep(0.002)
        put(store, "ben", "ben 0")

        assert [claimed(store).owner_id for _ in range(3)] == ["ana", "ben", "ana"]

    def test_leaves_a_learner_at_the_limit_waiting(self, store: Store) -> None:
        for n in range(5):
            put(store, "ana", f"ana {n}")

        first, second = claimed(store), claimed(store)
        assert claim(store) is None
        store.database.write_now(lambda tx: finish_job(tx, "ana", first.id, first.attempt))
        assert claimed(store).subject not in (first.subject, second.subject)

    def test_counts_each_kind_by_itself(self, store: Store) -> None:
        for n in range(2):
            put(store, "ana", f"book {n}")
        put(store, "ana", "blob", kind="purge")

        assert [claimed(store).kind for _ in range(2)] == ["read", "read"]
        assert claimed(store, kinds=("read", "purge")).kind == "purge"

    def test_takes_kinds_in_the_order_given(self, store: Store) -> None:
        put(store, "ana", "book")
        put(store, "ana", "blob", kind="purge")

        assert claimed(store, kinds=("purge", "read")).kind == "purge"
        assert claim(store, kinds=("purge",)) is None

    def test_leaves_what_is_for_later(self, store: Store) -> None:
        put(store, "ana", "later", delay_s=60)

        assert claim(store) is None

    def test_of_many_that_claim_at_once_each_gets_another(self, store: Store) -> None:
        for n in range(12):
            put(store, f"learner {n}", f"book {n}")

        with ThreadPoolExecutor(6) as pool:
            taken = list(pool.map(lambda n: claimed(store, worker=f"w{n}"), range(12)))

        assert len({job.id for job in taken}) == 12
        assert claim(store) is None

    def test_is_quick_with_10_000_waiting(self, store: Store) -> None:
        def fill(tx: Tx) -> None:
            row = {"kind": "read", "state": "queued", "checkpoint": {}, "attempts": 0, "failures": 0}
            row |= {"run_at": 1.0, "lease_until": 0.0, "worker": None, "created_at": 1.0}
            rows = [row | {"owner_id": f"l{n % 3}", "id": f"j{n:05}", "subject": f"s{n}"} for n in range(10_000)]
            tx.execute(jobs.insert(), rows)

        put(store, "alone", "the one job")
        assert claim(store) is not None
        alone_s = min(timed(store) for _ in range(5))
        store.database.write_now(fill)
        for _ in range(6):
            claimed(store)

        # Everyone has two running: the whole queue is looked through in vain, at worst.
        assert min(timed(store) for _ in range(5)) < max(20 * alone_s, 0.05)
        put(store, "ben", "the last in the queue")
        assert claimed(store).owner_id == "ben"


def timed(store: Store) -> float:
    started = time.perf_counter()
    assert claim(store) is None
    return time.perf_counter() - started


class TestLease:
    def test_a_lapsed_one_is_taken_over_and_counts_as_a_failure(self, store: Store) -> None:
        put(store, "ana", "book")
        first = claimed(store)
        assert claim(store, worker="w2") is None
        lapse(store)

        second = claimed(store, worker="w2")

        assert (second.id, second.attempt, second.failures) == (first.id, first.attempt + 1, 1)

    def test_the_former_holder_writes_nothing_more(self, store: Store) -> None:
        put(store, "ana", "book")
        first = held(store, claimed(store))
        lapse(store)
        second = held(store, claimed(store, worker="w2"))
        written: list[str] = []

        def write(who: str) -> None:
            written.append(who)

        with pytest.raises(JobLost):
            first.write(lambda tx: write("first"), {"at": 1})
        with pytest.raises(JobLost):
            first.finish(lambda tx: write("first"))
        first.give_back(0, failed=True)
        first.beat()
        second.write(lambda tx: write("second"), {"at": 2})

        assert written == ["second"]
        assert first.stop()
        assert not second.stop()
        assert second.checkpoint == {"at": 2}

    def test_a_lapsed_lease_that_nobody_took_is_still_held(self, store: Store) -> None:
        put(store, "ana", "book")
        job = held(store, claimed(store))
        lapse(store)

        job.write(lambda tx: None, {"at": 1})

        assert claim(store, worker="w2") is None

    def test_is_prolonged_by_every_write(self, store: Store) -> None:
        put(store, "ana", "book")
        job = claimed(store)
        lapse(store)
        store.database.write_now(lambda tx: hold_job(tx, "ana", job.id, job.attempt, LEASE_S))

        assert claim(store, worker="w2") is None

    def test_given_back_it_is_free_at_once(self, store: Store) -> None:
        put(store, "ana", "book")
        job = claimed(store)
        store.database.write_now(lambda tx: save_checkpoint(tx, "ana", job.id, job.attempt, {"pages": 7}))
        store.database.write_now(lambda tx: requeue_job(tx, "ana", job.id, job.attempt, 0, failed=False))

        again = claimed(store, worker="w2")

        assert (again.failures, again.checkpoint, again.attempt) == (0, {"pages": 7}, job.attempt + 1)


class TestCheckpoint:
    def test_is_kept_with_what_was_written_or_not_at_all(self, store: Store) -> None:
        put(store, "ana", "book")
        job = held(store, claimed(store))

        def fail(tx: Tx) -> None:
            enqueue(tx, "ana", "read", "another")
            raise ValueError("half-way")

        with pytest.raises(ValueError, match="half-way"):
            job.write(fail, {"pages": 7})

        lapse(store)
        assert claimed(store, worker="w2").checkpoint == {}
        assert claim(store) is None

    def test_that_is_new_forgives_failures(self, store: Store) -> None:
        put(store, "ana", "book")
        for attempt in range(5):
            job = held(store, claimed(store))
            assert job.failures == (1 if attempt else 0)
            job.write(lambda tx: None, {"pages": attempt})
            lapse(store)

    def test_that_is_the_same_forgives_nothing(self, store: Store) -> None:
        put(store, "ana", "book")
        for attempt in range(4):
            job = held(store, claimed(store))
            assert job.failures == attempt
            job.write(lambda tx: None, {})
            lapse(store)


class TestEnqueue:
    def test_the_same_work_twice_is_one_job(self, store: Store) -> None:
        put(store, "ana", "book")
        put(store, "ana", "book")

        assert store.count("jobs") == 1

    def test_begins_running_work_anew(self, store: Store) -> None:
        put(store, "ana", "book")
        first = held(store, claimed(store))
        first.write(lambda tx: None, {"pages": 7})
        put(store, "ana", "book")

        with pytest.raises(JobLost):
            first.write(lambda tx: None)
        again = claimed(store)
        assert again.checkpoint == {}
        assert again.attempt > first.attempt

    def test_at_once_from_many_is_one_job(self, store: Store) -> None:
        with ThreadPoolExecutor(6) as pool:
            list(pool.map(lambda _: put(store, "ana", "book"), range(12)))

        assert store.count("jobs") == 1


class TestRemove:
    def test_takes_the_work_from_whoever_runs_it(self, store: Store) -> None:
        put(store, "ana", "book")
        job = held(store, claimed(store))

        assert store.database.write_now(lambda tx: remove_job(tx, "ana", "read", "book"))
        assert not store.database.write_now(lambda tx: remove_job(tx, "ana", "read", "book"))

        with pytest.raises(JobLost):
            job.finish(lambda tx: None)
