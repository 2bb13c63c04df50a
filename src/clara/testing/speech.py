"""Sound for tests: speech whose words and their times are known, and an ear that knows what it has heard before."""

import io
import shutil
import subprocess
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.int16]
Envelope = npt.NDArray[np.float64]

MICROPHONE_RATE = 16_000
SERVICE_RATE = 24_000
FRAME_MS = 20
INSTALL_ESPEAK = "apt install espeak-ng"
_GAP_MS = 60
_SILENT = 0.04
"""Of the loudest frame: what is softer than this at the edges is no speech."""
_ALIKE = 0.8
_FEWEST_FRAMES = 8


@dataclass(frozen=True, slots=True)
class Word:
    """A word with its first and last millisecond."""

    text: str
    start_ms: float
    end_ms: float


@dataclass(frozen=True, slots=True)
class Sound:
    """Speech as PCM16 of one channel, and its words."""

    pcm: bytes
    rate: int
    words: Sequence[Word]

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    @property
    def lasts_ms(self) -> float:
        return len(self.pcm) / 2 / self.rate * 1000


@lru_cache(256)
def mumble(text: str, rate: int = SERVICE_RATE) -> Sound:
    """Return a hum that rises and falls with each word of the text; longer words take longer."""
    return _joined([(word, _hum(word, rate)) for word in text.split()], rate)


def say_aloud(text: str, language: str = "en", rate: int = MICROPHONE_RATE) -> Sound:
    """Return the text as espeak-ng says it, word by word, so that the times of its words are known.

    Raises FileNotFoundError where there is no espeak-ng.
    """
    return _joined([(word, _spoken(word, language, rate)) for word in text.split()], rate)


def has_espeak() -> bool:
    return shutil.which("espeak-ng") is not None


class Ear:
    """Tells which of the sounds that it knows it hears, or which part of one, by how loudness rises and falls.

    ``otherwise`` is what it takes speech for that it doesn't know.
    """

    def __init__(self, otherwise: str = "") -> None:
        self._known: list[tuple[Sound, Envelope]] = []
        self._otherwise = otherwise

    def learn(self, *sounds: Sound) -> None:
        self._known += [(sound, _envelope(sound.pcm, sound.rate)) for sound in sounds]

    def hear(self, pcm: bytes, rate: int) -> str:
        """Return the words that are heard, "" for silence."""
        heard = _trimmed(_envelope(pcm, rate))
        if len(heard) < _FEWEST_FRAMES:
            return ""
        best, words = _ALIKE, self._otherwise
        for sound, envelope in self._known:
            likeness, at = _find(heard, envelope)
            if likeness > best:
                best, words = likeness, _words_within(sound, at * FRAME_MS, (at + len(heard)) * FRAME_MS)
        return words


def _words_within(sound: Sound, start_ms: float, end_ms: float) -> str:
    return " ".join(word.text for word in sound.words if start_ms <= (word.start_ms + word.end_ms) / 2 <= end_ms)


def _find(heard: Envelope, envelope: Envelope) -> tuple[float, int]:
    """Return the highest correlation of the heard envelope with a stretch of another, and where that begins."""
    edge = len(heard) // 4
    padded = np.concatenate([np.zeros(edge), envelope, np.zeros(max(edge, len(heard) - len(envelope)))])
    windows = np.lib.stride_tricks.sliding_window_view(padded, len(heard))
    centred = windows - windows.mean(axis=1, keepdims=True)
    wanted = heard - heard.mean()
    lengths = np.linalg.norm(centred, axis=1) * np.linalg.norm(wanted)
    likeness = np.where(lengths > 0, centred @ wanted / np.where(lengths > 0, lengths, 1), 0)
    at = int(likeness.argmax())
    return float(likeness[at]), at - edge


def _envelope(pcm: bytes, rate: int) -> Envelope:
    """Return the loudness (root mean square) of each 20 ms."""
    samples = np.frombuffer(pcm[: len(pcm) // 2 * 2], dtype="<i2").astype(np.float64)
    size = rate * FRAME_MS // 1000
    frames = samples[: len(samples) // size * size].reshape(-1, size)
    return np.asarray(np.sqrt((frames**2).mean(axis=1))) if len(frames) else np.zeros(0)


def _trimmed(envelope: Envelope) -> Envelope:
    loudest = envelope.max(initial=0)
    loud = np.flatnonzero(envelope > max(_SILENT * loudest, 60))
    return envelope[loud[0] : loud[-1] + 1] if len(loud) else np.zeros(0)


def _joined(words: Sequence[tuple[str, Samples]], rate: int) -> Sound:
    gap = np.zeros(rate * _GAP_MS // 1000, dtype=np.int16)
    pieces: list[Samples] = []
    timed: list[Word] = []
    at = 0
    for text, samples in words:
        timed.append(Word(text, at * 1000 / rate, (at + len(samples)) * 1000 / rate))
        pieces += [samples, gap]
        at += len(samples) + len(gap)
    pcm = np.concatenate(pieces).astype("<i2").tobytes() if pieces else b""
    return Sound(pcm, rate, timed)


def _hum(word: str, rate: int) -> Samples:
    seconds = 0.08 + 0.055 * len(word)
    time = np.arange(int(rate * seconds)) / rate
    pitch = 110 + sum(map(ord, word)) % 60
    tone = np.sin(2 * np.pi * pitch * time) + 0.5 * np.sin(4 * np.pi * pitch * time)
    return np.asarray(9000 * tone * np.sin(np.pi * time / seconds) ** 0.5, dtype=np.int16)


@cache
def _spoken(word: str, language: str, rate: int) -> Samples:
    command = ["espeak-ng", "-v", language, "-s", "160", "--stdout", "--", word]
    made = subprocess.run(command, capture_output=True, check=True, timeout=20).stdout  # noqa: S603 - a fixed program
    with wave.open(io.BytesIO(made)) as opened:
        own = opened.getframerate()
        # The length in its header isn't known to espeak-ng when it writes to a pipe.
        samples = np.frombuffer(made[44 : 44 + (len(made) - 44) // 2 * 2], dtype="<i2").astype(np.float64)
    loud = np.flatnonzero(np.abs(samples) > 200)
    samples = samples[loud[0] : loud[-1] + 1] if len(loud) else samples
    places = np.arange(int(len(samples) * rate / own)) * own / rate
    return np.asarray(np.interp(places, np.arange(len(samples)), samples), dtype=np.int16)
