"""Anthropic's and Google's protocols, by their SDKs: tools, typed answers, refusals, overload, broken streams."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from pydantic import BaseModel
from tests.providers.models import Searching, asking, hear, model_over

from clara.core.errors import ClaraError
from clara.settings import Settings
from clara.testing.openai_server import ScriptedServer, scripted_server
from clara.testing.scripts import Raw

pytestmark = pytest.mark.anyio

EVENTS = "text/event-stream"
QUERY = {"query": "cells"}


class Card(BaseModel):
    front: str
    back: str


CARD = {"front": "ATP", "back": "energy"}


class Claude:
    """What Claude's API sends. ``ends``: why an answer ended, None: the stream breaks off before that."""

    path = "/messages"
    key = "anthropic_api_key"
    url = "ANTHROPIC_BASE_URL"

    @staticmethod
    def say(text: str, ends: str | None = "end_turn") -> Raw:
        block = {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}
        deltas = [{"type": "text_delta", "text": piece + " "} for piece in text.split()]
        return Claude._stream(block, deltas, ends)

    @staticmethod
    def call(name: str, arguments: Any) -> Raw:
        used = {"type": "tool_use", "id": "toolu_1", "name": name, "input": {}}
        text = json.dumps(arguments)
        deltas = [{"type": "input_json_delta", "partial_json": text[at : at + 7]} for at in range(0, len(text), 7)]
        return Claude._stream({"type": "content_block_start", "index": 0, "content_block": used}, deltas, "tool_use")

    @staticmethod
    def _stream(block: Any, deltas: Sequence[Any], ends: str | None) -> Raw:
        usage = {"input_tokens": 21, "output_tokens": 1}
        message = {"id": "msg_1", "type": "message", "role": "assistant", "model": "c", "content": [], "usage": usage}
        events = [{"type": "message_start", "message": message | {"stop_reason": None, "stop_sequence": None}}, block]
        events += [{"type": "content_block_delta", "index": 0, "delta": delta} for delta in deltas]
        if ends:
            stop = {"stop_reason": ends, "stop_sequence": None}
            events += [
                {"type": "content_block_stop", "index": 0},
                {"type": "message_delta", "delta": stop, "usage": {"output_tokens": 9}},
                {"type": "message_stop"},
            ]
        lines = (f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in events)
        return Raw("".join(lines).encode(), content_type=EVENTS)

    @staticmethod
    def fail(status: int, kind: str = "overloaded_error") -> Raw:
        return Raw(json.dumps({"type": "error", "error": {"type": kind, "message": "scripted"}}).encode(), status)

    broken = staticmethod(lambda: Claude.say("Cells need", None))
    refusal = staticmethod(lambda: Claude.say("", "refusal"))
    length = staticmethod(lambda: Claude.say("Cells need", "max_tokens"))


class Gemini:
    """The same of Gemini's API."""

    path = "/v1beta/models/gemini-3.8-flash:streamGenerateContent"
    key = "google_api_key"
    url = "GOOGLE_GEMINI_BASE_URL"

    @staticmethod
    def say(text: str, ends: str | None = "STOP") -> Raw:
        return Gemini._stream([{"text": piece + " "} for piece in text.split()], ends)

    @staticmethod
    def call(name: str, arguments: Any) -> Raw:
        return Gemini._stream([{"functionCall": {"name": name, "args": arguments}}], "STOP")

    @staticmethod
    def _stream(parts: Sequence[Any], ends: str | None) -> Raw:
        answers: list[dict[str, Any]] = [
            {"candidates": [{"content": {"parts": [part], "role": "model"}, "index": 0}]} for part in parts
        ]
        if ends:
            usage = {"promptTokenCount": 21, "candidatesTokenCount": 9, "totalTokenCount": 30}
            last = {"content": {"parts": [], "role": "model"}, "finishReason": ends, "index": 0}
            answers.append({"candidates": [last], "usageMetadata": usage})
        return Raw("".join(f"data: {json.dumps(answer)}\r\n\r\n" for answer in answers).encode(), content_type=EVENTS)

    @staticmethod
    def fail(status: int, kind: str = "UNAVAILABLE") -> Raw:
        return Raw(json.dumps({"error": {"code": status, "message": "scripted", "status": kind}}).encode(), status)

    broken = staticmethod(lambda: Gemini.say("Cells need", None))
    refusal = staticmethod(lambda: Gemini.say("", "SAFETY"))
    length = staticmethod(lambda: Gemini.say("Cells need", "MAX_TOKENS"))


