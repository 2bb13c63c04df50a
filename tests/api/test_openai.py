"""The tutor as a model of OpenAI's protocol, called with OpenAI's own client."""

import asyncio
import json
import re
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

import openai
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clara.api.completing import Reply
from clara.api.cutting import Cutter
from clara.core.errors import ProviderFailed, TooManyRequests
from clara.settings import Settings
from clara.testing import SERVICE_KEY, RunningApp, make_settings, running_app
from clara.tutor.answering import Question, Said
from clara.tutor.events import AnswerEvent, ArtifactEvent, CitationEvent, Cited, EndedEvent, TextEvent, UsageEvent
from tests.contract.declared import declare
from tests.learners import Learner

pytestmark = pytest.mark.anyio

CITED = Cited(1, "file_1", "cells.pdf", "doc_1", 0, 3, 3, "Cells", "Mitochondria make ATP.", 0, 22)


class Directed:
    """Answers with the events that a test sets; an exception among them is raised."""

    name = "directed"

    def __init__(self) -> None:
        self.events: list[AnswerEvent | Exception] = [TextEvent("Hello.")]
        self.questions: list[Question] = []
        self.hangs = False
        self.closed = asyncio.Event()

    async def answer(self, question: Question) -> AsyncGenerator[AnswerEvent, None]:
        self.questions.append(question)
        try:
            for event in self.events:
                if isinstance(event, Exception):
                    raise event
                yield event
                await asyncio.sleep(0)
            if self.hangs:
                await asyncio.Event().wait()
        finally:
            self.closed.set()


@pytest.fixture
def answerer() -> Directed:
    return Directed()


@pytest.fixture
async def app(settings: Settings, answerer: Directed) -> AsyncIterator[RunningApp]:
    async with running_app(settings, work=False, answerer=lambda _: answerer) as app:
        declare(app.client, app.app)
        yield app


@pytest.fixture
def learner(app: RunningApp) -> Learner:
    return Learner(app, "ana")


@contextmanager
def client_of(app: RunningApp, **headers: str) -> Iterator[openai.AsyncOpenAI]:
    """OpenAI's client, over the app's own transport: it doesn't close it."""
    yield openai.AsyncOpenAI(
        base_url="http://127.0.0.1:8000/openai/v1",
        api_key=SERVICE_KEY,
        default_headers={"X-Clara-User": "ana"} | headers,
        http_client=app.client,  # type: ignore[arg-type]
        max_retries=0,
    )


@pytest.fixture
def client(app: RunningApp) -> Iterator[openai.AsyncOpenAI]:
    with client_of(app) as client:
        yield client


def asking(text: str = "Who makes ATP?", **more: Any) -> dict[str, Any]:
    return {"model": "clara", "messages": [{"role": "user", "content": text}]} | more


async def rows(app: RunningApp, table: str) -> int:
    database = app.app.state.services.database
    count: int = await database.read(lambda tx: tx.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one())
    return count


class TestModels:
    async def test_are_the_ways_to_be_taught(self, client: openai.AsyncOpenAI) -> None:
        listed = [model.id async for model in client.models.list()]

        assert listed == ["clara", "clara-hints", "clara-exam"]
        assert (await client.models.retrieve("clara-exam")).id == "clara-exam"
        with pytest.raises(openai.NotFoundError) as caught:
            await client.models.retrieve("gpt-5")
        assert caught.value.code == "model_not_found"


