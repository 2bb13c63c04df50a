"""Providers: imported when they are asked, spoken to in their own protocols, configured by settings."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress

import pytest
from openai import AsyncOpenAI
from pydantic import BaseModel, ValidationError
from tests.providers.models import Searching, asking, hear, made

from clara.core.errors import ClaraError
from clara.providers.completions import PlainOpenAI
from clara.settings import Settings
from clara.testing.openai_server import ScriptedServer, scripted_server
from clara.testing.scripts import Call, CallTools, Raw, Say

pytestmark = pytest.mark.anyio

LAZY = """
import sys
from clara.providers.models import make_chat_model
from clara.settings import Settings
model = make_chat_model(Settings(openai_api_key="sk-x", chat_fallback_model="anthropic:x", anthropic_api_key="k"))
assert model.name == "openai:gpt-6-luna", model.name
loaded = {"pydantic_ai", "openai", "anthropic", "google.genai"} & set(sys.modules)
assert not loaded, loaded
"""


MISSING = """
import asyncio, sys
from clara.core.errors import ClaraError
from clara.providers.chat import ChatMessage, ChatRequest
from clara.providers.models import make_chat_model
from clara.settings import Settings
for name in ("pydantic_ai", "openai"):
    sys.modules[name] = None
async def ask():
    model = make_chat_model(Settings(openai_api_key="sk-x"))
    try:
        async for _ in model.stream(ChatRequest("Be kind.", (ChatMessage("user", "Hello"),))):
            pass
    except ClaraError as error:
        print(error.problem_code)
