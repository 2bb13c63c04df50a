"""Sound on its way to a listener: in time, segment by segment, until it was heard or cut off."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from clara.voice.wording.spoken import SpokenText

LEAD_MS = 300.0
"""How far ahead of what is heard sound is sent: enough for an uneven network, little to throw away."""
PIECE_MS = 40
SAMPLE_BYTES = 2
SAID_S = 0.16
"""So often it is told how far a segment was heard: faster than anybody reads."""


class Listener(Protocol):
    """Who is sent the sound; nothing here may wait. Positions are milliseconds from a segment's first sample."""

    def audio_start(self, segment: int) -> None: ...

    def audio(self, segment: int, offset: int, pcm: bytes) -> None:
        """Take samples, the first of which is the segment's sample number ``offset``."""
        ...

    def audio_end(self, segment: int, position_ms: float, interrupted: bool, text: str) -> None:
        """The segment is over, once and for all; ``text`` is what was said of it."""
        ...

    def clear(self, segment: int, position_ms: float) -> None: ...

    def pause(self, segment: int) -> None: ...

    def resume(self, segment: int) -> None: ...


@dataclass(slots=True)
class Segment:
    """One reply's sound: ``spoken`` ties it to its text."""

    number: int
    spoken: SpokenText
    queue: deque[bytes] = field(default_factory=deque)
    sent_bytes: int = 0
    whole: bool = False
    cut: bool = False
    begun: bool = False
    heard_ms: float = 0
    """How much had been heard when the clock was last set."""
    runs_since: float | None = None
    """When the clock was last started; None while it stands."""


