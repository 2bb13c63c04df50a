"""A study session with a client of dialect 0: announced as responses; its summary stays in the conversation.

Such clients report their sessions themselves (POST /study-session/complete): it isn't counted a second time.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable

from clara.voice.talking.study_session import Stage, StudySession, guide
from clara.voice.wording.phrases import VoicePhrases, phrases_of


class Announced:
    """``language`` is the learner's by now. ``say`` sends a line and keeps it; ``is_quiet``: nothing is answered."""

    def __init__(
        self,
        length_s: float,
        language: Callable[[], str],
        say: Callable[[str], Awaitable[None]],
        is_quiet: Callable[[], bool],
    ) -> None:
        self._study = StudySession(time.monotonic, length_s)
        self._language = language
        self._say = say
        self._is_quiet = is_quiet
        self._guiding = asyncio.create_task(guide(self._study, self), name="dialect0-study")

    @property
    def runs(self) -> bool:
        return not self._guiding.done()

    def takes(self, said: str) -> str | None:
        """Return what is said to the learner's summary, where one was asked for and this is it."""
        return self._phrases.over if self._study.takes(said) else None

    @property
    def _phrases(self) -> VoicePhrases:
        return phrases_of(self._language())

    def is_quiet(self) -> bool:
        return self._is_quiet()

    async def announce(self, stage: Stage) -> None:
        lines = {
            Stage.WINDING_DOWN: self._phrases.winding_down,
            Stage.TEACH_BACK: self._phrases.teach_back,
            Stage.SUMMARY: self._phrases.summary,
        }
        if stage in lines:
            await self._say(lines[stage])

    async def close(self) -> None:
        self._guiding.cancel()
        await asyncio.gather(self._guiding, return_exceptions=True)
