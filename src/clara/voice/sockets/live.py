"""A voice session that this process has in memory, and the one socket that it is connected by, if any."""

import asyncio
import time
from contextlib import ExitStack
from dataclasses import dataclass, field

from clara.voice.talking.session import Session
from clara.voice.wire.messages import CloseCode

ORDERLY = 1000
LAST_WORDS_S = 60.0
"""For what is being asked and answered when a session's time is over."""


@dataclass(frozen=True, slots=True)
class Ending:
    """Why a socket is closed: the code, and a word that logs and metrics know. ``restorable``: a client may return."""

    code: int
    reason: str
    restorable: bool = False


BYE = Ending(ORDERLY, "bye")
DROPPED = Ending(CloseCode.GOING_AWAY, "dropped", restorable=True)
DRAINING = Ending(CloseCode.GOING_AWAY, "draining", restorable=True)
REPLACED = Ending(CloseCode.REPLACED, "replaced")
IDLE = Ending(CloseCode.IDLE, "idle")
EXPIRED = Ending(CloseCode.EXPIRED, "expired")
TOO_SLOW = Ending(CloseCode.BUSY, "too_slow", restorable=True)
TOO_FAST = Ending(CloseCode.TOO_FAST, "too_fast", restorable=True)
TOO_MANY_ERRORS = Ending(CloseCode.PROTOCOL, "too_many_errors", restorable=True)
CRASHED = Ending(CloseCode.INTERNAL, "crashed", restorable=True)
BROKEN = Ending(CloseCode.INTERNAL, "broken", restorable=True)


class Link:
    """One socket's hold on a session. ``leave`` is done when the socket is to be closed; ``gone`` once it let go."""

    def __init__(self) -> None:
        self.leave: asyncio.Future[Ending] = asyncio.get_running_loop().create_future()
        self.gone = asyncio.Event()

    def tell(self, ending: Ending) -> None:
        if not self.leave.done():
            self.leave.set_result(ending)


@dataclass(slots=True)
class Visit:
    """A socket of dialect 0, and the conversation that it is in by now; ``used``: something was asked in it."""

    link: Link
    conversation_id: str
    used: bool = False


@dataclass(slots=True, eq=False)
class Live:
    """``session`` is None for a socket of dialect 0, which holds nothing. ``sounds``: it costs what sound costs.

    ``over`` is set when all is closed.
    """

    owner_id: str
    id: str
    token_hash: str
    session: Session | None
    sounds: bool
    counted: ExitStack
    link: Link | None
    started_at: float = field(default_factory=time.monotonic)
    dropped_at: float | None = None
    stored: bool = False
    ended: bool = False
    over: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def dialect(self) -> int:
        return 0 if self.session is None else 1

    def due(self, now: float, hold_s: float, idle_s: float, max_s: float) -> Ending | None:
        """Return why this session is to end now, if it is."""
        session = self.session
        if session is None or self.ended:
            return None
        if session.ended.is_set():
            return BROKEN if session.reason == BROKEN.reason else Ending(ORDERLY, session.reason or "over")
        if self.dropped_at is not None and now - self.dropped_at >= hold_s:
            return DROPPED
        over_s = now - self.started_at - max_s
        if over_s >= (0 if session.is_quiet else LAST_WORDS_S):
            return EXPIRED
        return IDLE if now - session.outbox.active_at >= idle_s and not session.studies else None


@dataclass(frozen=True, slots=True)
class Entered:
    """A socket's way into a session, and behind which message it goes on."""

    live: Live
    link: Link
    session: Session
    last_seq: int | None
