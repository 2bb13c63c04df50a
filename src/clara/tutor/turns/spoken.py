"""A turn that is answered aloud: its conversation is held while it is spoken, and what was heard of it is stored."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing

import structlog

from clara.core.clock import Clock
from clara.core.errors import ClaraError, Conflict, Internal
from clara.store.database import Database
from clara.tutor.answering import Answerer, well_formed
from clara.tutor.events import (
    AnswerEvent,
    ArtifactEvent,
    DoneEvent,
    EndedEvent,
    ProgressEvent,
    TextEvent,
)
from clara.tutor.heard import heard_of
from clara.tutor.turns.answered import Written
from clara.tutor.turns.apart import read_apart
from clara.tutor.turns.beginning import Turn
from clara.tutor.turns.foreseen import Foreseen
from clara.tutor.turns.keeping import Keeper
from clara.tutor.turns.running import MAX_CHARACTERS, Pace
from clara.tutor.turns.storing import Ending, keep_answer
from clara.tutor.turns.tape import Tape

log = structlog.get_logger()

Listening = Callable[[], str]
"""Returns the beginning of the answer's text that was heard by now."""


class SpokenTurn:
    """One question, from ``Tutor.speak`` until ``keep``; whoever speaks it may throw an answer away and take another.

    ``cut`` is called when the turn is to end early: with "stopped", "length" or "lost". Listeners on the ``tape`` hear
    of the answer when it is over, as it is kept. ``broke``: the answer failed. ``foreseen`` is its first answer where
    it answers this question, and is closed otherwise.
    """

    def __init__(
        self,
        turn: Turn,
        answerer: Answerer,
        database: Database,
        clock: Clock,
        pace: Pace,
        heard: Listening,
        cut: Callable[[str], None],
        foreseen: Foreseen | None = None,
    ) -> None:
        self.turn = turn
        self.tape = Tape()
        self.error: ClaraError | None = None
        self._answerer = answerer
        self._database = database
        self._clock = clock
        self._heard = heard
        self._cut = cut
        self._cut_by: str | None = None
        self._events: list[AnswerEvent] = []
        self._whole = self.broke = False
        self._over = asyncio.Event()
        self._keeper = Keeper(turn, self.tape, database, pace.lease_s, self.stop)
        self._keeping = asyncio.create_task(self._keeper.run(self._over), name="turn.spoken")
        self._longest = asyncio.get_running_loop().call_later(pace.max_life_s, self.stop, "length")
        self._ending: asyncio.Task[DoneEvent | None] | None = None
        self._foreseen = foreseen

    @property
    def heard(self) -> str:
        return self._heard()

    @property
    def kept(self) -> str:
        """The text that was stored."""
        return "".join(event.text for event in self.tape.after(0) if isinstance(event, TextEvent))

    def stop(self, by: str = "stopped") -> None:
        """End the answer where it is."""
        if self._cut_by is None and self._ending is None:
            self._cut_by = by
            self._cut(by)

    async def answer(self) -> AsyncGenerator[AnswerEvent, None]:
        """Yield the answer, and raise what goes wrong. Nothing is stored by it."""
        events: list[AnswerEvent] = []
        self._events, self._whole, self.broke, characters = events, False, False, 0
        try:
            async with aclosing(self._answered()) as answered:
                async for event in answered:
                    events.append(event)
                    yield event
                    characters += len(event.text) if isinstance(event, TextEvent) else 0
                    if characters > MAX_CHARACTERS:
                        events.append(EndedEvent("length"))
                        break
        except Exception:
            self.broke = True
            raise
        self._whole = True

    async def _answered(self) -> AsyncGenerator[AnswerEvent, None]:
        async with aclosing(self._written()) as events:
            async for event in events:
                yield well_formed(event)

    def _written(self) -> AsyncGenerator[AnswerEvent, None]:
        question = self.turn.question
        foreseen, self._foreseen = self._foreseen, None
        if foreseen is not None:
            if foreseen.answers(self.turn):
                return foreseen.items()
            foreseen.cancel()
        return read_apart(self._answerer.answer(question))

    async def keep(self, heard: str, interrupted: bool = False) -> DoneEvent | None:
        """Store the answer as far as it was heard; None when that is nothing: then the conversation is free again.

        Once: a second call waits for the first one's end. Raises what storing does, Conflict when the conversation was
        deleted meanwhile or is another turn's.
        """
        if self._ending is None:
            # A task of its own: whoever waits for it may be cancelled.
            self._ending = asyncio.create_task(self._keep(heard, interrupted), name="turn.keeping")
        return await asyncio.shield(self._ending)

    async def _keep(self, heard: str, interrupted: bool) -> DoneEvent | None:
        self._longest.cancel()
        self._over.set()
        if self._foreseen is not None:
            await self._foreseen.close()
        await asyncio.gather(self._keeping, return_exceptions=True)
        kept = heard_of(self._events, heard)
        try:
            if any(isinstance(event, (TextEvent, ArtifactEvent)) for event in kept):
                return await self._store(kept, interrupted)
            await self._free(Conflict("Stopped before anything was heard. Ask again.", code="turn_stopped"))
            return None
        except Exception as error:
            await self._free(error if isinstance(error, ClaraError) else Internal())
            raise

    async def _store(self, kept: Sequence[AnswerEvent], interrupted: bool) -> DoneEvent:
        turn, written, now = self.turn, Written(), self._clock.now()
        for event in kept:
            if not isinstance(event, (ProgressEvent, EndedEvent)):
                written.add(event)
                self.tape.add(event)
        ended = self._ended(interrupted)
        done = DoneEvent(turn.message_id, turn.question_id, now, bool(written.cited), ended)
        # What the mode made of the question holds, however much of the answer was heard.
        progress = [event.progress for event in self._events if isinstance(event, ProgressEvent)]
        ending = Ending(written, self._answerer.name, ended, now, progress[-1] if progress else None)
        keep = self._keeper.ending(done)
        await self._database.write(lambda tx: keep_answer(tx, turn, ending, keep))
        self.tape.add(done)
        return done

    def _ended(self, interrupted: bool) -> str:
        if self._cut_by is not None or interrupted:
            return self._cut_by or "stopped"
        said = [event.ended for event in self._events if isinstance(event, EndedEvent)]
        return said[-1] if said else "end" if self._whole else "broken"

    async def _free(self, error: ClaraError) -> None:
        self.error = error
        await self._keeper.fail(error)
