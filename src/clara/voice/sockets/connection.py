"""One socket of clara.voice.v1: one reader, one writer, and the end of both."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Protocol

import structlog

from clara.core.errors import ClaraError, Conflict, Internal, Invalid, TooManyRequests
from clara.ops.limits import RateLimiter
from clara.voice.sockets.hub import Hub
from clara.voice.sockets.live import BYE, CRASHED, TOO_FAST, TOO_MANY_ERRORS, TOO_SLOW, Ending, Entered
from clara.voice.talking.asking import count_question
from clara.voice.wire.messages import (
    IN_RATE,
    ClientAudioEnd,
    ClientBye,
    ClientText,
    Hello,
    Mic,
    check_sound,
    failure_of,
    read_message,
)
from clara.voice.wire.meter import Meter
from clara.voice.wire.outbox import TooSlow

log = structlog.get_logger()

FLUSH_S = 3.0
"""For a client to take what it is still to be sent."""
MOST_ERRORS, ERRORS_PER_S = 20, 0.5
MOST_MESSAGES, MESSAGES_PER_S = 300, 50
MOST_ENDS = 10
"""Of recordings, at once, and one more a second: each adds a silence that is listened to."""
_SAMPLE_BYTES = 2


class Socket(Protocol):
    """An accepted WebSocket, as Starlette has it."""

    async def receive(self) -> Mapping[str, Any]: ...

    async def send_text(self, data: str) -> None: ...

    async def send_bytes(self, data: bytes) -> None: ...

    async def close(self, code: int = 1000, reason: str | None = None) -> None: ...


class Connection:
    """A socket in a session, until one side ends it. A client that sends what it shouldn't is told so, for a while."""

    def __init__(self, socket: Socket, hub: Hub, limiter: RateLimiter, entered: Entered, audio: bool) -> None:
        self._socket = socket
        self._hub = hub
        self._limiter = limiter
        self._entered = entered
        self._audio = audio
        self._session = entered.session
        self._errors = Meter(MOST_ERRORS, ERRORS_PER_S)
        self._messages = Meter(MOST_MESSAGES, MESSAGES_PER_S)
        self._ahead_s = Meter(hub.limits.audio_ahead_s, 1)
        self._ends = Meter(MOST_ENDS, 1)

    async def run(self) -> None:
        live, link, outbox = self._entered.live, self._entered.link, self._session.outbox
        writer = asyncio.create_task(outbox.write(self._socket, self._entered.last_seq), name="voice-writer")
        reader = asyncio.create_task(self._read(), name="voice-reader")
        try:
            await first_of(writer, reader, link.leave)
            ending = self._ending(reader, writer)
            if ending is BYE and not live.ended:
                await self._hub.end(live, BYE)
            if ending is not None and (live.ended or reader.done()):
                await asyncio.wait({writer}, timeout=FLUSH_S if live.ended else 0.1)
        finally:
            for task in (reader, writer):
                task.cancel()
            await asyncio.gather(reader, writer, return_exceptions=True)
            await self._hub.leave(live, link)
        if ending is not None:
            await close(self._socket, ending)

    def _ending(self, reader: "asyncio.Task[Ending | None]", writer: "asyncio.Task[None]") -> Ending | None:
        """Return why the socket is to be closed; None when the client has closed it."""
        if self._entered.link.leave.done():
            return self._entered.link.leave.result()
        if reader.done():
            return reader.result()
        return TOO_SLOW if isinstance(writer.exception(), TooSlow) else None

    async def _read(self) -> Ending | None:
        while True:
            frame = await self._socket.receive()
            if frame["type"] == "websocket.disconnect":
                return None
            try:
                ending = await self._take(frame)
            except ClaraError as error:
                ending = self._refused(error)
            except Exception:
                log.exception("voice.message_failed")
                self._session.outbox.say(failure_of(Internal()))
                ending = CRASHED
            if ending is not None:
                return ending

    def _refused(self, error: ClaraError) -> Ending | None:
        self._session.outbox.say(failure_of(error))
        return None if self._errors.take(1) else TOO_MANY_ERRORS

    async def _take(self, frame: Mapping[str, Any]) -> Ending | None:
        sound: bytes | None = frame.get("bytes")
        if sound is not None:
            return self._hear(sound)
        if not self._messages.take(1):
            return self._too_fast()
        message = read_message(frame["text"])
        match message:
            case ClientBye():
                return BYE
            case Hello():
                raise Invalid("A hello comes first, and once.", code="voice_bad_message")
            case ClientAudioEnd() | Mic() if not self._ends.take(1):
                return self._too_fast()
            case ClientText():
                await count_question(self._limiter, self._entered.live.owner_id)
        if not self._entered.live.ended:
            self._session.take(message)
        return None

    def _hear(self, sound: bytes) -> Ending | None:
        check_sound(sound)
        if not (self._audio and self._session.hears):
            raise Conflict("Sound isn't heard in this session: `ready` says whether it is.", code="voice_not_hearing")
        if not self._ahead_s.take(len(sound) / _SAMPLE_BYTES / IN_RATE):
            return self._too_fast()
        if not self._entered.live.ended:
            self._session.hear(sound)
        return None

    def _too_fast(self) -> Ending:
        error = TooManyRequests("That came much faster than anybody speaks. Send it in time.", code="voice_too_fast")
        self._session.outbox.say(failure_of(error))
        return TOO_FAST


async def first_of(*works: "asyncio.Future[Any]") -> None:
    """Wait until one of them is done."""
    await asyncio.wait(works, return_when=asyncio.FIRST_COMPLETED)


async def close(socket: Socket, ending: Ending) -> None:
    """Close a socket, if it is there and takes it."""
    with suppress(Exception):
        async with asyncio.timeout(FLUSH_S):
            await socket.close(ending.code, ending.reason)
