"""A question, its answer, and the page that proves it."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Route, expect

QUESTION = "What is osmosis?"
LOREM = "Rivers carry sand and silt to the sea, where they settle in layers that become stone in time. " * 8


class TestAsk:
    def test_the_answer_cites_the_page_and_the_quote_is_marked_there(self, library: Any, book: Path) -> None:
        answer = library.ask(QUESTION)
        expect(answer).to_contain_text("Osmosis is the movement of water")
        answer.get_by_role("button", name=f"Source 1: {book.name}, page 2", exact=True).click()
        viewer = library.page.get_by_role("region", name=book.name)
        expect(viewer).to_contain_text("Page 2 of 3")
        expect(viewer.locator("mark").first).to_contain_text("Osmosis is the movement of water")
        expect(viewer.locator("mark").first).to_be_in_viewport()

    def test_what_the_material_does_not_cover_is_said(self, library: Any) -> None:
        answer = library.ask("Who won the chess championship of Reykjavik?")
        expect(answer.get_by_role("list", name="Sources")).to_have_count(0)

    def test_without_a_model_the_page_says_so(self, screen: Any) -> None:
        expect(screen.page.get_by_text("No language model is set up")).to_be_visible()

    def test_a_failed_question_can_be_asked_again(self, library: Any) -> None:
        page = library.page
        page.route("**/v1/chats/*/messages", fail_once)
        page.get_by_label("Your question").fill(QUESTION)
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("Clara is being restarted.")
        page.get_by_role("button", name="Ask again").click()
        expect(page.get_by_role("article", name="Clara answered")).to_contain_text("Osmosis")
        expect(page.get_by_role("alert")).to_have_count(0)
        library.expect_refusal(503)


def fail_once(route: Route) -> None:
    if route.request.method != "POST":
        route.fallback()
        return
    route.fulfill(
        status=503,
        content_type="application/problem+json",
        body='{"title": "Not available", "detail": "Clara is being restarted.", "code": "draining", "status": 503}',
    )
    route.request.frame.page.unroute("**/v1/chats/*/messages")


class TestPage:
    def test_leafs_through_the_file_and_back_to_the_quote(self, library: Any, book: Path) -> None:
        library.ask(QUESTION).locator(".citation").first.click()
        viewer = library.page.get_by_role("region", name=book.name)
        viewer.get_by_role("button", name="Next page").click()
        expect(viewer).to_contain_text("Mitosis gives two daughter cells")
        expect(viewer.locator("mark")).to_have_count(0)
        expect(viewer.get_by_role("button", name="Next page")).to_be_disabled()
        viewer.get_by_role("button", name="Back to page 2").click()
        expect(viewer.locator("mark").first).to_contain_text("Osmosis")

    def test_finds_the_part_where_a_format_has_no_pages(self, screen: Any, tmp_path: Path) -> None:
        notes = tmp_path / "Long notes.md"
        filler = "".join(f"## Chapter {n}\n\n{LOREM}\n\n" for n in range(40))
        notes.write_text(f"{filler}## Birds\n\nThe kiwi lays an egg that weighs a fifth of its body.\n")
        screen.upload(notes)
        expect(screen.file_row(notes.name)).to_have_attribute("data-status", "ready")
        screen.ask("What does the egg of a kiwi weigh?").locator(".citation").first.click()
        viewer = screen.page.get_by_role("region", name=notes.name)
        expect(viewer.locator("mark").first).to_contain_text("The kiwi lays an egg")
        expect(viewer.get_by_text("Birds").first).to_be_visible()

    def test_shows_the_original(self, library: Any) -> None:
        library.ask(QUESTION).locator(".citation").first.click()
        library.page.get_by_role("button", name="Original").click()
        picture = library.page.get_by_role("img", name="Page 2 as it is printed")
        expect(picture).to_have_js_property("complete", True)
        assert picture.evaluate("image => image.naturalWidth") >= 400
        expect(library.page.get_by_text("Look for: “Osmosis is")).to_be_visible()


class TestConversations:
    def test_a_reload_shows_the_same_conversation(self, library: Any) -> None:
        library.ask(QUESTION)
        address = library.page.url
        assert "#/chats/" in address
        library.page.reload()
        expect(library.page.get_by_role("article", name="Clara answered")).to_contain_text("Osmosis")
        expect(library.page.locator(".citation").first).to_be_visible()
        assert library.page.url == address

    def test_are_listed_renamed_and_deleted(self, library: Any) -> None:
        page = library.page
        library.ask("What are the phases of mitosis?")
        page.get_by_role("tab", name="Conversations").click()
        page.get_by_role("list", name="Conversations").get_by_text("What are the phases of mitosis?").first.wait_for()
        library.act("What are the phases of mitosis?", "Rename")
        page.get_by_role("textbox", name="Title").fill("Cell division")
        page.get_by_role("dialog").get_by_role("button", name="Rename").click()
        expect(page.get_by_role("main").get_by_role("heading", name="Cell division")).to_be_visible()
        library.act("Cell division", "Delete")
        page.get_by_role("dialog").get_by_role("button", name="Delete").click()
        expect(page.get_by_role("list", name="Conversations").get_by_text("Cell division")).to_have_count(0)
        expect(page.get_by_role("heading", name="What would you like to know?")).to_be_visible()

    def test_an_empty_folder_covers_nothing(self, library: Any) -> None:
        page = library.page
        page.get_by_role("button", name="New folder").click()
        page.get_by_role("textbox", name="Name").fill("Nothing in here")
        page.get_by_role("button", name="Create").click()
        page.get_by_label("Look in").select_option(label="Nothing in here")
        answer = library.ask(QUESTION)
        expect(answer.get_by_role("list", name="Sources")).to_have_count(0)
        page.get_by_label("Look in").select_option(label="All files")
        answer = library.ask(QUESTION)
        expect(answer.get_by_role("list", name="Sources")).to_be_visible()
