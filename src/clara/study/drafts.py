"""What was made and isn't stored yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from clara.rag.documents import Passage


@dataclass(frozen=True, slots=True)
class Quote:
    """Characters ``start`` to ``end`` of a passage's text, which bear an item out."""

    passage: Passage
    start: int
    end: int

    @property
    def text(self) -> str:
        return self.passage.text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class DraftItem:
    """An item of a set in the form of its kind (study/content.py), and where it stands."""

    body: Mapping[str, Any]
    quotes: Sequence[Quote]


@dataclass(frozen=True, slots=True)
class Draft:
    """A whole set. ``extra`` holds what belongs to no item, such as a diagram's type."""

    title: str
    description: str
    items: Sequence[DraftItem]
    language: str
    extra: Mapping[str, Any] = field(default_factory=dict)
