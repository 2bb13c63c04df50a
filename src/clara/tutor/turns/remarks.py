"""What is said in a conversation outside of any turn: kept in its place, and nobody answers it."""

from clara.core.ids import new_id
from clara.store import conversations as stored
from clara.store.database import Tx
from clara.store.learners import lock_learner
from clara.tutor.modes.exams import Exam


def add_remark(
    tx: Tx, owner_id: str, conversation_id: str, role: str, text: str, now: float, message_id: str | None = None
) -> str | None:
    """Store a remark of the learner's ("user") or the tutor's, and return its id: this one, if it has one by now.

    None, and nothing is stored, where there is no such conversation, while an answer is being given in it, and in an
    exam.
    """
    lock_learner(tx, owner_id, now)
    conversation = stored.get_conversation(tx, owner_id, conversation_id)
    if conversation is None or conversation.turn_id is not None or Exam.of(conversation.progress).running:
        return None
    message_id = message_id or new_id("msg")
    ended = "end" if role == "assistant" else None
    stored.add_message(tx, owner_id, conversation_id, message_id, role, [{"text": text}], now, ended=ended)
    return message_id
