"""The contract of livekit-agents' audio input and output, in any order of calls, with any client, in virtual time."""

import asyncio
import json
from collections.abc import Coroutine
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from livekit import rtc
from livekit.agents.voice.io import PlaybackFinishedEvent

from clara.voice.sound.io import MICROPHONE_RATE, MOST_HELD_S, SPEAKER_RATE, WINDOW_SAMPLES, Loudspeaker, Microphone
from clara.voice.wire.messages import unpack_audio
from clara.voice.wire.outbox import Outbox
from clara.voice.wording.speakable import Speaker
from clara.voice.wording.spoken import SpokenText
from tests.voice.virtual import VirtualLoop

SENTENCE = "Each of them has two membranes, one of which is folded many times."
STATEFUL = settings(max_examples=150, stateful_step_count=40, deadline=None)
WINDOW_BYTES = WINDOW_SAMPLES * 2


class Client:
    """A learner's client: what came over its connections, held to the rules of docs/protocol.md."""

    def __init__(self) -> None:
        self.seqs: list[int] = []
        self.pcm: dict[int, bytes] = {}
        self.begun: list[int] = []
        self.over: list[int] = []
        self.texts: list[str] = []
        self.cleared: set[int] = set()
        self.paused: int | None = None

    async def send_text(self, text: str) -> None:
        message = json.loads(text)
        self.seqs.append(message["seq"])
        self._obey(message["type"], message["segment"], message)

    def _obey(self, kind: str, segment: int, message: dict[str, Any]) -> None:
        assert segment not in self.over
        assert kind == "audio_end" or segment not in self.cleared
        match kind:
            case "audio_start":
                assert segment not in self.begun
                self.begun.append(segment)
            case "pause" | "resume":
                assert self.paused == (None if kind == "pause" else segment)
                assert segment in self.begun
                self.paused = segment if kind == "pause" else None
            case "clear":
                self.cleared.add(segment)
                self.paused = None
            case "audio_end":
                assert self.paused is None
                assert message["interrupted"] is (segment in self.cleared)
                self.over.append(segment)
                self.texts.append(message["text"])

    async def send_bytes(self, data: bytes) -> None:
        segment, offset, pcm = unpack_audio(data)
        assert self.paused is None
        assert segment in self.begun
        assert segment not in self.cleared | set(self.over)
        assert offset * 2 == len(self.pcm.setdefault(segment, b""))
        self.pcm[segment] += pcm


class Playing(RuleBasedStateMachine):
    """A loudspeaker under all that a session may ask of it, and a client that leaves, comes back and lies."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = VirtualLoop()
        self.client, self.outbox = Client(), Outbox(SPEAKER_RATE)
        self.writing: asyncio.Task[None] | None = None
        self.speaker = Loudspeaker(self.outbox)
        self.finished: list[PlaybackFinishedEvent] = []
        self.started = 0
        self.speaker.on("playback_finished", self.finished.append)
        self.speaker.on("playback_started", self._count)
        self.given: list[bytes] = []
        self.spoken = SpokenText()
        self.is_open = False
        self.cut: set[int] = set()
        self.frames = 0
        self.heard = ""
        self.comes()

    def _count(self, _event: object) -> None:
        self.started += 1

    def do(self, work: Coroutine[Any, Any, object]) -> None:
        """What a session does, it does on its loop; what comes of it reaches the client first."""

        async def main() -> None:
            await work
            await asyncio.sleep(0.001)
            if self.writing is not None and self.writing.done():
                self.writing.result()
            self.heard = self.speaker.heard
            assert SENTENCE.startswith(self.heard)

        self.loop.run_until_complete(main())

    async def _call(self, name: str, *arguments: object) -> None:
        getattr(self.speaker, name)(*arguments)

    @rule(ms=st.sampled_from([1, 40, 41, 100, 700, 4000]))
    def capture(self, ms: int) -> None:
        if not self.is_open:
            self.is_open, self.spoken = True, SpokenText()
            self.spoken.begin(Speaker().say(SENTENCE))
            self.speaker.speak_next(self.spoken)
            self.given.append(b"")
        self.frames += 1
        samples = SPEAKER_RATE * ms // 1000
        pcm = self.frames.to_bytes(2, "little") * samples
        self.spoken.sounds(ms)
        if len(self.given) not in self.cut:
            self.given[-1] += pcm
        self.do(self.speaker.capture_frame(rtc.AudioFrame(pcm, SPEAKER_RATE, 1, samples)))

    @rule()
    def flush(self) -> None:
        if self.is_open:
            self.spoken.end()
        self.is_open = False
        self.do(self._call("flush"))

    @rule()
    def clear(self) -> None:
        self.cut |= set(range(len(self.finished) + 1, len(self.given) + 1))
        self.do(self._call("clear_buffer"))

    @rule(name=st.sampled_from(["pause", "resume"]))
    def pause_or_resume(self, name: str) -> None:
        self.do(self._call(name))

    @rule(seconds=st.sampled_from([0.01, 0.04, 0.3, 1.0, 30.0]))
    def wait(self, seconds: float) -> None:
        before = self.heard
        self.do(asyncio.sleep(seconds))
        assert self.client.paused is None or self.heard == before, "what is paused was heard"

    @rule(back=st.sampled_from([0, 0, 0, -1, 1]), ms=st.floats(0, 2000) | st.sampled_from([0, 9e8]))
    def report(self, back: int, ms: float) -> None:
        """Say so much was played, true or not, of a segment that is played or not."""
        self.do(self._call("played", max(0, len(self.finished) + 1 - back), ms))

    @precondition(lambda self: self.writing is not None)
    @rule()
    def leaves(self) -> None:
        writing, self.writing = self.writing, None
        assert writing is not None
        writing.cancel()
        self.do(asyncio.wait({writing}))
        self.do(self._call("hold", True))
        self.clear()

    @precondition(lambda self: self.writing is None)
    @rule()
    def comes(self) -> None:
        last_seq = self.client.seqs[-1] if self.client.seqs else 0
        self.writing = self.loop.create_task(self.outbox.write(self.client, last_seq))
        self.do(self._call("hold", False))

    @invariant()
    def segments_end_in_order_once_and_as_they_were_cut(self) -> None:
        assert len(self.finished) <= len(self.given) == self.speaker.captured_playout_segments
        for number, event in enumerate(self.finished, 1):
            assert event.interrupted is (number in self.cut)
            assert SENTENCE.startswith(event.synchronized_transcript or "")
            lasts_s = len(self.given[number - 1]) / 2 / SPEAKER_RATE
            assert 0 <= event.playback_position <= lasts_s + 1e-6
            if not event.interrupted:
                assert round(event.playback_position * SPEAKER_RATE) * 2 == len(self.given[number - 1])
                assert event.synchronized_transcript == SENTENCE
        following = len(self.finished) + 1
        is_whole = following < len(self.given) or not self.is_open
        assert following not in self.cut or not is_whole, "cut and whole, and still not over"

    @invariant()
    def the_client_hears_what_was_given_and_nothing_twice(self) -> None:
        assert self.client.seqs == list(range(1, len(self.client.seqs) + 1))
        for number, pcm in self.client.pcm.items():
            assert self.given[number - 1].startswith(pcm)
            is_over = number <= len(self.finished) and number not in self.cut
            assert not is_over or pcm == self.given[number - 1]
        if self.writing is not None:
            assert self.client.over == list(range(1, len(self.finished) + 1))
            assert self.client.texts == [event.synchronized_transcript for event in self.finished]
            assert len(self.client.begun) == self.started

    def teardown(self) -> None:
        try:
            self.ends()
        finally:
            for task in (tasks := asyncio.all_tasks(self.loop)):
                task.cancel()
            if tasks:
                self.loop.run_until_complete(asyncio.wait(tasks))
            self.loop.close()

    def ends(self) -> None:
        """Whatever went before, the end comes without another word of the client's, and leaves nothing."""
        if self.writing is None:
            self.comes()
        self.flush()
        self.pause_or_resume("resume")
        self.do(asyncio.wait_for(self.speaker.wait_for_playout(), 60))
        assert len(self.finished) == len(self.given)
        self.segments_end_in_order_once_and_as_they_were_cut()
        self.the_client_hears_what_was_given_and_nothing_twice()
        self.do(self.speaker.close())
        assert self.writing is not None
        self.outbox.finish()
        self.do(asyncio.wait({self.writing}))
        self.writing.result()
        assert asyncio.all_tasks(self.loop) == set()


