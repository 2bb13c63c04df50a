"""Going down in order: refuse new work, tell the streams, wait until they have ended."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager


class Drain:
    """One server's way down. Every method belongs to the event loop's thread.

    From a signal handler call ``loop.call_soon_threadsafe(drain.begin)``.
    """

    def __init__(self) -> None:
        self._begun = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._streams = 0

    @property
    def draining(self) -> bool:
        return self._begun.is_set()

    @property
    def streams(self) -> int:
        """How many streams are open."""
        return self._streams

    def begin(self) -> None:
        self._begun.set()

    async def begun(self) -> None:
        """Return when the server begins to drain."""
        await self._begun.wait()

    @contextmanager
    def stream(self) -> Iterator[None]:
        """Count a stream as open for as long as the block runs."""
        self._streams += 1
        self._idle.clear()
        try:
            yield
        finally:
            self._streams -= 1
            if not self._streams:
                self._idle.set()

    async def wait_idle(self, timeout_s: float) -> bool:
        """Wait until no stream is open; False when some still are after ``timeout_s``."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._idle.wait()
        except TimeoutError:
            return False
        return True
