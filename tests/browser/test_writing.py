"""An answer as it is written: shown word by word, stopped, found again, asked anew."""

import re
from typing import Any

import pytest
from playwright.sync_api import Route, expect

from clara.testing.scripts import Call, CallTools, Fail, Say
from tests.browser.conftest import Server, Teacher

QUOTE = "Osmosis is the movement of water through a membrane"
ANSWER = f"""## Osmosis

Water moves through a membrane [1 "{QUOTE}"] **towards** the side where more is dissolved: $\\Pi = i c R T$.

$$
\\Pi = \\frac{{n}}{{V}} R T
$$

| Quantity | Unit |
|---|---|
| Pressure | Pa |

```python
def pressure(c, T):
    return c * 8.314 * T
```
"""
LOADED = "window.pwned = true"
HOSTILE = (
    f'Look: <img src=x onerror="{LOADED}"> <script>{LOADED}</script> ![map](https://evil.example/p.png) '
    "[here](https://evil.example/) [there](javascript:window.pwned=true) and [sign in](/#sign-in=abc)."
)
PARAGRAPHS = "".join(f"Paragraph {number} says something about cells and their walls.\n\n" for number in range(80))


def begin(lesson: Any, question: str) -> Any:
    """Ask, and return the answer's element while it is being written."""
    lesson.page.get_by_label("Your question").fill(question)
    lesson.page.keyboard.press("Enter")
    return lesson.page.get_by_role("article", name="Clara is writing")


def last_answer(lesson: Any) -> Any:
    return lesson.page.get_by_role("article", name="Clara answered").last


class TestWriting:
    def test_words_are_shown_before_the_answer_is_whole(self, lesson: Any, teacher: Teacher) -> None:
        teacher.says(Say([*(f"word{at} " for at in range(400)), "the end."], pause_s=0.02))
        writing = begin(lesson, "What is osmosis? Slowly.")
        expect(writing).to_contain_text("word5 ")
        expect(writing).not_to_contain_text("the end")
        expect(lesson.page.get_by_role("button", name="Stop the answer")).to_be_visible()
        expect(last_answer(lesson)).to_contain_text("the end", timeout=20_000)
        expect(lesson.page.get_by_role("button", name="Ask", exact=True).locator("visible=true")).to_have_count(1)

    def test_formulas_tables_and_code_are_set_and_copied(self, lesson: Any, teacher: Teacher) -> None:
        lesson.context.grant_permissions(["clipboard-read", "clipboard-write"])
        teacher.says(Say(re.findall(r"\S+\s*", ANSWER), pause_s=0.005))
        begin(lesson, "Explain osmosis with a formula.")
        answer = last_answer(lesson)
        expect(answer.locator(".katex-display")).to_be_visible()
        assert answer.locator(".katex").count() == 2
        assert "KaTeX_Math" in lesson.page.evaluate(
            "document.fonts.ready.then(() => [...document.fonts].filter(f => f.status === 'loaded')"
            ".map(f => f.family).join())"
        )
        expect(answer.get_by_role("columnheader", name="Quantity")).to_be_visible()
        answer.get_by_role("button", name="Copy the code").click()
        assert lesson.page.evaluate("navigator.clipboard.readText()").startswith("def pressure(c, T):\n    return")

    def test_a_citation_names_its_place_and_opens_it(self, lesson: Any, teacher: Teacher) -> None:
        teacher.says(Say(ANSWER))
        begin(lesson, "Where does osmosis happen?")
        source = last_answer(lesson).locator("button.citation").first
        source.hover()
        expect(lesson.page.locator(".citation-tip")).to_contain_text("Cell biology.pdf · page 2")
        expect(lesson.page.locator(".citation-tip")).to_contain_text(QUOTE)
        source.click()
        expect(lesson.page.locator("mark").first).to_contain_text(QUOTE)

    def test_nothing_is_loaded_or_run_that_an_answer_names(self, lesson: Any, teacher: Teacher) -> None:
        teacher.says(Say(HOSTILE))
        begin(lesson, "Say something dangerous about cells.")
        answer = last_answer(lesson)
        expect(answer).to_contain_text("Look:")
        assert answer.locator("a, img, script").count() == 0
        assert lesson.page.evaluate("window.pwned") is None

    def test_nothing_half_written_is_shown(self, lesson: Any, teacher: Teacher) -> None:
        lesson.page.evaluate(
            """() => {
                window.seen = [];
                new MutationObserver(() => {
                    const article = document.querySelector("[aria-label='Clara is writing'] .answer-text");
                    if (!article) return;
                    const copy = article.cloneNode(true);
                    copy.querySelectorAll(".katex, .formula-source, pre").forEach((part) => part.remove());
                    window.seen.push(copy.textContent);
                }).observe(document.body, { subtree: true, childList: true, characterData: true });
            }"""
        )
        teacher.says(Say(re.findall(r".{1,3}", ANSWER, re.DOTALL), pause_s=0.005))
        begin(lesson, "Explain osmosis bit by bit.")
        expect(last_answer(lesson)).to_contain_text("pressure", timeout=20_000)
        seen = lesson.page.evaluate("window.seen")
        assert len(seen) >= 5
        assert [text for text in seen if re.search(r"\*\*|\$|\||```|\\Pi|\[\d", text)] == []

    def test_is_read_aloud_by_sentences(self, lesson: Any, teacher: Teacher) -> None:
        teacher.says(Say("A cell has a wall. It holds against the pressure. So it does not burst.", pause_s=0.15))
        begin(lesson, "Does a plant cell burst?")
        log = lesson.page.get_by_role("log")
        expect(log).to_contain_text("Clara answered: A cell has a wall.")
        expect(log).to_contain_text("So it does not burst.")
        assert log.inner_text().count("A cell has a wall.") == 1
        assert lesson.page.locator("[role=log] p").count() >= 2

    def test_a_search_is_told(self, lesson: Any, teacher: Teacher) -> None:
        call = CallTools([Call("search_material", {"query": "turgor pressure"})])
        teacher.says(call, Say(f'It holds [1 "{QUOTE}"].', delay_s=1.5))
        begin(lesson, "What holds against it?")
        expect(lesson.page.get_by_text("Searching for “turgor pressure”…")).to_be_visible()
        expect(last_answer(lesson)).to_contain_text("It holds")

    def test_general_knowledge_is_labelled(self, lesson: Any, teacher: Teacher) -> None:
        teacher.says(Say("Reykjavik has about a hundred and forty thousand people, who fish a lot."))
        begin(lesson, "How many people live in Reykjavik?")
        expect(last_answer(lesson).locator(".aside")).to_contain_text("not from your files")


