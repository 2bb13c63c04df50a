"""The scripted model server, against OpenAI's own client."""

import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import openai
import pytest
from tests.waiting import wait_for

from clara.testing.openai_server import ScriptedServer, scripted_server
from clara.testing.scripts import Call, CallTools, Embed, Fail, Hang, Raw, Refuse, Say

pytestmark = pytest.mark.anyio

HI: Any = [{"role": "user", "content": "Hi"}]


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with scripted_server(models=["one", "two"], key="k") as server:
        yield server


@pytest.fixture
async def client(server: ScriptedServer) -> AsyncIterator[openai.AsyncOpenAI]:
    async with openai.AsyncOpenAI(base_url=server.url, api_key="k", max_retries=0, timeout=20) as client:
        yield client


class TestChat:
    async def test_whole(self, server: ScriptedServer, client: openai.AsyncOpenAI) -> None:
        server.play(Say("Hello there."))
        answer = await client.chat.completions.create(model="one", messages=HI)
        assert answer.choices[0].message.content == "Hello there."
        assert answer.choices[0].finish_reason == "stop"
        assert answer.usage is not None
        assert answer.usage.completion_tokens == 2

    async def test_streamed(self, server: ScriptedServer, client: openai.AsyncOpenAI) -> None:
        server.play(Say("Hello there.", usage=(5, 2)))
        stream = await client.chat.completions.create(
            model="one", messages=HI, stream=True, stream_options={"include_usage": True}
        )
        chunks = [chunk async for chunk in stream]
        assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices) == "Hello there."
        assert chunks[-1].usage is not None
        assert chunks[-1].usage.total_tokens == 7

    @pytest.mark.parametrize("stream", [True, False])
    async def test_tool_calls(self, server: ScriptedServer, client: openai.AsyncOpenAI, stream: bool) -> None:
        server.play(CallTools([Call("search", {"query": "cells"}), Call("search", '{"broken')], piece=4))
        arguments = ["", ""]
        if stream:
            pieces = await client.chat.completions.create(model="one", messages=HI, stream=True)
            async for chunk in pieces:
                for call in chunk.choices[0].delta.tool_calls or ():
                    arguments[call.index] += (call.function and call.function.arguments) or ""
        else:
            answer = await client.chat.completions.create(model="one", messages=HI)
            calls: Any = answer.choices[0].message.tool_calls
            arguments = [call.function.arguments for call in calls]
        assert arguments == ['{"query": "cells"}', '{"broken']

    async def test_a_refusal(self, server: ScriptedServer, client: openai.AsyncOpenAI) -> None:
        server.play(Refuse("No."))
        answer = await client.chat.completions.create(model="one", messages=HI)
        assert answer.choices[0].message.refusal == "No."

    async def test_a_rate_limit(self, server: ScriptedServer, client: openai.AsyncOpenAI) -> None:
        server.play(Fail(429, "slow down", "rate_limit_exceeded", retry_after_s=3))
        with pytest.raises(openai.RateLimitError) as raised:
            await client.chat.completions.create(model="one", messages=HI)
        assert raised.value.response.headers["retry-after"] == "3"
        assert raised.value.code == "rate_limit_exceeded"

    async def test_a_stream_that_breaks(self, server: ScriptedServer, client: openai.AsyncOpenAI) -> None:
        server.play(Say("one two three", cut_after=2))
        stream = await client.chat.completions.create(model="one", messages=HI, stream=True)
        heard = [(await anext(stream)).choices[0].delta.content for _ in range(3)]
        assert heard == ["", "one ", "two "]
        with pytest.raises(openai.APIConnectionError):
            await anext(stream)

    async def test_a_client_that_leaves_is_noted(self, server: ScriptedServer, client: openai.AsyncOpenAI) -> None:
        server.play(Hang(), Say("whole"))
        with pytest.raises(openai.APITimeoutError):
            await client.chat.completions.create(model="one", messages=HI, timeout=0.2)
        await wait_for(lambda: server.asked[0].disconnected)
        await client.chat.completions.create(model="one", messages=HI)
        await wait_for(lambda: server.asked[1].ended)
        assert not server.asked[1].disconnected

    @pytest.mark.parametrize(
        "messages",
        [
            [],
            [{"role": "user", "content": ""}],
            [*HI, {"role": "tool", "tool_call_id": "x", "content": "y"}],
            [*HI, {"role": "assistant", "tool_calls": [{"id": "x", "function": {"name": "f", "arguments": ""}}]}],
        ],
    )
    async def test_what_openai_refuses_is_refused(self, client: openai.AsyncOpenAI, messages: Any) -> None:
        with pytest.raises(openai.BadRequestError):
            await client.chat.completions.create(model="one", messages=messages)

    async def test_unknown_models_keys_and_paths(self, server: ScriptedServer, client: openai.AsyncOpenAI) -> None:
        with pytest.raises(openai.NotFoundError):
            await client.chat.completions.create(model="three", messages=HI)
        with pytest.raises(openai.AuthenticationError):
            await client.with_options(api_key="wrong").chat.completions.create(model="one", messages=HI)
        with pytest.raises(openai.NotFoundError):
            await client.images.generate(model="one", prompt="x")


class TestEmbeddings:
    async def test_texts_that_share_words_are_near(self, client: openai.AsyncOpenAI) -> None:
        texts = ["cells need glucose", "glucose for cells", "the French revolution"]
        answer = await client.embeddings.create(model="one", input=texts, encoding_format="float")
        first, second, third = (one.embedding for one in answer.data)

        def near(a: list[float], b: list[float]) -> float:
            return sum(x * y for x, y in zip(a, b, strict=True))

        assert near(first, second) > near(first, third)
        assert near(first, first) == pytest.approx(1)

    async def test_scripted(self, server: ScriptedServer, client: openai.AsyncOpenAI) -> None:
        server.play_embeddings(Fail(503), Embed(dim=3, missing=1), Raw(b"{}"))
        with pytest.raises(openai.InternalServerError):
            await client.embeddings.create(model="one", input=["a", "b"], encoding_format="float")
        answer = await client.embeddings.create(model="one", input=["a", "b"], encoding_format="float")
        assert [len(one.embedding) for one in answer.data] == [3]

    async def test_models_are_listed(self, client: openai.AsyncOpenAI) -> None:
        assert [model.id async for model in client.models.list()] == ["one", "two"]


class TestByHand:
    def test_the_command_prints_what_points_clara_at_it(self) -> None:
        process = subprocess.Popen([sys.executable, "-m", "clara.testing"], stdout=subprocess.PIPE, text=True)
        try:
            assert process.stdout is not None
            lines = [process.stdout.readline() for _ in range(6)]
            exports = dict(line.removeprefix("export ").strip().split("=", 1) for line in lines if "export" in line)
            question = {"model": "scripted", "messages": [{"role": "user", "content": "Hello !fail:429"}]}
            answer = httpx.post(f"{exports['OPENAI_BASE_URL']}/chat/completions", json=question)
            assert answer.status_code == 429
            assert exports["CLARA_CHAT_MODEL"] == "openai:scripted"
        finally:
            process.terminate()
            assert process.wait(20) == 0
            assert process.stdout is not None
            process.stdout.close()
