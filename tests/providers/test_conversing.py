"""A chat model against a real HTTP server: answers, tools, structured answers, and everything that goes wrong."""

import asyncio
import io
import logging
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from typing import Any, Literal

import pytest
import structlog
from pydantic import BaseModel, Field
from tests.providers.models import Searching, asking, hear, model_over, settings_for
from tests.waiting import wait_for

from clara.core.errors import Invalid, ProviderFailed, ProviderTimeout, Unavailable
from clara.ops.logs import configure_logging
from clara.providers.chat import ChatMessage, ChatRequest, Spent, Stopped, TextDelta, ToolEnded, ToolStarted
from clara.providers.conversing import TOOL_ROUNDS, ConversingModel
from clara.providers.prompts import Limits
from clara.providers.requests import Patience
from clara.settings import Settings
from clara.testing import free_port
from clara.testing.openai_server import ScriptedServer, scripted_server
from clara.testing.scripts import Asked, Call, CallTools, ChatAnswer, Fail, Hang, Raw, Refuse, Say

pytestmark = pytest.mark.anyio


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with scripted_server() as server:
        yield server


@pytest.fixture
async def model(server: ScriptedServer) -> AsyncIterator[ConversingModel]:
    model = model_over(settings_for(server))
    yield model
    await model.close()


def body(server: ScriptedServer, at: int = -1) -> Any:
    return server.asked[at].body


class TestStream:
    async def test_the_answer_comes_as_it_is_written(self, server: ScriptedServer, model: ConversingModel) -> None:
        server.play(Say(["Cells ", "need ", "glucose."], usage=(120, 7)))
        heard = await hear(model, asking())
        assert [event.text for event in heard.events if isinstance(event, TextDelta)] == ["Cells ", "need ", "glucose."]
        assert heard.spent is not None
        assert (heard.spent.input_tokens, heard.spent.output_tokens) == (120, 7)
        assert heard.events[-1] == Stopped("end")

    async def test_a_delta_does_not_wait_for_the_next(self, server: ScriptedServer, model: ConversingModel) -> None:
        server.play(Say(["first ", "never"], hang_after=1))
        async with aclosing(model.stream(asking())) as events:
            async with asyncio.timeout(20):
                assert await anext(events) == TextDelta("first ")

    async def test_the_conversation_and_limits_are_sent(self, server: ScriptedServer, model: ConversingModel) -> None:
        messages = [ChatMessage("user", "Hi"), ChatMessage("assistant", "Hello."), ChatMessage("user", "Why?")]
        await hear(model, ChatRequest("Be brief.", messages, max_tokens=99, temperature=0.5))
        sent = body(server)
        assert [(message["role"], message["content"]) for message in sent["messages"]] == [
            ("system", "Be brief."),
            ("user", "Hi"),
            ("assistant", "Hello."),
            ("user", "Why?"),
        ]
        assert (sent["max_tokens"], sent["temperature"], sent["model"]) == (99, 0.5, "scripted")

    async def test_the_server_s_own_limit_holds(self, server: ScriptedServer) -> None:
        model = model_over(settings_for(server), limits=Limits(max_output_tokens=50))
        await hear(model, asking(max_tokens=4000))
        assert body(server)["max_tokens"] == 50
        await model.close()

    async def test_usage_that_is_not_told_is_estimated(self, server: ScriptedServer, model: ConversingModel) -> None:
        server.play(Say("word " * 40, usage=None))
        heard = await hear(model, asking("x" * 400))
        assert heard.spent is not None
        assert 100 <= heard.spent.input_tokens <= 120
        assert heard.spent.output_tokens == 50

    async def test_thoughts_are_not_text(self, server: ScriptedServer, model: ConversingModel) -> None:
        server.play(Say(["<think>", "They ask about cells.", "</think>", "Glucose."]))
        assert (await hear(model, asking())).text == "Glucose."


