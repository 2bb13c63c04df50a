"""/openai/v1: the tutor as a model of OpenAI's Chat Completions, for every client that can be told a base URL."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

from fastapi import Request
from fastapi.responses import StreamingResponse

from clara.api.cutting import Cutter
from clara.api.deps import CallerDep, Services, ServicesDep
from clara.api.openai_errors import UnsupportedParameter, openai_error, openai_responses
from clara.api.policy import allow
from clara.api.problems import as_clara_error
from clara.api.routes import router
from clara.api.schemas.chats import CitationAnswer
from clara.api.schemas.openai import (
    MODES,
    Completion,
    CompletionChoice,
    CompletionMessage,
    CompletionRequest,
    CompletionUsage,
    Model,
    ModelList,
    no_such_model,
)
from clara.api.streams import Data, Dialect, EventStream, Sendable
from clara.core.caller import Caller, Scope
from clara.core.errors import (
    Conflict,
    Forbidden,
    Internal,
    Invalid,
    NotFound,
    ProviderFailed,
    ProviderTimeout,
    TooLarge,
    TooManyRequests,
    Unauthenticated,
    Unavailable,
    UnsupportedType,
)
from clara.core.ids import new_id
from clara.ops.limits import Rate
from clara.tutor.answered import UNTOLD
from clara.tutor.events import (
    AnswerEvent,
    CitationEvent,
    Cited,
    DoneEvent,
    EndedEvent,
    ErrorEvent,
    TextEvent,
    TutorEvent,
    UsageEvent,
)
from clara.tutor.running import RunningTurn

routes = router("OpenAI")

_ALWAYS = (Unauthenticated, Forbidden, TooManyRequests, Invalid, Internal, Unavailable)
_ERRORS = openai_responses(*_ALWAYS, NotFound)
_COMPLETION_ERRORS = openai_responses(
    *_ALWAYS, NotFound, Conflict, UnsupportedParameter, TooLarge, UnsupportedType, ProviderFailed, ProviderTimeout
)
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The completion; with `stream`, its chunks as server-sent events. Citations are an extra member "
        "of the message, and of the last chunk's delta.",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    }
}
PATIENCE_S = 10.0
"""For so long a stream waits for its first text before it begins: what fails until then is an HTTP status."""
BYTES_A_TOKEN = 8
"""More than tokens have in most languages: who answers counts them, and this is for those who can't."""

_FINISH = {"end": "stop", "stopped": "stop", "length": "length", "refusal": "content_filter"}
_CREATED = 1_767_225_600

DONE = b"data: [DONE]\n\n"


def _told(error: Exception) -> bytes:
    return Data(openai_error(as_clara_error(error))).encode()


def _cut_off(reason: str) -> bytes:
    return _told(Unavailable(f"The stream ended early ({reason}). Ask again.", code="draining"))


DIALECT = Dialect(lambda error, request_id: _told(error), _cut_off)


@routes.get("/openai/v1/models", responses=_ERRORS)
@allow(Scope.TUTOR)
async def list_models(caller: CallerDep) -> ModelList:
    """The models: one for each way to be taught."""
    return ModelList(data=[Model(id=name, created=_CREATED) for name in MODES])


@routes.get("/openai/v1/models/{model}", responses=_ERRORS)
@allow(Scope.TUTOR)
async def get_model(caller: CallerDep, model: str) -> Model:
    """One model."""
    if model not in MODES:
        raise no_such_model(model)
    return Model(id=model, created=_CREATED)


@routes.post("/openai/v1/chat/completions", response_model=Completion, responses=_COMPLETION_ERRORS | _ANSWERS)
@allow(Scope.TUTOR, rate=Rate.CHAT)
async def create_completion(
    request: Request, caller: CallerDep, services: ServicesDep, body: CompletionRequest
) -> Completion | StreamingResponse:
    """Ask, as of any model of OpenAI's.

    Without a conversation in `metadata` nothing is stored, and the messages that are sent are the history. System and
    developer messages are heeded as far as the tutor's own rules allow.
    """
    reply = Reply(body.model, int(services.clock.now()))
    pieces = await _pieces(services, caller, body, reply)
    if not body.stream:
        return reply.whole(await _all(pieces, services.settings.http.stream_max_life_s))
    first = await _first(pieces)
    return EventStream(  # type: ignore[return-value]
        _chunks(first, pieces, reply, body.include_usage),
        drain=services.drain,
        dialect=DIALECT,
        max_life_s=services.settings.http.stream_max_life_s,
    )


