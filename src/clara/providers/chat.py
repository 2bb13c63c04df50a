"""A language model as a feature sees it: a request in, typed events out, errors that say what went wrong."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeVar

from pydantic import BaseModel

M = TypeVar("M", bound=BaseModel)

BYTES_A_TOKEN = 4
"""Of UTF-8: four letters of English, somewhat more than one character of Chinese. For estimates only."""


@dataclass(frozen=True, slots=True)
class ChatMessage:
    role: Literal["user", "assistant"]
    text: str


@dataclass(frozen=True, slots=True)
class Tool:
    """Something the model may call.

    ``parameters`` is a JSON schema of an object; ``run`` gets arguments that nobody has checked, and returns what the
    model is told. A ``ClaraError`` below 500 that it raises is told to the model; any other ends the answer.
    """

    name: str
    description: str
    parameters: Mapping[str, Any]
    run: Callable[[Mapping[str, Any]], Awaitable[str]]


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """What a model is asked. ``messages`` begin and end with the user's; ``max_tokens`` limits the answer's text."""

    system: str
    messages: Sequence[ChatMessage]
    tools: Sequence[Tool] = ()
    max_tokens: int = 2000
    temperature: float | None = None


@dataclass(frozen=True, slots=True)
class TextDelta:
    text: str


@dataclass(frozen=True, slots=True)
class ToolStarted:
    name: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ToolEnded:
    """``failed``: the model was told that it didn't work."""

    name: str
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Spent:
    """Tokens of all requests that one answer took so far; estimated where the provider doesn't tell."""

    input_tokens: int = 0
    output_tokens: int = 0

    def __add__(self, other: "Spent") -> "Spent":
        return Spent(self.input_tokens + other.input_tokens, self.output_tokens + other.output_tokens)

    @property
    def total(self) -> int:
        return self.input_tokens + self.output_tokens


@dataclass(frozen=True, slots=True)
class Stopped:
    """Why the answer ended: by itself, by its longest length, or by the model's refusal in the middle of it."""

    reason: Literal["end", "length", "refusal"]


ChatEvent = TextDelta | ToolStarted | ToolEnded | Spent | Stopped


OnSpent = Callable[[Spent], None]


def untold(spent: Spent) -> None:
    """Tell nobody."""


class ChatModel(Protocol):
    """One model, or one with another to fall back to.

    What fails raises ProviderFailed, ProviderTimeout or Unavailable; docs/errors.md lists their codes (model_…).
    """

    @property
    def name(self) -> str:
        """``provider:model``, as configured."""
        ...

    def stream(self, request: ChatRequest) -> AsyncGenerator[ChatEvent, None]:
        """Yield the answer as it is written, running tools that the model calls.

        Spent comes after every request that was made, also before an error, and says what all of them took; Stopped
        comes last. An answer without text is an error. Closing the iterator cancels the request.
        """
        ...

    async def fill(self, request: ChatRequest, shape: type[M], on_spent: OnSpent = untold) -> tuple[M, Spent]:
        """Return an answer of this shape; ``request`` has no tools. What doesn't fit is sent back once.

        ``on_spent`` is told after every request what all of them took, also before an error.
        """
        ...

    async def warm(self) -> None:
        """Import the provider, which takes a second or more, ahead of the first request."""
        ...

    async def close(self) -> None:
        """Give connections back."""
        ...


def estimate_tokens(*texts: str) -> int:
    """Return about how many tokens these texts are."""
    return sum(len(text.encode("utf-8", "surrogatepass")) for text in texts) // BYTES_A_TOKEN


def estimate_input(request: ChatRequest) -> int:
    """Return about how many tokens a request is before anything is written."""
    tools = (f"{tool.name}{tool.description}{tool.parameters}" for tool in request.tools)
    return estimate_tokens(request.system, *(message.text for message in request.messages), *tools)
