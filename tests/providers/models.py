"""Chat models over a scripted server, and what their streams amount to."""

from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from clara.core.errors import ClaraError
from clara.providers.chat import (
    ChatMessage,
    ChatModel,
    ChatRequest,
    Spent,
    Stopped,
    TextDelta,
    Tool,
    ToolEnded,
    ToolStarted,
)
from clara.providers.conversing import ConversingModel
from clara.providers.models import make_chat_model
from clara.providers.prompts import Limits
from clara.providers.requests import Patience, Requests
from clara.providers.sources import make_sources
from clara.settings import Settings
from clara.testing.openai_server import ScriptedServer

QUICK = Patience(first_token_s=5, idle_s=5, total_s=20, tries=3, backoff_s=0.01)


def settings_for(server: ScriptedServer, **values: Any) -> Settings:
    given: dict[str, Any] = {"openai_base_url": server.url, "chat_model": "openai:scripted", "_env_file": None}
    return Settings(**(given | values))


def model_over(
    settings: Settings, patience: Patience = QUICK, limits: Limits | None = None, **options: Any
) -> ConversingModel:
    limits = limits or Limits()
    return ConversingModel(Requests(make_sources(settings), patience, **options), limits)


@asynccontextmanager
async def made(settings: Settings) -> AsyncIterator[ChatModel]:
    """The model that the settings name; closed at the end."""
    model = make_chat_model(settings)
    assert model is not None
    try:
        yield model
    finally:
        await model.close()


def asking(text: str = "What do cells need?", *tools: Tool, **values: Any) -> ChatRequest:
    return ChatRequest(system="You are a tutor.", messages=[ChatMessage("user", text)], tools=tools, **values)


@dataclass
class Heard:
    """Everything that a stream gave."""

    text: str = ""
    events: list[object] = field(default_factory=list)
    spent: Spent | None = None
    reason: str | None = None
    error: ClaraError | None = None

    @property
    def tools(self) -> list[object]:
        return [event for event in self.events if isinstance(event, ToolStarted | ToolEnded)]


async def hear(model: ChatModel, request: ChatRequest) -> Heard:
    """Read a stream to its end or error."""
    heard = Heard()
    try:
        async with aclosing(model.stream(request)) as events:
            async for event in events:
                heard.events.append(event)
                match event:
                    case TextDelta(text):
                        heard.text += text
                    case Spent():
                        heard.spent = event
                    case Stopped(reason):
                        heard.reason = reason
    except ClaraError as error:
        heard.error = error
    return heard


class Searching:
    """A tool that notes its calls."""

    def __init__(self, result: str | Exception = "Cells need glucose.") -> None:
        self.calls: list[Mapping[str, Any]] = []
        self._result = result

    @property
    def tool(self) -> Tool:
        schema = {"type": "object", "properties": {"query": {"type": "string"}}, "required": ["query"]}
        return Tool("search", "Search the learner's files.", schema, self._run)

    async def _run(self, arguments: Mapping[str, Any]) -> str:
        self.calls.append(arguments)
        if isinstance(self._result, Exception):
            raise self._result
        return self._result
