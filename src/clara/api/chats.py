"""/v1/chats: conversations, and asking in them."""

from collections.abc import AsyncIterator
from typing import Any

from fastapi import Request, Response

from clara.api.deps import CallerDep, Cursor, Limit, ServicesDep
from clara.api.negotiation import prefers
from clara.api.policy import allow
from clara.api.problems import problem_responses
from clara.api.routes import router
from clara.api.schemas.chats import (
    ChatAnswer,
    ChatChange,
    ChatList,
    CitationAnswer,
    MessageList,
    NewChat,
    NewMessage,
    TurnAnswer,
)
from clara.api.streams import EventStream, ServerEvent
from clara.core.caller import Scope
from clara.core.errors import Conflict, NotFound
from clara.core.ids import NO_FOLDER
from clara.ops.limits import Rate
from clara.tutor.beginning import Turn
from clara.tutor.events import CitationEvent, TextEvent, TutorEvent
from clara.tutor.turns import Collected

routes = router("chats")
_MISSING = problem_responses(NotFound)
_EVENTS = "text/event-stream"
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The question and its answer; with `Accept: text/event-stream`, the answer as it is written: "
        "events `text`, `citation`, and at the end `done` with what JSON would have said, or `error` "
        "with a problem. The answer is stored even when nobody listens to its end.",
        "content": {_EVENTS: {"schema": {"type": "string"}}},
    }
}


@routes.get("/v1/chats")
@allow(Scope.TUTOR)
async def list_chats(caller: CallerDep, services: ServicesDep, limit: Limit = 100, cursor: Cursor = None) -> ChatList:
    """List conversations, latest first."""
    return ChatList.of(await services.conversations.list(caller.owner_id, limit, cursor))


@routes.post("/v1/chats", status_code=201, responses=_MISSING)
@allow(Scope.TUTOR)
async def create_chat(caller: CallerDep, services: ServicesDep, body: NewChat, response: Response) -> ChatAnswer:
    """Begin a conversation."""
    chat = await services.conversations.create(caller.owner_id, body.title or "", body.folder_id or NO_FOLDER)
    response.headers["Location"] = f"/v1/chats/{chat.id}"
    return ChatAnswer.of(chat)


@routes.get("/v1/chats/{chat_id}", responses=_MISSING)
@allow(Scope.TUTOR)
async def get_chat(caller: CallerDep, services: ServicesDep, chat_id: str) -> ChatAnswer:
    """One conversation."""
    return ChatAnswer.of(await services.conversations.get(caller.owner_id, chat_id))


@routes.patch("/v1/chats/{chat_id}", responses=_MISSING)
@allow(Scope.TUTOR)
async def change_chat(caller: CallerDep, services: ServicesDep, chat_id: str, body: ChatChange) -> ChatAnswer:
    """Rename a conversation, or change the folder that its answers come from."""
    return ChatAnswer.of(await services.conversations.change(caller.owner_id, chat_id, body.title, body.folder_id))


@routes.delete("/v1/chats/{chat_id}", status_code=204, responses=_MISSING)
@allow(Scope.TUTOR)
async def delete_chat(caller: CallerDep, services: ServicesDep, chat_id: str) -> None:
    """Delete a conversation with its messages."""
    await services.conversations.delete(caller.owner_id, chat_id)


@routes.get("/v1/chats/{chat_id}/messages", responses=_MISSING)
@allow(Scope.TUTOR)
async def list_messages(
    caller: CallerDep, services: ServicesDep, chat_id: str, limit: Limit = 100, cursor: Cursor = None
) -> MessageList:
    """The latest messages, oldest of them first. What was quoted from a file that is deleted is not shown any more."""
    return MessageList.of(await services.conversations.messages(caller.owner_id, chat_id, limit, cursor))


@routes.post(
    "/v1/chats/{chat_id}/messages",
    response_model=TurnAnswer,
    responses=problem_responses(NotFound, Conflict) | _ANSWERS,
)
@allow(Scope.TUTOR, rate=Rate.CHAT)
async def send_message(
    request: Request, caller: CallerDep, services: ServicesDep, chat_id: str, body: NewMessage
) -> TurnAnswer | EventStream:
    """Ask, and get the answer with its citations. One answer at a time in a conversation: 409 else."""
    turn = await services.tutor.begin(caller.owner_id, chat_id, body.content, body.folder_id)
    if prefers(request.headers.get("accept", ""), _EVENTS, "application/json"):
        events = _as_sent(turn, services.tutor.stream(turn))
        return EventStream(events, drain=services.drain, max_life_s=services.settings.http.stream_max_life_s)
    return TurnAnswer.of(turn, await services.tutor.answer(turn))


async def _as_sent(turn: Turn, events: AsyncIterator[TutorEvent]) -> AsyncIterator[ServerEvent]:
    collected = Collected()
    number = 0
    async for event in events:
        number += 1
        answered = collected.add(event)
        match event:
            case TextEvent(text):
                yield ServerEvent("text", {"text": text}, id=str(number))
            case CitationEvent(citation):
                yield ServerEvent("citation", CitationAnswer.of(citation).model_dump(mode="json"), id=str(number))
        if answered is not None:
            yield ServerEvent("done", TurnAnswer.of(turn, answered).model_dump(mode="json"), id=str(number))