class TestTools:
    async def test_a_call_in_pieces_is_run_and_its_result_told(
        self, server: ScriptedServer, model: ConversingModel
    ) -> None:
        server.play(CallTools([Call("search", {"query": "what cells need"})], text="Let me look. ", piece=3))
        server.play(Say("Glucose."))
        searching = Searching()
        heard = await hear(model, asking("What?", searching.tool))
        assert searching.calls == [{"query": "what cells need"}]
        assert heard.tools == [ToolStarted("search", {"query": "what cells need"}), ToolEnded("search")]
        assert heard.text == "Let me look. Glucose."
        told = body(server)["messages"][-1]
        assert (told["role"], told["content"]) == ("tool", "Cells need glucose.")

    async def test_spent_adds_up_over_rounds(self, server: ScriptedServer, model: ConversingModel) -> None:
        server.play(CallTools([Call("search", {"query": "q"})]), Say("Glucose.", usage=(1000, 10)))
        heard = await hear(model, asking("What?", Searching().tool))
        assert heard.spent is not None
        assert heard.spent.input_tokens > 1000

    async def test_two_calls_at_once(self, server: ScriptedServer, model: ConversingModel) -> None:
        server.play(CallTools([Call("search", {"query": "a"}), Call("search", {"query": "b"})]), Say("Both."))
        searching = Searching()
        heard = await hear(model, asking("What?", searching.tool))
        assert searching.calls == [{"query": "a"}, {"query": "b"}]
        assert heard.text == "Both."

    @pytest.mark.parametrize(
        ("call", "told"),
        [
            (Call("delete_files", {"all": True}), "There is no tool of this name. There are: search."),
            (Call("search", '{"query": "unfinished'), "Not called: the arguments are no JSON object."),
            (Call("search", '["a list"]'), "Not called: the arguments are no JSON object."),
        ],
    )
    async def test_what_can_t_be_called_is_told_to_the_model_alone(
        self, server: ScriptedServer, model: ConversingModel, call: Call, told: str
    ) -> None:
        server.play(CallTools([call]), Say("Then without."))
        searching = Searching()
        heard = await hear(model, asking("What?", searching.tool))
        assert (searching.calls, heard.tools, heard.text) == ([], [], "Then without.")
        assert body(server)["messages"][-1]["content"] == told

    async def test_no_arguments_are_none(self, server: ScriptedServer, model: ConversingModel) -> None:
        server.play(CallTools([Call("search", "")]), Say("Well."))
        searching = Searching()
        await hear(model, asking("What?", searching.tool))
        assert searching.calls == [{}]

    async def test_a_tool_s_refusal_is_told_to_the_model(self, server: ScriptedServer, model: ConversingModel) -> None:
        server.play(CallTools([Call("search", {"query": ""})]), Say("Sorry."))
        heard = await hear(model, asking("What?", Searching(Invalid("The query is empty.")).tool))
        assert heard.tools[-1] == ToolEnded("search", failed=True)
        assert body(server)["messages"][-1]["content"] == "The query is empty."

    async def test_a_tool_that_is_out_of_order_ends_the_answer(
        self, server: ScriptedServer, model: ConversingModel
    ) -> None:
        server.play(CallTools([Call("search", {"query": "q"})]))
        heard = await hear(model, asking("What?", Searching(Unavailable("No database.")).tool))
        assert isinstance(heard.error, Unavailable)

    async def test_after_some_rounds_the_model_must_answer(
        self, server: ScriptedServer, model: ConversingModel
    ) -> None:
        def script(asked: Asked) -> ChatAnswer:
            if asked.body.get("tool_choice") == "none":
                return Say("At last.")
            return CallTools([Call("search", {"query": "again"})])

        server.otherwise = script
        heard = await hear(model, asking("What?", Searching().tool))
        assert heard.text == "At last."
        assert len(server.asked) == TOOL_ROUNDS + 1

    async def test_a_model_that_calls_for_ever_is_an_error(
        self, server: ScriptedServer, model: ConversingModel
    ) -> None:
        server.otherwise = lambda asked: CallTools([Call("search", {"query": "again"})])
        heard = await hear(model, asking("What?", Searching().tool))
        assert heard.error is not None
        assert heard.error.problem_code == "model_failed"
        assert len(server.asked) == TOOL_ROUNDS + 1

    async def test_many_calls_at_once_are_not_all_made(self, server: ScriptedServer, model: ConversingModel) -> None:
        server.play(CallTools([Call("search", {"query": str(at)}) for at in range(50)]), Say("Enough."))
        searching = Searching()
        heard = await hear(model, asking("What?", searching.tool))
        assert (len(searching.calls), heard.text) == (8, "Enough.")

    async def test_an_endpoint_without_tools_is_asked_without(
        self, server: ScriptedServer, model: ConversingModel
    ) -> None:
        def script(asked: Asked) -> ChatAnswer:
            return Fail(400, "scripted does not support tools") if asked.body.get("tools") else Say("From memory.")

        server.otherwise = script
        assert (await hear(model, asking("What?", Searching().tool))).text == "From memory."
        assert (await hear(model, asking("And?", Searching().tool))).text == "From memory."
        assert len(server.asked) == 3