class TestCompletion:
    async def test_has_text_citations_and_usage(self, client: openai.AsyncOpenAI, answerer: Directed) -> None:
        answerer.events = [CitationEvent(CITED), TextEvent("Mitochondria do [1]"), TextEvent("."), UsageEvent(40, 5)]

        answer = await client.chat.completions.create(**asking())

        assert (answer.object, answer.model) == ("chat.completion", "clara")
        choice = answer.choices[0]
        assert (choice.message.content, choice.finish_reason) == ("Mitochondria do [1].", "stop")
        cited = choice.message.citations
        assert [(item["n"], item["page_from"], item["quote"]) for item in cited] == [(1, 3, "Mitochondria make ATP.")]
        assert answer.usage is not None
        used = answer.usage
        assert (used.prompt_tokens, used.completion_tokens, used.total_tokens) == (40, 5, 45)

    async def test_stores_nothing_without_a_conversation(
        self, app: RunningApp, client: openai.AsyncOpenAI, answerer: Directed
    ) -> None:
        messages = [
            {"role": "system", "content": "Rhyme."},
            {"role": "user", "content": "One?"},
            {"role": "assistant", "content": "1."},
            {"role": "developer", "content": [{"type": "text", "text": "Be brief."}]},
            {"role": "user", "content": [{"type": "text", "text": "Two"}, {"type": "text", "text": "?"}]},
        ]

        await client.chat.completions.create(
            **asking(messages=messages, max_completion_tokens=70, temperature=2, seed=1)
        )

        asked = answerer.questions[-1]
        assert (asked.owner_id, asked.text, asked.history) == (
            "ana",
            "Two?",
            [Said("user", "One?"), Said("assistant", "1.")],
        )
        assert (asked.instructions, asked.mode, asked.max_tokens) == ("Rhyme.\n\nBe brief.", "explain", 70)
        assert [await rows(app, table) for table in ("conversations", "messages", "turns")] == [0, 0, 0]

    @pytest.mark.parametrize("stream", [False, True])
    async def test_of_a_conversation_is_kept(
        self, learner: Learner, client: openai.AsyncOpenAI, answerer: Directed, stream: bool
    ) -> None:
        folder = await learner.folder()
        where = {"folder_id": folder, "conversation_id": "mine", "other": "x"}
        before = [{"role": "user", "content": "One?"}, {"role": "assistant", "content": "1."}]
        for text in ("Two?", "Three?"):
            messages = [*before, {"role": "user", "content": text}]
            answer = await client.chat.completions.create(
                **asking(messages=messages, metadata=where, model="clara-hints", stream=stream)
            )
            if stream:
                _ = [chunk async for chunk in answer]

        kept = (await learner.get("/v1/chats/mine/messages")).json()["messages"]
        assert [item["content"] for item in kept] == ["One?", "1.", "Two?", "Hello.", "Three?", "Hello."]
        asked = answerer.questions[-1]
        assert (asked.folder_id, asked.mode, len(asked.history)) == (folder, "hints", 4)
        assert (await learner.get("/v1/chats/mine")).json()["mode"] == "hints"

    async def test_plain_model_follows_the_conversations_mode(
        self, learner: Learner, client: openai.AsyncOpenAI, answerer: Directed
    ) -> None:
        chat = await learner.chat(mode="exam")

        await client.chat.completions.create(**asking(metadata={"conversation_id": chat}))

        assert answerer.questions[-1].mode == "exam"

    @pytest.mark.parametrize(
        ("ended", "finish"), [("length", "length"), ("refusal", "content_filter"), ("broken", "length")]
    )
    async def test_says_how_it_ended(
        self, client: openai.AsyncOpenAI, answerer: Directed, ended: str, finish: str
    ) -> None:
        answerer.events = [TextEvent("So."), EndedEvent(ended)]

        for metadata in ({}, {"conversation_id": "c"}):
            answer = await client.chat.completions.create(**asking(metadata=metadata))
            assert answer.choices[0].finish_reason == finish

    @pytest.mark.parametrize("stop", ["END", ["x", "END"]])
    @pytest.mark.parametrize("metadata", [{}, {"conversation_id": "c"}])
    async def test_ends_at_a_stop_sequence(
        self, client: openai.AsyncOpenAI, answerer: Directed, stop: Any, metadata: dict[str, str]
    ) -> None:
        answerer.events = [TextEvent("One E"), TextEvent("N"), TextEvent("D two"), TextEvent("three")]
        answerer.hangs = True

        async with asyncio.timeout(10):
            answer = await client.chat.completions.create(**asking(stop=stop, metadata=metadata))
            await answerer.closed.wait()

        assert (answer.choices[0].message.content, answer.choices[0].finish_reason) == ("One ", "stop")

    async def test_ends_when_it_is_long_enough(self, client: openai.AsyncOpenAI, answerer: Directed) -> None:
        answerer.events = [TextEvent("word " * 1000)]

        answer = await client.chat.completions.create(**asking(max_tokens=10))

        assert len(answer.choices[0].message.content or "") == 80
        assert answer.choices[0].finish_reason == "length"

    async def test_takes_no_more_tokens_than_were_asked_for(self) -> None:
        reply = Reply("clara", 0, asked_tokens=5, longest=3)
        reply.say("word " * 100)
        reply.cut("length")

        assert reply.used().completion_tokens == 3

    @pytest.mark.parametrize("metadata", [{}, {"conversation_id": "c"}])
    async def test_odd_text_can_be_sent(
        self, client: openai.AsyncOpenAI, answerer: Directed, metadata: dict[str, str]
    ) -> None:
        answerer.events = [TextEvent("half a pair \ud83d, a whole \ud83d\udd0b, NUL \x00, 🔋")]

        answer = await client.chat.completions.create(**asking(metadata=metadata))

        assert answer.choices[0].message.content == "half a pair \ufffd, a whole 🔋, NUL \x00, 🔋"


