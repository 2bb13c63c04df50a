"""Talking with Clara as the page does it: its states, its words for what goes wrong, and its way through drops."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Screen, Server
from tests.browser.voices import FakeVoice, played_ms

FORBID = """() => {
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', '%s'));
}"""
INSECURE = """
    Object.defineProperty(window, 'isSecureContext', {get: () => false});
    Object.defineProperty(navigator, 'mediaDevices', {get: () => undefined});
    delete window.AudioWorkletNode;
"""
WATCHED = """
    window.tracks = [];
    const give = MediaDevices.prototype.getUserMedia;
    MediaDevices.prototype.getUserMedia = async function (wanted) {
        const stream = await give.call(this, wanted);
        tracks.push(...stream.getTracks());
        return stream;
    };
    navigator.wakeLock.request = async () => {
        window.isAwake = true;
        return {release: async () => { window.isAwake = false; }};
    };
    window.AudioContext = class extends AudioContext { constructor(o) { super(o); window.sound = this; } };
"""
VOICELESS = "delete window.speechSynthesis;"
OWN_SPEECH = """
    window.heardAloud = [];
    class Utterance extends EventTarget { constructor(text) { super(); this.text = text; } }
    window.SpeechSynthesisUtterance = Utterance;
    window.speaking = null;
    Object.defineProperty(window, 'speechSynthesis', {value: {
        speak(utterance) {
            if (utterance.text === '') return;
            heardAloud.push(utterance.text);
            speaking = utterance;
            if (window.voiceFails) (window.failing ??= []).push(utterance);
            else utterance.dispatchEvent(new Event('start'));
            if (window.voiceEnds) setTimeout(() => utterance.dispatchEvent(new Event('end')), 50);
        },
        getVoices() { return []; },
        cancel() { if (speaking) heardAloud.push('(cut)'); speaking = null; },
    }});
    window.SpeechRecognition = window.webkitSpeechRecognition = class extends EventTarget {
        start() { window.recognition = this; }
        abort() { this.dispatchEvent(new Event('end')); }
    };
    window.hear = (text, isFinal) => {
        const event = new Event('result');
        event.resultIndex = 0;
        event.results = [Object.assign([{transcript: text}], {isFinal})];
        recognition.dispatchEvent(event);
    };
