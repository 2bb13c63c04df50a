import asyncio
import json
import random

import pytest

from clara.voice.sound.playout import Listener
from clara.voice.wire.messages import Pong, unpack_audio
from clara.voice.wire.outbox import KEPT, MOST_WAITING, Outbox, TooSlow
from tests.voice.virtual import run

RATE = 24_000


class Wire:
    """A connection that holds ``room`` frames unread, and notes what was sent."""

    def __init__(self, room: int | None = None) -> None:
        self.sent: list[str | bytes] = []
        self.room = asyncio.Semaphore(room) if room is not None else None

    async def send_text(self, text: str) -> None:
        await self._send(text)

    async def send_bytes(self, data: bytes) -> None:
        await self._send(data)

    async def _send(self, sent: str | bytes) -> None:
        if self.room:
            await self.room.acquire()
        await asyncio.sleep(0)
        self.sent.append(sent)

    @property
    def seqs(self) -> list[int]:
        return [json.loads(sent)["seq"] for sent in self.sent if isinstance(sent, str)]


async def settle() -> None:
    await asyncio.sleep(0.01)


async def leave(writing: "asyncio.Task[None]") -> None:
    writing.cancel()
    await asyncio.gather(writing, return_exceptions=True)


class TestWriting:
    def test_messages_and_sound_keep_their_order(self) -> None:
        async def main() -> None:
            outbox, wire = Outbox(RATE), Wire()
            listener: Listener = outbox
            writing = asyncio.create_task(outbox.write(wire))
            await settle()
            listener.audio_start(1)
            listener.audio(1, 0, b"\1\0")
            listener.audio_end(1, 0.04, False, "Hi")
            await settle()
            kinds = [json.loads(sent)["type"] if isinstance(sent, str) else "sound" for sent in wire.sent]
            assert kinds == ["audio_start", "sound", "audio_end"]
            assert wire.seqs == [1, 2]
            assert isinstance(wire.sent[1], bytes)
            assert unpack_audio(wire.sent[1]) == (1, 0, b"\1\0")
            await leave(writing)

        run(main())

    def test_sound_that_waits_is_not_sent_after_clear(self) -> None:
        async def main() -> None:
            outbox, wire = Outbox(RATE), Wire(room=1)
            assert wire.room
            writing = asyncio.create_task(outbox.write(wire))
            await settle()
            for offset in range(5):
                outbox.audio(1, offset, b"\1\0")
            await settle()
            outbox.clear(1, 10)
            outbox.audio(2, 0, b"\2\0")
            for _ in range(9):
                wire.room.release()
            await settle()
            late = [sent for sent in wire.sent[wire.sent.index(outbox._kept[0][1]) :] if isinstance(sent, bytes)]
            assert [unpack_audio(sent)[0] for sent in late] == [2]
            await leave(writing)

        run(main())

    def test_a_client_that_does_not_read_is_given_up(self) -> None:
        async def main() -> None:
            outbox, wire = Outbox(RATE), Wire(room=0)
            writing = asyncio.create_task(outbox.write(wire))
            await settle()
            outbox.say(Pong(t=1))
            with pytest.raises(TooSlow):
                await writing

        run(main())

    def test_a_client_that_reads_too_slowly_is_given_up_and_little_is_held_for_it(self) -> None:
        async def main() -> None:
            outbox, wire = Outbox(RATE), Wire()
            writing = asyncio.create_task(outbox.write(wire))
            await settle()
            for at in range(10 * MOST_WAITING):
                outbox.audio(1, at, b"\1\0")
            assert len(outbox._waiting) <= MOST_WAITING + 1
            with pytest.raises(TooSlow):
                await writing

        run(main())


class TestResuming:
    def test_what_was_missed_is_sent_and_sound_is_not(self) -> None:
        async def main() -> None:
            outbox, first, second = Outbox(RATE), Wire(), Wire()
            writing = asyncio.create_task(outbox.write(first))
            await settle()
            outbox.say(Pong(t=1))
            await settle()
            await leave(writing)
            outbox.say(Pong(t=2))
            outbox.audio(1, 0, b"\1\0")
            outbox.say(Pong(t=3))
            assert outbox.can_resume(1)
            writing = asyncio.create_task(outbox.write(second, last_seq=1))
            await settle()
            assert first.seqs == [1]
            assert second.seqs == [2, 3]
            assert not [sent for sent in second.sent if isinstance(sent, bytes)]
            await leave(writing)

        run(main())

    def test_the_newest_wire_takes_over(self) -> None:
        async def main() -> None:
            outbox, first, second = Outbox(RATE), Wire(), Wire()
            one = asyncio.create_task(outbox.write(first))
            await settle()
            outbox.say(Pong(t=1))
            await settle()
            two = asyncio.create_task(outbox.write(second, last_seq=1))
            await settle()
            assert one.done()
            outbox.say(Pong(t=2))
            await settle()
            assert (first.seqs, second.seqs) == ([1], [2])
            await leave(two)

        run(main())

    def test_too_far_back_and_too_far_ahead_cannot_be_resumed(self) -> None:
        async def main() -> None:
            outbox = Outbox(RATE)
            assert outbox.can_resume(0)
            for at in range(KEPT + 10):
                outbox.say(Pong(t=at))
            assert not outbox.can_resume(9)
            assert outbox.can_resume(10)
            assert not outbox.can_resume(KEPT + 11)

        run(main())

    def test_nothing_is_lost_or_doubled_over_a_thousand_drops(self) -> None:
        async def main() -> None:
            chance = random.Random(5)
            outbox, read = Outbox(RATE), []
            for _ in range(1000):
                wire = Wire()
                writing = asyncio.create_task(outbox.write(wire, last_seq=read[-1] if read else 0))
                for _ in range(chance.randrange(6)):
                    outbox.say(Pong(t=1))
                    outbox.audio(1, 0, b"\1\0")
                    for _ in range(chance.randrange(4)):
                        await asyncio.sleep(0)
                await leave(writing)
                read += wire.seqs
            assert read == list(range(1, len(read) + 1))
            assert len(read) > 1000

        run(main())
