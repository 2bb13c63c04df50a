"""What is counted of the sound that a session sends, in virtual time."""

import asyncio
from typing import Any

from prometheus_client import CollectorRegistry

from clara.ops.metrics import VoiceMetrics
from clara.voice.sound.measuring import Counted
from tests.voice.virtual import run

RATE = 24_000
PIECE = bytes(RATE // 10 * 2)


class Noted:
    """A listener that notes the names of what it is told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def __getattr__(self, name: str) -> Any:
        return lambda *_: self.told.append(name)


class Counts:
    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.noted = Noted()
        self.counted = Counted(self.noted, RATE, VoiceMetrics(self.registry))

    def of(self, name: str, **labels: str) -> float:
        return self.registry.get_sample_value(f"clara_voice_{name}_total", labels) or 0.0

    def pieces(self, first: int, count: int) -> None:
        for number in range(first, first + count):
            self.counted.audio(1, number * RATE // 10, PIECE)


class TestCounting:
    def test_sound_in_time_is_counted_and_nothing_else(self) -> None:
        async def main() -> None:
            counts = Counts()
            counts.counted.audio_start(1)
            for at in range(10):
                counts.pieces(at, 1)
                await asyncio.sleep(0.09)
            counts.counted.audio_end(1, 1000, False, "")
            assert round(counts.of("audio_seconds", direction="sent"), 6) == 1
            assert counts.of("underruns") == 0
            assert counts.noted.told == ["audio_start", *["audio"] * 10, "audio_end"]

        run(main())

    def test_a_gap_is_one_underrun(self) -> None:
        async def main() -> None:
            counts = Counts()
            counts.counted.audio_start(1)
            counts.pieces(0, 3)
            await asyncio.sleep(1)
            counts.pieces(3, 3)
            assert counts.of("underruns") == 1

        run(main())

    def test_a_pause_is_no_gap_and_what_goes_on_was_a_false_alarm(self) -> None:
        async def main() -> None:
            counts = Counts()
            counts.counted.audio_start(1)
            counts.pieces(0, 3)
            counts.counted.pause(1)
            await asyncio.sleep(2)
            counts.counted.resume(1)
            counts.pieces(3, 3)
            assert counts.of("underruns") == 0
            assert counts.of("interruptions", kind="false") == 1
            assert counts.of("interruptions", kind="true") == 0

        run(main())

    def test_a_pause_that_ends_in_a_clear_was_an_interruption_and_a_clear_alone_was_not(self) -> None:
        async def main() -> None:
            counts = Counts()
            for pauses in (True, False):
                counts.counted.audio_start(1)
                if pauses:
                    counts.counted.pause(1)
                counts.counted.clear(1, 100)
            assert counts.of("interruptions", kind="true") == 1

        run(main())

    def test_an_interruption_that_cuts_off_what_waits_too_is_one(self) -> None:
        async def main() -> None:
            counts = Counts()
            counts.counted.audio_start(1)
            counts.counted.pause(1)
            counts.counted.clear(1, 100)
            counts.counted.clear(2, 0)
            assert counts.of("interruptions", kind="true") == 1

        run(main())
