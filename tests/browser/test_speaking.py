"""A learner speaks into a microphone and hears the answer: the page, the server and its speech services together."""

import contextlib
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from clara.testing.openai_server import ScriptedServer
from clara.testing.speech import INSTALL_ESPEAK, has_espeak, say_aloud
from tests.browser.conftest import Launch, Screen, Server, Teacher, running, signed_in
from tests.browser.test_talking import OWN_SPEECH
from tests.browser.voices import played_ms, until, write_wav
from tests.services import missing

QUESTION = "What is osmosis in a plant?"
STOP = "Wait a moment please"
CITED = 'Osmosis is the movement of water [1 "Osmosis is the movement of water through a membrane"]. '
LONG = CITED + "It goes on and on, from cell to cell, for as long as the plant is alive and has water to take. " * 4
SPOKEN_MS = 60_000


@pytest.fixture(scope="module")
def talking_server(model: ScriptedServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with a model that teaches, hears and speaks."""
    if not has_espeak():
        missing("espeak-ng", INSTALL_ESPEAK)
    model.ear.learn(say_aloud(QUESTION), say_aloud(STOP))
    models = {"CLARA_STT_MODEL": "openai:scripted", "CLARA_TTS_MODEL": "openai:scripted"}
    with running(tmp_path_factory.mktemp("talking"), {**model.environment, **models}) as started:
        yield started


@pytest.fixture(scope="module")
def talking_state(talking_server: Server, chromium: Any) -> Any:
    return signed_in(talking_server, chromium)


class Lesson:
    """A page whose microphone plays a file, and what it sent to the voice socket."""

    def __init__(self, screen: Screen) -> None:
        self.screen = screen
        self.page = screen.page
        self.sent: list[dict[str, Any]] = []
        self.bar = self.page.get_by_role("region", name="Talking with Clara")
        self.state = self.bar.locator(".talk-state")
        self.questions = self.page.get_by_role("article", name="You asked")
        self.answers = self.page.get_by_role("article", name="Clara answered")
        self.page.on("websocket", lambda socket: socket.on("framesent", self._noted))

    def _noted(self, frame: str | bytes) -> None:
        if isinstance(frame, str):
            self.sent.append(json.loads(frame))

    def begin(self) -> None:
        self.page.get_by_role("button", name="Talk with Clara").click()

    def hears(self, ms: int, segment: int = 1) -> None:
        """Wait until so much of a segment was played."""
        until(self.page, lambda: played_ms(self.of("played"), segment) >= ms, f"{ms} ms of sound")

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [message for message in self.sent if message["type"] == kind]


Enter = Callable[[Path], contextlib.AbstractContextManager[Lesson]]


@pytest.fixture
def enter(launch: Launch, talking_server: Server, talking_state: Any, book: Path) -> Enter:
    """Open a page with the book, and a microphone that plays a file."""

    @contextlib.contextmanager
    def entered(wav: Path) -> Iterator[Lesson]:
        browser = launch("--use-fake-device-for-media-stream", f"--use-file-for-fake-audio-capture={wav}%noloop")
        size = {"width": 1280, "height": 860}
        state = {"storage_state": talking_state, "viewport": size, "permissions": ["microphone"]}
        screen = Screen(browser, talking_server.url, **state)
        lesson = Lesson(screen)
        screen.page.goto("/")
        screen.upload(book)
        expect(screen.file_row(book.name)).to_have_attribute("data-status", "ready", timeout=30_000)
        try:
            yield lesson
            screen.close()
        finally:
            browser.close()

    return entered


class TestAsk:
    def test_a_spoken_question_is_answered_aloud_with_its_page(
        self, enter: Enter, teacher: Teacher, tmp_path: Path
    ) -> None:
        teacher.says(CITED + "That is all.")
        with enter(write_wav(tmp_path / "question.wav", 1.5, say_aloud(QUESTION), 1.0)) as lesson:
            lesson.begin()
            expect(lesson.questions).to_have_text(QUESTION, timeout=SPOKEN_MS)
            lesson.hears(1_000)
            expect(lesson.state).to_have_text("Speaking")
            speaking = lesson.page.get_by_role("article", name="Clara is speaking")
            expect(speaking.get_by_role("button", name="Source 1: Cell biology.pdf, page 2")).to_be_visible()
            expect(lesson.answers).to_contain_text("That is all.", timeout=SPOKEN_MS)
            expect(lesson.questions).to_have_count(1)
            expect(lesson.page.get_by_role("log").get_by_text(f"You said: {QUESTION}")).to_have_count(1)
            lesson.answers.get_by_role("button", name="Source 1: Cell biology.pdf, page 2").click()
            expect(lesson.page.locator("mark").first).to_contain_text("Osmosis is the movement of water")
            expect(lesson.state).to_have_text("Listening")

    def test_a_key_interrupts_and_the_chat_keeps_what_was_heard(
        self, enter: Enter, teacher: Teacher, tmp_path: Path
    ) -> None:
        teacher.says(LONG)
        with enter(write_wav(tmp_path / "question.wav", 1.5, say_aloud(QUESTION), 1.0)) as lesson:
            lesson.begin()
            lesson.hears(4_000)
            lesson.page.keyboard.press("Escape")
            expect(lesson.state).to_have_text("Listening")
            expect(lesson.answers).to_contain_text("Osmosis is the movement")
            heard = lesson.answers.locator(".answer-text").inner_text()
            assert heard.count("on and on") < 4
            lesson.bar.get_by_role("button", name="End").click()
            expect(lesson.bar).to_have_count(0)
            lesson.page.reload()
            expect(lesson.questions).to_have_text(re.compile(re.escape(QUESTION)))
            assert lesson.answers.locator(".answer-text").inner_text() == heard

    def test_speaking_interrupts_and_is_answered(self, enter: Enter, teacher: Teacher, tmp_path: Path) -> None:
        teacher.says(LONG, "Of course.")
        spoken = write_wav(tmp_path / "both.wav", 1.5, say_aloud(QUESTION), 5.0, say_aloud(STOP), 1.0)
        with enter(spoken) as lesson:
            lesson.begin()
            expect(lesson.questions.nth(1)).to_have_text(STOP, timeout=SPOKEN_MS)
            expect(lesson.answers.nth(1)).to_contain_text("Of course.", timeout=SPOKEN_MS)
            assert lesson.answers.first.locator(".answer-text").inner_text().count("on and on") < 4
            assert lesson.of("interrupt") == []


class TestDrop:
    def test_a_dropped_socket_is_resumed_and_what_was_heard_is_kept(
        self, enter: Enter, teacher: Teacher, tmp_path: Path
    ) -> None:
        teacher.says(LONG, "Here we are again.")
        sockets: list[Any] = []

        def opened(socket: Any) -> None:
            sockets.append((socket, socket.connect_to_server()))

        with enter(write_wav(tmp_path / "question.wav", 1.5, say_aloud(QUESTION), 1.0)) as lesson:
            lesson.page.route_web_socket(re.compile(r".*/voice/ws/.*"), opened)
            lesson.page.reload()
            lesson.begin()
            speaking = lesson.page.get_by_role("article", name="Clara is speaking")
            expect(speaking).to_contain_text("movement", timeout=SPOKEN_MS)
            page, server = sockets[0]
            server.close(code=4000)
            page.close(code=4000)
            expect(lesson.answers).to_contain_text("Osmosis is the movement", timeout=SPOKEN_MS)
            expect(lesson.state).to_have_text("Listening")
            assert len(sockets) == 2
            assert lesson.answers.locator(".answer-text").inner_text().count("on and on") < 4
            lesson.page.get_by_label("Your question").fill("Are you there?")
            lesson.page.keyboard.press("Enter")
            expect(lesson.answers.nth(1)).to_contain_text("Here we are again.", timeout=SPOKEN_MS)

    def test_a_page_that_is_left_ends_its_session(self, enter: Enter, tmp_path: Path) -> None:
        with enter(write_wav(tmp_path / "silence.wav", 2.0)) as lesson:
            lesson.begin()
            expect(lesson.state).to_have_text("Listening")
            status = "/voice/status/local"
            assert lesson.screen.context.request.get(status).json()["is_connected"]
            lesson.page.goto("about:blank")
            request = lesson.screen.context.request
            until(lesson.page, lambda: not request.get(status).json()["is_connected"], "the end")


class TestOwnSpeech:
    @pytest.fixture
    def lesson(self, server: Server, chromium: Any, session_state: Any, book: Path) -> Iterator[Lesson]:
        """With a server that has neither a model nor a speech service, and a browser that hears and speaks."""
        screen = Screen(chromium, server.url, storage_state=session_state)
        screen.page.add_init_script(OWN_SPEECH)
        screen.page.add_init_script("window.voiceEnds = true")
        made = Lesson(screen)
        screen.page.goto("/")
        screen.upload(book)
        expect(screen.file_row(book.name)).to_have_attribute("data-status", "ready", timeout=30_000)
        made.begin()
        expect(made.bar).to_contain_text("your browser hears you and speaks")
        yield made
        screen.close()

    def test_a_question_is_answered_aloud_and_kept(self, lesson: Lesson) -> None:
        lesson.page.evaluate("hear('What is osmosis?', true)")
        expect(lesson.answers).to_contain_text("Osmosis is the movement of water", timeout=SPOKEN_MS)
        expect(lesson.questions).to_have_count(1)
        assert lesson.of("hello")[0]["audio"] == "none"
        assert "Osmosis is the movement of water" in " ".join(lesson.page.evaluate("heardAloud"))

    def test_what_is_asked_for_is_made_and_shown(self, lesson: Lesson) -> None:
        lesson.page.evaluate("hear('Make flashcards about osmosis', true)")
        made = lesson.page.get_by_role("region", name=re.compile("^Flashcards: "))
        expect(made).to_be_visible(timeout=SPOKEN_MS)
        expect(lesson.answers).to_have_count(1)
        expect(made).to_have_count(1)
        made.get_by_role("button", name="Open", exact=True).click()
        expect(lesson.bar).to_be_visible()
        lesson.page.get_by_role("button", name="Ask", exact=True).click()
        expect(made).to_be_visible()


class TestLoading:
    def test_nothing_of_it_is_loaded_before_it_is_wanted(self, screen: Screen) -> None:
        asked: list[str] = []
        screen.page.on("request", lambda request: asked.append(request.url))
        screen.page.reload()
        button = screen.page.get_by_role("button", name="Talk with Clara")
        expect(button).to_be_visible()
        assert not [url for url in asked if re.search(r"/assets/talk-", url)]
        button.click()
        expect(screen.page.get_by_role("region", name="Talking with Clara")).to_be_visible()
        assert [url for url in asked if "/assets/talk-" in url]
