"""The end of a turn in the store: its answer kept, or its conversation freed without one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from clara.core.errors import Conflict
from clara.core.ids import NO_FOLDER
from clara.library.locks import EXAM, closed, hold_on
from clara.rag.quotes import quote_crc
from clara.store import conversations as stored
from clara.store.conversations import Citation
from clara.store.database import Tx
from clara.store.turns import RUNNING, turn_state
from clara.tutor.events import Cited
from clara.tutor.turns.answered import Written
from clara.tutor.turns.beginning import Turn


@dataclass(frozen=True, slots=True)
class Ending:
    """An answer that is over, at ``now``: ``model`` wrote it, ``ended`` is as in DoneEvent.

    ``progress`` is what the conversation's mode remembers from now on; None: what it did.
    """

    written: Written
    model: str
    ended: str
    now: float
    progress: Mapping[str, Any] | None = None


def keep_answer(tx: Tx, turn: Turn, ending: Ending, keep: Callable[[Tx], None]) -> None:
    """Store a turn's answer, give its conversation back, and ``keep`` the turn.

    Raises Conflict when it isn't the turn's any more, Forbidden when an exam has closed the material meanwhile.
    """
    owner_id, conversation_id, written = turn.question.owner_id, turn.conversation.id, ending.written
    if not stored.end_turn(tx, owner_id, conversation_id, turn.id):
        raise turn_lost()
    _check_open(tx, turn)
    if turn.replaces:
        stored.remove_messages_after(tx, owner_id, conversation_id, turn.question_seq)
    ids = (owner_id, conversation_id, turn.message_id)
    seq = stored.add_message(tx, *ids, "assistant", written.parts(), ending.now, ending.model, ending.ended)
    stored.add_citations(tx, owner_id, conversation_id, [_citation(seq, cited) for cited in written.cited])
    if ending.progress is not None:
        # A file that was deleted meanwhile has cleared the turn: what was worked out before may be its words.
        state = turn_state(tx, owner_id, turn.id, for_update=True)
        may_know = state is not None and state[0] == RUNNING
        stored.keep_progress(tx, owner_id, conversation_id, turn.conversation.mode, ending.progress, may_know)
    keep(tx)


def _check_open(tx: Tx, turn: Turn) -> None:
    question = turn.question
    held = hold_on(tx, question.owner_id, turn.conversation.folder_id, question.folder_id or NO_FOLDER)
    if held.mode == EXAM and question.mode != EXAM:
        raise closed()


def free_conversation(tx: Tx, turn: Turn, keep: Callable[[Tx], None]) -> None:
    """Give a turn's conversation back without an answer, and ``keep`` the turn."""
    stored.end_turn(tx, turn.question.owner_id, turn.conversation.id, turn.id)
    keep(tx)


def turn_lost() -> Conflict:
    return Conflict(
        "The answer is not kept: its conversation was deleted, or another question asked. Ask again.",
        code="turn_lost",
    )


def _citation(seq: int, cited: Cited) -> Citation:
    return Citation(
        seq,
        cited.n,
        cited.file_id,
        cited.document_id,
        cited.chunk_seq,
        cited.start,
        cited.end,
        cited.page_from,
        cited.page_to,
        quote_crc(cited.quote),
    )