class TestStream:
    async def test_is_the_completion_in_chunks(self, client: openai.AsyncOpenAI, answerer: Directed) -> None:
        answerer.events = [CitationEvent(CITED), TextEvent("Mitochondria [1]"), TextEvent("."), UsageEvent(40, 5)]

        stream = await client.chat.completions.create(**asking(stream=True, stream_options={"include_usage": True}))
        chunks = [chunk async for chunk in stream]

        assert {chunk.object for chunk in chunks} == {"chat.completion.chunk"}
        assert len({chunk.id for chunk in chunks}) == 1
        assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks[:-1]) == "Mitochondria [1]."
        assert chunks[0].choices[0].delta.role == "assistant"
        last = chunks[-2].choices[0]
        assert last.finish_reason == "stop"
        assert [cited["n"] for cited in last.delta.citations] == [1]
        assert chunks[-1].choices == []
        assert chunks[-1].usage is not None
        assert chunks[-1].usage.total_tokens == 45
        assert all(chunk.usage is None for chunk in chunks[:-1])

    async def test_is_whole_on_the_wire(self, learner: Learner) -> None:
        answer = await learner.post("/openai/v1/chat/completions", json=asking(stream=True))

        assert answer.headers["content-type"].startswith("text/event-stream")
        lines = [line for line in answer.text.split("\n\n") if line]
        assert all(line.startswith("data: ") for line in lines)
        assert lines[-1] == "data: [DONE]"
        assert all("usage" not in json.loads(line[6:]) for line in lines[:-1])

    async def test_names_what_was_made_at_its_end(self, client: openai.AsyncOpenAI, answerer: Directed) -> None:
        answerer.events = [ArtifactEvent("set_1", "quiz", "Plants", {"questions": []}), TextEvent("Here you are.")]
        made = [{"set_id": "set_1", "kind": "quiz", "title": "Plants"}]

        for metadata in ({}, {"conversation_id": "c"}):
            whole = await client.chat.completions.create(**asking(metadata=metadata))
            assert whole.choices[0].message.model_dump()["artifacts"] == made
            stream = await client.chat.completions.create(**asking(stream=True, metadata=metadata))
            *_, last = [chunk async for chunk in stream]
            assert last.choices[0].delta.model_dump()["artifacts"] == made

    async def test_helper_of_the_sdk_puts_it_together(self, client: openai.AsyncOpenAI, answerer: Directed) -> None:
        answerer.events = [TextEvent("One. "), TextEvent("Two.")]

        async with client.chat.completions.stream(**asking()) as stream:
            whole = await stream.get_final_completion()

        assert whole.choices[0].message.content == "One. Two."

    async def test_error_before_the_first_text_is_a_status(
        self, client: openai.AsyncOpenAI, answerer: Directed
    ) -> None:
        answerer.events = [TooManyRequests("Used up.", code="budget_used_up", headers={"Retry-After": "4000"})]

        for stream in (False, True):
            for metadata in ({}, {"conversation_id": "c"}):
                with pytest.raises(openai.RateLimitError) as caught:
                    await client.chat.completions.create(**asking(stream=stream, metadata=metadata))
                assert (caught.value.code, caught.value.type) == ("budget_used_up", "rate_limit_error")
                assert caught.value.response.headers["retry-after"] == "4000"
                assert caught.value.response.headers["x-should-retry"] == "false"

    async def test_what_is_to_be_had_soon_is_left_to_the_sdk(
        self, client: openai.AsyncOpenAI, answerer: Directed
    ) -> None:
        answerer.events = [TooManyRequests("Wait.", code="budget_used_up", headers={"Retry-After": "5"})]

        with pytest.raises(openai.RateLimitError) as caught:
            await client.chat.completions.create(**asking())

        assert "x-should-retry" not in caught.value.response.headers

    async def test_what_was_refused_is_not_asked_again_by_the_sdk(
        self, client: openai.AsyncOpenAI, answerer: Directed
    ) -> None:
        answerer.events = [ProviderFailed("Declined.", code="model_refused")]
        before = len(answerer.questions)

        with pytest.raises(openai.InternalServerError):
            await client.with_options(max_retries=2).chat.completions.create(**asking())

        assert len(answerer.questions) == before + 1

    @pytest.mark.parametrize("metadata", [{}, {"conversation_id": "c"}])
    async def test_error_in_the_middle_is_raised_by_the_sdk(
        self, client: openai.AsyncOpenAI, answerer: Directed, metadata: dict[str, str]
    ) -> None:
        answerer.events = [TextEvent("One. "), ProviderFailed("It failed.", code="model_failed")]
        stream = await client.chat.completions.create(**asking(stream=True, metadata=metadata))
        texts: list[str] = []

        async def read() -> None:
            async for chunk in stream:
                texts.append(chunk.choices[0].delta.content or "")

        with pytest.raises(openai.APIError) as caught:
            await read()
        assert "".join(texts) == "One. "
        assert (caught.value.code, caught.value.message) == ("model_failed", "It failed.")


