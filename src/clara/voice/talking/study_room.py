"""A study session held in a voice session: announced there, and kept with what it was about."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing

import structlog

from clara.core.errors import ClaraError
from clara.study.sessions import Sessions
from clara.tutor.answering import Said
from clara.tutor.events import TextEvent
from clara.tutor.turns.tutor import Tutor
from clara.voice.talking.study_session import Stage, StudySession, guide
from clara.voice.talking.talk import Subject, Talk
from clara.voice.wire.messages import Study
from clara.voice.wire.outbox import Outbox
from clara.voice.wording.phrases import phrases_of

log = structlog.get_logger()

UNSURE = 0.5
"""The confidence that is kept of a session: nobody said how sure they are."""
LEAST_S = 30.0
"""A session that is left sooner isn't kept."""
MADE_S = 15.0
"""For a summary that the model makes."""


class StudyRoom:
    """``say`` says a line aloud or in writing, until it is said; ``is_quiet`` is whether nobody speaks."""

    def __init__(
        self,
        study: StudySession,
        talk: Talk,
        subject: Subject,
        outbox: Outbox,
        tutor: Tutor,
        sessions: Sessions,
        say: Callable[[str], Awaitable[None]],
        is_quiet: Callable[[], bool],
    ) -> None:
        self._study = study
        self._talk = talk
        self._subject = subject
        self._outbox = outbox
        self._tutor = tutor
        self._sessions = sessions
        self._say = say
        self._is_quiet = is_quiet
        self._kept = False
        self._guiding: asyncio.Task[None] | None = None
        talk.study = study

    def open(self) -> None:
        self._tell()
        self._guiding = asyncio.create_task(self._hold(), name="voice.study")

    async def close(self) -> None:
        """Leave it; what there was of it is kept, as the learner's questions."""
        if self._guiding is not None:
            self._guiding.cancel()
            await asyncio.gather(self._guiding, return_exceptions=True)
        if self._study.topics and self._study.lasted_s >= LEAST_S:
            await self._keep()

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
        except Exception:
            # The voice session may break below it; what there was of this one is kept when that is closed.
            log.exception("study.failed")
            return
        self._talk.study = None
        if not self._study.summary:
            self._study.summarised(await self._made())
        await self._keep()

    async def _made(self) -> str:
        """Return a summary by the model, of what was asked; without one, or where it fails, the questions."""
        topics = self._study.topics
        if not topics:
            return ""
        asked = " ".join(topics)
        if self._tutor.model == "none":
            return asked
        wanted, history = phrases_of(self._talk.language).summary, [Said("user", topic) for topic in topics[-10:]]
        try:
            async with asyncio.timeout(MADE_S):
                return await self._answer(wanted, history) or asked
        except (ClaraError, TimeoutError) as error:
            log.info("study.no_summary", error=type(error).__name__)
            return asked

    async def _answer(self, wanted: str, history: Sequence[Said]) -> str:
        subject = self._subject
        async with aclosing(self._tutor.once(subject.owner_id, wanted, subject.folder_id, history)) as events:
            return "".join([event.text async for event in events if isinstance(event, TextEvent)])

    async def _keep(self) -> None:
        if self._kept:
            return
        self._kept = True
        study = self._study
        if not study.summary:
            study.summarised(" ".join(study.topics))
        try:
            await self._sessions.complete(
                self._subject.owner_id, study.id, round(study.lasted_s, 1), UNSURE, study.report()
            )
        except ClaraError as error:
            self._talk.tell(error)
        study.stage = Stage.OVER
        self._tell()

    def _tell(self) -> None:
        study = self._study
        self._outbox.say(
            Study(session_id=study.id, stage=study.stage.value, left_s=round(study.left_s, 1), summary=study.summary)
        )
