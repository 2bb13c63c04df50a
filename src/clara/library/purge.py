"""What a deletion leaves to a job: the blob, traces of rows in the database, and backups from before a migration."""

import shutil
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import structlog

from clara.core.errors import ClaraError, Unavailable
from clara.jobs.held import HeldJob
from clara.store.blobs import BlobStore
from clara.store.database import Database, Tx
from clara.store.jobs import DISCARD, PURGE, ROWS, enqueue
from clara.store.system import (
    expired_uploads,
    sweep_reservations,
    sweep_sign_ins,
    sweep_tickets,
    sweep_turns,
    sweep_voice_sessions,
    waiting_work,
)
from clara.store.uploads import forget_upload

log = structlog.get_logger()

PURGE_RETRY_S = 600.0
SCRUB_PAUSE = 5
"""How many times as long as a scrub took the next one waits: a large database isn't read through all the time."""
SCRUB_RETRY_S = 60.0


class Discard:
    """Removes a blob that no document uses; its key is the job's subject."""

    def __init__(self, blobs: BlobStore) -> None:
        self._blobs = blobs

    def run(self, job: HeldJob) -> None:
        self._blobs.delete_now(job.subject)
        job.finish(lambda tx: None)

    def give_up(self, job: HeldJob, error: ClaraError) -> None:
        _try_later(job)


class Purge:
    """Removes the blob of a deleted document, whose key is the job's subject, and every trace of deleted rows.

    With the subject ROWS there is no blob, only rows.
    """

    def __init__(self, database: Database, blobs: BlobStore, backups: Path) -> None:
        self._database = database
        self._blobs = blobs
        self._backups = backups
        self._scrubbing = threading.Lock()
        self._scrubbed: Mapping[str, int] = {}
        self._scrub_at = 0.0

    def run(self, job: HeldJob) -> None:
        if job.subject != ROWS:
            self._blobs.delete_now(job.subject)
        with self._scrubbing:
            if not self._is_scrubbed(job):
                wait_s = self._scrub_at - time.monotonic()
                if wait_s > 0:
                    job.give_back(wait_s, failed=False)
                    return
                self._scrub()
        job.finish(lambda tx: None)

    def _is_scrubbed(self, job: HeldJob) -> bool:
        """True when the last scrub began after the deletion: then the work was claimed by then, or once since.

        What is deleted later queues the work anew, and each of that and of its claim takes an attempt.
        """
        seen = self._scrubbed.get(job.id)
        return seen is not None and job.attempt <= seen + 1

    def _scrub(self) -> None:
        """Once for all deletions that are committed by now: a folder of 1,000 files is 1,000 jobs."""
        started = time.monotonic()
        self._scrub_at = started + SCRUB_RETRY_S
        committed = self._database.read_now(lambda tx: waiting_work(tx, PURGE))
        try:
            if self._backups.exists():
                shutil.rmtree(self._backups)
        except OSError as error:
            raise Unavailable("Backups of before can't be removed.", code="storage_unavailable") from error
        try:
            self._database.scrub()
        finally:
            now = time.monotonic()
            self._scrub_at = max(self._scrub_at, now + SCRUB_PAUSE * (now - started))
        self._scrubbed = committed
        self._scrub_at = now + SCRUB_PAUSE * (now - started)
        log.info("purge.scrubbed", ms=round((now - started) * 1000), jobs=len(committed))

    def give_up(self, job: HeldJob, error: ClaraError) -> None:
        _try_later(job)


def _try_later(job: HeldJob) -> None:
    """What was deleted must not stay because a disk was away for a while: it is tried for ever, now and then."""
    job.write(lambda tx: enqueue(tx, job.owner_id, job.kind, job.subject, PURGE_RETRY_S))


def sweep(database: Database, now: Callable[[], float]) -> int:
    """Queue the blobs of uploads that were never finished for removal, forget what is over; return how many blobs."""

    def expire(tx: Tx) -> int:
        expired = expired_uploads(tx)
        for owner_id, key in expired:
            forget_upload(tx, owner_id, key)
            enqueue(tx, owner_id, DISCARD, key)
        sweep_sign_ins(tx, now())
        sweep_reservations(tx)
        sweep_turns(tx)
        sweep_tickets(tx, now())
        sweep_voice_sessions(tx)
        return len(expired)

    return database.write_now(expire)
