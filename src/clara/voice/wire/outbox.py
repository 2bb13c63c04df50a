"""What a session sends, in one order for one writer; messages are numbered and kept, so that a client can come back."""

import asyncio
import time
from collections import deque
from typing import Protocol

from clara.voice.wire.messages import (
    AudioEnd,
    AudioStart,
    Clear,
    Failed,
    Pause,
    Pong,
    ServerMessage,
    Unpause,
    pack_audio,
    write_message,
)

KEPT = 200
"""Messages that a client that comes back can still get."""
SPARE = 50
"""Messages that are kept beside them: what is said from when it is asked whether all is there until it is sent."""
MOST_WAITING = 256
"""Messages that wait for a connected client; one that doesn't read is cut off."""
SEND_S = 5.0


class Wire(Protocol):
    """A connection; sending waits until there is room."""

    async def send_text(self, text: str) -> None: ...

    async def send_bytes(self, data: bytes) -> None: ...


class TooSlow(Exception):
    """The client doesn't read what it is sent."""


class Outbox:
    """Takes messages and sound at any time; ``write`` sends them, to one wire at a time.

    Without a wire messages are kept and sound is dropped: it is never sent late.
    """

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._seq = 0
        self._kept: deque[tuple[int, str]] = deque(maxlen=KEPT + SPARE)
        self._waiting: deque[tuple[int | None, str | bytes]] = deque()
        self._wire: Wire | None = None
        self._came = asyncio.Event()
        self._finished = False
        self.active_at = time.monotonic()
        """When there was last anything of a conversation: errors and answers to pings are nothing of it."""

    @property
    def seq(self) -> int:
        """The number of the last message."""
        return self._seq

    def can_resume(self, last_seq: int) -> bool:
        """Return whether everything behind that number is still kept."""
        return 0 <= self._seq - last_seq <= KEPT

    def say(self, message: ServerMessage) -> None:
        if not isinstance(message, Pong | Failed):
            self.active_at = time.monotonic()
        self._seq += 1
        text = write_message(message, self._seq)
        self._kept.append((self._seq, text))
        if self._wire is not None:
            self._put(None, text)

    def finish(self) -> None:
        """Nothing follows: ``write`` returns once all is sent."""
        self._finished = True
        self._came.set()

    async def write(self, wire: Wire, last_seq: int | None = None) -> None:
        """Send to this wire from now on, until cancelled, until another one takes over, or until the finish.

        ``last_seq`` is what its client had read last; None: all that is kept is new to it. Raises TooSlow, and what
        the wire raises.
        """
        self._wire = wire
        self._waiting = deque((None, text) for seq, text in self._kept if seq > (last_seq or 0))
        self._came.set()
        try:
            while self._wire is wire:
                while self._waiting and self._wire is wire:
                    await self._send(wire, self._waiting.popleft()[1])
                if self._finished:
                    return
                if self._wire is wire:
                    self._came.clear()
                    await self._came.wait()
                    self._check()
        finally:
            if self._wire is wire:
                self._wire = None
                self._waiting.clear()

    async def _send(self, wire: Wire, sent: str | bytes) -> None:
        try:
            async with asyncio.timeout(SEND_S):
                if isinstance(sent, str):
                    await wire.send_text(sent)
                else:
                    await wire.send_bytes(sent)
        except TimeoutError:
            raise TooSlow from None
        self._check()

    def _check(self) -> None:
        if len(self._waiting) > MOST_WAITING:
            raise TooSlow

    def _put(self, segment: int | None, sent: str | bytes) -> None:
        # A client that is far behind is cut off by its writer: no more than that is held for it.
        if len(self._waiting) <= MOST_WAITING:
            self._waiting.append((segment, sent))
        self._came.set()

    # What a playout tells its listener.

    def audio_start(self, segment: int) -> None:
        self.say(AudioStart(segment=segment, rate=self._rate))

    def audio(self, segment: int, offset: int, pcm: bytes) -> None:
        self.active_at = time.monotonic()
        if self._wire is not None:
            self._put(segment, pack_audio(segment, offset, pcm))

    def audio_end(self, segment: int, position_ms: float, interrupted: bool, text: str) -> None:
        self.say(AudioEnd(segment=segment, position_ms=round(position_ms, 1), interrupted=interrupted, text=text))

    def clear(self, segment: int, position_ms: float) -> None:
        self._waiting = deque(item for item in self._waiting if item[0] != segment)
        self.say(Clear(segment=segment, position_ms=round(position_ms, 1)))

    def pause(self, segment: int) -> None:
        self.say(Pause(segment=segment))

    def resume(self, segment: int) -> None:
        self.say(Unpause(segment=segment))
