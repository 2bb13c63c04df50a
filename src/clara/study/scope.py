"""What is to be made, and of what."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

MAX_TOPIC = 300


class Kind(StrEnum):
    """What can be made of material."""

    DIAGRAM = "diagram"
    FLASHCARDS = "flashcards"
    QUIZ = "quiz"
    MINDMAP = "mindmap"
    SUMMARY = "summary"


@dataclass(frozen=True, slots=True)
class Scope:
    """Material: a file or a folder of the learner's, or all files (None), some pages of the file, a topic in it.

    ``page_from`` and ``page_to`` count from 1, both included; they need a file. ``topic`` is empty for everything.
    """

    folder_id: str | None = None
    file_id: str | None = None
    page_from: int | None = None
    page_to: int | None = None
    topic: str = ""

    @property
    def is_whole(self) -> bool:
        """No range of pages and no topic."""
        return self.page_from is None and self.page_to is None and not self.topic

    def as_json(self) -> dict[str, Any]:
        """Return what is stored: only what is set."""
        return {name: value for name in self.__slots__ if (value := getattr(self, name)) not in (None, "")}

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "Scope":
        return cls(**{name: stored[name] for name in cls.__slots__ if name in stored})
