"""Clients of other projects, unmodified, in Node: OpenAI's, and the Vercel AI SDK's chat transport."""

import asyncio
import json
import os
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from clara.core.errors import ProviderFailed
from clara.testing import SERVICE_KEY, make_settings
from clara.tutor.answering import Question
from clara.tutor.events import AnswerEvent, ArtifactEvent, CitationEvent, Cited, TextEvent, ToolEvent, UsageEvent
from tests.contract.served import Served, served
from tests.services import install_clients

pytestmark = pytest.mark.anyio

FOLDER = Path(__file__).parent
CITED = Cited(1, "file_1", "cells.pdf", "doc_1", 0, 3, 3, "Cells", "Mitochondria make ATP.", 0, 22)
DEADLINE_S = 60.0


class Directed:
    """Answers with everything there is; slowly, or not at all, where the question says so."""

    name = "directed"

    def __init__(self) -> None:
        self.go_on = asyncio.Event()
        self.asked = 0

    async def answer(self, question: Question) -> AsyncGenerator[AnswerEvent, None]:
        self.asked += 1
        if question.text == "Fail?":
            yield TextEvent("Well, ")
            raise ProviderFailed("The model failed. Ask again.", code="model_failed")
        yield ToolEvent("search", "started", "ATP")
        yield CitationEvent(CITED)
        yield TextEvent(f"{self.asked}: Mitochondria [1]")
        if question.text == "Slowly?":
            await self.go_on.wait()
        yield ArtifactEvent("set_1", "flashcards", "ATP", {"cards": []})
        yield TextEvent("And that is that.")
        yield UsageEvent(40, 5)


@pytest.fixture(scope="session")
def node() -> Sequence[str]:
    """The command of node, where the clients are installed."""
    return install_clients(FOLDER)


@pytest.fixture
def answerer() -> Directed:
    return Directed()


@pytest.fixture
async def server(tmp_path: Path, answerer: Directed) -> AsyncIterator[Served]:
    async with served(make_settings(tmp_path / "data", port=0), answerer=lambda _: answerer) as server:
        yield server


class Node:
    """A script that runs; ``line`` waits for its next line."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def line(self) -> str:
        assert self._process.stdout is not None
        async with asyncio.timeout(DEADLINE_S):
            return (await self._process.stdout.readline()).decode().strip()

    async def result(self) -> Any:
        async with asyncio.timeout(DEADLINE_S):
            out, errors = await self._process.communicate()
        assert self._process.returncode == 0, errors.decode()
        return json.loads(out.decode().splitlines()[-1])


async def start(node: Sequence[str], server: Served, *arguments: str) -> Node:
    environment = os.environ | {"CLARA_URL": f"http://127.0.0.1:{server.port}", "CLARA_KEY": SERVICE_KEY}
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *node, *arguments, cwd=FOLDER, env=environment, stdin=asyncio.subprocess.DEVNULL, stdout=pipe, stderr=pipe
    )
    return Node(process)


def texts(message: dict[str, Any]) -> list[str]:
    return [part["text"] for part in message["parts"] if part["type"] == "text"]


class TestOpenAI:
    async def test_client_of_node_reads_everything(self, node: Sequence[str], server: Served) -> None:
        found = await (await start(node, server, "openai.mjs")).result()

        assert found["models"] == ["clara", "clara-hints", "clara-exam"]
        message = found["whole"]["choices"][0]["message"]
        assert message["content"] == "1: Mitochondria [1]And that is that."
        assert message["citations"][0]["quote"] == "Mitochondria make ATP."
        assert found["whole"]["usage"]["total_tokens"] == 45
        *chunks, usage = found["chunks"]
        said = "".join(chunk["choices"][0]["delta"].get("content") or "" for chunk in chunks)
        assert said == "2: Mitochondria [1]And that is that."
        assert chunks[-1]["choices"][0]["finish_reason"] == "stop"
        assert usage["usage"]["prompt_tokens"] == 40
        assert found["helped"] == "3: Mitochondria [1]And that is that."
        assert found["tools"] == {
            "failed": "BadRequestError",
            "status": 400,
            "code": "unsupported_parameter",
            "type": "invalid_request_error",
            "param": "tools",
        }
        assert found["unknown"]["failed"] == "NotFoundError"
        assert found["nobody"]["failed"] == "AuthenticationError"
        kept = await server.client.get("/v1/chats/from-node/messages", headers=server.headers("ana"))
        assert [item["role"] for item in kept.json()["messages"]] == ["user", "assistant"]


class TestTransport:
    async def test_answer_becomes_a_message(self, node: Sequence[str], server: Served) -> None:
        found = await (await start(node, server, "ui.mjs", "answer")).result()

        message = found["message"]
        assert found["failed"] is None
        stored = (await server.client.get("/v1/chats/c/messages", headers=server.headers("ana"))).json()["messages"]
        assert (message["role"], message["id"]) == ("assistant", stored[1]["id"])
        assert [part["type"] for part in message["parts"]] == ["source-document", "text", "data-artifact", "text"]
        assert texts(message) == ["1: Mitochondria [1]", "And that is that."]
        source = message["parts"][0]
        assert (source["mediaType"], source["filename"]) == ("application/pdf", "cells.pdf")
        assert source["providerMetadata"]["clara"]["page_from"] == 3
        assert message["parts"][2]["data"]["kind"] == "flashcards"
        assert message["metadata"]["usage"] == {"input_tokens": 40, "output_tokens": 5}
        assert message["metadata"]["covered"] is True
        assert [chunk["data"]["state"] for chunk in found["chunks"] if chunk["type"] == "data-tool"] == ["started"]
        assert found["chunks"][-1]["finishReason"] == "stop"

    async def test_answers_again_and_changes(self, node: Sequence[str], server: Served) -> None:
        found = await (await start(node, server, "ui.mjs", "again")).result()

        assert [texts(found[name]["message"])[0][0] for name in ("one", "two", "regenerated", "changed")] == [
            "1",
            "2",
            "3",
            "4",
        ]
        kept = (await server.client.get("/v1/chats/c/messages", headers=server.headers("ana"))).json()["messages"]
        assert [item["content"][:12] for item in kept] == ["One, really?", "4: Mitochond"]
        assert kept[1]["id"] == found["changed"]["message"]["id"]

    async def test_resumes_what_is_being_written(self, node: Sequence[str], server: Served, answerer: Directed) -> None:
        script = await start(node, server, "ui.mjs", "resume")
        assert await script.line() == "resumed"
        answerer.go_on.set()

        found = await script.result()

        assert answerer.asked == 1, "it was not asked again"
        assert texts(found["whole"]["message"]) == ["1: Mitochondria [1]", "And that is that."]
        assert found["after"] is None

    async def test_unknown_chat_has_nothing_to_resume(self, node: Sequence[str], server: Served) -> None:
        assert await (await start(node, server, "ui.mjs", "unknown")).result() == {"stream": None}

    async def test_failure_is_an_error_of_the_stream(self, node: Sequence[str], server: Served) -> None:
        found = await (await start(node, server, "ui.mjs", "failing")).result()

        assert found["failed"] == "The model failed. Ask again."
        assert found["chunks"][-1] == {"type": "error", "errorText": "The model failed. Ask again."}