MISBEHAVING = [
    (Say(""), "", ProviderFailed, "model_empty"),
    (Refuse(), "", ProviderFailed, "model_refused"),
    (Say("", finish="content_filter"), "", ProviderFailed, "model_refused"),
    (Say("a b c d", cut_after=3), "a b c ", ProviderFailed, "model_failed"),
    (Fail(401, code="invalid_api_key"), "", ProviderFailed, "model_misconfigured"),
    (Fail(404, code="model_not_found"), "", ProviderFailed, "model_misconfigured"),
    (Fail(429, code="insufficient_quota"), "", ProviderFailed, "model_misconfigured"),
    (Fail(429, code="rate_limit_exceeded"), "", Unavailable, "model_overloaded"),
    (Fail(503), "", Unavailable, "model_overloaded"),
    (Fail(500), "", ProviderFailed, "model_failed"),
    (Fail(400, code="context_length_exceeded"), "", ProviderFailed, "model_context_exceeded"),
    (Fail(400), "", ProviderFailed, "model_failed"),
    (Raw(b"<html>Bad gateway</html>", 502, "text/html"), "", ProviderFailed, "model_failed"),
    (Raw(b"not a stream"), "", ProviderFailed, "model_failed"),
    (Raw(b"data: {broken\n\n", content_type="text/event-stream"), "", ProviderFailed, "model_failed"),
    (Raw(b'data: {"choices": 7}\n\n', content_type="text/event-stream"), "", ProviderFailed, "model_failed"),
    (
        Raw(b'data: {"error": {"message": "no"}}\n\n', content_type="text/event-stream"),
        "",
        ProviderFailed,
        "model_failed",
    ),
]


class TestMisbehaviour:
    @pytest.mark.parametrize(("answer", "text", "kind", "code"), MISBEHAVING, ids=lambda value: str(value)[:40])
    async def test_is_an_error_with_a_code(
        self,
        server: ScriptedServer,
        model: ConversingModel,
        answer: ChatAnswer,
        text: str,
        kind: type[Exception],
        code: str,
    ) -> None:
        server.otherwise = lambda asked: answer
        heard = await hear(model, asking())
        assert heard.text == text
        assert isinstance(heard.error, kind)
        assert heard.error is not None
        assert heard.error.problem_code == code
        assert "scripted failure" not in heard.error.detail

    async def test_an_empty_answer_is_asked_for_once_more(self, server: ScriptedServer, model: ConversingModel) -> None:
        server.play(Say(""), Say("Here."))
        assert (await hear(model, asking())).text == "Here."

    async def test_an_answer_cut_off_by_its_length_says_so(
        self, server: ScriptedServer, model: ConversingModel
    ) -> None:
        server.play(Say("Cells need", finish="length"))
        heard = await hear(model, asking())
        assert (heard.text, heard.reason) == ("Cells need", "length")

    async def test_a_refusal_in_the_middle_keeps_what_was_written(
        self, server: ScriptedServer, model: ConversingModel
    ) -> None:
        server.play(Say("Cells need", finish="content_filter"))
        heard = await hear(model, asking())
        assert (heard.text, heard.reason) == ("Cells need", "refusal")

    async def test_an_answer_without_end_is_cut_and_its_connection_closed(
        self, server: ScriptedServer, model: ConversingModel
    ) -> None:
        server.play(Say("and so on ", endless=True))
        heard = await hear(model, asking(max_tokens=500))
        assert heard.reason == "length"
        assert 500 * 12 <= len(heard.text) <= 500 * 12 + 20
        await wait_for(lambda: server.asked[0].disconnected)

    async def test_thoughts_without_end_are_cut_too(self, server: ScriptedServer, model: ConversingModel) -> None:
        server.play(Say(["<think>", *["hm and "] * 100_000]))
        heard = await hear(model, asking(max_tokens=100))
        assert heard.error is not None
        assert heard.error.problem_code == "model_empty"
        await wait_for(lambda: server.asked[0].disconnected)

    async def test_what_was_spent_until_then_is_told(self, server: ScriptedServer, model: ConversingModel) -> None:
        server.play(Say("word " * 100, cut_after=80))
        heard = await hear(model, asking("x" * 400))
        assert heard.spent is not None
        assert heard.spent.input_tokens >= 100
        assert heard.spent.output_tokens >= 80


