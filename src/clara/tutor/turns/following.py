"""A turn that another server writes, or wrote: its events as they are stored."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from functools import partial

from clara.core.errors import NotFound, Unavailable
from clara.store import turns
from clara.store.database import Database, Tx
from clara.store.turns import EventBatch, TurnRow
from clara.tutor.events import ErrorEvent
from clara.tutor.turns.recorded import decode
from clara.tutor.turns.tape import Numbered

POLL_S = 0.2


async def follow_stored(database: Database, owner_id: str, turn_id: str) -> AsyncIterator[Numbered]:
    """Yield the turn's events to its last; where a deletion removed some there is a gap in their numbers."""
    number = 0
    while True:
        row, batches = await database.read(partial(_look, owner_id=owner_id, turn_id=turn_id, first=number + 1))
        for batch in batches:
            for number, stored in enumerate(batch.events, batch.first):
                heard = Numbered(number, decode(stored))
                yield heard
                if heard.last:
                    return
        if row is None:
            raise no_such_turn()
        if row.state == turns.ENDED:
            return
        if not row.held:
            yield Numbered(number + 1, _interrupted())
            return
        await asyncio.sleep(POLL_S)


def _look(tx: Tx, owner_id: str, turn_id: str, first: int) -> tuple[TurnRow | None, Sequence[EventBatch]]:
    return turns.get_turn(tx, owner_id, turn_id), turns.list_events(tx, owner_id, turn_id, first)


def no_such_turn() -> NotFound:
    return NotFound(
        "There is no such turn, or it ended more than five minutes ago. Read the conversation's messages.",
        code="turn_not_found",
    )


def _interrupted() -> ErrorEvent:
    return ErrorEvent.of(
        Unavailable(
            "The server that wrote this answer is gone, and nothing of it is kept. Ask again.", code="turn_interrupted"
        )
    )
