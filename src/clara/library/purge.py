"""What a deletion leaves to a job: the blob, the write-ahead log or dead rows, and backups from before a migration."""

import shutil
from collections.abc import Callable
from pathlib import Path

from clara.core.errors import ClaraError
from clara.jobs.worker import HeldJob
from clara.store.blobs import BlobStore
from clara.store.database import Database, Tx
from clara.store.jobs import enqueue
from clara.store.system import expired_uploads, sweep_sign_ins
from clara.store.uploads import end_upload

PURGE_RETRY_S = 600.0


class Purge:
    """Removes one blob, whose key is the job's subject, and every trace of deleted rows."""

    def __init__(self, database: Database, blobs: BlobStore, backups: Path) -> None:
        self._database = database
        self._blobs = blobs
        self._backups = backups

    def run(self, job: HeldJob) -> None:
        self._blobs.delete_now(job.subject)
        shutil.rmtree(self._backups, ignore_errors=True)
        self._database.scrub()
        job.finish(lambda tx: None)

    def give_up(self, job: HeldJob, error: ClaraError) -> None:
        # What was deleted must not stay because a disk was away for a while: it is tried for ever, now and then.
        job.write(lambda tx: enqueue(tx, job.owner_id, job.kind, job.subject, PURGE_RETRY_S))


def sweep(database: Database, now: Callable[[], float]) -> int:
    """Queue the blobs of uploads that were never finished for removal, forget old sign-ins; return how many blobs."""

    def expire(tx: Tx) -> int:
        expired = expired_uploads(tx)
        for owner_id, key in expired:
            end_upload(tx, owner_id, key)
            enqueue(tx, owner_id, "purge", key)
        sweep_sign_ins(tx, now())
        return len(expired)

    return database.write_now(expire)
