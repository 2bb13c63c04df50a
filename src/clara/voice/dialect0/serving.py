"""Dialect 0: the voice socket as clients of before speak it, text or whole recordings in and text out.

One message is answered at a time, in the order in which they came; ``session_end`` waits for none of them.
"""

import asyncio
from contextlib import suppress
from typing import Any

import structlog

from clara.core.errors import ClaraError, Internal, Invalid, TooManyRequests
from clara.core.ids import new_id
from clara.voice.dialect0.messages import (
    Asking,
    Audio,
    Message,
    SessionEnd,
    SessionStart,
    error_of,
    is_hello,
    read_message0,
    response_of,
    told,
)
from clara.voice.dialect0.replies import Reply
from clara.voice.dialect0.session import Dialect0, Session0
from clara.voice.sockets.connection import ERRORS_PER_S, MESSAGES_PER_S, MOST_ERRORS, MOST_MESSAGES, Socket
from clara.voice.sockets.live import Link, Visit
from clara.voice.wire.messages import CloseCode
from clara.voice.wire.meter import Meter

log = structlog.get_logger()

MOST_STARTS, STARTS_PER_S = 10, 0.2
"""Of sessions: each looks through the learner's material for what may come up."""
MOST_WAITING = 4
"""Messages that wait for the answer to the one before; a recording may have 2.7 MB of base64."""
SEND_S = 10.0
"""A client that doesn't read for so long is cut off."""
_ASKED = frozenset(("voice_busy", "recording_too_big", "voice_message_too_long"))
"""Errors about what was asked, however little of it was looked at."""


async def serve_dialect0(
    socket: Socket, owner_id: str, first_message: str | None, parts: Dialect0, visit: Visit | None = None
) -> str | None:
    """Serve an accepted socket until one side ends it. It is closed then.

    ``first_message`` is the first text frame, None where the client has sent none so far. Should that turn out to be
    a hello it is returned: the socket is as it was, and speaks clara.voice.v1.
    ``visit`` has the conversation, which its first question opens, and is told of another one.
    """
    with parts.drain.stream():
        dialogue = _Dialogue(socket, owner_id, parts, visit or Visit(Link(), new_id("chat")))
        try:
            code = await dialogue.run(first_message)
        except _Hello as hello:
            return hello.sent
        finally:
            await dialogue.close()
        if code is not None:
            with suppress(Exception):
                await asyncio.wait_for(socket.close(code), SEND_S)
    return None


class _Gone(Exception):
    """The client left, or doesn't read."""


class _Hello(Exception):
    """The client speaks the other dialect."""

    def __init__(self, sent: str) -> None:
        self.sent = sent


class _Rubbish(Exception):
    """The client sends nothing that could be read."""


