"""A client that leaves: what is made for it alone ends, and nothing of it is kept."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any

import pytest
from starlette.requests import ClientDisconnect
from starlette.types import Message

from clara.api.leaving import while_connected
from clara.providers.chat import ChatRequest, M, OnSpent, Spent, untold
from clara.settings import Settings
from clara.testing import SERVICE_KEY, RunningApp, running_app
from clara.testing.fakes import FakeChatModel
from clara.tutor.answering import Question
from clara.tutor.events import AnswerEvent, TextEvent
from tests.learners import Learner

pytestmark = pytest.mark.anyio


class Endless:
    """Says a word, and then nothing for ever."""

    name = "endless"

    def __init__(self) -> None:
        self.asked, self.closed = asyncio.Event(), asyncio.Event()

    async def answer(self, question: Question) -> AsyncGenerator[AnswerEvent, None]:
        try:
            yield TextEvent("Well")
            self.asked.set()
            await asyncio.Event().wait()
        finally:
            self.closed.set()


class NeverFills(FakeChatModel):
    """Is asked to fill a form, and does not end."""

    async def fill(self, request: ChatRequest, shape: type[M], on_spent: OnSpent = untold) -> tuple[M, Spent]:
        self.hanging.set()
        await asyncio.Event().wait()
        return shape(), Spent()


class Client:
    """One request, spoken to the application itself, whose client leaves when ``left`` is set."""

    def __init__(self, app: RunningApp, path: str, body: dict[str, Any]) -> None:
        self.left = asyncio.Event()
        self.sent: list[Message] = []
        self._app = app.app
        self._body: bytes | None = json.dumps(body).encode()
        headers = {"authorization": f"Bearer {SERVICE_KEY}", "x-clara-user": "ana", "content-type": "application/json"}
        self._scope = {
            "type": "http",
            "method": "POST",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "headers": [(b"host", b"127.0.0.1"), *((n.encode(), v.encode()) for n, v in headers.items())],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 8000),
            "scheme": "http",
            "http_version": "1.1",
        }

    async def _receive(self) -> Message:
        if self._body is not None:
            body, self._body = self._body, None
            return {"type": "http.request", "body": body, "more_body": False}
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        self.sent.append(message)

    async def ask(self) -> None:
        await self._app(self._scope, self._receive, self._send)


@pytest.fixture
def answerer() -> Endless:
    return Endless()


@pytest.fixture
async def app(settings: Settings, answerer: Endless) -> AsyncIterator[RunningApp]:
    async with running_app(settings, work=False, answerer=lambda _: answerer) as app:
        yield app


class TestWork:
    async def test_gives_what_it_returns_or_raises(self) -> None:
        async def stays() -> Message:
            await asyncio.Event().wait()
            raise AssertionError

        async def fails() -> None:
            raise ValueError("no")

        assert await while_connected(stays, asyncio.sleep(0, "done")) == "done"
        with pytest.raises(ValueError, match="no"):
            await while_connected(stays, fails())

    async def test_is_cancelled_when_the_client_leaves(self) -> None:
        ended = asyncio.Event()

        async def works() -> None:
            try:
                await asyncio.Event().wait()
            finally:
                ended.set()

        async def leaves() -> Message:
            await asyncio.sleep(0)
            return {"type": "http.disconnect"}

        with pytest.raises(ClientDisconnect):
            await while_connected(leaves, works())
        assert ended.is_set()


class TestCompletion:
    @pytest.mark.parametrize("stream", [False, True])
    async def test_ends_with_its_client(self, app: RunningApp, answerer: Endless, stream: bool) -> None:
        body = {"model": "clara", "messages": [{"role": "user", "content": "Hello?"}], "stream": stream}
        client = Client(app, "/openai/v1/chat/completions", body)
        asking = asyncio.create_task(client.ask())
        async with asyncio.timeout(10):
            await answerer.asked.wait()
            assert not answerer.closed.is_set()
            client.left.set()
            await asking
            await answerer.closed.wait()

    async def test_of_a_conversation_goes_on(self, app: RunningApp, answerer: Endless) -> None:
        body = {"model": "clara", "messages": [{"role": "user", "content": "Hello?"}]}
        client = Client(app, "/openai/v1/chat/completions", body | {"metadata": {"conversation_id": "kept"}})
        asking = asyncio.create_task(client.ask())
        async with asyncio.timeout(10):
            await answerer.asked.wait()
            client.left.set()
            await asking
        assert not answerer.closed.is_set()


class TestStudySet:
    async def test_is_not_made_for_nobody(self, settings: Settings) -> None:
        model = NeverFills()
        async with running_app(settings, chat_model=model) as app:
            ana = Learner(app, "ana")
            await ana.upload("cells.txt", b"The mitochondrion makes most of the ATP that a cell uses for its work.")
            client = Client(app, "/v1/study", {"kind": "quiz"})
            asking = asyncio.create_task(client.ask())
            async with asyncio.timeout(10):
                await model.hanging.wait()
                client.left.set()
                await asking
            assert (await ana.get("/v1/study")).json()["total"] == 0
