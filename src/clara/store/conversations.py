"""A learner's conversations, their messages and citations, and the lease that one turn at a time holds.

A message is stored as parts: {"text": …} as it was written, or {"cite": n} for a citation, which is stored as
(file, chunk, offsets) and never as text, so that nothing of a deleted file stays in a conversation.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from clara.core.folding import fold
from clara.core.paging import Position
from clara.store.database import Tx
from clara.store.jobs import enqueue_scrub
from clara.store.study import remove_exam_sets
from clara.store.tables import citations, conversations, db_now, files, messages
from clara.store.turns import remove_turns


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation. ``progress`` is what its mode remembers; ``turn_id`` the turn that is running, if one is."""

    id: str
    title: str
    folder_id: str
    created_at: float
    updated_at: float
    mode: str = "explain"
    material_only: bool = False
    progress: dict[str, Any] = field(default_factory=dict)
    turn_id: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """One message; ``role`` is "user" or "assistant". ``seq`` counts from 1 in its conversation.

    Of answers: ``model`` wrote it, ``ended`` is how, ``rating`` is 1 or -1 with a note, or None.
    """

    seq: int
    id: str
    role: str
    parts: list[dict[str, Any]]
    created_at: float
    model: str | None = None
    ended: str | None = None
    rating: int | None = None
    rating_note: str | None = None


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a quote stands: characters ``start`` to ``end`` of the document's text, in a chunk of a file.

    ``quote_crc`` tells whether the quote still stands there; citations from before it was kept have None.
    """

    message_seq: int
    n: int
    file_id: str
    document_id: str
    chunk_seq: int
    start: int
    end: int
    page_from: int | None
    page_to: int | None
    quote_crc: int | None = None


_CONVERSATION = sa.select(
    conversations.c.id,
    conversations.c.title,
    conversations.c.folder_id,
    conversations.c.created_at,
    conversations.c.updated_at,
    conversations.c.mode,
    conversations.c.material_only,
    conversations.c.progress,
    sa.case((conversations.c.turn_lease_until >= db_now(), conversations.c.turn_id)),
)
_OF_CONVERSATION = ("id", "title", "folder_id", "created_at", "updated_at", "mode", "material_only", "progress")


def _appending() -> sa.Executable:
    left_out = ("seq", "rating", "rating_note")
    columns = [column for column in messages.c if column.name not in left_out]
    given = {column.name: sa.bindparam(column.name, type_=column.type) for column in columns}
    following = sa.func.coalesce(sa.func.max(messages.c.seq), 0) + 1
    row = sa.select(following, *given.values()).where(
        messages.c.owner_id == given["owner_id"], messages.c.conversation_id == given["conversation_id"]
    )
    return messages.insert().from_select(["seq", *given], row).returning(messages.c.seq)


# Built once: to build the statements at each message costs three times what running them does.
_APPEND = _appending()
_TOUCH = (
    conversations.update()
    .where(conversations.c.owner_id == sa.bindparam("key_owner_id"), conversations.c.id == sa.bindparam("key_id"))
    .values(updated_at=sa.bindparam("updated_at"))
)


_THIS = sa.and_(conversations.c.owner_id == sa.bindparam("key_owner_id"), conversations.c.id == sa.bindparam("key_id"))
_THIS_TURN = sa.and_(_THIS, conversations.c.turn_id == sa.bindparam("key_turn_id"))
_LEASE_END = db_now() + sa.bindparam("lease_s", type_=sa.Double)
_GET = _CONVERSATION.where(_THIS)
_TAKE = (
    conversations.update()
    .where(_THIS, conversations.c.turn_lease_until < db_now())
    .values(turn_id=sa.bindparam("turn_id"), turn_lease_until=_LEASE_END)
)
_HOLD = conversations.update().where(_THIS_TURN).values(turn_lease_until=_LEASE_END)
_END = conversations.update().where(_THIS_TURN).values(turn_id=None, turn_lease_until=0)
_NEWEST = (
    sa.select(*(messages.c[name] for name in Message.__slots__))
    .where(messages.c.owner_id == sa.bindparam("key_owner_id"), messages.c.conversation_id == sa.bindparam("key_id"))
    .order_by(messages.c.seq.desc())
    .limit(sa.bindparam("last", type_=sa.Integer))
)
_CITE = citations.insert()


def _these(owner_id: str, conversation_id: str) -> dict[str, Any]:
    return {"key_owner_id": owner_id, "key_id": conversation_id}


def _key(owner_id: str, conversation_id: str) -> sa.ColumnElement[bool]:
    return sa.and_(conversations.c.owner_id == owner_id, conversations.c.id == conversation_id)


def add_conversation(tx: Tx, owner_id: str, conversation: Conversation) -> None:
    values = {name: getattr(conversation, name) for name in _OF_CONVERSATION} | {"folded": fold(conversation.title)}
    tx.execute(conversations.insert().values(owner_id=owner_id, turn_lease_until=0, **values))


def get_conversation(tx: Tx, owner_id: str, conversation_id: str) -> Conversation | None:
    row = tx.execute(_GET, _these(owner_id, conversation_id)).one_or_none()
    return Conversation(*row) if row else None


def list_conversations(
    tx: Tx, owner_id: str, limit: int, after: Position | None, words: Sequence[str] = (), since: float = 0.0
) -> Sequence[Conversation]:
    """Latest first. With folded ``words``, those whose title, or one of whose messages ``since``, has all of them."""
    query = _CONVERSATION.where(conversations.c.owner_id == owner_id, *_having(owner_id, words, since))
    if after:
        query = query.where(sa.tuple_(conversations.c.updated_at, conversations.c.id) < sa.tuple_(*after))
    query = query.order_by(conversations.c.updated_at.desc(), conversations.c.id.desc()).limit(limit)
    return [Conversation(*row) for row in tx.execute(query)]


def _having(owner_id: str, words: Sequence[str], since: float) -> Sequence[sa.ColumnElement[bool]]:
    if not words:
        return ()
    titled = [conversations.c.folded.contains(word, autoescape=True) for word in words]
    said = sa.select(1).where(
        messages.c.owner_id == owner_id,
        messages.c.conversation_id == conversations.c.id,
        messages.c.created_at >= since,
        *(messages.c.folded.contains(word, autoescape=True) for word in words),
    )
    return (sa.or_(sa.and_(*titled), said.exists()),)


def count_conversations(tx: Tx, owner_id: str, words: Sequence[str] = (), since: float = 0.0) -> int:
    query = sa.select(sa.func.count()).select_from(conversations).where(conversations.c.owner_id == owner_id)
    return tx.execute(query.where(*_having(owner_id, words, since))).scalar_one()


def change_conversation(tx: Tx, owner_id: str, conversation_id: str, **values: Any) -> bool:
    """Set columns of a conversation; return False when there is no such conversation."""
    if "title" in values:
        values["folded"] = fold(values["title"])
    return tx.execute(conversations.update().where(_key(owner_id, conversation_id)).values(**values)).rowcount == 1


def keep_progress(
    tx: Tx, owner_id: str, conversation_id: str, mode: str, progress: Mapping[str, Any], with_answers: bool = True
) -> None:
    """Keep what a mode remembers, if the conversation is still in it; ``with_answers``: that were worked out, too."""
    kept = dict(progress) if with_answers else _without_answers(progress)
    query = conversations.update().where(_key(owner_id, conversation_id), conversations.c.mode == mode)
    tx.execute(query.values(progress=kept))


def forget_answers(tx: Tx, owner_id: str) -> None:
    """Forget what the tutor worked out in hints: it may be a deleted file's words. The tasks stay, where they are."""
    mine = conversations.c.owner_id == owner_id
    hinting = sa.cast(conversations.c.progress, sa.Text).contains('"tasks"')
    for chat_id, progress in tx.execute(
        sa.select(conversations.c.id, conversations.c.progress).where(mine, hinting)
    ).all():
        query = conversations.update().where(mine, conversations.c.id == chat_id)
        tx.execute(query.values(progress=_without_answers(progress)))


