"""Silence and noise, and what recognisers write for them."""

import re

import numpy as np

RATE = 16_000
"""Samples a second of all that is heard: signed 16 bits, one channel."""
QUIET = 250.0
"""Loudness (root mean square of 16-bit samples) of a stretch's loudest tenth of a second that is hardly speech."""
_NO_WORDS = re.compile(r"[\[(*♪].*[\])*♪]|\W*", re.DOTALL)
_INVENTED = frozenset(
    {
        "thank you for watching",
        "thank you so much for watching",
        "thanks for watching",
        "please subscribe",
        "subtitles by the amara org community",
        "untertitel der amara org community",
        "sous titres réalisés par la communauté d amara org",
    }
)
"""What Whisper is known to write for sounds without words, and nobody says to a tutor."""
_INVENTED_FOR_QUIET = _INVENTED | {
    "thank you",
    "thanks",
    "you",
    "bye",
    "bye bye",
    "okay",
    "vielen dank",
    "merci",
    "gracias",
}


def loudness(pcm: bytes) -> float:
    """Return the root mean square of the loudest tenth of a second of 16-bit samples at 16 kHz."""
    size = RATE // 10
    samples = np.frombuffer(pcm, dtype="<i2").astype(np.float32)
    if not len(samples):
        return 0.0
    frames = samples[: len(samples) // size * size].reshape(-1, size) if len(samples) >= size else samples[None]
    return float(np.sqrt((frames**2).mean(axis=1)).max())


def is_invented(text: str, loudest: float) -> bool:
    """Return whether a transcript has no words, or only such as recognisers write where nothing is said."""
    if _NO_WORDS.fullmatch(text.strip()):
        return True
    words = " ".join(re.findall(r"\w+", text.lower()))
    return words in (_INVENTED_FOR_QUIET if loudest < QUIET else _INVENTED)
