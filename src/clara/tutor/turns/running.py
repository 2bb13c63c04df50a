"""A turn as it runs: the answerer is heard, listeners are told, and the answer is stored, or why there is none."""

import asyncio
from contextlib import aclosing
from dataclasses import dataclass

import structlog

from clara.core.clock import Clock
from clara.core.errors import ClaraError, Conflict, Internal, ProviderTimeout, Unavailable
from clara.store.database import Database
from clara.tutor.answering import Answerer, well_formed
from clara.tutor.events import (
    AnswerEvent,
    DoneEvent,
    EndedEvent,
    ProgressEvent,
    TextEvent,
)
from clara.tutor.turns.answered import Written
from clara.tutor.turns.beginning import Turn
from clara.tutor.turns.keeping import Keeper
from clara.tutor.turns.storing import Ending, keep_answer, turn_lost
from clara.tutor.turns.tape import Joiner, Tape

log = structlog.get_logger()

TURN_LEASE_S = 15.0
"""For so long a conversation is held after its server died; while an answer is written the lease is prolonged."""
TURN_MAX_LIFE_S = 600.0
MAX_CHARACTERS = 200_000
"""An answer that is as long is ended."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How long a turn may take, and for how long it holds its conversation; seconds."""

    lease_s: float = TURN_LEASE_S
    max_life_s: float = TURN_MAX_LIFE_S


class RunningTurn:
    """One turn on this server, from its first event to its last. ``error`` is why it failed, once it has."""

    def __init__(self, turn: Turn, answerer: Answerer, database: Database, clock: Clock, pace: Pace) -> None:
        self.turn = turn
        self.tape = Tape()
        self.error: ClaraError | None = None
        self.written = Written()
        self._answerer = answerer
        self._database = database
        self._clock = clock
        self._pace = pace
        self._joiner = Joiner(self.tape.add)
        self._ended = "end"
        self._cut_by: str | None = None
        self._progress: ProgressEvent | None = None
        self._consuming: asyncio.Task[None] | None = None
        self._keeper = Keeper(turn, self.tape, database, pace.lease_s, self.stop)
        self._over = asyncio.Event()

    def stop(self, by: str = "stopped") -> None:
        """End the answer where it is; "length": since it got too long, "lost": since nobody waits for it."""
        if self._cut_by is None:
            self._cut_by = by
            if self._consuming is not None:
                self._consuming.cancel()

    async def run(self) -> None:
        """Run to the end; however that is, the conversation is free after it, and listeners hear a last event."""
        keeping = asyncio.create_task(self._keeper.run(self._over))
        try:
            await self._hear_all()
            self._over.set()
            await keeping
            await self._finish()
        except asyncio.CancelledError:
            await self._fail(keeping, Unavailable("The server went down. Ask again.", code="draining"))
        except Exception as error:
            await self._fail(keeping, error)

    async def _hear_all(self) -> None:
        """Hear the answerer to its end, or until the turn is cut."""
        self._consuming = asyncio.create_task(self._hear())
        if self._cut_by is not None:
            self._consuming.cancel()
        longest = asyncio.get_running_loop().call_later(self._pace.max_life_s, self.stop, "length")
        try:
            await self._consuming
        except asyncio.CancelledError:
            if self._cut_by is None:
                raise
            self._ended = self._cut_by
        finally:
            longest.cancel()
            self._joiner.flush()
        if self._ended == "lost":
            raise turn_lost()
        if self._cut_by is not None and self.written.empty:
            raise _cut_short(self._cut_by)

    async def _hear(self) -> None:
        async with aclosing(self._answerer.answer(self.turn.question)) as events:
            async for event in events:
                self._take(well_formed(event))

    def _take(self, event: AnswerEvent) -> None:
        if isinstance(event, TextEvent) and event.quote_of is None:
            if event.text:
                self.written.add(event)
                self._joiner.text(event.text)
        elif isinstance(event, ProgressEvent):
            self._progress = event
        elif isinstance(event, EndedEvent):
            self._ended = event.ended
        else:
            self.written.add(event)
            self._joiner.flush()
            self.tape.add(event)
        if self.written.characters > MAX_CHARACTERS:
            self.stop("length")

    async def _finish(self) -> None:
        """Store the answer and the last event in one transaction, then tell."""
        turn, now = self.turn, self._clock.now()
        covered = bool(self.written.cited)
        done = DoneEvent(turn.message_id, turn.question_id, now, covered, ended=self._ended)
        progress = self._progress.progress if self._progress else None
        ending = Ending(self.written, self._answerer.name, self._ended, now, progress)
        keep = self._keeper.ending(done)
        await self._database.write(lambda tx: keep_answer(tx, turn, ending, keep))
        self.tape.add(done)

    async def _fail(self, keeping: "asyncio.Task[None]", error: BaseException) -> None:
        """Free the conversation and tell why there is no answer."""
        self._over.set()
        await asyncio.gather(keeping, return_exceptions=True)
        known = error if isinstance(error, ClaraError) else Internal("An error of ours. Ask again.")
        if known is not error:
            log.error("turn.crashed", turn=self.turn.id, exc_info=error)
        elif known.status >= 500:
            log.warning("turn.failed", turn=self.turn.id, code=known.problem_code, exc_info=known.__cause__)
        self.error = known
        await self._keeper.fail(known)


def _cut_short(by: str) -> ClaraError:
    if by == "stopped":
        return Conflict("Stopped before anything was written. Ask again.", code="turn_stopped")
    return ProviderTimeout("The answer took too long, and nothing of it was written. Ask again.")