class TestScrolling:
    def test_an_answer_is_read_from_its_beginning(self, lesson: Any, teacher: Teacher) -> None:
        teacher.says(Say(re.findall(r"\S+\s*", PARAGRAPHS), pause_s=0.002))
        writing = begin(lesson, "Tell me everything about cells.")
        expect(writing).to_contain_text("Paragraph 50 ", timeout=20_000)
        expect(lesson.page.get_by_role("article", name="You asked")).to_be_in_viewport()
        expect(writing.get_by_text("Paragraph 0 ")).to_be_in_viewport()
        expect(last_answer(lesson)).to_contain_text("Paragraph 79 ", timeout=20_000)
        expect(last_answer(lesson).get_by_text("Paragraph 0 ")).to_be_in_viewport()

    def test_a_reader_at_the_end_is_taken_along_and_one_who_scrolled_up_stays(
        self, lesson: Any, teacher: Teacher
    ) -> None:
        teacher.says(Say(re.findall(r"\S+\s*", PARAGRAPHS), pause_s=0.006))
        writing = begin(lesson, "Tell me all that there is about cells.")
        expect(writing).to_contain_text("Paragraph 20 ", timeout=20_000)
        lesson.page.get_by_role("button", name="Go to the end").click()
        expect(writing.get_by_text("Paragraph 30 ")).to_be_in_viewport(timeout=20_000)
        frame = lesson.page.locator(".messages")
        frame.hover()
        lesson.page.mouse.wheel(0, -500)
        lesson.page.get_by_role("button", name="Go to the end").wait_for()
        at = frame.evaluate("element => element.scrollTop")
        assert at > 0
        expect(writing).to_contain_text("Paragraph 55 ", timeout=20_000)
        assert frame.evaluate("element => element.scrollTop") == pytest.approx(at, abs=1)


class TestStopping:
    def test_keeps_what_was_written(self, lesson: Any, teacher: Teacher) -> None:
        teacher.says(Say("and so on ", endless=True, pause_s=0.02), "A second answer.")
        writing = begin(lesson, "Go on about cells for ever.")
        expect(writing).to_contain_text("and so on")
        lesson.page.get_by_role("button", name="Stop the answer").click()
        answer = last_answer(lesson)
        expect(answer.get_by_text("Stopped", exact=True)).to_be_visible()
        expect(answer).to_contain_text("and so on")
        begin(lesson, "And now?")
        expect(last_answer(lesson)).to_contain_text("A second answer.")


