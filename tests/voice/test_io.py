"""What the microphone and the loudspeaker do with sound, in virtual time; test_playout has every order of calls."""

import asyncio
from typing import Any

import pytest
from livekit import rtc
from livekit.agents.voice.io import PlaybackFinishedEvent

from clara.voice.sound.io import MOST_HELD_S, SPEAKER_RATE, WINDOW_SAMPLES, Loudspeaker, Microphone
from clara.voice.wording.speakable import Speaker
from clara.voice.wording.spoken import SpokenText
from tests.voice.virtual import run


class Heard:
    """A listener that notes what it is told."""

    def __init__(self) -> None:
        self.told: list[tuple[Any, ...]] = []
        self.at: list[float] = []
        self.pcm: dict[int, bytes] = {}

    def audio(self, segment: int, offset: int, pcm: bytes) -> None:
        assert offset * 2 == len(self.pcm.setdefault(segment, b""))
        self.pcm[segment] += pcm
        self._note("audio", segment, offset)

    def audio_start(self, segment: int) -> None:
        self._note("audio_start", segment)

    def audio_end(self, segment: int, position_ms: float, interrupted: bool, text: str) -> None:
        self._note("audio_end", segment, round(position_ms), interrupted, text)

    def clear(self, segment: int, position_ms: float) -> None:
        self._note("clear", segment, round(position_ms))

    def pause(self, segment: int) -> None:
        self._note("pause", segment)

    def resume(self, segment: int) -> None:
        self._note("resume", segment)

    def _note(self, *told: Any) -> None:
        self.told.append(told)
        self.at.append(asyncio.get_running_loop().time())

    def of(self, *kinds: str) -> list[tuple[Any, ...]]:
        return [told for told in self.told if told[0] in kinds]


def frame(ms: int = 100) -> rtc.AudioFrame:
    samples = SPEAKER_RATE * ms // 1000
    return rtc.AudioFrame(b"\1\0" * samples, SPEAKER_RATE, 1, samples)


class Stage:
    def __init__(self) -> None:
        self.heard = Heard()
        self.speaker = Loudspeaker(self.heard)
        self.finished: list[PlaybackFinishedEvent] = []
        self.started = 0
        self.speaker.on("playback_finished", self.finished.append)
        self.speaker.on("playback_started", self._count)

    def _count(self, _event: object) -> None:
        self.started += 1

    async def say(self, text: str, ms: int) -> None:
        spoken = SpokenText()
        spoken.begin(Speaker().say(text))
        spoken.sounds(ms)
        spoken.end()
        self.speaker.speak_next(spoken)
        await self.speaker.capture_frame(frame(ms))
        self.speaker.flush()


class TestPlaying:
    def test_a_segment_is_played_to_its_end(self) -> None:
        async def main() -> None:
            stage = Stage()
            await stage.say("Water moves.", 1000)
            event = await stage.speaker.wait_for_playout()
            assert asyncio.get_running_loop().time() == pytest.approx(1, abs=0.05)
            assert (event.playback_position, event.interrupted) == (1.0, False)
            assert event.synchronized_transcript == "Water moves."
            assert len(stage.heard.pcm[1]) == SPEAKER_RATE * 2
            assert stage.heard.told[0] == ("audio_start", 1)
            assert stage.heard.told[-1] == ("audio_end", 1, 1000, False, "Water moves.")
            assert stage.started == 1

        run(main())

    def test_sound_is_sent_a_little_ahead_and_no_more(self) -> None:
        async def main() -> None:
            stage = Stage()
            await stage.say("Water moves.", 2000)
            await stage.speaker.wait_for_playout()
            for told, at in zip(stage.heard.told, stage.heard.at, strict=True):
                if told[0] == "audio":
                    assert told[2] / SPEAKER_RATE - at < 0.35
                    assert told[2] / SPEAKER_RATE - at > 0.2 or at == 0 or told[2] / SPEAKER_RATE > 1.9

        run(main())

    def test_two_segments_follow_each_other(self) -> None:
        async def main() -> None:
            stage = Stage()
            await stage.say("One.", 500)
            await stage.say("Two.", 500)
            await stage.speaker.wait_for_playout()
            assert [told[1] for told in stage.heard.of("audio_start", "audio_end")] == [1, 1, 2, 2]

        run(main())

    def test_sound_that_comes_late_goes_on_where_it_stopped(self) -> None:
        async def main() -> None:
            stage = Stage()
            await stage.speaker.capture_frame(frame(200))
            await asyncio.sleep(5)
            await stage.speaker.capture_frame(frame(200))
            stage.speaker.flush()
            event = await stage.speaker.wait_for_playout()
            assert event.playback_position == pytest.approx(0.4)
            assert asyncio.get_running_loop().time() == pytest.approx(5.2, abs=0.05)

        run(main())


