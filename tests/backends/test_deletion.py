"""Deleting a file: every table, the receipt, and what happens when other work goes on meanwhile."""

import asyncio
import threading
from collections.abc import Callable, Generator
from pathlib import Path

import pytest
import sqlalchemy as sa

from clara.core.errors import NotFound
from clara.core.ids import NO_FOLDER
from clara.rag.documents import Page
from clara.rag.extract.limits import ExtractLimits
from clara.rag.extract.media import MediaType
from clara.rag.extract.messages import DocumentInfo
from clara.store.database import Tx
from clara.store.files import Status
from clara.store.tables import metadata
from tests.stores import Store, read_plainly
from tests.waiting import wait_for

pytestmark = pytest.mark.anyio

MARKER = "zyxwv-marker"
BOOK = "\f".join(f"# Part {n} {MARKER}\nThe text of part {n} speaks of {MARKER} and chlorophyll." for n in range(40))


def rows_with(store: Store, text: str) -> dict[str, int]:
    """Return how many rows of each table hold the text, in any column."""

    def search(tx: Tx) -> dict[str, int]:
        found = {}
        for table in metadata.sorted_tables:
            rows = tx.execute(sa.select(table)).all()
            if count := sum(any(text in shown(value) for value in row) for row in rows):
                found[table.name] = count
        return found

    return store.database.read_now(search)


def shown(value: object) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


class TestDeleteFile:
    async def test_leaves_nothing_in_any_table(self, store: Store) -> None:
        file_id = await store.add("ana", BOOK, name=f"{MARKER}.txt")
        await store.ask("ana", "chlorophyll")
        assert {"files", "pages", "chunks"} <= rows_with(store, MARKER).keys()

        receipt = await store.files.delete("ana", file_id)
        await store.work()

        assert rows_with(store, MARKER) == {}
        assert receipt.deleted == {
            "files": 1,
            "documents": 1,
            "blobs": 1,
            "pages": 40,
            "chunks": receipt.deleted["chunks"],
            "segments": receipt.deleted["segments"],
        }
        assert receipt.deleted["chunks"] >= 40
        for table in ("files", "documents", "pages", "chunks", "segments", "jobs", "uploads"):
            assert store.count(table) == 0, table
        assert list((store.settings.data_dir / "files").iterdir()) == []

    async def test_is_searched_no_more_at_once(self, store: Store) -> None:
        file_id = await store.add("ana", BOOK)
        other = await store.add("ana", "Chlorophyll is green.")
        assert len((await store.search.search("ana", "chlorophyll")).passages) > 1

        await store.files.delete("ana", file_id)

        assert [p.file_id for p in (await store.search.search("ana", "chlorophyll")).passages] == [other]

    async def test_leaves_everything_else(self, store: Store) -> None:
        mine = await store.add("ana", "Chlorophyll is green.")
        his = await store.add("ben", BOOK)
        await store.files.delete("ana", await store.add("ana", BOOK))
        await store.work()

        assert (await store.search.search("ana", "chlorophyll")).passages[0].file_id == mine
        assert (await store.files.get("ben", his)).document.chunks >= 40
        assert (await store.pages.open("ben", his, 3)).heading == f"Part 2 {MARKER}"
        async for data in store.files.read(await store.files.get("ben", his), 0, 5):
            assert data == BOOK[:5].encode()

    async def test_keeps_the_document_until_the_last_folder(self, store: Store) -> None:
        folder = await store.folders.create("ana", "Biology")
        here = await store.add("ana", BOOK, folder_id=folder.id)
        there = (await store.upload("ana", BOOK)).file.id

        first = await store.files.delete("ana", here)
        await store.work()
        assert (first.document_kept, first.deleted) == (True, {"files": 1})
        assert {p.file_id for p in (await store.search.search("ana", "chlorophyll")).passages} == {there}
        assert (await store.pages.open("ana", there, 1)).page.text.startswith("# Part 0")

        last = await store.files.delete("ana", there)
        await store.work()
        assert not last.document_kept
        assert rows_with(store, MARKER) == {}

    async def test_twice_at_once_is_done_once(self, store: Store) -> None:
        file_id = await store.add("ana", BOOK)

        outcomes = await asyncio.gather(*(store.files.delete("ana", file_id) for _ in range(3)), return_exceptions=True)

        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NotFound", "NotFound", "Receipt"]

    async def test_the_same_bytes_can_come_back(self, store: Store) -> None:
        first = await store.add("ana", BOOK)
        await store.files.delete("ana", first)

        again = await store.add("ana", BOOK)

        assert again != first
        assert (await store.files.get("ana", again)).document.status is Status.READY


