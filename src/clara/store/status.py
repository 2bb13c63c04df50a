"""What an operator may know of everybody: counts and ages, and who is connected by voice."""

from collections.abc import Sequence

import sqlalchemy as sa

from clara.store.database import Tx
from clara.store.tables import db_now, jobs, voice_sessions
from clara.store.voice_sessions import COUNTS, IS_LIVE, Presence


def count_jobs(tx: Tx) -> dict[tuple[str, str], int]:
    """Return how many jobs there are by kind and state."""
    query = sa.select(jobs.c.kind, jobs.c.state, sa.func.count()).group_by(jobs.c.kind, jobs.c.state)
    return {(kind, state): count for kind, state, count in tx.execute(query)}


def oldest_waiting_s(tx: Tx) -> float:
    """Return for how long the oldest work that may run has waited, 0 when none does."""
    query = sa.select(db_now() - sa.func.min(jobs.c.run_at)).where(jobs.c.state == "queued", jobs.c.run_at <= db_now())
    return float(tx.execute(query).scalar() or 0)


def count_voice(tx: Tx) -> Presence:
    """Return what there is of voice, on all replicas."""
    return Presence(*tx.execute(sa.select(*COUNTS).where(IS_LIVE)).one())


def voice_learners(tx: Tx, limit: int = 1000) -> Sequence[str]:
    """Return who is connected by voice, on all replicas."""
    table = voice_sessions.c
    query = sa.select(table.owner_id).where(table.connected, IS_LIVE).distinct().order_by(table.owner_id)
    return list(tx.execute(query.limit(limit)).scalars())