"""


class Talk:
    """A page, and the socket that a test plays."""

    def __init__(self, screen: Screen, **ready: Any) -> None:
        self.screen = screen
        self.page = screen.page
        self.voice = FakeVoice(screen.page, **ready)
        self.bar = screen.page.get_by_role("region", name="Talking with Clara")
        self.state = self.bar.locator(".talk-state")

    def begin(self) -> None:
        self.page.get_by_role("button", name="Talk with Clara").click()

    def listens(self) -> None:
        self.begin()
        expect(self.state).to_have_text("Listening")

    def pauses(self, ms: int) -> None:
        """Let so much time go by, in which something is not to happen."""
        self.page.wait_for_function(f"new Promise(done => setTimeout(done, {ms}, true))")

    def speaks(self, segment: int = 1, ms: int = 20_000) -> None:
        """Have Clara begin an answer, and wait until it sounds."""
        self.voice.says("state", agent="speaking", user="listening")
        self.voice.says("audio_start", segment=segment, rate=24_000)
        self.voice.plays(segment, ms)
        expect(self.state).to_have_text("Speaking")
        self.voice.wait(lambda: played_ms(self.voice.of("played"), segment) >= 400, "sound")


@pytest.fixture
def talk(server: Server, chromium: Any, session_state: Any) -> Iterator[Talk]:
    """A signed-in browser that may use its microphone."""
    yield from opened(server, chromium, session_state)


def opened(server: Server, chromium: Any, state: Any, script: str = "", **ready: Any) -> Iterator[Talk]:
    size = ready.pop("viewport", {"width": 1440, "height": 900})
    permissions = ready.pop("permissions", ["microphone"])
    screen = Screen(chromium, server.url, storage_state=state, viewport=size, permissions=permissions)
    if script:
        screen.page.add_init_script(script)
    made = Talk(screen, **ready)
    screen.page.goto("/")
    yield made
    screen.close()


class TestHear:
    def test_what_the_microphone_hears_is_sent_as_samples_in_time(self, talk: Talk) -> None:
        talk.listens()
        assert talk.voice.hellos[0].audio == "pcm16"
        assert talk.voice.hellos[0].language == "en"
        talk.voice.wait(lambda: len(talk.voice.sound) >= 32_000, "a second of sound")
        level = talk.page.locator(".level")
        talk.page.wait_for_function(
            "meter => Number(meter.style.getPropertyValue('--level')) > 0.1", arg=level.element_handle()
        )

    def test_a_muted_microphone_sends_nothing_and_says_so(self, talk: Talk) -> None:
        talk.listens()
        talk.bar.get_by_role("button", name="Microphone").click()
        expect(talk.state).to_have_text("Microphone off")
        talk.voice.wait(lambda: talk.voice.of("mic") == [{"type": "mic", "muted": True}], "the message")
        sent = len(talk.voice.sound)
        talk.pauses(300)
        assert len(talk.voice.sound) == sent
        talk.bar.get_by_role("button", name="Microphone").click()
        talk.voice.wait(lambda: len(talk.voice.sound) > sent, "sound again")

    def test_both_sides_are_shown_as_they_speak(self, talk: Talk) -> None:
        talk.listens()
        talk.voice.says("state", agent="listening", user="speaking")
        expect(talk.state).to_have_text("Hearing you")
        talk.voice.says("transcript", role="user", id="u1", text="What is osmosis", final=False)
        talk.voice.says("transcript", role="user", id="u1", text="What is osmosis?", final=True)
        expect(talk.page.get_by_role("article", name="You asked")).to_have_text("What is osmosis?")
        talk.voice.says("state", agent="thinking", user="listening")
        expect(talk.state).to_have_text("Thinking…")
        talk.voice.says("citation", citation=CITATION)
        talk.voice.says("transcript", role="assistant", id="a1", text="Water moves", final=False)
        talk.voice.says("transcript", role="assistant", id="a1", text="Water moves [1]. It", final=False)
        answer = talk.page.get_by_role("article", name="Clara is speaking")
        expect(answer).to_contain_text("Water moves")
        expect(answer.get_by_role("button", name="Source 1: Cell biology.pdf, page 2")).to_be_visible()
        expect(answer.get_by_role("list", name="Sources").get_by_role("listitem")).to_have_count(1)

    def test_what_is_typed_is_asked_there_too(self, talk: Talk) -> None:
        talk.listens()
        talk.page.get_by_label("Your question").fill("And turgor?")
        talk.page.keyboard.press("Enter")
        talk.voice.wait(lambda: talk.voice.of("text") == [{"type": "text", "text": "And turgor?"}], "the question")
        talk.voice.says("transcript", role="user", id="u9", text="And turgor?", final=True)
        expect(talk.page.get_by_role("article", name="You asked")).to_have_count(1)
        expect(talk.page.get_by_label("Your question")).to_have_value("")

    def test_a_new_conversation_keeps_the_way_of_teaching_that_was_chosen(self, talk: Talk) -> None:
        teach_by_hints(talk.page)
        talk.listens()
        chat_id = talk.voice.hellos[0].conversation_id
        answer = talk.screen.context.request.get(f"/v1/chats/{chat_id}")
        assert answer.json()["mode"] == "hints"


def teach_by_hints(page: Any) -> None:
    """After which a conversation is made before its first question."""
    page.get_by_role("button", name="How Clara teaches: Explain").click()
    page.get_by_role("radio", name="Hints").check()
    page.keyboard.press("Escape")


CITATION = {
    "n": 1,
    "file_id": "file_1",
    "file_name": "Cell biology.pdf",
    "page_from": 2,
    "page_to": 2,
    "heading": "",
    "quote": "Osmosis is the movement of water",
    "chunk_id": "doc_1-0",
}


class TestPlace:
    @pytest.fixture
    def talk(self, server: Server, chromium: Any, session_state: Any) -> Iterator[Talk]:
        """On a phone."""
        size = {"width": 360, "height": 640}
        yield from opened(server, chromium, session_state, viewport=size)

    def test_what_is_said_stays_in_sight_and_nothing_is_wider_than_the_screen(self, talk: Talk) -> None:
        talk.listens()
        talk.voice.says("transcript", role="user", id="u1", text="What is osmosis?", final=True)
        expect(talk.page.get_by_role("heading", name="Start with something to read")).to_have_count(0)
        talk.speaks()
        for sentences in (10, 30):
            text = "Water moves through a membrane. " * sentences + "Here we are."
            talk.voice.says("transcript", role="assistant", id="a1", text=text, final=False)
            expect(talk.page.get_by_role("article", name="Clara is speaking")).to_contain_text("Here we are.")
            expect(talk.page.get_by_role("button", name="Go to the end")).to_have_count(0)
        outside = """[...document.querySelectorAll('.talk *')]
            .filter(part => part.getBoundingClientRect().right > innerWidth).map(part => part.outerHTML)"""
        assert talk.page.evaluate(outside) == []


class TestSpeak:
    def test_sound_is_played_and_how_far_is_told(self, talk: Talk) -> None:
        talk.listens()
        talk.voice.says("audio_start", segment=1, rate=24_000)
        talk.voice.plays(1, 1_000)
        talk.voice.wait(lambda: played_ms(talk.voice.of("played"), 1) >= 990, "the end")
        told = [message["ms"] for message in talk.voice.of("played")]
        assert told == sorted(told)
        assert 4 <= len(told) <= 8
        assert told[-1] <= 1_001

    def test_a_pause_keeps_the_place(self, talk: Talk) -> None:
        talk.listens()
        talk.speaks()
        talk.voice.says("pause", segment=1)
        talk.pauses(300)
        paused_at = played_ms(talk.voice.of("played"), 1)
        talk.pauses(500)
        assert played_ms(talk.voice.of("played"), 1) == paused_at
        talk.voice.says("resume", segment=1)
        talk.voice.wait(lambda: played_ms(talk.voice.of("played"), 1) > paused_at, "more sound")

    def test_late_sound_of_what_was_cut_off_is_not_played(self, talk: Talk) -> None:
        talk.listens()
        talk.speaks()
        talk.voice.says("clear", segment=1, position_ms=400)
        talk.voice.plays(1, 5_000, offset=480_000)
        talk.voice.says("audio_start", segment=2, rate=24_000)
        talk.voice.plays(2, 1_000)
        talk.voice.wait(lambda: played_ms(talk.voice.of("played"), 2) >= 990, "the next")
        assert played_ms(talk.voice.of("played"), 1) < 20_000


class TestInterrupt:
    @pytest.mark.parametrize("key", ["Escape", " "])
    def test_a_key_stops_clara_at_once(self, talk: Talk, key: str) -> None:
        talk.listens()
        talk.speaks()
        talk.page.locator("body").evaluate("() => document.activeElement.blur()")
        talk.page.keyboard.press(key)
        expect(talk.state).to_have_text("Listening")
        talk.voice.wait(lambda: talk.voice.of("interrupt"), "the message")
        talk.pauses(300)
        cut_at = played_ms(talk.voice.of("played"), 1)
        talk.pauses(500)
        assert played_ms(talk.voice.of("played"), 1) == cut_at

    def test_the_space_bar_is_a_space_in_a_question(self, talk: Talk) -> None:
        talk.listens()
        talk.speaks()
        talk.page.get_by_label("Your question").press_sequentially("a b")
        expect(talk.page.get_by_label("Your question")).to_have_value("a b")
        expect(talk.state).to_have_text("Speaking")
        talk.page.keyboard.press("Escape")
        expect(talk.state).to_have_text("Listening")

    def test_it_all_goes_without_a_pointer(self, talk: Talk) -> None:
        begin = talk.page.get_by_role("button", name="Talk with Clara")
        begin.focus()
        talk.page.keyboard.press("Enter")
        expect(talk.bar).to_be_focused()
        expect(talk.state).to_have_text("Listening")
        talk.speaks()
        talk.page.keyboard.press("Tab")
        expect(talk.bar.get_by_role("button", name="Interrupt")).to_be_focused()
        talk.page.keyboard.press("Enter")
        talk.voice.wait(lambda: talk.voice.of("interrupt"), "the message")
        expect(talk.bar).to_be_focused()
        talk.page.keyboard.press("Tab")
        expect(talk.bar.get_by_role("button", name="Microphone")).to_be_focused()
        talk.page.keyboard.press("Tab")
        talk.page.keyboard.press("Tab")
        talk.page.keyboard.press("Enter")
        expect(begin).to_be_focused()

    def test_a_button_does_too_and_is_there_only_then(self, talk: Talk) -> None:
        talk.listens()
        button = talk.bar.get_by_role("button", name="Interrupt")
        expect(button).to_have_count(0)
        talk.speaks()
        button.click()
        talk.voice.wait(lambda: talk.voice.of("interrupt"), "the message")
        expect(button).to_have_count(0)


class TestReconnect:
    def test_a_dropped_socket_is_resumed_and_nothing_is_read_twice(self, talk: Talk) -> None:
        talk.listens()
        talk.voice.says("transcript", role="user", id="u1", text="What", final=True)
        expect(talk.page.get_by_role("article", name="You asked")).to_have_text("What")
        last_seq = talk.voice.seq
        talk.voice.drops()
        expect(talk.state).to_have_text("Connecting again…")
        talk.voice.wait(lambda: len(talk.voice.hellos) == 2, "another hello")
        expect(talk.state).to_have_text("Listening")
        resume = talk.voice.hellos[1].resume
        assert resume is not None
        assert (resume.session_id, resume.token, resume.last_seq) == ("voice_1", "token", last_seq)
        again = {"type": "transcript", "role": "user", "id": "u1", "text": "Something old", "final": True}
        talk.voice.says("transcript", role="user", id="u1", text="What is it?", final=True)
        talk.voice.sends({**again, "seq": last_seq})
        talk.voice.says("error", code="any", detail="And on it goes.", retryable=True)
        expect(talk.bar).to_contain_text("And on it goes.")
        expect(talk.page.get_by_role("article", name="You asked")).to_have_text("What is it?")
        sent = len(talk.voice.sound)
        talk.voice.wait(lambda: len(talk.voice.sound) > sent + 16_000, "sound on the new socket")

    def test_another_session_counts_its_sound_from_one_again(self, talk: Talk) -> None:
        talk.listens()
        talk.speaks()
        talk.voice.ready |= {"restored": True, "resume_token": "another"}
        talk.voice.drops()
        talk.voice.wait(lambda: len(talk.voice.hellos) == 2, "another hello")
        expect(talk.state).to_have_text("Listening")
        talk.voice.said.clear()
        talk.voice.says("audio_start", segment=1, rate=24_000)
        talk.voice.plays(1, 600)
        talk.voice.wait(lambda: played_ms(talk.voice.of("played"), 1) >= 590, "its sound")

    def test_another_tab_takes_over_and_it_can_be_continued_here(self, talk: Talk) -> None:
        talk.listens()
        talk.voice.sockets[-1].close(code=4409, reason="replaced")
        expect(talk.bar).to_contain_text("in another tab or on another device")
        talk.bar.get_by_role("button", name="Continue here").click()
        expect(talk.state).to_have_text("Listening")
        assert talk.voice.hellos[1].resume is None

    def test_a_page_that_is_left_says_goodbye(self, talk: Talk) -> None:
        talk.listens()
        talk.page.evaluate("window.dispatchEvent(new PageTransitionEvent('pagehide'))")
        talk.voice.wait(lambda: talk.voice.of("bye"), "the goodbye")

    def test_its_end_gives_the_microphone_back(self, talk: Talk) -> None:
        talk.listens()
        talk.bar.get_by_role("button", name="End").click()
        talk.voice.wait(lambda: talk.voice.of("bye"), "the goodbye")
        expect(talk.bar).to_have_count(0)
        expect(talk.page.get_by_role("button", name="Talk with Clara")).to_be_visible()

    def test_opening_another_conversation_ends_it(self, talk: Talk) -> None:
        talk.listens()
        talk.page.evaluate("location.hash = '#/chats/chat_elsewhere'")
        talk.voice.wait(lambda: talk.voice.of("bye"), "the goodbye")
        expect(talk.bar).to_have_count(0)
        expect(talk.page.get_by_role("alert")).to_be_visible()
        refused = "status of 404"
        talk.voice.wait(lambda: sum(refused in said for said in talk.screen.complaints) >= 2, "both answers")
        talk.screen.expect_refusal(404)


class TestTrouble:
    @pytest.mark.parametrize(
        ("code", "words", "action"),
        [
            (4429, "as many places as one may", "Try again"),
            (1013, "Too many people are talking with Clara", "Try again"),
            (4400, "Load the page again", None),
            (4403, "sign in anew", "Try again"),
        ],
    )
    def test_a_refusal_is_said_in_words(self, talk: Talk, code: int, words: str, action: str | None) -> None:
        talk.voice.refuses = (code, "")
        talk.begin()
        expect(talk.bar).to_contain_text(words)
        expect(talk.bar.get_by_role("button", name=action or "Try again")).to_have_count(1 if action else 0)
        talk.bar.get_by_role("button", name="Close").click()
        expect(talk.bar).to_have_count(0)

    @pytest.mark.parametrize(
        ("name", "words"),
        [
            ("NotAllowedError", "The microphone is blocked for this page"),
            ("NotFoundError", "No microphone was found"),
            ("NotReadableError", "used by another program"),
        ],
    )
    def test_a_microphone_that_is_not_given_is_asked_for_again(self, talk: Talk, name: str, words: str) -> None:
        talk.page.evaluate(FORBID % name)
        talk.begin()
        expect(talk.bar).to_contain_text(words)
        expect(talk.state).to_have_text("Not hearing you")
        talk.page.evaluate("() => { delete navigator.mediaDevices.getUserMedia; }")
        talk.bar.get_by_role("button", name="Try again").click()
        expect(talk.state).to_have_text("Listening")
        talk.voice.wait(lambda: talk.voice.sound, "sound")

    def test_an_error_of_an_answer_is_shown_and_the_talk_goes_on(self, talk: Talk) -> None:
        talk.listens()
        talk.voice.says("error", code="speech_failed", detail="The speech service failed.", retryable=True)
        expect(talk.bar).to_contain_text("The speech service failed.")
        expect(talk.state).to_have_text("Listening")


class TestSurroundings:
    @pytest.fixture
    def talk(self, server: Server, chromium: Any, session_state: Any) -> Iterator[Talk]:
        yield from opened(server, chromium, session_state, WATCHED)

    def test_a_microphone_that_is_switched_off_leaves_the_next_one(self, talk: Talk) -> None:
        talk.listens()
        talk.page.evaluate("() => { tracks[0].stop(); tracks[0].dispatchEvent(new Event('ended')); }")
        talk.page.wait_for_function("tracks.length === 2")
        sent = len(talk.voice.sound)
        talk.voice.wait(lambda: len(talk.voice.sound) > sent + 16_000, "sound of the second")
        expect(talk.state).to_have_text("Listening")

    def test_the_screen_stays_on_for_as_long_as_they_talk(self, talk: Talk) -> None:
        talk.listens()
        talk.page.wait_for_function("window.isAwake")
        talk.bar.get_by_role("button", name="End").click()
        talk.page.wait_for_function("!window.isAwake")

    def test_one_that_is_plugged_in_is_used_at_once(self, talk: Talk) -> None:
        talk.page.evaluate(FORBID % "NotFoundError")
        talk.begin()
        expect(talk.bar).to_contain_text("No microphone was found")
        talk.page.evaluate("() => { delete navigator.mediaDevices.getUserMedia; }")
        talk.page.evaluate("navigator.mediaDevices.dispatchEvent(new Event('devicechange'))")
        expect(talk.state).to_have_text("Listening")

    def test_the_system_silences_it_and_gives_it_back(self, talk: Talk) -> None:
        talk.listens()
        silence = """isMuted => {
            Object.defineProperty(tracks[0], 'muted', {value: isMuted, configurable: true});
            tracks[0].dispatchEvent(new Event(isMuted ? 'mute' : 'unmute'));
        }"""
        talk.page.evaluate(silence, True)
        expect(talk.bar).to_contain_text("The system has silenced the microphone")
        expect(talk.state).to_have_text("Not hearing you")
        talk.page.evaluate(silence, False)
        expect(talk.state).to_have_text("Listening")

    def test_sound_that_the_browser_stopped_goes_on_with_a_press(self, talk: Talk) -> None:
        talk.listens()
        talk.page.evaluate("sound.suspend()")
        expect(talk.bar).to_contain_text("The browser has stopped this page’s sound")
        talk.bar.get_by_role("button", name="Go on").click()
        expect(talk.state).to_have_text("Listening")
        sent = len(talk.voice.sound)
        talk.voice.wait(lambda: len(talk.voice.sound) > sent, "sound again")

    def test_a_question_typed_while_the_connection_is_away_stays(self, talk: Talk) -> None:
        talk.listens()
        talk.voice.refuses = (1011, "")
        talk.voice.drops()
        expect(talk.state).to_have_text("Connecting again…")
        talk.page.get_by_label("Your question").fill("Why?")
        talk.page.keyboard.press("Enter")
        expect(talk.bar).to_contain_text("Your question stays here")
        expect(talk.page.get_by_label("Your question")).to_have_value("Why?")


class TestOptions:
    def test_a_language_is_chosen_and_remembered(self, talk: Talk) -> None:
        talk.listens()
        talk.bar.get_by_role("button", name="Language and study session").click()
        choice = talk.bar.get_by_role("combobox", name="I speak")
        expect(choice.locator("option").first).to_have_text("Automatic: English")
        choice.select_option(label="Deutsch")
        talk.bar.get_by_role("button", name="Go on in this language").click()
        talk.voice.wait(lambda: len(talk.voice.hellos) == 2, "another session")
        expect(talk.bar).to_be_focused()
        expect(talk.state).to_have_text("Listening")
        assert talk.voice.hellos[1].language == "de"
        talk.page.reload()
        talk.listens()
        assert talk.voice.hellos[2].language == "de"

    def test_a_study_session_says_how_much_time_is_left(self, talk: Talk) -> None:
        talk.listens()
        talk.bar.get_by_role("button", name="Language and study session").click()
        talk.bar.get_by_role("button", name="Study for 10 minutes").click()
        talk.voice.wait(lambda: len(talk.voice.hellos) == 2, "another session")
        assert talk.voice.hellos[1].study_session
        talk.voice.says("study", session_id="study_1", stage="studying", left_s=600.0, summary="")
        clock = talk.bar.get_by_role("timer")
        expect(clock).to_have_text(re.compile("^(10:00|9:5.)$"))
        expect(clock).to_have_text(re.compile("^9:5.$"))
        talk.voice.drops()
        talk.voice.wait(lambda: len(talk.voice.hellos) == 3, "the same again")
        assert not talk.voice.hellos[2].study_session
        expect(clock).to_be_visible()
        talk.voice.says("study", session_id="study_1", stage="teach_back", left_s=60.0, summary="")
        expect(talk.bar).to_contain_text("teach Clara the key ideas")
        talk.voice.says("study", session_id="study_1", stage="over", left_s=0.0, summary="How water moves.")
        expect(talk.bar).to_contain_text("What it was about: How water moves.")
        expect(clock).to_have_count(0)

    def test_a_study_session_that_another_session_knows_nothing_of_is_over(self, talk: Talk) -> None:
        talk.listens()
        talk.voice.says("study", session_id="study_1", stage="studying", left_s=600.0, summary="")
        expect(talk.bar.get_by_role("timer")).to_be_visible()
        talk.voice.ready |= {"restored": True, "resume_token": "another"}
        talk.voice.drops()
        expect(talk.bar).to_contain_text("The study session ended when the server was started anew")
        expect(talk.bar.get_by_role("timer")).to_have_count(0)

    def test_escape_closes_what_is_open_and_interrupts_nobody(self, talk: Talk) -> None:
        talk.listens()
        talk.speaks()
        button = talk.bar.get_by_role("button", name="Language and study session")
        button.click()
        talk.page.keyboard.press("Escape")
        expect(talk.bar.get_by_role("combobox")).to_have_count(0)
        expect(button).to_be_focused()
        expect(talk.state).to_have_text("Speaking")
        talk.page.keyboard.press("Escape")
        expect(talk.state).to_have_text("Listening")


class TestVoiceless:
    @pytest.fixture
    def talk(self, server: Server, chromium: Any, session_state: Any) -> Iterator[Talk]:
        """With a voice nowhere."""
        yield from opened(server, chromium, session_state, VOICELESS, speaks=False)

    def test_an_answer_that_is_only_shown_is_read_by_a_screen_reader(self, talk: Talk) -> None:
        teach_by_hints(talk.page)
        talk.listens()
        expect(talk.bar).to_contain_text("Answers are only shown")
        talk.voice.says("turn", id="q1", role="user", text="Why?", interrupted=False)
        talk.voice.says("transcript", role="assistant", id="a1", text="Water **moves**.", final=True)
        talk.voice.says("turn", id="a1", role="assistant", text="Water **moves**.", interrupted=False)
        expect(talk.page.get_by_role("log")).to_contain_text("Clara answered: Water moves.")


class TestNoPermission:
    @pytest.fixture
    def talk(self, server: Server, chromium: Any, session_state: Any) -> Iterator[Talk]:
        yield from opened(server, chromium, session_state, permissions=[])

    def test_one_can_still_ask_in_writing_and_hear_the_answer(self, talk: Talk) -> None:
        talk.begin()
        expect(talk.bar).to_contain_text("The microphone is blocked for this page")
        talk.page.get_by_label("Your question").fill("Why?")
        talk.page.keyboard.press("Enter")
        talk.voice.wait(lambda: talk.voice.of("text"), "the question")
        talk.speaks()


class TestInsecurePage:
    @pytest.fixture
    def talk(self, server: Server, chromium: Any, session_state: Any) -> Iterator[Talk]:
        yield from opened(server, chromium, session_state, INSECURE)

    def test_it_says_where_to_go(self, talk: Talk) -> None:
        talk.begin()
        expect(talk.bar).to_contain_text("Open Clara by https")
        assert talk.voice.hellos[0].audio == "none"


class TestOwnSpeech:
    @pytest.fixture
    def talk(self, server: Server, chromium: Any, session_state: Any) -> Iterator[Talk]:
        """With a server that neither hears nor speaks, and a browser that does both."""
        yield from opened(server, chromium, session_state, OWN_SPEECH, hears=False, speaks=False)

    def test_the_browser_hears_and_the_page_says_so(self, talk: Talk) -> None:
        talk.listens()
        expect(talk.bar).to_contain_text("your browser hears you and speaks")
        talk.page.evaluate("hear('what is', false)")
        expect(talk.state).to_have_text("Hearing you")
        expect(talk.page.get_by_role("article", name="You asked")).to_have_text("what is")
        talk.page.evaluate("hear('what is osmosis', true)")
        talk.voice.wait(lambda: talk.voice.of("text") == [{"type": "text", "text": "what is osmosis"}], "the question")
        assert talk.voice.sound == b""

    def test_words_after_a_breath_belong_to_the_question(self, talk: Talk) -> None:
        talk.listens()
        talk.page.evaluate("hear('what is', true)")
        talk.pauses(400)
        talk.page.evaluate("hear('osmosis', true)")
        talk.voice.wait(lambda: talk.voice.of("text"), "the question")
        assert talk.voice.of("text") == [{"type": "text", "text": "what is osmosis"}]
        expect(talk.page.get_by_role("article", name="You asked")).to_have_text("what is osmosis")

    def test_a_voice_that_fails_leaves_reading(self, talk: Talk) -> None:
        talk.page.evaluate("() => { window.voiceFails = true; }")
        teach_by_hints(talk.page)
        talk.listens()
        talk.voice.says("transcript", role="assistant", id="a", text="Water moves. ", final=False)
        talk.voice.says("turn", id="a", role="assistant", text="Water moves.", interrupted=False)
        talk.page.evaluate("failing.forEach(utterance => utterance.dispatchEvent(new Event('error')))")
        expect(talk.bar).to_contain_text("Answers are only shown")
        expect(talk.state).to_have_text("Listening")
        expect(talk.page.get_by_role("log")).to_contain_text("Clara answered: Water moves.")

    def test_the_browser_speaks_sentence_by_sentence(self, talk: Talk) -> None:
        talk.listens()
        talk.voice.says("transcript", role="assistant", id="a", text="Water **moves** [1]. It", final=False)
        talk.page.wait_for_function("heardAloud.length === 1")
        talk.voice.says("transcript", role="assistant", id="a", text="Water **moves** [1]. It stops.", final=True)
        talk.page.wait_for_function("heardAloud.length === 2")
        assert talk.page.evaluate("heardAloud") == ["Water moves.", "It stops."]
        expect(talk.state).to_have_text("Speaking")

    def test_how_far_an_answer_was_read_is_told(self, talk: Talk) -> None:
        talk.listens()
        assert talk.voice.hellos[0].reads_aloud
        text = "Water **moves** [1]. It stops. "
        talk.voice.says("transcript", role="assistant", id="a", text=text, final=False)
        talk.page.wait_for_function("heardAloud.length === 1")
        talk.page.evaluate("speaking.dispatchEvent(Object.assign(new Event('boundary'), {charIndex: 5}))")
        talk.voice.wait(lambda: talk.voice.of("played") == [{"type": "played", "id": "a", "chars": 5}], "a word")
        talk.page.evaluate("speaking.dispatchEvent(Object.assign(new Event('boundary'), {charIndex: 12}))")
        talk.page.keyboard.press("Escape")
        talk.voice.wait(lambda: talk.voice.of("interrupt"), "the message")
        told = talk.voice.of("played")[-1]["chars"]
        assert text[:told] == "Water **moves** [1]."
        talk.voice.says("transcript", role="assistant", id="a", text=text + "And on.", final=True)
        talk.voice.says("error", code="any", detail="And on it goes.", retryable=True)
        expect(talk.bar).to_contain_text("And on it goes.")
        assert len(talk.page.evaluate("heardAloud.filter(said => said !== '(cut)')")) == 1
        assert talk.voice.of("played")[-1]["chars"] == told

    def test_speaking_interrupts_but_an_echo_does_not(self, talk: Talk) -> None:
        talk.listens()
        talk.voice.says("transcript", role="assistant", id="a", text="Water moves through a membrane. ", final=False)
        talk.page.wait_for_function("heardAloud.length === 1")
        talk.page.evaluate("hear('water moves through', false)")
        expect(talk.state).to_have_text("Speaking")
        talk.page.evaluate("hear('wait what', false)")
        talk.page.wait_for_function("heardAloud.at(-1) === '(cut)'")
        talk.voice.wait(lambda: talk.voice.of("interrupt"), "the message")
        expect(talk.state).to_have_text("Hearing you")
