"""/v1/chats/{id}: asking, asking again, listening to an answer, stopping it."""

from collections.abc import AsyncIterator
from dataclasses import asdict
from typing import Any

from fastapi import Request, Response
from fastapi.responses import StreamingResponse

from clara.api.chats import sets_of
from clara.api.context import context_of
from clara.api.deps import CallerDep, Services, ServicesDep
from clara.api.negotiation import prefers
from clara.api.policy import allow
from clara.api.problems import problem_of, problem_responses
from clara.api.refusing import require_budget
from clara.api.routes import router
from clara.api.schemas.chats import CitationAnswer, MessageChange, NewMessage, StopAnswer, TurnAnswer
from clara.api.streams import EVENT_STREAM, EventStream, ServerEvent
from clara.core.caller import Caller, Scope
from clara.core.errors import Conflict, Invalid, NotFound, ProviderFailed, ProviderTimeout
from clara.ops.limits import Rate
from clara.tutor.events import (
    ArtifactEvent,
    CitationEvent,
    DoneEvent,
    ErrorEvent,
    TextEvent,
    ToolEvent,
    TutorEvent,
    UsageEvent,
)
from clara.tutor.turns.answered import Answered, Collected
from clara.tutor.turns.beginning import Again, Turn
from clara.tutor.turns.tape import Numbered

routes = router("chats")
_EVENTS = "text/event-stream"
_ERRORS = problem_responses(NotFound, Conflict, ProviderFailed, ProviderTimeout)
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The question and its answer; with `Accept: text/event-stream`, the answer as it is written: "
        "events `text`, `citation`, `tool`, `artifact`, `usage`, and at the end `done` with what JSON would have said, "
        "or `error` with a problem. The answer is written and stored even when nobody listens to its end; with the "
        "`Last-Event-ID` that was heard last, the stream goes on after it, and nothing is asked again.",
        "content": {_EVENTS: {"schema": {"type": "string"}}},
    }
}


@routes.post("/v1/chats/{chat_id}/messages", response_model=TurnAnswer, responses=_ERRORS | _ANSWERS)
@allow(Scope.TUTOR, rate=Rate.CHAT)
async def send_message(
    request: Request, caller: CallerDep, services: ServicesDep, chat_id: str, body: NewMessage
) -> TurnAnswer | EventStream:
    """Ask, and get the answer with its citations. One answer at a time in a conversation: 409 else."""
    if _wants_events(request) and (heard := _last_heard(request)):
        return await _follow(request, caller, services, chat_id, *heard)
    return await _answer(
        request, services, await services.tutor.begin(caller.owner_id, chat_id, body.content, body.folder_id)
    )


@routes.patch("/v1/chats/{chat_id}/messages/{message_id}", response_model=TurnAnswer, responses=_ERRORS | _ANSWERS)
@allow(Scope.TUTOR, rate=Rate.CHAT)
async def change_message(
    request: Request, caller: CallerDep, services: ServicesDep, chat_id: str, message_id: str, body: MessageChange
) -> TurnAnswer | EventStream:
    """Change a question: what follows it is removed, and it is answered as it is now."""
    again = Again(caller.owner_id, chat_id, message_id, body.content)
    return await _answer(request, services, await services.tutor.begin_again(again))


@routes.post(
    "/v1/chats/{chat_id}/messages/{message_id}/regenerate", response_model=TurnAnswer, responses=_ERRORS | _ANSWERS
)
@allow(Scope.TUTOR, rate=Rate.CHAT)
async def regenerate_message(
    request: Request, caller: CallerDep, services: ServicesDep, chat_id: str, message_id: str
) -> TurnAnswer | EventStream:
    """Answer a question again: name it or its answer. Once there is a new answer it replaces all that followed."""
    again = Again(caller.owner_id, chat_id, message_id)
    return await _answer(request, services, await services.tutor.begin_again(again))