@dataclass(slots=True)
class Reply:
    """What is known of an answer besides its text, as it comes."""

    model: str
    created: int
    id: str = field(default_factory=lambda: new_id("chatcmpl"))
    cited: list[Cited] = field(default_factory=list)
    usage: UsageEvent = UNTOLD
    finish: str = "stop"

    def hear(self, event: AnswerEvent | TutorEvent) -> None:
        match event:
            case CitationEvent(citation):
                self.cited.append(citation)
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
        message = CompletionMessage(content=text, citations=self.citations())
        choice = CompletionChoice.model_validate({"message": message, "finish_reason": self.finish})
        return Completion(id=self.id, created=self.created, model=self.model, choices=[choice], usage=self.used())

    def chunk(self, choices: list[dict[str, Any]], **more: Any) -> Data:
        head = {"id": self.id, "object": "chat.completion.chunk", "created": self.created, "model": self.model}
        return Data(head | {"choices": choices} | more)


async def _pieces(
    services: Services, caller: Caller, body: CompletionRequest, reply: Reply
) -> AsyncGenerator[str, None]:
    """Begin the answer, and return its text as it comes; the reply is told the rest."""
    mode, asked, metadata = body.mode(), body.asked(), body.metadata
    folder_id = metadata.folder_id if metadata else None
    cutter = Cutter(body.stops, body.longest * BYTES_A_TOKEN if body.longest else None)
    owner_id, tutor = caller.owner_id, services.tutor
    if metadata is None or metadata.conversation_id is None:
        history, mode = asked.history, mode or "explain"
        events = tutor.once(
            owner_id, asked.message, folder_id, history, mode, instructions=asked.instructions, max_tokens=body.longest
        )
        return _said_once(events, reply, cutter)
    turn = await tutor.begin(
        owner_id,
        metadata.conversation_id,
        asked.message,
        folder_id,
        asked.history,
        create=True,
        mode=mode,
        instructions=asked.instructions,
        max_tokens=body.longest,
    )
    return _said_in_turn(tutor.start(turn), reply, cutter)


async def _said_once(
    events: AsyncGenerator[AnswerEvent, None], reply: Reply, cutter: Cutter
) -> AsyncGenerator[str, None]:
    async with aclosing(events):
        async for event in events:
            reply.hear(event)
            if isinstance(event, TextEvent) and (text := cutter.take(event.text)):
                yield text
            if cutter.ended is not None:
                break
    if text := cutter.rest():
        yield text
    reply.finish = cutter.ended or reply.finish


async def _said_in_turn(running: RunningTurn, reply: Reply, cutter: Cutter) -> AsyncGenerator[str, None]:
    """As it comes; when the client wants no more the turn is ended, and its end awaited, so that all is stored."""
    async for heard in running.tape.listen():
        if isinstance(heard.event, ErrorEvent):
            raise running.error or Internal()
        reply.hear(heard.event)
        if isinstance(heard.event, TextEvent) and (text := cutter.take(heard.event.text)):
            yield text
        if cutter.ended is not None:
            running.stop("length" if cutter.ended == "length" else "stopped")
    if text := cutter.rest():
        yield text
    reply.finish = cutter.ended or reply.finish


async def _all(pieces: AsyncGenerator[str, None], timeout_s: float) -> str:
    try:
        async with asyncio.timeout(timeout_s), aclosing(pieces):
            return "".join([text async for text in pieces])
    except TimeoutError:
        raise ProviderTimeout("The answer took too long. Ask for something shorter.") from None


async def _first(pieces: AsyncGenerator[str, None]) -> "asyncio.Future[str]":
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


async def _chunks(
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
        citations = [citation.model_dump(mode="json") for citation in reply.citations()]
        yield delta({"citations": citations} if citations else {}, reply.finish)
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
        return DONE
