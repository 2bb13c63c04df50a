"""Flashcards that turn over, quizzes that are marked, maps that are drawn, and the list that keeps them."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Route, expect

from clara.study.mermaid.diagrams import Diagram, DiagramType, Edge, Node
from clara.study.mermaid.printing import print_mermaid

NOTES = """# The plant cell

## Photosynthesis

Photosynthesis turns the energy of light into chemical energy, which the plant stores in glucose.
Chlorophyll absorbs mostly red and blue light, and reflects green light.

## Osmosis

Osmosis is the movement of water through a membrane towards the side where more is dissolved.
A plant cell in pure water does not burst, because its wall holds against the turgor pressure.

## Cell division

Mitosis gives two daughter cells with the same chromosomes as the parent cell.
Meiosis gives four cells with half the number of chromosomes.
The spindle fibres pull the chromatids apart during anaphase.

### Checkpoints

The cell cycle is controlled at checkpoints by proteins that are called cyclins.
"""
ONE_SET = re.compile(r"/v1/study/[^/?]+\?answers=false$")
LABELS = ("Light", "Glucose")
HOSTILE = 'a "b" <script>alert(1)</script> [x](https://evil.example) #35; `c` ; end'


@pytest.fixture
def desk(screen: Any, tmp_path: Path, request: pytest.FixtureRequest) -> Any:
    """A signed-in browser at its study sets, and a file of this test's own."""
    screen.notes = tmp_path / f"Cells, {request.node.name[:60]}.md"
    screen.notes.write_text(f"{NOTES}\n## {request.node.name}\n")
    screen.upload(screen.notes)
    expect(screen.file_row(screen.notes.name)).to_have_attribute("data-status", "ready")
    screen.page.get_by_role("tab", name="Study").click()
    return screen


def make(desk: Any, kind: str, topic: str = "") -> Any:
    """Make a set of this test's file, and return the pane that shows it."""
    page = desk.page
    page.get_by_role("button", name="Make something").click()
    dialog = page.get_by_role("dialog")
    dialog.locator(".kind-choice").filter(has_text=kind).click()
    dialog.get_by_label("Of", exact=True).select_option(label=desk.notes.name)
    dialog.get_by_label("About").fill(topic)
    dialog.get_by_role("button", name="Make", exact=True).click()
    expect(dialog).to_have_count(0, timeout=20_000)
    return page.get_by_role("main")


def rows(desk: Any) -> Any:
    return desk.page.get_by_role("list", name="Study sets").get_by_role("listitem").filter(has_text=desk.notes.stem)


