"""Folders and files: made, filled, renamed, moved, deleted."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

DROP = """
([name, text]) => {
    const dropped = new DataTransfer();
    dropped.items.add(new File([text], name));
    for (const type of ["dragenter", "dragover", "drop"]) {
        document.body.dispatchEvent(new DragEvent(type, { dataTransfer: dropped, bubbles: true, cancelable: true }));
    }
}
"""


def create_folder(screen: Any, name: str) -> Any:
    page = screen.page
    page.get_by_role("button", name="New folder").click()
    page.get_by_role("textbox", name="Name").fill(name)
    page.get_by_role("button", name="Create").click()
    row = page.get_by_role("list", name="Folders").get_by_role("listitem").filter(has_text=name)
    row.wait_for()
    return row


@pytest.fixture
def notes(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A text file whose content is this test's own, since the same bytes are kept once."""
    path = tmp_path / f"notes of {request.node.name}.txt"
    path.write_text(f"The mitochondrion is the power house of the cell, says {request.node.name}.\n" * 3)
    return path


class TestFolders:
    def test_are_created_renamed_and_deleted(self, screen: Any) -> None:
        create_folder(screen, "Geology")
        screen.act("folder Geology", "Rename")
        screen.page.get_by_role("textbox", name="Name").fill("Mineralogy")
        screen.page.get_by_role("button", name="Rename").click()
        screen.act("folder Mineralogy", "Delete")
        screen.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
        expect(screen.page.get_by_text("Mineralogy")).to_have_count(0)
        expect(screen.page.get_by_text("Geology")).to_have_count(0)

    def test_a_refusal_is_explained_where_it_happened(self, server: Any, screen: Any) -> None:
        create_folder(screen, "Botany")
        screen.act("folder Botany", "Rename")
        gone = screen.page.request.get("/v1/folders").json()["folders"]
        for folder in (folder for folder in gone if folder["name"] == "Botany"):
            screen.page.request.delete(f"/v1/folders/{folder['id']}", headers={"Origin": server.url})
        dialog = screen.page.get_by_role("dialog")
        dialog.get_by_role("textbox").fill("Plants")
        dialog.get_by_role("button", name="Rename").click()
        expect(dialog.get_by_role("alert")).to_contain_text("no such folder")
        screen.page.keyboard.press("Escape")
        expect(dialog).to_have_count(0)
        screen.expect_refusal(404)

    def test_count_their_files(self, screen: Any, notes: Path) -> None:
        row = create_folder(screen, "Counted")
        expect(row).to_contain_text("Empty")
        row.get_by_role("button").first.click()
        expect(screen.page.get_by_text("This folder is empty")).to_be_visible()
        screen.upload(notes)
        expect(screen.file_row(notes.name)).to_have_attribute("data-status", "ready")
        screen.page.get_by_role("button", name="Library").locator("visible=true").click()
        expect(row).to_contain_text("1 file")


class TestUpload:
    def test_several_at_once_and_one_is_refused(self, screen: Any, book: Path, notes: Path, tmp_path: Path) -> None:
        picture = tmp_path / "picture.png"
        picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(200))
        screen.upload(book, notes, picture)
        expect(screen.file_row(book.name)).to_contain_text("3 pages")
        expect(screen.file_row(notes.name)).to_have_attribute("data-status", "ready")
        refused = screen.page.get_by_role("list", name="Uploads").get_by_role("listitem").filter(has_text="picture.png")
        expect(refused).to_have_attribute("data-status", "failed")
        refused.get_by_role("button", name="Dismiss picture.png").click()
        expect(refused).to_have_count(0)
        screen.expect_refusal(415)

    def test_by_dropping_onto_the_page(self, screen: Any, notes: Path) -> None:
        screen.page.get_by_role("heading", name="Your library").wait_for()
        screen.page.evaluate(DROP, ["dropped.txt", notes.read_text()])
        expect(screen.file_row("dropped.txt")).to_have_attribute("data-status", "ready")


class TestFiles:
    def test_are_renamed_and_moved(self, screen: Any, notes: Path) -> None:
        folder = create_folder(screen, "Archive")
        screen.upload(notes)
        expect(screen.file_row(notes.name)).to_have_attribute("data-status", "ready")
        screen.act(notes.name, "Rename")
        screen.page.get_by_role("textbox", name="Name").fill("Lecture one.txt")
        screen.page.get_by_role("dialog").get_by_role("button", name="Rename").click()
        expect(screen.file_row("Lecture one.txt")).to_be_visible()
        screen.act("Lecture one.txt", "Move")
        screen.page.get_by_role("radio", name="Archive").check()
        screen.page.get_by_role("button", name="Move", exact=True).click()
        expect(screen.file_row("Lecture one.txt")).to_have_count(0)
        folder.get_by_role("button").first.click()
        expect(screen.file_row("Lecture one.txt")).to_be_visible()

    def test_deleting_asks_first_and_gives_a_receipt(self, screen: Any, notes: Path) -> None:
        screen.upload(notes)
        expect(screen.file_row(notes.name)).to_have_attribute("data-status", "ready")
        screen.act(notes.name, "Delete")
        dialog = screen.page.get_by_role("dialog")
        dialog.get_by_role("button", name="Cancel").click()
        expect(screen.file_row(notes.name)).to_be_visible()
        screen.act(notes.name, "Delete")
        dialog.get_by_role("button", name="Delete").click()
        expect(dialog).to_contain_text("Removed for good")
        expect(dialog).to_contain_text("1 passage")
        dialog.get_by_role("button", name="Done").click()
        expect(screen.file_row(notes.name)).to_have_count(0)
        expect(screen.page.get_by_role("heading", name="Your library")).to_be_focused()

    def test_open_at_their_first_page(self, library: Any, book: Path) -> None:
        library.file_row(book.name).get_by_role("button").first.click()
        expect(library.page.get_by_text("Page 1 of 3")).to_be_visible()
        expect(library.page.locator(".page-text")).to_contain_text("Photosynthesis turns the energy of light")