class TestComingBack:
    def test_a_reload_goes_on_with_the_answer(self, lesson: Any, teacher: Teacher) -> None:
        teacher.says(Say([*(f"word{at} " for at in range(300)), "the end."], pause_s=0.02))
        writing = begin(lesson, "What is osmosis, before a reload?")
        expect(writing).to_contain_text("word10 ")
        lesson.page.wait_for_function("location.hash.startsWith('#/chats/')")
        lesson.page.reload()
        expect(writing).to_contain_text("word0 ")
        expect(last_answer(lesson)).to_contain_text("the end.", timeout=20_000)
        assert last_answer(lesson).inner_text().count("word11 ") == 1

    def test_another_window_shows_it_too(self, lesson: Any, teacher: Teacher) -> None:
        teacher.says(Say([*(f"word{at} " for at in range(200)), "the end."], pause_s=0.02))
        expect(begin(lesson, "What is osmosis, in two windows?")).to_contain_text("word3 ")
        lesson.page.wait_for_function("location.hash.startsWith('#/chats/')")
        other = lesson.context.new_page()
        other.goto(lesson.page.url)
        expect(other.get_by_role("article", name="Clara is writing")).to_contain_text("word3 ")
        expect(other.get_by_role("article", name="Clara answered")).to_contain_text("the end.", timeout=20_000)
        expect(last_answer(lesson)).to_contain_text("the end.", timeout=20_000)
        other.close()


class TestAgain:
    def test_another_answer_replaces_the_last(self, lesson: Any, teacher: Teacher) -> None:
        teacher.says(Say("The first answer."))
        begin(lesson, "What is a cell wall?")
        expect(last_answer(lesson)).to_contain_text("The first answer.")
        teacher.says(Say("A better answer."))
        last_answer(lesson).get_by_role("button", name="Answer again").click()
        expect(last_answer(lesson)).to_contain_text("A better answer.")
        expect(lesson.page.get_by_role("article").filter(has_text="The first answer.")).to_have_count(0)
        expect(lesson.page.get_by_role("article", name="You asked")).to_have_count(1)

    def test_a_question_is_changed(self, lesson: Any, teacher: Teacher) -> None:
        teacher.says(Say("About walls."), Say("About membranes."))
        begin(lesson, "What is a wall?")
        expect(last_answer(lesson)).to_contain_text("About walls.")
        question = lesson.page.get_by_role("article", name="You asked")
        question.hover()
        question.get_by_role("button", name="Edit this question").click()
        field = lesson.page.get_by_label("Your question")
        expect(field).to_have_value("What is a wall?")
        expect(field).to_be_focused()
        field.fill("What is a membrane?")
        lesson.page.keyboard.press("Enter")
        expect(last_answer(lesson)).to_contain_text("About membranes.")
        expect(question).to_have_text(re.compile("What is a membrane"))
        lesson.page.reload()
        expect(last_answer(lesson)).to_contain_text("About membranes.")
        expect(lesson.page.get_by_role("article", name="You asked")).to_have_count(1)

    def test_a_rating_and_its_note_are_kept(self, lesson: Any, teacher: Teacher) -> None:
        teacher.says(Say("It is so."))
        begin(lesson, "Is it so with cells?")
        answer = last_answer(lesson)
        answer.get_by_role("button", name="Bad answer").click()
        answer.get_by_label("What was wrong with it?").fill("It says nothing.")
        answer.get_by_role("button", name="Send").click()
        expect(answer.get_by_role("button", name="Change the note")).to_be_visible()
        lesson.page.reload()
        answer = last_answer(lesson)
        expect(answer.get_by_role("button", name="Bad answer")).to_have_attribute("aria-pressed", "true")
        answer.get_by_role("button", name="Change the note").click()
        expect(answer.get_by_label("What was wrong with it?")).to_have_value("It says nothing.")


class TestFailing:
    def test_a_failed_answer_can_be_asked_again(self, lesson: Any, teacher: Teacher) -> None:
        teacher.says(Fail(400, "no"))
        begin(lesson, "What is a chloroplast?")
        note = lesson.page.get_by_role("alert")
        expect(note.get_by_role("button", name="Ask again")).to_be_visible(timeout=20_000)
        lesson.page.reload()
        expect(note).to_contain_text("This question got no answer.")
        teacher.says(Say("A green thing."))
        note.get_by_role("button", name="Ask again").click()
        expect(last_answer(lesson)).to_contain_text("A green thing.")
        expect(lesson.page.get_by_role("article", name="You asked")).to_have_count(1)

    def test_a_used_up_budget_says_what_is_left_and_when_it_resets(self, lesson: Any) -> None:
        lesson.page.route("**/v1/chats/*/messages", refuse)
        begin(lesson, "One more question?")
        note = lesson.page.get_by_role("alert")
        expect(note).to_contain_text("120 of today's 5,000 tokens are left")
        expect(note).to_contain_text("Left for today: 120 tokens of 5,000 tokens. The budget is renewed on Jan 2")
        note.get_by_role("button", name="Edit the question").click()
        expect(lesson.page.get_by_label("Your question")).to_have_value("One more question?")


