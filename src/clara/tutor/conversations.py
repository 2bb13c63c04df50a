"""Conversations of a learner: begun, listed, changed, read, rated and deleted."""

from collections.abc import Mapping
from typing import Any

from clara.core.clock import Clock
from clara.core.errors import Invalid, NotFound
from clara.core.folding import fold
from clara.core.ids import NO_FOLDER, new_id
from clara.core.paging import PageOf, page_of, read_cursor
from clara.library.locks import closed, closed_since, hold_on, locked
from clara.library.names import clean_title
from clara.settings.sections import ChatSettings
from clara.store import conversations as stored
from clara.store.conversations import Conversation, Message
from clara.store.database import Database, Tx
from clara.store.folders import require_folder
from clara.store.jobs import enqueue_scrub
from clara.store.learners import lock_learner
from clara.store.study import remove_exam_sets
from clara.tutor.modes.exams import Exam
from clara.tutor.showing import ShownMessage, show_messages
from clara.tutor.turns.quotas import check_conversations

MAX_TITLE = 80
MAX_SEQ = 2**31 - 1
MAX_WORDS = 8
"""Of what is looked for in conversations."""


class Conversations:
    """Conversations of one learner at a time; someone else's are NotFound."""

    def __init__(self, database: Database, clock: Clock, limits: ChatSettings | None = None) -> None:
        self._database = database
        self._clock = clock
        self._limits = limits or ChatSettings()

    async def create(
        self,
        owner_id: str,
        title: str = "",
        folder_id: str = NO_FOLDER,
        mode: str = "explain",
        material_only: bool = False,
    ) -> Conversation:
        now = self._clock.now()
        cleaned = _title(title) if title else ""
        conversation = Conversation(new_id("chat"), cleaned, folder_id, now, now, mode, material_only)

        def add(tx: Tx) -> None:
            lock_learner(tx, owner_id, now)
            require_folder(tx, owner_id, folder_id)
            check_conversations(tx, owner_id, self._limits)
            stored.add_conversation(tx, owner_id, conversation)

        await self._database.write(add)
        return conversation

    async def get(self, owner_id: str, conversation_id: str) -> Conversation:
        return await self._database.read(lambda tx: require_conversation(tx, owner_id, conversation_id))

    async def list(
        self, owner_id: str, limit: int = 100, cursor: str | None = None, wanted: str = ""
    ) -> PageOf[Conversation]:
        """Return conversations, latest first; with ``wanted``, those of whose texts one has all its words.

        The texts are the title and each message, without quotes: those aren't stored as text. While an exam is locked,
        messages from before it don't count.
        """
        after = read_cursor(cursor)
        words = fold(wanted).split()[:MAX_WORDS]

        def query(tx: Tx) -> PageOf[Conversation]:
            since = closed_since(tx, owner_id, NO_FOLDER) if words else 0.0
            found = stored.list_conversations(tx, owner_id, limit + 1, after, words, since)
            total = stored.count_conversations(tx, owner_id, words, since)
            return page_of(found, limit, total, lambda item: (item.updated_at, item.id))

        return await (self._database.scan if words else self._database.read)(query)

    async def change(
        self,
        owner_id: str,
        conversation_id: str,
        title: str | None = None,
        folder_id: str | None = None,
        mode: str | None = None,
        material_only: bool | None = None,
    ) -> Conversation:
        """Change what isn't None. Another mode begins anew: what the one before remembered is forgotten."""
        given = {"title": title and _title(title), "folder_id": folder_id, "material_only": material_only}
        values: dict[str, Any] = {name: value for name, value in given.items() if value is not None}

        def change(tx: Tx) -> Conversation:
            if folder_id is not None:
                lock_learner(tx, owner_id, self._clock.now())
            before = require_conversation(tx, owner_id, conversation_id)
            if folder_id is not None:
                require_folder(tx, owner_id, folder_id)
            _check_locks(tx, owner_id, before, values | ({} if mode is None else {"mode": mode}))
            if title is not None:
                enqueue_scrub(tx, owner_id)
            if mode not in (None, before.mode):
                enter_mode(tx, owner_id, conversation_id, str(mode))
            if values:
                stored.change_conversation(tx, owner_id, conversation_id, **values)
            return require_conversation(tx, owner_id, conversation_id)

        return await self._database.write(change)

    async def delete(self, owner_id: str, conversation_id: str) -> None:
        def delete(tx: Tx) -> None:
            if Exam.of(require_conversation(tx, owner_id, conversation_id).progress).running:
                raise locked()
            if not stored.remove_conversation(tx, owner_id, conversation_id):
                raise no_such_conversation()

        await self._database.write(delete)

    async def messages(
        self, owner_id: str, conversation_id: str, limit: int = 100, cursor: str | None = None
    ) -> PageOf[ShownMessage]:
        """Return the latest messages, oldest of them first; the cursor leads to those before them."""
        position = read_cursor(cursor)
        before = int(max(0, min(position[0], MAX_SEQ))) if position else None

        def query(tx: Tx) -> PageOf[ShownMessage]:
            since = closed_since(tx, owner_id, require_conversation(tx, owner_id, conversation_id).folder_id)
            found = stored.list_messages(tx, owner_id, conversation_id, limit + 1, before)
            found = [message for message in found if message.created_at >= since]
            total = stored.count_messages(tx, owner_id, conversation_id)
            page = page_of(found[::-1], limit, total, lambda message: (float(message.seq), message.id))
            return PageOf(show_messages(tx, owner_id, conversation_id, page.items[::-1]), page.next_cursor, total)

        return await self._database.read(query)

    async def message(self, owner_id: str, conversation_id: str, message_id: str) -> ShownMessage:
        def query(tx: Tx) -> ShownMessage:
            conversation = require_conversation(tx, owner_id, conversation_id)
            message = _require_message(tx, owner_id, conversation_id, message_id)
            if message.created_at < closed_since(tx, owner_id, conversation.folder_id):
                raise closed()
            return show_messages(tx, owner_id, conversation_id, [message])[0]

        return await self._database.read(query)

    async def question_ids(self, owner_id: str, conversation_id: str) -> dict[str, str]:
        """Return the question of every message, by their ids and in order; nothing for an unknown conversation."""
        roles = await self._database.read(lambda tx: stored.list_roles(tx, owner_id, conversation_id))
        question_id, found = None, {}
        for message_id, role in roles:
            question_id = message_id if role == "user" else question_id
            if question_id is not None:
                found[message_id] = question_id
        return found

    async def rate(
        self, owner_id: str, conversation_id: str, message_id: str, rating: int | None, note: str | None = None
    ) -> None:
        """Keep what the learner thinks of an answer: 1, -1, or None for nothing."""

        def rate(tx: Tx) -> None:
            message = _require_message(tx, owner_id, conversation_id, message_id)
            if message.role != "assistant":
                raise Invalid("Only answers are rated. Name a message of the tutor's.", code="not_an_answer")
            stored.rate_message(tx, owner_id, conversation_id, message_id, rating, note)

        await self._database.write(rate)


