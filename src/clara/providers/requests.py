"""One request to a model: begun with retries and a fallback, read under deadlines, closed when its reader goes."""

import asyncio
import importlib.util
import random
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import structlog

from clara.core.errors import ClaraError
from clara.providers.failures import Failure, failure_of
from clara.providers.sources import Source, not_installed

if TYPE_CHECKING:
    from pydantic_ai.messages import ModelMessage, ModelResponse, ModelResponseStreamEvent
    from pydantic_ai.models import Model, ModelRequestParameters, StreamedResponse
    from pydantic_ai.settings import ModelSettings

log = structlog.get_logger()

MOST_WAIT_S = 8.0
"""A provider that asks for a longer wait is not waited for: the fallback answers, or the caller is told to wait."""
REST_S = 30.0
"""For so long a model that failed isn't asked first where there is another."""


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds until the first token, between two, and for the whole answer; and how often a request is tried."""

    first_token_s: float = 30.0
    idle_s: float = 20.0
    total_s: float = 180.0
    tries: int = 3
    backoff_s: float = 0.5


@dataclass(frozen=True, slots=True)
class Asking:
    """What is sent to one model."""

    messages: "Sequence[ModelMessage]"
    settings: "ModelSettings"
    parameters: "ModelRequestParameters"


Ask = Callable[["Model[Any]", bool], Asking]
"""Makes what is sent, for a model that does or doesn't take tools."""


class Begun:
    """A request whose first event is here, unless the answer has none."""

    def __init__(
        self,
        source: Source,
        stream: "StreamedResponse",
        first: "ModelResponseStreamEvent | None",
        connection: AsyncExitStack,
    ) -> None:
        self.source = source
        self._stream = stream
        self._first = first
        self._connection = connection

    @property
    def response(self) -> "ModelResponse":
        """What was written so far."""
        return self._stream.get()

    async def read(self, idle_s: float, until: float) -> "AsyncGenerator[ModelResponseStreamEvent, None]":
        """Yield the events; raise the public error of what goes wrong. ``until`` is by the loop's clock."""
        clock = asyncio.get_running_loop().time
        events, event = aiter(self._stream), self._first
        while event is not None:
            yield event
            try:
                async with asyncio.timeout_at(min(clock() + idle_s, until)):
                    event = await anext(events, None)
            except Exception as error:
                raise failure_of(error, self.source.name).error from None

    async def close(self) -> None:
        """Close the connection, in the middle of the answer if need be."""
        await _close(self._connection, self.source.name)


class Requests:
    """Begins requests with the first of the models that answers."""

    def __init__(
        self,
        sources: Sequence[Source],
        patience: Patience,
        on_request: Callable[[str, str], None] = lambda model, outcome: None,
    ) -> None:
        self.patience = patience
        self._sources = sources
        self._on_request = on_request

    @asynccontextmanager
    async def begin(self, ask: Ask, until: float) -> AsyncIterator[Begun]:
        """Send a request, again and elsewhere as long as nothing of an answer has come, and wait for its first event.

        Raises what the last model failed with. The connection is closed at the end, whatever is left of the answer.
        """
        begun = await self._begin(ask, until)
        try:
            yield begun
        finally:
            await begun.close()

    @property
    def name(self) -> str:
        """The first model's."""
        return self._sources[0].name

    async def warm(self) -> None:
        """Import the first model's provider."""
        await self._sources[0].model()

    async def ready(self) -> None:
        """Wait until the first provider is imported, if it can be. Unavailable where no model's can be.

        Who imports a package of it while another thread does may see it half made.
        """
        if importlib.util.find_spec("pydantic_ai") is None:
            raise not_installed("models")
        with suppress(ClaraError):
            await self.warm()

    async def close(self) -> None:
        """Give connections back."""
        for source in self._sources:
            await source.close()

    async def _begin(self, ask: Ask, until: float) -> Begun:
        clock = asyncio.get_running_loop().time
        failure: Failure | None = None
        for source in sorted(self._sources, key=lambda source: source.rests_until > clock()):
            outcome = await self._try(source, ask, until)
            if isinstance(outcome, Begun):
                source.rests_until = 0
                return outcome
            failure = outcome
            if not failure.of_request:
                source.rests_until = clock() + max(REST_S, failure.after_s or 0)
        assert failure is not None
        raise failure.error

    async def _try(self, source: Source, ask: Ask, until: float) -> Begun | Failure:
        """Ask one model until it begins to answer, or until it makes no sense to ask again."""
        clock = asyncio.get_running_loop().time
        tried = 0
        while True:
            took_tools = source.takes_tools
            outcome = await self._once(source, ask, until)
            code = "begun" if isinstance(outcome, Begun) else outcome.error.problem_code
            self._on_request(source.name, code)
            if isinstance(outcome, Begun):
                return outcome
            tried += 1
            wait_s = self._wait_s(outcome, tried)
            if took_tools and not source.takes_tools:
                wait_s = 0
            elif not outcome.again or tried >= self.patience.tries or wait_s > MOST_WAIT_S:
                return outcome
            if clock() + wait_s >= until:
                return outcome
            await asyncio.sleep(wait_s)

    def _wait_s(self, failure: Failure, tried: int) -> float:
        if failure.after_s is not None:
            return failure.after_s
        backoff_s: float = min(self.patience.backoff_s * 2 ** (tried - 1), MOST_WAIT_S)
        return backoff_s * random.uniform(0.5, 1)  # noqa: S311 - so that many don't ask again at once

    async def _once(self, source: Source, ask: Ask, until: float) -> Begun | Failure:
        connection = AsyncExitStack()
        deadline = min(asyncio.get_running_loop().time() + self.patience.first_token_s, until)
        try:
            async with asyncio.timeout_at(deadline):
                model = await source.model()
                asking = ask(model, source.takes_tools)
                stream = await connection.enter_async_context(_stream(model, asking))
                return Begun(source, stream, await anext(aiter(stream), None), connection)
        except BaseException as error:
            await _close(connection, source.name)
            if isinstance(error, ClaraError):
                return Failure(error)
            if not isinstance(error, Exception):
                raise
            if _refuses_tools(error):
                source.takes_tools = False
            return failure_of(error, source.name)


def _stream(model: "Model[Any]", asking: Asking) -> Any:
    from pydantic_ai.direct import model_request_stream

    return model_request_stream(
        model, asking.messages, model_settings=asking.settings, model_request_parameters=asking.parameters
    )


def _refuses_tools(error: Exception) -> bool:
    """Return True when an endpoint rejects a request because its model can't call tools, as Ollama says it."""
    from pydantic_ai.exceptions import ModelRequestRejectedError

    return isinstance(error, ModelRequestRejectedError) and "support tools" in str(error.body).lower()


async def _close(connection: AsyncExitStack, model: str) -> None:
    try:
        await connection.aclose()
    except Exception as error:
        log.info("model.close_failed", model=model, error=type(error).__name__)