class Listening(RuleBasedStateMachine):
    """A microphone whose client sends pieces of any size, switches it off and on, and is read now and then."""

    def __init__(self) -> None:
        super().__init__()
        self.microphone = Microphone()
        self.held: list[bytes] = []
        self.rest = b""
        self.is_off = False
        self.frames = self.dropped = self.windows = 0

    def expect(self, pcm: bytes) -> None:
        if self.is_off:
            return
        self.rest += pcm
        while len(self.rest) >= WINDOW_BYTES:
            self.held.append(self.rest[:WINDOW_BYTES])
            self.rest = self.rest[WINDOW_BYTES:]
            self.windows += 1
        while len(self.held) * WINDOW_SAMPLES > MOST_HELD_S * MICROPHONE_RATE:
            self.held.pop(0)
            self.dropped += 1

    @rule(size=st.integers(0, 3000) | st.sampled_from([WINDOW_BYTES, 64_000]))
    def push(self, size: int) -> None:
        self.frames += 1
        pcm = (self.frames.to_bytes(2, "little") * (size // 2 + 1))[:size]
        self.expect(pcm[: size // 2 * 2])
        self.microphone.push(pcm)

    @rule(ms=st.sampled_from([0, 20, 600]))
    def push_silence(self, ms: int) -> None:
        self.expect(bytes(MICROPHONE_RATE * ms // 1000 * 2))
        self.microphone.push_silence(ms)

    @rule(is_off=st.booleans())
    def switch(self, is_off: bool) -> None:
        self.is_off = is_off
        (self.microphone.on_detached if is_off else self.microphone.on_attached)()

    @precondition(lambda self: self.held)
    @rule(count=st.integers(1, 40))
    def read(self, count: int) -> None:
        for _ in range(min(count, len(self.held))):
            frame = asyncio.run(anext(self.microphone))
            assert (frame.sample_rate, frame.num_channels) == (MICROPHONE_RATE, 1)
            assert bytes(frame.data) == self.held.pop(0)

    @invariant()
    def knows_what_it_holds_and_dropped(self) -> None:
        held = len(self.held) * WINDOW_SAMPLES + len(self.rest) // 2
        assert round(self.microphone.held_s * MICROPHONE_RATE) == held
        assert self.microphone.windows == self.windows - self.dropped
        assert round(self.microphone.dropped_s * MICROPHONE_RATE) == self.dropped * WINDOW_SAMPLES

    def teardown(self) -> None:
        async def rest() -> list[bytes]:
            return [bytes(frame.data) async for frame in self.microphone]

        self.microphone.close()
        self.microphone.push(bytes(WINDOW_BYTES))
        assert asyncio.run(rest()) == self.held


TestPlaying = Playing.TestCase
TestPlaying.settings = STATEFUL
TestListening = Listening.TestCase
TestListening.settings = STATEFUL