def refuse(route: Route) -> None:
    if route.request.method != "POST":
        route.fallback()
        return
    problem = (
        '{"type": "urn:clara:problem:budget_used_up", "title": "Too many requests", "status": 429, '
        '"code": "budget_used_up", "detail": "120 of today\'s 5,000 tokens are left, and this takes about 900.", '
        '"left": 120, "limit": 5000, "resets_at": "2031-01-02T12:00:00Z", "instance": "req_1"}'
    )
    route.fulfill(status=200, content_type="text/event-stream", body=f"id: turn_x:1\nevent: error\ndata: {problem}\n\n")


class TestTeaching:
    def test_how_a_conversation_is_taught_is_kept(self, lesson: Any, teacher: Teacher) -> None:
        page = lesson.page
        page.get_by_role("button", name="How Clara teaches: Explain").click()
        page.get_by_role("radio", name=re.compile("^Hints")).check()
        page.get_by_role("checkbox", name=re.compile("^Only from my material")).check()
        page.keyboard.press("Escape")
        chosen = page.get_by_role("button", name="How Clara teaches: Hints, from your material only")
        expect(chosen).to_be_focused()
        teacher.says(Say("Think of the wall."))
        lesson.ask("Why does a plant cell not burst?")
        page.reload()
        expect(chosen).to_be_visible()
        chosen.click()
        page.get_by_role("radio", name=re.compile("^Explain")).check()
        expect(page.get_by_role("button", name="How Clara teaches: Explain, from your material only")).to_be_visible()

    def test_what_is_locked_can_not_be_made_freer(self, taught_server: Server, lesson: Any, teacher: Teacher) -> None:
        page = lesson.page
        headers = {"Authorization": f"Bearer {taught_server.new_key()}"}
        lock = {"headers": headers, "data": {"mode": "hints", "material_only": True}}
        assert page.request.put("/v1/locks", **lock).ok
        try:
            page.reload()
            page.get_by_role("button", name="How Clara teaches: Hints, from your material only, locked").click()
            page.keyboard.press("Escape")
            teacher.says("Think of the wall.")
            lesson.ask("Why does a plant cell in pure water not burst?")
            page.get_by_role("button", name=re.compile("Hints, from your material only, locked")).click()
            expect(page.get_by_text("Whoever set this task has locked")).to_be_visible()
            page.get_by_role("radio", name=re.compile("^Explain")).click()
            expect(page.get_by_role("radio", name=re.compile("^Hints"))).to_be_checked()
            expect(page.locator(".notice")).to_contain_text("locked")
        finally:
            assert page.request.delete("/v1/locks", headers=headers).ok
        lesson.complaints = [line for line in lesson.complaints if "403" not in line]

    def test_an_exam_is_finished_and_marked(self, lesson: Any, teacher: Teacher) -> None:
        page = lesson.page
        teacher.says("Your answer is noted.")
        page.get_by_role("button", name="How Clara teaches: Explain").click()
        page.get_by_role("radio", name=re.compile("^Exam")).check()
        page.keyboard.press("Escape")
        lesson.ask("Examine me on osmosis, please.")
        expect(page.get_by_text("An exam: no help until it is marked.")).to_be_visible()
        for fixed in ("Edit this question", "Answer again"):
            expect(page.get_by_role("button", name=fixed)).to_have_count(0)
        page.get_by_role("button", name="Finish and mark").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_role("button", name="Finish and mark").click()
        expect(dialog).to_have_count(0)
        expect(page.get_by_role("article", name="Clara answered")).to_have_count(2)
        expect(page.get_by_text("The exam is over.")).to_be_visible()
        page.get_by_role("button", name="Have it explained").click()
        expect(page.get_by_role("button", name="How Clara teaches: Explain")).to_be_visible()

    def test_conversations_are_searched(self, lesson: Any, teacher: Teacher) -> None:
        teacher.says(Say("An answer."))
        lesson.ask("What do xylophones have to do with cells?")
        page = lesson.page
        page.get_by_role("tab", name="Conversations").click()
        page.get_by_label("Search conversations").fill("xylophones")
        rows = page.get_by_role("list", name="Conversations").get_by_role("listitem")
        expect(rows).to_have_count(1)
        page.get_by_label("Search conversations").fill("zzzz")
        expect(page.get_by_text("No conversation has all these words.")).to_be_visible()
        page.get_by_label("Search conversations").fill("")
        expect(rows.first).to_be_visible()
