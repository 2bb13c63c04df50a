"""All voice sessions of a process: who may open one, who comes back to one, and when they end."""

import asyncio
import hmac
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import ExitStack, asynccontextmanager, suppress
from weakref import WeakValueDictionary

import structlog

from clara.core.credentials import digest, new_token
from clara.core.errors import NotFound, Unavailable
from clara.core.ids import new_id
from clara.ops.drain import Drain
from clara.store.voice_sessions import VoiceSession
from clara.voice.live import BYE, DRAINING, REPLACED, Ending, Entered, Link, Live
from clara.voice.messages import IN_RATE, OUT_RATE, Bye, Hello, Ready, Resume, failure_of
from clara.voice.opening import VoiceParts, open_session
from clara.voice.presence import Presences
from clara.voice.sessions import Session

log = structlog.get_logger()

TICK_S = 0.25
BEAT_S = 5.0
CLOSE_S = 10.0
"""For a session to stop speaking and to store what was heard."""
LET_GO_S = 5.0
RETRY_S = 10

Open = Callable[[VoiceParts, str, Hello], Awaitable[Session]]


class Hub:
    """Made once; belongs to the event loop's thread. ``open`` makes the sessions."""

    def __init__(self, parts: VoiceParts, drain: Drain, make: Open = open_session) -> None:
        self.parts = parts
        self.limits = parts.settings.voice
        self._drain = drain
        self._make = make
        self._presences = Presences(parts.database, parts.clock, secrets.token_hex(8))
        self._live: dict[tuple[str, str], Live] = {}
        self._opening = {True: 0, False: 0}
        self._learners: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._keeping: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        parts.metrics.voice.sessions.set_function(lambda: len(self._live))
        parts.metrics.voice.connections.set_function(lambda: self.connections)

    @property
    def connections(self) -> int:
        """How many sockets are connected to this process."""
        return sum(live.link is not None for live in self._live.values())

    async def enter(self, owner_id: str, hello: Hello) -> Entered:
        """Return the session that a client asks for: a new one, or its own of before.

        A resumed session that this process has goes on as it is. One that it hasn't, or whose messages aren't all kept,
        is restored from what is stored. One that isn't this learner's is unknown, and a new session is opened.
        Raises NotFound for a foreign folder, Unavailable when the process is full, and what opening raises.
        """
        async with self._learners.setdefault(owner_id, asyncio.Lock()):
            if hello.resume is None:
                return await self._enter_new(owner_id, hello)
            if (live := self._mine(owner_id, hello.resume)) is not None:
                return await self._take_over(live, hello, hello.resume)
            return await self._restore(owner_id, hello, hello.resume)

    def _mine(self, owner_id: str, resume: Resume) -> Live | None:
        live = self._live.get((owner_id, resume.session_id))
        # Compared also when there is none, so that the time tells nothing.
        same = hmac.compare_digest(live.token_hash if live else "0" * 64, digest(resume.token))
        return live if live and same and live.session and not live.ended else None

    async def _take_over(self, live: Live, hello: Hello, resume: Resume) -> Entered:
        await _let_go(live, REPLACED)
        session = live.session
        if live.ended or session is None:
            return await self._restore(live.owner_id, hello, resume)
        link = live.link = Link()
        live.dropped_at = None
        kept = session.outbox.can_resume(resume.last_seq)
        last_seq = resume.last_seq if kept else session.outbox.seq
        _say_ready(live.id, session, resume.token, restored=not kept)
        try:
            await session.attach()
            await self._presences.connected(live, True)
        except BaseException:
            await self.leave(live, link)
            raise
        log.info("voice.resumed", session=live.id, kept=kept)
        return Entered(live, link, session, last_seq)

    async def _restore(self, owner_id: str, hello: Hello, resume: Resume) -> Entered:
        before = await self._presences.find(owner_id, resume)
        if before is None:
            entered = await self._enter_new(owner_id, hello)
            unknown = NotFound("There is no such session to resume: this is a new one.", code="voice_session_unknown")
            entered.session.outbox.say(failure_of(unknown))
            return entered
        found = {"conversation_id": before.conversation_id, "folder_id": before.folder_id, "language": before.language}
        entered = await self._enter_new(owner_id, hello.model_copy(update=found), restored=True)
        await self._presences.forget(owner_id, before.id)
        return entered

    async def _enter_new(self, owner_id: str, hello: Hello, *, restored: bool = False) -> Entered:
        token = new_token()
        sounds = hello.audio != "none" and (self.parts.hears or self.parts.speaks)
        async with self._room(owner_id, sounds):
            session = await self._make(self.parts, owner_id, hello)
            live = self._register(owner_id, digest(token), 1, session, sounds)
            _say_ready(live.id, session, token, restored=restored)
            try:
                await session.start()
                await self._store(live, hello, session.conversation_id)
            except BaseException:
                await self.end(live, BYE)
                raise
        assert live.link is not None
        return Entered(live, live.link, session, None)

    @asynccontextmanager
    async def visit(self, owner_id: str, conversation_id: str) -> AsyncIterator[Link]:
        """Count a socket of dialect 0 as a session for as long as the block runs; it is told when to leave."""
        async with self._learners.setdefault(owner_id, asyncio.Lock()), self._room(owner_id, False):
            live = self._register(owner_id, "", 0, None, False)
            try:
                await self._store(live, Hello(audio="none"), conversation_id)
            except BaseException:
                await self.end(live, BYE)
                raise
        assert live.link is not None
        try:
            yield live.link
        finally:
            live.link.gone.set()
            await self.end(live, BYE)

    @asynccontextmanager
    async def _room(self, owner_id: str, sounds: bool) -> AsyncIterator[None]:
        """Make room for one more session of a learner, in this process, while the block makes it."""
        theirs = [live for live in self._live.values() if live.owner_id == owner_id]
        for live in theirs[: max(0, len(theirs) - self.limits.sessions_per_learner + 1)]:
            await self.end(live, REPLACED)
        most = self.limits.sessions_per_process if sounds else self.limits.text_sessions_per_process
        alike = [live for live in self._live.values() if live.sounds == sounds]
        if len(alike) + self._opening[sounds] >= most:
            held = [live for live in alike if live.dropped_at is not None]
            if not held:
                raise _full()
            await self.end(min(held, key=lambda live: live.dropped_at or 0), DRAINING)
        self._opening[sounds] += 1
        try:
            yield
        finally:
            self._opening[sounds] -= 1

    def _register(self, owner_id: str, token_hash: str, dialect: int, session: Session | None, sounds: bool) -> Live:
        counted = ExitStack()
        counted.enter_context(self._drain.stream())
        live = Live(owner_id, new_id("voice"), token_hash, dialect, session, sounds, counted, Link())
        self._live[owner_id, live.id] = live
        if self._keeping is None or self._keeping.done():
            self._keeping = asyncio.create_task(self._keep(), name="voice-hub")
        log.info("voice.opened", session=live.id, dialect=dialect)
        return live

    async def _store(self, live: Live, hello: Hello, conversation_id: str) -> None:
        row = VoiceSession(
            live.id,
            conversation_id,
            hello.folder_id,
            hello.language,
            hello.audio,
            live.dialect,
            live.token_hash,
            self._presences.replica,
        )
        await self._presences.open(live, row, self.limits.sessions_per_learner)

    async def leave(self, live: Live, link: Link) -> None:
        """A socket is gone. Its session is held for a while, unless it has ended."""
        try:
            if live.link is link and not live.ended and live.session is not None:
                live.dropped_at = time.monotonic()
                await live.session.detach()
                await self._presences.connected(live, False)
        finally:
            if live.link is link:
                live.link = None
            link.gone.set()

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
            self.parts.metrics.voice.ended.labels(ending.reason).inc()
            seconds = round(time.monotonic() - live.started_at, 1)
            log.info("voice.ended", session=live.id, reason=ending.reason, seconds=seconds)

    async def _keep(self) -> None:
        """End what is due, and say that this process is there, as long as there are sessions."""
        limits, beat_at = self.limits, time.monotonic() + BEAT_S
        while self._live:
            with suppress(TimeoutError):
                async with asyncio.timeout(TICK_S):
                    await self._drain.begun()
            now = time.monotonic()
            for live in list(self._live.values()):
                ending = DRAINING if self._drain.draining and live.session else None
                if ending := ending or live.due(now, limits.hold_s, limits.idle_s, limits.max_s):
                    self._spawn(self.end(live, ending))
            if self._drain.draining:
                await asyncio.sleep(TICK_S)
            elif now >= beat_at:
                beat_at = now + BEAT_S
                for live in await self._presences.beat(list(self._live.values())):
                    self._spawn(self.end(live, REPLACED))

    def _spawn(self, work: "Awaitable[None]") -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """End all sessions."""
        lives = list(self._live.values())
        await asyncio.gather(*(self.end(live, DRAINING) for live in lives), *self._tasks, return_exceptions=True)
        if self._keeping is not None:
            self._keeping.cancel()
            await asyncio.gather(self._keeping, return_exceptions=True)


async def _let_go(live: Live, ending: Ending) -> None:
    """Take a session from the socket that has it."""
    if (link := live.link) is not None:
        link.tell(ending)
        with suppress(TimeoutError):
            async with asyncio.timeout(LET_GO_S):
                await link.gone.wait()


def _full() -> Unavailable:
    return Unavailable(
        f"This server has no room for another voice session. Try again in {RETRY_S} s.",
        code="voice_full",
        headers={"retry-after": str(RETRY_S)},
        retry_after_s=RETRY_S,
    )


def _say_ready(session_id: str, session: Session, token: str, *, restored: bool) -> None:
    session.outbox.say(
        Ready(
            session_id=session_id,
            resume_token=token,
            conversation_id=session.conversation_id,
            hears=session.hears,
            speaks=session.speaks,
            in_rate=IN_RATE,
            out_rate=OUT_RATE,
            restored=restored,
        )
    )
