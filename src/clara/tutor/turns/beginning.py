"""The beginning of a turn, in one transaction: the conversation found or opened, taken, and the question stored."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from clara.core.errors import Conflict, Invalid
from clara.core.ids import NO_FOLDER, new_id
from clara.library.locks import closed, closed_since, hold_on, locked
from clara.settings.sections import ChatSettings
from clara.store import conversations as stored
from clara.store.conversations import Conversation, Message
from clara.store.database import Tx
from clara.store.folders import require_folder
from clara.store.learners import lock_learner
from clara.store.passages import corpus_version
from clara.store.turns import add_turn
from clara.tutor.answering import Question, Said
from clara.tutor.conversations import enter_mode, no_such_conversation, no_such_message, require_conversation, title_of
from clara.tutor.modes.exams import Exam
from clara.tutor.showing import open_messages
from clara.tutor.turns.quotas import check_conversations, check_messages

HISTORY = 12
"""How many earlier messages a turn looks back at."""
MOST_JOINED_CHARS = 20_000
"""Of a question that goes on, as of one that is sent."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn that was begun: the question is stored and the conversation is ours until it ends.

    ``corpus`` is the version of the learner's material.
    ``replaces``: what follows the question is removed once there is an answer. ``titled`` is the title that the
    conversation got from this question, now or when it was asked in vain; None when it had one.
    """

    id: str
    question_id: str
    message_id: str
    asked_at: float
    conversation: Conversation
    question: Question
    question_seq: int = 0
    replaces: bool = False
    titled: str | None = None
    corpus: str | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """When a turn begins, for how long it holds its conversation, and is kept should it never end; seconds.

    ``limits``: how many conversations and messages there may be.
    """

    now: float
    lease_s: float
    life_s: float
    limits: ChatSettings


@dataclass(frozen=True, slots=True)
class Asked:
    """What ``begin`` was given. ``mode`` None: the conversation's.

    ``goes_on``: the message goes on with the question of that id, if it stands there last and unanswered: they become
    one. ``aloud``: the answer will be heard.
    """

    owner_id: str
    conversation_id: str | None
    message: str
    folder_id: str | None
    history: Sequence[Said]
    create: bool
    mode: str | None = None
    instructions: str = ""
    max_tokens: int | None = None
    goes_on: str | None = None
    aloud: bool = False


@dataclass(frozen=True, slots=True)
class Rules:
    """How a question is to be answered: "explain", "hints" or "exam", and whether from the material only."""

    mode: str
    material_only: bool


def teaching_rules(tx: Tx, owner_id: str, conversation: Conversation, folder_id: str) -> Rules:
    """Return the rules for a question in a conversation about a folder ("none": everything)."""
    held = hold_on(tx, owner_id, conversation.folder_id, folder_id)
    return Rules(held.strictest(conversation.mode), conversation.material_only or held.material_only)


def begin_turn(tx: Tx, asked: Asked, terms: Terms) -> Turn:
    """Begin a turn with a new question, or with the last one if that is the same and stands there unanswered."""
    owner_id, now = asked.owner_id, terms.now
    lock_learner(tx, owner_id, now)
    if asked.folder_id is not None:
        require_folder(tx, owner_id, asked.folder_id)
    conversation = _find_or_open(tx, asked, terms)
    turn_id = _take(tx, owner_id, conversation, terms)
    asked, conversation = _go_on(tx, asked, conversation, now)
    titled = None
    if not conversation.title:
        titled = title_of(asked.message)
        stored.change_conversation(tx, owner_id, conversation.id, title=titled)
    if asked.mode not in (None, conversation.mode):
        conversation = _change_mode(tx, owner_id, conversation, str(asked.mode))
    before = stored.list_messages(tx, owner_id, conversation.id, last=HISTORY + 1)
    parts = [{"text": asked.message}]
    if before and _waits(tx, owner_id, conversation, before[-1], parts):
        question_id, seq, asked_at, before = before[-1].id, before[-1].seq, before[-1].created_at, before[:-1]
        if not before and conversation.title == title_of(asked.message):
            titled = conversation.title
    else:
        check_messages(before[-1].seq if before else 0, terms.limits)
        question_id, asked_at = new_id("msg"), now
        seq = stored.add_message(tx, owner_id, conversation.id, question_id, "user", parts, now)
    question = _question(tx, asked, conversation, before[-HISTORY:])
    corpus = corpus_version(tx, owner_id)
    turn = Turn(
        turn_id, question_id, new_id("msg"), asked_at, conversation, question, seq, titled=titled, corpus=corpus
    )
    return _note(tx, turn, terms)


def foresee_question(tx: Tx, asked: Asked) -> tuple[Question, str] | None:
    """Return the question that a turn would begin with, and the version of the material.

    None where that depends on what is yet to be stored.
    """
    corpus = corpus_version(tx, asked.owner_id)
    conversation_id = asked.conversation_id or ""
    conversation = stored.get_conversation(tx, asked.owner_id, conversation_id)
    conversation = conversation or Conversation(conversation_id, "", asked.folder_id or NO_FOLDER, 0, 0)
    if conversation.turn_id or corpus is None:
        return None
    before = stored.list_messages(tx, asked.owner_id, conversation.id, last=HISTORY)
    if before and before[-1].role == "user":
        return None
    return _question(tx, asked, conversation, before), corpus


def _waits(tx: Tx, owner_id: str, conversation: Conversation, last: Message, parts: list[dict[str, str]]) -> bool:
    """Tell whether the last message is this question, unanswered; one from before a locked exam is closed."""
    is_it = last.role == "user" and last.parts == parts
    return is_it and last.created_at >= closed_since(tx, owner_id, conversation.folder_id)


def _go_on(tx: Tx, asked: Asked, conversation: Conversation, now: float) -> tuple[Asked, Conversation]:
    """Join the message to the question with which it goes on; the stored question, and a title from it, are changed."""
    last = stored.list_messages(tx, asked.owner_id, conversation.id, last=1) if asked.goes_on else ()
    if not last or last[0].id != asked.goes_on or last[0].role != "user":
        return asked, conversation
    before = "".join(part.get("text", "") for part in last[0].parts)
    message = f"{before} {asked.message}"
    if len(message) > MOST_JOINED_CHARS:
        return asked, conversation
    stored.change_message(tx, asked.owner_id, conversation.id, last[0].seq, [{"text": message}], now)
    if conversation.title == title_of(before):
        stored.change_conversation(tx, asked.owner_id, conversation.id, title=title_of(message))
        conversation = replace(conversation, title=title_of(message))
    return replace(asked, message=message), conversation


@dataclass(frozen=True, slots=True)
class Again:
    """A question to answer again: ``message_id`` is its own or its answer's; ``content`` changes what it asks.

    ``folder_id`` and ``mode`` are as in Asked.
    """

    owner_id: str
    conversation_id: str
    message_id: str
    content: str | None = None
    folder_id: str | None = None
    mode: str | None = None


def begin_again(tx: Tx, again: Again, terms: Terms) -> Turn:
    """Begin a turn with a question that was asked before.

    What follows it is removed: at once when the question is changed, else when the new answer is there.
    """
    owner_id = again.owner_id
    lock_learner(tx, owner_id, terms.now)
    if again.folder_id is not None:
        require_folder(tx, owner_id, again.folder_id)
    conversation = require_conversation(tx, owner_id, again.conversation_id)
    if Exam.of(conversation.progress).running:
        raise locked()
    turn_id = _take(tx, owner_id, conversation, terms)
    if again.mode not in (None, conversation.mode):
        conversation = _change_mode(tx, owner_id, conversation, str(again.mode))
    asked = _asked_before(tx, again)
    if asked.created_at < closed_since(tx, owner_id, conversation.folder_id):
        raise closed()
    message, asked_at = "".join(part.get("text", "") for part in asked.parts), asked.created_at
    if again.content is not None:
        message, asked_at = again.content, terms.now
        stored.change_message(tx, owner_id, conversation.id, asked.seq, [{"text": message}], asked_at)
        stored.remove_messages_after(tx, owner_id, conversation.id, asked.seq)
    before = stored.list_messages(tx, owner_id, conversation.id, last=HISTORY, before=asked.seq)
    as_asked = Asked(owner_id, conversation.id, message, again.folder_id, (), create=False)
    question = _question(tx, as_asked, conversation, before)
    replaces = again.content is None
    turn = Turn(turn_id, asked.id, new_id("msg"), asked_at, conversation, question, asked.seq, replaces)
    return _note(tx, turn, terms)


def _asked_before(tx: Tx, again: Again) -> Message:
    message = stored.get_message(tx, again.owner_id, again.conversation_id, again.message_id)
    if message is None:
        raise no_such_message()
    if message.role == "user":
        return message
    if again.content is not None:
        raise Invalid("Only questions can be changed. Name a message of the learner's.", code="not_a_question")
    before = stored.list_messages(tx, again.owner_id, again.conversation_id, last=1, before=message.seq)
    if not before or before[0].role != "user":
        raise Invalid("This message answers no question. Name a question or its answer.", code="not_a_question")
    return before[0]


def _take(tx: Tx, owner_id: str, conversation: Conversation, terms: Terms) -> str:
    turn_id = new_id("turn")
    if not stored.take_turn(tx, owner_id, conversation.id, turn_id, terms.lease_s):
        raise Conflict(
            "An answer in this conversation is being written. Wait for it, then ask again.",
            code="turn_running",
            headers={"Retry-After": "1"},
        )
    return turn_id


def _note(tx: Tx, turn: Turn, terms: Terms) -> Turn:
    ids = (turn.id, turn.conversation.id, turn.question_id, turn.message_id)
    add_turn(tx, turn.question.owner_id, *ids, terms.life_s)
    return turn


def _question(tx: Tx, asked: Asked, conversation: Conversation, before: Sequence[Message]) -> Question:
    folder_id = asked.folder_id or conversation.folder_id
    rules = teaching_rules(tx, asked.owner_id, conversation, folder_id)
    return Question(
        asked.owner_id,
        asked.message,
        None if folder_id == NO_FOLDER else folder_id,
        _said(open_messages(tx, asked.owner_id, conversation.id, before)),
        conversation_id=conversation.id,
        mode=rules.mode,
        material_only=rules.material_only,
        progress=conversation.progress,
        instructions=asked.instructions,
        max_tokens=asked.max_tokens,
        aloud=asked.aloud,
    )


def _find_or_open(tx: Tx, asked: Asked, terms: Terms) -> Conversation:
    owner_id, now = asked.owner_id, terms.now
    found = stored.get_conversation(tx, owner_id, asked.conversation_id) if asked.conversation_id else None
    if found is not None:
        return found
    if not asked.create:
        raise no_such_conversation()
    check_conversations(tx, owner_id, terms.limits)
    first = next((said.text for said in asked.history if said.role == "user"), "")
    conversation = Conversation(
        asked.conversation_id or new_id("chat"), title_of(first), asked.folder_id or NO_FOLDER, now, now
    )
    stored.add_conversation(tx, owner_id, conversation)
    for said in asked.history:
        parts = [{"text": said.text}]
        stored.add_message(tx, owner_id, conversation.id, new_id("msg"), said.role, parts, now)
    return conversation


def _change_mode(tx: Tx, owner_id: str, conversation: Conversation, mode: str) -> Conversation:
    if hold_on(tx, owner_id, conversation.folder_id).mode is not None:
        # Its model's name, say, names another; the lock's mode it is.
        return conversation
    if Exam.of(conversation.progress).running:
        raise locked()
    enter_mode(tx, owner_id, conversation.id, mode)
    return replace(conversation, mode=mode, progress={})


def _said(messages: Sequence[Message]) -> Sequence[Said]:
    return [Said(message.role, "".join(part.get("text", "") for part in message.parts)) for message in messages]
