"""Folders and files: the same on every backend."""

import asyncio
from typing import Any

import pytest

from clara.core.errors import Conflict, Forbidden, NotFound, Unavailable
from clara.core.ids import NO_FOLDER
from clara.library.folders import Folders
from clara.settings import Settings
from clara.store.database import Database, Tx, Work
from clara.store.files import Status
from clara.store.tables import locks, study_sets
from clara.testing import FakeClock
from tests.stores import Store, open_store

pytestmark = pytest.mark.anyio

LEARNERS = ("ana", "josé 🐝", "学" * 128, "a" * 128, "%_'\"\\", "O'Brien; --")


class TestFolders:
    async def test_are_listed_oldest_first_with_their_counts(self, store: Store) -> None:
        biology = await store.folders.create("ana", "Biology", "Cells and more")
        history = await store.folders.create("ana", "History")
        await store.upload("ana", "one", folder_id=biology.id)
        await store.upload("ana", "two", folder_id=biology.id)

        page = await store.folders.list("ana")

        assert [(f.id, f.name, f.description, f.file_count) for f in page.items] == [
            (biology.id, "Biology", "Cells and more", 2),
            (history.id, "History", "", 0),
        ]
        assert page.total == 2

    async def test_no_folder_is_never_shown(self, store: Store) -> None:
        await store.upload("ana")

        assert (await store.folders.list("ana")).items == []
        with pytest.raises(NotFound):
            await store.folders.get("ana", NO_FOLDER)
        with pytest.raises(NotFound):
            await store.folders.delete("ana", NO_FOLDER, with_files=True)

    async def test_change_what_is_given(self, store: Store) -> None:
        folder = await store.folders.create("ana", "Biology", "Cells")

        renamed = await store.folders.change("ana", folder.id, "Botany 🌱", None)

        assert (renamed.name, renamed.description) == ("Botany 🌱", "Cells")
        assert renamed.created_at == folder.created_at

    async def test_of_another_learner_are_not_there(self, store: Store) -> None:
        folder = await store.folders.create("ana", "Biology")
        await store.folders.create("ben", "His own")

        with pytest.raises(NotFound):
            await store.folders.get("ben", folder.id)
        with pytest.raises(NotFound):
            await store.folders.change("ben", folder.id, "Mine", None)
        with pytest.raises(NotFound):
            await store.folders.delete("ben", folder.id, with_files=True)
        with pytest.raises(NotFound):
            await store.upload("ben", folder_id=folder.id)
        assert (await store.folders.get("ana", folder.id)).name == "Biology"


class TestUpload:
    @pytest.mark.parametrize("learner", LEARNERS)
    async def test_any_learner_has_files(self, store: Store, learner: str) -> None:
        file_id = await store.add(learner, "Mitochondria make ATP 🔋.", name="Žellen 🧫.txt")

        file = await store.files.get(learner, file_id)

        assert (file.name, file.document.status, file.document.chunks) == ("Žellen 🧫.txt", Status.READY, 1)
        assert [f.id for f in (await store.files.list(learner)).items] == [file_id]
        found = await store.search.search(learner, "mitochondria")
        assert [passage.file_id for passage in found.passages] == [file_id]

    async def test_the_same_bytes_in_the_same_folder_are_one_file(self, store: Store) -> None:
        first = await store.upload("ana", "one", name="a.txt")
        again = await store.upload("ana", "one", name="b.txt")

        assert (first.created, again.created) == (True, False)
        assert again.file.id == first.file.id
        assert again.file.name == "a.txt"

    async def test_the_same_bytes_in_another_folder_are_a_second_file_of_one_document(self, store: Store) -> None:
        folder = await store.folders.create("ana", "Biology")
        first = await store.add("ana", "one")
        second = await store.upload("ana", "one", folder_id=folder.id)

        assert second.created
        assert second.file.id != first
        assert second.file.document.status is Status.READY
        assert store.count("documents") == store.count("chunks") == 1

    async def test_the_same_bytes_of_two_learners_are_two_documents(self, store: Store) -> None:
        await store.upload("ana", "one")
        await store.upload("ben", "one")

        assert store.count("documents") == 2

    async def test_a_failed_file_is_read_again_in_place(self, store: Store) -> None:
        blank = await store.add("ana", " \n ")
        assert (await store.files.get("ana", blank)).document.error_code == "no_text"

        again = await store.upload("ana", " \n ")

        assert (again.created, again.file.id, again.file.document.status) == (False, blank, Status.QUEUED)
        assert again.file.document.error_code is None

    async def test_the_same_bytes_at_once_become_one_document(self, store: Store) -> None:
        folders = [(await store.folders.create("ana", name)).id for name in ("one", "two")]

        uploads = await asyncio.gather(
            *(store.upload("ana", "the same", folder_id=folders[n % 2], name=f"{n}.txt") for n in range(12))
        )
        await store.work()

        assert len({uploaded.file.id for uploaded in uploads}) == 2
        assert sum(uploaded.created for uploaded in uploads) == 2
        assert store.count("documents") == store.count("chunks") == 1
        assert store.count("uploads") == store.count("jobs") == 0
        assert len(blob_names(store)) == 1

    async def test_a_first_upload_of_many_learners_at_once(self, store: Store) -> None:
        await asyncio.gather(*(store.upload(f"learner-{n % 4}", f"text {n}") for n in range(16)))

        assert store.count("learners") == 4
        assert store.count("files") == 16


