"""Files over HTTP: uploaded, watched, opened, moved, deleted."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from clara.testing import RunningApp, make_settings, running_app
from tests.api.existing_client import code_of
from tests.contract.declared import declare
from tests.learners import Learner
from tests.rag.documents_made import make_pdf, make_png

pytestmark = pytest.mark.anyio

CELLS = b"# Cells\n\nMitochondria make the ATP of the cell.\n"
BOOK = make_pdf(["The heart pumps blood.", "The liver makes bile.", "Kidneys filter the blood."], roman=1)
FILE = {
    "id",
    "name",
    "type",
    "size",
    "folder_id",
    "status",
    "pages_done",
    "pages_total",
    "paged",
    "chunks",
    "error",
    "created_at",
    "updated_at",
}


@pytest.fixture
async def idle(tmp_path: Path) -> AsyncIterator[RunningApp]:
    """An app whose work stays queued."""
    async with running_app(make_settings(tmp_path), work=False) as app:
        declare(app.client, app.app)
        yield app


class TestUploadFile:
    async def test_is_accepted_at_once(self, idle: RunningApp) -> None:
        ana = Learner(idle, "ana")
        folder = await ana.folder()

        answer = await ana.post("/v1/files", files={"file": ("cells.md", CELLS)}, data={"folder_id": folder})

        file = answer.json()
        assert answer.status_code == 202
        assert answer.headers["location"] == f"/v1/files/{file['id']}"
        assert set(file) == FILE
        assert (file["name"], file["type"], file["size"]) == ("cells.md", "markdown", len(CELLS))
        assert (file["status"], file["folder_id"], file["pages_total"], file["error"]) == ("queued", folder, None, None)

    async def test_picture_is_kept_until_its_text_can_be_read(self, ana: Learner) -> None:
        data = make_png(30, 20)
        file_id = (await ana.upload("board.png", data))["file_id"]

        file = (await ana.get(f"/v1/files/{file_id}")).json()
        assert (file["type"], file["status"], file["paged"], file["chunks"]) == ("png", "needs_ocr", True, 0)
        assert (file["pages_done"], file["pages_total"], file["error"]["code"]) == (1, 1, "no_text")
        content = await ana.get(f"/v1/files/{file_id}/content")
        assert (content.content, content.headers["content-type"]) == (data, "image/png")
        assert content.headers["content-disposition"].startswith("attachment")
        assert (await ana.get(f"/v1/files/{file_id}/pages/1")).json()["text"] == ""
        assert code_of(await ana.get(f"/v1/files/{file_id}/pages/1/image")) == (415, "no_picture")
        assert (await ana.delete(f"/v1/files/{file_id}")).status_code == 200

    async def test_becomes_ready(self, ana: Learner) -> None:
        file_id = (await ana.upload("body.pdf", BOOK))["file_id"]

        file = (await ana.get(f"/v1/files/{file_id}")).json()

        assert (file["status"], file["pages_done"], file["pages_total"]) == ("ready", 3, 3)
        assert (file["type"], file["paged"]) == ("pdf", True)
        assert file["chunks"] >= 1
        assert file["updated_at"] > file["created_at"]

    async def test_same_bytes_in_the_same_folder_are_the_same_file(self, ana: Learner) -> None:
        folder = await ana.folder()
        first = await ana.upload("a.md", CELLS)
        again = await ana.post("/v1/files", files={"file": ("b.md", CELLS)})
        elsewhere = await ana.post("/v1/files", files={"file": ("c.md", CELLS)}, data={"folder_id": folder})

        assert (again.status_code, again.json()["id"], again.json()["name"]) == (202, first["file_id"], "a.md")
        assert elsewhere.json()["id"] != first["file_id"]
        assert elsewhere.json()["status"] == "ready", "read once for both"

    async def test_takes_forms_only(self, ana: Learner) -> None:
        answer = await ana.post("/v1/files", json={"filename": "a.md", "content": "x"})

        assert code_of(answer) == (415, "unsupported_media_type")
        assert code_of(await ana.post("/v1/files")) == (422, "invalid_multipart")


class TestListFiles:
    async def test_newest_first_in_pages_by_folder_and_state(self, ana: Learner) -> None:
        folder = await ana.folder()
        for number in range(4):
            fields = {"folder_id": folder} if number % 2 else {}
            await ana.upload(f"{number}.md", b"# %d\n\ntext" % number, **fields)

        first = (await ana.get("/v1/files?limit=3")).json()
        second = (await ana.get("/v1/files", params={"limit": 3, "cursor": first["next_cursor"]})).json()
        inside = (await ana.get(f"/v1/files?folder_id={folder}")).json()
        outside = (await ana.get("/v1/files?folder_id=none&status=ready")).json()

        assert set(first) == {"files", "next_cursor", "total"}
        assert [file["name"] for file in first["files"] + second["files"]] == ["3.md", "2.md", "1.md", "0.md"]
        assert (first["total"], second["next_cursor"]) == (4, None)
        assert [file["name"] for file in inside["files"]] == ["3.md", "1.md"]
        assert [file["name"] for file in outside["files"]] == ["2.md", "0.md"]
        assert (await ana.get("/v1/files?status=failed")).json()["files"] == []

    async def test_unknown_folder_and_state(self, ana: Learner, ben: Learner) -> None:
        assert code_of(await ana.get(f"/v1/files?folder_id={await ben.folder()}")) == (404, "folder_not_found")
        assert code_of(await ana.get("/v1/files?status=lost")) == (422, "invalid")
        assert code_of(await ana.get("/v1/files?cursor=x")) == (422, "invalid_cursor")


class TestChangeFile:
    async def test_is_renamed_and_moved(self, ana: Learner) -> None:
        folder = await ana.folder()
        address = f"/v1/files/{(await ana.upload('a.md', CELLS))['file_id']}"

        renamed = (await ana.patch(address, json={"name": "../b\u202e.md"})).json()
        moved = (await ana.patch(address, json={"folder_id": folder})).json()
        back = (await ana.patch(address, json={"folder_id": "none"})).json()

        assert (renamed["name"], renamed["folder_id"]) == ("b.md", None)
        assert (moved["name"], moved["folder_id"]) == ("b.md", folder)
        assert back["folder_id"] is None
        assert code_of(await ana.patch(address, json={"folder_id": "fld_unknown"})) == (404, "folder_not_found")
        assert (await ana.patch(address, json={"size": 1})).status_code == 422
        assert (await ana.patch(address, json={"name": "x" * 256})).status_code == 422

    async def test_is_not_doubled(self, ana: Learner) -> None:
        folder = await ana.folder()
        first = await ana.upload("a.md", CELLS)
        await ana.upload("a.md", CELLS, folder_id=folder)

        answer = await ana.patch(f"/v1/files/{first['file_id']}", json={"folder_id": folder})

        assert code_of(answer) == (409, "duplicate_file")


class TestDeleteFile:
    async def test_says_what_was_removed(self, ana: Learner) -> None:
        file_id = (await ana.upload("body.pdf", BOOK))["file_id"]

        receipt = (await ana.delete(f"/v1/files/{file_id}")).json()

        assert set(receipt) == {"file_id", "deleted", "document_kept", "conversations", "study"}
        assert (receipt["file_id"], receipt["document_kept"], receipt["conversations"]) == (file_id, False, [])
        assert receipt["deleted"]["pages"] == 3
        assert {"files", "documents", "chunks", "segments", "blobs"} <= receipt["deleted"].keys()
        for ending in ("", "/content", "/pages/1", "/events"):
            assert code_of(await ana.get(f"/v1/files/{file_id}{ending}")) == (404, "file_not_found")

    async def test_keeps_the_text_for_its_other_file(self, ana: Learner) -> None:
        first = (await ana.upload("a.md", CELLS))["file_id"]
        await ana.upload("b.md", CELLS, folder_id=await ana.folder())

        receipt = (await ana.delete(f"/v1/files/{first}")).json()

        assert receipt["document_kept"] is True
        assert len((await ana.get("/v1/search?q=ATP")).json()["passages"]) == 1


class TestRetryAndCancel:
    async def test_cancelled_file_stays_and_is_read_again(self, idle: RunningApp) -> None:
        ana = Learner(idle, "ana")
        address = (await ana.post("/v1/files", files={"file": ("a.md", CELLS)})).headers["location"]

        assert code_of(await ana.post(f"{address}/retry")) == (409, "not_failed")
        cancelled = (await ana.post(f"{address}/cancel")).json()
        assert (cancelled["status"], cancelled["error"]["code"]) == ("failed", "cancelled")
        assert code_of(await ana.post(f"{address}/cancel")) == (409, "not_running")
        again = await ana.post(f"{address}/retry")
        assert (again.status_code, again.json()["status"], again.json()["error"]) == (202, "queued", None)

    async def test_someone_elses_is_not_there(self, ana: Learner, ben: Learner) -> None:
        address = f"/v1/files/{(await ben.upload('a.md', CELLS))['file_id']}"

        assert code_of(await ana.post(f"{address}/retry")) == (404, "file_not_found")
        assert code_of(await ana.post(f"{address}/cancel")) == (404, "file_not_found")


class TestWatchFile:
    async def test_tells_every_state_and_ends_with_the_final_one(self, ana: Learner) -> None:
        address = (await ana.post("/v1/files", files={"file": ("body.pdf", BOOK)})).headers["location"]

        answer = await ana.get(f"{address}/events")

        assert answer.headers["content-type"].startswith("text/event-stream")
        blocks = [block.splitlines() for block in answer.text.strip().split("\n\n")]
        assert all(block[0] == "event: status" for block in blocks)
        files = [json.loads(block[1].removeprefix("data: ")) for block in blocks]
        assert all(set(file) == FILE for file in files)
        assert files[-1] == (await ana.get(address)).json()
        assert files[-1]["status"] == "ready"
        order = ["queued", "reading", "indexing", "ready"]
        states = [order.index(file["status"]) for file in files]
        assert states == sorted(states)

    async def test_ends_when_the_file_is_deleted(self, idle: RunningApp) -> None:
        ana = Learner(idle, "ana")
        address = (await ana.post("/v1/files", files={"file": ("a.md", CELLS)})).headers["location"]
        watching = asyncio.create_task(ana.get(f"{address}/events"))
        async with asyncio.timeout(10):
            while not idle.app.state.services.drain.streams:
                await asyncio.sleep(0.01)

        await ana.delete(address)

        assert (await watching).text.count("event: status") == 1


class TestDownloadFile:
    async def test_is_an_attachment_of_the_same_bytes(self, ana: Learner) -> None:
        file_id = (await ana.upload('Bücher "1".pdf', BOOK))["file_id"]

        answer = await ana.get(f"/v1/files/{file_id}/content")

        assert answer.content == BOOK
        headers = answer.headers
        assert (headers["content-type"], headers["content-length"]) == ("application/pdf", str(len(BOOK)))
        assert headers["content-disposition"] == "attachment; filename*=UTF-8''B%C3%BCcher%20%221%22.pdf"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["accept-ranges"] == "bytes"
        assert "default-src 'none'" in headers["content-security-policy"]

    async def test_names_no_encoding_that_it_does_not_know(self, ana: Learner) -> None:
        file_id = (await ana.upload("a.txt", "Größe über alles, süß".encode("latin-1")))["file_id"]

        assert (await ana.get(f"/v1/files/{file_id}/content")).headers["content-type"] == "text/plain"

    @pytest.mark.parametrize(
        ("asked", "start", "end"),
        [("bytes=0-9", 0, 10), ("bytes=100-", 100, len(BOOK)), ("bytes=-7", len(BOOK) - 7, len(BOOK))],
    )
    async def test_ranges_are_answered(self, ana: Learner, asked: str, start: int, end: int) -> None:
        file_id = (await ana.upload("body.pdf", BOOK))["file_id"]

        answer = await ana.get(f"/v1/files/{file_id}/content", headers={"Range": asked})

        assert answer.status_code == 206
        assert answer.content == BOOK[start:end]
        assert answer.headers["content-range"] == f"bytes {start}-{end - 1}/{len(BOOK)}"

    async def test_range_of_another_version_gives_the_whole(self, ana: Learner) -> None:
        address = f"/v1/files/{(await ana.upload('body.pdf', BOOK))['file_id']}/content"
        etag = (await ana.get(address)).headers["etag"]

        same = await ana.get(address, headers={"Range": "bytes=0-9", "If-Range": etag})
        other = await ana.get(address, headers={"Range": "bytes=0-9", "If-Range": '"other"'})

        assert (same.status_code, other.status_code) == (206, 200)

    async def test_range_outside_is_refused(self, ana: Learner) -> None:
        file_id = (await ana.upload("body.pdf", BOOK))["file_id"]

        answer = await ana.get(f"/v1/files/{file_id}/content", headers={"Range": f"bytes={len(BOOK)}-"})

        assert code_of(answer) == (416, "range_not_satisfiable")
        assert answer.headers["content-range"] == f"bytes */{len(BOOK)}"

    async def test_head_has_the_length_and_no_bytes(self, ana: Learner) -> None:
        file_id = (await ana.upload("body.pdf", BOOK))["file_id"]

        answer = await ana.request("HEAD", f"/v1/files/{file_id}/content")

        assert (answer.status_code, answer.content) == (200, b"")
        assert answer.headers["content-length"] == str(len(BOOK))

    async def test_lost_bytes_are_said_to_be_lost(self, clara: RunningApp) -> None:
        ana = Learner(clara, "ana")
        file_id = (await ana.upload("body.pdf", BOOK))["file_id"]
        for blob in (clara.settings.data_dir / "files").iterdir():
            blob.unlink()

        assert code_of(await ana.get(f"/v1/files/{file_id}/content")) == (404, "blob_missing")
        assert code_of(await ana.get(f"/v1/files/{file_id}/pages/1/image")) == (404, "blob_missing")
        assert (await ana.get(f"/v1/files/{file_id}/pages/1")).status_code == 200


class TestGetPage:
    async def test_has_its_text_and_label(self, ana: Learner) -> None:
        file_id = (await ana.upload("body.pdf", BOOK))["file_id"]

        page = (await ana.get(f"/v1/files/{file_id}/pages/1")).json()

        assert set(page) == {
            "file_id",
            "file_name",
            "number",
            "label",
            "paged",
            "text",
            "heading",
            "marks",
            "pages_total",
        }
        assert (page["file_name"], page["number"], page["label"]) == ("body.pdf", 1, "i")
        assert (page["paged"], page["pages_total"], page["marks"]) == (True, 3, [])
        assert page["text"].strip() == "The heart pumps blood."

    async def test_marks_a_quote_or_a_passage(self, ana: Learner) -> None:
        file_id = (await ana.upload("body.pdf", BOOK))["file_id"]
        passage = (await ana.get("/v1/search?q=bile")).json()["passages"][0]
        address = f"/v1/files/{file_id}/pages/2"

        for query in ({"quote": "liver makes bile"}, {"quote": "liver makes bile", "chunk_id": passage["chunk_id"]}):
            page = (await ana.get(address, params=query)).json()
            assert [page["text"][start:end] for start, end in page["marks"]] == ["liver makes bile"]
        assert (await ana.get(address, params={"chunk_id": passage["chunk_id"]})).json()["marks"]
        assert (await ana.get(address, params={"quote": "not there"})).json()["marks"] == []
        assert (await ana.get(address, params={"chunk_id": "doc_x-1"})).json()["marks"] == []

    async def test_beyond_the_end_is_not_there(self, ana: Learner) -> None:
        file_id = (await ana.upload("body.pdf", BOOK))["file_id"]

        assert code_of(await ana.get(f"/v1/files/{file_id}/pages/4")) == (404, "page_not_found")

    async def test_of_a_file_that_was_not_read_is_a_conflict(self, idle: RunningApp) -> None:
        ana = Learner(idle, "ana")
        address = (await ana.post("/v1/files", files={"file": ("body.pdf", BOOK)})).headers["location"]

        assert code_of(await ana.get(f"{address}/pages/1")) == (409, "not_ready")


class TestGetPageImage:
    async def test_is_a_png_that_is_asked_for_once(self, ana: Learner) -> None:
        address = f"/v1/files/{(await ana.upload('body.pdf', BOOK))['file_id']}/pages/2/image?width=200"

        picture = await ana.get(address)
        again = await ana.get(address, headers={"If-None-Match": picture.headers["etag"]})
        wider = await ana.get(address.replace("200", "300"), headers={"If-None-Match": picture.headers["etag"]})

        assert picture.headers["content-type"] == "image/png"
        assert picture.content.startswith(b"\x89PNG")
        assert int.from_bytes(picture.content[16:20], "big") == 200
        assert (again.status_code, again.content, wider.status_code) == (304, b"", 200)
        assert picture.headers["cache-control"] == "private, no-cache", (
            "a deleted file's page is not shown from a cache"
        )

    async def test_of_another_type_or_page_is_refused(self, ana: Learner) -> None:
        book = (await ana.upload("body.pdf", BOOK))["file_id"]
        text = (await ana.upload("a.md", CELLS))["file_id"]

        assert code_of(await ana.get(f"/v1/files/{book}/pages/4/image")) == (404, "page_not_found")
        assert code_of(await ana.get(f"/v1/files/{text}/pages/1/image")) == (415, "no_picture")
        for width in ("99", "2001", "x"):
            assert code_of(await ana.get(f"/v1/files/{book}/pages/1/image?width={width}")) == (422, "invalid")