class TestErrors:
    @pytest.mark.parametrize(
        ("change", "code", "param"),
        [
            ({"tools": [{"type": "function", "function": {"name": "f"}}]}, "unsupported_parameter", "tools"),
            ({"functions": [{"name": "f"}]}, "unsupported_parameter", "functions"),
            ({"n": 2}, "unsupported_parameter", "n"),
            ({"response_format": {"type": "json_object"}}, "unsupported_parameter", "response_format"),
            ({"modalities": ["text", "audio"]}, "unsupported_parameter", "modalities"),
            (
                {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "x"}}]}]},
                "unsupported_content",
                "messages.0.content.0",
            ),
            ({"messages": [{"role": "tool", "content": "x"}]}, "unsupported_parameter", "messages.0.role"),
        ],
    )
    async def test_what_is_not_supported_is_400(
        self, client: openai.AsyncOpenAI, change: dict[str, Any], code: str, param: str
    ) -> None:
        with pytest.raises(openai.BadRequestError) as caught:
            await client.chat.completions.create(**asking() | change)
        assert (caught.value.code, caught.value.param, caught.value.type) == (code, param, "invalid_request_error")

    @pytest.mark.parametrize(
        "change",
        [
            {"messages": []},
            {"messages": [{"role": "user", "content": " "}]},
            {"messages": [{"role": "system", "content": "x"}]},
            {"messages": [{"role": "user", "content": "x"}, {"role": "assistant", "content": "y"}]},
            {"messages": [{"role": "user", "content": "x" * 20_001}]},
            {"messages": "x"},
            {"max_tokens": 0},
            {"stop": ["a"] * 5},
            {"metadata": {"folder_id": 3}},
            {"metadata": {"conversation_id": ""}},
        ],
    )
    async def test_what_is_malformed_is_400(self, client: openai.AsyncOpenAI, change: dict[str, Any]) -> None:
        with pytest.raises(openai.BadRequestError) as caught:
            await client.chat.completions.create(**asking() | change)
        assert caught.value.type == "invalid_request_error"
        assert re.fullmatch(r"(messages|max_tokens|stop|metadata)(\.\d+|\.\w+_id)*", caught.value.param or "")
        assert (caught.value.param or "").startswith(next(iter(change)))

    async def test_what_is_empty_is_as_if_left_out(self, client: openai.AsyncOpenAI) -> None:
        answer = await client.chat.completions.create(
            **asking(
                tools=[],
                n=1,
                response_format={"type": "text"},
                modalities=["text"],
                tool_choice="auto",
                stop=None,
                user="someone",
                logit_bias={},
                parallel_tool_calls=True,
            )
        )
        assert answer.choices[0].message.content == "Hello."

    async def test_unknown_things_are_404(self, app: RunningApp, client: openai.AsyncOpenAI) -> None:
        theirs = await Learner(app, "ben").folder()
        for change in ({"model": "gpt-5"}, {"metadata": {"folder_id": theirs}}):
            with pytest.raises(openai.NotFoundError):
                await client.chat.completions.create(**asking() | change)
        for address in ("/openai/v1/nothing", "/openai/v1/chat"):
            answer = await app.client.get(address)
            assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")
        answer = await app.client.get("/openai/v1/chat/completions", headers=app.learner("ana"))
        assert (answer.status_code, answer.json()["error"]["code"]) == (405, "method_not_allowed")

    async def test_nobody_is_401_and_another_is_403(self, app: RunningApp) -> None:
        with client_of(app) as client:
            with pytest.raises(openai.AuthenticationError) as caught:
                await client.with_options(api_key="wrong").models.list()
            assert caught.value.type == "authentication_error"
            with pytest.raises(openai.PermissionDeniedError):
                await client.chat.completions.create(**asking(extra_body={"user_id": "ben"}))

    async def test_too_many_is_429(self, tmp_path: Any, answerer: Directed) -> None:
        settings = make_settings(tmp_path / "few", limits={"chat_per_minute": 1})
        async with running_app(settings, work=False, answerer=lambda _: answerer) as app:
            with client_of(app) as client:
                await client.chat.completions.create(**asking())
                with pytest.raises(openai.RateLimitError) as caught:
                    await client.chat.completions.create(**asking())
        assert int(caught.value.response.headers["retry-after"]) >= 1

    async def test_second_question_at_once_is_409(self, learner: Learner, answerer: Directed) -> None:
        answerer.hangs = True
        where = {"conversation_id": "c"}
        first = asyncio.ensure_future(learner.post("/openai/v1/chat/completions", json=asking(metadata=where)))
        while not answerer.questions:
            await asyncio.sleep(0.01)

        second = await learner.post("/openai/v1/chat/completions", json=asking(metadata=where))
        assert (second.status_code, second.json()["error"]["code"]) == (409, "turn_running")
        assert (await learner.post("/v1/chats/c/stop")).json()["turn_id"]
        assert (await first).json()["choices"][0]["message"]["content"] == "Hello."

    async def test_draining_is_503(self, app: RunningApp, client: openai.AsyncOpenAI) -> None:
        app.app.state.services.drain.begin()
        with pytest.raises(openai.InternalServerError) as caught:
            await client.models.list()
        assert (caught.value.status_code, caught.value.code) == (503, "draining")


