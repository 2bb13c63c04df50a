"""Voice detection of a session: when a learner speaks, and when exactly they stopped.

The model says what is speech; that it lets go of a word some 60 ms late, loudness makes up for.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from livekit import local_inference, rtc
from livekit.agents import vad

from clara.voice.sound.io import MICROPHONE_RATE, WINDOW_SAMPLES

SPEECH = 0.5
"""From this probability on a window is speech."""
STILL_SPEECH = 0.35
"""Within speech, from this on."""
SHORTEST_S = 0.05
"""Of speech; what is shorter is a click."""
HUSH = 0.03
"""Of the loudness of what was said: what is softer (30 dB) is none of it, whatever the model says."""
_WINDOW_S = WINDOW_SAMPLES / MICROPHONE_RATE
_BLOCK = 64
"""Samples (4 ms) of which loudness is taken."""
_BLOCK_S = _BLOCK / MICROPHONE_RATE
_FADING = 0.97
"""How much of the loudest that was heard is still remembered a window later: half of it after 0.7 s."""
_TURN = 16
"""Windows of sound that came at once, after which others have their turn."""

Samples = npt.NDArray[np.int16]


class Detection(vad.VAD):
    """Voice detection whose events ``told`` is told of, each before the session is.

    ``behind_s`` says how much sound has come that detection hasn't seen: a session counts from now back to when speech
    ended, by the clock. It runs on the event loop: a window of 32 ms takes it some 20 µs, less than handing it to a
    thread.
    """

    def __init__(
        self, silence_s: float, told: Callable[[vad.VADEvent], None], behind_s: Callable[[], float] = lambda: 0.0
    ) -> None:
        super().__init__(capabilities=vad.VADCapabilities(update_interval=_WINDOW_S))
        self._silence_s = silence_s
        self._told = told
        self._behind_s = behind_s

    @property
    def model(self) -> str:
        return "silero"

    @property
    def provider(self) -> str:
        return "livekit-local-inference"

    def stream(self) -> vad.VADStream:
        return _Stream(Listening(self._silence_s), self._told, self._behind_s)


class Listening:
    """What is known of the sound so far; ``hear`` a window, and events come of it.

    Speech ends after ``silence_s`` without any; how long it has been over is counted from its last loud sample.
    """

    def __init__(self, silence_s: float) -> None:
        self._silence_s = silence_s
        self._model = local_inference.VAD()
        self.reset()

    def reset(self) -> None:
        self._model.reset()
        self._speaking = False
        self._samples = 0
        self._loudest = 0.0
        self._voiced_s = self._quiet_s = self._spoken_s = self._unspoken_s = 0.0

    def hear(self, window: Samples) -> list[vad.VADEvent]:
        """Return what a window of sound says: that it was heard, first, then that speech began or ended."""
        began = time.perf_counter()
        probability = self._model.predict(window)
        self._samples += WINDOW_SAMPLES
        self._count(probability, window)
        heard = self._event(vad.VADEventType.INFERENCE_DONE, window)
        heard.probability, heard.inference_duration = probability, time.perf_counter() - began
        events = [heard]
        if not self._speaking and self._voiced_s >= SHORTEST_S:
            self._speaking, self._spoken_s = True, self._voiced_s
            events.append(self._event(vad.VADEventType.START_OF_SPEECH))
        elif self._speaking and self._quiet_s >= self._silence_s:
            self._speaking = False
            events.append(self._event(vad.VADEventType.END_OF_SPEECH))
            self._spoken_s = self._unspoken_s = 0.0
        return events

    def _count(self, probability: float, window: Samples) -> None:
        blocks = np.abs(window.reshape(-1, _BLOCK)).max(axis=1)
        loud = np.flatnonzero(blocks > HUSH * self._loudest)
        is_speech = probability >= (STILL_SPEECH if self._speaking else SPEECH)
        self._loudest = max(self._loudest * _FADING, float(blocks.max()) if is_speech else 0.0)
        if self._speaking:
            self._spoken_s += _WINDOW_S
        else:
            self._unspoken_s += _WINDOW_S
        if is_speech and len(loud):
            self._voiced_s += _WINDOW_S
            self._quiet_s = (len(blocks) - 1 - int(loud[-1])) * _BLOCK_S
        else:
            self._voiced_s = 0.0
            self._quiet_s += _WINDOW_S

    def _event(self, kind: vad.VADEventType, window: Samples | None = None) -> vad.VADEvent:
        frames = [] if window is None else [rtc.AudioFrame(window.tobytes(), MICROPHONE_RATE, 1, WINDOW_SAMPLES)]
        return vad.VADEvent(
            type=kind,
            samples_index=self._samples,
            timestamp=self._samples / MICROPHONE_RATE,
            # Silence at the end of speech is none of it: a cough of 0.1 s never becomes one of 0.3 s.
            speech_duration=max(0.0, self._spoken_s - self._quiet_s),
            silence_duration=self._quiet_s if kind is vad.VADEventType.END_OF_SPEECH else self._unspoken_s,
            frames=frames,
            speaking=self._speaking,
            raw_accumulated_silence=0.0 if self._voiced_s else self._quiet_s,
            raw_accumulated_speech=self._voiced_s,
        )


class _Stream(vad.VADStream):
    """A session's stream of sound. It works when it is read: no tasks and no queues between."""

    def __init__(
        self, listening: Listening, told: Callable[[vad.VADEvent], None], behind_s: Callable[[], float]
    ) -> None:
        # Not the base's: it would start a task for its work, and one for metrics.
        self._listening = listening
        self._told = told
        self._behind_s = behind_s
        self._windows: deque[Samples] = deque()
        self._rest = b""
        self._events: deque[vad.VADEvent] = deque()
        self._came = asyncio.Event()
        self._ended = False
        self._in_turn = 0

    async def _main_task(self) -> None:
        raise NotImplementedError("there is none")

    def push_frame(self, frame: rtc.AudioFrame) -> None:
        pcm = self._rest + bytes(frame.data)
        samples = np.frombuffer(pcm, dtype=np.int16)
        whole = len(samples) // WINDOW_SAMPLES * WINDOW_SAMPLES
        self._windows.extend(samples[:whole].reshape(-1, WINDOW_SAMPLES))
        self._rest = pcm[whole * 2 :]
        self._came.set()

    def flush(self) -> None:
        """Forget what was heard: the session has decided that the turn is over."""
        self._windows.clear()
        self._rest = b""
        self._listening.reset()

    def end_input(self) -> None:
        self._ended = True
        self._came.set()

    async def aclose(self) -> None:
        self._windows.clear()
        self._events.clear()
        self.end_input()

    async def __anext__(self) -> vad.VADEvent:
        while not self._events:
            while not self._windows:
                if self._ended:
                    raise StopAsyncIteration
                self._in_turn = 0
                self._came.clear()
                await self._came.wait()
            self._in_turn += 1
            if self._in_turn % _TURN == 0:
                await asyncio.sleep(0)
                continue
            self._events.extend(self._listening.hear(self._windows.popleft()))
        event = self._events.popleft()
        if event.type is vad.VADEventType.END_OF_SPEECH:
            event.silence_duration += len(self._windows) * _WINDOW_S + self._behind_s()
        self._told(event)
        return event
