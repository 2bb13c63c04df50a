"""Blobs on a disk: whole or not there, ranges, and what a full or broken disk says."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from clara.core.errors import NotFound, TooLarge, Unavailable
from clara.store.blobs import BlobStore
from tests.services import small_disk
from tests.stores import in_pieces
from tests.waiting import wait_for

pytestmark = pytest.mark.anyio

DATA = bytes(range(256)) * 4096


@pytest.fixture
def blobs(tmp_path: Path) -> BlobStore:
    return BlobStore((tmp_path / "files here").as_uri())


async def read(blobs: BlobStore, key: str, start: int, end: int) -> bytes:
    return b"".join([data async for data in blobs.get(key, start, end)])


class TestPut:
    @pytest.mark.parametrize("size", [0, 1, 100_000, len(DATA), 5 * len(DATA)])
    async def test_is_read_back(self, blobs: BlobStore, size: int) -> None:
        data = (DATA * 5)[:size]

        await blobs.put("key", in_pieces(data))

        assert await read(blobs, "key", 0, size) == data
        with blobs.as_file("key") as path:
            assert path.read_bytes() == data

    @pytest.mark.parametrize("pieces", [1, 60])
    async def test_leaves_nothing_when_the_stream_fails(self, blobs: BlobStore, tmp_path: Path, pieces: int) -> None:
        async def failing() -> AsyncIterator[bytes]:
            for _ in range(pieces):
                yield DATA[: 64 * 1024]
            raise TooLarge("Too large.")

        with pytest.raises(TooLarge):
            await blobs.put("key", failing())

        assert list((tmp_path / "files here").iterdir()) == []

    async def test_leaves_nothing_when_the_caller_is_gone(self, blobs: BlobStore, tmp_path: Path) -> None:
        folder = tmp_path / "files here"

        async def endless() -> AsyncIterator[bytes]:
            while True:
                yield DATA
                await asyncio.sleep(0)

        task = asyncio.create_task(blobs.put("key", endless()))
        await wait_for(lambda: any(folder.iterdir()))
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

        await wait_for(lambda: not any(folder.iterdir()))

    async def test_on_a_full_disk_is_unavailable_and_leaves_nothing(self) -> None:
        with small_disk(1) as disk:
            blobs = BlobStore((disk / "files").as_uri())
            with pytest.raises(Unavailable) as caught:
                await blobs.put("key", in_pieces(DATA * 3))

            assert caught.value.problem_code == "storage_full"
            assert list((disk / "files").iterdir()) == []
            await blobs.put("small", in_pieces(b"fits"))
            assert await read(blobs, "small", 0, 4) == b"fits"

    async def test_where_no_file_can_be_made_is_unavailable(self, blobs: BlobStore, tmp_path: Path) -> None:
        folder = tmp_path / "files here"
        folder.rmdir()
        folder.write_bytes(b"in the way")

        with pytest.raises(Unavailable) as caught:
            await blobs.put("key", in_pieces(DATA))
        assert caught.value.problem_code == "storage_unavailable"


class TestGet:
    async def test_yields_a_range(self, blobs: BlobStore) -> None:
        await blobs.put("key", in_pieces(DATA))

        for start, end in ((0, 1), (7, 7), (5, 700_001), (len(DATA) - 1, len(DATA))):
            assert await read(blobs, "key", start, end) == DATA[start:end]

    async def test_of_nothing_is_not_found(self, blobs: BlobStore) -> None:
        with pytest.raises(NotFound) as caught:
            await read(blobs, "key", 0, 1)
        assert caught.value.problem_code == "blob_missing"
        with pytest.raises(NotFound), blobs.as_file("key"):
            pass


class TestDelete:
    async def test_takes_leftovers_along(self, blobs: BlobStore, tmp_path: Path) -> None:
        folder = tmp_path / "files here"
        for name in ("key", "key#1", "key#2", "key2", "other"):
            (folder / name).write_bytes(b"data")

        blobs.delete_now("key")
        blobs.delete_now("key")

        assert {path.name for path in folder.iterdir()} == {"key2", "other"}

    async def test_of_the_last_leaves_the_folder(self, blobs: BlobStore) -> None:
        await blobs.put("key", in_pieces(DATA))
        blobs.delete_now("key")

        await blobs.put("key", in_pieces(DATA))
        assert await read(blobs, "key", 0, 3) == DATA[:3]


class TestUrl:
    def test_other_than_a_file_is_refused(self) -> None:
        with pytest.raises(ValueError, match="s3://"):
            BlobStore("s3://bucket/prefix")
