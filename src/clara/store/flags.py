"""Flagged turns: what kind, in which message, and whether it was told; never what was said."""

from dataclasses import dataclass

import sqlalchemy as sa

from clara.core.ids import new_id
from clara.store.database import Tx
from clara.store.tables import flags


@dataclass(frozen=True, slots=True)
class FlagRow:
    """``conversation_id`` and ``message_id`` are empty for a question of which nothing was stored."""

    owner_id: str
    id: str
    kind: str
    conversation_id: str
    message_id: str
    created_at: float
    delivered_at: float | None


SELECT_FLAGS = sa.select(*(flags.c[name] for name in FlagRow.__slots__))


def add_flag(tx: Tx, owner_id: str, kind: str, conversation_id: str, message_id: str, now: float) -> str | None:
    """Flag a message and return the flag's id; None when it is flagged so already."""
    same = (flags.c.owner_id == owner_id, flags.c.message_id == message_id, flags.c.kind == kind)
    if message_id and tx.execute(sa.select(1).where(*same)).scalar() is not None:
        return None
    flag_id = new_id("flag")
    row = {"kind": kind, "conversation_id": conversation_id, "message_id": message_id, "created_at": now}
    tx.execute(flags.insert().values(owner_id=owner_id, id=flag_id, delivered_at=None, **row))
    return flag_id


def get_flag(tx: Tx, owner_id: str, flag_id: str) -> FlagRow | None:
    row = tx.execute(SELECT_FLAGS.where(flags.c.owner_id == owner_id, flags.c.id == flag_id)).one_or_none()
    return FlagRow(*row) if row else None


def note_delivery(tx: Tx, owner_id: str, flag_id: str, now: float) -> None:
    tx.execute(flags.update().where(flags.c.owner_id == owner_id, flags.c.id == flag_id).values(delivered_at=now))
