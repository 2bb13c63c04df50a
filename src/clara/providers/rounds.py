"""One request of an answer, read to its end or to the most that it may write, and what it took."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING

from clara.core.errors import ClaraError
from clara.providers.chat import BYTES_A_TOKEN, Spent, Stopped, estimate_input
from clara.providers.failures import bad_calls, empty, failed, refused
from clara.providers.prompts import Prompt
from clara.providers.requests import Begun, Requests

if TYPE_CHECKING:
    from pydantic_ai.messages import ModelResponse, ModelResponseStreamEvent, ToolCallPart

MOST_CHARS_A_TOKEN = 12
"""Longer than nearly every token of a vocabulary: an endpoint that writes more takes no notice of its limit."""

_ALWAYS_SAY_WHY = frozenset(("anthropic", "google", "google-gla", "google-vertex"))
"""Providers that say how each answer ended: a stream of theirs that stops without was cut off on its way."""


class Round:
    """A request and its answer. ``cut``: it wrote more than it may, and the rest was not waited for."""

    def __init__(self, requests: Requests, prompt: Prompt, until: float) -> None:
        self.cut = False
        self._requests = requests
        self._prompt = prompt
        self._until = until
        self._size = 0
        self._begun: Begun | None = None

    async def texts(self) -> AsyncGenerator[str, None]:
        """Send the request and yield the text of the answer as it comes."""
        most = self._prompt.most_tokens * MOST_CHARS_A_TOKEN
        async with (
            self._requests.begin(self._prompt.asking, self._until) as self._begun,
            aclosing(self._begun.read(self._requests.patience.idle_s, self._until)) as events,
        ):
            async for event in events:
                text, size = _written(event)
                self._size += size
                if text:
                    yield text
                if self._size > most:
                    self.cut = True
                    return

    async def drain(self) -> None:
        """Send the request and wait for the whole answer."""
        async with aclosing(self.texts()) as texts:
            async for _ in texts:
                pass

    @property
    def response(self) -> "ModelResponse":
        """The answer, as far as it has come."""
        assert self._begun is not None
        return self._begun.response

    @property
    def calls(self) -> "Sequence[ToolCallPart]":
        """The calls of tools; none of an answer that was cut, whose last call isn't whole."""
        if self.cut:
            return ()
        return [part for part in self.response.parts if part.part_kind == "tool-call"]

    @property
    def is_empty(self) -> bool:
        """True when the model ended without a word, a call or a reason."""
        return not self.cut and not self.calls and self.response.finish_reason in ("stop", None)

    @property
    def spent(self) -> Spent:
        """What the request took, estimated as far as the provider hasn't told."""
        if self._begun is None:
            return Spent()
        usage = self.response.usage
        written = self._size // BYTES_A_TOKEN
        return Spent(usage.input_tokens or estimate_input(self._prompt.request), usage.output_tokens or written)

    def stopped(self, wrote: bool) -> Stopped:
        """Return how an answer ends that ends with this round, or raise when there is none: nothing was written."""
        finish = self.response.finish_reason
        problem: ClaraError | None = None
        if finish == "content_filter":
            problem = refused()
        elif self.calls:
            problem = bad_calls()
        elif finish != "error":
            problem = empty()
        if finish is None and self.response.provider_name in _ALWAYS_SAY_WHY:
            raise failed()
        if finish == "error" or (problem is not None and not wrote):
            raise problem or failed()
        if finish == "content_filter":
            return Stopped("refusal")
        return Stopped("length" if self.cut or finish == "length" else "end")


def _written(event: "ModelResponseStreamEvent") -> tuple[str, int]:
    """Return the text of an event, and how many characters it brings, those of thoughts and arguments included."""
    if event.event_kind == "part_delta":
        delta = event.delta
        if delta.part_delta_kind == "text":
            return delta.content_delta, len(delta.content_delta)
        return "", len(str(getattr(delta, "args_delta", None) or getattr(delta, "content_delta", None) or ""))
    if event.event_kind == "part_start":
        part = event.part
        if part.part_kind == "text":
            return part.content, len(part.content)
        return "", len(str(getattr(part, "args", None) or getattr(part, "content", None) or ""))
    return "", 0


def until_after(seconds: float) -> float:
    """Return a time by the running loop's clock."""
    return asyncio.get_running_loop().time() + seconds