class TestFiles:
    async def test_paging_shows_each_once(self, store: Store) -> None:
        folder = await store.folders.create("ana", "Biology")
        kept = [
            (await store.upload("ana", f"text {n}", folder_id=folder.id if n % 3 else NO_FOLDER)).file.id
            for n in range(23)
        ]
        seen: list[str] = []
        cursor = None
        while True:
            page = await store.files.list("ana", limit=5, cursor=cursor)
            seen += [file.id for file in page.items]
            # What comes and goes meanwhile neither hides nor doubles what stays.
            await store.upload("ana", f"newer {len(seen)}")
            if len(seen) == 10:
                await store.files.delete("ana", kept.pop(20))
                await store.files.delete("ana", kept.pop(2))
            if (cursor := page.next_cursor) is None:
                break

        assert len(seen) == len(set(seen))
        assert set(kept) <= set(seen)
        assert sorted(seen, key=seen.index) == seen

    async def test_paging_shows_each_once_when_all_came_at_the_same_time(self, settings: Settings) -> None:
        with open_store(settings, FakeClock()) as store:
            files = {(await store.upload("ana", f"text {n}")).file.id for n in range(11)}
            folders = {(await store.folders.create("ana", f"Folder {n}")).id for n in range(11)}
            chats = {(await store.conversations.create("ana", f"Chat {n}")).id for n in range(11)}
            for made, page_from in (
                (files, lambda cursor: store.files.list("ana", limit=4, cursor=cursor)),
                (folders, lambda cursor: store.folders.list("ana", 4, cursor)),
                (chats, lambda cursor: store.conversations.list("ana", 4, cursor)),
            ):
                pages = [await page_from(None)]
                while pages[-1].next_cursor:
                    pages.append(await page_from(pages[-1].next_cursor))
                assert [len(page.items) for page in pages] == [4, 4, 3]
                assert {item.id for page in pages for item in page.items} == made

    async def test_are_listed_by_folder_and_status(self, store: Store) -> None:
        folder = await store.folders.create("ana", "Biology")
        there = await store.add("ana", "one", folder_id=folder.id)
        failed = await store.add("ana", "  ")

        assert [f.id for f in (await store.files.list("ana", folder.id)).items] == [there]
        assert [f.id for f in (await store.files.list("ana", NO_FOLDER)).items] == [failed]
        failures = await store.files.list("ana", status=Status.FAILED)
        assert ([f.id for f in failures.items], failures.total) == ([failed], 1)
        with pytest.raises(NotFound):
            await store.files.list("ana", "fld_unknown")

    async def test_move_and_rename(self, store: Store) -> None:
        folder = await store.folders.create("ana", "Biology")
        file_id = await store.add("ana", "Chlorophyll")

        moved = await store.files.change("ana", file_id, "../new name.txt", folder.id)

        assert (moved.name, moved.folder_id) == ("new name.txt", folder.id)
        found = await store.search.search("ana", "chlorophyll", folder_id=folder.id)
        assert [(p.file_name, p.folder_id) for p in found.passages] == [("new name.txt", folder.id)]

    async def test_cannot_be_twice_in_a_folder(self, store: Store) -> None:
        folder = await store.folders.create("ana", "Biology")
        here = (await store.upload("ana", "one")).file.id
        await store.upload("ana", "one", folder_id=folder.id)

        with pytest.raises(Conflict) as caught:
            await store.files.change("ana", here, None, folder.id)
        assert caught.value.problem_code == "duplicate_file"

    async def test_of_another_learner_are_not_there(self, store: Store) -> None:
        file_id = await store.add("ana", "one")
        folder = await store.folders.create("ben", "His own")

        for call in (
            store.files.get("ben", file_id),
            store.files.change("ben", file_id, "mine.txt", folder.id),
            store.files.retry("ben", file_id),
            store.files.cancel("ben", file_id),
            store.files.delete("ben", file_id),
            store.pages.open("ben", file_id, 1),
        ):
            with pytest.raises(NotFound):
                await call
        assert (await store.files.get("ana", file_id)).name == "cells.txt"

    async def test_pages_open_with_their_heading(self, store: Store) -> None:
        file_id = await store.add("ana", "\f".join(f"# Chapter {n}\nText {n}." for n in range(1, 30)))

        view = await store.pages.open("ana", file_id, 17)

        assert (view.page.text, view.heading) == ("# Chapter 17\nText 17.", "Chapter 17")

    async def test_an_empty_page_has_no_heading(self, store: Store) -> None:
        file_id = await store.add("ana", "# One\nText.\f\f# Three\nText.")

        headings = [(await store.pages.open("ana", file_id, number)).heading for number in (1, 2, 3)]

        assert headings == ["One", "", "Three"]


