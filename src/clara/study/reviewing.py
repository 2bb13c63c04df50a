"""Spaced repetition: which cards are due, and when a card is due again after a review (FSRS)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import IntEnum
from typing import Any

from clara.core.clock import Clock
from clara.core.errors import NotFound, Unavailable
from clara.core.ids import new_id
from clara.store import cards as stored
from clara.store.cards import CardRow
from clara.store.database import Database, Tx
from clara.store.folders import require_folder
from clara.store.learners import lock_known_learner
from clara.store.progress import FolderProgress, count_sessions, folder_progress
from clara.store.study import get_sets
from clara.study.sets import Item, show_sets

RETENTION = 0.9
"""How likely a card is remembered when it is due; FSRS's own default."""

AT_ONCE_S = 1.0
"""Nobody reads a card, turns it over and judges in less."""


class Rating(IntEnum):
    """How well a card was known, as FSRS counts it."""

    AGAIN = 1
    HARD = 2
    GOOD = 3
    EASY = 4


@dataclass(frozen=True, slots=True)
class DueCard:
    """A card that is due, its set's title and the item that it is there."""

    card: CardRow
    title: str
    item: Item


@dataclass(frozen=True, slots=True)
class Due:
    """Some of the ``total`` cards that are due; ``next_at`` is when the next one will be."""

    cards: Sequence[DueCard]
    total: int
    next_at: float | None


@dataclass(frozen=True, slots=True)
class Progress:
    """By folder id ("none": no folder), and the study sessions of all."""

    folders: Mapping[str, FolderProgress]
    sessions: int
    session_s: float
    last_session_at: float | None


class Reviews:
    """Cards of one learner at a time; someone else's are NotFound."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def due(self, owner_id: str, folder_id: str | None = None, limit: int = 20) -> Due:
        """Return the cards that wait longest; ``folder_id`` None means every folder."""
        now = self._clock.now()

        def read(tx: Tx) -> Due:
            if folder_id is not None:
                require_folder(tx, owner_id, folder_id)
            cards = stored.due_cards(tx, owner_id, folder_id, now, limit)
            rows = get_sets(tx, owner_id, list({card.set_id for card in cards}))
            shown = {found.id: found for found in show_sets(tx, owner_id, list(rows.values()))}
            items = {item.card.id: item for found in shown.values() for item in found.items if item.card}
            due = [DueCard(card, shown[card.set_id].title, items[card.id]) for card in cards]
            total = stored.count_due(tx, owner_id, folder_id, now)
            return Due(due, total, stored.next_due(tx, owner_id, folder_id, now))

        # Each card's set is read whole: off the event loop.
        return await self._database.scan(read)

    async def review(self, owner_id: str, card_id: str, rating: Rating) -> CardRow:
        """Note how well a card was known, and return it with the time at which it is due again.

        What comes within a second of the last review is that one, sent twice.
        """
        now = self._clock.now()

        def review(tx: Tx) -> CardRow:
            lock_known_learner(tx, owner_id)
            card = stored.lock_card(tx, owner_id, card_id)
            if card is None:
                raise NotFound("There is no such card. Look in the list of those that are due.", code="card_not_found")
            if now - reviewed_at(card) < AT_ONCE_S:
                return card
            after = schedule(card, rating, now)
            stored.reschedule_card(tx, owner_id, card_id, after.state, after.memory, after.due_at)
            stored.add_review(tx, owner_id, new_id("rev"), card_id, rating, now)
            return after

        return await self._database.write(review)

    async def progress(self, owner_id: str) -> Progress:
        now = self._clock.now()

        def read(tx: Tx) -> Progress:
            return Progress(folder_progress(tx, owner_id, now), *count_sessions(tx, owner_id))

        return await self._database.scan(read)


def reviewed_at(card: CardRow) -> float:
    """Return when the card was last reviewed; long ago if it never was."""
    last = card.memory.get("last_review")
    return datetime.fromisoformat(last).timestamp() if last else float("-inf")


def schedule(card: CardRow, rating: Rating, now: float) -> CardRow:
    """Return the card as FSRS schedules it after a review at ``now``. The same review gives the same time."""
    try:
        import fsrs
    except ImportError:
        raise Unavailable(
            "The package for reviews is not installed: `pip install clara[study]`.",
            code="study_not_installed",
            headers={"Retry-After": "3600"},
        ) from None
    scheduler = fsrs.Scheduler(desired_retention=RETENTION, enable_fuzzing=False)
    known: Any = {"card_id": 0, **card.memory}
    before = fsrs.Card.from_dict(known) if card.memory else fsrs.Card(card_id=0)
    after, _ = scheduler.review_card(before, fsrs.Rating(int(rating)), datetime.fromtimestamp(now, UTC))
    memory = {name: value for name, value in after.to_dict().items() if name != "card_id"}
    return replace(card, state=int(after.state), memory=memory, due_at=after.due.timestamp())
