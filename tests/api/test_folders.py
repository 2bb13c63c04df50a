"""Folders over HTTP."""

import pytest

from tests.api.existing_client import code_of
from tests.learners import Learner

pytestmark = pytest.mark.anyio

FOLDER = {"id", "name", "description", "created_at", "updated_at", "file_count"}


class TestFolders:
    async def test_are_made_changed_and_counted(self, ana: Learner) -> None:
        made = await ana.post("/v1/folders", json={"name": " Bio\tlogy ", "description": "Cells"})
        folder = made.json()
        address = f"/v1/folders/{folder['id']}"

        assert made.status_code == 201
        assert made.headers["location"] == address
        assert set(folder) == FOLDER
        assert (folder["name"], folder["description"], folder["file_count"]) == ("Bio logy", "Cells", 0)
        await ana.upload("a.md", b"# A\n\ntext", folder_id=folder["id"])
        assert (await ana.get(address)).json()["file_count"] == 1
        changed = (await ana.patch(address, json={"name": "Art"})).json()
        assert (changed["name"], changed["description"]) == ("Art", "Cells")
        assert (await ana.patch(address, json={"description": ""})).json()["description"] == ""

    async def test_are_listed_oldest_first_in_pages(self, ana: Learner) -> None:
        for number in range(5):
            await ana.folder(f"{number}")

        first = (await ana.get("/v1/folders?limit=3")).json()
        second = (await ana.get("/v1/folders", params={"limit": 3, "cursor": first["next_cursor"]})).json()

        assert [folder["name"] for folder in first["folders"] + second["folders"]] == ["0", "1", "2", "3", "4"]
        assert (first["total"], second["next_cursor"]) == (5, None)

    async def test_odd_ones_are_refused(self, ana: Learner) -> None:
        for body in ({}, {"name": ""}, {"name": "x" * 101}, {"name": "x", "description": "x" * 501}, {"name": None}):
            assert (await ana.post("/v1/folders", json=body)).status_code == 422
        assert code_of(await ana.post("/v1/folders", json={"name": "\u202e"})) == (422, "invalid_name")
        for limit in ("0", "201", "x"):
            assert (await ana.get(f"/v1/folders?limit={limit}")).status_code == 422

    async def test_someone_elses_is_not_there(self, ana: Learner, ben: Learner) -> None:
        address = f"/v1/folders/{await ben.folder()}"

        for answer in (await ana.get(address), await ana.patch(address, json={"name": "x"}), await ana.delete(address)):
            assert code_of(answer) == (404, "folder_not_found")

    async def test_no_folder_is_no_folder(self, ana: Learner) -> None:
        await ana.folder()
        for answer in (await ana.get("/v1/folders/none"), await ana.delete("/v1/folders/none")):
            assert code_of(answer) == (404, "folder_not_found")
        assert (await ana.get("/v1/folders")).json()["total"] == 1


class TestDeleteFolder:
    async def test_keeps_its_files_in_no_folder(self, ana: Learner) -> None:
        folder = await ana.folder()
        file_id = (await ana.upload("a.md", b"# A\n\nBlue whales sing.", folder_id=folder))["file_id"]
        chat = await ana.chat(folder_id=folder)

        receipt = (await ana.delete(f"/v1/folders/{folder}")).json()

        assert receipt == {"folder_id": folder, "files": []}
        assert (await ana.get(f"/v1/files/{file_id}")).json()["folder_id"] is None
        assert (await ana.get(f"/v1/chats/{chat}")).json()["folder_id"] is None
        found = (await ana.get("/v1/search?q=whales")).json()["passages"]
        assert [passage["folder_id"] for passage in found] == [None]
        assert code_of(await ana.get(f"/v1/files?folder_id={folder}")) == (404, "folder_not_found")

    async def test_deletes_its_files_when_told_to(self, ana: Learner) -> None:
        folder = await ana.folder()
        file_id = (await ana.upload("a.md", b"# A\n\nBlue whales sing.", folder_id=folder))["file_id"]

        receipt = (await ana.delete(f"/v1/folders/{folder}?files=delete")).json()

        assert [file["file_id"] for file in receipt["files"]] == [file_id]
        assert receipt["files"][0]["deleted"]["files"] == 1
        assert code_of(await ana.get(f"/v1/files/{file_id}")) == (404, "file_not_found")
        assert (await ana.get("/v1/search?q=whales")).json()["passages"] == []

    async def test_takes_no_other_word(self, ana: Learner) -> None:
        folder = await ana.folder()

        assert (await ana.delete(f"/v1/folders/{folder}?files=burn")).status_code == 422
        assert (await ana.get(f"/v1/folders/{folder}")).status_code == 200
