"""A voice client of before, written from the contract alone, and a socket for it."""

import asyncio
import base64
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from clara.testing import SERVICE_KEY, RunningApp
from clara.voice.dialect0.serving import serve_dialect0
from tests.contract.served import Served

DEADLINE_S = 20.0


@dataclass
class VoiceClient:
    """Sends what such clients send."""

    socket: ClientConnection

    async def start(self) -> dict[str, Any]:
        await self.send({"type": "session_start"})
        return await self.next()

    async def ask(self, text: str) -> dict[str, Any]:
        await self.send({"type": "text", "text": text})
        return await self.next()

    async def say(self, recording: bytes) -> dict[str, Any]:
        await self.send({"type": "audio", "audio": base64.b64encode(recording).decode()})
        return await self.next()

    async def end(self) -> dict[str, Any]:
        await self.send({"type": "session_end"})
        return await self.next()

    async def send(self, message: Any) -> None:
        await self.socket.send(message if isinstance(message, (str, bytes)) else json.dumps(message))

    async def next(self) -> dict[str, Any]:
        async with asyncio.timeout(DEADLINE_S):
            received = json.loads(await self.socket.recv())
        assert isinstance(received, dict)
        return received

    async def refused(self, message: Any) -> str:
        """Send what is no message; return the error's code, once the socket has proved to be well."""
        await self.send(message)
        error = await self.next()
        assert error["type"] == "error", error
        assert error["message"] == error["detail"]
        started = await self.start()
        assert started["type"] == "session_started"
        return str(error["code"])

    async def closed(self) -> int | None:
        """Return the code with which the server closes."""
        with contextlib.suppress(ConnectionClosed):
            async with asyncio.timeout(DEADLINE_S):
                while True:
                    await self.socket.recv()
        return self.socket.close_code


@contextlib.asynccontextmanager
async def talking(app: RunningApp, user_id: str, **parts: Any) -> AsyncIterator[VoiceClient]:
    """Connect a client over a real socket; ``parts`` replace fields of the app's own."""
    dialect = replace(app.app.state.services.doorway.dialect0, **parts)

    async def serve(socket: WebSocket) -> None:
        await socket.accept()
        await serve_dialect0(socket, user_id, await socket.receive_text(), dialect)

    config = uvicorn.Config(
        Starlette(routes=[WebSocketRoute("/voice/ws/{user_id}", serve)]), port=0, log_config=None, lifespan="off"
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    try:
        while not server.started:
            await asyncio.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        async with connect(f"ws://127.0.0.1:{port}/voice/ws/{user_id}", max_size=None) as socket:
            yield VoiceClient(socket)
    finally:
        server.should_exit = True
        await serving


@contextlib.asynccontextmanager
async def calling(server: Served, user_id: str = "ana", query: str = "", **headers: str) -> AsyncIterator[VoiceClient]:
    """Connect a client to the whole server, with the service key as Basic password unless told otherwise."""
    password = base64.b64encode(f"clara:{SERVICE_KEY}".encode()).decode()
    sent = headers or ({} if query else {"Authorization": f"Basic {password}"})
    address = f"ws://127.0.0.1:{server.port}/voice/ws/{user_id}{query}"
    async with connect(address, additional_headers=sent, max_size=None) as socket:
        yield VoiceClient(socket)