class TestFlashcards:
    def test_turn_over_and_are_rated_by_keyboard(self, desk: Any) -> None:
        pane = make(desk, "Flashcards")
        deck = pane.get_by_role("group", name=re.compile("^Card 1 of"))
        front, back = deck.locator(".front"), deck.locator(".back")
        expect(front).to_contain_text("_____")
        expect(back).to_have_attribute("aria-hidden", "true")
        deck.focus()
        desk.page.keyboard.press("Space")
        expect(back).to_have_attribute("aria-hidden", "false")
        expect(
            desk.page.locator("[aria-live=polite]").filter(has_text=back.locator("p").last.inner_text())
        ).to_be_attached()
        desk.page.keyboard.press("Enter")
        expect(back).to_have_attribute("aria-hidden", "true")
        desk.page.keyboard.press("ArrowRight")
        expect(pane.get_by_text("2 of ")).to_be_visible()
        desk.page.keyboard.press("ArrowLeft")
        desk.page.keyboard.press("Space")
        expect(pane.get_by_role("button", name="Good")).to_be_visible()
        desk.page.keyboard.press("3")
        expect(pane.get_by_text("2 of ")).to_be_visible()
        desk.page.keyboard.press("ArrowLeft")
        expect(pane.get_by_text("asked again")).to_be_visible()

    def test_turn_over_by_a_click_and_lead_to_their_page(self, desk: Any) -> None:
        pane = make(desk, "Flashcards")
        pane.locator(".flashcard").click()
        side = pane.locator(".flashcard")
        expect(side).to_have_attribute("data-flipped", "true")
        side.locator(".back button.place").first.click()
        expect(desk.page.locator("mark").first).to_be_visible()
        expect(side).to_have_attribute("data-flipped", "true")

    def test_that_are_due_are_reviewed_until_none_is(self, desk: Any) -> None:
        make(desk, "Flashcards")
        page = desk.page
        page.get_by_role("button", name=re.compile("(is|are) due")).click()
        pane = page.get_by_role("main")
        left = pane.locator(".deck-count")
        before = int(re.sub(r"\D", "", left.inner_text()))
        expect(pane.get_by_role("button", name="Good")).to_have_count(0)
        pane.get_by_role("button", name="Show the answer").click()
        pane.get_by_role("button", name="Easy").click()
        expect(left).to_have_text(f"{before - 1} cards to go")
        while pane.locator(".deck").count():
            pane.locator(".deck").focus()
            counted = left.inner_text()
            page.keyboard.press("Space")
            page.keyboard.press("4")
            expect(pane.get_by_text(counted, exact=True)).to_have_count(0)
        expect(pane.get_by_role("heading", name="That was all for now")).to_be_focused()
        expect(page.get_by_text("No card is due.")).to_be_visible()
        page.reload()
        expect(page.get_by_role("heading", name="Nothing is due")).to_be_visible()

    def test_are_exported(self, desk: Any) -> None:
        make(desk, "Flashcards")
        for action, ending, begins in (("CSV", ".csv", b"\xef\xbb\xbffront,back,source"), ("Anki", ".apkg", b"PK")):
            with desk.page.expect_download() as downloading:
                desk.page.get_by_role("main").get_by_role("button", name=re.compile("^Actions for")).click()
                desk.page.get_by_role("menuitem", name=action).click()
            assert downloading.value.suggested_filename.endswith(ending)
            assert Path(downloading.value.path()).read_bytes().startswith(begins)


class TestQuiz:
    def test_is_marked_with_the_page_and_can_be_tried_again(self, desk: Any) -> None:
        asked: list[str] = []
        desk.page.on("response", lambda answer: asked.append(answer.url) if "/v1/study/set" in answer.url else None)
        pane = make(desk, "Quiz")
        questions = pane.locator(".quiz-question")
        expect(questions.first).to_be_visible()
        assert any("answers=false" in url for url in asked)
        for question in questions.all():
            options = question.get_by_role("radio")
            if options.count():
                options.first.check()
            else:
                question.get_by_role("textbox").fill("water")
        total = questions.count()
        expect(pane.get_by_text(f"{total} of {total} answered")).to_be_visible()
        pane.get_by_role("button", name="Mark my answers").click()
        score = pane.get_by_role("heading", name=re.compile(rf"\d of {total} right"))
        expect(score).to_be_focused()
        right = int(score.inner_text().split()[0])
        assert pane.locator("[data-marked=right]").count() == right
        assert pane.locator("[data-marked=wrong]").count() == total - right
        expect(questions.first.locator(".quiz-option input").first).to_be_disabled()
        questions.first.locator("button.place").first.click()
        expect(desk.page.locator("mark").first).to_be_visible()
        pane.get_by_role("button", name="Try again").click()
        expect(pane.locator("[data-marked]")).to_have_count(0)
        expect(pane.get_by_text(f"0 of {total} answered")).to_be_visible()
        expect(pane.get_by_text("1 attempt so far")).to_be_visible()