class TestCutter:
    @given(
        st.lists(st.text("abc", max_size=5), max_size=12), st.lists(st.text("abc", min_size=1, max_size=3), max_size=3)
    )
    def test_gives_what_stands_before_the_first_stop(self, pieces: list[str], stops: list[str]) -> None:
        cutter = Cutter(stops)
        given = "".join([cutter.take(piece) for piece in pieces] + [cutter.rest()])

        text = "".join(pieces)
        ends = [text.find(stop) for stop in stops if stop in text]
        # Of two that overlap, the one that is whole first ends it.
        firsts = [text.find(stop) + len(stop) for stop in stops if stop in text]
        if not ends:
            assert given == text
            assert cutter.ended is None
        else:
            assert cutter.ended == "stop"
            assert text.startswith(given)
            assert len(given) <= min(firsts)
            assert not any(stop in given for stop in stops)

    def test_holds_no_more_than_could_begin_a_stop(self) -> None:
        cutter = Cutter(["STOP"])
        assert cutter.take("Go") == "Go"
        assert cutter.take(" S") == " "
        assert cutter.take("T") == ""
        assert cutter.take("A") == "STA"

    def test_never_cuts_a_character(self) -> None:
        cutter = Cutter([], max_bytes=4)
        assert cutter.take("aéé") == "aé"
        assert cutter.ended == "length"