asyncio.run(ask())
"""


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with scripted_server() as server:
        yield server


def events(*values: object, named: bool) -> bytes:
    lines = []
    for value in values:
        assert isinstance(value, dict)
        lines.append((f"event: {value['type']}\n" if named else "") + f"data: {json.dumps(value)}\n\n")
    return "".join(lines).encode()


CLAUDE = events(
    {
        "type": "message_start",
        "message": {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "model": "claude-haiku-5-5",
            "content": [],
            "stop_reason": None,
            "stop_sequence": None,
            "usage": {"input_tokens": 21, "output_tokens": 1},
        },
    },
    {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Cells need "}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "glucose."}},
    {"type": "content_block_stop", "index": 0},
    {
        "type": "message_delta",
        "delta": {"stop_reason": "end_turn", "stop_sequence": None},
        "usage": {"output_tokens": 9},
    },
    {"type": "message_stop"},
    named=True,
)
GEMINI = events(
    {"candidates": [{"content": {"parts": [{"text": "Cells need "}], "role": "model"}, "index": 0}]},
    {
        "candidates": [
            {"content": {"parts": [{"text": "glucose."}], "role": "model"}, "finishReason": "STOP", "index": 0}
        ],
        "usageMetadata": {"promptTokenCount": 21, "candidatesTokenCount": 9, "totalTokenCount": 30},
    },
    named=False,
)


class Front(BaseModel):
    front: str


class TestProviders:
    def test_none_is_imported_before_it_is_asked(self) -> None:
        subprocess.run([sys.executable, "-c", LAZY], check=True)

    def test_where_none_is_installed_that_is_said(self) -> None:
        said = subprocess.run([sys.executable, "-c", MISSING], check=True, capture_output=True, text=True).stdout
        assert said.strip() == "model_misconfigured"

    async def test_claude(self, server: ScriptedServer, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", server.url.removesuffix("/v1"))
        server.pages["/messages"] = Raw(CLAUDE, content_type="text/event-stream")
        async with made(Settings(anthropic_api_key="k", _env_file=None)) as model:
            heard = await hear(model, asking("What?", Searching().tool))
        assert (heard.text, heard.reason, heard.error) == ("Cells need glucose.", "end", None)
        assert heard.spent is not None
        assert (heard.spent.input_tokens, heard.spent.output_tokens) == (21, 9)
        sent = server.asked[0]
        assert sent.headers["authorization"] == "Bearer k"
        assert sent.body["messages"][0]["role"] == "user"
        assert sent.body["tools"][0]["name"] == "search"

    async def test_gemini(self, server: ScriptedServer, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", server.url.removesuffix("/v1"))
        page = "/v1beta/models/gemini-3.8-flash:streamGenerateContent"
        server.pages[page] = Raw(GEMINI, content_type="text/event-stream")
        async with made(Settings(google_api_key="k", _env_file=None)) as model:
            heard = await hear(model, asking("What?", Searching().tool))
        assert (heard.text, heard.reason, heard.error) == ("Cells need glucose.", "end", None)
        assert heard.spent is not None
        assert (heard.spent.input_tokens, heard.spent.output_tokens) == (21, 9)

    async def test_what_is_sent_is_what_the_package_would_send(
        self, server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def send() -> list[tuple[object, dict[str, str]]]:
            before = len(server.asked)
            server.play(CallTools([Call("search", {"query": "energy"})]), Say("Glucose."), Say('{"front": "ATP"}'))
            async with made(Settings(openai_base_url=server.url, chat_model="openai:m", _env_file=None)) as model:
                await hear(model, asking("What?", Searching().tool))
                with suppress(ClaraError):
                    await model.fill(asking("Make a card."), Front)
            return [(asked.body, dict(asked.headers)) for asked in server.asked[before:]]

        ours = await send()
        monkeypatch.setattr(PlainOpenAI, "chat", AsyncOpenAI.chat)
        theirs = await send()
        assert len(ours) >= 3
        assert ours == theirs

    async def test_an_endpoint_without_a_key(self, server: ScriptedServer) -> None:
        async with made(Settings(openai_base_url=server.url, chat_model="openai:llama3.2:3b", _env_file=None)) as model:
            assert (await hear(model, asking("Hi"))).text == "You said: Hi"
        assert server.asked[0].body["model"] == "llama3.2:3b"


class TestUnnamedModel:
    @pytest.mark.parametrize(
        ("listed", "chosen"),
        [
            (["nomic-embed-text", "llama3.2:3b", "qwen3"], "llama3.2:3b"),
            (["llama3.2:3b", "gpt-6-luna"], "gpt-6-luna"),
            (["nomic-embed-text"], "gpt-6-luna"),
            ([], "gpt-6-luna"),
        ],
    )
    async def test_is_one_that_the_endpoint_has(self, listed: list[str], chosen: str) -> None:
        with scripted_server(models=listed) as server:
            async with made(Settings(openai_base_url=server.url, _env_file=None)) as model:
                await model.warm()
                assert model.name == f"openai:{chosen}"

    async def test_is_the_default_when_the_endpoint_tells_nothing(self, server: ScriptedServer) -> None:
        server.pages["/models"] = Raw(b"<html>")
        async with made(Settings(openai_base_url=server.url, _env_file=None)) as model:
            assert (await hear(model, asking("Hi"))).text == "You said: Hi"
            assert model.name == "openai:gpt-6-luna"


class TestSettings:
    @pytest.mark.parametrize(
        ("values", "models"),
        [
            ({}, ()),
            ({"openai_api_key": "k"}, ("openai:gpt-6-luna",)),
            ({"anthropic_api_key": "k"}, ("anthropic:claude-haiku-5-5",)),
            ({"google_api_key": "k"}, ("google:gemini-3.8-flash",)),
            ({"openai_api_key": "k", "google_api_key": "k"}, ("openai:gpt-6-luna",)),
            ({"openai_api_key": "k", "chat_model": "none"}, ()),
            ({"openai_api_key": "k", "chat_fallback_model": "openai:b"}, ("openai:gpt-6-luna", "openai:b")),
            ({"openai_base_url": "http://127.0.0.1:1/v1/", "chat_model": "openai:a:b"}, ("openai:a:b",)),
        ],
    )
    def test_the_model_follows_from_the_key(self, values: dict[str, str], models: tuple[str, ...]) -> None:
        assert Settings(**values, _env_file=None).chat_models == models

    @pytest.mark.parametrize(
        ("values", "words"),
        [
            ({"chat_model": "gpt-6-luna"}, "CLARA_CHAT_MODEL is one of"),
            ({"chat_model": "openai:"}, "CLARA_CHAT_MODEL is one of"),
            ({"chat_model": "mistral:large"}, "CLARA_CHAT_MODEL is one of"),
            ({"chat_model": "openai:gpt-6-luna"}, "OPENAI_API_KEY"),
            ({"chat_fallback_model": "anthropic:x"}, "ANTHROPIC_API_KEY"),
            ({"openai_base_url": "localhost:11434"}, "is not an endpoint"),
            ({"embedding_model": "openai:text-embedding-3-small"}, "needs OPENAI_API_KEY"),
            ({"embedding_model": "text-embedding-3-small"}, "CLARA_EMBEDDING_MODEL"),
        ],
    )
    def test_what_can_t_work_is_refused_at_the_start(self, values: dict[str, str], words: str) -> None:
        with pytest.raises(ValidationError, match=words):
            Settings(**values, _env_file=None)

    def test_the_names_in_the_environment(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name, value in {
            "GEMINI_API_KEY": "k",
            "CLARA_CHAT_MODEL": "google:x",
            "CLARA_MODELS__TOKENS_PER_DAY": "5000",
            "CLARA_MODELS__FIRST_TOKEN_S": "3",
        }.items():
            monkeypatch.setenv(name, value)
        settings = Settings(_env_file=None)
        assert settings.chat_models == ("google:x",)
        assert (settings.models.tokens_per_day, settings.models.first_token_s) == (5000, 3)
