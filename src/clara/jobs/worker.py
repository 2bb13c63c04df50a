"""Durable work by lease: claim, heartbeat, hand over, retry, give up. Knows no handler and no kind of work."""

import os
import socket
import threading
from collections.abc import Mapping, Sequence
from typing import Protocol

import structlog

from clara.core.errors import ClaraError, Internal, Unavailable
from clara.core.ids import new_id
from clara.jobs.held import HeldJob, Interrupted
from clara.store.database import Database
from clara.store.jobs import JobLost
from clara.store.system import claim_job

__all__ = ["Handler", "HeldJob", "Interrupted", "Worker"]

log = structlog.get_logger()

MAX_BACKOFF_S = 60.0
UNAVAILABLE_RETRY_S = 5.0


class Handler(Protocol):
    """What runs one kind of job, in a thread of the worker."""

    def run(self, job: HeldJob) -> None:
        """Do the work; it may have been done in part before: begin from ``job.checkpoint``."""
        ...

    def give_up(self, job: HeldJob, error: ClaraError) -> None:
        """Record that the work can't be done, and why, and finish the job."""
        ...


class Worker:
    """Runs jobs until it is stopped; then gives back what it holds.

    ``lanes``: one thread each, with the kinds of work that it takes, most urgent first; by default two threads that
    take everything in the order of ``handlers``.
    """

    def __init__(
        self,
        database: Database,
        handlers: Mapping[str, Handler],
        *,
        lanes: Sequence[Sequence[str]] | None = None,
        lease_s: float = 15,
        max_attempts: int = 3,
        poll_s: float = 1,
        per_owner: int = 2,
    ) -> None:
        self.name = f"{socket.gethostname()}:{os.getpid()}:{new_id('w')[-6:]}"[-100:]
        self._database = database
        self._handlers = handlers
        self._kinds = tuple(handlers)
        self._lease_s = lease_s
        self._max_attempts = max_attempts
        self._poll_s = poll_s
        self._per_owner = per_owner
        self._stopping = threading.Event()
        self._wake = threading.Condition()
        self._wakes = 0
        self._held: set[HeldJob] = set()
        self._threads = [
            threading.Thread(target=self._loop, args=[tuple(kinds)], name=f"job-{number}", daemon=True)
            for number, kinds in enumerate(lanes or (self._kinds, self._kinds))
        ]
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
        """Run everything that may run now, in this thread and without heartbeats (for tests)."""
        while (job := self._claim(self._kinds)) is not None:
            self._run(job)

    def _claim(self, kinds: Sequence[str]) -> HeldJob | None:
        job = self._database.write_now(lambda tx: claim_job(tx, kinds, self.name, self._lease_s, self._per_owner))
        return HeldJob(job, self._database, self._lease_s, self._stopping) if job else None

    def _loop(self, kinds: Sequence[str]) -> None:
        while not self._stopping.is_set():
            seen = self._wakes
            job = self._claim_or_none(kinds)
            if job is not None:
                self._run(job)
                continue
            with self._wake:
                if self._wakes == seen:
                    self._wake.wait(self._poll_s)

    def _claim_or_none(self, kinds: Sequence[str]) -> HeldJob | None:
        try:
            return self._claim(kinds)
        except ClaraError as error:
            log.warning("job.claim_failed", code=error.problem_code)
        except Exception:
            # A thread that ends is work that nobody does: better the same line every second.
            log.exception("job.claim_crashed")
        return None

    def _beat(self) -> None:
        while not self._stopping.wait(self._lease_s / 3):
            for job in tuple(self._held):
                try:
                    job.beat()
                except ClaraError as error:
                    log.warning("job.heartbeat_failed", code=error.problem_code)
                except Exception:
                    log.exception("job.heartbeat_crashed")

    def _run(self, job: HeldJob) -> None:
        self._held.add(job)
        try:
            self._handle(job)
        except JobLost:
            log.info("job.lost", kind=job.kind, attempt=job.attempt)
        except ClaraError as error:
            # The database is away: nothing can be written down, the lease lapses, and another attempt follows.
            log.warning("job.not_recorded", kind=job.kind, attempt=job.attempt, code=error.problem_code)
        except Exception:
            log.exception("job.not_recorded", kind=job.kind, attempt=job.attempt)
        finally:
            self._held.discard(job)

    def _handle(self, job: HeldJob) -> None:
        handler = self._handlers[job.kind]
        if job.failures >= self._max_attempts:
            handler.give_up(job, Internal(f"Tried {job.failures} times without success. Retry later.", code="gave_up"))
            return
        try:
            handler.run(job)
        except (Interrupted, JobLost):
            job.give_back(0, failed=False)
        except Unavailable as error:
            # Nobody's fault but the machine's: tried until the disk or database is back.
            log.warning("job.waits", kind=job.kind, attempt=job.attempt, code=error.problem_code)
            job.give_back_when_possible(UNAVAILABLE_RETRY_S)
        except ClaraError as error:
            if error.status < 500 or self._is_last_try(job):
                handler.give_up(job, error)
            else:
                self._retry(job, error)
        except Exception as error:
            log.exception("job.crashed", kind=job.kind, attempt=job.attempt)
            if self._is_last_try(job):
                handler.give_up(
                    job,
                    Internal(
                        "The work failed, and the server's log tells why. Retry, or tell whoever runs this server."
                    ),
                )
            else:
                self._retry(job, error)

    def _is_last_try(self, job: HeldJob) -> bool:
        return job.failures + 1 >= self._max_attempts

    def _retry(self, job: HeldJob, error: Exception) -> None:
        delay_s = min(MAX_BACKOFF_S, 2.0**job.failures)
        log.warning("job.retry", kind=job.kind, attempt=job.attempt, delay_s=delay_s, error=type(error).__name__)
        job.give_back(delay_s, failed=True)
