"""A body's receive: bounded in bytes, in silence and in all."""

import asyncio

import pytest
from starlette.types import Message

from clara.api.bodies import BoundedReceive, read_body
from clara.api.problems import RequestTimeout
from clara.core.errors import TooLarge

pytestmark = pytest.mark.anyio


class Client:
    """Sends bytes one at a time, each after a while."""

    def __init__(self, pause_s: float) -> None:
        self.sent = 0
        self._pause_s = pause_s

    async def receive(self) -> Message:
        await asyncio.sleep(self._pause_s)
        self.sent += 1
        return {"type": "http.request", "body": b"x", "more_body": True}


class TestBoundedReceive:
    async def test_ends_a_body_that_is_too_long(self) -> None:
        receive = BoundedReceive(Client(0).receive, max_bytes=5)
        for _ in range(5):
            await receive()
        with pytest.raises(TooLarge):
            await receive()

    async def test_ends_a_silence(self) -> None:
        with pytest.raises(RequestTimeout):
            await BoundedReceive(Client(60).receive, 5, idle_s=0.01)()

    async def test_ends_a_body_that_comes_byte_by_byte(self) -> None:
        """Each in time, and never done."""
        client = Client(0.01)
        receive = BoundedReceive(client.receive, 10**9, idle_s=5, most_s=0.2)
        with pytest.raises(RequestTimeout):
            await read_body(receive)
        assert client.sent > 2
