"""Clients that send more than anybody does, or never read: they lose their own socket, and nobody waits for them."""

import asyncio
import base64
import contextlib
import os
import time
from collections.abc import AsyncIterator

import pytest
from websockets.frames import Frame, Opcode

from clara.api.wire import MOST_FRAMES, BoundedSocketProtocol
from tests.contract.served import Wire
from tests.voice.sockets import DEADLINE_S, KEY, Client, Talking, talking
from tests.waiting import wait_for

pytestmark = pytest.mark.anyio

HELD_UP_S = 0.25
"""Far more than any of these takes, and far less than they took when nothing bounded them."""


@pytest.fixture(scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Talking]:
    async with talking(tmp_path_factory.mktemp("data")) as found:
        yield found


def framed(opcode: Opcode, data: bytes = b"", fin: bool = True) -> bytes:
    return Frame(opcode, data, fin).serialize(mask=True)


@contextlib.asynccontextmanager
async def raw(shared: Talking, user_id: str = "eve") -> AsyncIterator[tuple[Wire, str]]:
    """Shake hands, and leave the frames to the test; with the head of the answer."""
    async with shared.server.connect() as wire:
        headers = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13", **KEY}
        headers["Sec-WebSocket-Key"] = base64.b64encode(os.urandom(16)).decode()
        headers["Sec-WebSocket-Extensions"] = "permessage-deflate"
        headers["Sec-WebSocket-Protocol"] = "clara.voice.v1"
        await wire.request(f"GET /voice/ws/{user_id}", headers)
        status, head = await wire.head()
        assert status == 101
        await wire.send(framed(Opcode.TEXT, b'{"type":"hello"}'))
        await wire.reader.readuntil(b'"ready"')
        yield wire, head


async def slowest(client: Client, until: "asyncio.Task[None]") -> float:
    """Return the longest that a client waited for an answer until then."""
    longest = 0.0
    while not until.done():
        began = time.perf_counter()
        assert await client.is_well()
        longest = max(longest, time.perf_counter() - began)
        await asyncio.sleep(0.001)
    return longest


class TestFloods:
    @pytest.mark.parametrize(
        ("first", "flood"),
        [
            (b"", framed(Opcode.PING, b"x" * 120)),
            (b"", framed(Opcode.PONG)),
            (b"", framed(Opcode.TEXT, b"{}")),
            (b"", framed(Opcode.BINARY, b"xx")),
            (framed(Opcode.TEXT, b"{", fin=False), framed(Opcode.CONT, b"", fin=False)),
        ],
        ids=["pings", "pongs", "messages", "sound", "pieces"],
    )
    async def test_end_their_socket_and_hold_nobody_up(self, shared: Talking, first: bytes, flood: bytes) -> None:
        async def send(wire: Wire) -> None:
            await wire.send(first)
            with contextlib.suppress(ConnectionError):
                for _ in range(2000):
                    await wire.send(flood * MOST_FRAMES)
                raise AssertionError("five million frames were taken")

        async with shared.client("bystander") as bystander, raw(shared) as (wire, _):
            sending = asyncio.create_task(send(wire))
            assert await slowest(bystander, sending) < HELD_UP_S
            await sending

    async def test_behind_the_close_end_it_too(self, shared: Talking) -> None:
        async with shared.client("bystander") as bystander, raw(shared) as (wire, _):
            await wire.send(framed(Opcode.TEXT, b'{"type":"bye"}'))
            await wire.reader.readuntil(b'"bye"')

            async def send() -> None:
                with contextlib.suppress(ConnectionError):
                    for _ in range(200):
                        await wire.send(framed(Opcode.BINARY, bytes(1_000_000)))
                    raise AssertionError("200 MB were taken")

            assert await slowest(bystander, asyncio.create_task(send())) < HELD_UP_S

    async def test_compression_is_not_agreed_to(self, shared: Talking) -> None:
        async with raw(shared) as (_, head):
            assert "sec-websocket-protocol: clara.voice.v1" in head.lower()
            assert "sec-websocket-extensions" not in head.lower()


class TestSilence:
    async def test_of_who_never_reads_is_not_kept(self, shared: Talking, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("clara.voice.wire.outbox.SEND_S", 0.2)
        monkeypatch.setattr("clara.voice.sockets.connection.FLUSH_S", 0.2)
        monkeypatch.setattr(BoundedSocketProtocol, "linger_s", 0.3)
        async with raw(shared, "silent") as (wire, _):
            wire.writer.transport.pause_reading()  # type: ignore[attr-defined]
            session = shared.made[-1]
            for number in range(1000):
                session.outbox.audio(1, number, bytes(60_000))
                await asyncio.sleep(0)
                if session.did[-1] == "detach":
                    break
            await wait_for(lambda: session.did[-1] == "detach")
            async with asyncio.timeout(DEADLINE_S):
                with contextlib.suppress(ConnectionError):
                    while True:
                        await wire.send(framed(Opcode.PING))
                        await asyncio.sleep(0.02)
