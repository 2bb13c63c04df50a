"""Conversations as their learner reads them: quotes are put back in from the files, as long as those exist."""

from collections.abc import Sequence
from dataclasses import dataclass

from clara.core.clock import Clock
from clara.core.errors import Invalid, NotFound
from clara.core.ids import NO_FOLDER, new_id
from clara.core.paging import PageOf, page_of, read_cursor
from clara.library.names import clean_title
from clara.rag.layout import lay_out
from clara.store import conversations as stored
from clara.store.conversations import Citation, Conversation, Message
from clara.store.database import Database, Tx
from clara.store.folders import require_folder
from clara.store.learners import lock_learner
from clara.store.passages import ChunkRow, get_chunks

DELETED = "(from a deleted file)"
NOT_READ = "(from a file that is being read again)"
MAX_TITLE = 80
CHUNKS_A_QUERY = 200
MAX_SEQ = 2**31 - 1


@dataclass(frozen=True, slots=True)
class ShownCitation:
    """A stored citation. When its file is gone there are no texts; while it is read again, only the file's name."""

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
    """A message as it is read now; ``seq`` counts from 1 in its conversation."""

    seq: int
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
            raise no_such_conversation()

    async def messages(
        self, owner_id: str, conversation_id: str, limit: int = 100, cursor: str | None = None
    ) -> PageOf[ShownMessage]:
        """Return the latest messages, oldest of them first; the cursor leads to those before them."""
        position = read_cursor(cursor)
        before = int(max(0, min(position[0], MAX_SEQ))) if position else None

        def query(tx: Tx) -> PageOf[ShownMessage]:
            _require(tx, owner_id, conversation_id)
            found = stored.list_messages(tx, owner_id, conversation_id, limit + 1, before)
            total = stored.count_messages(tx, owner_id, conversation_id)
            page = page_of(found[::-1], limit, total, lambda message: (float(message.seq), message.id))
            return PageOf(_show(tx, owner_id, conversation_id, page.items[::-1]), page.next_cursor, total)

        return await self._database.read(query)


def no_such_conversation() -> NotFound:
    return NotFound("There is no such conversation. Look in the list of conversations.", code="conversation_not_found")


def _require(tx: Tx, owner_id: str, conversation_id: str) -> Conversation:
    conversation = stored.get_conversation(tx, owner_id, conversation_id)
    if conversation is None:
        raise no_such_conversation()
    return conversation


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
    chunks: dict[tuple[str, int], ChunkRow] = {}
    for at in range(0, len(keys), CHUNKS_A_QUERY):
        chunks |= get_chunks(tx, owner_id, keys[at : at + CHUNKS_A_QUERY])
    cited: dict[int, dict[int, ShownCitation]] = {}
    for item in citations:
        name = names.get(item.file_id, (None, ""))[0]
        shown = _show_citation(item, name, chunks.get((item.document_id, item.chunk_seq)))
        cited.setdefault(item.message_seq, {})[item.n] = shown
    return [_show_message(message, cited.get(message.seq, {})) for message in messages]


def _show_citation(item: Citation, name: str | None, chunk: ChunkRow | None) -> ShownCitation:
    place = item.n, item.file_id, name, item.page_from, item.page_to
    if name is None or chunk is None or not chunk.start <= item.start < item.end <= chunk.end:
        return ShownCitation(*place, heading=None, quote=None, chunk_id=None)
    quote = chunk.text[item.start - chunk.start : item.end - chunk.start]
    return ShownCitation(*place, chunk.heading, quote, chunk_id_of(item.document_id, item.chunk_seq))


def _show_message(message: Message, cited: dict[int, ShownCitation]) -> ShownMessage:
    content = "".join(
        _quote_of(part["cite"], cited.get(part["cite"])) if "cite" in part else part["text"] for part in message.parts
    )
    return ShownMessage(message.seq, message.id, message.role, content, tuple(cited.values()), message.created_at)


def _quote_of(n: int, citation: ShownCitation | None) -> str:
    if citation is None or citation.file_name is None:
        return f"{DELETED} [{n}]"
    return f"{NOT_READ} [{n}]" if citation.quote is None else quoted(citation.quote, n)


def quoted(quote: str, n: int) -> str:
    """Return a quote as an answer shows it: laid out for reading, between quotation marks, with its mark."""
    return f"“{lay_out(quote)}” [{n}]"


def chunk_id_of(document_id: str, seq: int) -> str:
    return f"{document_id}-{seq}"