Protocol = type[Claude] | type[Gemini]


class Party:
    def __init__(self, server: ScriptedServer, speaks: Protocol) -> None:
        self.server = server
        self.speaks = speaks
        values: dict[str, Any] = {speaks.key: "k", "_env_file": None}
        self.model = model_over(Settings(**values))

    def play(self, *answers: Raw) -> None:
        self.server.pages[self.speaks.path] = list(answers)
        # A typed answer isn't streamed by every request layer.
        self.server.pages[self.speaks.path.replace("streamGenerate", "generate")] = list(answers)


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with scripted_server() as server:
        yield server


@pytest.fixture(params=[Claude, Gemini])
async def party(request: pytest.FixtureRequest, server: ScriptedServer, monkeypatch: pytest.MonkeyPatch) -> Any:
    speaks: Protocol = request.param
    monkeypatch.setenv(speaks.url, server.url.removesuffix("/v1"))
    party = Party(server, speaks)
    yield party
    await party.model.close()


class TestAnswer:
    async def test_with_a_tool_that_the_model_calls(self, party: Party) -> None:
        party.play(party.speaks.call("search", QUERY), party.speaks.say("Cells need glucose."))
        searching = Searching()
        heard = await hear(party.model, asking("What?", searching.tool))
        assert (heard.text.strip(), heard.reason, heard.error) == ("Cells need glucose.", "end", None)
        assert searching.calls == [QUERY]
        assert heard.spent is not None
        assert (heard.spent.input_tokens, heard.spent.output_tokens) == (42, 18)
        assert "Cells need glucose." in json.dumps(party.server.asked[1].body)

    async def test_of_a_type(self, party: Party) -> None:
        party.play(party.speaks.call("final_result", CARD))
        card, spent = await party.model.fill(asking("A card"), Card)
        assert card == Card(**CARD)
        assert spent.input_tokens == 21

    async def test_that_reaches_its_length_says_so(self, party: Party) -> None:
        party.play(party.speaks.length())
        heard = await hear(party.model, asking("What?"))
        assert (heard.text.strip(), heard.reason) == ("Cells need", "length")


class TestFailure:
    @pytest.mark.parametrize(
        ("status", "kind", "code"),
        [
            (429, "rate_limit_error", "model_overloaded"),
            (503, "overloaded_error", "model_overloaded"),
            (500, "api_error", "model_failed"),
            (401, "authentication_error", "model_misconfigured"),
            (404, "not_found_error", "model_misconfigured"),
        ],
    )
    async def test_has_its_code(self, party: Party, status: int, kind: str, code: str) -> None:
        party.play(party.speaks.fail(status, kind))
        heard = await hear(party.model, asking("What?"))
        assert isinstance(heard.error, ClaraError)
        assert heard.error.problem_code == code

    async def test_that_passes_is_tried_again(self, party: Party) -> None:
        party.play(party.speaks.fail(503), party.speaks.say("Cells need glucose."))
        heard = await hear(party.model, asking("What?"))
        assert (heard.text.strip(), heard.error) == ("Cells need glucose.", None)

    async def test_in_the_middle_is_none_of_an_end(self, party: Party) -> None:
        party.play(party.speaks.broken())
        heard = await hear(party.model, asking("What?"))
        assert heard.text.strip() == "Cells need"
        assert isinstance(heard.error, ClaraError)
        assert heard.error.problem_code == "model_failed"
        assert len(party.server.asked) == 1

    async def test_by_refusing(self, party: Party) -> None:
        party.play(party.speaks.refusal())
        heard = await hear(party.model, asking("What?"))
        assert isinstance(heard.error, ClaraError)
        assert heard.error.problem_code == "model_refused"


async def test_claude_overloaded_in_its_own_way_is_tried_again(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(Claude.url, server.url.removesuffix("/v1"))
    party = Party(server, Claude)
    party.play(Claude.fail(529), Claude.say("Cells need glucose."))
    heard = await hear(party.model, asking("What?"))
    await party.model.close()
    assert (heard.text.strip(), heard.error) == ("Cells need glucose.", None)
