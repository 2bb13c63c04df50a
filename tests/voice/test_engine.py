"""A voice session with the real voice detection, in real time: speech goes in, speech comes out."""

import asyncio
import gc
import weakref
from collections.abc import Iterator

import pytest
from livekit.agents import UserStateChangedEvent

from clara.providers.speech import Speech
from clara.testing.openai_server import ScriptedServer, scripted_server
from clara.testing.scripts import Fail, Hear, Speak
from clara.testing.speech import INSTALL_ESPEAK, Sound, has_espeak, mumble, say_aloud
from clara.tutor.events import CitationEvent, Cited, TextEvent
from clara.voice.sound.hearing import Hearing
from clara.voice.sound.io import Microphone
from clara.voice.talking.engine import Turns, build_session
from tests.services import missing
from tests.voice.talks import PATIENCE, talking
from tests.waiting import wait_for

pytestmark = [pytest.mark.anyio, pytest.mark.serial]

PLACE = Cited(1, "f", "biology-notes.pdf", "d", 0, 41, 41, "", "q", 0, 1)
LONG = "Mitochondria are the powerhouse of the cell. They turn sugar into the energy that everything else runs on."


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
def question() -> Sound:
    if not has_espeak():
        missing("espeak-ng", INSTALL_ESPEAK)
    return say_aloud("what is the powerhouse of the cell")


@pytest.fixture(scope="module")
def interruption() -> Sound:
    if not has_espeak():
        missing("espeak-ng", INSTALL_ESPEAK)
    return say_aloud("wait please explain that again")


@pytest.fixture
def server(question: Sound, interruption: Sound) -> Iterator[ScriptedServer]:
    with scripted_server() as server:
        server.ear.learn(question, interruption)
        yield server


class TestMemory:
    async def test_what_happened_is_told_and_not_kept(self) -> None:
        told: list[str] = []
        session = build_session(Hearing(Speech([], [], PATIENCE), lambda error: None, None), Microphone(), None)
        session.on("user_state_changed", lambda event: told.append(event.new_state))
        event = UserStateChangedEvent(old_state="listening", new_state="speaking")
        session.emit("user_state_changed", event)
        kept = weakref.ref(event)
        del event
        gc.collect()
        assert (told, kept()) == (["speaking"], None)


class TestQuestions:
    async def test_a_spoken_question_is_answered_aloud_with_its_page(
        self, server: ScriptedServer, question: Sound
    ) -> None:
        async with talking(server) as talk:
            talk.answers.append([CitationEvent(PLACE), TextEvent("Mitochondria are [1]. "), TextEvent("Yes.")])
            await talk.say(question)
            await wait_for(lambda: talk.ears.of("audio_end"))
            await wait_for(lambda: talk.heard("assistant"))
        assert talk.questions == [question.text]
        said = [asked.body["input"] for asked in server.asked_for("/audio/speech")]
        assert said == ["Mitochondria are, see page forty-one of your biology notes.", "Yes."]
        assert talk.ears.pcm == b"".join(mumble(text).pcm for text in said)
        assert talk.heard("assistant") == ["Mitochondria are [1]. Yes."]
        assert talk.events == [CitationEvent(PLACE)]
        assert talk.errors == []

    async def test_silence_asks_nothing(self, server: ScriptedServer) -> None:
        async with talking(server) as talk:
            await asyncio.sleep(1)
        assert server.asked == []
        assert talk.questions == []


class TestInterrupting:
    async def test_the_answer_pauses_then_is_cut_and_only_what_was_heard_is_kept(
        self, server: ScriptedServer, question: Sound, interruption: Sound
    ) -> None:
        async with talking(server) as talk:
            talk.answers += [[TextEvent(LONG)], [TextEvent("Gladly.")]]
            await talk.say(question)
            await wait_for(lambda: talk.ears.of("audio_start"))
            await asyncio.sleep(1.2)
            await talk.say(interruption)
            await wait_for(lambda: len(talk.ears.of("audio_end")) == 2)
            await wait_for(lambda: len(talk.heard("assistant")) == 2)
        kinds = [told[0] for told in talk.ears.of("pause", "clear", "resume")]
        assert kinds == ["pause", "clear"]
        first = talk.ears.of("audio_end")[0]
        assert first[3] is True
        assert LONG.startswith(first[4])
        assert 0 < len(first[4]) < len(LONG)
        assert talk.heard("assistant") == [first[4], "Gladly."]
        assert talk.questions == [question.text, interruption.text]
        after = talk.ears.told[talk.ears.told.index(talk.ears.of("clear")[0]) :]
        assert not [told for told in after if told[0] == "audio" and told[1] == 1]

    async def test_without_false_alarms_what_stops_it_ends_it(
        self, server: ScriptedServer, question: Sound, interruption: Sound
    ) -> None:
        async with talking(server, Turns(interruption_s=0.2, false_alarm_s=0)) as talk:
            talk.answers.append([TextEvent(LONG)])
            await talk.say(question)
            await wait_for(lambda: talk.ears.of("audio_start"))
            await asyncio.sleep(0.5)
            server.play_hearing(Hear(""))
            await talk.say(interruption)
            await wait_for(lambda: talk.heard("assistant"))
        assert [told[0] for told in talk.ears.of("pause", "clear", "resume")] == ["clear"]
        assert LONG.startswith(talk.heard("assistant")[0])
        assert talk.heard("assistant") != [LONG]

    async def test_a_cough_is_a_false_alarm(self, server: ScriptedServer, question: Sound, interruption: Sound) -> None:
        async with talking(server) as talk:
            talk.answers.append([TextEvent(LONG)])
            await talk.say(question)
            await wait_for(lambda: talk.ears.of("audio_start"))
            await asyncio.sleep(0.5)
            server.play_hearing(Hear(""))
            await talk.say(interruption)
            await wait_for(lambda: talk.ears.of("audio_end"))
            await wait_for(lambda: talk.heard("assistant"))
        assert [told[0] for told in talk.ears.of("pause", "clear", "resume")] == ["pause", "resume"]
        assert talk.heard("assistant") == [LONG]


class TestTrouble:
    async def test_a_service_that_does_not_hear_or_speak_ends_nothing(
        self, server: ScriptedServer, question: Sound
    ) -> None:
        async with talking(server) as talk:
            server.play_hearing(Fail(500))
            await talk.say(question)
            await wait_for(lambda: talk.errors)
            server.play_speaking(Speak(cut_after_ms=200))
            talk.answers += [[TextEvent(LONG)], [TextEvent("Fine.")]]
            await talk.say(question)
            await wait_for(lambda: len(talk.errors) == 2)
            await wait_for(lambda: talk.heard("assistant"))
            await talk.say(question)
            await wait_for(lambda: "Fine." in talk.heard("assistant"))
        assert [error.problem_code for error in talk.errors] == ["speech_failed", "speech_failed"]