def _without_answers(progress: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a mode remembers without what the tutor worked out."""
    if "tasks" not in progress:
        return dict(progress)
    return {**progress, "tasks": [task | {"answers": []} for task in progress["tasks"]]}


def replace_title(tx: Tx, owner_id: str, conversation_id: str, before: str, title: str) -> bool:
    """Change a title that still is ``before``; False when somebody else has changed it."""
    query = conversations.update().where(_key(owner_id, conversation_id), conversations.c.title == before)
    return tx.execute(query.values(title=title, folded=fold(title))).rowcount == 1


def remove_conversation(tx: Tx, owner_id: str, conversation_id: str) -> bool:
    """Delete a conversation with its messages, citations, turns, and an unmarked exam's quiz; False: there is none."""
    # Its row first, so that an answer that is being stored is stored before this, and deleted, or not at all.
    row = sa.select(conversations.c.id).where(_key(owner_id, conversation_id)).with_for_update()
    if tx.execute(row).scalar() is None:
        return False
    enqueue_scrub(tx, owner_id)
    remove_turns(tx, owner_id, conversation_id)
    remove_exam_sets(tx, owner_id, conversation_id)
    for table in (citations, messages):
        tx.execute(table.delete().where(table.c.owner_id == owner_id, table.c.conversation_id == conversation_id))
    tx.execute(conversations.delete().where(_key(owner_id, conversation_id)))
    return True


def take_turn(tx: Tx, owner_id: str, conversation_id: str, turn_id: str, lease_s: float) -> bool:
    """Take the conversation for one turn; False while another holds it. A lease that lapsed (a crash) is free."""
    values = _these(owner_id, conversation_id) | {"turn_id": turn_id, "lease_s": lease_s}
    return tx.execute(_TAKE, values).rowcount == 1


def hold_turn(tx: Tx, owner_id: str, conversation_id: str, turn_id: str, lease_s: float) -> bool:
    """Prolong a turn's lease; False when another turn has taken the conversation."""
    values = _these(owner_id, conversation_id) | {"key_turn_id": turn_id, "lease_s": lease_s}
    return tx.execute(_HOLD, values).rowcount == 1


def end_turn(tx: Tx, owner_id: str, conversation_id: str, turn_id: str) -> bool:
    """Give the conversation back; False when the lease lapsed and another turn took it: then write nothing."""
    return tx.execute(_END, _these(owner_id, conversation_id) | {"key_turn_id": turn_id}).rowcount == 1


def add_message(
    tx: Tx,
    owner_id: str,
    conversation_id: str,
    message_id: str,
    role: str,
    parts: list[dict[str, Any]],
    now: float,
    model: str | None = None,
    ended: str | None = None,
) -> int:
    """Append a message and return its seq. ``model`` and ``ended``: who wrote an answer, and how it ended."""
    message = {"owner_id": owner_id, "conversation_id": conversation_id, "id": message_id, "role": role}
    written = {"parts": parts, "created_at": now, "model": model, "ended": ended, "folded": fold(_text_of(parts))}
    seq: int = tx.execute(_APPEND, message | written).scalar_one()
    tx.execute(_TOUCH, {"key_owner_id": owner_id, "key_id": conversation_id, "updated_at": now})
    return seq


def _text_of(parts: Sequence[dict[str, Any]]) -> str:
    return "".join(part.get("text", "") for part in parts)


def get_message(tx: Tx, owner_id: str, conversation_id: str, message_id: str) -> Message | None:
    row = tx.execute(_messages(owner_id, conversation_id).where(messages.c.id == message_id)).one_or_none()
    return Message(*row) if row else None


def change_message(
    tx: Tx, owner_id: str, conversation_id: str, seq: int, parts: list[dict[str, Any]], now: float
) -> None:
    """Replace what a message says."""
    enqueue_scrub(tx, owner_id)
    query = messages.update().where(
        messages.c.owner_id == owner_id, messages.c.conversation_id == conversation_id, messages.c.seq == seq
    )
    tx.execute(query.values(parts=parts, folded=fold(_text_of(parts)), created_at=now))


def rate_message(
    tx: Tx, owner_id: str, conversation_id: str, message_id: str, rating: int | None, note: str | None
) -> None:
    query = messages.update().where(
        messages.c.owner_id == owner_id, messages.c.conversation_id == conversation_id, messages.c.id == message_id
    )
    tx.execute(query.values(rating=rating, rating_note=note))


def remove_messages_after(tx: Tx, owner_id: str, conversation_id: str, seq: int) -> None:
    """Delete the messages that follow one, with their citations."""
    enqueue_scrub(tx, owner_id)
    for table, place in ((citations, citations.c.message_seq), (messages, messages.c.seq)):
        tx.execute(
            table.delete().where(table.c.owner_id == owner_id, table.c.conversation_id == conversation_id, place > seq)
        )


def _messages(owner_id: str, conversation_id: str) -> sa.Select[Any]:
    return sa.select(*(messages.c[name] for name in Message.__slots__)).where(
        messages.c.owner_id == owner_id, messages.c.conversation_id == conversation_id
    )


def add_citations(tx: Tx, owner_id: str, conversation_id: str, cited: Sequence[Citation]) -> None:
    if cited:
        names = Citation.__slots__
        key = {"owner_id": owner_id, "conversation_id": conversation_id}
        tx.execute(_CITE, [key | {name: getattr(item, name) for name in names} for item in cited])


def list_messages(
    tx: Tx, owner_id: str, conversation_id: str, last: int, before: int | None = None
) -> Sequence[Message]:
    """Return the newest ``last`` messages, oldest first; with ``before``, of those with a lower seq."""
    query = _NEWEST if before is None else _NEWEST.where(messages.c.seq < before)
    rows = tx.execute(query, _these(owner_id, conversation_id) | {"last": last})
    return [Message(*row) for row in rows][::-1]


def count_messages(tx: Tx, owner_id: str, conversation_id: str) -> int:
    query = sa.select(sa.func.count()).select_from(messages)
    return tx.execute(
        query.where(messages.c.owner_id == owner_id, messages.c.conversation_id == conversation_id)
    ).scalar_one()


def list_roles(tx: Tx, owner_id: str, conversation_id: str) -> Sequence[tuple[str, str]]:
    """Return (id, role) of every message, in order."""
    query = sa.select(messages.c.id, messages.c.role).where(
        messages.c.owner_id == owner_id, messages.c.conversation_id == conversation_id
    )
    return [(row[0], row[1]) for row in tx.execute(query.order_by(messages.c.seq))]


def role_after(tx: Tx, owner_id: str, conversation_id: str, seq: int) -> str | None:
    """Return whose message follows one; None when none does."""
    query = sa.select(messages.c.role).where(
        messages.c.owner_id == owner_id, messages.c.conversation_id == conversation_id, messages.c.seq > seq
    )
    role: str | None = tx.execute(query.order_by(messages.c.seq).limit(1)).scalar()
    return role


def list_citations(tx: Tx, owner_id: str, conversation_id: str, first: int, last: int) -> Sequence[Citation]:
    """Return the citations of the messages with these seqs, ``last`` included."""
    query = (
        sa.select(*(citations.c[name] for name in Citation.__slots__))
        .where(citations.c.owner_id == owner_id, citations.c.conversation_id == conversation_id)
        .where(citations.c.message_seq.between(first, last))
        .order_by(citations.c.message_seq, citations.c.n)
    )
    return [Citation(*row) for row in tx.execute(query)]


def conversations_citing(tx: Tx, owner_id: str, file_id: str) -> Sequence[tuple[str, str]]:
    """Return (id, title) of the learner's conversations that cite a file."""
    query = (
        sa.select(conversations.c.id, conversations.c.title)
        .join(
            citations,
            sa.and_(
                citations.c.owner_id == conversations.c.owner_id, citations.c.conversation_id == conversations.c.id
            ),
        )
        .where(citations.c.owner_id == owner_id, citations.c.file_id == file_id)
        .distinct()
        .order_by(conversations.c.id)
    )
    return [(row[0], row[1]) for row in tx.execute(query)]


def file_names(tx: Tx, owner_id: str, file_ids: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Return {file id: (name, document id)} of those that still exist."""
    query = sa.select(files.c.id, files.c.name, files.c.document_id).where(
        files.c.owner_id == owner_id, files.c.id.in_(file_ids)
    )
    return {row[0]: (row[1], row[2]) for row in tx.execute(query)}
