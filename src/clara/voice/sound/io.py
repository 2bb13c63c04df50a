"""The two ends of a voice session as livekit-agents wants them: a microphone, and a loudspeaker with one listener."""

import asyncio
import time
from collections import deque

from livekit import rtc
from livekit.agents.voice import io

from clara.voice.sound.playout import Listener, Playout, Segment
from clara.voice.wording.spoken import SpokenText

MICROPHONE_RATE = 16_000
SPEAKER_RATE = 24_000
WINDOW_SAMPLES = 512
"""What voice detection reads at once: sound is handed on in these, so that nobody behind has to cut and join it."""
MOST_HELD_S = 5.0
"""Of sound that came in and wasn't read: the oldest is dropped beyond."""
_SAMPLE_BYTES = 2


class Microphone(io.AudioInput):
    """PCM16 of one channel at 16 kHz, pushed by whoever receives it. It ends when it is closed.

    A session that switches it off detaches it: what is pushed then is heard by nobody, now or later.
    """

    def __init__(self) -> None:
        super().__init__(label="Clara")
        self._frames: deque[rtc.AudioFrame] = deque()
        self._rest = b""
        self._held_samples = 0
        self._came = asyncio.Event()
        self._closed = self._off = False
        self.dropped_s = 0.0
        self.windows = 0
        """How many were pushed, without those that were dropped."""

    @property
    def held_s(self) -> float:
        """How much sound has come that nobody has read yet."""
        return (self._held_samples + len(self._rest) // _SAMPLE_BYTES) / MICROPHONE_RATE

    def push(self, pcm: bytes) -> None:
        """Take whole samples."""
        if self._closed or self._off:
            return
        size = WINDOW_SAMPLES * _SAMPLE_BYTES
        pcm = self._rest + pcm[: len(pcm) // _SAMPLE_BYTES * _SAMPLE_BYTES]
        whole = len(pcm) // size * size
        self._rest = pcm[whole:]
        for at in range(0, whole, size):
            self._frames.append(rtc.AudioFrame(pcm[at : at + size], MICROPHONE_RATE, 1, WINDOW_SAMPLES))
            self._held_samples += WINDOW_SAMPLES
            self.windows += 1
        if not self._frames:
            return
        while self._held_samples > MOST_HELD_S * MICROPHONE_RATE and len(self._frames) > 1:
            dropped = self._frames.popleft().samples_per_channel
            self._held_samples -= dropped
            self.windows -= 1
            self.dropped_s += dropped / MICROPHONE_RATE
        self._came.set()

    def push_silence(self, ms: int) -> None:
        """Push silence: whoever sends a recording stops before the pause that ends a turn."""
        for _ in range(ms // 20):
            self.push(bytes(MICROPHONE_RATE * 20 // 1000 * _SAMPLE_BYTES))

    def on_attached(self) -> None:
        self._off = False

    def on_detached(self) -> None:
        """Take no more; what came before is still to be heard."""
        self._off = True

    def close(self) -> None:
        """Say that no more comes; less than a window that is left is of no use to anybody."""
        self._closed = True
        self._came.set()

    async def __anext__(self) -> rtc.AudioFrame:
        while not self._frames:
            if self._closed:
                raise StopAsyncIteration
            self._came.clear()
            await self._came.wait()
        frame = self._frames.popleft()
        self._held_samples -= frame.samples_per_channel
        return frame


class Loudspeaker(io.AudioOutput):
    """Plays to a listener, and reports each segment's end exactly once, with the text that was heard of it."""

    def __init__(self, listener: Listener) -> None:
        super().__init__(label="Clara", capabilities=io.AudioOutputCapabilities(pause=True), sample_rate=SPEAKER_RATE)
        self._playout = Playout(listener, SPEAKER_RATE, self._started, self._finished, self._said)

    @property
    def heard(self) -> str:
        """What was heard of what is being said."""
        return self._playout.heard

    def speak_next(self, spoken: SpokenText) -> None:
        """Say what the next segment's text is."""
        self._playout.speak_next(spoken)

    def hold(self, held: bool) -> None:
        """Begin nothing new while held: the listener is away."""
        self._playout.hold(held)

    def played(self, segment: int, ms: float) -> None:
        self._playout.played(segment, ms)

    async def capture_frame(self, frame: rtc.AudioFrame) -> None:
        await super().capture_frame(frame)
        self._playout.add(bytes(frame.data))

    def flush(self) -> None:
        super().flush()
        self._playout.finish()

    def clear_buffer(self) -> None:
        self._playout.clear()

    def pause(self) -> None:
        super().pause()
        self._playout.pause()

    def resume(self) -> None:
        super().resume()
        self._playout.resume()

    async def close(self) -> None:
        await self._playout.close()

    def _started(self, segment: Segment) -> None:
        self.on_playback_started(created_at=time.time())

    def _said(self, segment: Segment, position_ms: float) -> None:
        segment.spoken.on_said(segment.spoken.text_at(position_ms))

    def _finished(self, segment: Segment, position_ms: float) -> None:
        text = segment.spoken.text_at(position_ms) if segment.cut else segment.spoken.text
        self.on_playback_finished(
            playback_position=position_ms / 1000, interrupted=segment.cut, synchronized_transcript=text
        )
