"""A voice session without sound: text comes and text goes, for a client with ears and a voice of its own."""

import asyncio
from collections.abc import Coroutine
from contextlib import aclosing
from typing import Any, Literal

from clara.core.errors import Invalid
from clara.tutor.turns.tutor import Tutor
from clara.voice.talking.captions import Captions, Shown
from clara.voice.talking.study_room import Studying, StudyRoom
from clara.voice.talking.talk import Subject, Talk
from clara.voice.talking.tasks import Tasks
from clara.voice.wire.messages import OUT_RATE, ClientMessage, ClientText, Interrupt, Ping, Played, Pong, State
from clara.voice.wire.outbox import Outbox


class TextSession:
    """As VoiceSession, without its library.

    An answer goes on while the client is away: it can be read later; unless the client was reading it aloud.
    """

    hears = speaks = False

    def __init__(self, tutor: Tutor, subject: Subject, shown: Shown) -> None:
        self.outbox = Outbox(OUT_RATE)
        self.conversation_id = subject.conversation_id
        self.ended, self.reason = asyncio.Event(), ""
        self._subject = subject
        self._talk = Talk(tutor, subject, self.outbox, shown, self._cut)
        self._reading: asyncio.Task[object] | None = None
        self._tasks = Tasks()
        self._away = False
        self._room: StudyRoom | None = None

    @property
    def is_quiet(self) -> bool:
        return self._talk.is_free

    @property
    def studies(self) -> bool:
        return self._talk.study is not None

    def hold_study(self, studying: Studying) -> None:
        """Make it a study session too, from its start."""
        self._room = StudyRoom(studying, self._talk, self._subject, self.outbox, self._say, lambda: not self._away)

    async def start(self) -> None:
        self._state("listening")
        if self._room is not None:
            self._room.open()

    def hear(self, pcm: bytes) -> None:
        self._talk.tell(Invalid("This session takes no sound. Send text.", code="voice_bad_audio"))

    def take(self, message: ClientMessage) -> None:
        """Do what a message asks for; those that are about sound ask for nothing."""
        match message:
            case ClientText() if not self._talk.stops(message.text):
                self._tasks.start(self._ask(message.text, self._talk.stops_so_far))
            case Interrupt():
                self._talk.withdraw()
                self._cut()
            case Played(id=str(message_id), chars=int(chars)):
                self._talk.played(message_id, chars)
            case Ping():
                self.outbox.say(Pong(t=message.t))

    async def detach(self) -> None:
        """Go on writing; what was being read aloud is cut."""
        self._away = True
        if self._subject.reads_aloud:
            self._cut()
            await self._talk.end()

    async def attach(self) -> None:
        """Go on writing."""
        self._away = False

    async def close(self) -> None:
        """End the answer that is being written, and store it."""
        try:
            await self._talk.end()
            if self._room is not None:
                await self._room.close()
        finally:
            self._cut()
            await self._tasks.close()

    async def _ask(self, text: str, stops: int) -> None:
        self._cut()
        await self._talk.ask(text, typed=True, stops=stops)
        self._state("thinking")
        captions = self._talk.captions
        is_whole = await self._until_over(self._answer(captions))
        await self._talk.finish(captions.written if is_whole else self._talk.heard(captions), interrupted=not is_whole)
        self._state("listening")

    async def _answer(self, captions: Captions) -> None:
        async with aclosing(self._talk.answer()) as events:
            async for _ in events:
                pass
        await self._talk.read_out(captions)

    async def _say(self, text: str) -> None:
        captions = self._talk.line(text)
        is_whole = await self._until_over(self._talk.read_out(captions))
        await self._talk.finish_line(captions, text if is_whole else self._talk.heard(captions))

    async def _until_over(self, doing: Coroutine[Any, Any, object]) -> bool:
        """Wait for what is written and read, which may be cut: then False."""
        reading = self._reading = asyncio.create_task(doing, name="voice.reading")
        await asyncio.wait({reading})
        return not reading.cancelled()

    def _cut(self) -> None:
        if self._reading is not None:
            self._reading.cancel()

    def _state(self, agent: Literal["listening", "thinking"]) -> None:
        self.outbox.say(State(agent=agent, user="listening"))
