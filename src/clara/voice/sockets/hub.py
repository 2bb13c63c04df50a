"""The ways into a voice session: a new one, one's own of before, or one that is restored from what is stored."""

import asyncio
import hmac
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from weakref import WeakValueDictionary

import structlog

from clara.core.credentials import digest, new_token
from clara.core.errors import ClaraError, Forbidden, NotFound
from clara.core.ids import new_id
from clara.library.locks import Locks
from clara.ops.drain import Drain
from clara.store.voice_sessions import VoiceSession
from clara.voice.sockets.live import BYE, REPLACED, Ending, Entered, Link, Live, Visit
from clara.voice.sockets.presence import Presences
from clara.voice.sockets.registry import Registry
from clara.voice.talking.opening import VoiceParts, open_session
from clara.voice.talking.session import Session
from clara.voice.wire.messages import IN_RATE, OUT_RATE, Hello, Ready, Resume, failure_of

log = structlog.get_logger()

LET_GO_S = 5.0

Open = Callable[[VoiceParts, str, Hello], Awaitable[Session]]


class Hub:
    """Made once; belongs to the event loop's thread. ``open`` makes the sessions."""

    def __init__(self, parts: VoiceParts, drain: Drain, make: Open = open_session) -> None:
        self.parts = parts
        self.limits = parts.settings.voice
        self._make = make
        self._locks = Locks(parts.database, parts.clock)
        self._presences = Presences(parts.database, parts.clock, secrets.token_hex(8))
        self._registry = Registry(self.limits, self._presences, drain, parts.metrics.voice)
        self._learners: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @property
    def lives(self) -> Sequence[Live]:
        """All sessions of this process, the oldest first."""
        return self._registry.lives

    @property
    def connections(self) -> int:
        """How many sockets are connected to this process."""
        return sum(live.link is not None for live in self.lives)

    async def enter(self, owner_id: str, hello: Hello) -> Entered:
        """Return the session that a client asks for: a new one, or its own of before.

        A resumed session that this process has goes on as it is. One that it hasn't, or whose messages aren't all kept,
        or are closed by an exam, is restored from what is stored. One that isn't this learner's is unknown, and a new
        session is opened.
        Raises NotFound for a foreign folder, Unavailable when the process is full, and what opening raises.
        """
        async with self._learners.setdefault(owner_id, asyncio.Lock()):
            if hello.resume is None:
                return await self._enter_new(owner_id, hello)
            if (live := self._mine(owner_id, hello.resume)) is not None:
                return await self._take_over(live, hello, hello.resume)
            return await self._restore(owner_id, hello, hello.resume)

    def _mine(self, owner_id: str, resume: Resume) -> Live | None:
        live = self._registry.get(owner_id, resume.session_id)
        # Compared also when there is none, so that the time tells nothing.
        same = hmac.compare_digest(live.token_hash if live else "0" * 64, digest(resume.token))
        return live if live and same and live.session and not live.ended else None

    async def _take_over(self, live: Live, hello: Hello, resume: Resume) -> Entered:
        await _let_go(live, REPLACED)
        is_open = await self._is_open(live.owner_id)
        await self._presences.connected(live, True)
        # Nothing is waited for from here on: what is kept now is what is sent.
        session = live.session
        if live.ended or session is None:
            return await self._restore(live.owner_id, hello, resume)
        link = live.link = Link()
        live.dropped_at = None
        kept = is_open and session.outbox.can_resume(resume.last_seq)
        last_seq = resume.last_seq if kept else session.outbox.seq
        _say_ready(live.id, session, resume.token, restored=not kept)
        try:
            await session.attach()
        except BaseException:
            await self.leave(live, link)
            raise
        log.info("voice.resumed", session=live.id, kept=kept)
        return Entered(live, link, session, last_seq)

    async def _is_open(self, owner_id: str) -> bool:
        """Return whether no exam closes what was said; without a database none has begun while a client was away."""
        try:
            await self._locks.require_open(owner_id, None)
        except ClaraError as error:
            return not isinstance(error, Forbidden)
        return True

    async def _restore(self, owner_id: str, hello: Hello, resume: Resume) -> Entered:
        before = await self._presences.find(owner_id, resume)
        if before is None:
            entered = await self._enter_new(owner_id, hello.model_copy(update={"resume": None}))
            unknown = NotFound("There is no such session to resume: this is a new one.", code="voice_session_unknown")
            entered.session.outbox.say(failure_of(unknown))
            return entered
        found = {"conversation_id": before.conversation_id, "folder_id": before.folder_id, "language": before.language}
        entered = await self._enter_again(owner_id, hello.model_copy(update=found), before.id)
        await self._presences.forget(owner_id, before.id)
        return entered

    async def _enter_again(self, owner_id: str, hello: Hello, restores: str) -> Entered:
        """Return a session as it was; without its folder, and it says so, where that was deleted meanwhile."""
        try:
            return await self._enter_new(owner_id, hello, restores)
        except NotFound as error:
            if error.problem_code != "folder_not_found":
                raise
        entered = await self._enter_new(owner_id, hello.model_copy(update={"folder_id": None}), restores)
        gone = NotFound("The folder of this session was deleted: it goes on without.", code="folder_not_found")
        entered.session.outbox.say(failure_of(gone))
        return entered

    async def _enter_new(self, owner_id: str, hello: Hello, restores: str | None = None) -> Entered:
        token = new_token()
        sounds = hello.audio != "none" and (self.parts.hears or self.parts.speaks)
        async with self._registry.room(owner_id, sounds) as leaving:
            session = await self._make(self.parts, owner_id, hello)
            live = self._registry.add(owner_id, digest(token), session, sounds)
            try:
                await self._store(live, hello, session.conversation_id, restores)
                await self._replace(leaving)
                _say_ready(live.id, session, token, restored=restores is not None)
                await session.start()
            except BaseException:
                await self._registry.end(live, BYE)
                raise
        assert live.link is not None
        return Entered(live, live.link, session, None)

    @asynccontextmanager
    async def visit(self, owner_id: str) -> AsyncIterator[Visit]:
        """Count a socket of dialect 0 as a session for as long as the block runs; it is told when to leave.

        One that comes back within ``hold_s`` goes on in its conversation.
        """
        room = self._registry.room(owner_id, False, 0)
        async with self._learners.setdefault(owner_id, asyncio.Lock()), room as leaving:
            live = self._registry.add(owner_id, "", None, False)
            try:
                before = await self._presences.come_back(owner_id, self.limits.hold_s)
                conversation_id = before or new_id("chat")
                await self._store(live, Hello(audio="none"), conversation_id)
                await self._replace(leaving)
            except BaseException:
                await self._registry.end(live, BYE)
                raise
        assert live.link is not None
        visit = Visit(live.link, conversation_id, used=before is not None)
        try:
            yield visit
        finally:
            visit.link.gone.set()
            if visit.used:
                await self._presences.leave(live, visit.conversation_id)
            await self._registry.end(live, BYE)

    async def _replace(self, leaving: Sequence[tuple[Live, Ending]]) -> None:
        """The new session stands: those go whose place it takes, but for who was away and has come back."""
        for live, ending in leaving:
            if ending is REPLACED or live.dropped_at is not None:
                await self._registry.end(live, ending)

    async def _store(self, live: Live, hello: Hello, conversation_id: str, restores: str | None = None) -> None:
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
        await self._presences.open(live, row, self._registry.most_of(live.dialect), restores)

    async def end(self, live: Live, ending: Ending) -> None:
        """Close a session and tell its socket; what was heard is stored before. Returns once all is closed."""
        await self._registry.end(live, ending)

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

    async def close(self) -> None:
        """End all sessions."""
        await self._registry.close()


async def _let_go(live: Live, ending: Ending) -> None:
    """Take a session from the socket that has it."""
    if (link := live.link) is not None:
        link.tell(ending)
        with suppress(TimeoutError):
            async with asyncio.timeout(LET_GO_S):
                await link.gone.wait()


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
