"""A study session: so many minutes with a beginning and an end, announced between two turns, and kept at its end."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Protocol

LENGTH_S = 600.0
WIND_DOWN_S = 180.0
TEACH_BACK_S = 60.0
"""So long before the end; of shorter sessions a third, and a tenth."""
SUMMARY_WAIT_S = 60.0
"""For the learner's summary: then one is made."""
LOOK_S = 0.25
"""So often it is looked whether nobody speaks, once there is something to say."""
SUMMARY_LOOK_S = 1.0
_ASKS = ("?", "\uff1f", "\u061f")
_SUMMARY_CHARS = 5_000


class Stage(StrEnum):
    STUDYING = "studying"
    WINDING_DOWN = "winding_down"
    TEACH_BACK = "teach_back"
    SUMMARY = "summary"
    OVER = "over"


class StudySession:
    """Keeps time; ``clock`` counts seconds. What the learner says in it is told with ``asked`` and ``takes``.

    ``told`` is what they said when asked to teach back and to sum up, by message. One that has ``lasted_s`` already
    goes on in the stage that it would be in: what was to be said before is left out, but not its end.
    """

    def __init__(self, clock: Callable[[], float], length_s: float = LENGTH_S, lasted_s: float = 0.0) -> None:
        self.stage = Stage.STUDYING
        self.told: dict[str, str] = {}
        self.summary = ""
        self._clock = clock
        self._began = clock() - lasted_s
        self._length_s = length_s
        self._due_s: Mapping[Stage, float] = {
            Stage.WINDING_DOWN: length_s - min(WIND_DOWN_S, length_s / 3),
            Stage.TEACH_BACK: length_s - min(TEACH_BACK_S, length_s / 10),
            Stage.SUMMARY: length_s,
            Stage.OVER: length_s + SUMMARY_WAIT_S,
        }
        for stage in (Stage.WINDING_DOWN, Stage.TEACH_BACK):
            if self._due_s[stage] <= lasted_s:
                self.stage = stage

    @property
    def lasted_s(self) -> float:
        return self._clock() - self._began

    @property
    def left_s(self) -> float:
        return max(0.0, self._length_s - self.lasted_s)

    @property
    def wait_s(self) -> float | None:
        """Seconds until something is due, 0 when it is; None once it is over."""
        following = self._following
        return max(0.0, self._due_s[following[0]] - self.lasted_s) if following else None

    def advance(self) -> Stage | None:
        """Go to the latest stage that is due, and return it; None while none is. What was missed is left out."""
        due = [stage for stage in self._following if self._due_s[stage] <= self.lasted_s]
        if not due:
            return None
        # Nothing is over before its summary was asked for.
        self.stage = due[-1] if self.stage is Stage.SUMMARY or due[-1] is not Stage.OVER else Stage.SUMMARY
        if self.stage is Stage.SUMMARY:
            self._due_s = {Stage.OVER: self.lasted_s + SUMMARY_WAIT_S}
        return self.stage

    def asked(self, message_id: str, question: str) -> None:
        """The learner asked something; or taught back, where they were asked to."""
        if self.stage is Stage.TEACH_BACK:
            self.told[message_id] = question

    def takes(self, said: str) -> bool:
        """Take what is said as the learner's summary, where one was asked for; it is over then. Questions are none."""
        if self.stage is not Stage.SUMMARY or not said.strip() or said.rstrip().endswith(_ASKS):
            return False
        self.summary = " ".join(said.split())[:_SUMMARY_CHARS]
        self.told["summary"] = said
        self.stage = Stage.OVER
        return True

    @property
    def _following(self) -> Sequence[Stage]:
        stages = list(Stage)
        return [stage for stage in stages[stages.index(self.stage) + 1 :] if stage in self._due_s]


class Guided(Protocol):
    """Who speaks for a study session."""

    def is_quiet(self) -> bool:
        """Whether neither side speaks, thinks, or is about to."""
        ...

    async def announce(self, stage: Stage) -> None:
        """Say what belongs to a stage, until it is said; OVER: without the learner's summary."""
        ...


async def guide(study: StudySession, guided: Guided) -> None:
    """Announce each stage of a session when it is due and nobody speaks, until it is over."""
    while (wait_s := study.wait_s) is not None:
        if wait_s > 0:
            # The learner's summary ends it sooner.
            await asyncio.sleep(min(wait_s, SUMMARY_LOOK_S) if study.stage is Stage.SUMMARY else wait_s)
        elif not guided.is_quiet():
            # An answer is never cut for it, nor a learner.
            await asyncio.sleep(LOOK_S)
        elif (stage := study.advance()) is not None:
            await guided.announce(stage)
