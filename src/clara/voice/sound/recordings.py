"""Whole recordings, as browsers make them (WebM, Ogg, MP4, WAV), decoded to the sound that speech services take."""

import asyncio
import base64
import binascii
import io
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING

from clara.core.errors import Invalid, TooLarge, Unavailable, Unreadable
from clara.voice.sound.containers import demuxer_of, has_modest_tables
from clara.voice.sound.silence import RATE, loudness

if TYPE_CHECKING:
    from av import AudioFrame
    from av.audio.stream import AudioStream
    from av.container import InputContainer

MOST_BYTES = 2_000_000
"""Two minutes at the 128 kbit/s of a browser that isn't asked to save."""
MOST_S = 120.0
AT_ONCE = 2
"""Recordings that are decoded at the same time; a second of sound takes 3 ms."""
MOST_WORK_S = 10.0
"""What is so packed that it takes longer isn't read on."""

_RATES = range(4_000, 192_001)
_MOST_CHANNELS = 8
_OPTIONS = {
    "protocol_whitelist": "none",
    "codec_whitelist": "opus,vorbis,aac,flac,alac,pcm_s16le,pcm_s16be,pcm_s24le,pcm_s32le,pcm_f32le,pcm_u8",
    "max_streams": "4",
    # An MP4's list of edits can name each sample many times, and its chapters another track.
    "ignore_editlist": "1",
    "ignore_chapters": "1",
}
SHORTEST_S = 0.15
SOFTEST = 100.0
"""Of 32,768: fifty decibels below the loudest. The noise of a microphone in a quiet room lies below."""
_DATA_URL = re.compile(r"data:[\w./+-]*(?:;[\w.+= ,\"-]*?)*;base64,", re.ASCII)


@dataclass(frozen=True, slots=True)
class Recording:
    """Sound as it is heard; ``loudness`` is that of its loudest tenth of a second."""

    pcm: bytes
    loudness: float

    @property
    def lasts_s(self) -> float:
        return len(self.pcm) / 2 / RATE

    @property
    def hearable(self) -> bool:
        """Whether there is anything in it besides silence."""
        return self.lasts_s >= SHORTEST_S and self.loudness >= SOFTEST


class Recordings:
    """Decodes recordings in threads of its own, a few at once."""

    def __init__(self, most_bytes: int = MOST_BYTES, most_s: float = MOST_S, at_once: int = AT_ONCE) -> None:
        self._most_bytes = most_bytes
        self._most_s = most_s
        self._executor = ThreadPoolExecutor(at_once, thread_name_prefix="recording")

    async def read(self, encoded: str) -> Recording:
        """Return a recording that came in base64, bare or as a data URL.

        Raises Invalid, TooLarge, Unreadable, and Unavailable where voice isn't installed.
        """
        self.check(encoded)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._executor, self._read, encoded)

    def check(self, encoded: str) -> None:
        """Raise TooLarge for what is longer than any recording that is read."""
        if len(encoded) > self._most_bytes * 4 // 3 + 200:
            raise self._too_big()

    def close(self) -> None:
        self._executor.shutdown(wait=False, cancel_futures=True)

    def _read(self, encoded: str) -> Recording:
        data = _from_base64(encoded)
        if len(data) > self._most_bytes:
            raise self._too_big()
        pcm = decode(data, self._most_s)
        return Recording(pcm, loudness(pcm))

    def _too_big(self) -> TooLarge:
        return TooLarge(
            f"A recording may have {self._most_bytes} bytes. Send it in shorter pieces.",
            code="recording_too_big",
            max_bytes=self._most_bytes,
        )


def decode(data: bytes, most_s: float = MOST_S) -> bytes:
    """Return a recording's sound at ``RATE``. One that is cut off is read as far as it goes; "" when it has none.

    Raises Unreadable for what is no recording or has no sound track, TooLarge for one that lasts longer than
    ``most_s``, which is found out on the way.
    """
    demuxer = demuxer_of(data)
    if demuxer is None:
        raise _unreadable("That is no recording of a browser's: WebM, Ogg, MP4 or WAV.")
    if demuxer == "mp4" and not has_modest_tables(data):
        raise _unreadable("The recording isn't what a browser makes: its tables are out of all proportion.")
    av = _library()
    try:
        with av.open(io.BytesIO(data), format=demuxer, options=_OPTIONS) as container:
            if not container.streams.audio:
                raise Unreadable("The recording has no sound. Record the microphone.", code="recording_without_sound")
            return _decoded(_frames(container, container.streams.audio[0]), most_s)
    except _failures():
        raise _unreadable("The recording is damaged: nothing in it can be heard.") from None


def _decoded(frames: Iterator["AudioFrame"], most_s: float) -> bytes:
    from av.audio.resampler import AudioResampler

    resampler = AudioResampler("s16", "mono", RATE)
    sound, most_bytes = bytearray(), int(most_s * RATE) * 2
    for frame in frames:
        if frame.sample_rate not in _RATES or frame.layout.nb_channels > _MOST_CHANNELS:
            raise ValueError("no sound of a microphone")
        for part in resampler.resample(frame):
            sound += part.to_ndarray().tobytes()
        if len(sound) > most_bytes:
            raise _too_long(most_s)
    for part in resampler.resample(None):
        sound += part.to_ndarray().tobytes()
    return bytes(sound)


def _frames(container: "InputContainer", stream: "AudioStream") -> Iterator["AudioFrame"]:
    """Yield what can be decoded; a damaged packet is left out, and where the recording is cut off it ends."""
    came = False
    failure: Exception | None = None
    until = time.monotonic() + MOST_WORK_S
    packets = container.demux(stream)
    while time.monotonic() < until:
        try:
            packet = next(packets, None)
        except _failures() as error:
            failure, packet = error, None
        if packet is None:
            break
        try:
            frames = packet.decode()
        except _failures() as error:
            failure = error
            continue
        for frame in frames:
            came = True
            yield frame
    if failure is not None and not came:
        raise failure


def _library() -> ModuleType:
    try:
        import av
    except ImportError:
        raise Unavailable(
            "Recordings can't be heard on this server: `pip install clara[voice]`. Send text.",
            code="voice_not_installed",
        ) from None
    return av


def _failures() -> tuple[type[Exception], ...]:
    """Return what FFmpeg's failures are in Python."""
    from av.error import FFmpegError

    return FFmpegError, OSError, ValueError, EOFError, NotImplementedError, RuntimeError


def _from_base64(encoded: str) -> bytes:
    bare = encoded[found.end() :] if (found := _DATA_URL.match(encoded[:200])) else encoded
    # Some encoders break lines, and some leave the padding out.
    bare = "".join(bare.split()).rstrip("=")
    try:
        data = base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise Invalid(
            "The recording isn't base64. Send the whole of it so encoded.", code="recording_not_base64"
        ) from None
    if not data:
        raise Invalid("The recording is empty. Record again.", code="recording_empty")
    return data


def _unreadable(why: str) -> Unreadable:
    return Unreadable(why, code="recording_unreadable")


def _too_long(most_s: float) -> TooLarge:
    return TooLarge(
        f"A recording may last {most_s:.0f} s. Say it in shorter pieces.", code="recording_too_long", max_s=most_s
    )
