"""What a conversation in exam remembers."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

MAX_ANSWERS = 200
MAX_ANSWER = 2000


@dataclass(frozen=True, slots=True)
class Exam:
    """What a conversation in exam remembers. ``set_id``: the quiz that its questions are from, "" when it has none.

    ``answers`` are [item, text] in order; without a quiz the item is a count.
    """

    set_id: str = ""
    total: int = 0
    begun: bool = False
    marked: bool = False
    answers: tuple[tuple[int, str], ...] = ()

    @classmethod
    def of(cls, progress: Mapping[str, Any]) -> "Exam":
        kept = progress.get("exam")
        if not isinstance(kept, dict):
            return cls()
        return cls(**{**kept, "answers": tuple((int(item), str(text)) for item, text in kept["answers"])})

    def progress(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {"exam": asdict(self)}

    @property
    def running(self) -> bool:
        return self.begun and not self.marked

    def answered(self, item: int, text: str) -> "Exam":
        return replace(self, answers=(*self.answers, (item, text[:MAX_ANSWER]))[:MAX_ANSWERS])
