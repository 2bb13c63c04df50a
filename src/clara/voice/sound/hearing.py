"""A learner's speech, stretch by stretch, as words: cut where the session's voice detection says, then transcribed."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterable, Callable, Sequence

from livekit import rtc
from livekit.agents import LanguageCode, stt, vad

from clara.core.errors import ClaraError
from clara.providers.speech import Speech
from clara.voice.sound.io import MICROPHONE_RATE
from clara.voice.sound.silence import is_quiet, loudness, voiced_ms
from clara.voice.sound.unspoken import is_echo, is_invented, is_nod

OnError = Callable[[ClaraError], None]

BEFORE_S = 0.5
"""Of sound before speech was noticed, which is transcribed with it: the first sounds of a word are soft."""
LONGEST_S = 60.0
"""Of one stretch; who speaks on without a pause is transcribed in parts."""
_SECOND_BYTES = MICROPHONE_RATE * 2


class Hearing:
    """One session's hearing: ``detected`` is told what voice detection finds, ``listen`` is its speech-to-text node.

    Stretches are transcribed as soon as they end, side by side; their words come in the order in which they were said.
    They are cut by the detection's own count of the sound, so that sound may come faster than it was spoken. A nod
    ("mhm") while Clara ``speaks`` takes no turn, nor does what ``stops`` her, which is asked with the words and whether
    they were said over her, nor what fails, which is told of: the session goes on.
    ``windows`` counts what was listened to; ``found`` is where in that the last stretch ended that had words or failed,
    ``failed`` how many stretches have failed in a row.
    """

    def __init__(
        self,
        speech: Speech,
        on_error: OnError,
        language: str | None = None,
        terms: Sequence[str] = (),
        speaks: Callable[[], bool] = lambda: False,
        stops: Callable[[str, bool], bool] = lambda text, over: False,
    ) -> None:
        self._speech = speech
        self._on_error = on_error
        self._language = language
        self._terms = terms
        self._before: deque[bytes] = deque()
        self._before_bytes = 0
        self._speaks = speaks
        self._stops = stops
        self._over = False
        self._stretch: bytearray | None = None
        self.windows = self.found = self.failed = 0
        self._pending: set[asyncio.Task[str]] = set()
        self._transcribing: asyncio.Queue[asyncio.Task[str] | None] = asyncio.Queue()

    def detected(self, event: vad.VADEvent) -> None:
        """Take the sound of a window, begin a stretch, or end it."""
        match event.type:
            case vad.VADEventType.INFERENCE_DONE:
                self.windows += 1
                for frame in event.frames:
                    self._take(bytes(frame.data))
            case vad.VADEventType.START_OF_SPEECH:
                self._stretch = bytearray().join(self._before)
                self._over = self._speaks()
                self._before.clear()
                self._before_bytes = 0
            case vad.VADEventType.END_OF_SPEECH if self._stretch is not None:
                pcm, self._stretch = bytes(self._stretch), None
                self._transcribe(pcm)

    async def listen(self, audio: AsyncIterable[rtc.AudioFrame]) -> AsyncGenerator[stt.SpeechEvent, None]:
        """Yield the words of each stretch that has any, until the sound ends; the sound itself comes by detection."""
        reading = asyncio.create_task(self._read(audio))
        try:
            while (transcribing := await self._transcribing.get()) is not None:
                if text := await transcribing:
                    said = stt.SpeechData(language=LanguageCode(self._language or "en"), text=text)
                    yield stt.SpeechEvent(type=stt.SpeechEventType.FINAL_TRANSCRIPT, alternatives=[said])
        finally:
            await self._leave(reading)

    async def settle(self) -> None:
        """Wait for the words of the stretches that are over."""
        if self._pending:
            await asyncio.wait(self._pending)

    async def _leave(self, reading: "asyncio.Task[None]") -> None:
        left: list[asyncio.Task[str] | asyncio.Task[None]] = [reading]
        while not self._transcribing.empty():
            if (waiting := self._transcribing.get_nowait()) is not None:
                left.append(waiting)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    async def _read(self, audio: AsyncIterable[rtc.AudioFrame]) -> None:
        async for _ in audio:
            pass
        self._transcribing.put_nowait(None)

    def _take(self, pcm: bytes) -> None:
        if self._stretch is not None:
            self._stretch += pcm
            if len(self._stretch) >= LONGEST_S * _SECOND_BYTES:
                self._transcribe(bytes(self._stretch))
                self._stretch.clear()
            return
        self._before.append(pcm)
        self._before_bytes += len(pcm)
        while self._before_bytes - len(self._before[0]) >= BEFORE_S * _SECOND_BYTES:
            self._before_bytes -= len(self._before.popleft())

    def _transcribe(self, pcm: bytes) -> None:
        task = asyncio.get_running_loop().create_task(self._words(pcm, self._over, self.windows))
        self._pending.add(task)
        task.add_done_callback(self._pending.discard)
        self._transcribing.put_nowait(task)

    async def _words(self, pcm: bytes, over: bool, until: int) -> str:
        try:
            text = await self._speech.transcribe(pcm, MICROPHONE_RATE, self._language, self._terms)
        except ClaraError as error:
            self.found = max(self.found, until)
            self.failed += 1
            self._on_error(error)
            return ""
        self.failed = 0
        if is_invented(text, is_quiet(loudness(pcm)), voiced_ms(pcm)) or is_echo(text, self._terms):
            return ""
        self.found = max(self.found, until)
        if (over and is_nod(text)) or self._stops(text, over):
            return ""
        return text
