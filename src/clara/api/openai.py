"""/openai/v1: the tutor as a model of OpenAI's Chat Completions, for every client that can be told a base URL."""

from collections.abc import AsyncGenerator
from typing import Any

from fastapi import Request
from fastapi.responses import StreamingResponse

from clara.api.completing import Reply, all_of, chunks_of, first_of, said_in_turn, said_once
from clara.api.cutting import Cutter
from clara.api.deps import CallerDep, Services, ServicesDep
from clara.api.leaving import while_connected
from clara.api.openai_errors import UnsupportedParameter, openai_error, openai_responses
from clara.api.policy import allow
from clara.api.problems import as_clara_error
from clara.api.routes import router
from clara.api.schemas.openai import (
    MODES,
    Completion,
    CompletionRequest,
    Model,
    ModelList,
    no_such_model,
)
from clara.api.streams import Data, Dialect, EventStream
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
from clara.ops.limits import Rate
from clara.providers.chat import estimate_tokens

routes = router("OpenAI")

_ALWAYS = (Unauthenticated, Forbidden, TooManyRequests, Invalid, Internal, Unavailable)
_ERRORS = openai_responses(*_ALWAYS, NotFound)
_COMPLETION_ERRORS = openai_responses(
    *_ALWAYS, NotFound, Conflict, UnsupportedParameter, TooLarge, UnsupportedType, ProviderFailed, ProviderTimeout
)
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The completion; with `stream`, its chunks as server-sent events. Citations and artifacts are "
        "extra members of the message, and of the last chunk's delta.",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    }
}
BYTES_A_TOKEN = 8
"""More than tokens have in most languages: who answers counts them, and this is for those who can't."""

_CREATED = 1_767_225_600


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
    reply = Reply(body.model, int(services.clock.now()), longest=body.longest)
    pieces = await _pieces(services, caller, body, reply)
    if not body.stream:
        text = all_of(pieces, services.settings.http.stream_max_life_s)
        return reply.whole(await while_connected(request.receive, text))
    first = await while_connected(request.receive, first_of(pieces))
    return EventStream(  # type: ignore[return-value]
        chunks_of(first, pieces, reply, body.include_usage),
        drain=services.drain,
        dialect=DIALECT,
        max_life_s=services.settings.http.stream_max_life_s,
    )


async def _pieces(
    services: Services, caller: Caller, body: CompletionRequest, reply: Reply
) -> AsyncGenerator[str, None]:
    """Begin the answer, and return its text as it comes; the reply is told the rest."""
    mode, asked, metadata = body.mode(), body.asked(), body.metadata
    if services.chat_model is not None:
        reply.asked_tokens = estimate_tokens(asked.message, asked.instructions, *(said.text for said in asked.history))
    folder_id = metadata.folder_id if metadata else None
    cutter = Cutter(body.stops, body.longest * BYTES_A_TOKEN if body.longest else None)
    owner_id, tutor = caller.owner_id, services.tutor
    if metadata is None or metadata.conversation_id is None:
        history, mode = asked.history, mode or "explain"
        events = tutor.once(
            owner_id, asked.message, folder_id, history, mode, instructions=asked.instructions, max_tokens=body.longest
        )
        return said_once(events, reply, cutter)
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
    return said_in_turn(tutor.start(turn), reply, cutter)
