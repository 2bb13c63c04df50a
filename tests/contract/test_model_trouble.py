"""A model that misbehaves, behind every door: a clear error or a shorter answer, and the question is never lost."""

import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from clara.testing import RunningApp, make_settings, running_app
from clara.testing.openai_server import ScriptedServer, scripted_server
from clara.testing.scripts import Asked, Call, CallTools, ChatAnswer, Hang, Raw, Refuse, Say
from tests.contract.declared import declare
from tests.learners import Learner

pytestmark = pytest.mark.anyio

STREAM = {"Accept": "text/event-stream"}
FAILING: dict[str, tuple[ChatAnswer, str]] = {
    "empty": (Say(""), "model_empty"),
    "silent": (Hang(), "model_timeout"),
    "refuses": (Refuse(), "model_refused"),
    "no JSON": (Raw(b"<html>"), "model_failed"),
}
SHORTENED: dict[str, tuple[ChatAnswer, str]] = {
    "gets stuck": (Say("One two three four five", hang_after=2), "broken"),
    "breaks off": (Say("One two three four five", cut_after=2), "broken"),
    "too long": (Say("It is cut off by its", finish="length"), "length"),
    "endless": (Say(["and so on, and on, and on, "], endless=True), "length"),
    "a hundred thousand tokens": (Say(["word "] * 100_000), "length"),
}
WORKING: dict[str, list[ChatAnswer]] = {
    "invented tools": [CallTools([Call("launch_rockets", {"at": "noon"})]), Say("Well then.")],
    "wrong JSON for a tool": [CallTools([Call("search", "{not json")]), Say("Well then.")],
    "invented passages": [Say('It is so [77 "Nobody wrote this anywhere"]. Well then.')],
}


class Trouble:
    """Answers questions with what a test says, as often as it says, and well after that; titles always well."""

    def __init__(self) -> None:
        self.left: list[ChatAnswer] = []

    def __call__(self, asked: Asked) -> ChatAnswer:
        if "Name a conversation" in json.dumps(asked.body["messages"][0]):
            return Say("A title")
        return self.left.pop(0) if self.left else Say("Well then.")


@pytest.fixture(scope="module")
def trouble() -> Trouble:
    return Trouble()


@pytest.fixture(scope="module")
def model(trouble: Trouble) -> Iterator[ScriptedServer]:
    with scripted_server(trouble) as model:
        yield model


@pytest.fixture(scope="module")
async def app(tmp_path_factory: pytest.TempPathFactory, model: ScriptedServer) -> AsyncIterator[RunningApp]:
    folder: Path = tmp_path_factory.mktemp("data")
    models = {"first_token_s": 1, "idle_s": 1, "total_s": 4, "max_output_tokens": 500}
    http = {"stream_max_life_s": 8}
    known = {"openai_base_url": f"{model.url}", "openai_api_key": "k", "chat_model": "openai:test-model"}
    async with running_app(make_settings(folder, models=models, http=http, **known)) as app:
        declare(app.client, app.app)
        yield app


@pytest.fixture
def learner(app: RunningApp, request: pytest.FixtureRequest) -> Learner:
    return Learner(app, f"ana-{abs(hash(request.node.name))}")


async def is_usable(learner: Learner, chat: str) -> None:
    """The conversation takes the next question, and none before it was lost."""
    asked = [m["content"] for m in (await learner.get(f"/v1/chats/{chat}/messages")).json()["messages"][::2]]
    assert asked == ["What now?"]
    answer = await learner.ask(chat, "And now?")
    assert "Well then." in answer["message"]["content"]


def last_event(text: str) -> tuple[str, Any]:
    block = text.strip().split("\n\n")[-1]
    fields = dict(line.split(": ", 1) for line in block.splitlines())
    return fields["event"], json.loads(fields["data"])