class TestRetries:
    async def test_a_wait_that_the_provider_asks_for_is_kept(
        self, server: ScriptedServer, model: ConversingModel
    ) -> None:
        server.play(Fail(429, retry_after_s=1), Say("Now."))
        started = time.monotonic()
        assert (await hear(model, asking())).text == "Now."
        assert 1 <= time.monotonic() - started < 10

    async def test_a_long_wait_is_left_to_the_caller(self, server: ScriptedServer, model: ConversingModel) -> None:
        server.play(Fail(429, retry_after_s=60))
        heard = await hear(model, asking())
        assert heard.error is not None
        assert heard.error.headers == {"Retry-After": "60"}
        assert len(server.asked) == 1

    async def test_failures_before_the_first_token_are_tried_again(
        self, server: ScriptedServer, model: ConversingModel
    ) -> None:
        server.play(Fail(500), Fail(503), Say("Third time."))
        heard = await hear(model, asking())
        assert (heard.text, heard.error) == ("Third time.", None)

    async def test_they_are_tried_three_times(self, server: ScriptedServer, model: ConversingModel) -> None:
        server.otherwise = lambda asked: Fail(500)
        await hear(model, asking())
        assert len(server.asked) == 3

    async def test_nothing_is_tried_again_after_the_first_token(
        self, server: ScriptedServer, model: ConversingModel
    ) -> None:
        server.play(Say("Cells need", cut_after=1), Say("again"))
        await hear(model, asking())
        assert len(server.asked) == 1

    async def test_what_can_t_get_better_is_not_tried_again(
        self, server: ScriptedServer, model: ConversingModel
    ) -> None:
        server.play(Fail(401), Say("again"))
        await hear(model, asking())
        assert len(server.asked) == 1

    async def test_an_endpoint_that_is_not_there(self) -> None:
        settings = Settings(openai_base_url=f"http://127.0.0.1:{free_port()}/v1", chat_model="openai:x", _env_file=None)
        model = model_over(settings)
        heard = await hear(model, asking())
        assert heard.error is not None
        assert heard.error.problem_code == "model_failed"
        await model.close()

    async def test_outcomes_are_counted(self, server: ScriptedServer) -> None:
        outcomes: list[tuple[str, str]] = []
        model = model_over(settings_for(server), on_request=lambda model, outcome: outcomes.append((model, outcome)))
        server.play(Fail(503), Say("ok"))
        await hear(model, asking())
        assert outcomes == [("openai:scripted", "model_overloaded"), ("openai:scripted", "begun")]
        await model.close()


class TestFallback:
    @pytest.fixture
    async def two(self, server: ScriptedServer) -> AsyncIterator[ConversingModel]:
        settings = settings_for(server, chat_model="openai:first", chat_fallback_model="openai:second")
        model = model_over(settings)
        yield model
        await model.close()

    @staticmethod
    def asked(server: ScriptedServer) -> list[str]:
        return [asked.body["model"] for asked in server.asked]

    async def test_the_second_answers_for_the_first(self, server: ScriptedServer, two: ConversingModel) -> None:
        server.play(Fail(401), Say("From the second."))
        assert (await hear(two, asking())).text == "From the second."
        assert self.asked(server) == ["first", "second"]
        assert two.name == "openai:first"

    async def test_a_model_that_failed_rests(self, server: ScriptedServer, two: ConversingModel) -> None:
        server.play(Fail(429, retry_after_s=60), Say("one"), Say("two"))
        await hear(two, asking())
        await hear(two, asking())
        assert self.asked(server) == ["first", "second", "second"]

    async def test_a_model_does_not_rest_for_one_learner_s_request(
        self, server: ScriptedServer, two: ConversingModel
    ) -> None:
        server.play(Fail(400, code="context_length_exceeded"), Say("one"), Say("two"))
        await hear(two, asking())
        await hear(two, asking())
        assert self.asked(server) == ["first", "second", "first"]

    async def test_a_model_that_rests_is_asked_when_the_other_fails(
        self, server: ScriptedServer, two: ConversingModel
    ) -> None:
        server.play(Fail(404), Say("one"), Fail(404), Say("first again"))
        await hear(two, asking())
        assert (await hear(two, asking())).text == "first again"

    async def test_silence_is_not_waited_for_twice(self, server: ScriptedServer) -> None:
        settings = settings_for(server, chat_model="openai:first", chat_fallback_model="openai:second")
        two = model_over(settings, Patience(first_token_s=0.5, total_s=20))
        server.play(Hang(), Say("From the second."))
        assert (await hear(two, asking())).text == "From the second."
        assert self.asked(server) == ["first", "second"]
        await wait_for(lambda: server.asked[0].disconnected)
        await two.close()

    async def test_when_both_fail_the_last_error_is_told(self, server: ScriptedServer, two: ConversingModel) -> None:
        server.play(Fail(401), Fail(429, retry_after_s=30))
        heard = await hear(two, asking())
        assert heard.error is not None
        assert heard.error.problem_code == "model_overloaded"

    async def test_after_the_first_token_nobody_takes_over(self, server: ScriptedServer, two: ConversingModel) -> None:
        server.play(Say("Cells need", cut_after=1))
        await hear(two, asking())
        assert self.asked(server) == ["first"]


