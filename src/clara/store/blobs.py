"""Uploaded bytes, by keys that we make, in a local folder (the seam for others is the URL)."""

import contextlib
import errno
from collections.abc import AsyncIterable, AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import obstore
from obstore.store import LocalStore

from clara.core.errors import NotFound, Unavailable

READ_SIZE = 256 * 1024


class BlobStore:
    """Blobs under a URL (file:///path). A write that fails half-way leaves nothing."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme != "file":
            raise ValueError(f"CLARA_BLOBS__URL: {parts.scheme}:// can't be used, only file:///path.")
        self._root = Path(unquote(parts.path))
        self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._store = LocalStore(self._root)

    async def put(self, key: str, content: AsyncIterable[bytes]) -> None:
        """Store a stream. Errors of ``content`` come through, and then there is no blob."""
        with _storage_errors():
            async with obstore.open_writer_async(self._store, key) as writer:
                async for data in content:
                    await writer.write(data)

    async def size(self, key: str) -> int:
        with _storage_errors():
            return int((await obstore.head_async(self._store, key))["size"])

    async def get(self, key: str, start: int, end: int) -> AsyncIterator[bytes]:
        """Yield the bytes from ``start`` up to, not including, ``end``."""
        while start < end:
            with _storage_errors():
                data = await obstore.get_range_async(self._store, key, start=start, end=min(end, start + READ_SIZE))
            yield bytes(data)
            start += len(data)

    def delete_now(self, key: str) -> None:
        """Remove a blob and what an interrupted write of it left; one that isn't there is fine."""
        path = self._root / key
        for leftover in [path, *path.parent.glob(path.name + "#*")]:
            leftover.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            path.parent.rmdir()

    @contextlib.contextmanager
    def as_file(self, key: str) -> Iterator[Path]:
        """Give the blob as a path for a parser to open."""
        path = self._root / key
        if not path.is_file():
            raise NotFound("The uploaded bytes are not there any more.", code="blob_missing")
        yield path


@contextlib.contextmanager
def _storage_errors() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise NotFound("The uploaded bytes are not there any more.", code="blob_missing") from error
    except (OSError, obstore.exceptions.BaseError) as error:
        full = getattr(error, "errno", None) == errno.ENOSPC or "No space left" in str(error)
        detail = "The disk for files is full." if full else "Files can't be stored or read right now."
        raise Unavailable(detail, code="storage_full" if full else "storage_unavailable") from error