class TestVersion:
    async def test_changes_exactly_with_what_can_be_found(self, store: Store) -> None:
        async def changes(call: object) -> bool:
            before = store.version("ana")
            await call  # type: ignore[misc]
            return store.version("ana") != before

        await store.add("ana", "the first")
        folder = await store.folders.create("ana", "Biology")
        assert await changes(store.upload("ana", "one", folder_id=folder.id))
        assert await changes(store.work())
        file_id = (await store.files.list("ana", folder.id)).items[0].id
        assert await changes(store.files.change("ana", file_id, "new.txt", None))
        assert await changes(store.files.change("ana", file_id, None, NO_FOLDER))
        assert await changes(store.files.delete("ana", file_id))
        await store.add("ana", "three", folder_id=folder.id)
        assert await changes(store.folders.delete("ana", folder.id, with_files=False))
        folder = await store.folders.create("ana", "Biology")

        assert not await changes(store.files.change("ana", (await store.add("ana", "two")), None, None))
        assert not await changes(store.folders.create("ana", "Chemistry"))
        assert not await changes(store.folders.change("ana", folder.id, "Botany", None))
        assert not await changes(store.ask("ana", "What is one?"))
        assert not await changes(store.add("ben", "one"))
        assert not await changes(store.upload("ana", "two"))

    async def test_never_comes_back(self, store: Store) -> None:
        seen = set()
        for _ in range(5):
            file_id = await store.add("ana", "one")
            seen.add(store.version("ana"))
            await store.files.delete("ana", file_id)
            seen.add(store.version("ana"))

        assert len(seen) == 10


