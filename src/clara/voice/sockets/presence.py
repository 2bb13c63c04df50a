"""What of this process's voice sessions other processes see. Failures here end nobody's session but at its opening."""

import hmac
from collections.abc import Sequence

import structlog

from clara.core.clock import Clock
from clara.core.credentials import digest
from clara.core.errors import ClaraError
from clara.store import voice_sessions as stored
from clara.store.database import Database, Work
from clara.store.system import beat_voice, voice_of
from clara.store.voice_sessions import VoiceSession
from clara.voice.sockets.live import Live
from clara.voice.wire.messages import Resume

log = structlog.get_logger()


class Presences:
    """``replica`` names this process."""

    def __init__(self, database: Database, clock: Clock, replica: str) -> None:
        self.replica = replica
        self._database = database
        self._clock = clock

    async def open(self, live: Live, row: VoiceSession, most: int, restores: str | None = None) -> None:
        """Store a new session, which takes the place of the one that it restores, or of the learner's oldest."""
        now, owner_id = self._clock.now(), live.owner_id
        await self._database.write(lambda tx: stored.open_voice_session(tx, owner_id, row, most, now, restores))
        live.stored = True

    async def find(self, owner_id: str, resume: Resume) -> VoiceSession | None:
        """Return a session of this learner's that can be restored with this token."""
        row = await self._database.read(lambda tx: stored.find_voice_session(tx, owner_id, resume.session_id))
        same = hmac.compare_digest(row.token_hash if row else "0" * 64, digest(resume.token))
        return row if row and same and row.dialect else None

    async def come_back(self, owner_id: str, within_s: float) -> str | None:
        """Return the conversation that a socket of dialect 0 was in, if one left so lately."""
        return await self._database.write(lambda tx: stored.take_left(tx, owner_id, within_s))

    async def leave(self, live: Live, conversation_id: str) -> None:
        """A socket of dialect 0 is gone, which may come back to this conversation."""
        if live.stored:
            await self._try(lambda tx: stored.leave_voice(tx, live.owner_id, live.id, self.replica, conversation_id))
            live.stored = False

    async def forget(self, owner_id: str, session_id: str) -> None:
        await self._try(lambda tx: stored.remove_voice_session(tx, owner_id, session_id))

    async def connected(self, live: Live, connected: bool) -> None:
        if live.stored:
            await self._try(lambda tx: stored.note_connected(tx, live.owner_id, live.id, connected))

    async def close(self, live: Live, *, restorable: bool) -> None:
        """Say that this process doesn't have a session any more."""
        if not live.stored:
            return
        if restorable:
            await self._try(lambda tx: stored.release_voice_session(tx, live.owner_id, live.id, self.replica))
        else:
            await self.forget(live.owner_id, live.id)

    async def beat(self) -> None:
        """Say that this process is there."""
        await self._try(lambda tx: beat_voice(tx, self.replica))

    async def taken(self, lives: Sequence[Live]) -> Sequence[Live]:
        """Return which of this process's sessions are not its own any more."""
        known = [live for live in lives if live.stored and not live.ended]
        if not known:
            return ()
        try:
            mine = await self._database.read(lambda tx: voice_of(tx, self.replica))
        except ClaraError:
            # The next beat says so in the log.
            return ()
        return [live for live in known if (live.owner_id, live.id) not in mine and live.stored and not live.ended]

    async def _try(self, work: Work[object]) -> None:
        try:
            await self._database.write(work)
        except ClaraError as error:
            log.warning("voice.not_noted", code=error.problem_code)
