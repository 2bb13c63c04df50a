"""How loud a sound is, and for how long: whether it can be speech."""

import numpy as np

RATE = 16_000
"""Samples a second of all that is heard: signed 16 bits, one channel."""
QUIET = 250.0
"""Loudness (root mean square of 16-bit samples) of a stretch's loudest tenth of a second that is hardly speech."""
_FRAME = RATE // 50
_FAINTEST = 0.1
"""Of the loudest frame: what is softer is no part of a word."""


def loudness(pcm: bytes) -> float:
    """Return the root mean square of the loudest tenth of a second of 16-bit samples at 16 kHz."""
    size = RATE // 10
    samples = np.frombuffer(pcm, dtype="<i2").astype(np.float32)
    if not len(samples):
        return 0.0
    frames = samples[: len(samples) // size * size].reshape(-1, size) if len(samples) >= size else samples[None]
    return float(np.sqrt((frames**2).mean(axis=1)).max())


def voiced_ms(pcm: bytes) -> float:
    """Return for how long the samples are about as loud as speech."""
    samples = np.frombuffer(pcm[: len(pcm) // 2 // _FRAME * _FRAME * 2], dtype="<i2").astype(np.float32)
    if not len(samples):
        return 0.0
    loud = np.sqrt((samples.reshape(-1, _FRAME) ** 2).mean(axis=1))
    return float((loud > max(QUIET / 2, _FAINTEST * float(loud.max()))).sum() * 20)


def is_quiet(loudest: float) -> bool:
    """Return whether a sound is hardly as loud as speech."""
    return loudest < QUIET
