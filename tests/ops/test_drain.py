"""Counting streams on the way down."""

import asyncio

import pytest

from clara.ops.drain import Drain

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class TestDrain:
    async def test_wakes_everyone_who_waits(self) -> None:
        drain = Drain()
        waiting = [asyncio.create_task(drain.begun()) for _ in range(3)]
        await asyncio.sleep(0)
        assert not drain.draining
        drain.begin()
        drain.begin()
        await asyncio.gather(*waiting)
        assert drain.draining

    async def test_is_idle_when_the_last_stream_has_ended(self) -> None:
        drain = Drain()
        assert await drain.wait_idle(0)
        with drain.stream():
            with drain.stream():
                assert drain.streams == 2
            assert not await drain.wait_idle(0.01)
            waiting = asyncio.create_task(drain.wait_idle(5))
            await asyncio.sleep(0)
        assert await waiting

    async def test_a_stream_that_fails_is_not_counted_on(self) -> None:
        drain = Drain()
        with pytest.raises(RuntimeError), drain.stream():
            raise RuntimeError
        assert await drain.wait_idle(0)
