"""Voice detection on sound made for it: when speech begins, and when it ended, to the hundredth of a second."""

import asyncio
from collections.abc import Sequence

import numpy as np
import pytest
from livekit import rtc
from livekit.agents import vad

from clara.testing.speech import INSTALL_ESPEAK, Sound, has_espeak, say_aloud
from clara.voice.sound.detecting import Detection, Listening
from clara.voice.sound.io import MICROPHONE_RATE, WINDOW_SAMPLES
from tests.services import missing

SILENCE_S = 0.25
END = vad.VADEventType.END_OF_SPEECH
START = vad.VADEventType.START_OF_SPEECH


@pytest.fixture(scope="module")
def question() -> Sound:
    if not has_espeak():
        missing("espeak-ng", INSTALL_ESPEAK)
    return say_aloud("what is the powerhouse of the cell")


def silence(ms: int, noise: int = 0) -> bytes:
    samples = np.random.default_rng(1).normal(0, noise or 1, MICROPHONE_RATE * ms // 1000) * bool(noise)
    return bytes(samples.astype("<i2").tobytes())


def louder(pcm: bytes, noise: int) -> bytes:
    """Return sound with noise under it."""
    samples = np.frombuffer(pcm, "<i2").astype(float)
    return bytes((samples + np.random.default_rng(2).normal(0, noise, len(samples))).astype("<i2").tobytes())


def events(pcm: bytes, listening: Listening | None = None) -> Sequence[vad.VADEvent]:
    listening = listening or Listening(SILENCE_S)
    samples = np.frombuffer(pcm, np.int16)
    windows = samples[: len(samples) // WINDOW_SAMPLES * WINDOW_SAMPLES].reshape(-1, WINDOW_SAMPLES)
    return [event for window in windows for event in listening.hear(window)]


def turns(found: Sequence[vad.VADEvent]) -> list[vad.VADEvent]:
    return [event for event in found if event.type in (START, END)]


def last_sound_s(sound: Sound) -> float:
    loud = np.flatnonzero(np.abs(np.frombuffer(sound.pcm, "<i2").astype(int)) > 1000)
    return float(loud[-1]) / MICROPHONE_RATE


class TestWhen:
    @pytest.mark.parametrize("before_ms", [500, 507, 515, 523])
    def test_the_end_of_speech_is_that_of_its_sound(self, question: Sound, before_ms: int) -> None:
        start, end = turns(events(silence(before_ms) + question.pcm + silence(1000)))
        assert (start.type, end.type) == (START, END)
        ended = end.timestamp - end.silence_duration
        assert ended == pytest.approx(before_ms / 1000 + last_sound_s(question), abs=0.03)
        assert SILENCE_S <= end.silence_duration < SILENCE_S + 0.04
        assert start.timestamp - start.speech_duration == pytest.approx(before_ms / 1000, abs=0.1)
        assert end.speech_duration == pytest.approx(question.lasts_ms / 1000, abs=0.15)

    def test_with_noise_under_it_too_if_less_exactly(self, question: Sound) -> None:
        start, end = turns(events(louder(silence(500) + question.pcm + silence(1000), 120)))
        assert end.timestamp - end.silence_duration == pytest.approx(0.5 + last_sound_s(question), abs=0.12)
        assert start.timestamp < 0.8

    def test_soft_speech_is_heard_and_so_is_what_follows_something_loud(self, question: Sound) -> None:
        soft = (np.frombuffer(question.pcm, "<i2") // 20).astype("<i2").tobytes()
        found = turns(events(question.pcm + silence(1500) + soft + silence(500)))
        assert [event.type for event in found] == [START, END, START, END]

    @pytest.mark.parametrize("noise", [0, 30, 300, 2000])
    def test_silence_and_noise_are_no_speech(self, noise: int) -> None:
        assert turns(events(silence(5000, noise))) == []

    def test_a_short_pause_is_none_and_a_long_one_is(self, question: Sound) -> None:
        assert len(turns(events(question.pcm + silence(120) + question.pcm + silence(500)))) == 2
        assert len(turns(events(question.pcm + silence(500) + question.pcm + silence(500)))) == 4

    def test_silence_at_the_end_is_not_counted_as_speech(self) -> None:
        if not has_espeak():
            missing("espeak-ng", INSTALL_ESPEAK)
        found = events(silence(300) + say_aloud("ah").pcm[: MICROPHONE_RATE * 2 * 150 // 1000] + silence(800))
        assert [event.type for event in turns(found)] == [START, END]
        assert max(event.speech_duration for event in found) < 0.25

    def test_what_is_still_speech_would_not_have_begun_it(self) -> None:
        class Unsure:
            def __init__(self, *probabilities: float) -> None:
                self._probabilities = list(probabilities)

            def reset(self) -> None:
                pass

            def predict(self, window: object) -> float:
                return self._probabilities.pop(0)

        def began_and_ended(*probabilities: float) -> list[vad.VADEventType]:
            listening = Listening(SILENCE_S)
            listening._model = Unsure(*probabilities)
            loud = np.full(WINDOW_SAMPLES * len(probabilities), 3000, "<i2").tobytes()
            return [event.type for event in turns(events(loud, listening))]

        assert began_and_ended(*[0.45] * 30) == []
        assert began_and_ended(*[0.9] * 4, *[0.45] * 30) == [START]
        assert began_and_ended(*[0.9] * 4, *[0.2] * 30) == [START, END]


class TestStream:
    def test_frames_of_any_length_give_the_same(self, question: Sound) -> None:
        async def main(size: int) -> list[tuple[str, int]]:
            told: list[vad.VADEvent] = []
            stream = Detection(SILENCE_S, told.append).stream()
            pcm = question.pcm + silence(500)
            for at in range(0, len(pcm), size):
                piece = pcm[at : at + size]
                stream.push_frame(rtc.AudioFrame(piece, MICROPHONE_RATE, 1, len(piece) // 2))
            stream.end_input()
            found = [event async for event in stream]
            assert found == told
            assert (
                b"".join(bytes(frame.data) for event in found for frame in event.frames)
                == pcm[: len(pcm) // 1024 * 1024]
            )
            return [(event.type.value, event.samples_index) for event in found]

        assert asyncio.run(main(640)) == asyncio.run(main(1024)) == asyncio.run(main(3 * 1024 + 20))

    def test_much_at_once_lets_others_have_their_turn(self) -> None:
        async def main() -> None:
            stream = Detection(SILENCE_S, lambda event: None).stream()
            stream.push_frame(rtc.AudioFrame(silence(4000), MICROPHONE_RATE, 1, 64_000))
            turns_of_others = 0

            async def other() -> None:
                nonlocal turns_of_others
                while True:
                    turns_of_others += 1
                    await asyncio.sleep(0)

            task = asyncio.create_task(other())
            for _ in range(120):
                await anext(stream)
            task.cancel()
            assert turns_of_others >= 6

        asyncio.run(main())

    def test_sound_that_waits_behind_the_end_is_silence_too(self, question: Sound) -> None:
        async def main() -> None:
            stream = Detection(SILENCE_S, lambda event: None, lambda: 0.02).stream()
            pcm = question.pcm + silence(1000)
            stream.push_frame(rtc.AudioFrame(pcm, MICROPHONE_RATE, 1, len(pcm) // 2))
            stream.end_input()
            _, end = turns([event async for event in stream])
            left_s = len(pcm) // 2 / MICROPHONE_RATE - last_sound_s(question)
            assert end.silence_duration == pytest.approx(left_s + 0.02, abs=0.04)

        asyncio.run(main())

    def test_a_flush_forgets(self, question: Sound) -> None:
        async def main() -> None:
            stream = Detection(SILENCE_S, lambda event: None).stream()
            half = question.pcm[: len(question.pcm) // 4 * 2]
            stream.push_frame(rtc.AudioFrame(half, MICROPHONE_RATE, 1, len(half) // 2))
            while not (await anext(stream)).speaking:
                pass
            stream.flush()
            stream.push_frame(rtc.AudioFrame(silence(500), MICROPHONE_RATE, 1, 8000))
            stream.end_input()
            assert turns([event async for event in stream]) == []

        asyncio.run(main())

    def test_it_ends_when_it_is_closed(self) -> None:
        async def main() -> None:
            stream = Detection(SILENCE_S, lambda event: None).stream()
            reading = asyncio.ensure_future(anext(stream, None))
            await asyncio.sleep(0)
            await stream.aclose()
            assert await reading is None

        asyncio.run(main())
