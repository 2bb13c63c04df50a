"""What an operator may know of everybody's background work: counts and ages, nothing of a learner's."""

import sqlalchemy as sa

from clara.store.database import Tx
from clara.store.tables import db_now, jobs


def count_jobs(tx: Tx) -> dict[tuple[str, str], int]:
    """Return how many jobs there are by kind and state."""
    query = sa.select(jobs.c.kind, jobs.c.state, sa.func.count()).group_by(jobs.c.kind, jobs.c.state)
    return {(kind, state): count for kind, state, count in tx.execute(query)}


def oldest_waiting_s(tx: Tx) -> float:
    """Return for how long the oldest work that may run has waited, 0 when none does."""
    query = sa.select(db_now() - sa.func.min(jobs.c.run_at)).where(jobs.c.state == "queued", jobs.c.run_at <= db_now())
    return float(tx.execute(query).scalar() or 0)
