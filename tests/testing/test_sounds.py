import numpy as np
import pytest
from tests.services import missing

from clara.testing.speech import INSTALL_ESPEAK, Ear, Sound, has_espeak, mumble, say_aloud

QUESTIONS = (
    "what is the powerhouse of the cell and why is it important",
    "explain photosynthesis to me please",
    "draw a diagram of the water cycle",
    "quiz me on chapter two",
)


@pytest.fixture(scope="module", params=["hum", "espeak"])
def sounds(request: pytest.FixtureRequest) -> list[Sound]:
    if request.param == "hum":
        return [mumble(text, 16_000) for text in QUESTIONS]
    if not has_espeak():
        missing("espeak-ng", INSTALL_ESPEAK)
    return [say_aloud(text) for text in QUESTIONS]


class TestEar:
    def test_each_sound_is_told_from_the_others(self, sounds: list[Sound]) -> None:
        ear = Ear()
        ear.learn(*sounds)
        assert [ear.hear(sound.pcm, sound.rate) for sound in sounds] == list(QUESTIONS)

    def test_silence_around_it_noise_over_it_and_another_loudness_do_not_matter(self, sounds: list[Sound]) -> None:
        ear = Ear()
        ear.learn(*sounds)
        samples = np.frombuffer(sounds[0].pcm, dtype="<i2") // 3
        noisy = samples + np.random.default_rng(1).normal(0, 20, len(samples))
        pcm = bytes(20_001 * 2) + noisy.astype("<i2").tobytes() + bytes(9_000)
        assert ear.hear(pcm, sounds[0].rate) == QUESTIONS[0]

    def test_a_part_of_it_is_those_words(self, sounds: list[Sound]) -> None:
        ear = Ear()
        ear.learn(*sounds)
        sound = sounds[0]
        first = sound.words[5].end_ms
        half = sound.pcm[: int(first * sound.rate / 1000) * 2]
        assert ear.hear(half, sound.rate) == "what is the powerhouse of the"
        assert ear.hear(sound.pcm[len(half) :], sound.rate) == "cell and why is it important"

    def test_silence_and_noise_are_nothing(self, sounds: list[Sound]) -> None:
        ear = Ear()
        ear.learn(*sounds)
        noise = np.random.default_rng(2).normal(0, 2000, 48_000).astype("<i2").tobytes()
        assert ear.hear(bytes(64_000), 16_000) == ""
        assert ear.hear(noise, 16_000) == ""
        assert ear.hear(b"", 16_000) == ""


class TestWords:
    def test_times_are_in_order_and_within_the_sound(self, sounds: list[Sound]) -> None:
        for sound in sounds:
            edges = [edge for word in sound.words for edge in (word.start_ms, word.end_ms)]
            assert edges == sorted(edges)
            assert edges[-1] <= sound.lasts_ms
