"""A learner's background work: queued here, claimed in store.system, and written under a fence."""

import sqlalchemy as sa

from clara.core.errors import ClaraError
from clara.core.ids import new_id
from clara.store.database import Tx, insert_new, upsert
from clara.store.tables import db_now, jobs

INGEST, PURGE, DISCARD, EMBED, FLAG = "ingest", "purge", "discard", "embed", "flag"
"""Kinds of work: read a document; remove what a deletion leaves outside of the tables; remove a blob not used; give a
document's index the vectors of the embedder in use; tell of a flagged turn."""

ROWS = "rows"
"""The subject of a purge that is about rows alone: no blob has this name."""


class JobLost(ClaraError):
    """The job belongs to another worker now, was cancelled, or is gone: write nothing more."""

    code, status, title = "job_lost", 409, "This work was taken over or cancelled"


def enqueue(tx: Tx, owner_id: str, kind: str, subject: str, delay_s: float = 0) -> None:
    """Queue work on a subject, in the transaction that makes it necessary; work that is queued already stays one.

    Work that runs is begun anew: whoever runs it loses the fence.
    """
    anew = {
        "state": "queued",
        "checkpoint": {},
        "failures": 0,
        "run_at": db_now() + delay_s,
        "lease_until": 0,
        "worker": None,
    }
    key = {"owner_id": owner_id, "kind": kind, "subject": subject}
    # The attempt number only rises, also here: it is the fence against a worker that held an earlier run.
    upsert(
        tx,
        jobs,
        {"id": new_id("job"), "attempts": 0, "created_at": db_now()} | key | anew,
        tuple(key),
        anew | {"attempts": jobs.c.attempts + 1},
    )


def enqueue_scrub(tx: Tx, owner_id: str) -> None:
    """Have what was deleted or written over in this transaction removed from the database's files too."""
    enqueue(tx, owner_id, PURGE, ROWS)


def enqueue_once(tx: Tx, owner_id: str, kind: str, subject: str) -> None:
    """Queue work on a subject, unless it is queued or runs already."""
    row = {
        "owner_id": owner_id,
        "id": new_id("job"),
        "kind": kind,
        "subject": subject,
        "state": "queued",
        "checkpoint": {},
        "attempts": 0,
        "failures": 0,
        "run_at": db_now(),
        "lease_until": 0,
        "worker": None,
        "created_at": db_now(),
    }
    insert_new(tx, jobs, **row)


def remove_job(tx: Tx, owner_id: str, kind: str, subject: str) -> bool:
    """Forget the work on a subject; whoever runs it loses the fence. Return True when there was any."""
    return tx.execute(jobs.delete().where(_about(owner_id, kind, subject))).rowcount > 0


def _about(owner_id: str, kind: str, subject: str) -> sa.ColumnElement[bool]:
    return sa.and_(jobs.c.owner_id == owner_id, jobs.c.kind == kind, jobs.c.subject == subject)


def _held(owner_id: str, job_id: str, attempt: int) -> sa.ColumnElement[bool]:
    return sa.and_(
        jobs.c.owner_id == owner_id, jobs.c.id == job_id, jobs.c.attempts == attempt, jobs.c.state == "running"
    )


def hold_job(tx: Tx, owner_id: str, job_id: str, attempt: int, lease_s: float) -> None:
    """Prolong the lease, first in a transaction of the job's, or raise JobLost: then nothing of it is written."""
    held = tx.execute(jobs.update().where(_held(owner_id, job_id, attempt)).values(lease_until=db_now() + lease_s))
    if held.rowcount != 1:
        raise JobLost()


def save_checkpoint(tx: Tx, owner_id: str, job_id: str, attempt: int, checkpoint: dict[str, int]) -> None:
    """Keep how far the work is. It gets on, so earlier failures are forgotten: a server may be killed many times."""
    tx.execute(jobs.update().where(_held(owner_id, job_id, attempt)).values(checkpoint=checkpoint, failures=0))


def finish_job(tx: Tx, owner_id: str, job_id: str, attempt: int) -> None:
    """Remove finished work in the transaction of its last write, or raise JobLost."""
    if tx.execute(jobs.delete().where(_held(owner_id, job_id, attempt))).rowcount != 1:
        raise JobLost()


def requeue_job(tx: Tx, owner_id: str, job_id: str, attempt: int, delay_s: float, failed: bool) -> None:
    """Give work back to be run again after a delay; ``failed`` counts towards giving up."""
    tx.execute(
        jobs.update()
        .where(_held(owner_id, job_id, attempt))
        .values(
            state="queued",
            run_at=db_now() + delay_s,
            lease_until=0,
            worker=None,
            failures=jobs.c.failures + (1 if failed else 0),
        )
    )
