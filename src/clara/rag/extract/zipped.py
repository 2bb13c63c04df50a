"""A zip that a stranger packed: what comes out is counted while it is inflated, whatever its headers claim."""

import zipfile
import zlib
from pathlib import Path
from typing import IO, Self

from clara.rag.extract.failures import ReadFailed
from clara.rag.extract.limits import ExtractLimits

_FREE_BYTES = 16 * 1024**2
"""Inflated bytes of an entry before its ratio counts: a short, repetitive file is honest."""
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError)


class Archive:
    """Entries by name; every broken thing in it is ReadFailed(damage), too much of it ReadFailed("zip_bomb")."""

    def __init__(self, path: Path, limits: ExtractLimits, damage: str) -> None:
        self._limits = limits
        self._damage = damage
        self._size = path.stat().st_size
        self._inflated = 0
        try:
            self._zip = zipfile.ZipFile(path)
        except _BROKEN:
            raise ReadFailed(damage) from None
        if len(self._zip.infolist()) > limits.max_zip_entries:
            self._zip.close()
            raise ReadFailed("zip_bomb")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._zip.close()

    def __contains__(self, name: str) -> bool:
        return name in self._zip.NameToInfo

    def open(self, name: str) -> "Entry":
        """Raises ReadFailed where there is no such entry."""
        try:
            return Entry(self, self._zip.open(name), self._zip.getinfo(name).compress_size)
        except (KeyError, *_BROKEN):
            raise ReadFailed(self._damage) from None

    def read_from(self, stream: IO[bytes], size: int) -> bytes:
        try:
            block = stream.read(size)
        except _BROKEN:
            raise ReadFailed(self._damage) from None
        self._inflated += len(block)
        if self._inflated > self._limits.max_unzipped_bytes:
            raise ReadFailed("zip_bomb")
        return block

    def check_ratio(self, inflated: int, packed: int) -> None:
        packed = min(packed, self._size)
        if inflated > max(_FREE_BYTES, packed * self._limits.max_zip_ratio):
            raise ReadFailed("zip_bomb")


class Entry:
    """One entry's bytes, as a stream that an XML parser can read."""

    def __init__(self, archive: Archive, stream: IO[bytes], packed: int) -> None:
        self._archive = archive
        self._stream = stream
        self._packed = packed
        self._inflated = 0

    def read(self, size: int = -1) -> bytes:
        """Return at most a megabyte, b"" at the end."""
        block = self._archive.read_from(self._stream, 1024**2 if size < 0 else min(size, 1024**2))
        self._inflated += len(block)
        self._archive.check_ratio(self._inflated, self._packed)
        return block

    def close(self) -> None:
        self._stream.close()
