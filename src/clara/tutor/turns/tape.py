"""A turn's events in memory, numbered, for any number of listeners; and text joined to a few pieces a second."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass

from clara.tutor.events import DoneEvent, ErrorEvent, TextEvent, TutorEvent

JOINED_S = 0.04
"""Text that comes within so long after other text is one event: as often as anybody sees a difference."""


@dataclass(frozen=True, slots=True)
class Numbered:
    """An event and its place in the turn, counted from 1."""

    number: int
    event: TutorEvent

    @property
    def last(self) -> bool:
        return isinstance(self.event, DoneEvent | ErrorEvent)


class Tape:
    """What was said so far. Every method belongs to the event loop's thread."""

    def __init__(self) -> None:
        self._events: list[TutorEvent] = []
        self._forgotten = 0
        self._grown = asyncio.Event()

    @property
    def length(self) -> int:
        """How many events there were, those that are forgotten included."""
        return self._forgotten + len(self._events)

    def add(self, event: TutorEvent) -> None:
        self._events.append(event)
        self._grown.set()
        self._grown = asyncio.Event()

    def after(self, number: int) -> Sequence[TutorEvent]:
        """Return the events that follow one."""
        return self._events[max(0, number - self._forgotten) :]

    def forget(self) -> None:
        """Drop what was said so far: who begins to listen from now on hears only what follows."""
        self._forgotten = self.length
        self._events.clear()

    async def begun(self) -> None:
        """Wait for the first event."""
        while not self.length:
            await self._grown.wait()

    async def listen(self) -> AsyncIterator[Numbered]:
        """Yield the events from the first that is there to the turn's last."""
        number = 0
        while True:
            grown = self._grown
            number = max(number, self._forgotten)
            while number < self.length:
                heard = Numbered(number + 1, self._events[number - self._forgotten])
                number += 1
                yield heard
                if heard.last:
                    return
                number = max(number, self._forgotten)
            await grown.wait()


class Joiner:
    """Says text at once when nothing was said lately, else together with what comes within ``joined_s``."""

    def __init__(self, say: Callable[[TextEvent], None], joined_s: float = JOINED_S) -> None:
        self._say = say
        self._joined_s = joined_s
        self._held: list[str] = []
        self._timer: asyncio.TimerHandle | None = None

    def text(self, text: str) -> None:
        if self._timer is not None:
            self._held.append(text)
            return
        self._timer = asyncio.get_running_loop().call_later(self._joined_s, self._due)
        self._say(TextEvent(text))

    def flush(self) -> None:
        """Say what is held: something else comes next, or nothing."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._held:
            text = "".join(self._held)
            self._held.clear()
            self._say(TextEvent(text))

    def _due(self) -> None:
        self._timer = None
        if self._held:
            text = "".join(self._held)
            self._held.clear()
            self.text(text)
