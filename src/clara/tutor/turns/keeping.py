"""What a running turn says, kept for those who listen elsewhere or come back; and what others want of the turn."""

import asyncio
from collections.abc import Callable, Sequence

import structlog

from clara.core.errors import ClaraError
from clara.store import turns
from clara.store.conversations import hold_turn
from clara.store.database import Database, Tx
from clara.tutor.events import ErrorEvent, TutorEvent
from clara.tutor.turns.beginning import Turn
from clara.tutor.turns.recorded import encode
from clara.tutor.turns.storing import free_conversation
from clara.tutor.turns.tape import Tape

log = structlog.get_logger()

BATCH_S = 0.25
"""So often what was said is stored."""
LOOK_S = 1.0
"""So often a turn that says nothing looks whether it was asked to stop."""
KEPT_S = 300.0
"""For so long after its end a turn can be listened to."""


class Keeper:
    """Keeps one turn's tape. ``stop`` is called with "stopped", or "lost" when the conversation is another's."""

    def __init__(self, turn: Turn, tape: Tape, database: Database, lease_s: float, stop: Callable[[str], None]) -> None:
        self._turn = turn
        self._tape = tape
        self._database = database
        self._lease_s = lease_s
        self._stop = stop
        self._stored = 0
        self._keeps = True

    async def run(self, over: asyncio.Event) -> None:
        """Store what is said, hold the conversation, and look whether to stop, until the turn is over."""
        loop = asyncio.get_running_loop()
        tick_s = min(BATCH_S, self._lease_s / 3)
        hold_at, look_at = loop.time() + self._lease_s / 3, loop.time() + LOOK_S
        while not await _is_set(over, tick_s):
            now, new = loop.time(), self._new()
            hold = now >= hold_at
            if not (new or hold or now >= look_at):
                continue
            try:
                await self._look(new, hold)
            except ClaraError as error:
                log.warning("turn.not_held", turn=self._turn.id, code=error.problem_code)
                continue
            look_at = now + LOOK_S
            hold_at = now + self._lease_s / 3 if hold else hold_at

    def ending(self, last: TutorEvent) -> Callable[[Tx], None]:
        """Return what stores the events that aren't stored yet, of which this is the last, and ends the turn."""
        owner_id, turn_id = self._turn.question.owner_id, self._turn.id
        everything = turns.EventBatch(self._stored + 1, [encode(event) for event in (*self._new(), last)])
        only_last = turns.EventBatch(self._tape.length + 1, [encode(last)])

        def end(tx: Tx) -> None:
            state = turns.turn_state(tx, owner_id, turn_id, for_update=True)
            if state is not None:
                keeps = self._keeps and state[0] == turns.RUNNING
                turns.add_events(tx, owner_id, turn_id, everything if keeps else only_last)
                turns.finish_turn(tx, owner_id, turn_id, KEPT_S)

        return end

    async def fail(self, error: ClaraError) -> None:
        """Give the conversation back without an answer, and tell listeners why there is none."""
        last = ErrorEvent.of(error)
        keep = self.ending(last)
        try:
            await self._database.write(lambda tx: free_conversation(tx, self._turn, keep))
        except ClaraError as failed:
            log.warning("turn.not_freed", turn=self._turn.id, code=failed.problem_code)
        self._tape.add(last)

    def _new(self) -> Sequence[TutorEvent]:
        return self._tape.after(self._stored) if self._keeps else ()

    async def _look(self, new: Sequence[TutorEvent], hold: bool) -> None:
        look = self._looking(new, hold)
        # Counted before: a write that was accepted is done, even when whoever waits for it is cancelled.
        self._stored += len(new)
        try:
            state = await (self._database.write if new or hold else self._database.read)(look)
        except ClaraError:
            self._stored -= len(new)
            raise
        if state is None:
            self._stop("lost")
            return
        if state[0] == turns.CLEARED and self._keeps:
            # A file was deleted: nothing of what was said so far is shown to anybody who comes back.
            self._keeps = False
            self._tape.forget()
        if state[1]:
            self._stop("stopped")

    def _looking(self, new: Sequence[TutorEvent], hold: bool) -> Callable[[Tx], tuple[str, bool] | None]:
        owner_id, turn_id, conversation_id = self._turn.question.owner_id, self._turn.id, self._turn.conversation.id
        batch = turns.EventBatch(self._stored + 1, [encode(event) for event in new])

        def look(tx: Tx) -> tuple[str, bool] | None:
            # The conversation's row before the turn's, as everybody locks them.
            if hold and not hold_turn(tx, owner_id, conversation_id, turn_id, self._lease_s):
                return None
            state = turns.turn_state(tx, owner_id, turn_id, for_update=bool(new))
            if new and state is not None and state[0] == turns.RUNNING:
                turns.add_events(tx, owner_id, turn_id, batch)
            return state

        return look


async def _is_set(event: asyncio.Event, timeout_s: float) -> bool:
    """Wait for an event, so long at most."""
    try:
        async with asyncio.timeout(timeout_s):
            return await event.wait()
    except TimeoutError:
        return False