class TestDeleteWhileReading:
    async def test_stops_the_reader_and_leaves_nothing(self, store: Store) -> None:
        reading = Halting(after=180)
        with store.working(reading.read, lease_s=0.3):
            uploaded = await store.upload("ana", BOOK * 5, name=f"{MARKER}.txt")
            await wait_for(reading.halted.is_set)
            assert store.count("pages") > 100
            await store.files.delete("ana", uploaded.file.id)
            assert store.count("jobs", "kind = 'ingest'") == 0
            reading.go_on.set()
            await store.until_idle()

        assert rows_with(store, MARKER) == {}
        assert store.count("documents") == store.count("pages") == store.count("segments") == 0

    async def test_cancel_keeps_the_file_and_nothing_of_its_text(self, store: Store) -> None:
        reading = Halting(after=180)
        with store.working(reading.read, lease_s=0.3):
            uploaded = await store.upload("ana", BOOK * 5)
            await wait_for(reading.halted.is_set)
            cancelled = await store.files.cancel("ana", uploaded.file.id)
            reading.go_on.set()
            await store.until_idle()
            assert (cancelled.document.status, cancelled.document.error_code) == (Status.FAILED, "cancelled")
            assert store.count("pages") == store.count("chunks") == 0

            await store.files.retry("ana", uploaded.file.id)
            await store.until_idle()
        assert (await store.files.get("ana", uploaded.file.id)).document.status is Status.READY

    async def test_uploading_reading_and_deleting_at_once_comes_out_whole(self, store: Store) -> None:
        """The same few books, over and over, while two threads read them: no deadlock, nothing half-made."""
        folder = await store.folders.create("ana", "Biology")

        async def come_and_go(n: int) -> None:
            for turn in range(4):
                uploaded = await store.upload(
                    "ana", f"{BOOK} {(n + turn) % 3}", folder_id=folder.id if n % 2 else NO_FOLDER
                )
                if (n + turn) % 2:
                    try:
                        await store.files.delete("ana", uploaded.file.id)
                    except NotFound:
                        continue

        with store.working(lease_s=5):
            await asyncio.gather(*(come_and_go(n) for n in range(6)))
            await store.until_idle()

        page = await store.files.list("ana")
        assert all(file.document.status is Status.READY for file in page.items)
        kept = {file.document.id: file.document for file in page.items}
        assert store.count("documents") == len(kept)
        assert store.count("pages") == 40 * len(kept)
        assert store.count("chunks") == sum(document.chunks for document in kept.values())
        assert len(list((store.settings.data_dir / "files").iterdir())) == len(kept)
        for file in page.items:
            assert (await store.pages.open("ana", file.id, 40)).heading == f"Part 39 {MARKER}"


class Halting:
    """Reads up to a page, and the rest when it is let."""

    def __init__(self, after: int) -> None:
        self.halted, self.go_on = threading.Event(), threading.Event()
        self._after = after

    def read(
        self, path: Path, media_type: MediaType, limits: ExtractLimits, stop: Callable[[], bool]
    ) -> Generator[DocumentInfo | Page]:
        for item in read_plainly(path, media_type, limits, stop):
            if isinstance(item, Page) and item.number == self._after:
                self.halted.set()
                self.go_on.wait(20)
            yield item
