"""Speech services, against the scripted server over real HTTP."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.waiting import wait_for

from clara.core.errors import ClaraError
from clara.providers.sound import samples_from, wav_of
from clara.providers.speech import Patience, Speech, SpeechService
from clara.testing.openai_server import ScriptedServer, scripted_server
from clara.testing.scripts import Fail, Hang, Hear, Raw, Speak
from clara.testing.speech import mumble

pytestmark = pytest.mark.anyio

QUICK = Patience(transcript_s=0.4, first_sound_s=0.4, idle_s=0.4, speech_s=3)
SILENCE = bytes(32_000)


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with scripted_server(models=["ear", "voice"], key="k") as server:
        yield server


@pytest.fixture
def second() -> Iterator[ScriptedServer]:
    with scripted_server() as server:
        yield server


class Told(list[tuple[str, str]]):
    def __call__(self, name: str, outcome: str) -> None:
        self.append((name, outcome))


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
async def speech(server: ScriptedServer, second: ScriptedServer, told: Told) -> AsyncIterator[Speech]:
    ears = [SpeechService("openai:ear", server.url, "k"), SpeechService("openai:other", second.url)]
    voices = [SpeechService("openai:voice", server.url, "k", "nova"), SpeechService("openai:other", second.url)]
    made = Speech(ears, voices, QUICK, told)
    yield made
    await made.close()


async def all_of(speech: Speech, text: str, language: str | None = None) -> bytes:
    return b"".join([piece async for piece in speech.speak(text, language)])


async def _drain(sound: AsyncIterator[bytes]) -> None:
    async for _ in sound:
        pass


class TestTranscribing:
    async def test_sound_language_and_terms_are_sent(self, server: ScriptedServer, speech: Speech) -> None:
        server.play_hearing(Hear(" What is osmosis? "))
        assert await speech.transcribe(SILENCE, 16_000, "en", ["osmosis", "xylem"]) == "What is osmosis?"
        asked = server.asked_for("/audio/transcriptions")[0].body
        assert asked["model"] == "ear"
        assert asked["language"] == "en"
        assert asked["prompt"] == "osmosis, xylem"
        assert asked["file"] == wav_of(SILENCE, 16_000)

    async def test_terms_are_cut_to_whole_ones(self, server: ScriptedServer, speech: Speech) -> None:
        await speech.transcribe(SILENCE, 16_000, None, ["photosynthesis"] * 100)
        prompt = server.asked_for("/audio/transcriptions")[0].body["prompt"]
        assert len(prompt) <= 600
        assert prompt.endswith("photosynthesis")

    async def test_what_the_server_knows_is_heard(self, server: ScriptedServer, speech: Speech) -> None:
        sound = mumble("what is the powerhouse of the cell", 16_000)
        server.ear.learn(mumble("why do leaves fall in autumn", 16_000), sound)
        assert await speech.transcribe(SILENCE[:8000] + sound.pcm + SILENCE, 16_000) == sound.text
        assert await speech.transcribe(SILENCE, 16_000) == ""

    @pytest.mark.parametrize(
        "trouble", [Fail(500), Fail(429), Fail(404), Hang(), Raw(b"no json"), Raw(b'{"text": null}'), Raw(b"[]")]
    )
    async def test_another_service_hears_when_the_first_does_not(
        self, server: ScriptedServer, second: ScriptedServer, speech: Speech, trouble: Fail | Hang | Raw
    ) -> None:
        server.play_hearing(trouble)
        second.play_hearing(Hear("Hello"))
        assert await speech.transcribe(SILENCE, 16_000) == "Hello"

    async def test_a_service_that_failed_is_not_asked_first(
        self, server: ScriptedServer, second: ScriptedServer, speech: Speech, told: Told
    ) -> None:
        server.play_hearing(Fail(500))
        second.play_hearing(Hear("one"), Hear("two"))
        await speech.transcribe(SILENCE, 16_000)
        assert await speech.transcribe(SILENCE, 16_000) == "two"
        assert len(server.asked) == 1
        assert told == [("openai:ear", "speech_failed"), ("openai:other", "done"), ("openai:other", "done")]

    @pytest.mark.parametrize(
        ("trouble", "code"),
        [
            (Fail(500), "speech_failed"),
            (Fail(401), "speech_misconfigured"),
            (Fail(429), "speech_overloaded"),
            (Hang(), "speech_timeout"),
        ],
    )
    async def test_what_the_last_one_fails_with_is_said(
        self, server: ScriptedServer, second: ScriptedServer, speech: Speech, trouble: Fail | Hang, code: str
    ) -> None:
        server.play_hearing(Fail(500))
        second.play_hearing(trouble)
        with pytest.raises(ClaraError) as caught:
            await speech.transcribe(SILENCE, 16_000)
        assert caught.value.problem_code == code

    async def test_a_server_that_is_away(self) -> None:
        speech = Speech([SpeechService("openai:x", "http://127.0.0.1:9/v1")])
        with pytest.raises(ClaraError) as caught:
            await speech.transcribe(SILENCE, 16_000)
        assert caught.value.problem_code == "speech_failed"
        await speech.close()

    async def test_without_services(self) -> None:
        speech = Speech()
        assert not speech.hears
        assert not speech.speaks
        with pytest.raises(ClaraError) as caught:
            await speech.transcribe(SILENCE, 16_000)
        assert caught.value.problem_code == "speech_not_configured"


class TestSpeaking:
    async def test_text_becomes_samples(self, server: ScriptedServer, speech: Speech) -> None:
        assert await all_of(speech, "Water moves through membranes.") == mumble("Water moves through membranes.").pcm
        asked = server.asked_for("/audio/speech")[0].body
        assert asked == {
            "model": "voice",
            "input": "Water moves through membranes.",
            "voice": "nova",
            "response_format": "pcm",
        }

    async def test_the_language_is_told(self, server: ScriptedServer, speech: Speech) -> None:
        await all_of(speech, "Wasser", "de")
        assert server.asked_for("/audio/speech")[0].body["language"] == "de"

    async def test_pieces_are_whole_samples(self, server: ScriptedServer, speech: Speech) -> None:
        server.play_speaking(Raw(b"abc" * 999, content_type="audio/pcm"))
        pieces = [piece async for piece in speech.speak("x")]
        assert all(len(piece) % 2 == 0 for piece in pieces)
        assert b"".join(pieces) == (b"abc" * 999)[:-1]

    async def test_a_wav_file_is_read_as_one(self, server: ScriptedServer, speech: Speech) -> None:
        server.play_speaking(Speak(as_wav=True, piece_ms=1))
        assert await all_of(speech, "Water") == mumble("Water").pcm

    @pytest.mark.parametrize(
        "trouble", [Fail(500), Hang(), Speak(silent=True), Speak(delay_s=2), Raw(b"{}"), Raw(b"x", 200, "audio/mpeg")]
    )
    async def test_another_service_speaks_when_the_first_does_not(
        self, server: ScriptedServer, second: ScriptedServer, speech: Speech, trouble: Fail | Hang | Speak | Raw
    ) -> None:
        server.play_speaking(trouble)
        assert await all_of(speech, "Water") == mumble("Water").pcm
        assert len(second.asked_for("/audio/speech")) == 1

    @pytest.mark.parametrize("trouble", [Speak(cut_after_ms=200), Speak(pause_s=2)])
    async def test_speech_that_breaks_off_is_not_begun_again(
        self, server: ScriptedServer, second: ScriptedServer, speech: Speech, trouble: Speak
    ) -> None:
        server.play_speaking(trouble)
        sound = speech.speak("Water moves through membranes, always.")
        assert await anext(sound)
        with pytest.raises(ClaraError) as caught:
            await _drain(sound)
        assert caught.value.problem_code in ("speech_failed", "speech_timeout")
        assert second.asked == []

    async def test_leaving_closes_the_connection(self, server: ScriptedServer, speech: Speech) -> None:
        server.play_speaking(Speak(pause_s=0.1))
        async with aclosing(speech.speak("word " * 100)) as sound:
            await anext(sound)
        await wait_for(lambda: server.asked[0].disconnected, 5)

    async def test_a_cancelled_speaker_closes_the_connection(self, server: ScriptedServer, speech: Speech) -> None:
        server.play_speaking(Hang())
        task = asyncio.ensure_future(all_of(speech, "Water"))
        await wait_for(lambda: server.asked)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await wait_for(lambda: server.asked[0].disconnected, 5)


class TestSound:
    @given(st.binary(max_size=200), st.integers(8_000, 48_000))
    def test_samples_are_found_in_what_was_written(self, pcm: bytes, rate: int) -> None:
        wav = wav_of(pcm, rate)
        start = samples_from(wav)
        assert start == 44
        assert wav[start:] == pcm[: len(pcm) // 2 * 2]

    @given(st.binary(max_size=60))
    def test_any_beginning_can_be_looked_at(self, head: bytes) -> None:
        samples_from(head)
        samples_from(b"RIFF" + head)

    def test_the_first_bytes_of_a_file_are_waited_for(self) -> None:
        assert samples_from(b"RI") is None
        assert samples_from(b"RIFF\0\0") is None
        assert samples_from(b"ab") == 0