@routes.get(
    "/v1/chats/{chat_id}/turns/{turn_id}/events",
    response_class=StreamingResponse,
    responses=problem_responses(NotFound) | EVENT_STREAM,
)
@allow(Scope.TUTOR)
async def follow_turn(
    request: Request, caller: CallerDep, services: ServicesDep, chat_id: str, turn_id: str
) -> Response:
    """Listen to an answer that is being written, or was within the last five minutes.

    It comes from its beginning, or from after the event that `Last-Event-ID` names.
    """
    heard = _last_heard(request)
    after = heard[1] if heard and heard[0] == turn_id else 0
    return await _follow(request, caller, services, chat_id, turn_id, after)


@routes.post("/v1/chats/{chat_id}/stop", responses=problem_responses(NotFound))
@allow(Scope.TUTOR)
async def stop_turn(caller: CallerDep, services: ServicesDep, chat_id: str) -> StopAnswer:
    """Stop the answer that is being written. What was written so far is kept."""
    return StopAnswer(turn_id=await services.tutor.stop(caller.owner_id, chat_id))


async def _answer(request: Request, services: Services, turn: Turn) -> TurnAnswer | EventStream:
    if not _wants_events(request):
        return TurnAnswer.of(turn, await services.tutor.answer(turn), services.tutor.model)
    running = services.tutor.start(turn)
    await require_budget(running, services.budget)
    return _stream(request, services, turn, running.tape.listen())


async def _follow(
    request: Request, caller: Caller, services: Services, chat_id: str, turn_id: str, after: int
) -> EventStream:
    turn = await services.tutor.find(caller.owner_id, chat_id, turn_id)
    return _stream(request, services, turn, services.tutor.follow(turn), after)


def _stream(
    request: Request, services: Services, turn: Turn, events: AsyncIterator[Numbered], after: int = 0
) -> EventStream:
    sent = _as_sent(request, services, turn, events, after)
    return EventStream(sent, drain=services.drain, max_life_s=services.settings.http.stream_max_life_s)


def _wants_events(request: Request) -> bool:
    return prefers(request.headers.get("accept", ""), _EVENTS, "application/json")


def _last_heard(request: Request) -> tuple[str, int] | None:
    """Return turn and number of the event that the client heard last, if it says so."""
    named = request.headers.get("last-event-id", "")
    if not named:
        return None
    turn_id, _, number = named.rpartition(":")
    if not turn_id or not (number.isascii() and number.isdecimal() and len(number) < 10):
        raise Invalid("Last-Event-ID isn't the id of an event of ours. Leave it out.", code="invalid_header")
    return turn_id, int(number)


async def _as_sent(
    request: Request, services: Services, turn: Turn, events: AsyncIterator[Numbered], after: int
) -> AsyncIterator[ServerEvent]:
    context = context_of(request.scope)
    collected, number, whole = Collected(), 0, True
    async for heard in events:
        whole, number = whole and heard.number == number + 1, heard.number
        answered = collected.add(heard.event)
        if number <= after:
            continue
        if isinstance(heard.event, DoneEvent):
            told = await _told(services, turn, heard.event, answered if whole else None)
            named, data = "done", told.model_dump(mode="json")
        elif isinstance(heard.event, ErrorEvent):
            context.refusal = heard.event.code
            named, data = "error", problem_of(heard.event, context.request_id)
        else:
            named, data = _as_data(heard.event)
        yield ServerEvent(named, data, id=f"{turn.id}:{number}")


async def _told(services: Services, turn: Turn, done: DoneEvent, answered: Answered | None) -> TurnAnswer:
    """Return the whole turn: as it was heard, or from the store if a deletion has removed some of its events."""
    if answered is not None:
        return TurnAnswer.of(turn, answered, services.tutor.model)
    owner_id, chat_id = turn.question.owner_id, turn.conversation.id
    message = await services.conversations.message(owner_id, chat_id, done.message_id)
    return TurnAnswer.of_stored(turn, message, done.covered, await sets_of(services, owner_id, [message]))


def _as_data(event: TutorEvent) -> tuple[str, dict[str, Any]]:
    match event:
        case TextEvent(text):
            return "text", {"text": text}
        case CitationEvent(citation):
            return "citation", CitationAnswer.of(citation).model_dump(mode="json")
        case ToolEvent():
            return "tool", asdict(event)
        case ArtifactEvent():
            return "artifact", asdict(event)
        case UsageEvent():
            return "usage", asdict(event)
    raise TypeError(f"{event} isn't shown")
