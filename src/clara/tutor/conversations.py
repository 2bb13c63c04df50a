"""Conversations as their learner reads them: quotes are put back in from the files, as long as those exist."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from clara.core.clock import Clock
from clara.core.errors import Invalid, NotFound
from clara.core.folding import fold
from clara.core.ids import NO_FOLDER, new_id
from clara.core.paging import PageOf, page_of, read_cursor
from clara.library.locks import closed, closed_since, hold_on, locked
from clara.library.names import clean_title
from clara.rag.headings import heading_at
from clara.rag.layout import lay_out
from clara.rag.passages import chunk_id_of
from clara.rag.quotes import quote_crc
from clara.settings.sections import ChatSettings
from clara.store import conversations as stored
from clara.store.conversations import Citation, Conversation, Message
from clara.store.database import Database, Tx
from clara.store.folders import require_folder
from clara.store.jobs import enqueue_scrub
from clara.store.learners import lock_learner
from clara.store.passages import ChunkRow, get_chunks, get_labels
from clara.store.study import remove_exam_sets
from clara.tutor.modes.exams import Exam
from clara.tutor.turns.quotas import check_conversations

DELETED = "(from a deleted file)"
NOT_READ = "(from a file that is being read again)"
MOVED = "(from a file that was read anew and has this elsewhere now: look at its place)"
MAX_TITLE = 80
MAX_SEQ = 2**31 - 1
MAX_WORDS = 8
"""Of what is looked for in conversations."""


@dataclass(frozen=True, slots=True)
class ShownCitation:
    """A stored citation. When its file is gone there are no texts; while it is read again, only the file's name.

    ``is_moved``: the file was read anew, and something else stands at the quote's place; it isn't shown.
    """

    n: int
    file_id: str
    file_name: str | None
    page_from: int | None
    page_to: int | None
    heading: str | None
    quote: str | None
    chunk_id: str | None
    label_from: str | None = None
    label_to: str | None = None
    is_moved: bool = False


@dataclass(frozen=True, slots=True)
class ShownMessage:
    """A message as it is read now; ``seq`` counts from 1 in its conversation.

    Of questions: whether an answer follows. Of answers: who wrote it and how it ended, its rating (1 or -1), and the
    ids of the study sets that came with it.
    """

    seq: int
    id: str
    role: str
    content: str
    citations: Sequence[ShownCitation]
    created_at: float
    answered: bool | None = None
    model: str | None = None
    ended: str | None = None
    rating: int | None = None
    rating_note: str | None = None
    artifacts: Sequence[str] = ()


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
            return PageOf(_show(tx, owner_id, conversation_id, page.items[::-1]), page.next_cursor, total)

        return await self._database.read(query)

    async def message(self, owner_id: str, conversation_id: str, message_id: str) -> ShownMessage:
        def query(tx: Tx) -> ShownMessage:
            conversation = require_conversation(tx, owner_id, conversation_id)
            message = _require_message(tx, owner_id, conversation_id, message_id)
            if message.created_at < closed_since(tx, owner_id, conversation.folder_id):
                raise closed()
            return _show(tx, owner_id, conversation_id, [message])[0]

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


def _show(tx: Tx, owner_id: str, conversation_id: str, messages: Sequence[Message]) -> Sequence[ShownMessage]:
    """Put the quotes back into stored messages; what came from a deleted file says so."""
    if not messages:
        return []
    citations = stored.list_citations(tx, owner_id, conversation_id, messages[0].seq, messages[-1].seq)
    names = stored.file_names(tx, owner_id, list({item.file_id for item in citations}))
    keys = list({(item.document_id, item.chunk_seq) for item in citations if item.file_id in names})
    chunks = get_chunks(tx, owner_id, keys)
    places = {(c.document_id, p) for c in citations if c.file_id in names for p in (c.page_from, c.page_to) if p}
    labels = get_labels(tx, owner_id, places)
    cited: dict[int, dict[int, ShownCitation]] = {}
    for item in citations:
        name = names.get(item.file_id, (None, ""))[0]
        shown = _show_citation(item, name, chunks.get((item.document_id, item.chunk_seq)), labels)
        cited.setdefault(item.message_seq, {})[item.n] = shown
    read = [_show_message(message, cited.get(message.seq, {})) for message in messages]
    followers = [message.role for message in messages[1:]]
    followers.append(stored.role_after(tx, owner_id, conversation_id, messages[-1].seq) or "")
    return [
        replace(message, answered=follower == "assistant") if message.role == "user" else message
        for message, follower in zip(read, followers, strict=True)
    ]


def _show_citation(
    item: Citation, name: str | None, chunk: ChunkRow | None, labels: Mapping[tuple[str, int], str]
) -> ShownCitation:
    place = ShownCitation(
        item.n,
        item.file_id,
        name,
        item.page_from,
        item.page_to,
        heading=None,
        quote=None,
        chunk_id=None,
        label_from=labels.get((item.document_id, item.page_from or 0)),
        label_to=labels.get((item.document_id, item.page_to or 0)),
    )
    if name is None or chunk is None:
        return place
    start = item.start - chunk.start
    quote = chunk.text[max(start, 0) : max(item.end - chunk.start, 0)]
    if start < 0 or item.end > chunk.end or not quote or item.quote_crc not in (None, quote_crc(quote)):
        return replace(place, is_moved=True)
    heading = heading_at(chunk.heading, chunk.text, start)
    return replace(place, heading=heading, quote=quote, chunk_id=chunk_id_of(item.document_id, item.chunk_seq))


def _show_message(message: Message, cited: dict[int, ShownCitation]) -> ShownMessage:
    content = "".join(
        _quote_of(part["cite"], cited.get(part["cite"])) if "cite" in part else part.get("text", "")
        for part in message.parts
    )
    return ShownMessage(
        message.seq,
        message.id,
        message.role,
        content,
        tuple(cited.values()),
        message.created_at,
        model=message.model,
        ended=message.ended,
        rating=message.rating,
        rating_note=message.rating_note,
        artifacts=[part["artifact"] for part in message.parts if "artifact" in part],
    )


def _quote_of(n: int, citation: ShownCitation | None) -> str:
    if citation is None or citation.file_name is None:
        return f"{DELETED} [{n}]"
    if citation.quote is None:
        return f"{MOVED if citation.is_moved else NOT_READ} [{n}]"
    return quoted(citation.quote, n)


def quoted(quote: str, n: int) -> str:
    """Return a quote as an answer shows it: laid out for reading, between quotation marks, with its mark."""
    return f"“{lay_out(quote)}” [{n}]"
