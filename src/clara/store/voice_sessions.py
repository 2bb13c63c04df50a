"""Voice sessions as every replica sees them: who is connected, and what is needed to go on elsewhere.

``replica`` is the process that has the session in memory, and that says so every few seconds; None: none has it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from clara.store.database import Tx
from clara.store.learners import lock_learner
from clara.store.tables import db_now, voice_sessions

LAPSED_S = 20.0
"""A process that was silent for so long is gone, and its sessions with it."""
RESTORABLE_S = 600.0
"""For so long after it was last heard of a session can be taken up again."""


@dataclass(frozen=True, slots=True)
class VoiceSession:
    """``token_hash`` of what lets a client come back; ``dialect`` 0 can't."""

    id: str
    conversation_id: str
    folder_id: str | None
    language: str | None
    audio: str
    dialect: int
    token_hash: str
    replica: str | None
    connected: bool = True


@dataclass(frozen=True, slots=True)
class Presence:
    """How many sockets are connected, and how many sessions are held in memory for them or for their return."""

    connections: int
    agents: int


_FIELDS = [voice_sessions.c[name] for name in VoiceSession.__slots__]
IS_LIVE = sa.and_(voice_sessions.c.replica.is_not(None), voice_sessions.c.heard_at >= db_now() - LAPSED_S)
COUNTS = (sa.func.count().filter(voice_sessions.c.connected), sa.func.count())


def open_voice_session(
    tx: Tx, owner_id: str, session: VoiceSession, most: int, now: float, restores: str | None = None
) -> Sequence[str]:
    """Add a session, in place of the learner's oldest beyond ``most`` of its dialect, wherever they are, those first
    that nobody has; return whose place it took. The one that it ``restores`` isn't counted, and is left to be deleted.

    A process whose session is gone finds that out when it says next that it has it.
    """
    lock_learner(tx, owner_id, now)
    table = voice_sessions.c
    alike = sa.and_(table.owner_id == owner_id, table.dialect == session.dialect)
    query = sa.select(table.id).where(alike).order_by(table.replica.is_(None), table.created_at.desc(), table.id)
    # A select without a bound: SQLite takes an OFFSET only behind a LIMIT.
    over = [id_ for id_ in tx.execute(query).scalars() if id_ != restores][max(most - 1, 0) :]
    if over:
        tx.execute(voice_sessions.delete().where(table.owner_id == owner_id, table.id.in_(over)))
    values = {name: getattr(session, name) for name in VoiceSession.__slots__}
    tx.execute(voice_sessions.insert().values(owner_id=owner_id, created_at=db_now(), heard_at=db_now(), **values))
    return over


def find_voice_session(tx: Tx, owner_id: str, session_id: str) -> VoiceSession | None:
    """Return a session that can still be taken up."""
    table = voice_sessions.c
    query = sa.select(*_FIELDS).where(
        table.owner_id == owner_id, table.id == session_id, table.heard_at >= db_now() - RESTORABLE_S
    )
    row = tx.execute(query).one_or_none()
    return VoiceSession(*row) if row else None


def note_connected(tx: Tx, owner_id: str, session_id: str, connected: bool) -> None:
    """Say whether a session's client is there."""
    table = voice_sessions.c
    query = voice_sessions.update().where(table.owner_id == owner_id, table.id == session_id)
    tx.execute(query.values(connected=connected))


def release_voice_session(tx: Tx, owner_id: str, session_id: str, replica: str) -> None:
    """Say that a process doesn't have a session any more; it can be taken up again."""
    table = voice_sessions.c
    query = voice_sessions.update().where(table.owner_id == owner_id, table.id == session_id, table.replica == replica)
    tx.execute(query.values(replica=None, connected=False, heard_at=db_now()))


def leave_voice(tx: Tx, owner_id: str, session_id: str, replica: str, conversation_id: str) -> None:
    """Say that a socket of dialect 0 is gone, and which conversation it was in."""
    table = voice_sessions.c
    query = voice_sessions.update().where(table.owner_id == owner_id, table.id == session_id, table.replica == replica)
    tx.execute(query.values(replica=None, connected=False, heard_at=db_now(), conversation_id=conversation_id))


def take_left(tx: Tx, owner_id: str, within_s: float) -> str | None:
    """Return the conversation that a socket of dialect 0 left, once, and within so many seconds.

    None where there are several: such clients don't say which of them they were.
    """
    table = voice_sessions.c
    query = sa.select(table.id, table.conversation_id).where(
        table.owner_id == owner_id,
        table.dialect == 0,
        table.replica.is_(None),
        table.heard_at >= db_now() - within_s,
    )
    rows = tx.execute(query.limit(2)).all()
    if len(rows) != 1 or not remove_voice_session(tx, owner_id, rows[0].id):
        return None
    conversation_id: str = rows[0].conversation_id
    return conversation_id


def remove_voice_session(tx: Tx, owner_id: str, session_id: str) -> bool:
    """Forget a session; of two that try at once, one gets True."""
    table = voice_sessions.c
    query = voice_sessions.delete().where(table.owner_id == owner_id, table.id == session_id)
    return tx.execute(query).rowcount == 1


def voice_presence(tx: Tx, owner_id: str) -> Presence:
    """What there is of one learner, on all replicas."""
    query = sa.select(*COUNTS).where(voice_sessions.c.owner_id == owner_id, IS_LIVE)
    return Presence(*tx.execute(query).one())
