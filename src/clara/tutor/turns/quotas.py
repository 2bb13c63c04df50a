"""How many conversations a learner may keep, and how long one may become."""

from clara.core.errors import Conflict
from clara.settings.sections import ChatSettings
from clara.store.conversations import count_conversations
from clara.store.database import Tx


def check_conversations(tx: Tx, owner_id: str, limits: ChatSettings) -> None:
    """Raise Conflict when the learner has as many as may be. The caller holds the learner's lock."""
    most = limits.max_per_learner
    if count_conversations(tx, owner_id) >= most:
        raise Conflict(
            f"You may keep {most} conversations. Delete some first.", code="quota_conversations", max_conversations=most
        )


def check_messages(last_seq: int, limits: ChatSettings) -> None:
    """Raise Conflict when a question and its answer have no room after a conversation's last message."""
    most = limits.max_messages
    if last_seq + 2 > most:
        raise Conflict(
            f"A conversation may have {most} messages. Begin a new one.", code="quota_messages", max_messages=most
        )