class TestFailing:
    @pytest.mark.parametrize("how", FAILING)
    async def test_in_json(self, learner: Learner, trouble: Trouble, how: str) -> None:
        answer, code = FAILING[how]
        trouble.left = [answer] * 3
        chat = await learner.chat()

        failed = await learner.post(f"/v1/chats/{chat}/messages", json={"content": "What now?"})

        trouble.left.clear()
        assert failed.json()["code"] == code, failed.text
        assert failed.status_code in (502, 504)
        (question,) = (await learner.get(f"/v1/chats/{chat}/messages")).json()["messages"]
        assert (question["content"], question["answered"]) == ("What now?", False)
        await is_usable(learner, chat)

    @pytest.mark.parametrize("how", FAILING)
    async def test_in_events(self, learner: Learner, trouble: Trouble, how: str) -> None:
        answer, code = FAILING[how]
        trouble.left = [answer] * 3
        chat = await learner.chat()

        sent = await learner.post(f"/v1/chats/{chat}/messages", json={"content": "What now?"}, headers=STREAM)

        trouble.left.clear()
        event, data = last_event(sent.text)
        assert (event, data["code"]) == ("error", code)
        await is_usable(learner, chat)

    @pytest.mark.parametrize("how", FAILING)
    async def test_for_existing_clients(self, learner: Learner, trouble: Trouble, how: str) -> None:
        answer, code = FAILING[how]
        trouble.left = [answer] * 3
        body = {"message": "What now?", "conversation_id": "c"}

        failed = await learner.post("/homework/chat-rag", json=body)
        trouble.left.clear()
        again = await learner.post("/homework/chat-rag", json=body)

        assert failed.json()["code"] == code
        assert "Well then." in again.json()["response"]
        kept = (await learner.get("/v1/chats/c/messages")).json()["messages"]
        assert [message["role"] for message in kept] == ["user", "assistant"], "the question is not doubled"

    @pytest.mark.parametrize("how", FAILING)
    async def test_in_the_chat_of_the_ai_sdk(self, learner: Learner, trouble: Trouble, how: str) -> None:
        trouble.left = [FAILING[how][0]] * 3
        message = {"role": "user", "parts": [{"type": "text", "text": "What now?"}]}

        sent = await learner.post("/v1/ui/chat", json={"id": "c", "messages": [message]})

        trouble.left.clear()
        *_, error, end = sent.text.strip().split("\n\n")
        assert json.loads(error.removeprefix("data: "))["type"] == "error"
        assert end == "data: [DONE]"

    @pytest.mark.parametrize("how", FAILING)
    async def test_in_the_protocol_of_openai(self, learner: Learner, trouble: Trouble, how: str) -> None:
        answer, code = FAILING[how]
        trouble.left = [answer] * 3
        body = {"model": "clara", "messages": [{"role": "user", "content": "What now?"}]}

        failed = await learner.post("/openai/v1/chat/completions", json=body)

        trouble.left.clear()
        assert failed.json()["error"]["code"] == code


class TestShortened:
    @pytest.mark.parametrize("how", SHORTENED)
    async def test_is_kept_and_says_so(self, learner: Learner, trouble: Trouble, how: str) -> None:
        answer, ended = SHORTENED[how]
        trouble.left = [answer]
        chat = await learner.chat()

        sent = await learner.post(f"/v1/chats/{chat}/messages", json={"content": "What now?"}, headers=STREAM)

        event, data = last_event(sent.text)
        assert event == "done", data
        assert data["message"]["ended"] == ended
        assert data["message"]["content"]
        await is_usable(learner, chat)


class TestWorking:
    @pytest.mark.parametrize("how", WORKING)
    async def test_is_answered(self, learner: Learner, trouble: Trouble, how: str) -> None:
        trouble.left = list(WORKING[how])
        await learner.upload("cells.md", b"# Cells\n\nMitochondria make the ATP of the cell.\n")
        chat = await learner.chat()

        answer = (await learner.ask(chat, "What do mitochondria make?"))["message"]

        trouble.left.clear()
        assert "Well then." in answer["content"]
        assert "77" not in answer["content"]
        assert answer["citations"] == []
