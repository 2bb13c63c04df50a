"""Study sessions as clients report them: kept once each."""

from collections.abc import Mapping
from typing import Any

from clara.core.clock import Clock
from clara.core.errors import Conflict
from clara.store.database import Database, Tx
from clara.store.learners import lock_learner
from clara.store.progress import SessionRow, add_session, count_sessions

MAX_SESSIONS = 50_000


class Sessions:
    """Completed sessions of one learner at a time."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def complete(
        self, owner_id: str, session_id: str, duration_s: float, confidence: float, report: Mapping[str, Any]
    ) -> bool:
        """Keep a session; False when it was reported before, which stays as it is."""
        now = self._clock.now()

        def complete(tx: Tx) -> bool:
            lock_learner(tx, owner_id, now)
            if count_sessions(tx, owner_id)[0] >= MAX_SESSIONS:
                raise Conflict("As many study sessions are kept as may be.", code="quota_sessions")
            return add_session(tx, owner_id, SessionRow(session_id, duration_s, confidence, report, now))

        return await self._database.write(complete)
