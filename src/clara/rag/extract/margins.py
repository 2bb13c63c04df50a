"""What stands in the margins: running heads, running feet and page numbers, told from the pages around.

A line runs when it stands apart from the text, at the same height as on pages near by, and says the same there or
counts up with the pages. A line of the text that repeats (a table's head, a refrain) doesn't stand apart; a title that
does (on a slide, a card, in a larger font) is content, and stays.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from clara.rag.extract.edges import Edges, Line

REACH = 8
"""Pages before and after that are looked at. A page is decided on when twice as many after it are known."""
NEXT = 2
"""A head that runs is on the next page too, or on the one after that: left and right pages differ."""
LEAST_ALIKE = 2
LEAST_SHARE = 0.5
"""Of the pages that have anything at that height: elsewhere it is where the text begins."""
SLOT_LEAST, SLOT_SHARE = 4, 0.8
"""Where so many pages near by have a head at this very place, whatever stands there is one."""
APART = 1.6
"""Distance from the text, in distances between its lines."""
NUMBER_APART = 1.2
"""The same, of the very number that the file gives the page."""
NUMBER_CHARS = 40
"""The longest line that may be a page number and nothing else."""
LINE_SIZES = 1.6
"""The widest distance between two lines that counts as the usual one, in font sizes: double spacing."""
MAX_ROWS = 2
SAME_HEIGHT = 3.0
LARGER = 1.15
TOP, BOTTOM = 1, -1

_NUMBER = re.compile(r"\d+|\b[ivxlcdm]{1,8}\b")
_ROMAN_ALONE = re.compile(r"[\W_]*[ivxlcdm]{1,8}[\W_]*")
_WORD = re.compile(r"[^\W\d_]+")
_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100, "d": 500, "m": 1000}
_MAX_NUMBERS = 6
_PAGE_WORDS = frozenset(
    re.findall(
        r"\w+",
        "page pages pg p pp of seite von s página pagina pág pag de di sur van sida side av af strona z sayfa "
        "стр страница из с 第 页 頁 共 ページ صفحة",
    )
)
"""They make a number no less a page number."""


class _Candidate(NamedTuple):
    """A line that could run: ``offsets`` are its numbers less the page's, ``words`` what is left without numbers."""

    line: Line
    side: int
    text: str
    words: tuple[str, ...]
    offsets: frozenset[int]
    is_labelled: bool
    is_apart: bool = False

    @property
    def is_number(self) -> bool:
        return bool(self.offsets) and _PAGE_WORDS.issuperset(self.words)

    @property
    def is_own_number(self) -> bool:
        return self.is_labelled and self.is_number


@dataclass(slots=True)
class _Page:
    edges: Edges
    candidates: tuple[_Candidate, ...]
    evident: list[_Candidate] | None = field(default=None)


class Margins:
    """Add each page's edges in order; then ask for each page what runs on it."""

    def __init__(self) -> None:
        self._pages: dict[int, _Page] = {}

    def add(self, index: int, edges: Edges) -> None:
        self._pages[index] = _Page(edges, tuple(_candidates(edges, index)))

    def running(self, index: int) -> list[tuple[int, int]]:
        """Return (start, end) of the lines that run, in order. Ask in order of the pages: earlier ones are forgotten.

        The ``2 * REACH`` pages after this one must be there, as far as the document has them.
        """
        page = self._pages[index]
        found = [c for c in page.candidates if self._runs(c, index, page)]
        self._pages.pop(index - 2 * REACH, None)
        return sorted((c.line.start, c.line.end) for c in found)

    def _runs(self, candidate: _Candidate, index: int, page: _Page) -> bool:
        if index == 0 and not candidate.is_number:
            # What every page says is said once.
            return False
        if candidate.is_own_number and candidate.is_apart:
            # The first page of a chapter has its number where no other page has it.
            return True
        there = running = 0
        for other in range(index - REACH, index + REACH + 1):
            near = self._pages.get(other)
            if near is not None and any(_same_height(line, candidate.line) for line in near.edges.lines):
                there += 1
                running += any(_same_height(c.line, candidate.line) for c in self._evident(other, near))
        if candidate in self._evident(index, page):
            return running >= there * LEAST_SHARE
        return (
            (candidate.is_apart or candidate.is_labelled)
            and page.edges.is_upright
            and running >= max(SLOT_LEAST, there * SLOT_SHARE)
            and not _is_larger(candidate, page)
        )

    def _evident(self, index: int, page: _Page) -> list[_Candidate]:
        if page.evident is None:
            page.evident = [c for c in page.candidates if self._is_evident(c, index, page)]
        return page.evident

    def _is_evident(self, candidate: _Candidate, index: int, page: _Page) -> bool:
        if not candidate.is_number and _is_larger(candidate, page):
            return False
        alike: list[int] = []
        same_words = True
        for other in range(index - REACH, index + REACH + 1):
            near = self._pages.get(other)
            if near is None or other == index:
                continue
            beside = [c for c in near.candidates if c.side == candidate.side and _same_height(c.line, candidate.line)]
            same_words &= all(c.words == candidate.words for c in beside)
            needs_full = candidate.side == TOP and not candidate.is_number
            if (near.edges.is_full or not needs_full) and any(_alike(candidate, c) for c in beside):
                alike.append(abs(other - index))
        if len(alike) < LEAST_ALIKE or min(alike) > NEXT:
            return False
        # "Question 7" on the seventh page is no page number.
        return not (len(candidate.words) == 1 and same_words and candidate.offsets) or (
            candidate.is_number or candidate.is_labelled
        )