class TestMaps:
    def test_a_mind_map_is_drawn_enlarged_and_saved(self, desk: Any) -> None:
        pane = make(desk, "Mind map")
        picture = pane.get_by_role("img", name=re.compile("Photosynthesis"))
        expect(picture).to_be_visible(timeout=20_000)
        assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 100
        before = picture.bounding_box()["width"]
        pane.get_by_role("button", name="Larger").click()
        assert picture.bounding_box()["width"] > before
        with desk.page.expect_download() as downloading:
            pane.get_by_role("link", name="SVG").click()
        svg = Path(downloading.value.path()).read_text()
        assert "Photosynthesis" in svg
        assert "<script" not in svg
        expect(pane.get_by_role("listitem").filter(has_text="Checkpoints").last).to_be_visible()
        pane.get_by_text("As text", exact=True).click()
        expect(pane.locator(".diagram-source")).to_contain_text("mindmap")

    @pytest.mark.parametrize("kind", list(DiagramType))
    def test_every_type_is_drawn_in_light_and_dark(self, desk: Any, kind: DiagramType) -> None:
        labels = ("Light", HOSTILE, "Glucose — 葡萄糖")
        nodes = [Node(at, text, ("one", "two"), 1 if at > 1 else None) for at, text in enumerate(labels, 1)]
        source = print_mermaid(Diagram(kind, "Energy", nodes, [Edge(1, 2, "becomes"), Edge(2, 3)]))
        desk.page.route(ONE_SET, lambda route: with_diagram(route, source))
        pane = make(desk, "Mind map")
        picture = pane.get_by_role("img")
        expect(picture).to_be_visible(timeout=20_000)
        expect(pane.locator(".diagram-source")).to_contain_text(source.split()[0])
        light = picture.get_attribute("src")
        assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 50
        desk.page.emulate_media(color_scheme="dark")
        expect(picture).not_to_have_attribute("src", light)
        expect(pane.locator(".note").filter(has_text="could not be drawn")).to_have_count(0)

    def test_what_a_diagram_shows_is_told_as_a_list_too(self, desk: Any) -> None:
        nodes = [
            {"item": 1, "label": "Light", "details": ["red", HOSTILE], "parent": None, "citations": []},
            {"item": 2, "label": "Glucose", "details": [], "parent": None, "citations": []},
        ]
        edges = [{"start": 1, "end": 2, "label": "becomes"}, {"start": 2, "end": 1, "label": ""}]
        told = {"nodes": nodes, "edges": edges}
        desk.page.route(ONE_SET, lambda route: with_diagram(route, "flowchart TD\n  a --> b", **told))
        listed = make(desk, "Diagram").get_by_role("region", name="As a list")
        light, glucose = (listed.locator(":scope > ul > li").filter(has_text=re.compile(f"^{n}")) for n in LABELS)
        expect(light.locator(".details li")).to_have_text(["red", HOSTILE])
        expect(light.locator(".ways li")).to_have_text(["→ leads to Glucose · becomes"])
        expect(glucose.locator(".ways li")).to_have_text(["→ leads to Light"])

    def test_what_can_not_be_drawn_is_shown_as_text(self, desk: Any) -> None:
        desk.page.route(ONE_SET, lambda route: with_diagram(route, "flowchart TD\n  a --> --> b"))
        pane = make(desk, "Mind map")
        expect(pane.get_by_text("This diagram could not be drawn")).to_be_visible(timeout=20_000)
        expect(pane.locator(".diagram-source")).to_contain_text("flowchart TD")

    def test_what_draws_them_has_no_origin_and_no_network(self, desk: Any) -> None:
        make(desk, "Mind map").get_by_role("img").wait_for()
        frame = next(frame for frame in desk.page.frames if "/assets/drawing-" in frame.url)
        assert frame.evaluate("self.origin") == "null"
        refused = "() => fetch('/health/live').then(() => 'reached', () => 'refused')"
        assert frame.evaluate(refused) == "refused"
        desk.complaints = [
            line for line in desk.complaints if "Content Security Policy" not in line and "fetch" not in line
        ]


