"""A generator read by a task of its own: whoever listens may be any task, and a different one each time."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Generic, TypeVar

T = TypeVar("T")


class Ahead(Generic[T]):
    """Reads a generator's first item at once, and what follows it when somebody listens."""

    def __init__(self, items: AsyncGenerator[T, None]) -> None:
        self._queue: asyncio.Queue[T | None] = asyncio.Queue()
        self._wanted = asyncio.Event()
        self._error: Exception | None = None
        self._reading = asyncio.create_task(self._read(items), name="turn.once")

    async def _read(self, items: AsyncGenerator[T, None]) -> None:
        try:
            async with aclosing(items):
                async for item in items:
                    self._queue.put_nowait(item)
                    await self._wanted.wait()
        except Exception as error:
            # For who listens, if anybody does.
            self._error = error
        finally:
            self._queue.put_nowait(None)

    async def items(self) -> AsyncGenerator[T, None]:
        """Yield the items, once. Leaving closes the generator, in the task that has read it."""
        self._wanted.set()
        try:
            while (item := await self._queue.get()) is not None:
                yield item
            await self._reading
            if self._error is not None:
                raise self._error
        finally:
            await self.close()

    def cancel(self) -> None:
        """Read no more; ``close`` waits until that is so."""
        self._reading.cancel()

    async def close(self) -> None:
        self.cancel()
        await asyncio.gather(self._reading, return_exceptions=True)


async def read_apart(items: AsyncGenerator[T, None]) -> AsyncGenerator[T, None]:
    """Yield the items. Leaving closes the generator, in the task that has read it."""
    async with aclosing(Ahead(items).items()) as found:
        async for item in found:
            yield item