class TestDeadlines:
    @pytest.mark.parametrize(
        ("answer", "patience", "text"),
        [
            (Hang(), Patience(first_token_s=0.2, idle_s=9, total_s=9), ""),
            (Say("one two", hang_after=1), Patience(first_token_s=9, idle_s=0.2, total_s=9), "one "),
            (Say(["x"], endless=True, pause_s=0.05), Patience(first_token_s=9, idle_s=9, total_s=0.5), None),
        ],
        ids=["first token", "idle", "total"],
    )
    async def test_hold(self, server: ScriptedServer, answer: ChatAnswer, patience: Patience, text: str | None) -> None:
        model = model_over(settings_for(server), patience)
        await model.warm()
        server.play(answer)
        started = time.monotonic()
        heard = await hear(model, asking())
        assert time.monotonic() - started < 8
        assert isinstance(heard.error, ProviderTimeout)
        assert heard.error.problem_code == "model_timeout"
        assert text is None or heard.text == text
        await wait_for(lambda: server.asked[0].disconnected)
        await model.close()

    async def test_a_tool_is_part_of_the_whole(self, server: ScriptedServer) -> None:
        model = model_over(settings_for(server), Patience(total_s=0.5))
        await model.warm()
        server.play(CallTools([Call("search", {})]))
        searching = Searching()

        async def forever(arguments: object) -> str:
            await asyncio.Event().wait()
            return ""

        tool = searching.tool
        heard = await hear(model, asking("What?", type(tool)(tool.name, tool.description, tool.parameters, forever)))
        assert isinstance(heard.error, ProviderTimeout)
        await model.close()


class TestCancel:
    async def test_closing_the_iterator_closes_the_connection(
        self, server: ScriptedServer, model: ConversingModel
    ) -> None:
        server.play(Say("and so on ", endless=True, pause_s=0.01))
        async with aclosing(model.stream(asking())) as events:
            await anext(events)
        await wait_for(lambda: server.asked[0].disconnected)

    async def test_so_does_cancelling_the_task(self, server: ScriptedServer, model: ConversingModel) -> None:
        server.play(Hang())
        task = asyncio.create_task(hear(model, asking()))
        await wait_for(lambda: server.asked)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await wait_for(lambda: server.asked[0].disconnected)

    async def test_the_model_answers_on(self, server: ScriptedServer, model: ConversingModel) -> None:
        server.play(Say("and so on ", endless=True, pause_s=0.01), Say("Fine."))
        async with aclosing(model.stream(asking())) as events:
            await anext(events)
        assert (await hear(model, asking())).text == "Fine."


class Card(BaseModel):
    front: str = Field(min_length=1)
    back: str
    kind: Literal["term", "fact"]


class Cards(BaseModel):
    cards: list[Card] = Field(min_length=1)


GOOD = {"cards": [{"front": "ATP", "back": "energy", "kind": "term"}]}


