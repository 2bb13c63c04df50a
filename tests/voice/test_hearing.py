"""Stretches of speech, in virtual time, with a recogniser that a test has scripted."""

import asyncio
import struct
from collections.abc import AsyncIterator, Callable, Sequence

import pytest
from livekit import rtc
from livekit.agents import vad

from clara.core.errors import ClaraError, ProviderFailed
from clara.providers.speech import Speech
from clara.testing.speech import mumble
from clara.voice.sound.hearing import BEFORE_S, LONGEST_S, Hearing
from clara.voice.sound.io import MICROPHONE_RATE
from clara.voice.sound.silence import QUIET, loudness
from clara.voice.sound.unspoken import is_stop
from tests.voice.virtual import run

SECOND = MICROPHONE_RATE * 2
TERMS = ("xylem", "phloem", "stomata")


class Recogniser(Speech):
    """Gives back, after so many seconds, what it was scripted to; notes how long each stretch was."""

    def __init__(self, *answers: tuple[float, str | ClaraError]) -> None:
        super().__init__()
        self.answers = list(answers)
        self.asked: list[bytes] = []

    async def transcribe(self, pcm: bytes, rate: int, language: str | None = None, terms: Sequence[str] = ()) -> str:
        self.asked.append(pcm)
        wait_s, answer = self.answers.pop(0)
        await asyncio.sleep(wait_s)
        if isinstance(answer, ClaraError):
            raise answer
        return answer


