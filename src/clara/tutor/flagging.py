"""Flagged turns noted in the transaction that begins them, and queued to be told of."""

from collections.abc import Callable

from clara.core.clock import Clock
from clara.store.database import Tx
from clara.store.flags import add_flag
from clara.store.jobs import FLAG, enqueue_once
from clara.tutor.answering import Question
from clara.tutor.flags import Flag, flags_in


class Flagging:
    """``tells``: there is somebody to tell. ``wake`` is called when there is something to tell, after the commit."""

    def __init__(self, clock: Clock, tells: bool = False, wake: Callable[[], None] = lambda: None) -> None:
        self._clock = clock
        self._tells = tells
        self.wake = wake if tells else lambda: None

    def note(self, tx: Tx, question: Question, message_id: str) -> bool:
        """Flag a message; False where there is nothing to flag, or nothing new."""
        now, new = self._clock.now(), False
        for kind in sorted(flags_in(question.text, question.mode), key=list(Flag).index):
            flag_id = add_flag(tx, question.owner_id, kind, question.conversation_id, message_id, now)
            new = new or flag_id is not None
            if flag_id is not None and self._tells:
                enqueue_once(tx, question.owner_id, FLAG, flag_id)
        return new
