"""Study sessions: as clients report them, kept once each, or held by the server, which can go on with one elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from clara.core.clock import Clock
from clara.core.errors import Conflict
from clara.core.ids import new_id
from clara.store.database import Database, Tx
from clara.store.learners import lock_learner
from clara.store.progress import (
    UNFINISHED_S,
    SessionRow,
    add_session,
    count_sessions,
    latest_sessions,
    put_session,
    remove_session,
    remove_unfinished,
)

MAX_SESSIONS = 50_000
UNSURE = 0.5
"""The confidence that is kept of a session of which nobody knows one: neither sure nor unsure."""
_LATEST = 20
_FORGOTTEN_AFTER_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Held:
    """A study session of ours that isn't over: in which conversation, and when it began."""

    id: str
    conversation_id: str
    began_at: float


class Sessions:
    """Study sessions of one learner at a time."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def complete(
        self, owner_id: str, session_id: str, duration_s: float, confidence: float, report: Mapping[str, Any]
    ) -> bool:
        """Keep a session; False when it was reported before, which stays as it is."""
        now = self._clock.now()

        def complete(tx: Tx) -> bool:
            _check_room(tx, owner_id, now)
            return add_session(tx, owner_id, SessionRow(session_id, duration_s, confidence, report, now))

        return await self._database.write(complete)

    async def begin(self, owner_id: str, conversation_id: str) -> Held:
        """Begin one, of which no more is kept until ``keep`` than that it was begun."""
        held = Held(new_id("study"), conversation_id, self._clock.now())
        row = SessionRow(held.id, UNFINISHED_S, UNSURE, _place_of(held), held.began_at)

        def begin(tx: Tx) -> None:
            _check_room(tx, owner_id, held.began_at)
            remove_unfinished(tx, owner_id, held.began_at - _FORGOTTEN_AFTER_S)
            add_session(tx, owner_id, row)

        await self._database.write(begin)
        return held

    async def find(self, owner_id: str, conversation_id: str, within_s: float) -> Held | None:
        """Return the last session that was begun in a conversation, so lately, unless it is over."""
        since = self._clock.now() - within_s
        for row in await self._database.read(lambda tx: latest_sessions(tx, owner_id, _LATEST)):
            if row.report.get("conversation_id") == conversation_id:
                held = Held(row.id, conversation_id, row.report["began_at"])
                return None if row.report.get("over") or held.began_at < since else held
        return None

    async def keep(
        self, owner_id: str, held: Held, duration_s: float, confidence: float, report: Mapping[str, Any], over: bool
    ) -> None:
        """Keep what there is of a session that was begun; unless it is ``over``, it may go on."""
        now = self._clock.now()
        row = SessionRow(held.id, duration_s, confidence, {**report, **_place_of(held), "over": over}, now)
        await self._database.write(lambda tx: put_session(tx, owner_id, row))

    async def forget(self, owner_id: str, held: Held) -> None:
        """Keep nothing of it."""
        await self._database.write(lambda tx: remove_session(tx, owner_id, held.id))


def _place_of(held: Held) -> dict[str, Any]:
    return {"conversation_id": held.conversation_id, "began_at": held.began_at}


def _check_room(tx: Tx, owner_id: str, now: float) -> None:
    lock_learner(tx, owner_id, now)
    if count_sessions(tx, owner_id)[0] >= MAX_SESSIONS:
        raise Conflict("As many study sessions are kept as may be.", code="quota_sessions")
