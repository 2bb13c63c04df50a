"""PCM and WAV: signed 16-bit little-endian samples of one channel, as speech services take and give them."""

import struct

SAMPLE_BYTES = 2
_SHAPE = struct.Struct("<HHIIHH")
"""Of a WAV file's sound: format, channels, samples and bytes a second, bytes of all channels' sample, bits of one."""
_PCM, _EXTENSIBLE = 1, 0xFFFE
_MOST_HEAD_BYTES = 65_536
_UNKNOWN_SIZES = (0, 0x7FFFFFFF, 0xFFFFFFFF)
"""What stands there where a file is sent while it is made; some make it a little less."""


def wav_of(pcm: bytes, rate: int) -> bytes:
    """Return the samples as a WAV file."""
    whole = pcm[: len(pcm) // SAMPLE_BYTES * SAMPLE_BYTES]
    shape = _SHAPE.pack(_PCM, 1, rate, rate * SAMPLE_BYTES, SAMPLE_BYTES, 8 * SAMPLE_BYTES)
    size = struct.pack("<I", 36 + len(whole))
    return (
        b"RIFF" + size + b"WAVEfmt " + struct.pack("<I", 16) + shape + b"data" + struct.pack("<I", len(whole)) + whole
    )


def samples_from(head: bytes, rate: int) -> tuple[int, int | None] | None:
    """Return where the samples begin and end (None: with the last byte) in what begins with these bytes.

    Bare PCM is samples from its first byte; None: more bytes are needed. Raises ValueError for a file of other samples
    than 16 bits, one channel, so many a second.
    """
    if not b"RIFF".startswith(head[:4]) and head[:4] != b"RIFF":
        return 0, None
    at = 12
    while at + 8 <= len(head):
        name, size = head[at : at + 4], int.from_bytes(head[at + 4 : at + 8], "little")
        begin = at + 8
        if name == b"data":
            return begin, None if size in _UNKNOWN_SIZES or size > _UNKNOWN_SIZES[
                -1
            ] - _MOST_HEAD_BYTES else begin + size
        if name == b"fmt " and len(head) >= begin + _SHAPE.size:
            kind, channels, has_rate, _, _, bits = _SHAPE.unpack_from(head, begin)
            if kind not in (_PCM, _EXTENSIBLE) or (channels, has_rate, bits) != (1, rate, 8 * SAMPLE_BYTES):
                raise ValueError(f"WAV of {channels} channels, {has_rate} Hz, {bits} bits")
        at = begin + size + size % 2
    if len(head) > _MOST_HEAD_BYTES:
        raise ValueError("WAV without sound")
    return None


class Samples:
    """Whole samples out of bytes as they come, be they bare PCM or a WAV file."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._held = b""
        self._begun = False
        self._left: int | None = None

    def take(self, piece: bytes) -> bytes:
        """Return the samples that are whole now. Raises as ``samples_from``."""
        held = self._held + piece
        if not self._begun:
            found = samples_from(held, self._rate)
            if found is None:
                self._held = held
                return b""
            start, end = found
            self._begun, self._left = True, None if end is None else end - start
            held = held[start:]
        if self._left is not None:
            # What follows the sound in a file says who made it, and such things.
            held = held[: self._left]
        whole = len(held) // SAMPLE_BYTES * SAMPLE_BYTES
        if self._left is not None:
            self._left -= whole
        self._held = held[whole:]
        return held[:whole]
