"""Messages as their learner reads them: quotes are put back in from the files, as long as those exist."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from clara.core.ids import NO_FOLDER
from clara.library.locks import closed_documents, closed_since
from clara.rag.headings import heading_at
from clara.rag.layout import lay_out
from clara.rag.passages import chunk_id_of
from clara.rag.quotes import quote_crc
from clara.store import conversations as stored
from clara.store.conversations import Citation, Message
from clara.store.database import Tx
from clara.store.passages import ChunkRow, get_chunks, get_labels

DELETED = "(from a deleted file)"
NOT_READ = "(from a file that is being read again)"
MOVED = "(from a file that was read anew and has this elsewhere now: look at its place)"
CLOSED = "(closed while an exam is running)"


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


def show_messages(tx: Tx, owner_id: str, conversation_id: str, messages: Sequence[Message]) -> Sequence[ShownMessage]:
    """Put the quotes back into stored messages; what came from a deleted file says so, and what an exam closes."""
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
    shut = _closed_answers(tx, owner_id, messages, citations)
    read = [
        _close(message) if message.seq in shut else _show_message(message, cited.get(message.seq, {}))
        for message in messages
    ]
    followers = [message.role for message in messages[1:]]
    followers.append(stored.role_after(tx, owner_id, conversation_id, messages[-1].seq) or "")
    return [
        replace(message, answered=follower == "assistant") if message.role == "user" else message
        for message, follower in zip(read, followers, strict=True)
    ]


def open_messages(tx: Tx, owner_id: str, conversation_id: str, messages: Sequence[Message]) -> Sequence[Message]:
    """Leave out those that cite what a locked exam closes, and are from before it."""
    if not messages or not closed_since(tx, owner_id, NO_FOLDER):
        return messages
    citations = stored.list_citations(tx, owner_id, conversation_id, messages[0].seq, messages[-1].seq)
    shut = _closed_answers(tx, owner_id, messages, citations)
    return [message for message in messages if message.seq not in shut]


def _closed_answers(
    tx: Tx, owner_id: str, messages: Sequence[Message], citations: Sequence[Citation]
) -> Collection[int]:
    """Return the seqs of those that are closed."""
    since = closed_since(tx, owner_id, NO_FOLDER)
    before = {message.seq for message in messages if message.created_at < since}
    cited = [item for item in citations if item.message_seq in before]
    shut = closed_documents(tx, owner_id, {item.document_id for item in cited}) if cited else ()
    return {item.message_seq for item in cited if item.document_id in shut}


def _close(message: Message) -> ShownMessage:
    return _show_message(replace(message, parts=[{"text": CLOSED}], rating_note=None), {})


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
