"""The few statements without an owner: claims, keys, sign-ins and sweeps. No route imports this."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from clara.store.database import Tx
from clara.store.tables import db_now, jobs, service_keys, sign_in_links, sign_in_sessions, uploads


@dataclass(frozen=True, slots=True)
class Job:
    """Claimed work. ``failures`` counts errors and crashes, not hand-overs; ``attempt`` is the fence."""

    owner_id: str
    id: str
    kind: str
    subject: str
    attempt: int
    failures: int
    checkpoint: dict[str, int]


def claim_job(tx: Tx, kinds: Sequence[str], worker: str, lease_s: float, per_owner: int) -> Job | None:
    """Take the oldest work that may run, of the learner who has least running; a lapsed lease counts as a failure."""
    other = jobs.alias()
    running = (
        sa.select(sa.func.count())
        .where(other.c.owner_id == jobs.c.owner_id, other.c.state == "running", other.c.lease_until >= db_now())
        .scalar_subquery()
    )
    waiting = sa.and_(jobs.c.state == "queued", jobs.c.run_at <= db_now())
    lapsed = sa.and_(jobs.c.state == "running", jobs.c.lease_until < db_now())
    candidate = (
        sa.select(jobs.c.owner_id, jobs.c.id, jobs.c.state)
        .where(jobs.c.kind.in_(kinds), waiting | lapsed, running < per_owner)
        .order_by(running, jobs.c.run_at, jobs.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    found = tx.execute(candidate).one_or_none()
    if found is None:
        return None
    owner_id, job_id, state = found
    key = (jobs.c.owner_id == owner_id, jobs.c.id == job_id)
    row = tx.execute(
        jobs.update()
        .where(*key)
        .values(
            state="running",
            attempts=jobs.c.attempts + 1,
            failures=jobs.c.failures + (1 if state == "running" else 0),
            lease_until=db_now() + lease_s,
            worker=worker,
        )
        .returning(
            jobs.c.owner_id, jobs.c.id, jobs.c.kind, jobs.c.subject, jobs.c.attempts, jobs.c.failures, jobs.c.checkpoint
        )
    ).one()
    return Job(*row)


def expired_uploads(tx: Tx, limit: int = 100) -> Sequence[tuple[str, str]]:
    """Return (owner, blob key) of uploads that were never finished."""
    query = sa.select(uploads.c.owner_id, uploads.c.blob_key).where(uploads.c.expires_at < db_now()).limit(limit)
    return [(row[0], row[1]) for row in tx.execute(query)]


@dataclass(frozen=True, slots=True)
class KeyRow:
    id: str
    name: str
    secret_hash: str
    scopes: str
    learner_id: str | None
    created_at: float
    revoked_at: float | None


def add_key(tx: Tx, key: KeyRow) -> None:
    tx.execute(service_keys.insert().values(**{name: getattr(key, name) for name in KeyRow.__slots__}))


def get_key(tx: Tx, key_id: str) -> KeyRow | None:
    row = tx.execute(sa.select(service_keys).where(service_keys.c.id == key_id)).one_or_none()
    return KeyRow(*row) if row else None


def list_keys(tx: Tx) -> Sequence[KeyRow]:
    return [KeyRow(*row) for row in tx.execute(sa.select(service_keys).order_by(service_keys.c.created_at))]


def revoke_key(tx: Tx, key_id: str, now: float) -> bool:
    query = service_keys.update().where(service_keys.c.id == key_id, service_keys.c.revoked_at.is_(None))
    return tx.execute(query.values(revoked_at=now)).rowcount == 1


def add_sign_in_link(tx: Tx, token_hash: str, user_id: str, expires_at: float) -> None:
    tx.execute(sign_in_links.insert().values(token_hash=token_hash, user_id=user_id, expires_at=expires_at))


def take_sign_in_link(tx: Tx, token_hash: str, now: float) -> str | None:
    """Use up a link and return its user; None when unknown, used or expired. Of two at once, one gets it."""
    tx.execute(sign_in_links.delete().where(sign_in_links.c.expires_at < now))
    query = sign_in_links.delete().where(sign_in_links.c.token_hash == token_hash).returning(sign_in_links.c.user_id)
    user_id: str | None = tx.execute(query).scalar()
    return user_id


def add_session(tx: Tx, token_hash: str, user_id: str, expires_at: float) -> None:
    tx.execute(sign_in_sessions.insert().values(token_hash=token_hash, user_id=user_id, expires_at=expires_at))


def session_user(tx: Tx, token_hash: str, now: float) -> str | None:
    query = sa.select(sign_in_sessions.c.user_id).where(
        sign_in_sessions.c.token_hash == token_hash, sign_in_sessions.c.expires_at >= now
    )
    user_id: str | None = tx.execute(query).scalar()
    return user_id


def remove_session(tx: Tx, token_hash: str) -> None:
    tx.execute(sign_in_sessions.delete().where(sign_in_sessions.c.token_hash == token_hash))


def sweep_sign_ins(tx: Tx, now: float) -> None:
    for table in (sign_in_links, sign_in_sessions):
        tx.execute(table.delete().where(table.c.expires_at < now))
