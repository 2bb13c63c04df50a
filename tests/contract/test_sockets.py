"""Every WebSocket route demands what every other route does: a caller, who is the path's, and a page that may."""

import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest
from fastapi import WebSocket
from websockets.asyncio.client import connect

from clara.api.policy import allow
from clara.api.routes import WEBSOCKET, check_routes
from clara.api.sockets import SocketRouter
from clara.core.caller import Scope
from clara.core.credentials import new_service_key
from clara.store.system import KeyRow, add_key
from clara.testing import SERVICE_KEY, make_settings
from tests.contract.served import DEADLINE_S, Served, served

pytestmark = pytest.mark.anyio

KEY = {"Authorization": f"Bearer {SERVICE_KEY}"}


@pytest.fixture(scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    async with served(make_settings(tmp_path_factory.mktemp("data"), port=0)) as found:
        yield found


def sockets_of(server: Served) -> list[str]:
    """Return every socket's address for Ana."""
    names = [name.split(" ") for name in server.app.state.policies]
    return [path.replace("{user_id}", "ana") for method, path in names if method == WEBSOCKET]


async def first_words(server: Served, path: str, headers: Mapping[str, str]) -> tuple[dict[str, Any], int | None]:
    address = f"ws://127.0.0.1:{server.port}{path}"
    async with connect(address, additional_headers=headers, open_timeout=DEADLINE_S) as socket:
        message = json.loads(await socket.recv())
        await socket.wait_closed()
        return message, socket.close_code


async def key_for(server: Served, *scopes: Scope, learner_id: str | None = None) -> dict[str, str]:
    record, key = new_service_key(frozenset(scopes), learner_id)
    row = KeyRow(record.id, "test", record.secret_hash, ",".join(scopes), learner_id, 0, None)
    await server.app.state.services.database.write(lambda tx: add_key(tx, row))
    return {"Authorization": f"Bearer {key}"}


class TestEverySocket:
    async def test_is_walked(self, server: Served) -> None:
        assert sockets_of(server) == ["/voice/ws/ana"]

    async def test_needs_a_caller(self, server: Served) -> None:
        for path in sockets_of(server):
            message, code = await first_words(server, path, {})
            assert (message["type"], message["code"], code) == ("error", "unauthenticated", 4401)

    async def test_is_the_callers_own(self, server: Served) -> None:
        for path in sockets_of(server):
            for headers in (
                KEY | {"X-Clara-User": "ben"},
                await key_for(server, Scope.TUTOR, learner_id="ben"),
            ):
                message, code = await first_words(server, path, headers)
                assert (message["code"], code) == ("user_mismatch", 4403)

    async def test_needs_the_right(self, server: Served) -> None:
        for path in sockets_of(server):
            message, code = await first_words(server, path, await key_for(server, Scope.FILES))
            assert (message["code"], code) == ("scope_missing", 4403)

    async def test_is_closed_to_foreign_pages(self, server: Served) -> None:
        for path in sockets_of(server):
            for origin in ("https://evil.test", "null", f"http://evil.test:{server.port}"):
                message, code = await first_words(server, path, KEY | {"Origin": origin})
                assert (message["code"], code) == ("origin_not_allowed", 4403)

    async def test_is_no_address_for_requests(self, server: Served) -> None:
        for path in sockets_of(server):
            answer = await server.client.get(path, headers=KEY)
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


class TestDeclaration:
    async def test_a_socket_without_a_policy_does_not_come_up(self) -> None:
        async def talk(socket: WebSocket, protocol: str | None) -> None: ...

        with pytest.raises(RuntimeError, match="needs @allow"):
            SocketRouter().socket("/x", purpose="voice", protocols=())(talk)
        SocketRouter().socket("/x", purpose="voice", protocols=())(allow(Scope.TUTOR)(talk))

    async def test_nor_one_past_the_gate(self, server: Served) -> None:
        async def talk(socket: WebSocket) -> None: ...

        routes = server.app.router.routes
        server.app.add_api_websocket_route("/x", talk)
        try:
            with pytest.raises(RuntimeError, match="/x is not admitted"):
                check_routes(server.app, open_paths={"/openapi.json", "/assets/{name:path}"})
        finally:
            routes[:] = [route for route in routes if getattr(route, "path", "") != "/x"]
            check_routes(server.app, open_paths={"/openapi.json", "/assets/{name:path}"})


class TestAnotherLearnersThing:
    """Ben's folder and conversation, named in a hello, are not there for Ana."""

    async def test_folder_is_unknown(self, server: Served) -> None:
        made = await server.client.post("/v1/folders", json={"name": "Ben's"}, headers=server.headers("ben"))
        async with connect(f"ws://127.0.0.1:{server.port}/voice/ws/ana", additional_headers=KEY) as socket:
            await socket.send(json.dumps({"type": "hello", "folder_id": made.json()["id"]}))
            assert json.loads(await socket.recv())["code"] == "folder_not_found"
            await socket.wait_closed()
            assert socket.close_code == 4400

    async def test_conversation_is_ones_own_of_that_id(self, server: Served) -> None:
        bens = (await server.client.post("/v1/chats", json={}, headers=server.headers("ben"))).json()["id"]
        async with connect(f"ws://127.0.0.1:{server.port}/voice/ws/ana", additional_headers=KEY) as socket:
            await socket.send(json.dumps({"type": "hello", "audio": "none", "conversation_id": bens}))
            await socket.send(json.dumps({"type": "text", "text": "Whose is this?"}))
            while json.loads(await socket.recv())["type"] != "turn":
                pass

        anas, of_ben = [
            (await server.client.get(f"/v1/chats/{bens}/messages", headers=server.headers(user_id))).json()["messages"]
            for user_id in ("ana", "ben")
        ]
        assert [message["content"] for message in anas][:1] == ["Whose is this?"]
        assert of_ben == []
