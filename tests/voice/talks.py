"""A voice session in this process: a learner's microphone and ears, and a tutor that a test has scripted."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from clara.core.errors import ClaraError
from clara.providers.speech import Patience, Speech, SpeechService
from clara.testing.openai_server import ScriptedServer
from clara.testing.speech import Sound
from clara.tutor.events import AnswerEvent, TextEvent
from clara.voice.sound.hearing import Hearing
from clara.voice.sound.io import MICROPHONE_RATE, Loudspeaker, Microphone
from clara.voice.talking.agent import TutorAgent
from clara.voice.talking.engine import Turns, build_session
from tests.waiting import wait_for

FRAME_MS = 20
PATIENCE = Patience(transcript_s=1, first_sound_s=1, idle_s=1)


class Ears:
    """A listener that notes what it is told, and when."""

    def __init__(self) -> None:
        self.told: list[tuple[Any, ...]] = []
        self.at: list[float] = []
        self.pcm = b""

    def audio_start(self, segment: int) -> None:
        self._note("audio_start", segment)

    def audio(self, segment: int, offset: int, pcm: bytes) -> None:
        self.pcm += pcm
        self._note("audio", segment, offset)

    def audio_end(self, segment: int, position_ms: float, interrupted: bool, text: str) -> None:
        self._note("audio_end", segment, position_ms, interrupted, text)

    def clear(self, segment: int, position_ms: float) -> None:
        self._note("clear", segment, position_ms)

    def pause(self, segment: int) -> None:
        self._note("pause", segment)

    def resume(self, segment: int) -> None:
        self._note("resume", segment)

    def _note(self, *told: Any) -> None:
        self.told.append(told)
        self.at.append(asyncio.get_running_loop().time())

    def of(self, *kinds: str) -> list[tuple[Any, ...]]:
        return [told for told in self.told if told[0] in kinds]

    def first(self, kind: str) -> float:
        """Return when something of a kind came first."""
        return next(at for told, at in zip(self.told, self.at, strict=True) if told[0] == kind)


@dataclass
class Talk:
    microphone: Microphone
    ears: Ears
    answers: list[Sequence[AnswerEvent | Exception]] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    events: list[AnswerEvent] = field(default_factory=list)
    errors: list[ClaraError] = field(default_factory=list)
    history: list[tuple[str, str, bool]] = field(default_factory=list)
    speaking: asyncio.Event = field(default_factory=asyncio.Event)
    shown: list[str] = field(default_factory=list)
    sound: list[bytes] = field(default_factory=list)
    last_voiced: float = 0

    language = "en"

    async def ask(self, text: str) -> None:
        self.questions.append(text)

    async def answer(self) -> AsyncGenerator[AnswerEvent, None]:
        for event in self.answers.pop(0) if self.answers else (TextEvent("I have no answer."),):
            if isinstance(event, Exception):
                raise event
            if not isinstance(event, TextEvent):
                self.events.append(event)
            yield event

    def showing(self) -> Callable[[str], None]:
        return self.shown.append

    def tell(self, error: ClaraError) -> None:
        self.errors.append(error)

    async def say(self, sound: Sound) -> None:
        """Speak into the microphone, in real time, and wait until it is said."""
        size = MICROPHONE_RATE * FRAME_MS // 1000 * 2
        self.sound += [sound.pcm[at : at + size] for at in range(0, len(sound.pcm), size)]
        await wait_for(lambda: not self.sound)
        self.last_voiced = asyncio.get_running_loop().time()

    async def listen(self) -> None:
        """Push a frame every 20 ms, silence where nothing is said."""
        clock = asyncio.get_running_loop().time
        due, silence = clock(), bytes(MICROPHONE_RATE * FRAME_MS // 1000 * 2)
        while True:
            self.microphone.push(self.sound.pop(0) if self.sound else silence)
            due += FRAME_MS / 1000
            await asyncio.sleep(max(0, due - clock()))

    def heard(self, role: str) -> list[str]:
        return [text for who, text, _ in self.history if who == role]


@contextlib.asynccontextmanager
async def talking(server: ScriptedServer, turns: Turns | None = None) -> AsyncIterator[Talk]:
    """Run a session whose speech services are the scripted server's."""
    speech = Speech([SpeechService("openai:ear", server.url)], [SpeechService("openai:voice", server.url)], PATIENCE)
    ears = Ears()
    microphone, loudspeaker = Microphone(), Loudspeaker(ears)
    talk = Talk(microphone, ears)
    hearing = Hearing(speech, talk.errors.append, "en")
    session = build_session(hearing, microphone, loudspeaker, turns)

    def note(event: Any) -> None:
        if event.item.type == "message":
            talk.history.append((event.item.role, event.item.text_content or "", event.item.interrupted))

    session.on("conversation_item_added", note)
    await session.start(TutorAgent(hearing, talk, speech, loudspeaker), record=False)
    listening = asyncio.create_task(talk.listen())
    try:
        yield talk
    finally:
        listening.cancel()
        await session.aclose()
        microphone.close()
        await loudspeaker.close()
        await speech.close()
