"""A learner's tokens a day: reserved before a model is asked, settled after, however the answer ends."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog

from clara.core.clock import Clock, iso
from clara.core.errors import ClaraError, TooManyRequests
from clara.core.ids import new_id
from clara.providers.chat import Spent
from clara.store.database import Database, Tx
from clara.store.usage import (
    DayUsage,
    add_reservation,
    add_usage,
    get_usage,
    lock_usage,
    remove_reservation,
)

log = structlog.get_logger()

LEAST_ANSWER_TOKENS = 200
"""An answer may be shortened to what is left of the budget, but not below this."""
GRACE_S = 60.0
"""A reservation outlives the longest answer by this: it lapses only when the process that made it is gone."""
BUSY_RETRY_S = 5


@dataclass(frozen=True, slots=True)
class Usage:
    """A learner's day. ``limit`` and ``left`` are None without a budget; ``resets_at`` is the next midnight, UTC."""

    day: str
    counted: DayUsage
    limit: int | None
    resets_at: float

    @property
    def left(self) -> int | None:
        if self.limit is None:
            return None
        return max(0, self.limit - self.counted.used - self.counted.reserved)


@dataclass(frozen=True, slots=True)
class Reservation:
    """What an answer may take. ``id`` None: nothing is held."""

    owner_id: str
    day: str
    id: str | None
    output_tokens: int


class Budget:
    """``tokens_per_day`` None or 0: usage is counted, and nobody is refused. ``answer_s``: how long an answer takes."""

    def __init__(self, database: Database, clock: Clock, tokens_per_day: int | None, answer_s: float) -> None:
        self._database = database
        self._clock = clock
        self.limit = tokens_per_day or None
        self._life_s = answer_s + GRACE_S
        self._settling: set[asyncio.Task[None]] = set()

    async def usage(self, owner_id: str) -> Usage:
        """Return a learner's day, with every answer that ended here."""
        await self.settled()
        day, resets_at = self._today()
        counted = await self._database.read(lambda tx: get_usage(tx, owner_id, day))
        return Usage(day, counted, self.limit, resets_at)

    async def reserve(self, owner_id: str, input_tokens: int, output_tokens: int) -> Reservation:
        """Hold what an answer may take, or raise TooManyRequests; the answer may be granted fewer tokens."""
        day, resets_at = self._today()
        if self.limit is None:
            return Reservation(owner_id, day, None, output_tokens)
        limit = self.limit
        await self.settled()

        def reserve(tx: Tx) -> Reservation:
            usage = Usage(day, lock_usage(tx, owner_id, day), limit, resets_at)
            left = (usage.left or 0) - input_tokens
            if left < min(LEAST_ANSWER_TOKENS, output_tokens):
                raise self._used_up(usage, input_tokens)
            reservation = Reservation(owner_id, day, new_id("use"), min(output_tokens, left))
            tokens = input_tokens + reservation.output_tokens
            add_reservation(tx, owner_id, str(reservation.id), day, tokens, self._life_s)
            return reservation

        reserving = asyncio.ensure_future(self._database.write(reserve))
        try:
            return await asyncio.shield(reserving)
        except asyncio.CancelledError:
            self._soon(self._give_back(reserving))
            raise

    async def _give_back(self, reserving: "asyncio.Future[Reservation]") -> None:
        """Settle what nobody waits for any more; what wasn't granted holds nothing."""
        with suppress(Exception):
            await self.settle(await reserving, Spent())

    async def has_room(self, owner_id: str, tokens: int) -> bool:
        """Tell whether so many tokens are left of the day."""
        left = None if self.limit is None else (await self.usage(owner_id)).left
        return left is None or left >= tokens

    def beside(self, owner_id: str, output_tokens: int) -> Reservation:
        """Hold nothing for something small: what it takes is counted when it is settled, and stands in nobody's way."""
        return Reservation(owner_id, self._today()[0], None, output_tokens)

    def settle_soon(self, reservation: Reservation, spent: Spent) -> None:
        """Settle beside: a voice can't begin an answer of one sentence before it knows that it was the last."""
        if reservation.id is not None or spent.total:
            self._soon(self.settle(reservation, spent))

    def _soon(self, work: Coroutine[Any, Any, None]) -> None:
        settling = asyncio.create_task(work, name="budget.settle")
        self._settling.add(settling)
        settling.add_done_callback(self._settling.discard)

    async def settled(self) -> None:
        """Wait until all is settled that was to be soon."""
        if self._settling:
            await asyncio.wait(set(self._settling))

    async def settle(self, reservation: Reservation, spent: Spent) -> None:
        """Count what an answer really took, and give back the rest."""
        owner_id, held = reservation.owner_id, reservation.id

        def settle(tx: Tx) -> None:
            if held is not None:
                remove_reservation(tx, owner_id, held)
            if spent.total:
                add_usage(tx, owner_id, reservation.day, spent.input_tokens, spent.output_tokens)

        try:
            await self._database.write(settle)
        except ClaraError as error:
            log.warning("usage.not_settled", code=error.problem_code, tokens=spent.total)
        except Exception as error:
            log.error("usage.not_settled", tokens=spent.total, exc_info=error)

    def _today(self) -> tuple[str, float]:
        now = datetime.fromtimestamp(self._clock.now(), UTC)
        midnight = datetime(now.year, now.month, now.day, tzinfo=UTC) + timedelta(days=1)
        return now.date().isoformat(), midnight.timestamp()

    def _used_up(self, usage: Usage, input_tokens: int) -> TooManyRequests:
        needed = input_tokens + LEAST_ANSWER_TOKENS
        held = usage.counted.used + needed <= (usage.limit or 0)
        wait_s = BUSY_RETRY_S if held else int(usage.resets_at - self._clock.now()) + 1
        when = "when the answers that are being written are done" if held else f"at {iso(usage.resets_at)}"
        return TooManyRequests(
            f"{usage.left:,} of today's {usage.limit:,} tokens are left, and this takes about {needed:,}. "
            f"Ask again {when}.",
            code="budget_used_up",
            headers={"Retry-After": str(wait_s)},
            limit=usage.limit,
            used=usage.counted.used,
            reserved=usage.counted.reserved,
            left=usage.left,
            resets_at=iso(usage.resets_at),
        )
