"""A turn that the learner's budget refuses at once: an HTTP status also where its answer would be a stream."""

import asyncio

from clara.core.errors import TooManyRequests
from clara.library.budget import Budget
from clara.tutor.turns.running import RunningTurn

PATIENCE_S = 2.0
"""For so long a stream waits before it begins; what is refused later is its last event."""


async def require_budget(running: RunningTurn, budget: Budget) -> None:
    """Raise TooManyRequests when that is how a turn begins and ends; without a budget return at once."""
    if budget.limit is None:
        return
    try:
        async with asyncio.timeout(PATIENCE_S):
            await running.tape.begun()
    except TimeoutError:
        return
    if isinstance(running.error, TooManyRequests):
        raise running.error
