"""Dialect 0: the voice socket as clients of before speak it, text or whole recordings in and text out.

One message is answered at a time, in the order in which they came; ``session_end`` waits for none of them.
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol

import structlog

from clara.core.clock import Clock
from clara.core.errors import ClaraError, Internal, Invalid, TooManyRequests
from clara.core.ids import new_id
from clara.ops.drain import Drain
from clara.ops.limits import Rate, RateLimiter
from clara.voice.messages import CloseCode
from clara.voice.messages0 import (
    Asking,
    Audio,
    Message,
    SessionEnd,
    SessionStart,
    Text,
    VisualCommand,
    error_of,
    read_message0,
    response_of,
    told,
)
from clara.voice.replies import Replies, Reply, Terms
from clara.voice.study0 import Announced

log = structlog.get_logger()

MOST_WAITING = 4
"""Messages that wait for the answer to the one before; a recording may have 2.7 MB of base64."""
SEND_S = 10.0
"""A client that doesn't read for so long is cut off."""

HELLO = "I'm here. What would you like to know?"
GOODBYE = "Goodbye. What we talked about is in your conversations."
GOING_DOWN = "The server is going down for a moment. Connect again."
HEARD_NOTHING = "Sorry, I couldn't hear anything. Please say it again."


class Socket(Protocol):
    """An accepted WebSocket, as Starlette has it."""

    async def receive(self) -> Mapping[str, Any]: ...

    async def send_text(self, data: str) -> None: ...

    async def close(self, code: int = 1000, reason: str | None = None) -> None: ...


async def no_terms(owner_id: str, folder_id: str | None) -> tuple[str, ...]:
    return ()


@dataclass(frozen=True, slots=True)
class Dialect0:
    """What such sockets need; made once.

    A client that says nothing for ``idle_s`` is cut off; a session is announced to be over after ``study_s``.
    """

    replies: Replies
    limiter: RateLimiter
    drain: Drain
    clock: Clock
    terms: Terms = no_terms
    idle_s: float = 600.0
    max_s: float = 7200.0
    study_s: float = 600.0


async def serve_dialect0(
    socket: Socket, owner_id: str, first_message: str, parts: Dialect0, conversation_id: str | None = None
) -> None:
    """Serve an accepted socket whose first text frame was read, until one side ends it. It is closed then.

    ``conversation_id``: of the first session's conversation, which its first question opens; made when left out.
    """
    with parts.drain.stream():
        dialogue = _Dialogue(socket, owner_id, parts, conversation_id)
        try:
            code = await dialogue.run(first_message)
        finally:
            await dialogue.close()
        if code is not None:
            with suppress(Exception):
                await asyncio.wait_for(socket.close(code), SEND_S)


class _Gone(Exception):
    """The client left, or doesn't read."""