class TestInterrupting:
    def test_what_was_heard_is_the_text(self) -> None:
        async def main() -> None:
            stage = Stage()
            await stage.say("Mitochondria are the powerhouse of the cell.", 3000)
            await asyncio.sleep(2)
            stage.speaker.clear_buffer()
            event = await stage.speaker.wait_for_playout()
            assert event.interrupted
            assert event.playback_position == pytest.approx(2, abs=0.05)
            assert event.synchronized_transcript == "Mitochondria are the powerhouse"
            assert stage.heard.told[-2][0] == "clear"

        run(main())

    def test_after_clear_nothing_is_sent_and_the_end_waits_for_flush(self) -> None:
        async def main() -> None:
            stage = Stage()
            await stage.speaker.capture_frame(frame(1000))
            await asyncio.sleep(0.5)
            stage.speaker.clear_buffer()
            sent = len(stage.heard.of("audio"))
            await stage.speaker.capture_frame(frame(1000))
            await asyncio.sleep(3)
            assert len(stage.heard.of("audio")) == sent
            assert stage.finished == []
            stage.speaker.flush()
            assert [event.interrupted for event in stage.finished] == [True]

        run(main())

    def test_a_pause_stops_the_clock(self) -> None:
        async def main() -> None:
            stage = Stage()
            await stage.say("Water moves.", 1000)
            await asyncio.sleep(0.5)
            for _ in range(5):
                stage.speaker.pause()
            await asyncio.sleep(10)
            stage.speaker.resume()
            stage.speaker.resume()
            event = await stage.speaker.wait_for_playout()
            assert not event.interrupted
            assert asyncio.get_running_loop().time() == pytest.approx(11, abs=0.05)
            assert [told[0] for told in stage.heard.of("pause", "resume")] == ["pause", "resume"]

        run(main())

    def test_the_listener_is_believed(self) -> None:
        async def main() -> None:
            stage = Stage()
            await stage.say("Mitochondria are the powerhouse of the cell.", 3000)
            await asyncio.sleep(2)
            stage.speaker.played(1, 1000)
            stage.speaker.played(7, 3000)
            stage.speaker.clear_buffer()
            event = await stage.speaker.wait_for_playout()
            assert event.playback_position == pytest.approx(1, abs=0.01)
            assert event.synchronized_transcript == "Mitochondria"

        run(main())

    def test_a_listener_that_claims_too_much_is_not(self) -> None:
        async def main() -> None:
            stage = Stage()
            await stage.say("Mitochondria are the powerhouse of the cell.", 3000)
            await asyncio.sleep(0.1)
            stage.speaker.played(1, 1e9)
            await asyncio.sleep(0.01)
            assert len(stage.heard.pcm[1]) / 2 / SPEAKER_RATE < 1
            stage.speaker.clear_buffer()
            event = await stage.speaker.wait_for_playout()
            assert event.playback_position < 0.5

        run(main())

    def test_what_the_listener_says_in_a_pause_starts_no_clock(self) -> None:
        async def main() -> None:
            stage = Stage()
            await stage.say("Mitochondria are the powerhouse of the cell.", 3000)
            await asyncio.sleep(1)
            stage.speaker.pause()
            stage.speaker.played(1, 900)
            await asyncio.sleep(10)
            stage.speaker.clear_buffer()
            event = await stage.speaker.wait_for_playout()
            assert event.playback_position == pytest.approx(0.9)

        run(main())


class TestMicrophone:
    def test_sound_comes_out_as_it_went_in(self) -> None:
        async def main() -> None:
            microphone = Microphone()
            microphone.push(b"\1\0\2\0\3")
            microphone.push(b"")
            microphone.push_silence(80)
            microphone.close()
            microphone.push(b"\1\0" * WINDOW_SAMPLES)
            frames = [frame async for frame in microphone]
            assert b"".join(bytes(frame.data) for frame in frames)[:6] == b"\1\0\2\0\0\0"
            assert [frame.samples_per_channel for frame in frames] == [WINDOW_SAMPLES] * 2

        run(main())

    def test_a_reader_waits_for_sound(self) -> None:
        async def main() -> None:
            microphone = Microphone()
            reading = asyncio.ensure_future(anext(microphone))
            await asyncio.sleep(0.1)
            assert not reading.done()
            microphone.push(bytes(640))
            await asyncio.sleep(0.1)
            assert not reading.done()
            microphone.push(bytes(640))
            assert (await reading).samples_per_channel == WINDOW_SAMPLES

        run(main())

    def test_the_oldest_is_dropped_when_nobody_reads(self) -> None:
        async def main() -> None:
            microphone = Microphone()
            microphone.push_silence(8000)
            assert microphone.dropped_s == pytest.approx(8 - MOST_HELD_S, abs=0.04)

        run(main())
