"""Which kind of recording some bytes are, by how they begin, and whether its tables are as small as a recording's.

A file of MP4 says how many samples it has apart from having them: 27 KB can make a demuxer fill 3 GB. What it says is
looked at before, wherever it stands: demuxers read tables in places where there shouldn't be any.
"""

import re
import struct
from collections import Counter
from collections.abc import Iterator

MOST_PACKETS = 60_000
"""Of a recording: two minutes of the shortest that an encoder makes, 2.5 ms, and some."""
MOST_IN_CHUNKS = 1_000_000
"""Samples of all chunks, if each were as long as the longest."""
MOST_TABLES = 5_000
MOST_ROWS = 200_000

_TABLES = re.compile(rb"trun|stsz|stz2|stts|ctts|stsc|stco|co64")
_FOREIGN = re.compile(rb"cmov|iinf|iloc|ipma|iref|grpl")
"""A compressed header, and the tables of pictures: never of a recording."""
_ANY_MP4 = re.compile(rb".{4}ftyp", re.DOTALL)
_ROWS = {b"stts": (2, 0), b"ctts": (2, 0), b"stsc": (3, 1)}
"""Of tables with several numbers a row: how many, and which of them counts samples."""


def demuxer_of(recording: bytes) -> str | None:
    """Return the name of the one demuxer that may read a recording; None for what no browser records."""
    if recording.startswith(b"\x1aE\xdf\xa3"):
        return "matroska"
    if recording.startswith(b"OggS"):
        return "ogg"
    if recording.startswith(b"RIFF") and recording[8:12] == b"WAVE":
        return "wav"
    return "mp4" if _ANY_MP4.match(recording) else None


def has_modest_tables(recording: bytes) -> bool:
    """Return whether an MP4 says that it has no more packets than a recording has, and has nothing odd in it."""
    said: Counter[bytes] = Counter()
    tables = rows = 0
    for start, end in _outside_of_sound(recording):
        if _FOREIGN.search(recording, start, end):
            return False
        for found in _TABLES.finditer(recording, start, end):
            name, at = found[0], found.end()
            tables += 1
            rows += _number(recording, at + 4) if name in _ROWS else 0
            if tables > MOST_TABLES or rows > MOST_ROWS:
                return False
            counts = list(_samples(recording, name, at))
            said[name] = max(said[name], *counts, 0) if name == b"stsc" else said[name] + sum(counts)
    in_chunks = said.pop(b"stsc", 0) * (said.pop(b"stco", 0) + said.pop(b"co64", 0))
    return max(said.values(), default=0) <= MOST_PACKETS and in_chunks <= MOST_IN_CHUNKS


def _samples(recording: bytes, name: bytes, at: int) -> Iterator[int]:
    """Yield for how many samples, or chunks, a table and its rows are. It begins with its version and flags."""
    if name not in _ROWS:
        yield _number(recording, at + (8 if name in (b"stsz", b"stz2") else 4))
        return
    width, counting = _ROWS[name]
    rows = recording[at + 8 : at + 8 + _number(recording, at + 4) * 4 * width]
    for row in struct.iter_unpack(f">{width}I", rows[: len(rows) // (4 * width) * (4 * width)]):
        yield row[counting]


def _number(recording: bytes, at: int) -> int:
    return int.from_bytes(recording[at : at + 4], "big")


def _outside_of_sound(recording: bytes) -> Iterator[tuple[int, int]]:
    """Yield the stretches without the boxes of sound, which may by chance have any name in them."""
    at = 0
    while at + 8 <= len(recording):
        size, name, head = _number(recording, at), recording[at + 4 : at + 8], 8
        if size == 1:
            size, head = int.from_bytes(recording[at + 8 : at + 16], "big"), 16
        elif size == 0:
            size = len(recording) - at
        if size < head:
            # Whatever a demuxer makes of this, it is looked through to the end.
            break
        if name != b"mdat":
            yield at, min(at + size, len(recording))
        at += size
    yield at, len(recording)
