"""The few statements without an owner: claims, keys, sign-ins and sweeps. No route imports this."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from clara.core.paging import Position
from clara.store.database import Tx
from clara.store.flags import SELECT_FLAGS, FlagRow
from clara.store.tables import (
    db_now,
    flags,
    jobs,
    service_keys,
    sign_in_links,
    sign_in_sessions,
    tickets,
    turn_events,
    turns,
    uploads,
    usage_reservations,
    voice_sessions,
)
from clara.store.voice_sessions import RESTORABLE_S


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
    """Take work of the first kind that has any: the oldest that may run, of the learners who have least running.

    Work whose lease lapsed comes first, and that counts as a failure. A learner who has ``per_owner`` of the kind
    running waits (two claims at the same moment may exceed it by one).
    """
    for kind in kinds:
        running = _running(tx, kind)
        for level in range(per_owner):
            busy = [owner_id for owner_id, count in running.items() if count > level]
            found = _first(tx, kind, busy, lapsed=True) or _first(tx, kind, busy, lapsed=False)
            if found is not None:
                return _take(tx, *found, worker, lease_s)
            if not busy:
                break
    return None


def _running(tx: Tx, kind: str) -> dict[str, int]:
    query = sa.select(jobs.c.owner_id, sa.func.count()).where(
        jobs.c.kind == kind, jobs.c.state == "running", jobs.c.lease_until >= db_now()
    )
    return {row[0]: row[1] for row in tx.execute(query.group_by(jobs.c.owner_id))}


def _first(tx: Tx, kind: str, busy: Sequence[str], lapsed: bool) -> tuple[str, str, bool] | None:
    """Return (owner, id, lapsed) of the first job: in the index's order, so that 10,000 cost no more than one."""
    due = jobs.c.lease_until < db_now() if lapsed else jobs.c.run_at <= db_now()
    query = (
        sa.select(jobs.c.owner_id, jobs.c.id)
        .where(jobs.c.kind == kind, jobs.c.state == ("running" if lapsed else "queued"), due)
        .order_by(jobs.c.run_at, jobs.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if busy:
        query = query.where(jobs.c.owner_id.not_in(busy))
    row = tx.execute(query).one_or_none()
    return (row[0], row[1], lapsed) if row else None


def _take(tx: Tx, owner_id: str, job_id: str, lapsed: bool, worker: str, lease_s: float) -> Job:
    query = (
        jobs.update()
        .where(jobs.c.owner_id == owner_id, jobs.c.id == job_id)
        .values(
            state="running",
            attempts=jobs.c.attempts + 1,
            failures=jobs.c.failures + (1 if lapsed else 0),
            lease_until=db_now() + lease_s,
            worker=worker,
        )
    )
    names = ("owner_id", "id", "kind", "subject", "attempts", "failures", "checkpoint")
    return Job(*tx.execute(query.returning(*(jobs.c[name] for name in names))).one())


def waiting_work(tx: Tx, kind: str) -> Mapping[str, int]:
    """Return the attempt so far of all work of a kind that isn't done, by its id."""
    return {row[0]: row[1] for row in tx.execute(sa.select(jobs.c.id, jobs.c.attempts).where(jobs.c.kind == kind))}


def expired_uploads(tx: Tx, limit: int = 100) -> Sequence[tuple[str, str]]:
    """Return (owner, blob key) of uploads that were never finished, but not those that another sweep has taken."""
    query = (
        sa.select(uploads.c.owner_id, uploads.c.blob_key)
        .where(uploads.c.expires_at < db_now())
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return [(row[0], row[1]) for row in tx.execute(query)]


def list_flags(tx: Tx, limit: int, after: Position | None) -> Sequence[FlagRow]:
    """Flags of all learners, latest first."""
    query = SELECT_FLAGS.order_by(flags.c.created_at.desc(), flags.c.id.desc()).limit(limit)
    if after:
        query = query.where(sa.tuple_(flags.c.created_at, flags.c.id) < sa.tuple_(*after))
    return [FlagRow(*row) for row in tx.execute(query)]


def sweep_reservations(tx: Tx) -> None:
    """Remove tokens that were reserved by processes that are gone."""
    tx.execute(usage_reservations.delete().where(usage_reservations.c.expires_at < db_now()))


def sweep_turns(tx: Tx, limit: int = 500) -> int:
    """Forget turns whose time to be shown again is over, with their events; return how many."""
    query = sa.select(turns.c.owner_id, turns.c.id).where(turns.c.expires_at < db_now()).limit(limit)
    over = [(row[0], row[1]) for row in tx.execute(query.with_for_update(skip_locked=True))]
    for table, column in ((turn_events, turn_events.c.turn_id), (turns, turns.c.id)):
        if over:
            tx.execute(table.delete().where(sa.tuple_(table.c.owner_id, column).in_(over)))
    return len(over)


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


def take_ticket(tx: Tx, token_hash: str, now: float) -> tuple[str, str] | None:
    """Use up a ticket and return (owner, purpose); None when unknown, used or expired. Of two at once, one gets it."""
    query = tickets.delete().where(tickets.c.token_hash == token_hash)
    row = tx.execute(query.returning(tickets.c.owner_id, tickets.c.purpose, tickets.c.expires_at)).one_or_none()
    return (row[0], row[1]) if row and row[2] >= now else None


def sweep_tickets(tx: Tx, now: float) -> None:
    tx.execute(tickets.delete().where(tickets.c.expires_at < now))


def beat_voice(tx: Tx, replica: str) -> None:
    """Say that a process is there."""
    tx.execute(voice_sessions.update().where(voice_sessions.c.replica == replica).values(heard_at=db_now()))


def voice_of(tx: Tx, replica: str) -> set[tuple[str, str]]:
    """Return (owner, id) of the voice sessions that a process has."""
    query = sa.select(voice_sessions.c.owner_id, voice_sessions.c.id).where(voice_sessions.c.replica == replica)
    return {(row[0], row[1]) for row in tx.execute(query)}


def sweep_voice_sessions(tx: Tx) -> None:
    """Forget voice sessions that can't be taken up any more."""
    tx.execute(voice_sessions.delete().where(voice_sessions.c.heard_at < db_now() - RESTORABLE_S))
