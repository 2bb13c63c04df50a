"""Conversations as their learner reads them: quotes are put back in from the files, as long as those exist."""

from collections.abc import Sequence
from dataclasses import dataclass

from clara.core.clock import Clock
from clara.core.errors import Invalid, NotFound
from clara.core.ids import NO_FOLDER, new_id
from clara.core.paging import PageOf, page_of, read_cursor
from clara.library.names import clean_title
from clara.store import conversations as stored
from clara.store.conversations import Citation, Conversation, Message
from clara.store.database import Database, Tx
from clara.store.folders import require_folder
from clara.store.learners import lock_learner
from clara.store.passages import ChunkRow, get_chunks

DELETED = "(from a deleted file)"
MAX_TITLE = 80


@dataclass(frozen=True, slots=True)
class ShownCitation:
    """A stored citation with its text; all texts are None when the file is gone."""

    n: int
    file_id: str
    file_name: str | None
    page_from: int | None
    page_to: int | None
    heading: str | None
    quote: str | None
    chunk_id: str | None


@dataclass(frozen=True, slots=True)
class ShownMessage:
    id: str
    role: str
    content: str
    citations: Sequence[ShownCitation]
    created_at: float


class Conversations:
    """Conversations of one learner at a time; someone else's are NotFound."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def create(self, owner_id: str, title: str = "", folder_id: str = NO_FOLDER) -> Conversation:
        now = self._clock.now()
        conversation = Conversation(new_id("chat"), _title(title) if title else "", folder_id, now, now)

        def add(tx: Tx) -> None:
            lock_learner(tx, owner_id, now)
            require_folder(tx, owner_id, folder_id)
            stored.add_conversation(tx, owner_id, conversation)

        await self._database.write(add)
        return conversation

    async def get(self, owner_id: str, conversation_id: str) -> Conversation:
        return await self._database.read(lambda tx: _require(tx, owner_id, conversation_id))

    async def list(self, owner_id: str, limit: int = 100, cursor: str | None = None) -> PageOf[Conversation]:
        after = read_cursor(cursor)

        def query(tx: Tx) -> PageOf[Conversation]:
            found = stored.list_conversations(tx, owner_id, limit + 1, after)
            total = stored.count_conversations(tx, owner_id)
            return page_of(found, limit, total, lambda item: (item.updated_at, item.id))

        return await self._database.read(query)

    async def change(
        self, owner_id: str, conversation_id: str, title: str | None, folder_id: str | None
    ) -> Conversation:
        values = {} if title is None else {"title": _title(title)}
        if folder_id is not None:
            values["folder_id"] = folder_id

        def change(tx: Tx) -> Conversation:
            _require(tx, owner_id, conversation_id)
            if folder_id is not None:
                lock_learner(tx, owner_id, self._clock.now())
                require_folder(tx, owner_id, folder_id)
            if values:
                stored.change_conversation(tx, owner_id, conversation_id, **values)
            return _require(tx, owner_id, conversation_id)

        return await self._database.write(change)

    async def delete(self, owner_id: str, conversation_id: str) -> None:
        if not await self._database.write(lambda tx: stored.remove_conversation(tx, owner_id, conversation_id)):
            raise NotFound("There is no such conversation.", code="conversation_not_found")

    async def messages(self, owner_id: str, conversation_id: str) -> Sequence[ShownMessage]:
        def query(tx: Tx) -> Sequence[ShownMessage]:
            _require(tx, owner_id, conversation_id)
            found = stored.list_messages(tx, owner_id, conversation_id)
            return show(tx, owner_id, found, stored.list_citations(tx, owner_id, conversation_id))

        return await self._database.read(query)


def _require(tx: Tx, owner_id: str, conversation_id: str) -> Conversation:
    conversation = stored.get_conversation(tx, owner_id, conversation_id)
    if conversation is None:
        raise NotFound("There is no such conversation.", code="conversation_not_found")
    return conversation


def _title(title: str) -> str:
    cleaned = clean_title(title)
    if not 1 <= len(cleaned) <= 200:
        raise Invalid("A conversation's title has 1 to 200 characters.", code="invalid_name")
    return cleaned


def title_of(question: str) -> str:
    """Return a title from a conversation's first question: its beginning, cut at a word."""
    cleaned = clean_title(question[: 10 * MAX_TITLE])
    if len(cleaned) <= MAX_TITLE:
        return cleaned
    cut = cleaned[: MAX_TITLE - 1]
    return (cut.rsplit(" ", 1)[0] if " " in cut[MAX_TITLE // 2 :] else cut) + "…"


def show(tx: Tx, owner_id: str, messages: Sequence[Message], citations: Sequence[Citation]) -> Sequence[ShownMessage]:
    """Put the quotes back into stored messages; what came from a deleted file says so."""
    names = stored.file_names(tx, owner_id, list({item.file_id for item in citations}))
    keys = list({(item.document_id, item.chunk_seq) for item in citations if item.file_id in names})
    chunks: dict[tuple[str, int], ChunkRow] = {}
    for at in range(0, len(keys), 200):
        chunks |= get_chunks(tx, owner_id, keys[at : at + 200])
    cited: dict[int, dict[int, ShownCitation]] = {}
    for item in citations:
        name = names.get(item.file_id, (None, ""))[0]
        shown = _show_citation(item, name, chunks.get((item.document_id, item.chunk_seq)))
        cited.setdefault(item.message_seq, {})[item.n] = shown
    return [_show_message(message, cited.get(message.seq, {})) for message in messages]


def _show_citation(item: Citation, name: str | None, chunk: ChunkRow | None) -> ShownCitation:
    if name is None or chunk is None:
        return ShownCitation(item.n, item.file_id, None, item.page_from, item.page_to, None, None, None)
    quote = chunk.text[item.start - chunk.start : item.end - chunk.start]
    chunk_id = chunk_id_of(item.document_id, item.chunk_seq)
    return ShownCitation(item.n, item.file_id, name, item.page_from, item.page_to, chunk.heading, quote, chunk_id)


def _show_message(message: Message, cited: dict[int, ShownCitation]) -> ShownMessage:
    texts = []
    for part in message.parts:
        if "cite" in part:
            quote = cited[part["cite"]].quote if part["cite"] in cited else None
            texts.append(quoted(quote, part["cite"]))
        else:
            texts.append(part["text"])
    return ShownMessage(message.id, message.role, "".join(texts), tuple(cited.values()), message.created_at)


def quoted(quote: str | None, n: int) -> str:
    """Return a quote as an answer shows it: on one line, between quotation marks, with its mark."""
    return f"{DELETED} [{n}]" if quote is None else f"“{' '.join(quote.split())}” [{n}]"


def chunk_id_of(document_id: str, seq: int) -> str:
    return f"{document_id}-{seq}"