def with_diagram(route: Route, source: str, **more: Any) -> None:
    if route.request.method != "GET":
        route.fallback()
        return
    answer = route.fetch()
    route.fulfill(response=answer, json={**answer.json(), "diagram": source} | more)


class TestSummary:
    def test_names_the_page_of_each_point(self, desk: Any) -> None:
        pane = make(desk, "Summary")
        points = pane.locator(".summary li")
        expect(points.first).to_be_visible()
        points.first.locator("button.place").click()
        expect(desk.page.locator("mark").first).to_be_visible()


class TestList:
    def test_sets_are_renamed_and_deleted(self, desk: Any) -> None:
        pane = make(desk, "Summary")
        pane.get_by_role("button", name=re.compile("^Actions for")).click()
        desk.page.get_by_role("menuitem", name="Rename").click()
        name = f"Renamed {desk.notes.stem}"
        desk.page.get_by_role("textbox", name="Title").fill(name)
        desk.page.get_by_role("dialog").get_by_role("button", name="Rename").click()
        expect(pane.get_by_role("heading", name=name)).to_be_visible()
        desk.page.reload()
        expect(pane.get_by_role("heading", name=name)).to_be_visible()
        expect(rows(desk)).to_have_count(1)
        desk.act(name, "Delete")
        desk.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
        expect(rows(desk)).to_have_count(0)
        expect(desk.page.get_by_label("Your question")).to_be_visible()

    def test_a_file_leads_to_making(self, desk: Any) -> None:
        page = desk.page
        page.get_by_role("tab", name="Library").click()
        desk.act(desk.notes.name, "Study this file")
        dialog = page.get_by_role("dialog")
        expect(dialog.get_by_label("Of", exact=True).locator("option:checked")).to_have_text(desk.notes.name)
        page.keyboard.press("Escape")
        expect(dialog).to_have_count(0)

    def test_what_can_not_be_made_is_explained(self, desk: Any) -> None:
        page = desk.page
        page.get_by_role("button", name="Make something").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("Of", exact=True).select_option(label=desk.notes.name)
        dialog.get_by_label("About").fill("the chess championship of Reykjavik")
        dialog.get_by_role("button", name="Make", exact=True).click()
        expect(dialog.get_by_role("alert")).to_be_visible()
        expect(dialog.get_by_label("About")).to_have_value("the chess championship of Reykjavik")
        desk.expect_refusal(409)

    def test_what_is_made_in_a_conversation_is_used_there(self, desk: Any) -> None:
        page = desk.page
        answer = desk.ask("Make flashcards about osmosis")
        artifact = answer.get_by_role("region", name=re.compile("^Flashcards"))
        artifact.get_by_role("button", name="Show the answer").click()
        expect(artifact.locator(".flashcard")).to_have_attribute("data-flipped", "true")
        page.reload()
        expect(artifact.locator(".flashcard")).to_be_visible()
        artifact.get_by_role("button", name="Open", exact=True).click()
        expect(page.get_by_role("main").locator(".deck")).to_be_visible()
        page.go_back()
        expect(artifact.locator(".flashcard")).to_be_visible()


class TestPhone:
    def test_studying_fits_a_narrow_screen(self, desk: Any, phone: Any) -> None:
        for kind in ("Flashcards", "Quiz", "Mind map"):
            make(desk, kind)
        page = phone.page
        page.reload()
        for kind in ("Flashcards", "Quiz", "Mind map"):
            page.get_by_role("navigation", name="Panes").get_by_role("button", name="Study").click()
            rows = page.get_by_role("list", name="Study sets").get_by_role("listitem")
            rows.filter(has_text=desk.notes.stem).filter(has_text=kind).get_by_role("button").first.click()
            page.locator(".deck, .quiz-question, .diagram img").first.wait_for()
            assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
            assert page.locator(".messages").evaluate("e => e.scrollWidth - e.clientWidth") <= 0
