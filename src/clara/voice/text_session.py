"""A voice session without sound: text comes and text goes, for a client with ears and a voice of its own."""

import asyncio
from collections.abc import Coroutine
from contextlib import aclosing
from typing import Any, Literal

import structlog

from clara.core.errors import Invalid
from clara.tutor.turns.tutor import Tutor
from clara.voice.captions import Shown
from clara.voice.messages import OUT_RATE, ClientMessage, ClientText, Interrupt, Ping, Pong, State
from clara.voice.outbox import Outbox
from clara.voice.talk import Subject, Talk

log = structlog.get_logger()


class TextSession:
    """As VoiceSession, without its library. An answer goes on while the client is away: it can be read later."""

    hears = speaks = False

    def __init__(self, tutor: Tutor, subject: Subject, shown: Shown) -> None:
        self.outbox = Outbox(OUT_RATE)
        self.conversation_id = subject.conversation_id
        self.ended, self.reason = asyncio.Event(), ""
        self._talk = Talk(tutor, subject, self.outbox, shown, self._cut)
        self._reading: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        self._state("listening")

    def hear(self, pcm: bytes) -> None:
        self._talk.tell(Invalid("This session takes no sound. Send text.", code="voice_bad_audio"))

    def take(self, message: ClientMessage) -> None:
        """Do what a message asks for; those that are about sound ask for nothing."""
        match message:
            case ClientText():
                self._later(self._ask(message.text))
            case Interrupt():
                self._cut()
            case Ping():
                self.outbox.say(Pong(t=message.t))

    async def detach(self) -> None:
        """Go on writing."""

    async def attach(self) -> None:
        """Go on writing."""

    async def close(self) -> None:
        """End the answer that is being written, and store it."""
        await self._talk.end()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _ask(self, text: str) -> None:
        await self._talk.ask(text, typed=True)
        self._state("thinking")
        captions = self._talk.captions
        reading = self._reading = asyncio.create_task(self._read(), name="voice.reading")
        await asyncio.wait({reading})
        await self._talk.finish(captions.written, interrupted=reading.cancelled())
        self._state("listening")

    async def _read(self) -> None:
        async with aclosing(self._talk.answer()) as events:
            async for _ in events:
                pass

    def _cut(self) -> None:
        if self._reading is not None:
            self._reading.cancel()

    def _state(self, agent: Literal["listening", "thinking"]) -> None:
        self.outbox.say(State(agent=agent, user="listening"))

    def _later(self, doing: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(doing, name="voice.session")
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("voice.task_failed", exc_info=error)