def no_such_conversation() -> NotFound:
    return NotFound("There is no such conversation. Look in the list of conversations.", code="conversation_not_found")


def require_conversation(tx: Tx, owner_id: str, conversation_id: str) -> Conversation:
    """Return a conversation; raise NotFound when this learner has none of that id."""
    conversation = stored.get_conversation(tx, owner_id, conversation_id)
    if conversation is None:
        raise no_such_conversation()
    return conversation


def enter_mode(tx: Tx, owner_id: str, conversation_id: str, mode: str) -> None:
    """Change how a conversation is taught. What the mode before remembered goes, and what it never got to ask."""
    stored.change_conversation(tx, owner_id, conversation_id, mode=mode, progress={})
    remove_exam_sets(tx, owner_id, conversation_id)


def no_such_message() -> NotFound:
    return NotFound("There is no such message. Look in the conversation's messages.", code="message_not_found")


def _require_message(tx: Tx, owner_id: str, conversation_id: str, message_id: str) -> Message:
    require_conversation(tx, owner_id, conversation_id)
    message = stored.get_message(tx, owner_id, conversation_id, message_id)
    if message is None:
        raise no_such_message()
    return message


def _check_locks(tx: Tx, owner_id: str, before: Conversation, wanted: Mapping[str, Any]) -> None:
    """Raise Forbidden for a mode or rule that a lock doesn't allow, and for leaving an exam that isn't marked."""
    mode = wanted.get("mode", before.mode)
    if mode != before.mode and Exam.of(before.progress).running:
        raise locked()
    held = hold_on(tx, owner_id, before.folder_id, wanted.get("folder_id", before.folder_id))
    if mode != before.mode and held.mode is not None and held.strictest(mode) != mode:
        raise locked()
    if wanted.get("material_only") is False and held.material_only:
        raise locked()
    folder_id = wanted.get("folder_id", before.folder_id)
    if folder_id != before.folder_id and hold_on(tx, owner_id, before.folder_id) != hold_on(tx, owner_id, folder_id):
        # What was asked under a lock isn't answered elsewhere.
        raise locked()


def _title(title: str) -> str:
    cleaned = clean_title(title)
    if not 1 <= len(cleaned) <= 200:
        raise Invalid("A conversation's title has 1 to 200 characters. Choose another.", code="invalid_name")
    return cleaned


def title_of(question: str) -> str:
    """Return a title from a conversation's first question: its beginning, cut at a word."""
    cleaned = clean_title(question[: 10 * MAX_TITLE])
    if len(cleaned) <= MAX_TITLE:
        return cleaned
    cut = cleaned[: MAX_TITLE - 1]
    return (cut.rsplit(" ", 1)[0] if " " in cut[MAX_TITLE // 2 :] else cut) + "…"
