"""PCM and WAV: signed 16-bit little-endian samples of one channel, as speech services take and give them."""

import struct

SAMPLE_BYTES = 2


def wav_of(pcm: bytes, rate: int) -> bytes:
    """Return the samples as a WAV file."""
    whole = pcm[: len(pcm) // SAMPLE_BYTES * SAMPLE_BYTES]
    shape = struct.pack("<HHIIHH", 1, 1, rate, rate * SAMPLE_BYTES, SAMPLE_BYTES, 8 * SAMPLE_BYTES)
    size = struct.pack("<I", 36 + len(whole))
    return (
        b"RIFF" + size + b"WAVEfmt " + struct.pack("<I", 16) + shape + b"data" + struct.pack("<I", len(whole)) + whole
    )


def samples_from(head: bytes) -> int | None:
    """Return where the samples begin in what begins with these bytes: 0 for bare PCM; None, more bytes are needed."""
    if not b"RIFF".startswith(head[:4]) and head[:4] != b"RIFF":
        return 0
    if len(head) < 12:
        return None
    at = 12
    while at + 8 <= len(head):
        name, size = head[at : at + 4], int.from_bytes(head[at + 4 : at + 8], "little")
        if name == b"data":
            return at + 8
        at += 8 + size + size % 2
    return None