class _Dialogue:
    def __init__(self, socket: Socket, owner_id: str, parts: Dialect0, conversation_id: str | None) -> None:
        self._socket = socket
        self._owner_id = owner_id
        self._parts = parts
        self._conversation_id = conversation_id or new_id("chat")
        self._folder_id: str | None = None
        self._language: str | None = None
        self._terms: Sequence[str] | None = None
        self._waiting: asyncio.Queue[Asking] = asyncio.Queue(MOST_WAITING)
        self._answering: asyncio.Task[None] | None = None
        self._study: Announced | None = None
        self._sending = asyncio.Lock()
        self._gone = asyncio.Event()

    async def run(self, first_message: str) -> int | None:
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
                await self._say("session_ended", message=GOING_DOWN)
                return CloseCode.GOING_AWAY
            await self._say("session_ended", message=GOODBYE)
            return CloseCode.IDLE if done else CloseCode.EXPIRED
        except _Gone:
            return None
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def close(self) -> None:
        """Answer nothing more. What the tutor has begun it ends, and keeps."""
        study, self._study = self._study, None
        if study is not None:
            await study.close()
        answering, self._answering = self._answering, None
        if answering is not None:
            answering.cancel()
            await asyncio.gather(answering, return_exceptions=True)

    async def _read(self, first_message: str) -> None:
        """Take messages until the client has said nothing for too long."""
        await self._take_sent(first_message)
        while True:
            try:
                async with asyncio.timeout(self._parts.idle_s):
                    frame = await self._socket.receive()
            except TimeoutError:
                if self._waiting.empty() and self._answering is None:
                    return
                continue
            if frame["type"] == "websocket.disconnect":
                raise _Gone
            await self._take_sent(frame.get("text"))

    async def _take_sent(self, sent: str | None) -> None:
        try:
            if sent is None:
                raise Invalid("Send JSON as text, and recordings in base64.", code="voice_bad_message")
            await self._take(read_message0(sent))
        except ClaraError as error:
            await self._send(error_of(error, self._now))

    async def _take(self, message: Message) -> None:
        match message:
            case SessionStart():
                await self._begin(message)
            case SessionEnd():
                await self.close()
                self._waiting = asyncio.Queue(MOST_WAITING)
                self._conversation_id = new_id("chat")
                await self._say("session_ended", message=GOODBYE)
            case _:
                try:
                    self._waiting.put_nowait(message)
                except asyncio.QueueFull:
                    raise TooManyRequests("One thing at a time: wait for the answer.", code="voice_busy") from None
                if self._answering is None:
                    self._answering = asyncio.create_task(self._answer(), name="dialect0")

    async def _begin(self, start: SessionStart) -> None:
        self._conversation_id = start.conversation_id or self._conversation_id
        self._folder_id, self._terms = start.folder, None
        self._language = start.language[:2].lower() if start.language else None
        await self._say("session_started", message=HELLO)
        if self._study is None:
            self._study = Announced(self._parts.study_s, self._language or "en", self._announce, self._is_quiet)

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
            await self._count()
            return (response_of(await self._reply_to(asked)),)
        except ClaraError as error:
            return self._failed(error)
        except Exception:
            log.exception("voice.answer_failed")
            return self._failed(Internal("Sorry, that went wrong. Please ask again."))

    async def _reply_to(self, asked: Asking) -> Reply:
        replies, owner_id, folder_id = self._parts.replies, self._owner_id, self._folder_id
        match asked:
            case VisualCommand():
                return await replies.show(owner_id, asked.kind, asked.scope(folder_id))
            case Audio():
                if self._terms is None:
                    self._terms = await self._parts.terms(owner_id, folder_id)
                text = await replies.hear(asked.audio, self._language, self._terms)
            case Text():
                text = asked.text
        if not text.strip():
            return Reply(HEARD_NOTHING, self._now)
        if self._study is not None and (thanks := self._study.takes(text)) is not None:
            await replies.remark(owner_id, self._conversation_id, "user", text)
            await replies.remark(owner_id, self._conversation_id, "assistant", thanks)
            return Reply(thanks, self._now)
        return await replies.ask(owner_id, text, self._conversation_id, folder_id)

    def _is_quiet(self) -> bool:
        return self._answering is None

    async def _announce(self, line: str) -> None:
        """Say something that nobody asked for."""
        await self._parts.replies.remark(self._owner_id, self._conversation_id, "assistant", line)
        try:
            await self._send(response_of(Reply(line, self._now)))
        except _Gone:
            self._gone.set()

    async def _count(self) -> None:
        allowance = await self._parts.limiter.hit(Rate.CHAT, self._owner_id)
        if allowance is not None and not allowance.allowed:
            raise TooManyRequests(
                f"At most {allowance.limit} requests of this kind a minute. Try again in {allowance.reset_s} s.",
                retry_after_s=allowance.reset_s,
            )

    def _failed(self, error: ClaraError) -> tuple[str, ...]:
        """Return an error for programs, and the same as a response: clients of before know no other way to say it."""
        return error_of(error, self._now), response_of(Reply(error.detail, self._now))

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
