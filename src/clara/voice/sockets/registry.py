"""The voice sessions that a process has: room for one more, and when each of them ends."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import ExitStack, asynccontextmanager, suppress

import structlog

from clara.core.errors import Unavailable
from clara.core.ids import new_id
from clara.ops.drain import Drain
from clara.ops.metrics import VoiceMetrics
from clara.settings.sections import VoiceSettings
from clara.voice.sockets.live import DRAINING, REPLACED, Ending, Link, Live
from clara.voice.sockets.presence import Presences
from clara.voice.talking.session import Session
from clara.voice.wire.messages import Bye

log = structlog.get_logger()

TICK_S = 0.25
LOOK_S = 1.0
"""So often it is looked whether a session has gone on in another process: for so long both may have it."""
BEAT_S = 5.0
CLOSE_S = 10.0
"""For a session to stop speaking and to store what was heard."""
RETRY_S = 10
MOST_VISITS = 5
"""Sockets of dialect 0 of one learner. Such clients don't know that the newest tab wins, and would connect again."""


class Registry:
    """Made once; belongs to the event loop's thread."""

    def __init__(self, limits: VoiceSettings, presences: Presences, drain: Drain, metrics: VoiceMetrics) -> None:
        self._limits = limits
        self._presences = presences
        self._drain = drain
        self._metrics = metrics
        self._live: dict[tuple[str, str], Live] = {}
        self._opening = {True: 0, False: 0}
        self._leaving: set[Live] = set()
        self._keeping: dict[str, asyncio.Task[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        metrics.sessions.set_function(lambda: len(self._live))
        metrics.connections.set_function(lambda: sum(live.link is not None for live in self._live.values()))

    @property
    def lives(self) -> Sequence[Live]:
        """All of them, the oldest first."""
        return list(self._live.values())

    def get(self, owner_id: str, session_id: str) -> Live | None:
        return self._live.get((owner_id, session_id))

    def most_of(self, dialect: int) -> int:
        """Return how many sessions of a dialect a learner may have."""
        most = self._limits.sessions_per_learner
        return most if dialect else max(most, MOST_VISITS)

    @asynccontextmanager
    async def room(self, owner_id: str, sounds: bool, dialect: int = 1) -> AsyncIterator[Sequence[tuple[Live, Ending]]]:
        """Keep a place for one more session of a learner in this process, while the block makes it.

        Yield those whose place it takes, theirs and, where all is full, the one that was dropped longest ago: to be
        ended once it stands, for it may not come to that. Raises Unavailable where there is no place.
        """
        theirs = [live for live in self._live.values() if (live.owner_id, live.dialect) == (owner_id, dialect)]
        old = theirs[: max(0, len(theirs) - self.most_of(dialect) + 1)]
        most = self._limits.sessions_per_process if sounds else self._limits.text_sessions_per_process
        leaving = [(live, REPLACED) for live in old]
        alike = [live for live in self._live.values() if live.sounds == sounds and live not in {*old, *self._leaving}]
        if len(alike) + self._opening[sounds] >= most:
            held = [live for live in alike if live.dropped_at is not None and not live.ended]
            if not held:
                raise _full()
            leaving.append((min(held, key=lambda live: live.dropped_at or 0), DRAINING))
        # Nothing is waited for up to here: of those who come at once, each finds another place.
        lives = {live for live, _ in leaving}
        self._leaving |= lives
        self._opening[sounds] += 1
        try:
            yield leaving
        finally:
            self._opening[sounds] -= 1
            self._leaving -= lives

    def add(self, owner_id: str, token_hash: str, session: Session | None, sounds: bool) -> Live:
        """Add a session that its first socket has; without one it is a socket of dialect 0."""
        counted = ExitStack()
        counted.enter_context(self._drain.stream())
        live = Live(owner_id, new_id("voice"), token_hash, session, sounds, counted, Link())
        self._live[owner_id, live.id] = live
        # Each by itself: one may have ended with the last session, and the other not yet.
        for doing in (self._keep, self._watch):
            name = f"voice-registry{doing.__name__}"
            if name not in self._keeping or self._keeping[name].done():
                self._keeping[name] = asyncio.create_task(doing(), name=name)
        log.info("voice.opened", session=live.id, dialect=live.dialect, sounds=sounds)
        return live

    async def end(self, live: Live, ending: Ending) -> None:
        """Close a session and tell its socket; what was heard is stored before. Returns once all is closed."""
        if live.ended:
            await live.over.wait()
            return
        live.ended = True
        session = live.session
        try:
            if session is not None:
                async with asyncio.timeout(CLOSE_S):
                    await session.close()
        except Exception:
            log.exception("voice.close_failed", session=live.id)
        finally:
            if session is not None:
                session.outbox.say(Bye(reason=ending.reason))
                session.outbox.finish()
            if live.link is not None:
                live.link.tell(ending)
            await self._forget(live, ending)

    async def _forget(self, live: Live, ending: Ending) -> None:
        try:
            await self._presences.close(live, restorable=ending.restorable and live.session is not None)
        finally:
            self._live.pop((live.owner_id, live.id), None)
            live.counted.close()
            live.over.set()
            self._metrics.ended.labels(ending.reason).inc()
            seconds = round(time.monotonic() - live.started_at, 1)
            log.info("voice.ended", session=live.id, reason=ending.reason, seconds=seconds)

    async def _keep(self) -> None:
        """End what is due, as long as there are sessions; nothing here waits for the database."""
        while self._live:
            with suppress(TimeoutError):
                async with asyncio.timeout(TICK_S):
                    await self._drain.begun()
            now = time.monotonic()
            for live in self.lives:
                if ending := self._due(live, now):
                    self._spawn(self.end(live, ending))
            if self._drain.draining:
                await asyncio.sleep(TICK_S)

    async def _watch(self) -> None:
        """Say that this process is there, and give up what others have taken, as long as there are sessions."""
        beat_at = time.monotonic() + BEAT_S
        while self._live:
            await asyncio.sleep(LOOK_S)
            for live in await self._presences.taken(self.lives):
                self._spawn(self.end(live, REPLACED))
            if time.monotonic() >= beat_at:
                beat_at = time.monotonic() + BEAT_S
                await self._presences.beat()

    def _due(self, live: Live, now: float) -> Ending | None:
        if self._drain.draining and live.session is not None and not live.ended:
            return DRAINING
        return live.due(now, self._limits.hold_s, self._limits.idle_s, self._limits.max_s)

    def _spawn(self, work: "Awaitable[None]") -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """End all sessions."""
        ends = [self.end(live, DRAINING) for live in self.lives]
        await asyncio.gather(*ends, *self._tasks, return_exceptions=True)
        for task in self._keeping.values():
            task.cancel()
        await asyncio.gather(*self._keeping.values(), return_exceptions=True)


def _full() -> Unavailable:
    return Unavailable(
        f"This server has no room for another voice session. Try again in {RETRY_S} s.",
        code="voice_full",
        headers={"retry-after": str(RETRY_S)},
        retry_after_s=RETRY_S,
    )
