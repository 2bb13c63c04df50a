"""Turns and their events, kept until five minutes after their end, so that any replica can show them again.

What a learner deletes isn't kept here either: the events of a turn that runs meanwhile are removed, and no more of them
are stored but the last, which quotes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from clara.store.database import Tx
from clara.store.tables import conversations, db_now, turn_events, turns

RUNNING, CLEARED, ENDED = "running", "cleared", "ended"
"""A turn's states; cleared is one that runs, and whose events were removed with a file."""


@dataclass(frozen=True, slots=True)
class TurnRow:
    """A turn. ``held``: some server is writing it. ``message_id`` is the answer's, once that is stored."""

    id: str
    conversation_id: str
    question_id: str
    message_id: str
    state: str
    stop_asked: bool
    held: bool


@dataclass(frozen=True, slots=True)
class EventBatch:
    """Some events of a turn, numbered from ``first``."""

    first: int
    events: list[dict[str, Any]]


_EVENTS = turn_events.insert()
_STATE = sa.select(turns.c.state, turns.c.stop_asked).where(
    turns.c.owner_id == sa.bindparam("owner_id"), turns.c.id == sa.bindparam("turn_id")
)
_LOCKED_STATE = _STATE.with_for_update()
_ADD = turns.insert().values(created_at=db_now(), expires_at=db_now() + sa.bindparam("life_s", type_=sa.Double))
_FINISH = (
    turns.update()
    .where(turns.c.owner_id == sa.bindparam("key_owner_id"), turns.c.id == sa.bindparam("key_id"))
    .values(state=ENDED, expires_at=db_now() + sa.bindparam("kept_s", type_=sa.Double))
)


def _key(owner_id: str, turn_id: str) -> sa.ColumnElement[bool]:
    return sa.and_(turns.c.owner_id == owner_id, turns.c.id == turn_id)


def add_turn(
    tx: Tx, owner_id: str, turn_id: str, conversation_id: str, question_id: str, message_id: str, life_s: float
) -> None:
    """Store a turn that begins; it is forgotten after ``life_s``, should it never end."""
    values = {
        "owner_id": owner_id,
        "id": turn_id,
        "conversation_id": conversation_id,
        "question_id": question_id,
        "message_id": message_id,
        "state": RUNNING,
        "stop_asked": False,
        "life_s": life_s,
    }
    tx.execute(_ADD, values)


def get_turn(tx: Tx, owner_id: str, turn_id: str) -> TurnRow | None:
    """Return a turn that isn't forgotten yet."""
    held = sa.exists().where(
        conversations.c.owner_id == owner_id,
        conversations.c.id == turns.c.conversation_id,
        conversations.c.turn_id == turns.c.id,
        conversations.c.turn_lease_until >= db_now(),
    )
    columns: list[Any] = [turns.c[name] for name in TurnRow.__slots__ if name != "held"]
    query = sa.select(*columns, held).where(_key(owner_id, turn_id), turns.c.expires_at >= db_now())
    row: Any = tx.execute(query).one_or_none()
    return TurnRow(*row) if row else None


def turn_state(tx: Tx, owner_id: str, turn_id: str, for_update: bool = False) -> tuple[str, bool] | None:
    """Return (state, whether it was asked to stop); ``for_update`` keeps a deletion out until the commit."""
    query = _LOCKED_STATE if for_update else _STATE
    row = tx.execute(query, {"owner_id": owner_id, "turn_id": turn_id}).one_or_none()
    return (row[0], row[1]) if row else None


def add_events(tx: Tx, owner_id: str, turn_id: str, batch: EventBatch) -> None:
    tx.execute(_EVENTS, {"owner_id": owner_id, "turn_id": turn_id, "first": batch.first, "events": batch.events})


def list_events(tx: Tx, owner_id: str, turn_id: str, first: int = 1) -> Sequence[EventBatch]:
    """Return the batches that begin at ``first`` or later, in order."""
    query = (
        sa.select(turn_events.c.first, turn_events.c.events)
        .where(turn_events.c.owner_id == owner_id, turn_events.c.turn_id == turn_id, turn_events.c.first >= first)
        .order_by(turn_events.c.first)
    )
    return [EventBatch(*row) for row in tx.execute(query)]


def finish_turn(tx: Tx, owner_id: str, turn_id: str, kept_s: float) -> None:
    """End a turn; its events are kept for ``kept_s`` more."""
    tx.execute(_FINISH, {"key_owner_id": owner_id, "key_id": turn_id, "kept_s": kept_s})


def ask_to_stop(tx: Tx, owner_id: str, turn_id: str) -> bool:
    """Ask whoever writes a turn to stop; False when it doesn't run."""
    query = turns.update().where(_key(owner_id, turn_id), turns.c.state != ENDED).values(stop_asked=True)
    return tx.execute(query).rowcount == 1


def running_turns(tx: Tx, owner_id: str) -> Sequence[tuple[str, str]]:
    """Return (turn, mode) of the conversations in which an answer is being written."""
    query = (
        sa.select(turns.c.id, conversations.c.mode)
        .join(
            conversations,
            sa.and_(conversations.c.owner_id == turns.c.owner_id, conversations.c.id == turns.c.conversation_id),
        )
        .where(turns.c.owner_id == owner_id, turns.c.state != ENDED)
    )
    return [(row[0], row[1]) for row in tx.execute(query)]


def remove_turns(tx: Tx, owner_id: str, conversation_id: str) -> None:
    """Forget the turns of a conversation."""
    # The turns first, here as in clear_turns: whoever stores events holds the turn's row.
    query = sa.select(turns.c.id).where(turns.c.owner_id == owner_id, turns.c.conversation_id == conversation_id)
    ids = tx.execute(query.with_for_update()).scalars().all()
    for table, column in ((turn_events, turn_events.c.turn_id), (turns, turns.c.id)):
        tx.execute(table.delete().where(table.c.owner_id == owner_id, column.in_(ids)))


def clear_turns(tx: Tx, owner_id: str) -> int:
    """Remove the events of all of a learner's turns, and say to those that run that they keep none; return how many."""
    tx.execute(turns.update().where(turns.c.owner_id == owner_id, turns.c.state == RUNNING).values(state=CLEARED))
    count = tx.execute(turn_events.delete().where(turn_events.c.owner_id == owner_id)).rowcount
    tx.execute(turns.delete().where(turns.c.owner_id == owner_id, turns.c.state == ENDED))
    return count