class TestDeleteFolder:
    async def test_keeps_its_files_in_no_folder(self, store: Store) -> None:
        folder = await store.folders.create("ana", "Biology")
        ids = {await store.add("ana", f"chlorophyll {n}", folder_id=folder.id) for n in range(3)}
        chat, _ = await store.ask("ana", "chlorophyll")
        await store.conversations.change("ana", chat, None, folder.id)

        assert await store.folders.delete("ana", folder.id, with_files=False) == []

        assert {f.id for f in (await store.files.list("ana", NO_FOLDER)).items} == ids
        assert (await store.conversations.get("ana", chat)).folder_id == NO_FOLDER
        assert {p.file_id for p in (await store.search.search("ana", "chlorophyll")).passages} == ids

    async def test_does_not_double_what_lies_there_already(self, store: Store) -> None:
        folder = await store.folders.create("ana", "Biology")
        doubled = await store.add("ana", "Chlorophyll is green", folder_id=folder.id)
        chat, _ = await store.ask("ana", "chlorophyll")
        stays = (await store.upload("ana", "Chlorophyll is green")).file.id
        other = await store.add("ana", "another", folder_id=folder.id)

        receipts = await store.folders.delete("ana", folder.id, with_files=False)

        assert [(r.file_id, r.deleted, r.document_kept) for r in receipts] == [(doubled, {"files": 1}, True)]
        assert {f.id for f in (await store.files.list("ana")).items} == {stays, other}
        shown = (await store.conversations.messages("ana", chat)).items[-1]
        assert [citation.file_id for citation in shown.citations] == [stays]
        assert "Chlorophyll is green" in shown.content

    async def test_deletes_its_files(self, store: Store) -> None:
        folder = await store.folders.create("ana", "Biology")
        deleted = {await store.add("ana", f"text {n}", folder_id=folder.id) for n in range(45)}
        kept = (await store.upload("ana", "text 7")).file.id

        receipts = await store.folders.delete("ana", folder.id, with_files=True)
        await store.work()

        assert {receipt.file_id for receipt in receipts} == deleted
        assert [receipt.document_kept for receipt in receipts].count(True) == 1
        assert [f.id for f in (await store.files.list("ana")).items] == [kept]
        assert store.count("documents") == store.count("chunks") == store.count("pages") == 1
        assert len(blob_names(store)) == 1
        with pytest.raises(NotFound):
            await store.folders.get("ana", folder.id)

    async def test_twice_at_once_is_done_once(self, store: Store) -> None:
        folder = await store.folders.create("ana", "Biology")
        for n in range(3):
            await store.upload("ana", f"text {n}", folder_id=folder.id)

        outcomes = await asyncio.gather(
            *(store.folders.delete("ana", folder.id, with_files=True) for _ in range(2)), return_exceptions=True
        )

        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NotFound", "list"]
        assert store.count("files") == 0

    async def test_that_broke_off_goes_on_when_it_is_repeated(self, store: Store) -> None:
        """As a server that was killed: what was told is done, nothing is half-made, and no file is lost sight of."""
        folder = await store.folders.create("ana", "Biology")
        ids = {(await store.upload("ana", f"text {n}", folder_id=folder.id)).file.id for n in range(20)}
        failing = Folders(Failing(store.database, after=1), store.clock)  # type: ignore[arg-type]

        with pytest.raises(Unavailable):
            await failing.delete("ana", folder.id, with_files=True)
        left = {file.id for file in (await store.files.list("ana", folder.id)).items}
        assert 0 < len(left) < 20
        assert (await store.folders.get("ana", folder.id)).file_count == len(left)
        for file_id in ids - left:
            with pytest.raises(NotFound):
                await store.files.get("ana", file_id)

        receipts = await store.folders.delete("ana", folder.id, with_files=True)
        assert {receipt.file_id for receipt in receipts} == left
        assert store.count("files") == store.count("documents") == 0

    async def test_wakes_the_worker_and_forgets(self, store: Store) -> None:
        told: list[str] = []
        folders = Folders(store.database, store.clock, forget=told.append, wake=lambda: told.append("wake"))
        folder = await folders.create("ana", "Biology")
        await store.upload("ana", folder_id=folder.id)

        await folders.delete("ana", folder.id, with_files=True)

        assert told == ["ana", "wake"]

    async def test_leaves_study_sets(self, store: Store) -> None:
        folder = await store.folders.create("ana", "Biology")

        def add(tx: Tx) -> None:
            made = {"owner_id": "ana", "id": "set_1", "kind": "quiz", "title": "Cells", "folder_id": folder.id}
            made |= {"source": {}, "made_by": "", "items": 0, "content": {}, "created_at": 1.0, "updated_at": 1.0}
            tx.execute(study_sets.insert().values(**made))

        store.database.write_now(add)

        await store.folders.delete("ana", folder.id, with_files=False)

        assert store.count("study_sets", f"folder_id = '{NO_FOLDER}'") == 1

    @pytest.mark.parametrize("with_files", [False, True])
    async def test_is_refused_while_it_is_locked(self, store: Store, with_files: bool) -> None:
        folder = await store.folders.create("ana", "Biology")
        lock = {"owner_id": "ana", "folder_id": folder.id, "material_only": True, "set_by": "x", "created_at": 1.0}
        store.database.write_now(lambda tx: tx.execute(locks.insert().values(**lock)))

        with pytest.raises(Forbidden) as refused:
            await store.folders.delete("ana", folder.id, with_files=with_files)

        assert refused.value.problem_code == "locked"
        assert store.count("folders", f"id = '{folder.id}'") == 1


class Failing:
    """A database that breaks down after some writes."""

    def __init__(self, database: Database, after: int) -> None:
        self._database = database
        self._left = after

    async def write(self, fn: Work[Any]) -> Any:
        self._left -= 1
        if self._left < 0:
            raise Unavailable("It broke down.")
        return await self._database.write(fn)


def blob_names(store: Store) -> set[str]:
    return {path.name for path in (store.settings.data_dir / "files").iterdir()}
