"""Uploaded bytes, by keys that we make, in a local folder (the seam for others is the URL)."""

import asyncio
import contextlib
import errno
import os
from collections.abc import AsyncIterable, AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import obstore
from obstore.store import LocalStore

from clara.core.errors import NotFound, Unavailable

READ_SIZE = 256 * 1024
WRITE_SIZE, WRITES_AT_ONCE = 1024 * 1024, 2
"""How much of an upload is held in memory when the network is faster than the disk."""

_FULL = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))


class BlobStore:
    """Blobs under a URL (file:///path). A write that fails half-way leaves nothing.

    Raises Unavailable (``storage_full``, ``storage_unavailable``) when the disk does.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme != "file":
            raise ValueError(f"CLARA_BLOBS__URL: {parts.scheme}:// can't be used, only file:///path.")
        self._root = Path(unquote(parts.path))
        try:
            self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise Unavailable(
                f"The folder {self._root} can't be made ({error.strerror}): set CLARA_DATA_DIR or CLARA_BLOBS__URL to "
                "one that can.",
                code="storage_unavailable",
            ) from error
        self._store = LocalStore(self._root)

    async def put(self, key: str, content: AsyncIterable[bytes]) -> None:
        """Store a stream, on the disk when this returns. Errors of ``content`` come through: then there is no blob."""
        with _storage_errors():
            writer = obstore.open_writer_async(self._store, key, buffer_size=WRITE_SIZE, max_concurrency=WRITES_AT_ONCE)
            async with writer:
                async for data in content:
                    await writer.write(data)
            await asyncio.to_thread(_sync, self._root / key)

    async def get(self, key: str, start: int, end: int) -> AsyncIterator[bytes]:
        """Yield the bytes from ``start`` up to, not including, ``end``."""
        while start < end:
            with _storage_errors():
                data = await obstore.get_range_async(self._store, key, start=start, end=min(end, start + READ_SIZE))
            yield bytes(data)
            start += len(data)

    def delete_now(self, key: str) -> None:
        """Remove a blob and what an interrupted write of it left; one that isn't there is fine."""
        with _storage_errors():
            for leftover in (self._root / key, *self._root.glob(f"{key}#*")):
                leftover.unlink(missing_ok=True)

    @contextlib.contextmanager
    def as_file(self, key: str) -> Iterator[Path]:
        """Give the blob as a path for a parser to open."""
        path = self._root / key
        if not path.is_file():
            raise _missing()
        yield path


def _sync(path: Path) -> None:
    """Bring a file and its name to the disk, so that what was acknowledged outlives a power cut."""
    for name in (path, path.parent) if hasattr(os, "O_DIRECTORY") else (path,):
        descriptor = os.open(name, os.O_RDONLY if name != path else os.O_RDWR)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _missing() -> NotFound:
    return NotFound("The uploaded bytes are not there any more. Upload the file again.", code="blob_missing")


@contextlib.contextmanager
def _storage_errors() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise _missing() from error
    except (OSError, obstore.exceptions.BaseError) as error:
        full = getattr(error, "errno", None) in _FULL or "No space left" in str(error)
        detail = "The disk for files is full." if full else "Files can't be stored or read right now."
        raise Unavailable(
            f"{detail} Try again later.",
            code="storage_full" if full else "storage_unavailable",
            headers={"Retry-After": "30"},
        ) from error
