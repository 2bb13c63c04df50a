"""By keyboard alone, on a phone, in the dark, and when the server is away."""

from pathlib import Path
from typing import Any

from playwright.sync_api import expect

QUESTION = "What is osmosis?"
FOCUS_IS_VISIBLE = (
    "element => getComputedStyle(element).boxShadow !== 'none' || element.matches('textarea, .viewer-body')"
)


def tab_to(page: Any, name: str, key: str = "Tab") -> None:
    """Press Tab until the element of this accessible name has the focus, which must be seen at every step."""
    for _ in range(60):
        page.keyboard.press(key)
        focused = page.locator(":focus")
        assert focused.count() == 1, f"the focus was lost on the way to {name}"
        assert focused.evaluate(FOCUS_IS_VISIBLE), f"the focus can't be seen on {focused.evaluate('e => e.outerHTML')}"
        if focused.evaluate("e => (e.ariaLabel || e.labels?.[0]?.textContent || e.textContent).trim()").startswith(
            name
        ):
            return
    raise AssertionError(f"{name} is not reached by {key}")


class TestKeyboard:
    def test_everything_from_folder_to_citation(self, library: Any, book: Path) -> None:
        page = library.page
        tab_to(page, "New folder")
        page.keyboard.press("Enter")
        page.keyboard.type("By keyboard")
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name="New folder")).to_be_focused()
        tab_to(page, "Actions for folder By keyboard")
        page.keyboard.press("Enter")
        page.keyboard.press("ArrowDown")
        expect(page.get_by_role("menuitem", name="Delete")).to_be_focused()
        page.keyboard.press("Escape")
        expect(page.get_by_role("button", name="Actions for folder By keyboard")).to_be_focused()
        tab_to(page, "Your question")
        page.keyboard.type(QUESTION)
        page.keyboard.press("Enter")
        page.get_by_role("article", name="Clara answered").wait_for()
        tab_to(page, "Source 1", "Shift+Tab")
        page.keyboard.press("Enter")
        expect(page.locator("mark").first).to_be_visible()
        expect(page.locator("#viewer-title")).to_be_focused()
        tab_to(page, "Next page")
        page.keyboard.press("Enter")
        expect(page.get_by_text("Page 3 of 3")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator("#viewer-title")).to_have_count(0)
        assert (page.locator(":focus").get_attribute("aria-label") or "").startswith("Source 1")

    def test_escape_closes_a_dialog_and_gives_the_focus_back(self, library: Any, book: Path) -> None:
        page = library.page
        library.act(book.name, "Delete")
        page.get_by_role("dialog").wait_for()
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
        expect(page.get_by_role("button", name=f"Actions for {book.name}")).to_be_focused()

    def test_the_first_tab_stop_skips_to_the_question(self, library: Any) -> None:
        library.page.keyboard.press("Tab")
        library.page.keyboard.press("Enter")
        expect(library.page.get_by_label("Your question")).to_be_focused()

    def test_new_answers_are_announced(self, library: Any) -> None:
        library.ask(QUESTION)
        expect(library.page.locator("[aria-live=polite]").filter(has_text="Clara answered:")).to_have_count(1)


class TestPhone:
    def test_one_pane_at_a_time_and_nothing_wider_than_the_screen(self, library: Any, phone: Any, book: Path) -> None:
        page = phone.page
        page.get_by_role("button", name="Library").click()
        expect(phone.file_row(book.name)).to_be_visible()
        expect(page.get_by_label("Your question")).to_be_hidden()
        assert overflow(page) == 0
        page.get_by_role("navigation", name="Panes").get_by_role("button", name="Ask").click()
        answer = phone.ask(QUESTION)
        assert overflow(page) == 0
        answer.locator(".citation").first.click()
        expect(page.locator("mark").first).to_be_in_viewport()
        expect(answer).to_be_hidden()
        assert overflow(page) == 0
        page.get_by_role("button", name="Close the page").click()
        expect(answer).to_be_visible()

    def test_what_is_touched_is_large_enough(self, library: Any, phone: Any) -> None:
        page = phone.page
        page.get_by_role("button", name="Library").click()
        page.get_by_role("heading", name="Your library").wait_for()
        small = page.evaluate(
            "[...document.querySelectorAll('button')]"
            ".map(button => [button.ariaLabel || button.textContent, button.getBoundingClientRect()])"
            ".filter(([, box]) => box.width && (box.height < 36 || box.width < 36)).map(([name]) => name)"
        )
        assert small == []


def overflow(page: Any) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


class TestDark:
    def test_follows_the_system(self, screen: Any) -> None:
        page = screen.page
        page.get_by_role("heading", name="Your library").wait_for()
        light = brightness(page)
        page.emulate_media(color_scheme="dark")
        assert brightness(page) < 60 < 200 < light


def brightness(page: Any) -> float:
    colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
    return sum(float(part) for part in colour[4:-1].split(",")) / 3


class TestOffline:
    def test_says_so_and_catches_up(self, library: Any) -> None:
        page = library.page
        page.get_by_role("heading", name="Your library").wait_for()
        page.context.set_offline(True)
        expect(page.get_by_text("Clara’s server can’t be reached.", exact=False).first).to_be_visible()
        page.context.set_offline(False)
        expect(page.get_by_text("What you see may be old")).to_have_count(0)
        assert "Osmosis" in library.ask(QUESTION).inner_text()
        library.expect_unreachable()
