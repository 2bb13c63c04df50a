"""An answer as a completion of OpenAI's: its text as it comes, cut where the client wants it, whole or in chunks."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

from clara.api.cutting import Cutter
from clara.api.schemas.chats import ArtifactRef, CitationAnswer
from clara.api.schemas.openai import Completion, CompletionChoice, CompletionMessage, CompletionUsage
from clara.api.streams import Data, Sendable
from clara.core.errors import Internal, ProviderTimeout
from clara.core.ids import new_id
from clara.providers.chat import estimate_tokens
from clara.tutor.events import (
    AnswerEvent,
    ArtifactEvent,
    CitationEvent,
    Cited,
    DoneEvent,
    EndedEvent,
    ErrorEvent,
    TextEvent,
    TutorEvent,
    UsageEvent,
)
from clara.tutor.turns.answered import UNTOLD
from clara.tutor.turns.running import RunningTurn

PATIENCE_S = 10.0
"""For so long a stream waits for its first text before it begins: what fails until then is an HTTP status."""

_FINISH = {"end": "stop", "stopped": "stop", "length": "length", "refusal": "content_filter", "broken": "length"}


@dataclass(slots=True)
class Reply:
    """What is known of an answer besides its text, as it comes.

    ``asked_tokens`` is about how long the question with its history is, 0 where no model is asked; ``longest`` how many
    tokens the client takes.
    """

    model: str
    created: int
    asked_tokens: int = 0
    longest: int | None = None
    id: str = field(default_factory=lambda: new_id("chatcmpl"))
    cited: list[Cited] = field(default_factory=list)
    made: list[ArtifactRef] = field(default_factory=list)
    usage: UsageEvent = UNTOLD
    finish: str = "stop"
    _said: list[str] = field(default_factory=list)

    def say(self, text: str) -> str:
        self._said.append(text)
        return text

    def cut(self, ended: str | None) -> None:
        """The client wanted no more, unless ``ended`` is None; what it took until then is estimated if not known."""
        if ended is None:
            return
        self.finish = ended
        if self.usage is UNTOLD and self.asked_tokens:
            said = max(1, estimate_tokens(*self._said))
            self.usage = UsageEvent(self.asked_tokens, min(said, self.longest or said))

    def hear(self, event: AnswerEvent | TutorEvent) -> None:
        match event:
            case CitationEvent(citation):
                self.cited.append(citation)
            case ArtifactEvent(set_id, kind, title):
                self.made.append(ArtifactRef(set_id=set_id, kind=kind, title=title))
            case UsageEvent():
                self.usage = event
            case EndedEvent(ended) | DoneEvent(ended=ended):
                self.finish = _FINISH[ended]

    def citations(self) -> list[CitationAnswer]:
        return [CitationAnswer.of(cited) for cited in self.cited]

    def used(self) -> CompletionUsage:
        read, written = self.usage.input_tokens, self.usage.output_tokens
        return CompletionUsage(prompt_tokens=read, completion_tokens=written, total_tokens=read + written)

    def whole(self, text: str) -> Completion:
        message = CompletionMessage(content=text, citations=self.citations(), artifacts=self.made)
        choice = CompletionChoice.model_validate({"message": message, "finish_reason": self.finish})
        return Completion(id=self.id, created=self.created, model=self.model, choices=[choice], usage=self.used())

    def chunk(self, choices: list[dict[str, Any]], **more: Any) -> Data:
        head = {"id": self.id, "object": "chat.completion.chunk", "created": self.created, "model": self.model}
        return Data(head | {"choices": choices} | more)


async def said_once(
    events: AsyncGenerator[AnswerEvent, None], reply: Reply, cutter: Cutter
) -> AsyncGenerator[str, None]:
    async with aclosing(events):
        async for event in events:
            reply.hear(event)
            if isinstance(event, TextEvent) and (text := cutter.take(event.text)):
                yield reply.say(text)
            if cutter.ended is not None:
                break
    if text := cutter.rest():
        yield reply.say(text)
    reply.cut(cutter.ended)


async def said_in_turn(running: RunningTurn, reply: Reply, cutter: Cutter) -> AsyncGenerator[str, None]:
    """As it comes; when the client wants no more the turn is ended, and its end awaited, so that all is stored."""
    async for heard in running.tape.listen():
        if isinstance(heard.event, ErrorEvent):
            raise running.error or Internal()
        reply.hear(heard.event)
        if isinstance(heard.event, TextEvent) and (text := cutter.take(heard.event.text)):
            yield reply.say(text)
        if cutter.ended is not None:
            running.stop("length" if cutter.ended == "length" else "stopped")
    if text := cutter.rest():
        yield reply.say(text)
    reply.cut(cutter.ended)


async def all_of(pieces: AsyncGenerator[str, None], timeout_s: float) -> str:
    try:
        async with asyncio.timeout(timeout_s), aclosing(pieces):
            return "".join([text async for text in pieces])
    except TimeoutError:
        raise ProviderTimeout("The answer took too long. Ask for something shorter.") from None


async def first_of(pieces: AsyncGenerator[str, None]) -> "asyncio.Future[str]":
    """Wait for the first text, or raise why there is none; not for ever."""
    first = asyncio.ensure_future(anext(pieces, ""))
    try:
        await asyncio.wait({first}, timeout=PATIENCE_S)
    except asyncio.CancelledError:
        first.cancel()
        raise
    if first.done():
        first.result()
    return first


async def chunks_of(
    first: "asyncio.Future[str]", pieces: AsyncGenerator[str, None], reply: Reply, include_usage: bool
) -> AsyncIterator[Sendable]:
    more = {"usage": None} if include_usage else {}

    def delta(values: dict[str, Any], finish: str | None = None) -> Data:
        return reply.chunk([{"index": 0, "delta": values, "finish_reason": finish, "logprobs": None}], **more)

    try:
        yield delta({"role": "assistant", "content": ""})
        text: str | None = await first
        while text:
            yield delta({"content": text})
            text = await anext(pieces, None)
        more_told: dict[str, list[Any]] = {"citations": reply.citations(), "artifacts": reply.made}
        told = {name: [item.model_dump(mode="json") for item in items] for name, items in more_told.items() if items}
        yield delta(told, reply.finish)
        if include_usage:
            yield reply.chunk([], usage=reply.used().model_dump())
        yield _Done()
    finally:
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        await pieces.aclose()


class _Done:
    """The last event of a stream."""

    def encode(self) -> bytes:
        return b"data: [DONE]\n\n"