class Room:
    """Feeds a hearing what a detection finds, and gathers what it understands."""

    def __init__(
        self,
        *answers: tuple[float, str | ClaraError],
        speaks: Callable[[], bool] = lambda: False,
        stops: Callable[[str, bool], bool] = lambda text, over: False,
    ) -> None:
        self.recogniser = Recogniser(*answers)
        self.errors: list[ClaraError] = []
        self.hearing = Hearing(self.recogniser, self.errors.append, "en", TERMS, speaks=speaks, stops=stops)
        self.ended = asyncio.Event()
        self.words: list[str] = []
        self.listening = asyncio.create_task(self._listen())

    async def sound(self, ms: int, level: int = 3000) -> None:
        for _ in range(ms // 100):
            pcm = struct.pack("<h", level) * (MICROPHONE_RATE // 10)
            self._detect("inference_done", rtc.AudioFrame(pcm, MICROPHONE_RATE, 1, MICROPHONE_RATE // 10))
            await asyncio.sleep(0.1)

    async def say(self, ms: int, level: int = 3000) -> None:
        self._detect("start_of_speech")
        await self.sound(ms, level)
        self._detect("end_of_speech")

    def _detect(self, kind: str, *frames: rtc.AudioFrame) -> None:
        self.hearing.detected(vad.VADEvent(vad.VADEventType(kind), 0, 0, 0, 0, list(frames)))

    async def end(self) -> None:
        self.ended.set()
        await self.listening

    async def _audio(self) -> AsyncIterator[rtc.AudioFrame]:
        await self.ended.wait()
        return
        yield

    async def _listen(self) -> None:
        async for event in self.hearing.listen(self._audio()):
            self.words.append(event.alternatives[0].text)


class TestStretches:
    def test_a_stretch_has_what_came_just_before_it_and_nothing_after(self) -> None:
        async def main() -> None:
            room = Room((0, "yes"))
            await room.sound(2000, 1)
            await room.say(1000)
            await room.sound(1000, 1)
            await room.end()
            assert room.words == ["yes"]
            (pcm,) = room.recogniser.asked
            assert len(pcm) == pytest.approx((BEFORE_S + 1) * SECOND, abs=0.11 * SECOND)
            assert pcm[:2] == b"\1\0"

        run(main())

    def test_the_next_stretch_has_nothing_of_what_came_before_the_last(self) -> None:
        async def main() -> None:
            room = Room((0, "yes"), (0, "no"))
            await room.sound(1000, 1)
            await room.say(500)
            await room.sound(200, 2)
            await room.say(500)
            await room.end()
            pcm = room.recogniser.asked[1]
            assert pcm[:2] == b"\2\0"
            assert len(pcm) == pytest.approx(0.7 * SECOND, abs=0.01 * SECOND)

        run(main())

    def test_silence_is_not_transcribed(self) -> None:
        async def main() -> None:
            room = Room()
            await room.sound(60_000, 0)
            await room.end()
            assert (room.recogniser.asked, room.words) == ([], [])

        run(main())

    def test_they_are_transcribed_side_by_side_and_keep_their_order(self) -> None:
        async def main() -> None:
            room = Room((5, "first"), (0, "second"))
            clock = asyncio.get_running_loop().time
            for _ in range(2):
                await room.say(500)
                await room.sound(500)
            assert len(room.recogniser.asked) == 2
            await room.end()
            assert room.words == ["first", "second"]
            assert clock() < 7

        run(main())

    def test_who_does_not_pause_is_transcribed_in_parts(self) -> None:
        async def main() -> None:
            room = Room((0, "first"), (0, "second"))
            await room.say(int(LONGEST_S * 1000) + 2000)
            await room.end()
            assert room.words == ["first", "second"]
            assert len(b"".join(room.recogniser.asked)) == (LONGEST_S + 2) * SECOND

        run(main())

    def test_what_fails_is_told_of_and_the_next_is_heard(self) -> None:
        async def main() -> None:
            room = Room((0, ProviderFailed("no", code="speech_failed")), (0, "heard"))
            for _ in range(2):
                await room.say(500)
            await room.end()
            assert room.words == ["heard"]
            assert [error.problem_code for error in room.errors] == ["speech_failed"]

        run(main())

    def test_leaving_ends_what_is_being_transcribed(self) -> None:
        async def main() -> None:
            room = Room((1000, "late"), (1000, "later"))
            for _ in range(2):
                await room.say(500)
            room.listening.cancel()
            await asyncio.gather(room.listening, return_exceptions=True)
            assert [task for task in asyncio.all_tasks() if task is not asyncio.current_task()] == []

        run(main())


class TestInvention:
    def test_a_quiet_thank_you_is_not_believed_and_a_spoken_one_is(self) -> None:
        async def main() -> None:
            room = Room((0, "Thank you."), (0, "Thank you."))
            await room.say(500, 20)
            await room.say(500, 3000)
            await room.end()
            assert room.words == ["Thank you."]

        run(main())

    def test_a_recogniser_that_repeats_what_it_was_told_has_heard_nothing(self) -> None:
        async def main() -> None:
            room = Room((0, "Xylem, phloem, stomata."), (0, "Xylem and phloem, what are they?"))
            for _ in range(2):
                await room.say(600)
            await room.end()
            assert room.words == ["Xylem and phloem, what are they?"]

        run(main())

    def test_a_nod_is_no_word_while_clara_speaks(self) -> None:
        async def main(speaks: bool) -> list[str]:
            room = Room((0, "Mhm, okay."), (0, "Okay, stop."), speaks=lambda: speaks)
            for _ in range(2):
                await room.say(600)
            await room.end()
            return room.words

        assert run(main(True)) == ["Okay, stop."]
        assert run(main(False)) == ["Mhm, okay.", "Okay, stop."]

    def test_what_stops_clara_is_no_word(self) -> None:
        async def main(speaks: bool) -> tuple[list[str], list[tuple[str, bool]]]:
            asked: list[tuple[str, bool]] = []

            def stops(text: str, over: bool) -> bool:
                asked.append((text, over))
                return over and is_stop(text)

            room = Room((0, "Stop, please."), (0, "How do I stop it?"), speaks=lambda: speaks, stops=stops)
            for _ in range(2):
                await room.say(600)
            await room.end()
            return room.words, asked

        assert run(main(True)) == (["How do I stop it?"], [("Stop, please.", True), ("How do I stop it?", True)])
        assert run(main(False))[0] == ["Stop, please.", "How do I stop it?"]

    def test_speech_is_louder_than_quiet(self) -> None:
        assert loudness(mumble("what is a cell", MICROPHONE_RATE).pcm) > 4 * QUIET
        assert loudness(b"") == 0
        assert loudness(b"\0\0" * 50) == 0
