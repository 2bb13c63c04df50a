"""Flashcards, when each is due, and what was answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from clara.store.database import Tx
from clara.store.tables import reviews, study_cards, study_sets

NEW = 0
"""State of a card that was never reviewed; the others are those of FSRS: 1 learning, 2 review, 3 learning again."""


@dataclass(frozen=True, slots=True)
class CardRow:
    """A card as stored; ``memory`` is what the scheduler knows of it, {} before the first review."""

    id: str
    set_id: str
    item: int
    front: str
    back: str
    state: int
    memory: Mapping[str, Any]
    due_at: float


_COLUMNS = tuple(study_cards.c[name] for name in CardRow.__slots__)


def add_cards(tx: Tx, owner_id: str, rows: Sequence[CardRow]) -> None:
    if rows:
        values = [{"owner_id": owner_id} | {name: getattr(row, name) for name in CardRow.__slots__} for row in rows]
        tx.execute(study_cards.insert(), values)


def list_cards(tx: Tx, owner_id: str, set_ids: Sequence[str]) -> Mapping[str, Sequence[CardRow]]:
    """Return each set's cards, in their order."""
    query = (
        sa.select(*_COLUMNS)
        .where(study_cards.c.owner_id == owner_id, study_cards.c.set_id.in_(set_ids))
        .order_by(study_cards.c.set_id, study_cards.c.item)
    )
    found: dict[str, list[CardRow]] = {}
    for row in tx.execute(query):
        found.setdefault(row.set_id, []).append(CardRow(*row))
    return found


def lock_card(tx: Tx, owner_id: str, card_id: str) -> CardRow | None:
    """Return a card, and keep other reviews of it out until the end of the transaction."""
    query = sa.select(*_COLUMNS).where(study_cards.c.owner_id == owner_id, study_cards.c.id == card_id)
    row = tx.execute(query.with_for_update()).one_or_none()
    return CardRow(*row) if row else None


def _of(owner_id: str, folder_id: str | None) -> sa.ColumnElement[bool]:
    own = study_cards.c.owner_id == owner_id
    if folder_id is None:
        return own
    sets = sa.select(study_sets.c.id).where(study_sets.c.owner_id == owner_id, study_sets.c.folder_id == folder_id)
    return sa.and_(own, study_cards.c.set_id.in_(sets))


def _due(owner_id: str, folder_id: str | None, now: float) -> sa.ColumnElement[bool]:
    return sa.and_(_of(owner_id, folder_id), study_cards.c.due_at <= now)


def due_cards(tx: Tx, owner_id: str, folder_id: str | None, now: float, limit: int) -> Sequence[CardRow]:
    """Return cards that are due, those that wait longest first."""
    query = sa.select(*_COLUMNS).where(_due(owner_id, folder_id, now))
    query = query.order_by(study_cards.c.due_at, study_cards.c.set_id, study_cards.c.item).limit(limit)
    return [CardRow(*row) for row in tx.execute(query)]


def count_due(tx: Tx, owner_id: str, folder_id: str | None, now: float) -> int:
    query = sa.select(sa.func.count()).select_from(study_cards).where(_due(owner_id, folder_id, now))
    return tx.execute(query).scalar_one()


def next_due(tx: Tx, owner_id: str, folder_id: str | None, now: float) -> float | None:
    """Return when the next card that isn't due yet will be."""
    query = sa.select(sa.func.min(study_cards.c.due_at)).where(_of(owner_id, folder_id), study_cards.c.due_at > now)
    return tx.execute(query).scalar()


def reschedule_card(tx: Tx, owner_id: str, card_id: str, state: int, memory: Mapping[str, Any], due_at: float) -> None:
    query = study_cards.update().where(study_cards.c.owner_id == owner_id, study_cards.c.id == card_id)
    tx.execute(query.values(state=state, memory=memory, due_at=due_at))


def add_review(tx: Tx, owner_id: str, review_id: str, card_id: str, rating: int, now: float) -> None:
    tx.execute(
        reviews.insert().values(owner_id=owner_id, id=review_id, card_id=card_id, rating=rating, reviewed_at=now)
    )
