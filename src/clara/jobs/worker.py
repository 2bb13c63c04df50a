"""Durable work by lease: claim, heartbeat, hand over, retry, give up. Knows no handler and no kind of work."""

import os
import socket
import threading
from collections.abc import Mapping
from typing import Protocol, TypeVar

import structlog

from clara.core.errors import ClaraError, Internal
from clara.core.ids import new_id
from clara.store.database import Database, Tx, Work
from clara.store.jobs import JobLost, finish_job, hold_job, requeue_job, save_checkpoint
from clara.store.system import Job, claim_job

T = TypeVar("T")

log = structlog.get_logger()

MAX_BACKOFF_S = 60.0


class Interrupted(Exception):
    """Raised by a handler whose job asked it to stop."""


class HeldJob:
    """A claimed job in the hands of its handler. Every write goes through it and so is fenced."""

    def __init__(self, job: Job, database: Database, lease_s: float, stopping: threading.Event) -> None:
        self.kind = job.kind
        self.owner_id = job.owner_id
        self.subject = job.subject
        self.attempt = job.attempt
        self.failures = job.failures
        self.checkpoint = job.checkpoint
        self._id = job.id
        self._database = database
        self._lease_s = lease_s
        self._stopping = stopping
        self._lost = threading.Event()

    def stop(self) -> bool:
        """True when the handler should raise Interrupted: the server stops, or the job was taken away."""
        return self._lost.is_set() or self._stopping.is_set()

    def write(self, fn: Work[T], checkpoint: dict[str, int] | None = None) -> T:
        """Write in one transaction that prolongs the lease and keeps the checkpoint; raise JobLost if not ours."""

        def fenced(tx: Tx) -> T:
            hold_job(tx, self.owner_id, self._id, self.attempt, self._lease_s)
            result = fn(tx)
            if checkpoint is not None:
                save_checkpoint(tx, self.owner_id, self._id, self.attempt, checkpoint)
            return result

        result = self._database.write_now(fenced)
        if checkpoint is not None:
            self.checkpoint = checkpoint
        return result

    def finish(self, fn: Work[None]) -> None:
        """Write the last of it and remove the job, in one transaction."""

        def fenced(tx: Tx) -> None:
            fn(tx)
            finish_job(tx, self.owner_id, self._id, self.attempt)

        self._database.write_now(fenced)

    def beat(self) -> None:
        """Prolong the lease; note when the job is someone else's."""
        try:
            self.write(lambda tx: None)
        except JobLost:
            self._lost.set()

    def give_back(self, delay_s: float, failed: bool) -> None:
        """Queue the job again."""
        self._database.write_now(lambda tx: requeue_job(tx, self.owner_id, self._id, self.attempt, delay_s, failed))


class Handler(Protocol):
    """What runs one kind of job, in a thread of the worker."""

    def run(self, job: HeldJob) -> None:
        """Do the work; it may have been done in part before: begin from ``job.checkpoint``."""
        ...

    def give_up(self, job: HeldJob, error: ClaraError) -> None:
        """Record that the work can't be done, and why, and finish the job."""
        ...


class Worker:
    """Runs jobs in a few threads until it is stopped; then gives back what it holds."""

    def __init__(
        self,
        database: Database,
        handlers: Mapping[str, Handler],
        *,
        lease_s: float = 15,
        max_attempts: int = 3,
        poll_s: float = 1,
        per_owner: int = 2,
        threads: int = 2,
    ) -> None:
        self.name = f"{socket.gethostname()}:{os.getpid()}:{new_id('w')[-6:]}"
        self._database = database
        self._handlers = handlers
        self._lease_s = lease_s
        self._max_attempts = max_attempts
        self._poll_s = poll_s
        self._per_owner = per_owner
        self._stopping = threading.Event()
        self._wake = threading.Condition()
        self._wakes = 0
        self._held: set[HeldJob] = set()
        self._threads = [threading.Thread(target=self._loop, name=f"job-{n}", daemon=True) for n in range(threads)]
        self._beats = threading.Thread(target=self._beat, name="job-heartbeat", daemon=True)

    def start(self) -> None:
        for thread in (*self._threads, self._beats):
            thread.start()

    def wake(self) -> None:
        """Look for work now instead of at the next poll."""
        with self._wake:
            self._wakes += 1
            self._wake.notify_all()

    def stop(self) -> None:
        """Take no more work, interrupt what runs, and return when all of it was given back."""
        self._stopping.set()
        self.wake()
        for thread in (*self._threads, self._beats):
            thread.join()

    def run_until_idle(self) -> None:
        """Run everything that may run now in this thread (for the command line and tests)."""
        while (job := self._claim()) is not None:
            self._run(job)

    def _claim(self) -> HeldJob | None:
        kinds = list(self._handlers)
        job = self._database.write_now(lambda tx: claim_job(tx, kinds, self.name, self._lease_s, self._per_owner))
        if job is None:
            return None
        return HeldJob(job, self._database, self._lease_s, self._stopping)

    def _loop(self) -> None:
        while not self._stopping.is_set():
            seen = self._wakes
            try:
                job = self._claim()
            except ClaraError as error:
                log.warning("job.claim_failed", code=error.problem_code)
                job = None
            if job is not None:
                self._run(job)
                continue
            with self._wake:
                if self._wakes == seen:
                    self._wake.wait(self._poll_s)

    def _beat(self) -> None:
        while not self._stopping.wait(self._lease_s / 3):
            for job in tuple(self._held):
                try:
                    job.beat()
                except ClaraError as error:
                    log.warning("job.heartbeat_failed", code=error.problem_code)

    def _run(self, job: HeldJob) -> None:
        self._held.add(job)
        try:
            self._handle(job)
        except JobLost:
            log.info("job.lost", kind=job.kind, attempt=job.attempt)
        except ClaraError as error:
            # The database is away: nothing can be written down, the lease lapses, and another attempt follows.
            log.warning("job.not_recorded", kind=job.kind, attempt=job.attempt, code=error.problem_code)
        finally:
            self._held.discard(job)

    def _handle(self, job: HeldJob) -> None:
        handler = self._handlers[job.kind]
        if job.failures >= self._max_attempts:
            handler.give_up(job, Internal(f"Tried {job.failures} times without success.", code="gave_up"))
            return
        try:
            handler.run(job)
        except (Interrupted, JobLost):
            job.give_back(0, failed=False)
        except ClaraError as error:
            if error.status < 500 or job.failures + 1 >= self._max_attempts:
                handler.give_up(job, error)
            else:
                self._retry(job, error)
        except Exception as error:
            log.exception("job.crashed", kind=job.kind, attempt=job.attempt)
            if job.failures + 1 >= self._max_attempts:
                handler.give_up(job, Internal("The work failed for a reason that the server's log tells."))
            else:
                self._retry(job, error)

    def _retry(self, job: HeldJob, error: Exception) -> None:
        delay_s = min(MAX_BACKOFF_S, 2.0**job.failures)
        log.warning("job.retry", kind=job.kind, attempt=job.attempt, delay_s=delay_s, error=type(error).__name__)
        job.give_back(delay_s, failed=True)
