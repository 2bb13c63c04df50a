"""Clara in a voice session: a question to the tutor, and what the tutor writes as speech."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable, Callable
from contextlib import aclosing
from typing import Protocol

from livekit import rtc
from livekit.agents import Agent, ModelSettings, llm, stt

from clara.core.errors import ClaraError
from clara.providers.speech import Speech
from clara.tutor.events import AnswerEvent, CitationEvent, TextEvent
from clara.voice.sound.hearing import Hearing
from clara.voice.sound.io import SPEAKER_RATE, Loudspeaker
from clara.voice.wording.speakable import Piece, Speaker, spoken_text
from clara.voice.wording.spoken import SpokenText
from clara.voice.wording.units import Units

AHEAD = 64
"""Pieces of sound, of some 100 ms each, that are made before they are taken."""
_SAMPLE_BYTES = 2

_Part = tuple[Piece, ...] | bytes | None
"""A unit begins, sounds, ends."""


class Partner(Protocol):
    """Who is asked, and answers; see clara.voice.talking.talk.Talk."""

    @property
    def language(self) -> str: ...

    async def ask(self, text: str) -> None: ...

    def answer(self) -> AsyncGenerator[AnswerEvent, None]: ...

    def showing(self) -> Callable[[str], None]:
        """Return whom to tell how far the answer that is given now was said."""
        ...

    def tell(self, error: ClaraError) -> None: ...


class TutorAgent(Agent):
    """Hears with ``hearing``, asks and answers in ``talk``, and speaks with ``speech`` to ``loudspeaker``."""

    def __init__(self, hearing: Hearing, talk: Partner, speech: Speech, loudspeaker: Loudspeaker) -> None:
        super().__init__(instructions="")
        self._hearing = hearing
        self._talk = talk
        self._speech = speech
        self._loudspeaker = loudspeaker
        self._speaker = Speaker()

    def stt_node(
        self, audio: AsyncIterable[rtc.AudioFrame], model_settings: ModelSettings
    ) -> AsyncGenerator[stt.SpeechEvent, None]:
        """Yield what the learner says."""
        return self._hearing.listen(audio)

    async def on_user_turn_completed(self, turn_ctx: llm.ChatContext, new_message: llm.ChatMessage) -> None:
        """Ask what was said; why that can't be is the answer."""
        await self._talk.ask(new_message.text_content or "")

    async def llm_node(
        self, chat_ctx: llm.ChatContext, tools: list[llm.Tool], model_settings: ModelSettings
    ) -> AsyncGenerator[str, None]:
        """Yield the answer to what was asked. What was said before comes from the store, not from ``chat_ctx``."""
        speaker = self._speaker = Speaker(self._talk.language)
        async with aclosing(self._talk.answer()) as events:
            async for event in events:
                if isinstance(event, TextEvent):
                    yield event.text
                elif isinstance(event, CitationEvent):
                    speaker.cite(event.citation)

    async def tts_node(
        self, text: AsyncIterable[str], model_settings: ModelSettings
    ) -> AsyncGenerator[rtc.AudioFrame, None]:
        """Yield the speech of a text that is being written, and note which of it sounds when."""
        spoken, sounding = SpokenText(self._talk.showing()), False
        unit: tuple[Piece, ...] = ()
        self._loudspeaker.speak_next(spoken)
        try:
            async with aclosing(_ahead(self._speech_of(text))) as parts:
                async for part in parts:
                    if isinstance(part, tuple):
                        unit, sounding = part, False
                        continue
                    if not sounding:
                        spoken.begin(unit)
                        sounding = True
                    if part is None:
                        spoken.end()
                        continue
                    samples = len(part) // _SAMPLE_BYTES
                    spoken.sounds(samples * 1000 / SPEAKER_RATE)
                    yield rtc.AudioFrame(part, SPEAKER_RATE, 1, samples)
        except ClaraError as error:
            # The rest of the answer is read, not heard.
            self._talk.tell(error)

    async def _speech_of(self, text: AsyncIterable[str]) -> AsyncGenerator[_Part, None]:
        units = Units()
        async for piece in text:
            for unit in units.feed(piece):
                async for part in self._unit(unit):
                    yield part
        for unit in units.finish():
            async for part in self._unit(unit):
                yield part

    async def _unit(self, unit: str) -> AsyncGenerator[_Part, None]:
        pieces = self._speaker.say(unit)
        yield pieces
        if said := spoken_text(pieces):
            async with aclosing(self._speech.speak(said, self._talk.language)) as made:
                async for pcm in made:
                    yield pcm
        yield None


async def _ahead(parts: AsyncGenerator[_Part, None]) -> AsyncGenerator[_Part, None]:
    """Yield what a generator yields, read by a task that runs ahead: the next sentence is made while one sounds."""
    queue: asyncio.Queue[_Part | BaseException | type[StopAsyncIteration]] = asyncio.Queue(AHEAD)

    async def read() -> None:
        try:
            async with aclosing(parts):
                async for part in parts:
                    await queue.put(part)
            await queue.put(StopAsyncIteration)
        except Exception as error:
            await queue.put(error)

    reading = asyncio.create_task(read())
    try:
        while (part := await queue.get()) is not StopAsyncIteration:
            if isinstance(part, BaseException):
                raise part
            assert not isinstance(part, type)
            yield part
    finally:
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
