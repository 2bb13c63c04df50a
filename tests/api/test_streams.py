"""Server-sent events over ASGI and over a real socket: order, heartbeat, and every way that a stream can end."""

import asyncio
import http.client
import json
import logging
import socket
import threading
from collections.abc import AsyncIterator
from typing import Any

import pytest

from clara.api.context import open_context
from clara.api.streams import EventStream, ServerEvent
from clara.core.errors import NotFound
from clara.ops.drain import Drain

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Client:
    """The ASGI side of a client: collects what is sent, disconnects or stops taking when told."""

    def __init__(self) -> None:
        self.body = b""
        self.ended = False
        self.headers: dict[bytes, bytes] = {}
        self.got = asyncio.Condition()
        self.gone = asyncio.Event()
        self.takes = asyncio.Event()
        self.takes.set()

    async def receive(self) -> dict[str, Any]:
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        await self.takes.wait()
        if message["type"] == "http.response.start":
            self.headers = dict(message["headers"])
            return
        assert not self.ended
        async with self.got:
            self.body += message["body"]
            self.ended = not message["more_body"]
            self.got.notify_all()

    async def wait_for(self, text: bytes) -> None:
        async with asyncio.timeout(10), self.got:
            await self.got.wait_for(lambda: text in self.body)

    def events(self) -> list[tuple[str, Any]]:
        blocks = [block for block in self.body.decode().split("\n\n") if "event:" in block]
        lines = [dict(line.split(": ", 1) for line in block.splitlines()) for block in blocks]
        return [(line["event"], json.loads(line["data"])) for line in lines]


class Source:
    """Events that come when the test puts them in; notes how it was closed."""

    def __init__(self) -> None:
        self.queue: asyncio.Queue[ServerEvent | Exception | None] = asyncio.Queue()
        self.closed = 0

    async def events(self) -> AsyncIterator[ServerEvent]:
        try:
            while (item := await self.queue.get()) is not None:
                if isinstance(item, Exception):
                    raise item
                yield item
        finally:
            await asyncio.sleep(0)
            self.closed += 1


def start(source: Source, client: Client, drain: Drain | None = None, **options: Any) -> asyncio.Task[None]:
    scope: dict[str, Any] = {"type": "http", "method": "GET", "headers": []}
    open_context(scope, "request-1")
    stream = EventStream(source.events(), drain=drain or Drain(), **options)
    return asyncio.create_task(stream(scope, client.receive, client.send))


class TestServerEvent:
    def test_is_one_block(self) -> None:
        event = ServerEvent("status", {"a": "x\ny", "b": "ü"}, id="7")
        assert event.encode() == b'id: 7\nevent: status\ndata: {"a":"x\\ny","b":"\\u00fc"}\n\n'


class TestSending:
    async def test_in_order_and_then_the_end(self) -> None:
        source, client = Source(), Client()
        for number in range(100):
            source.queue.put_nowait(ServerEvent("n", number))
        source.queue.put_nowait(None)
        await start(source, client)
        assert client.events() == [("n", number) for number in range(100)]
        assert client.ended
        assert source.closed == 1

    async def test_headers_keep_proxies_from_holding_it_back(self) -> None:
        source, client = Source(), Client()
        source.queue.put_nowait(None)
        await start(source, client)
        assert client.headers[b"content-type"] == b"text/event-stream; charset=utf-8"
        assert client.headers[b"cache-control"] == b"no-cache, no-transform"
        assert client.headers[b"x-accel-buffering"] == b"no"
        assert b"content-length" not in client.headers

    async def test_a_heartbeat_when_nothing_comes(self) -> None:
        source, client = Source(), Client()
        running = start(source, client, heartbeat_s=0.02)
        await client.wait_for(b": keep-alive\n\n: keep-alive\n\n")
        source.queue.put_nowait(ServerEvent("n", 1))
        source.queue.put_nowait(None)
        await running
        assert client.events() == [("n", 1)]


