"""A voice client of before against the whole server, with no more than its address and a credential configured."""

import asyncio
import base64
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from clara.testing import make_settings
from clara.testing.openai_server import scripted_server
from clara.testing.speech import mumble
from clara.voice.sockets.registry import MOST_VISITS
from tests.contract.served import Served, served
from tests.study.books import CELLS
from tests.voice.existing import calling
from tests.voice.recorded import record

pytestmark = [pytest.mark.anyio, pytest.mark.serial]

QUESTION = "What does the mitochondrion make?"
SAID = mumble("what does the mitochondrion make")


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Served]:
    with scripted_server() as services:
        services.ear.learn(SAID)
        settings = make_settings(
            tmp_path / "data", port=0, stt_model="openai:ear", chat_model="none", speech={"stt_base_url": services.url}
        )
        async with served(settings) as server:
            yield server


async def upload(server: Served, user_id: str = "ana") -> None:
    files = {"file": ("cells.md", CELLS.encode())}
    answer = await server.client.post("/homework/upload-rag", files=files, headers=server.headers(user_id))
    assert answer.status_code == 200, answer.text


async def status(server: Served, user_id: str) -> tuple[bool, bool]:
    answer = (await server.client.get(f"/voice/status/{user_id}", headers=server.headers(user_id))).json()
    return answer["is_connected"], answer["has_agent"]


HELLO = {"type": "hello", "audio": "none"}


async def conversations(server: Served) -> list[Any]:
    found = await server.client.get("/homework/conversations/ana", headers=server.headers("ana"))
    return list(found.json()["conversations"])


async def wait_connected(server: Served, connected: bool = True) -> None:
    async with asyncio.timeout(10):
        while (await status(server, "ana"))[0] != connected:
            await asyncio.sleep(0.02)


async def gone(server: Served) -> None:
    await wait_connected(server, False)


class TestExistingClient:
    async def test_speaks_types_and_looks(self, server: Served) -> None:
        await upload(server)
        async with calling(server) as client:
            assert (await client.start())["type"] == "session_started"
            assert "ATP" in (await client.say(record(SAID.pcm, SAID.rate)))["text"]
            assert "ribosome" in (await client.ask("What does the ribosome build?"))["text"]
            await client.send({"type": "visual_command", "command": "flashcard", "topic": "osmosis"})
            assert (await client.next())["visual_content"]["cards"]
            assert (await client.end())["type"] == "session_ended"
        assert len(await conversations(server)) == 1

    async def test_a_ticket_in_the_address_is_enough_once(self, server: Served) -> None:
        made = await server.client.post("/v1/voice/tickets", headers=server.headers("ana"))
        query = f"?ticket={made.json()['ticket']}"
        async with calling(server, query=query) as client:
            assert (await client.start())["type"] == "session_started"
        async with calling(server, query=query) as client:
            assert await client.closed() == 4401

    async def test_nobody_is_let_in_without_a_credential(self, server: Served) -> None:
        async with calling(server, Authorization="Basic Og==") as client:
            assert await client.closed() == 4401

    async def test_a_ticket_of_anothers_opens_nothing(self, server: Served) -> None:
        made = await server.client.post("/v1/voice/tickets", headers=server.headers("ben"))
        async with calling(server, query=f"?ticket={made.json()['ticket']}") as client:
            assert await client.closed() == 4403

    async def test_counts_as_connected_as_long_as_it_is(self, server: Served) -> None:
        assert await status(server, "ana") == (False, False)
        async with calling(server) as client:
            await client.start()
            assert await status(server, "ana") == (True, True)
            assert await status(server, "ben") == (False, False)
        await gone(server)

    async def test_tabs_talk_side_by_side_each_in_its_own_conversation(self, server: Served) -> None:
        await upload(server)
        async with calling(server) as first, calling(server) as second:
            for client in (first, second):
                await client.start()
            for client in (first, second):
                assert "ATP" in (await client.ask(QUESTION))["text"]
            assert await status(server, "ana") == (True, True)
        assert len(await conversations(server)) == 2

    async def test_of_very_many_tabs_the_oldest_goes(self, server: Served) -> None:
        async with contextlib.AsyncExitStack() as stack:
            tabs = [await stack.enter_async_context(calling(server)) for _ in range(MOST_VISITS + 1)]
            for tab in tabs:
                await tab.start()
            assert await tabs[0].closed() == 4409
            assert (await tabs[1].end())["type"] == "session_ended"

    async def test_a_session_of_the_other_dialect_stays(self, server: Served) -> None:
        async with calling(server) as before, calling(server) as streaming, calling(server) as client:
            await before.start()
            await streaming.send(HELLO)
            assert (await streaming.next())["type"] == "ready"
            assert (await before.end())["type"] == "session_ended"
            await client.start()
            await streaming.send({"type": "ping", "t": 1})
            while (await streaming.next())["type"] != "pong":
                pass
            assert (await client.end())["type"] == "session_ended"

    async def test_goes_on_where_its_connection_broke(self, server: Served) -> None:
        await upload(server)
        for _ in range(2):
            async with calling(server) as client:
                await client.start()
                await client.ask(QUESTION)
                client.socket.transport.abort()
            await gone(server)
        assert len(await conversations(server)) == 1

    async def test_a_socket_that_asked_nothing_is_no_other_to_come_back(self, server: Served) -> None:
        await upload(server)
        for _ in range(2):
            async with calling(server) as client:
                await client.start()
                await client.ask(QUESTION)
                async with calling(server) as other:
                    await other.start()
            await gone(server)
            async with calling(server) as client:
                await client.start()
            await gone(server)
        assert len(await conversations(server)) == 1

    async def test_begins_anew_where_the_session_was_ended(self, server: Served) -> None:
        await upload(server)
        for _ in range(2):
            async with calling(server) as client:
                await client.start()
                await client.ask(QUESTION)
                await client.end()
            await gone(server)
        assert len(await conversations(server)) == 2

    async def test_is_connected_before_it_has_said_anything(self, server: Served) -> None:
        async with calling(server) as client:
            await wait_connected(server)
            assert (await client.start())["type"] == "session_started"

    async def test_a_hello_that_comes_late_is_one(self, server: Served) -> None:
        async with calling(server) as client:
            await wait_connected(server)
            await client.send(HELLO)
            assert (await client.next())["type"] == "ready"

    async def test_a_server_that_goes_down_says_so(self, server: Served) -> None:
        async with calling(server) as client:
            await client.start()
            server.app.state.services.drain.begin()
            assert (await client.next())["type"] == "session_ended"
            assert await client.closed() == 1001

    @pytest.mark.parametrize("message", ["rubbish", b"\x00\x01", "[]", '{"type": "dance"}'])
    async def test_what_is_no_message_is_said_also_at_first(self, server: Served, message: str | bytes) -> None:
        async with calling(server) as client:
            assert await client.refused(message) == "voice_bad_message"

    @pytest.mark.parametrize("size", [2_100_000, 5_900_000])
    async def test_a_recording_that_is_too_big_costs_nobody_the_connection(self, server: Served, size: int) -> None:
        async with calling(server) as client:
            await client.start()
            await client.send({"type": "audio", "audio": base64.b64encode(bytes(size)).decode()})
            assert (await client.next())["code"] == "recording_too_big"
            assert (await client.next())["type"] == "response"
