"""The beginning of a turn, in one transaction: the conversation found or opened, taken, and the question stored."""

from collections.abc import Sequence
from dataclasses import dataclass

from clara.core.errors import Conflict
from clara.core.ids import NO_FOLDER, new_id
from clara.store import conversations as stored
from clara.store.conversations import Conversation, Message
from clara.store.database import Tx
from clara.store.folders import require_folder
from clara.store.learners import lock_learner
from clara.tutor.answering import Question, Said
from clara.tutor.conversations import no_such_conversation, title_of

HISTORY = 12
"""How many earlier messages a turn looks back at."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn that was begun: the question is stored and the conversation is ours until it ends."""

    id: str
    question_id: str
    asked_at: float
    conversation: Conversation
    question: Question


@dataclass(frozen=True, slots=True)
class Asked:
    """What ``begin`` was given."""

    owner_id: str
    conversation_id: str | None
    message: str
    folder_id: str | None
    history: Sequence[Said]
    create: bool
    now: float
    lease_s: float


def begin_turn(tx: Tx, asked: Asked) -> Turn:
    owner_id, now, turn_id = asked.owner_id, asked.now, new_id("turn")
    lock_learner(tx, owner_id, now)
    if asked.folder_id is not None:
        require_folder(tx, owner_id, asked.folder_id)
    conversation = _find_or_open(tx, asked)
    if not stored.take_turn(tx, owner_id, conversation.id, turn_id, asked.lease_s):
        raise Conflict(
            "An answer in this conversation is being written. Wait for it, then ask again.",
            code="turn_running",
            headers={"Retry-After": "1"},
        )
    if not conversation.title:
        stored.change_conversation(tx, owner_id, conversation.id, title=title_of(asked.message))
    before = stored.list_messages(tx, owner_id, conversation.id, last=HISTORY + 1)
    if before and before[-1].role == "user" and before[-1].parts == [{"text": asked.message}]:
        question_id, asked_at, before = before[-1].id, before[-1].created_at, before[:-1]
    else:
        question_id, asked_at = new_id("msg"), now
        stored.add_message(tx, owner_id, conversation.id, question_id, "user", [{"text": asked.message}], now)
    folder_id = _folder(asked.folder_id or conversation.folder_id)
    question = Question(owner_id, asked.message, folder_id, _said(before[-HISTORY:]))
    return Turn(turn_id, question_id, asked_at, conversation, question)


def _find_or_open(tx: Tx, asked: Asked) -> Conversation:
    owner_id = asked.owner_id
    found = stored.get_conversation(tx, owner_id, asked.conversation_id) if asked.conversation_id else None
    if found is not None:
        return found
    if not asked.create:
        raise no_such_conversation()
    first = next((said.text for said in asked.history if said.role == "user"), asked.message)
    conversation = Conversation(
        asked.conversation_id or new_id("chat"), title_of(first), asked.folder_id or NO_FOLDER, asked.now, asked.now
    )
    stored.add_conversation(tx, owner_id, conversation)
    for said in asked.history:
        parts = [{"text": said.text}]
        stored.add_message(tx, owner_id, conversation.id, new_id("msg"), said.role, parts, asked.now)
    return conversation


def _folder(folder_id: str) -> str | None:
    return None if folder_id == NO_FOLDER else folder_id


def _said(messages: Sequence[Message]) -> Sequence[Said]:
    return [Said(message.role, "".join(part.get("text", "") for part in message.parts)) for message in messages]