class TestEnding:
    async def test_drain_says_so_and_closes_the_source_first(self) -> None:
        source, client, drain = Source(), Client(), Drain()
        running = start(source, client, drain)
        source.queue.put_nowait(ServerEvent("n", 1))
        await client.wait_for(b"event: n")
        assert drain.streams == 1
        drain.begin()
        assert await drain.wait_idle(5)
        await running
        assert client.events() == [("n", 1), ("shutdown", {"reason": "draining"})]
        assert client.ended
        assert source.closed == 1

    async def test_a_stream_that_begins_while_draining_ends_at_once(self) -> None:
        source, client, drain = Source(), Client(), Drain()
        drain.begin()
        await start(source, client, drain)
        assert client.events() == [("shutdown", {"reason": "draining"})]

    async def test_a_longest_life(self) -> None:
        source, client = Source(), Client()
        await start(source, client, max_life_s=0.05)
        assert client.events() == [("shutdown", {"reason": "max_life"})]
        assert source.closed == 1

    async def test_an_error_of_ours_is_the_last_event(self) -> None:
        source, client = Source(), Client()
        source.queue.put_nowait(NotFound("It was deleted.", code="file_not_found"))
        await start(source, client)
        ((name, problem),) = client.events()
        assert name == "error"
        assert (problem["code"], problem["status"], problem["instance"]) == ("file_not_found", 404, "request-1")
        assert client.ended

    async def test_a_crash_tells_no_more_than_a_500(self) -> None:
        source, client = Source(), Client()
        source.queue.put_nowait(RuntimeError("secret"))
        await start(source, client)
        assert client.events()[0][1]["code"] == "internal"
        assert b"secret" not in client.body

    async def test_what_is_not_json_is_a_crash_of_ours(self) -> None:
        source, client = Source(), Client()
        source.queue.put_nowait(ServerEvent("n", float("nan")))
        await start(source, client)
        assert client.events()[0][0] == "error"
        assert source.closed == 1

    async def test_disconnect_closes_the_source_and_sends_no_more(self) -> None:
        source, client, drain = Source(), Client(), Drain()
        running = start(source, client, drain)
        source.queue.put_nowait(ServerEvent("n", 1))
        await client.wait_for(b"event: n")
        client.gone.set()
        async with asyncio.timeout(5):
            await running
        assert source.closed == 1
        assert not client.ended
        assert drain.streams == 0

    async def test_a_client_that_takes_nothing_is_dropped(self) -> None:
        source, client = Source(), Client()
        running = start(source, client, send_timeout_s=0.05, heartbeat_s=0.02)
        source.queue.put_nowait(ServerEvent("n", 1))
        await client.wait_for(b"event: n")
        client.takes.clear()
        source.queue.put_nowait(ServerEvent("n", 2))
        async with asyncio.timeout(5):
            await running
        assert source.closed == 1
        assert not client.ended

    async def test_also_when_only_heartbeats_were_due(self) -> None:
        source, client = Source(), Client()
        running = start(source, client, send_timeout_s=0.05, heartbeat_s=0.02)
        await client.wait_for(b": keep-alive")
        client.takes.clear()
        async with asyncio.timeout(5):
            await running
        assert source.closed == 1

    async def test_cancelled_from_outside_closes_the_source(self) -> None:
        before = asyncio.all_tasks()
        source, client, drain = Source(), Client(), Drain()
        running = start(source, client, drain)
        source.queue.put_nowait(ServerEvent("n", 1))
        await client.wait_for(b"event: n")
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert source.closed == 1
        assert drain.streams == 0
        assert asyncio.all_tasks() == before

    async def test_leaves_no_task_behind(self) -> None:
        before = asyncio.all_tasks()
        for ending in ("drain", "gone"):
            source, client, drain = Source(), Client(), Drain()
            running = start(source, client, drain)
            source.queue.put_nowait(ServerEvent("n", 1))
            await client.wait_for(b"event: n")
            drain.begin() if ending == "drain" else client.gone.set()
            await running
        assert asyncio.all_tasks() == before


class TestOverASocket:
    def test_a_client_that_goes_makes_no_noise(self, edge: Any, caplog: pytest.LogCaptureFixture) -> None:
        closed = threading.Event()

        async def endless() -> AsyncIterator[ServerEvent]:
            try:
                while True:
                    yield ServerEvent("n", "x" * 100)
                    await asyncio.sleep(0)
            finally:
                closed.set()

        edge.events = endless
        with caplog.at_level(logging.INFO), edge.serving() as port:
            for _ in range(3):
                closed.clear()
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
                connection.request("GET", "/events", headers=edge.bearer())
                answer = connection.getresponse()
                assert answer.read(1000).startswith(b"event: n\n")
                connection.sock and connection.sock.setsockopt(
                    socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00"
                )
                answer.close()
                connection.close()
                assert closed.wait(10)
        assert [record.message for record in caplog.records if record.levelno >= logging.WARNING] == []

    def test_drain_ends_it_cleanly(self, edge: Any) -> None:
        loops: list[asyncio.AbstractEventLoop] = []

        async def waiting() -> AsyncIterator[ServerEvent]:
            loops.append(asyncio.get_running_loop())
            yield ServerEvent("n", 1, id="1")
            await asyncio.Event().wait()

        edge.events = waiting
        with edge.serving() as port:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            connection.request("GET", "/events", headers=edge.bearer())
            answer = connection.getresponse()
            assert answer.readline() == b"id: 1\n"
            loops[0].call_soon_threadsafe(edge.drain.begin)
            assert answer.read().endswith(b'event: shutdown\ndata: {"reason":"draining"}\n\n')
            connection.close()

    def test_head_ends_at_once(self, edge: Any) -> None:
        async def endless() -> AsyncIterator[ServerEvent]:
            await asyncio.Event().wait()
            yield ServerEvent("n", 1)

        edge.events = endless
        with edge.serving() as port:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            connection.request("HEAD", "/events", headers=edge.bearer())
            answer = connection.getresponse()
            assert (answer.status, answer.read()) == (200, b"")
            connection.close()
