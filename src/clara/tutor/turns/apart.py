"""A generator read by a task of its own: whoever listens may be any task, and a different one each time."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TypeVar

T = TypeVar("T")


async def read_apart(items: AsyncGenerator[T, None]) -> AsyncGenerator[T, None]:
    """Yield the items. Leaving closes the generator, in the task that has read it."""
    queue: asyncio.Queue[T | None] = asyncio.Queue()

    async def read() -> None:
        try:
            async with aclosing(items):
                async for item in items:
                    queue.put_nowait(item)
        finally:
            queue.put_nowait(None)

    reading = asyncio.create_task(read(), name="turn.once")
    try:
        while (item := await queue.get()) is not None:
            yield item
        await reading
    finally:
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
