"""A server with voice sessions is killed: their clients come back to the next one, and the conversation is there."""

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosedError

from clara.testing import RunningServer, running_server
from tests.recovery.conftest import QUICK

pytestmark = [pytest.mark.serial, pytest.mark.timeout(120)]

DEADLINE_S = 30


async def enter(server: RunningServer, **hello: Any) -> tuple[ClientConnection, dict[str, Any]]:
    """Connect with a ticket, and say hello; return the socket and the first message."""
    async with httpx.AsyncClient(base_url=server.url) as http:
        ticket = (await http.post("/v1/voice/tickets", headers=server.learner("ana"))).json()
    url = f"{server.url.replace('http', 'ws', 1)}{ticket['url']}?ticket={ticket['ticket']}"
    socket = await connect(url)
    await socket.send(json.dumps({"type": "hello", "audio": "none", **hello}))
    return socket, await read(socket, "ready")


async def read(socket: ClientConnection, kind: str, role: str | None = None) -> dict[str, Any]:
    async with asyncio.timeout(DEADLINE_S):
        while True:
            message = json.loads(await socket.recv())
            if message["type"] == kind and role in (None, message.get("role")):
                return dict(message)


class TestKill:
    def test_leaves_what_can_be_taken_up(self, tmp_path: Path) -> None:
        asyncio.run(self.talk_through_a_kill(tmp_path))

    async def talk_through_a_kill(self, folder: Path) -> None:
        with running_server(folder, **QUICK) as server:
            socket, ready = await enter(server)
            await socket.send(json.dumps({"type": "text", "text": "What is osmosis?"}))
            answered = await read(socket, "turn", "assistant")
            server.process.kill()
            with pytest.raises(ConnectionClosedError):
                await read(socket, "nothing")

        with running_server(folder, **QUICK) as server:
            resume = {"session_id": ready["session_id"], "token": ready["resume_token"], "last_seq": answered["seq"]}
            socket, again = await enter(server, resume=resume)
            assert (again["restored"], again["seq"]) == (True, 1)
            assert again["conversation_id"] == ready["conversation_id"]
            await socket.send(json.dumps({"type": "text", "text": "And diffusion?"}))
            await read(socket, "turn", "assistant")
            await socket.close()
            chat = f"{server.url}/v1/chats/{ready['conversation_id']}/messages"
            messages = httpx.get(chat, headers=server.learner("ana")).json()["messages"]
        asked = [message["content"] for message in messages if message["role"] == "user"]
        assert asked == ["What is osmosis?", "And diffusion?"]
        assert messages[1]["id"] == answered["id"]
