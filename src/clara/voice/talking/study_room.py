"""A study session held in a voice session: announced there, and kept with what it came to."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

from clara.core.errors import ClaraError
from clara.study.sessions import Held, Sessions
from clara.tutor.debriefing import Debriefing, Studied
from clara.voice.talking.study_session import Stage, StudySession, guide
from clara.voice.talking.talk import Subject, Talk
from clara.voice.wire.messages import Study
from clara.voice.wire.outbox import Outbox
from clara.voice.wording.phrases import phrases_of

log = structlog.get_logger()

LEAST_S = 30.0
"""A session that is left sooner isn't kept."""
MADE_S = 15.0
"""For what the model makes of it."""


@dataclass(frozen=True, slots=True)
class Studying:
    """One study session, what it is kept as, and with what; see opening."""

    session: StudySession
    held: Held
    sessions: Sessions
    debriefing: Debriefing


class StudyRoom:
    """``say`` says a line aloud or in writing, until it is said; ``is_quiet`` is whether nobody speaks."""

    def __init__(
        self,
        studying: Studying,
        talk: Talk,
        subject: Subject,
        outbox: Outbox,
        say: Callable[[str], Awaitable[None]],
        is_quiet: Callable[[], bool],
    ) -> None:
        self._study = studying.session
        self._held = studying.held
        self._sessions = studying.sessions
        self._debriefing = studying.debriefing
        self._talk = talk
        self._subject = subject
        self._outbox = outbox
        self._say = say
        self._is_quiet = is_quiet
        self._kept = False
        self._guiding: asyncio.Task[None] | None = None
        talk.study = self._study

    def open(self) -> None:
        self._tell()
        self._guiding = asyncio.create_task(self._hold(), name="voice.study")

    async def close(self) -> None:
        """Leave it; what there was of it is kept, and it can go on elsewhere."""
        if self._guiding is not None:
            self._guiding.cancel()
            await asyncio.gather(self._guiding, return_exceptions=True)
        if self._kept:
            return
        try:
            if self._study.lasted_s >= LEAST_S:
                await self._keep(over=self._study.stage is Stage.OVER, quick=True)
        except ClaraError as error:
            log.warning("study.not_kept", code=error.problem_code)

    def is_quiet(self) -> bool:
        return self._talk.is_free and self._is_quiet()

    async def announce(self, stage: Stage) -> None:
        if stage is Stage.OVER:
            return
        self._tell()
        phrases = phrases_of(self._talk.language)
        lines = {
            Stage.WINDING_DOWN: phrases.winding_down,
            Stage.TEACH_BACK: phrases.teach_back,
            Stage.SUMMARY: phrases.summary,
        }
        await self._say(lines[stage])

    async def _hold(self) -> None:
        try:
            await guide(self._study, self)
            self._talk.study = None
            await self._keep(over=True)
        except ClaraError as error:
            self._talk.tell(error)
        except Exception:
            # The voice session may break below it; what there was of this one is kept when that is closed.
            log.exception("study.failed")

    async def _keep(self, over: bool, quick: bool = False) -> None:
        study, subject = self._study, self._subject
        lasted_s, began_at, told = round(study.lasted_s, 1), self._held.began_at, list(study.told.values())
        studied = Studied(subject.owner_id, subject.conversation_id, subject.folder_id, began_at, told, study.summary)
        try:
            async with asyncio.timeout(MADE_S):
                debrief = await self._debriefing.of(studied, quick)
        except TimeoutError:
            debrief = await self._debriefing.of(studied, quick=True)
        if not (over or debrief.topics or told):
            return
        await self._sessions.keep(subject.owner_id, self._held, lasted_s, debrief.confidence, debrief.report, over)
        self._kept = True
        if over:
            study.stage, study.summary = Stage.OVER, debrief.summary
            self._tell()

    def _tell(self) -> None:
        study = self._study
        left_s = round(study.left_s, 1)
        self._outbox.say(Study(session_id=self._held.id, stage=study.stage.value, left_s=left_s, summary=study.summary))
