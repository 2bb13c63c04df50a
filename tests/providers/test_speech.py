"""Speech services, against the scripted server over real HTTP."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st
from tests.waiting import wait_for

from clara.core.errors import ClaraError
from clara.providers.sound import Samples, samples_from, wav_of
from clara.providers.speech import REST_S, Patience, Speech, SpeechService
from clara.testing.openai_server import ScriptedServer, scripted_server
from clara.testing.scripts import Fail, Hang, Hear, Raw, Speak
from clara.testing.speech import mumble

pytestmark = pytest.mark.anyio

QUICK = Patience(transcript_s=0.8, first_sound_s=0.8, idle_s=0.4, speech_s=3)
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

    async def test_terms_of_other_scripts_are_no_more_than_a_recogniser_reads(
        self, server: ScriptedServer, speech: Speech
    ) -> None:
        await speech.transcribe(SILENCE, 16_000, None, ["प्रकाशसंश्लेषण"] * 100)
        prompt = server.asked_for("/audio/transcriptions")[0].body["prompt"]
        assert len(prompt.encode()) <= 600

    async def test_a_language_is_called_as_recognisers_call_it(self, server: ScriptedServer, speech: Speech) -> None:
        await speech.transcribe(SILENCE, 16_000, "nb")
        assert server.asked_for("/audio/transcriptions")[0].body["language"] == "no"

    async def test_who_knows_no_such_language_is_asked_without_from_then_on(
        self, server: ScriptedServer, second: ScriptedServer, speech: Speech
    ) -> None:
        server.play_hearing(Fail(400), Hear("Dia duit"), Hear("Slán"), Hear("Hello"))
        assert await speech.transcribe(SILENCE, 16_000, "ga", ["xylem"]) == "Dia duit"
        assert await speech.transcribe(SILENCE, 16_000, "ga", ["xylem"]) == "Slán"
        assert await speech.transcribe(SILENCE, 16_000, "en") == "Hello"
        told = [asked.body.keys() & {"language", "prompt"} for asked in server.asked]
        assert told == [{"language", "prompt"}, set(), set(), {"language"}]
        assert second.asked == []

    async def test_what_is_shorter_than_a_word_is_not_sent(self, server: ScriptedServer, speech: Speech) -> None:
        assert await speech.transcribe(SILENCE[:3000], 16_000) == ""
        assert server.asked == []

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
            (Fail(408), "speech_failed"),
            (Fail(400), "speech_misconfigured"),
            (Fail(401), "speech_misconfigured"),
            (Fail(422), "speech_misconfigured"),
            (Fail(429), "speech_overloaded"),
            (Fail(429, code="insufficient_quota"), "speech_misconfigured"),
            (Raw(b"x" * 2_000_000), "speech_failed"),
            (Raw(b"[" * 100_000), "speech_failed"),
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
            "sample_rate": 24_000,
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
        "trouble",
        [
            Fail(500),
            Hang(),
            Speak(silent=True),
            Speak(delay_s=2),
            Raw(b"{}"),
            Raw(b"x", 200, "audio/mpeg"),
            Raw(b"x" * 1000, 200, "audio/pcm; rate=22050"),
            Raw(wav_of(bytes(1000), 22_050), 200, "audio/wav"),
            Raw(b"RIFF" + bytes(70_000), 200, "audio/wav"),
        ],
    )
    async def test_another_service_speaks_when_the_first_does_not(
        self, server: ScriptedServer, second: ScriptedServer, speech: Speech, trouble: Fail | Hang | Speak | Raw
    ) -> None:
        server.play_speaking(trouble)
        assert await all_of(speech, "Water") == mumble("Water").pcm
        assert len(second.asked_for("/audio/speech")) == 1

    @pytest.mark.parametrize("trouble", [Speak(cut_after_ms=400), Speak(pause_s=2)])
    async def test_another_service_goes_on_where_one_breaks_off(
        self, server: ScriptedServer, second: ScriptedServer, speech: Speech, trouble: Speak
    ) -> None:
        text = "Water moves through membranes, always."
        server.play_speaking(trouble)
        assert await all_of(speech, text) == mumble(text).pcm
        assert len(second.asked) == 1

    @pytest.mark.parametrize("trouble", [Speak(cut_after_ms=200), Speak(pause_s=2)])
    async def test_what_breaks_off_with_nobody_to_go_on_is_said_to(
        self, server: ScriptedServer, trouble: Speak
    ) -> None:
        speech = Speech([], [SpeechService("openai:voice", server.url, "k")], QUICK)
        server.play_speaking(trouble)
        sound = speech.speak("Water moves through membranes, always.")
        assert await anext(sound)
        with pytest.raises(ClaraError) as caught:
            await _drain(sound)
        assert caught.value.problem_code in ("speech_failed", "speech_timeout")
        await speech.close()

    async def test_a_voice_that_finds_no_end_is_broken_off(self, server: ScriptedServer) -> None:
        speech = Speech([], [SpeechService("openai:voice", server.url, "k")], QUICK)
        server.play_speaking(Raw(bytes(48_000 * 13), content_type="audio/pcm"))
        with pytest.raises(ClaraError):
            await all_of(speech, "Yes.")
        await speech.close()

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


class TestResting:
    async def test_the_time_for_an_answer_is_shared_with_who_may_be_asked_after(
        self, server: ScriptedServer, second: ScriptedServer, speech: Speech
    ) -> None:
        server.play_hearing(Hang())
        second.play_hearing(Hang())
        clock = asyncio.get_running_loop().time
        began = clock()
        with pytest.raises(ClaraError):
            await speech.transcribe(SILENCE, 16_000)
        assert QUICK.transcript_s <= clock() - began + 0.01 < QUICK.transcript_s * 1.5
        assert len(second.asked) == 1

    async def test_a_request_that_is_not_taken_rests_nobody(
        self, server: ScriptedServer, second: ScriptedServer, speech: Speech
    ) -> None:
        server.play_hearing(Fail(413), Hear("here"))
        second.play_hearing(Hear("there"))
        assert await speech.transcribe(SILENCE, 16_000) == "there"
        assert await speech.transcribe(SILENCE, 16_000) == "here"

    async def test_one_caller_finds_out_whether_it_works_again(
        self, server: ScriptedServer, second: ScriptedServer, speech: Speech, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ear = speech._ears[0]
        server.play_hearing(Fail(500), Hear("back", delay_s=0.2))
        second.play_hearing(Hear("one"), Hear("two"))
        assert await speech.transcribe(SILENCE, 16_000) == "one"
        ear.rests_until -= REST_S
        finding_out = asyncio.ensure_future(speech.transcribe(SILENCE, 16_000))
        await wait_for(lambda: len(server.asked) == 2)
        assert await speech.transcribe(SILENCE, 16_000) == "two"
        assert await finding_out == "back"
        assert ear.rests_until == 0


class TestLogs:
    async def test_what_is_wrong_is_named_and_nothing_that_was_said_repeated(self, server: ScriptedServer) -> None:
        speech = Speech([SpeechService("openai:ear", server.url, "k")], [], QUICK)
        server.play_hearing(Fail(404, "no model for 'my secret question'", code="model_not_found"))
        server.play_hearing(Fail(400, "bad", code="my secret question"))
        with structlog.testing.capture_logs() as logs:
            for _ in range(2):
                with pytest.raises(ClaraError):
                    await speech.transcribe(SILENCE, 16_000)
        await speech.close()
        assert "secret" not in json.dumps(logs)
        assert (logs[0]["status"], logs[0]["reason"], logs[0]["host"]) == (404, "model_not_found", "127.0.0.1")
        assert logs[1]["status"] == 400


class TestSound:
    @given(st.binary(min_size=2, max_size=200), st.integers(8_000, 48_000))
    def test_samples_are_found_in_what_was_written(self, pcm: bytes, rate: int) -> None:
        wav = wav_of(pcm, rate)
        samples, made_by = Samples(rate), b"LIST\4\0\0\0INFO"
        taken = [samples.take(bytes([byte])) for byte in wav + made_by]
        assert b"".join(taken) == pcm[: len(pcm) // 2 * 2]
        assert all(len(piece) % 2 == 0 for piece in taken)

    def test_a_file_that_is_sent_while_it_is_made_says_nothing_of_its_length(self) -> None:
        head = wav_of(b"", 24_000)[:-4] + b"\xff\xff\xff\xff"
        assert Samples(24_000).take(head + b"abcd") == b"abcd"

    @given(st.binary(max_size=60))
    def test_any_beginning_can_be_looked_at(self, head: bytes) -> None:
        for begun in (head, b"RIFF" + head, wav_of(b"", 24_000)[:16] + head):
            try:
                samples_from(begun, 24_000)
            except ValueError:
                continue

    def test_the_first_bytes_of_a_file_are_waited_for(self) -> None:
        assert samples_from(b"RI", 24_000) is None
        assert samples_from(b"RIFF\0\0", 24_000) is None
        assert samples_from(b"ab", 24_000) == (0, None)

    def test_a_file_of_other_samples_is_refused(self) -> None:
        with pytest.raises(ValueError, match="22050 Hz"):
            samples_from(wav_of(b"abcd", 22_050), 24_000)