class TestFill:
    async def test_an_answer_of_the_type(self, server: ScriptedServer, model: ConversingModel) -> None:
        server.play(CallTools([Call("answer", GOOD)], piece=7))
        cards, spent = await model.fill(asking("Make cards."), Cards)
        assert cards == Cards.model_validate(GOOD)
        assert spent.total > 0
        assert body(server)["tool_choice"] == "required"
        assert "cards" in body(server)["tools"][0]["function"]["parameters"]["properties"]

    @pytest.mark.parametrize("text", ['{"cards": [{"front": "ATP", "back": "energy", "kind": "term"}]}'])
    @pytest.mark.parametrize("around", ["{}", "Here you are:\n```json\n{}\n```\nGood luck!"])
    async def test_json_in_the_text_will_do(
        self, server: ScriptedServer, model: ConversingModel, text: str, around: str
    ) -> None:
        server.play(Say(around.replace("{}", text)))
        assert (await model.fill(asking("Make cards."), Cards))[0] == Cards.model_validate(GOOD)

    @pytest.mark.parametrize(
        "first",
        [
            CallTools([Call("answer", '{"cards": [{"front": "A')]),
            CallTools([Call("answer", {"cards": []})]),
            CallTools([Call("answer", {"cards": [{"front": "", "back": 1, "kind": "joke"}]})]),
            CallTools([Call("answer", GOOD), Call("other", {})]),
            Say("I would rather talk."),
            Say(""),
        ],
        ids=["broken", "empty list", "wrong fields", "two calls", "prose", "nothing"],
    )
    async def test_what_does_not_fit_is_sent_back_once(
        self, server: ScriptedServer, model: ConversingModel, first: ChatAnswer
    ) -> None:
        server.play(first, CallTools([Call("answer", GOOD)]))
        assert (await model.fill(asking("Make cards."), Cards))[0] == Cards.model_validate(GOOD)

    async def test_the_model_is_told_what_is_wrong(self, server: ScriptedServer, model: ConversingModel) -> None:
        server.play(
            CallTools([Call("answer", {"cards": [{"front": "A", "back": "B", "kind": "joke"}]})]),
            CallTools([Call("answer", GOOD)]),
        )
        await model.fill(asking("Make cards."), Cards)
        told = body(server)["messages"][-1]
        assert told["role"] == "tool"
        assert "cards.0.kind: Input should be 'term' or 'fact'" in told["content"]

    async def test_then_it_is_an_error_that_says_what_it_cost(
        self, server: ScriptedServer, model: ConversingModel
    ) -> None:
        server.otherwise = lambda asked: Say("I would rather talk.", usage=(100, 10))
        spent: list[Spent] = []
        with pytest.raises(ProviderFailed) as raised:
            await model.fill(asking("Make cards."), Cards, spent.append)
        assert raised.value.problem_code == "model_bad_output"
        assert [one.total for one in spent] == [110, 220]
        assert len(server.asked) == 2

    async def test_a_refusal(self, server: ScriptedServer, model: ConversingModel) -> None:
        server.play(Refuse())
        with pytest.raises(ProviderFailed) as raised:
            await model.fill(asking("Make cards."), Cards)
        assert raised.value.problem_code == "model_refused"

    async def test_an_endpoint_without_tools_is_given_the_schema(
        self, server: ScriptedServer, model: ConversingModel
    ) -> None:
        def script(asked: Asked) -> ChatAnswer:
            if asked.body.get("tools"):
                return Fail(400, "scripted does not support tools")
            return Say('{"cards": [{"front": "ATP", "back": "energy", "kind": "term"}]}')

        server.otherwise = script
        assert (await model.fill(asking("Make cards."), Cards))[0] == Cards.model_validate(GOOD)
        assert '"front"' in body(server)["messages"][0]["content"]

    async def test_an_answer_without_end_is_not_sent_back(self, server: ScriptedServer, model: ConversingModel) -> None:
        server.play(Say('{"cards": ', endless=True))
        with pytest.raises(ProviderFailed):
            await model.fill(asking("Make cards.", max_tokens=100), Cards)
        assert len(server.asked) == 1

    async def test_tools_have_no_place_in_it(self, model: ConversingModel) -> None:
        with pytest.raises(ValueError, match="no tools"):
            await model.fill(asking("Make cards.", Searching().tool), Cards)


class TestLogs:
    @pytest.fixture
    def written(self) -> Iterator[io.StringIO]:
        """What is logged, down to the debug lines of the libraries."""
        root = logging.getLogger()
        before, configured = (root.handlers, root.level), structlog.get_config()
        stream = io.StringIO()
        configure_logging("DEBUG", readable=False, stream=stream)
        yield stream
        root.handlers, root.level = before
        structlog.configure(**configured)

    async def test_hold_nothing_of_what_is_asked_and_answered(
        self, server: ScriptedServer, model: ConversingModel, written: io.StringIO
    ) -> None:
        server.play(Say("zyxwv-answer"), Fail(400, "zyxwv-question isn't allowed"), Fail(401, "key zyxwv is wrong"))
        for _ in range(3):
            await hear(model, asking("zyxwv-question"))
        assert "model.failed" in written.getvalue()
        assert "zyxwv" not in written.getvalue()
