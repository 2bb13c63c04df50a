"""/v1/chats: conversations and their messages; api/turns.py has asking in them."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import Query, Response

from clara.api.deps import CallerDep, Cursor, Limit, Services, ServicesDep
from clara.api.policy import allow
from clara.api.problems import problem_responses
from clara.api.routes import router
from clara.api.schemas.chats import (
    ChatAnswer,
    ChatChange,
    ChatList,
    Feedback,
    Made,
    MessageAnswer,
    MessageList,
    NewChat,
)
from clara.core.caller import Scope
from clara.core.errors import Conflict, NotFound
from clara.core.ids import NO_FOLDER
from clara.ops.limits import Rate
from clara.store.conversations import Conversation
from clara.tutor.showing import ShownMessage

routes = router("chats")
_MISSING = problem_responses(NotFound)
Wanted = Annotated[str, Query(max_length=200, description="Words to look for.")]


@routes.get("/v1/chats")
@allow(Scope.TUTOR)
async def list_chats(
    caller: CallerDep, services: ServicesDep, q: Wanted = "", limit: Limit = 100, cursor: Cursor = None
) -> ChatList:
    """List conversations, latest first; with `q`, those whose title or one of whose messages has all its words.

    Case and accents make no difference. What answers quote from files isn't looked through.
    """
    page = await services.conversations.list(caller.owner_id, limit, cursor, q)
    return ChatList.of(page, await services.locks.holds(caller.owner_id, {chat.folder_id for chat in page.items}))


@routes.post("/v1/chats", status_code=201, responses=_MISSING)
@allow(Scope.TUTOR)
async def create_chat(caller: CallerDep, services: ServicesDep, body: NewChat, response: Response) -> ChatAnswer:
    """Begin a conversation."""
    chat = await services.conversations.create(
        caller.owner_id,
        body.title or "",
        body.folder_id or NO_FOLDER,
        body.mode or "explain",
        body.material_only or False,
    )
    response.headers["Location"] = f"/v1/chats/{chat.id}"
    return await _shown(services, caller.owner_id, chat)


@routes.get("/v1/chats/{chat_id}", responses=_MISSING)
@allow(Scope.TUTOR)
async def get_chat(caller: CallerDep, services: ServicesDep, chat_id: str) -> ChatAnswer:
    """One conversation."""
    return await _shown(services, caller.owner_id, await services.conversations.get(caller.owner_id, chat_id))


@routes.patch("/v1/chats/{chat_id}", responses=_MISSING)
@allow(Scope.TUTOR)
async def change_chat(caller: CallerDep, services: ServicesDep, chat_id: str, body: ChatChange) -> ChatAnswer:
    """Rename a conversation, or change how it is taught and which folder its answers come from."""
    changed = await services.conversations.change(
        caller.owner_id, chat_id, body.title, body.folder_id, body.mode, body.material_only
    )
    return await _shown(services, caller.owner_id, changed)


async def _shown(services: Services, owner_id: str, chat: Conversation) -> ChatAnswer:
    return ChatAnswer.of(chat, await services.locks.hold(owner_id, chat.folder_id))


@routes.post("/v1/chats/{chat_id}/mark", responses=problem_responses(NotFound, Conflict))
@allow(Scope.TUTOR, rate=Rate.CHAT)
async def mark_exam(caller: CallerDep, services: ServicesDep, chat_id: str) -> MessageAnswer:
    """Mark the exam of a conversation, which ends it: what was right, and the pages to review.

    Where a lock made it an exam, only a service key may.
    """
    message_id = await services.exams.mark(caller.owner_id, chat_id, caller.via == "service_key")
    message = await services.conversations.message(caller.owner_id, chat_id, message_id)
    return MessageAnswer.of(message, {})


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
    page = await services.conversations.messages(caller.owner_id, chat_id, limit, cursor)
    return MessageList.of(page, await sets_of(services, caller.owner_id, page.items))


async def sets_of(services: Services, owner_id: str, messages: Sequence[ShownMessage]) -> Made:
    """Return kind and title of the study sets that came with these messages, as far as they are there."""
    found = await services.studio.find(owner_id, [set_id for message in messages for set_id in message.artifacts])
    return {set_id: (made.kind, made.title) for set_id, made in found.items()}


@routes.put("/v1/chats/{chat_id}/messages/{message_id}/feedback", status_code=204, responses=_MISSING)
@allow(Scope.TUTOR)
async def rate_message(caller: CallerDep, services: ServicesDep, chat_id: str, message_id: str, body: Feedback) -> None:
    """Say what you think of an answer; a later word replaces it."""
    rating = 1 if body.rating == "up" else -1
    await services.conversations.rate(caller.owner_id, chat_id, message_id, rating, body.note)


@routes.delete("/v1/chats/{chat_id}/messages/{message_id}/feedback", status_code=204, responses=_MISSING)
@allow(Scope.TUTOR)
async def unrate_message(caller: CallerDep, services: ServicesDep, chat_id: str, message_id: str) -> None:
    """Take back what was said of an answer."""
    await services.conversations.rate(caller.owner_id, chat_id, message_id, None)