class Playout:
    """Plays segments one after another to a listener, by the clock or by what the listener says it has played.

    Sound may come faster than it is heard. ``finish`` ends the open segment, ``clear`` cuts all off; ``on_finished`` is
    told of each segment exactly once, of one that was cut off only when it is finished too. ``pause`` and ``resume``
    may be called any number of times, in any order.
    """

    def __init__(
        self,
        listener: Listener,
        rate: int,
        on_started: Callable[[Segment], None] = lambda segment: None,
        on_finished: Callable[[Segment, float], None] = lambda segment, position_ms: None,
        on_said: Callable[[Segment, float], None] = lambda segment, position_ms: None,
    ) -> None:
        self._listener = listener
        self._bytes_per_ms = rate * SAMPLE_BYTES / 1000
        self._piece = int(PIECE_MS * self._bytes_per_ms)
        self._on_started = on_started
        self._on_finished = on_finished
        self._on_said = on_said
        self._said_at = 0.0
        self._segments: deque[Segment] = deque()
        self._next = SpokenText()
        self._number = 0
        self._paused = self._held = False
        self._told_paused = False
        self._changed = asyncio.Event()
        self._pump: asyncio.Task[None] | None = None

    @property
    def heard(self) -> str:
        """What was heard of the segment that sounds now."""
        segment = self._segments[0] if self._segments else None
        return segment.spoken.text_at(self._position(segment)) if segment and segment.begun else ""

    def speak_next(self, spoken: SpokenText) -> None:
        """Say what the next segment's text is."""
        self._next = spoken

    def add(self, pcm: bytes) -> None:
        """Add sound to the open segment, or open one with it. Sound of a segment that was cut off goes nowhere."""
        if not self._segments or self._segments[-1].whole:
            self._number += 1
            self._segments.append(Segment(self._number, self._next))
            self._next = SpokenText()
        segment = self._segments[-1]
        segment.queue.extend(pcm[at : at + self._piece] for at in range(0, len(pcm), self._piece))
        if segment is self._segments[0] and not segment.begun:
            # An answer's first sound doesn't wait for the task's turn.
            self._send_due(segment)
        self._go_on()

    def finish(self) -> None:
        """Say that the open segment's sound is whole."""
        if self._segments and not self._segments[-1].whole:
            self._segments[-1].whole = True
            self._settle()
            self._go_on()

    def clear(self) -> None:
        """Cut off what isn't heard yet."""
        for segment in self._segments:
            if not segment.cut:
                segment.heard_ms = self._position(segment)
                segment.runs_since, segment.cut = None, True
                self._listener.clear(segment.number, segment.heard_ms)
        self._paused = self._told_paused = False
        self._settle()

    def pause(self) -> None:
        self._paused = True
        segment = self._segments[0] if self._segments else None
        if segment and segment.begun and not segment.cut and not self._told_paused:
            segment.heard_ms, segment.runs_since = self._position(segment), None
            self._told_paused = True
            self._listener.pause(segment.number)

    def resume(self) -> None:
        self._paused = False
        if self._told_paused and self._segments:
            self._told_paused = False
            self._segments[0].runs_since = self._now()
            self._listener.resume(self._segments[0].number)
        self._go_on()

    def hold(self, held: bool) -> None:
        """Begin nothing while there is nobody who hears it; whoever holds cuts off what has begun."""
        self._held = held
        self._go_on()

    def played(self, number: int, ms: float) -> None:
        """Take the listener's word for how much of a segment was heard; never more than was sent."""
        segment = self._segments[0] if self._segments else None
        if segment and segment.number == number and segment.begun and not segment.cut:
            segment.heard_ms = min(max(0.0, ms), self._sent(segment))
            segment.runs_since = None if self._told_paused else self._now()
            self._go_on()

    async def close(self) -> None:
        """Cut everything off."""
        self.finish()
        self.clear()
        if self._pump:
            self._pump.cancel()
            await asyncio.gather(self._pump, return_exceptions=True)

    def _now(self) -> float:
        return asyncio.get_running_loop().time()

    def _sent(self, segment: Segment) -> float:
        return segment.sent_bytes / self._bytes_per_ms

    def _position(self, segment: Segment) -> float:
        """Return how many milliseconds of a segment were heard."""
        if segment.runs_since is None:
            return segment.heard_ms
        return min(segment.heard_ms + (self._now() - segment.runs_since) * 1000, self._sent(segment))

    def _go_on(self) -> None:
        self._changed.set()
        if self._pump is None or self._pump.done():
            self._pump = asyncio.get_running_loop().create_task(self._run())

    def _settle(self) -> None:
        """Tell of the segments at the head that are over."""
        while self._segments and self._is_over(self._segments[0]):
            segment = self._segments.popleft()
            position_ms = segment.heard_ms if segment.cut else self._sent(segment)
            text = segment.spoken.text_at(position_ms) if segment.cut else segment.spoken.text
            if self._told_paused and not segment.cut:
                # It had been heard to its end when the pause came: nobody is left paused for what follows.
                self._listener.resume(segment.number)
            self._told_paused = False
            self._listener.audio_end(segment.number, position_ms, segment.cut, text)
            self._on_finished(segment, position_ms)

    def _is_over(self, segment: Segment) -> bool:
        if not segment.whole or segment.cut:
            return segment.whole
        return not segment.queue and self._position(segment) >= self._sent(segment) - 0.5

    async def _run(self) -> None:
        """Send what is due, and sleep until more is, or until something changes."""
        while self._segments:
            self._changed.clear()
            wait_s = self._send_due(self._segments[0])
            self._tell(self._segments[0])
            self._settle()
            if not self._segments:
                return
            try:
                async with asyncio.timeout(wait_s):
                    await self._changed.wait()
            except TimeoutError:
                continue

    def _tell(self, segment: Segment) -> None:
        if segment.runs_since is not None and self._now() >= self._said_at + SAID_S:
            self._said_at = self._now()
            self._on_said(segment, self._position(segment))

    def _send_due(self, segment: Segment) -> float | None:
        """Send a segment's sound up to the lead; return in how many seconds there is more to do, None: not known."""
        if self._paused or self._held or segment.cut:
            return None
        while segment.queue and self._sent(segment) - self._position(segment) < LEAD_MS:
            self._begin(segment)
            pcm = segment.queue.popleft()
            offset, segment.sent_bytes = segment.sent_bytes // SAMPLE_BYTES, segment.sent_bytes + len(pcm)
            self._listener.audio(segment.number, offset, pcm)
        ahead_ms = self._sent(segment) - self._position(segment)
        if segment.queue:
            return max(0.001, (ahead_ms - LEAD_MS + PIECE_MS) / 1000)
        return max(0.001, ahead_ms / 1000) if segment.whole and segment.runs_since is not None else None

    def _begin(self, segment: Segment) -> None:
        if segment.begun:
            if self._position(segment) >= self._sent(segment):
                # It had run dry: the clock stood at the end of what there was.
                segment.heard_ms, segment.runs_since = self._sent(segment), self._now()
            return
        segment.begun, segment.runs_since = True, self._now()
        self._listener.audio_start(segment.number)
        self._on_started(segment)
