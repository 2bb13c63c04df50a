"""The ladder of hints: nudge, hint, worked step, answer; a rung up only after the learner tried."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from clara.tutor.leaks.guards import guards_of
from clara.tutor.leaks.replies import Reply
from clara.tutor.modes.attempts import Attempt, judge, proposals

RUNGS = ("nudge", "hint", "step", "answer")
ANSWER = len(RUNGS) - 1
KEPT_TASKS = 6
KEPT_SAID = 8
MAX_SAID = 500


@dataclass(frozen=True, slots=True)
class Task:
    """What the learner is to find, with the tutor's own answer in several spellings, which the learner never sees.

    ``reasoned``: an attempt since the last rung that was more than a guess. ``said`` are the learner's last messages
    about it. ``solved``: the learner gave the answer.
    """

    text: str
    answers: Sequence[str]
    rung: int = 0
    attempts: int = 0
    said: Sequence[str] = ()
    solved: bool = False

    @property
    def may_tell(self) -> bool:
        return self.solved or self.rung >= ANSWER


@dataclass(frozen=True, slots=True)
class Ladder:
    """What a conversation in hints remembers: its tasks, the present one last."""

    tasks: Sequence[Task] = field(default_factory=tuple)

    @classmethod
    def of(cls, progress: Mapping[str, Any]) -> "Ladder":
        kept = progress.get("tasks")
        if not isinstance(kept, list):
            return cls()
        return cls(tuple(Task(**task) for task in kept))

    def progress(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {"tasks": [asdict(task) for task in self.tasks]}

    @property
    def task(self) -> Task | None:
        return self.tasks[-1] if self.tasks else None

    @property
    def guarded(self) -> Sequence[Task]:
        """The tasks whose answers mustn't be told yet."""
        return [task for task in self.tasks if not task.may_tell]

    def begin(self, text: str, answers: Sequence[str]) -> "Ladder":
        """Begin a task at the first rung; one that was begun before goes on where it was."""
        known = next((task for task in self.tasks if _same_task(task, text, answers)), None)
        others = [task for task in self.tasks if task is not known]
        if known is None:
            known = Task(text, tuple(answers))
        else:
            known = replace(known, answers=tuple(dict.fromkeys((*known.answers, *answers))))
        return Ladder((*others, known)[-KEPT_TASKS:])

    def hear(self, message: str) -> "Ladder":
        """Take what the learner says about the present task; go up a rung if it is an attempt."""
        task = self.task
        if task is None:
            return self
        attempt = judge(message, task.text, task.said)
        said = (*task.said, message[:MAX_SAID])[-KEPT_SAID:]
        if attempt is Attempt.NONE:
            return self._with(replace(task, said=said))
        if gives_answer(task, message):
            return self._with(replace(task, said=said, attempts=task.attempts + 1, solved=True))
        # The answer itself is not to be had by guessing on.
        highest = ANSWER if attempt is Attempt.REASONED else ANSWER - 1
        rung = max(task.rung, min(task.rung + 1, highest))
        return self._with(replace(task, said=said, attempts=task.attempts + 1, rung=rung))

    def _with(self, task: Task) -> "Ladder":
        return Ladder((*self.tasks[:-1], task))


def gives_answer(task: Task, message: str) -> bool:
    """Does the learner's message give the answer, and not a list of possible ones?"""
    if proposals(message) > 2:
        return False
    reply = Reply(message)
    found = guards_of(task.answers, Reply(task.text), frozenset())
    return any(guard.leaks(reply, reply) for guard in found)


def _same_task(task: Task, text: str, answers: Sequence[str]) -> bool:
    if task.text.strip().casefold() == text.strip().casefold():
        return True
    given = {answer.strip().casefold() for answer in answers}
    return bool(given & {answer.strip().casefold() for answer in task.answers})
