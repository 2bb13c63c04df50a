"""Rows of a table as they are read from files, "Planet: Venus; Moons: 0.": what to ask of them is a cell."""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from clara.study.han import Candidate

KIND = "cell "
"""Begins the kind of a term that is a cell; the column follows, so that options are of the same column."""
_LONGEST_ROW = 500
_LONGEST_CELL = 80
_CELL = re.compile(r"(?:\A|; )(?P<column>[^:;\n]{1,60}): (?P<value>[^;\n]*?)(?=; [^:;\n]{1,60}: |\.?\Z)")
_EMPTY = frozenset(("", "-", "–", "—", "?", "n/a", "na", "null", "none"))


@dataclass(frozen=True, slots=True)
class Cell:
    """Characters ``start`` to ``end`` of a row's text."""

    column: str
    value: str
    start: int
    end: int


def cells(text: str) -> list[Cell]:
    """Return a row's cells in order; none of a text that is no row, or of one that has but a single cell."""
    if len(text) > _LONGEST_ROW or "\n" in text:
        return []
    found = list(_CELL.finditer(text))
    whole = found and found[0].start() == 0 and found[-1].end() >= len(text) - 1
    if not whole or any(one.end() != other.start() for one, other in pairwise(found)):
        return []
    return [Cell(m["column"], m["value"], *m.span("value")) for m in found] if len(found) > 1 else []


def candidates(text: str) -> Iterator[Candidate]:
    """Yield the cells that can be asked for: none of the first column, which says what the row is about."""
    for cell in cells(text)[1:]:
        if cell.value.casefold() not in _EMPTY and len(cell.value) <= _LONGEST_CELL:
            yield cell.start, cell.end, KIND + cell.column


def worth(text: str, start: int) -> float:
    """Return how much a cell is worth: in each row another column is asked for first, in no order."""
    return 1 + zlib.crc32(f"{start} {text}".encode()) % 1000 / 1000
