"""A job in the hands of its handler: every write is fenced by the attempt, and prolongs the lease."""

import threading
import time
from typing import TypeVar

from clara.core.errors import Unavailable
from clara.store.database import Database, Tx, Work
from clara.store.jobs import JobLost, finish_job, hold_job, requeue_job, save_checkpoint
from clara.store.learners import lock_known_learner
from clara.store.system import Job

T = TypeVar("T")


class Interrupted(Exception):
    """Raised by a handler whose job asked it to stop."""


class HeldJob:
    """A claimed job. ``checkpoint`` is what its handler last kept, {} in the beginning.

    Its transactions take locks in the order of everybody's: the learner, the job, the document.
    """

    def __init__(self, job: Job, database: Database, lease_s: float, stopping: threading.Event) -> None:
        self.kind = job.kind
        self.owner_id = job.owner_id
        self.subject = job.subject
        self.attempt = job.attempt
        self.failures = job.failures
        self.checkpoint = job.checkpoint
        self.id = job.id
        self._database = database
        self._lease_s = lease_s
        self._stopping = stopping
        self._lost = threading.Event()

    def stop(self) -> bool:
        """True when the handler should raise Interrupted: the server stops, or the job was taken away."""
        return self._lost.is_set() or self._stopping.is_set()

    def write(self, fn: Work[T], checkpoint: dict[str, int] | None = None) -> T:
        """Write in one transaction that prolongs the lease and keeps the checkpoint; raise JobLost if not ours.

        A checkpoint that is a new one is progress: earlier failures no longer count.
        """
        reached = checkpoint if checkpoint != self.checkpoint else None

        def fenced(tx: Tx) -> T:
            hold_job(tx, self.owner_id, self.id, self.attempt, self._lease_s)
            result = fn(tx)
            if reached is not None:
                save_checkpoint(tx, self.owner_id, self.id, self.attempt, reached)
            return result

        result = self._database.write_now(fenced)
        if reached is not None:
            self.checkpoint = reached
            self.failures = 0
        return result

    def finish(self, fn: Work[None]) -> None:
        """Write the last of it and remove the job, in one transaction that has the learner's lock."""

        def fenced(tx: Tx) -> None:
            lock_known_learner(tx, self.owner_id)
            finish_job(tx, self.owner_id, self.id, self.attempt)
            fn(tx)

        self._database.write_now(fenced)

    def beat(self) -> None:
        """Prolong the lease; note when the job is someone else's."""
        try:
            self.write(lambda tx: None)
        except JobLost:
            self._lost.set()

    def give_back(self, delay_s: float, failed: bool) -> None:
        """Queue the job again, unless it is someone else's by now."""
        self._database.write_now(lambda tx: requeue_job(tx, self.owner_id, self.id, self.attempt, delay_s, failed))

    def give_back_when_possible(self, delay_s: float) -> None:
        """Queue the job again without counting a failure; while the database is away, try for as long as the lease."""
        deadline = time.monotonic() + self._lease_s
        while True:
            try:
                self.give_back(delay_s, failed=False)
                return
            except Unavailable:
                if self._stopping.wait(self._lease_s / 15) or time.monotonic() > deadline:
                    raise
