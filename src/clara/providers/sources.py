"""The configured models: each provider is imported, in a thread, when its model is asked for the first time."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import structlog

from clara.core.errors import Unavailable
from clara.providers.connections import LIMITS
from clara.settings import OPENAI_URL, Settings

log = structlog.get_logger()

if TYPE_CHECKING:
    from pydantic_ai.models import Model

    Made = tuple[Model[Any], Callable[[], Awaitable[Any]]]
    """A model, and what closes its connections."""

CONNECT_S = 10.0
LIST_S = 5.0
READ_S = 600.0
"""A backstop behind the deadlines of each request, which are shorter."""

_OTHER_KINDS = re.compile("embed|rerank|whisper|tts|speech|image|moderation|guard", re.IGNORECASE)


@dataclass(slots=True)
class Source:
    """A model that may be asked. ``takes_tools`` turns false when its endpoint says that it takes none.

    ``name`` is ``provider:model``; of an endpoint whose model nobody named it is known when it was asked.
    """

    name: str
    make: "Callable[[], Made]"
    rests_until: float = 0
    takes_tools: bool = True
    _made: "Made | None" = None
    _making: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def model(self) -> "Model[Any]":
        async with self._making:
            if self._made is None:
                self._made = await asyncio.to_thread(self.make)
                self.name = f"{self.name.split(':')[0]}:{self._made[0].model_name}"
        return self._made[0]

    async def close(self) -> None:
        made, self._made = self._made, None
        if made is not None:
            await made[1]()


def make_sources(settings: Settings) -> list[Source]:
    """Return the models that the settings name, the first one first."""
    return [Source(name, partial(_make, settings, *name.split(":", 1))) for name in settings.chat_models]


def _make(settings: Settings, provider: str, model: str) -> "Made":
    makers = {"openai": _openai, "anthropic": _anthropic, "google": _google}
    try:
        return makers[provider](settings, model)
    except ImportError as error:
        raise not_installed(f"models of {provider}") from error


def not_installed(what: str) -> Unavailable:
    return Unavailable(
        f"The package for {what} is not installed: `pip install clara[models]`.", code="model_misconfigured"
    )


def _openai(settings: Settings, model: str) -> "Made":
    from httpx2 import Limits
    from openai import DefaultAsyncHttpxClient, Timeout
    from pydantic_ai.models.openai import OpenAIChatModel
    from pydantic_ai.profiles.openai import OpenAIModelProfile, openai_model_profile
    from pydantic_ai.providers.openai import OpenAIProvider
    from pydantic_ai.providers.openai_compatible import OpenAICompatibleProvider

    from clara.providers.completions import PlainOpenAI

    key, url = settings.openai_api_key, settings.openai_base_url or OPENAI_URL
    if settings.openai_base_url and settings.chat_model is None:
        model = _offered(url, key.get_secret_value() if key else None, model)
    client = PlainOpenAI(
        base_url=url,
        api_key=key.get_secret_value() if key else "none",
        max_retries=0,
        timeout=Timeout(READ_S, connect=CONNECT_S),
        http_client=DefaultAsyncHttpxClient(limits=Limits(**LIMITS)),
    )
    if url == OPENAI_URL:
        # OpenAI says how every answer ended: one that stops without a reason was cut off on its way.
        whole = OpenAIModelProfile(openai_chat_streaming_requires_finish_reason=True)
        return OpenAIChatModel(model, provider=OpenAIProvider(openai_client=client), profile=whole), client.close
    # What every server of the protocol knows; OpenAI's own reasoning models, behind a gateway, want the newer name.
    plain = OpenAIModelProfile(
        openai_chat_supports_max_completion_tokens=bool(openai_model_profile(model).get("supports_thinking")),
        openai_supports_strict_tool_definition=False,
    )
    provider = OpenAICompatibleProvider("openai-compatible", openai_client=client)
    return OpenAIChatModel(model, provider=provider, profile=plain), client.close


def _offered(url: str, key: str | None, wanted: str) -> str:
    """Return the model that is wanted if the endpoint has it, or doesn't tell; else the first one that can chat."""
    import httpx

    try:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        models = httpx.get(f"{url}/models", headers=headers, timeout=LIST_S).raise_for_status().json()
        names = [str(model["id"]) for model in models["data"]]
    except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
        log.info("model.not_listed", error=type(error).__name__)
        return wanted
    chatting = [name for name in names if not _OTHER_KINDS.search(name)]
    if wanted in names or not chatting:
        return wanted
    log.info("model.chosen", model=chatting[0], of=len(names), choose="set CLARA_CHAT_MODEL")
    return chatting[0]


def _anthropic(settings: Settings, model: str) -> "Made":
    from anthropic import AsyncAnthropic, DefaultAsyncHttpxClient, Timeout
    from httpx2 import Limits
    from pydantic_ai.models.anthropic import AnthropicModel
    from pydantic_ai.providers.anthropic import AnthropicProvider

    assert settings.anthropic_api_key is not None
    client = AsyncAnthropic(
        api_key=settings.anthropic_api_key.get_secret_value(),
        max_retries=0,
        timeout=Timeout(READ_S, connect=CONNECT_S),
        http_client=DefaultAsyncHttpxClient(limits=Limits(**LIMITS)),
    )
    return AnthropicModel(model, provider=AnthropicProvider(anthropic_client=client)), client.close


def _google(settings: Settings, model: str) -> "Made":
    from httpx2 import AsyncClient, Limits, Timeout
    from pydantic_ai.models.google import GoogleModel
    from pydantic_ai.providers.google import GoogleProvider

    assert settings.google_api_key is not None
    client = AsyncClient(timeout=Timeout(READ_S, connect=CONNECT_S), limits=Limits(**LIMITS))
    provider = GoogleProvider(api_key=settings.google_api_key.get_secret_value(), http_client=client)
    return GoogleModel(model, provider=provider), client.aclose
