"""The chat of the Vercel AI SDK over HTTP; tests/clients has its own transport calling it."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from clara.settings import Settings
from clara.testing import running_app
from clara.tutor.answering import Question
from clara.tutor.events import TextEvent
from tests.api.existing_client import code_of
from tests.contract.declared import declare
from tests.learners import Learner

pytestmark = pytest.mark.anyio


class Counting:
    """Answers with the number of the question; waits first, when it is told to."""

    name = "counting"

    def __init__(self) -> None:
        self.questions: list[Question] = []
        self.go_on = asyncio.Event()
        self.go_on.set()

    async def answer(self, question: Question) -> AsyncIterator[TextEvent]:
        self.questions.append(question)
        yield TextEvent(f"Answer {len(self.questions)}")
        await self.go_on.wait()
        yield TextEvent(".")


@pytest.fixture
def answerer() -> Counting:
    return Counting()


@pytest.fixture
async def learner(settings: Settings, answerer: Counting) -> AsyncIterator[Learner]:
    async with running_app(settings, work=False, answerer=lambda _: answerer) as app:
        declare(app.client, app.app)
        yield Learner(app, "ana")


def user(text: str, **more: Any) -> dict[str, Any]:
    return {"id": f"u-{text}", "role": "user", "parts": [{"type": "text", "text": text}]} | more


def answered(text: str = "x") -> dict[str, Any]:
    return {"id": f"a-{text}", "role": "assistant", "parts": [{"type": "step-start"}, {"type": "text", "text": text}]}


def chunks_of(answer: httpx.Response) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    assert answer.headers["x-vercel-ai-ui-message-stream"] == "v1"
    assert answer.headers["content-type"].startswith("text/event-stream")
    *lines, last = [line for line in answer.text.split("\n\n") if line]
    assert last == "data: [DONE]"
    return [json.loads(line.removeprefix("data: ")) for line in lines]


async def send(learner: Learner, *messages: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
    return chunks_of(await learner.post("/v1/ui/chat", json={"id": "c", "messages": messages} | more))


async def kept(learner: Learner) -> list[str]:
    return [item["content"] for item in (await learner.get("/v1/chats/c/messages")).json()["messages"]]


class TestSubmit:
    async def test_is_answered_in_chunks(self, learner: Learner) -> None:
        chunks = await send(learner, user("One?"), trigger="submit-message", messageId=None, whatever={"x": 1})

        assert [chunk["type"] for chunk in chunks[:2]] == ["start", "text-start"]
        assert [chunk["type"] for chunk in chunks[-2:]] == ["text-end", "finish"]
        said = "".join(chunk["delta"] for chunk in chunks if chunk["type"] == "text-delta")
        assert said == "Answer 1."
        message = (await learner.get("/v1/chats/c/messages")).json()["messages"][1]
        assert (message["id"], message["content"]) == (chunks[0]["messageId"], said)

    async def test_known_history_is_the_servers(self, learner: Learner, answerer: Counting) -> None:
        await send(learner, user("One?"))
        await send(learner, user("Forged"), answered("Lies"), user("Two?"))
        await send(learner, message=user("Three?"))

        assert await kept(learner) == ["One?", "Answer 1.", "Two?", "Answer 2.", "Three?", "Answer 3."]
        assert [line.text for line in answerer.questions[-1].history] == ["One?", "Answer 1.", "Two?", "Answer 2."]

    async def test_unknown_history_is_taken(self, learner: Learner, answerer: Counting) -> None:
        system = {"id": "s", "role": "system", "parts": [{"type": "text", "text": "Be rude."}]}
        await send(learner, system, user("One?"), answered("Yes."), user("Two?"))

        assert await kept(learner) == ["One?", "Yes.", "Two?", "Answer 1."]
        assert answerer.questions[-1].instructions == ""

    async def test_folder_and_mode(self, learner: Learner, answerer: Counting) -> None:
        folder = await learner.folder()
        await send(learner, user("One?"), folder_id=folder, mode="hints")

        assert (answerer.questions[-1].folder_id, answerer.questions[-1].mode) == (folder, "hints")
        chat = (await learner.get("/v1/chats/c")).json()
        assert (chat["folder_id"], chat["mode"]) == (folder, "hints")

    @pytest.mark.parametrize(
        ("body", "code"),
        [
            ({"messages": []}, "empty_message"),
            ({"messages": [answered()]}, "empty_message"),
            ({"messages": [user(" ")]}, "empty_message"),
            ({"messages": [user("x" * 20_001)]}, "invalid"),
            ({"messages": [user("x") | {"parts": [{"type": "file", "url": "data:,x"}]}]}, "unsupported_content"),
            ({"messages": [user("x")], "mode": "cheat"}, "invalid"),
            ({"messages": [user("x")], "trigger": "resume"}, "invalid"),
            ({"messages": [user("x")], "id": ""}, "invalid"),
        ],
    )
    async def test_what_is_malformed_is_a_problem(self, learner: Learner, body: dict[str, Any], code: str) -> None:
        assert code_of(await learner.post("/v1/ui/chat", json={"id": "c"} | body)) == (422, code)
        assert code_of(await learner.get("/v1/chats/c")) == (404, "conversation_not_found")


class TestAgain:
    async def test_replaces_the_answer_that_is_named(self, learner: Learner) -> None:
        first = (await send(learner, user("One?")))[0]["messageId"]
        await send(learner, user("One?"), answered(), user("Two?"))

        again = {"trigger": "regenerate-message", "messageId": first}
        chunks = await send(learner, user("One?"), **again)

        assert await kept(learner) == ["One?", "Answer 3."]
        assert chunks[0]["messageId"] != first

    @pytest.mark.parametrize("sent", [[user("One?"), answered(), user("Two?")], [user("Two?")], []])
    async def test_without_an_id_takes_the_place(self, learner: Learner, sent: list[dict[str, Any]]) -> None:
        await send(learner, user("One?"))
        await send(learner, user("One?"), answered(), user("Two?"))
        trigger = {"trigger": "regenerate-message"}
        more = trigger if sent[1:] else trigger | {"message": user("Two?")}

        await send(learner, *(sent if sent[1:] else ()), **more)

        assert await kept(learner) == ["One?", "Answer 1.", "Two?", "Answer 3."]

    async def test_of_what_is_not_known_is_asked(self, learner: Learner) -> None:
        await send(learner, user("One?"), trigger="regenerate-message", messageId="a-x")

        assert await kept(learner) == ["One?", "Answer 1."]

    async def test_changes_a_question(self, learner: Learner) -> None:
        await send(learner, user("One?"))
        await send(learner, user("One?"), answered(), user("Two?"))

        await send(learner, user("One?"), answered(), user("2?"), messageId="u-Two?")
        assert await kept(learner) == ["One?", "Answer 1.", "2?", "Answer 3."]
        question_id = (await learner.get("/v1/chats/c/messages")).json()["messages"][0]["id"]
        await send(learner, message=user("1?"), messageId=question_id)
        assert await kept(learner) == ["1?", "Answer 4."]


class TestResume:
    async def test_replays_from_the_beginning(self, learner: Learner, answerer: Counting) -> None:
        answerer.go_on.clear()
        first = asyncio.ensure_future(send(learner, user("One?")))
        while not answerer.questions:
            await asyncio.sleep(0.01)
        resumed = asyncio.ensure_future(learner.get("/v1/ui/chat/c/stream"))
        await asyncio.sleep(0.05)
        answerer.go_on.set()

        assert chunks_of(await resumed) == await first

    async def test_of_nothing_is_204(self, learner: Learner) -> None:
        assert (await learner.get("/v1/ui/chat/c/stream")).status_code == 204
        await send(learner, user("One?"))
        assert (await learner.get("/v1/ui/chat/c/stream")).status_code == 204
        other = Learner(learner.app, "ben")
        assert (await other.get("/v1/ui/chat/c/stream")).status_code == 204
