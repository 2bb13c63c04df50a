"""Tokens that a learner used on a day (UTC), and what running answers have reserved of it."""

from dataclasses import dataclass

import sqlalchemy as sa

from clara.store.database import Tx, upsert
from clara.store.tables import db_now, usage_days, usage_reservations


@dataclass(frozen=True, slots=True)
class DayUsage:
    """``reserved`` are tokens of answers that are being written."""

    input_tokens: int = 0
    output_tokens: int = 0
    answers: int = 0
    reserved: int = 0

    @property
    def used(self) -> int:
        return self.input_tokens + self.output_tokens


def get_usage(tx: Tx, owner_id: str, day: str) -> DayUsage:
    """Return a day's usage; reservations that lapsed don't count."""
    query = sa.select(usage_days.c.input_tokens, usage_days.c.output_tokens, usage_days.c.answers).where(
        usage_days.c.owner_id == owner_id, usage_days.c.day == day
    )
    row = tx.execute(query).one_or_none()
    held = sa.select(sa.func.coalesce(sa.func.sum(usage_reservations.c.tokens), 0)).where(
        usage_reservations.c.owner_id == owner_id,
        usage_reservations.c.day == day,
        usage_reservations.c.expires_at > db_now(),
    )
    reserved = int(tx.execute(held).scalar_one())
    return DayUsage(*row, reserved) if row else DayUsage(reserved=reserved)


def lock_usage(tx: Tx, owner_id: str, day: str) -> DayUsage:
    """Return a day's usage, and keep other reservations of this learner out until the end of the transaction."""
    _add(tx, owner_id, day, 0, 0, 0)
    return get_usage(tx, owner_id, day)


def add_reservation(tx: Tx, owner_id: str, reservation_id: str, day: str, tokens: int, life_s: float) -> None:
    """Reserve tokens, until they are settled or ``life_s`` is over. The caller holds the day's lock."""
    tx.execute(
        usage_reservations.insert().values(
            owner_id=owner_id, id=reservation_id, day=day, tokens=tokens, expires_at=db_now() + life_s
        )
    )


def remove_reservation(tx: Tx, owner_id: str, reservation_id: str) -> None:
    tx.execute(
        usage_reservations.delete().where(
            usage_reservations.c.owner_id == owner_id, usage_reservations.c.id == reservation_id
        )
    )


def add_usage(tx: Tx, owner_id: str, day: str, input_tokens: int, output_tokens: int) -> None:
    """Count one more answer and what it took."""
    _add(tx, owner_id, day, input_tokens, output_tokens, 1)


def _add(tx: Tx, owner_id: str, day: str, input_tokens: int, output_tokens: int, answers: int) -> None:
    key = {"owner_id": owner_id, "day": day}
    added = {"input_tokens": input_tokens, "output_tokens": output_tokens, "answers": answers}
    upsert(tx, usage_days, key | added, tuple(key), {name: usage_days.c[name] + by for name, by in added.items()})
