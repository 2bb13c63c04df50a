"""Answers over real sockets, on two servers with one database: resumed on the other, stopped from it, asked once."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from clara.settings import Settings
from clara.store.migrate import migrate
from clara.tutor.answering import Question
from clara.tutor.events import TextEvent
from tests.contract.served import Served, served

pytestmark = pytest.mark.anyio

STREAM = {"Accept": "text/event-stream"}


class Paced:
    """Says "1 ", then "2 " and so on, each when it is let."""

    name = "paced"

    def __init__(self) -> None:
        self.asked = 0
        self.steps: asyncio.Queue[bool] = asyncio.Queue()

    def let(self, *steps: bool) -> None:
        """True: say one more; False: end."""
        for step in steps:
            self.steps.put_nowait(step)

    async def answer(self, question: Question) -> AsyncIterator[TextEvent]:
        self.asked += 1
        number = 0
        while await self.steps.get():
            number += 1
            yield TextEvent(f"{number} ")


class Events:
    """Reads the events of a stream; ``last_id`` is the id of the latest."""

    def __init__(self, answer: httpx.Response) -> None:
        assert answer.headers["content-type"].startswith("text/event-stream")
        self._lines = answer.aiter_lines()
        self.last_id = ""

    async def next(self) -> tuple[str, Any]:
        fields: dict[str, str] = {}
        async with asyncio.timeout(20):
            async for line in self._lines:
                if not line and fields:
                    break
                name, _, value = line.partition(": ")
                if name:
                    fields[name] = value
        self.last_id = fields.get("id", self.last_id)
        return fields["event"], json.loads(fields["data"])

    async def texts(self) -> tuple[str, str, Any]:
        """Read to the end; return the texts, and the last event with its data."""
        said = ""
        while True:
            event, data = await self.next()
            if event != "text":
                return said, event, data
            said += data["text"]


class Pair:
    """Two servers, and a learner with one conversation."""

    def __init__(self, here: Served, there: Served, paced: Paced) -> None:
        self.here, self.there, self.paced = here, there, paced
        self.headers = here.headers("ana")
        self.chat = ""

    def asking(self, server: Served, **headers: str) -> Any:
        address = f"/v1/chats/{self.chat}/messages"
        body = {"content": "Count."}
        return server.client.stream("POST", address, json=body, headers=self.headers | STREAM | headers)

    def following(self, server: Served, turn_id: str, **headers: str) -> Any:
        address = f"/v1/chats/{self.chat}/turns/{turn_id}/events"
        return server.client.stream("GET", address, headers=self.headers | headers)

    async def get(self, path: str = "") -> Any:
        return (await self.there.client.get(f"/v1/chats/{self.chat}{path}", headers=self.headers)).json()


@pytest.fixture
async def pair(settings: Settings) -> AsyncIterator[Pair]:
    paced = Paced()
    migrate(settings)
    settings = settings.model_copy(update={"port": 0})
    async with served(settings, answerer=lambda _: paced) as here, served(settings, answerer=lambda _: paced) as there:
        pair = Pair(here, there, paced)
        made = await here.client.post("/v1/chats", json={}, headers=pair.headers)
        pair.chat = made.json()["id"]
        yield pair


class TestResume:
    async def test_goes_on_after_the_last_event_on_the_other_server(self, pair: Pair) -> None:
        pair.paced.let(True)
        async with pair.asking(pair.here) as answer:
            events = Events(answer)
            assert await events.next() == ("text", {"text": "1 "})
        turn_id = (await pair.get())["turn_id"]
        assert events.last_id == f"{turn_id}:1"

        async with pair.asking(pair.there, **{"Last-Event-ID": events.last_id}) as answer:
            pair.paced.let(True, True, False)
            said, last, done = await Events(answer).texts()
        async with pair.following(pair.there, turn_id) as answer:
            again = await Events(answer).texts()

        assert (said, last, done["message"]["content"]) == ("2 3 ", "done", "1 2 3 ")
        assert again == ("1 2 3 ", "done", done)
        assert pair.paced.asked == 1
        assert (await pair.get("/messages"))["messages"] == [done["question"], done["message"]]

    async def test_of_a_turn_that_is_over_tells_the_end_alone(self, pair: Pair) -> None:
        pair.paced.let(True, False)
        async with pair.asking(pair.here) as answer:
            events = Events(answer)
            _, _, done = await events.texts()
        turn_id, _, number = events.last_id.rpartition(":")

        for server in (pair.here, pair.there):
            before = {"Last-Event-ID": f"{turn_id}:{int(number) - 1}"}
            async with pair.following(server, turn_id, **before) as answer:
                assert await Events(answer).next() == ("done", done)

    @pytest.mark.parametrize(
        ("named", "expected"), [("x", 422), ("turn_x:y", 422), ("turn_x:-1", 422), (":1", 422), ("turn_x:1", 404)]
    )
    async def test_of_what_is_no_event_is_refused(self, pair: Pair, named: str, expected: int) -> None:
        async with pair.asking(pair.here, **{"Last-Event-ID": named}) as answer:
            assert answer.status_code == expected
        assert (await pair.get("/messages"))["total"] == 0

    async def test_leaving_does_not_stop_it(self, pair: Pair) -> None:
        pair.paced.let(True)
        async with pair.asking(pair.here) as answer:
            assert await Events(answer).next() == ("text", {"text": "1 "})
        pair.paced.let(True, False)

        async with asyncio.timeout(20):
            while (await pair.get())["turn_id"] is not None:
                await asyncio.sleep(0.02)
        assert [message["content"] for message in (await pair.get("/messages"))["messages"]] == ["Count.", "1 2 "]


class TestStop:
    @pytest.mark.parametrize("elsewhere", [False, True])
    async def test_keeps_what_was_said(self, pair: Pair, elsewhere: bool) -> None:
        pair.paced.let(True)
        async with pair.asking(pair.here) as answer:
            events = Events(answer)
            await events.next()
            server = pair.there if elsewhere else pair.here
            stopped = await server.client.post(f"/v1/chats/{pair.chat}/stop", headers=pair.headers)
            said, last, done = await events.texts()

        assert stopped.json()["turn_id"] == done["turn_id"]
        assert (said, last) == ("", "done")
        assert (done["message"]["content"], done["message"]["ended"]) == ("1 ", "stopped")
        assert (await pair.get("/messages"))["messages"][1] == done["message"]
        again = await server.client.post(f"/v1/chats/{pair.chat}/stop", headers=pair.headers)
        assert again.json() == {"turn_id": None}


class TestTwoAtOnce:
    async def test_one_is_answered_and_the_other_refused(self, pair: Pair) -> None:
        body, address = {"content": "Count."}, f"/v1/chats/{pair.chat}/messages"

        sent = [
            asyncio.ensure_future(server.client.post(address, json=body, headers=pair.headers))
            for server in (pair.here, pair.there)
        ]
        (first,), (other,) = await asyncio.wait(sent, return_when=asyncio.FIRST_COMPLETED)
        pair.paced.let(True, False)

        assert (first.result().status_code, first.result().json()["code"]) == (409, "turn_running")
        assert first.result().headers["retry-after"] == "1"
        assert (await other).json()["message"]["content"] == "1 "
        assert (await pair.get("/messages"))["total"] == 2