class _Dialogue:
    def __init__(self, socket: Socket, owner_id: str, parts: Dialect0, visit: Visit) -> None:
        self._socket = socket
        self._owner_id = owner_id
        self._parts = parts
        self._visit = visit
        self._session = Session0(parts, owner_id, visit.conversation_id)
        self._errors = Meter(MOST_ERRORS, ERRORS_PER_S)
        self._messages = Meter(MOST_MESSAGES, MESSAGES_PER_S)
        self._starts = Meter(MOST_STARTS, STARTS_PER_S)
        self._waiting: asyncio.Queue[Asking] = asyncio.Queue(MOST_WAITING)
        self._answering: asyncio.Task[None] | None = None
        self._sending = asyncio.Lock()
        self._gone = asyncio.Event()

    async def run(self, first_message: str | None) -> int | None:
        """Return the code to close with; None when the client has left."""
        works = self._read(first_message), self._parts.drain.begun(), self._gone.wait()
        tasks = [asyncio.ensure_future(work) for work in works]
        try:
            done, _ = await asyncio.wait(tasks, timeout=self._parts.max_s, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
            if self._gone.is_set():
                return CloseCode.BUSY
            if self._parts.drain.draining:
                await self._say("session_ended", message=self._session.phrases.going_down)
                return CloseCode.GOING_AWAY
            await self._say("session_ended", message=self._session.phrases.goodbye)
            return CloseCode.IDLE if done else CloseCode.EXPIRED
        except _Gone:
            return None
        except _Rubbish:
            return CloseCode.PROTOCOL
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def close(self) -> None:
        """Answer nothing more. What the tutor has begun it ends, and keeps."""
        await self._session.close()
        answering, self._answering = self._answering, None
        if answering is not None:
            answering.cancel()
            await asyncio.gather(answering, return_exceptions=True)

    async def _read(self, first_message: str | None) -> None:
        """Take messages until the client has said nothing for too long."""
        fresh = first_message is None
        if first_message is not None:
            await self._take_sent(first_message)
        while True:
            try:
                async with asyncio.timeout(self._parts.idle_s):
                    frame = await self._socket.receive()
            except TimeoutError:
                if self._waiting.empty() and self._answering is None and not self._session.studying:
                    return
                continue
            if frame["type"] == "websocket.disconnect":
                raise _Gone
            sent = frame.get("text")
            if fresh and sent is not None and is_hello(sent):
                raise _Hello(sent)
            fresh = False
            await self._take_sent(sent)

    async def _take_sent(self, sent: str | None) -> None:
        try:
            if sent is None:
                raise Invalid("Send JSON as text, and recordings in base64.", code="voice_bad_message")
            if not self._messages.take(1):
                raise TooManyRequests("That came much faster than anybody speaks.", code="voice_too_fast")
            await self._take(read_message0(sent))
        except ClaraError as error:
            await self._send(*(self._failed(error) if error.problem_code in _ASKED else (error_of(error, self._now),)))
            if not self._errors.take(1):
                raise _Rubbish from None

    async def _take(self, message: Message) -> None:
        match message:
            case SessionStart():
                await self._begin(message)
            case SessionEnd():
                await self._end()
            case _:
                if isinstance(message, Audio):
                    # Those that wait are kept in memory.
                    self._parts.replies.check(message.audio)
                try:
                    self._waiting.put_nowait(message)
                except asyncio.QueueFull:
                    raise TooManyRequests("One thing at a time: wait for the answer.", code="voice_busy") from None
                self._visit.used = True
                if self._answering is None:
                    self._answering = asyncio.create_task(self._answer(), name="dialect0")

    async def _begin(self, start: SessionStart) -> None:
        if not self._starts.take(1):
            raise TooManyRequests("Sessions were begun again and again. Wait a moment.", code="voice_too_fast")
        await self._session.close()
        self._visit.conversation_id = start.conversation_id or self._visit.conversation_id
        self._session = Session0(
            self._parts, self._owner_id, self._visit.conversation_id, start, self._announce, self._is_quiet
        )
        await self._session.expect()
        await self._say("session_started", message=self._session.phrases.here)
        self._session.study()

    async def _end(self) -> None:
        await self.close()
        self._waiting = asyncio.Queue(MOST_WAITING)
        goodbye = self._session.phrases.goodbye
        self._visit.conversation_id, self._visit.used = new_id("chat"), False
        self._session = Session0(self._parts, self._owner_id, self._visit.conversation_id)
        await self._say("session_ended", message=goodbye)

    async def _answer(self) -> None:
        """Answer what waits."""
        try:
            while not self._waiting.empty():
                await self._send(*await self._answers_to(self._waiting.get_nowait()))
        except _Gone:
            self._gone.set()
        self._answering = None

    async def _answers_to(self, asked: Asking) -> tuple[str, ...]:
        try:
            return (response_of(await self._session.reply_to(asked)),)
        except ClaraError as error:
            return self._failed(error)
        except Exception:
            log.exception("voice.answer_failed")
            return self._failed(Internal("Sorry, that went wrong. Please ask again."))

    def _is_quiet(self) -> bool:
        return self._answering is None

    async def _announce(self, reply: Reply) -> None:
        try:
            await self._send(response_of(reply))
        except _Gone:
            self._gone.set()

    def _failed(self, error: ClaraError) -> tuple[str, ...]:
        """Return an error for programs, and the same as a response: clients of before know no other way to say it."""
        return error_of(error, self._now), response_of(self._session.told(error))

    @property
    def _now(self) -> float:
        return self._parts.clock.now()

    async def _say(self, kind: str, **values: Any) -> None:
        await self._send(told(kind, self._now, **values))

    async def _send(self, *messages: str) -> None:
        async with self._sending:
            for message in messages:
                try:
                    async with asyncio.timeout(SEND_S):
                        await self._socket.send_text(message)
                except Exception as error:
                    # A closed socket raises one of several errors, by server.
                    raise _Gone from error
