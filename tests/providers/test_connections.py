"""Connections to services, kept between requests."""

import asyncio
import json

import pytest

from clara.core.errors import ClaraError
from clara.providers.speech import Patience, Speech, SpeechService

pytestmark = pytest.mark.anyio

SILENCE = bytes(32_000)
PATIENCE = Patience(transcript_s=10)


class Forgetful:
    """Hears "yes"; closes a connection that it has kept as soon as it is used again, without an answer."""

    def __init__(self, answers: int = 1) -> None:
        self.connections = self.requests = 0
        self._answers = answers

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            for number in range(self._answers + 1):
                head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
                length = next(line.split(":")[1] for line in head.splitlines() if line.startswith("content-length:"))
                await reader.readexactly(int(length))
                self.requests += 1
                if number < self._answers:
                    body = json.dumps({"text": "yes"}).encode()
                    kind = f"content-type: application/json\r\ncontent-length: {len(body)}"
                    writer.write(f"HTTP/1.1 200 OK\r\n{kind}\r\n\r\n".encode() + body)
                    await writer.drain()
        except asyncio.IncompleteReadError:
            pass
        finally:
            writer.close()


async def hear(service: Forgetful, times: int) -> list[str]:
    """Have it transcribe so often, over the connections of one Speech."""
    listening = await asyncio.start_server(service.serve, "127.0.0.1", 0)
    async with listening:
        port = listening.sockets[0].getsockname()[1]
        speech = Speech([SpeechService("openai:ear", f"http://127.0.0.1:{port}/v1")], patience=PATIENCE)
        try:
            return [await speech.transcribe(SILENCE, 16_000) for _ in range(times)]
        finally:
            await speech.close()


class TestKeeping:
    async def test_a_connection_serves_many_requests(self) -> None:
        service = Forgetful(answers=5)
        assert await hear(service, 5) == ["yes"] * 5
        assert service.connections == 1

    async def test_one_that_was_closed_meanwhile_is_made_anew(self) -> None:
        service = Forgetful(answers=1)
        assert await hear(service, 3) == ["yes"] * 3
        assert service.connections == 3

    async def test_a_service_that_never_answers_is_not_asked_for_ever(self) -> None:
        service = Forgetful(answers=0)
        with pytest.raises(ClaraError):
            await hear(service, 1)
        assert service.requests == 2
