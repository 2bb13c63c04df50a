"""What SQLite leaves of deleted rows in its file and log, removed while others go on reading and writing.

secure_delete zeroes rows and pages as they are deleted. But where SQLite moves rows to another page, their old copies
stay in the gap between the page's list of rows and the rows themselves, and deleting the rows doesn't find them. To
rewrite the file (VACUUM) takes a second for 100 MB, in which writers wait; instead these gaps are zeroed in place.
"""

import os
import sqlite3
import struct
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from clara.core.errors import Unavailable

READ_BYTES = 8 * 2**20
PAGES_A_WRITE = 500
"""Zeroed in one transaction: writers wait for a few milliseconds."""

LOCK_WAIT_S = 0.1
"""A checkpoint that waits for readers keeps writers waiting too: rather again a little later."""
AGAIN_S = 0.05

PASSES = 4
SHRINK_BYTES = 64 * 2**20
"""A file of which more than half, and more than this, is free is rewritten after all: the disk gets it back."""

HEADER_BYTES = {2: 12, 5: 12, 10: 8, 13: 8}
"""Of b-tree pages, by the type in their first byte (https://www.sqlite.org/fileformat2.html#b_tree_pages)."""

MOST_PAGES = 0x0200_0000
"""From this page on, the page number that an overflow page begins with could be taken for a type."""

_PAGE = struct.Struct(">BHHH")
_BLOCK = struct.Struct(">HH")


class Scrubber:
    """Leaves no byte of a deleted row in a database's file and log. One at a time."""

    def __init__(self, path: Path, patience_s: float, shrink_bytes: int = SHRINK_BYTES) -> None:
        self._path = path
        self._shrink_bytes = shrink_bytes
        self._log = path.with_name(f"{path.name}-wal")
        self._patience_s = patience_s
        self._file: int | None = None

    def scrub(self) -> None:
        """Raises sqlite3.OperationalError, or Unavailable while somebody reads an old state for too long."""
        connection = sqlite3.connect(self._path, LOCK_WAIT_S, isolation_level=None)
        try:
            connection.execute("PRAGMA secure_delete=ON")
            if self._should_be_rewritten(connection):
                connection.execute(f"PRAGMA busy_timeout={int(self._patience_s * 1000)}")
                connection.execute("VACUUM")
                connection.execute(f"PRAGMA busy_timeout={int(LOCK_WAIT_S * 1000)}")
            else:
                self._zero_gaps(connection)
            self._empty_log(connection)
        finally:
            connection.close()

    def _should_be_rewritten(self, connection: sqlite3.Connection) -> bool:
        pages, free = _number(connection, "page_count"), _number(connection, "freelist_count")
        mostly_free = 2 * free > pages and free * _number(connection, "page_size") > self._shrink_bytes
        return mostly_free or pages >= MOST_PAGES or not hasattr(os, "pread")

    def _zero_gaps(self, connection: sqlite3.Connection) -> None:
        if self._file is None:
            # Never closed: when a process closes any descriptor of a file, POSIX drops the locks that SQLite has on it.
            self._file = os.open(self._path, os.O_RDWR)
        size = _number(connection, "page_size")
        usable = size - os.pread(self._file, 1, 20)[0]
        for _ in range(PASSES):
            self._empty_log(connection)
            version = _number(connection, "data_version")
            dirty = list(_dirty_pages(self._file, size, usable))
            # Also when there are none: an earlier attempt may have been killed before others heard of it.
            for at in range(0, len(dirty) or 1, PAGES_A_WRITE):
                self._begin_with_empty_log(connection)
                _zero(self._file, size, usable, dirty[at : at + PAGES_A_WRITE])
                # A change of nothing: it makes every connection forget the pages that it holds in memory.
                connection.execute(f"PRAGMA user_version={_number(connection, 'user_version')}")
                connection.execute("COMMIT")
            os.fsync(self._file)
            # Otherwise pages may have moved while they were looked through.
            if _number(connection, "data_version") == version:
                return

    def _empty_log(self, connection: sqlite3.Connection) -> None:
        """Bring everything into the file; readers of an older state are waited for."""
        deadline = time.monotonic() + self._patience_s
        while connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
            _wait(deadline)

    def _begin_with_empty_log(self, connection: sqlite3.Connection) -> None:
        """Begin a transaction that keeps writers out while the file holds everything, so that none reads the log."""
        deadline = time.monotonic() + self._patience_s
        while True:
            self._empty_log(connection)
            try:
                connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                _wait(deadline)
                continue
            if not self._log.exists() or self._log.stat().st_size == 0:
                return
            connection.execute("ROLLBACK")
            _wait(deadline, 0)


def _dirty_pages(file: int, size: int, usable: int) -> Iterator[int]:
    """Yield which pages, counted from 0, have something in their unused parts. The first has only the schema."""
    at, step = size, max(1, READ_BYTES // size) * size
    while data := os.pread(file, step, at):
        for offset in range(0, len(data) - size + 1, size):
            if data[offset] in HEADER_BYTES and dirty_areas(data, offset, usable):
                yield (at + offset) // size
        at += step


def _zero(file: int, size: int, usable: int, pages: Sequence[int]) -> None:
    for number in pages:
        for start, end in dirty_areas(os.pread(file, size, number * size), 0, usable):
            os.pwrite(file, bytes(end - start), number * size + start)


def dirty_areas(data: bytes, page: int, usable: int) -> Sequence[tuple[int, int]]:
    """Return the unused parts (from, to) of the b-tree page at an offset of ``data`` that hold more than zeros."""
    kind, block, cells, top = _PAGE.unpack_from(data, page)
    begin, top = HEADER_BYTES.get(kind, usable) + 2 * cells, top or 65536
    if not begin <= top <= usable:
        return ()
    areas = [(begin, top)]
    while block:
        after, length = _BLOCK.unpack_from(data, page + block) if block + 4 <= usable else (0, 0)
        if not 4 <= length <= usable - block or 0 < after <= block:
            return ()  # half-written by another process while it was read
        areas.append((block + 4, block + length))
        block = after
    return [(start, end) for start, end in areas if data[page + start : page + end] != bytes(end - start)]


def _number(connection: sqlite3.Connection, pragma: str) -> int:
    return int(connection.execute(f"PRAGMA {pragma}").fetchone()[0])


def _wait(deadline: float, for_s: float = AGAIN_S) -> None:
    if time.monotonic() > deadline:
        raise Unavailable("The write-ahead log is in use.", code="database_unavailable")
    time.sleep(for_s)
