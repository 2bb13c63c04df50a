"""/v1/chats: conversations, and asking in them."""

from clara.api.deps import CallerDep, Cursor, Limit, ServicesDep
from clara.api.policy import allow
from clara.api.problems import problem_responses
from clara.api.routes import router
from clara.api.schemas.chats import (
    ChatAnswer,
    ChatChange,
    ChatList,
    CitationAnswer,
    MessageAnswer,
    MessageList,
    NewChat,
    NewMessage,
    TurnAnswer,
)
from clara.core.caller import Scope
from clara.core.clock import iso
from clara.core.errors import Conflict, NotFound
from clara.core.ids import NO_FOLDER
from clara.ops.limits import Rate

routes = router("chats")
_MISSING = problem_responses(NotFound)


@routes.get("/v1/chats")
@allow(Scope.TUTOR)
async def list_chats(caller: CallerDep, services: ServicesDep, limit: Limit = 100, cursor: Cursor = None) -> ChatList:
    """List conversations, latest first."""
    return ChatList.of(await services.conversations.list(caller.owner_id, limit, cursor))


@routes.post("/v1/chats", status_code=201, responses=_MISSING)
@allow(Scope.TUTOR)
async def create_chat(caller: CallerDep, services: ServicesDep, body: NewChat) -> ChatAnswer:
    """Begin a conversation."""
    return ChatAnswer.of(
        await services.conversations.create(caller.owner_id, body.title or "", body.folder_id or NO_FOLDER)
    )


@routes.get("/v1/chats/{chat_id}", responses=_MISSING)
@allow(Scope.TUTOR)
async def get_chat(caller: CallerDep, services: ServicesDep, chat_id: str) -> ChatAnswer:
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
async def list_messages(caller: CallerDep, services: ServicesDep, chat_id: str) -> MessageList:
    """The messages, oldest first. What was quoted from a file that is deleted is not shown any more."""
    found = await services.conversations.messages(caller.owner_id, chat_id)
    return MessageList(messages=[MessageAnswer.of(message) for message in found])


@routes.post("/v1/chats/{chat_id}/messages", responses=problem_responses(NotFound, Conflict))
@allow(Scope.TUTOR, rate=Rate.CHAT)
async def send_message(caller: CallerDep, services: ServicesDep, chat_id: str, body: NewMessage) -> TurnAnswer:
    """Ask, and get the whole answer with its citations. One answer at a time in a conversation: 409 else."""
    turn = await services.tutor.begin(caller.owner_id, chat_id, body.content, body.folder_id)
    asked_at = services.clock.now()
    answered = await services.tutor.answer(turn)
    question = MessageAnswer(
        id=answered.question_id, role="user", content=body.content, citations=[], created_at=iso(asked_at)
    )
    message = MessageAnswer(
        id=answered.message_id,
        role="assistant",
        content=answered.content,
        citations=[CitationAnswer.of(cited) for cited in answered.citations],
        created_at=iso(services.clock.now()),
    )
    return TurnAnswer(question=question, message=message, covered=answered.covered)
