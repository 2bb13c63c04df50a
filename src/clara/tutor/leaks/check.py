"""Does a text give away an answer? In any spelling that can be undone by rule; a translation of it is not found."""

from collections.abc import Collection, Sequence

from clara.tutor.leaks.guards import guards_of
from clara.tutor.leaks.replies import Reply


class LeakCheck:
    """Holds texts against a task's answer. ``answers`` are spellings of it, ``places`` page numbers that may be named.

    What the task itself says isn't given away by saying it again; only telling it as the result is.
    """

    def __init__(self, answers: Sequence[str], task: str = "", places: Collection[int] = ()) -> None:
        self._task = Reply(task)
        self._guards = guards_of([answer for answer in answers if answer.strip()], self._task, frozenset(places))

    @property
    def knows_answer(self) -> bool:
        return bool(self._guards)

    def find(self, text: str, before: str = "") -> str | None:
        """Return by what a text gives the answer away ("number", "word", …), or None.

        ``before`` is what was said earlier about the same task, for an answer that comes in pieces.
        """
        if not text.strip():
            return None
        reply = Reply(text)
        earlier = Reply(f"{before}\n{text}") if before else reply
        for guard in self._guards:
            if guard.leaks(reply, earlier):
                return guard.kind
        for inner in reply.hidden:
            for guard in self._guards:
                if guard.leaks(inner, inner):
                    return f"hidden {guard.kind}"
        return None
