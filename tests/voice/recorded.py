"""Recordings as browsers make them, of any sound."""

import io
from typing import Any

import av
import numpy as np

FORMATS = {
    "Chromium and Firefox": ("webm", "libopus", {}),
    "older Firefox": ("ogg", "libopus", {}),
    "Safari": ("mp4", "aac", {"movflags": "frag_keyframe+empty_moov+default_base_moof"}),
    "MP4 in one piece": ("mp4", "aac", {}),
    "MP4 of Chromium": ("mp4", "libopus", {"movflags": "frag_keyframe+empty_moov+default_base_moof"}),
    "a recorder in JavaScript": ("wav", "pcm_s16le", {}),
    "uncompressed in Matroska": ("matroska", "pcm_f32le", {}),
}
RATE = 48_000


def record(pcm: bytes, rate: int, kind: str = "Chromium and Firefox") -> bytes:
    """Return PCM16 of one channel as a whole recording of this kind, at 48 kHz as microphones have it."""
    container, codec, options = FORMATS[kind]
    samples = np.frombuffer(pcm, dtype="<i2")
    places = np.arange(len(samples) * RATE // rate) * rate / RATE
    wide = np.interp(places, np.arange(len(samples)), samples).astype(np.int16)
    return _written(wide, container, codec, options)


def tone(seconds: float, loudness: int = 8000) -> bytes:
    """Return a hum as PCM16 at 48 kHz."""
    time = np.arange(int(RATE * seconds)) / RATE
    return np.asarray(loudness * np.sin(2 * np.pi * 220 * time), dtype="<i2").tobytes()


def film(seconds: float = 0.5, with_sound: bool = False) -> bytes:
    """Return pictures, as a camera's recording has them."""
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="webm") as container:
        pictures = container.add_stream("libvpx", rate=10)
        pictures.width = pictures.height = 64
        sound = container.add_stream("libopus", rate=RATE, layout="mono") if with_sound else None
        for _ in range(int(seconds * 10)):
            frame = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), dtype=np.uint8), format="rgb24")
            container.mux(pictures.encode(frame))
        container.mux(pictures.encode(None))
        if sound is not None:
            _encode(container, sound, np.frombuffer(tone(seconds), dtype="<i2"))
    return buffer.getvalue()


def _written(samples: Any, container_name: str, codec: str, options: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with av.open(buffer, "w", format=container_name, options=options) as container:
        _encode(container, container.add_stream(codec, rate=RATE, layout="mono"), samples)
    return buffer.getvalue()


def _encode(container: Any, stream: Any, samples: Any) -> None:
    for at in range(0, len(samples), 960):
        piece = np.ascontiguousarray(samples[at : at + 960].reshape(1, -1))
        frame = av.AudioFrame.from_ndarray(piece, format="s16", layout="mono")
        frame.sample_rate, frame.pts = RATE, at
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))