def _same_height(one: Line, other: Line) -> bool:
    return abs(one.y - other.y) <= SAME_HEIGHT


def _alike(one: _Candidate, other: _Candidate) -> bool:
    if one.is_apart and other.is_apart and one.text == other.text:
        return True
    both_numbers = one.is_number and other.is_number
    return (both_numbers or (one.is_apart and other.is_apart)) and not one.offsets.isdisjoint(other.offsets)


def _is_larger(candidate: _Candidate, page: _Page) -> bool:
    if candidate.is_labelled:
        return False
    mine = {c.line.start for c in page.candidates}
    largest = max((line.size for line in page.edges.lines if line.start not in mine), default=candidate.line.size)
    return candidate.line.size > largest * LARGER


def _candidates(edges: Edges, index: int) -> Iterator[_Candidate]:
    rows = _rows(edges.lines)
    sides = [(TOP, rows, _rows_apart(rows)), (BOTTOM, rows[::-1], _rows_apart(rows[::-1]))]
    # Where all would be margin, nothing is.
    has_text = len(rows) > sum(apart for _, _, apart in sides)
    for side, ordered, apart in sides:
        for number, row in enumerate(ordered[: max(apart, 1)]):
            for line in row:
                if number >= apart and len(line.text) > NUMBER_CHARS and (edges.label or "\n") not in line.text:
                    continue
                candidate = _candidate(line, side, index, edges.label)
                enough = _rows_apart(ordered, NUMBER_APART) if candidate.is_own_number else apart
                candidate = candidate._replace(is_apart=has_text and number < enough)
                if candidate.is_apart or candidate.is_number or candidate.is_labelled:
                    yield candidate


def _rows(lines: Sequence[Line]) -> list[list[Line]]:
    """Return the lines in rows, from the top of the paper down."""
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: -line.y):
        if rows and rows[-1][0].y - line.y <= SAME_HEIGHT:
            rows[-1].append(line)
        else:
            rows.append([line])
    return rows


def _rows_apart(rows: Sequence[Sequence[Line]], times: float = APART) -> int:
    """Return how many of the outermost rows stand apart from the text, 0 to MAX_ROWS."""
    distances = [abs(one[0].y - other[0].y) for one, other in pairwise(rows)]
    if not distances:
        return len(rows)
    size = sorted(row[0].size for row in rows)[len(rows) // 2] or 1.0
    usual = min([distance for distance in distances if distance >= size * 0.8] + [size * LINE_SIZES])
    return next((at for at, distance in enumerate(distances[:MAX_ROWS], 1) if distance > usual * times), 0)


def _candidate(line: Line, side: int, index: int, label: str) -> _Candidate:
    text = " ".join(line.text.casefold().split())
    numbers = _NUMBER.findall(text)[:_MAX_NUMBERS]
    words = () if _ROMAN_ALONE.fullmatch(text) else tuple(_WORD.findall(text))
    offsets = frozenset(_value(number) - index for number in numbers if len(number) < 9)
    return _Candidate(line, side, text, words, offsets, bool(label) and label.casefold() in numbers)


def _value(number: str) -> int:
    if number.isdecimal():
        return int(number)
    values = [_ROMAN[character] for character in number]
    return sum(-one if one < after else one for one, after in zip(values, [*values[1:], 0], strict=True))
