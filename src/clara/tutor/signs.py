"""What speaks for a sentence as an answer, what each sign weighs, and those that its mere shape shows."""

import re
from typing import NamedTuple


class Signs(NamedTuple):
    """Shares and cosines are from -1 to 1, the rest 0 or 1, except ``fits``: 1 yes, -1 no, 0 where it can't be told.

    Of the question's words: ``own`` are in the sentence, ``before`` only in the one before it, ``heading`` only in the
    headings above, ``passage`` anywhere in the passage; ``near`` is how close together they stand.
    """

    own: float
    before: float
    heading: float
    passage: float
    near: float
    rank: float
    fits: float
    leads: float
    points_back: float
    defines: float
    opens: float
    bare: float
    symbolic: float
    broken: float
    asks: float
    contents: float
    meaning: float


# Down to points_back, and meaning, fitted by conditional logistic regression on the questions of every other title of
# SQuAD: which sentence of the passages found holds the gold answer? The rest, which SQuAD hardly shows, by reading
# answers from manuals.
WEIGHTS = Signs(
    own=7.8,
    before=5.0,
    heading=5.3,
    passage=2.7,
    near=1.8,
    rank=4.5,
    fits=1.1,
    leads=0.5,
    points_back=0.5,
    defines=2.5,
    opens=1.5,
    bare=-2.0,
    symbolic=-1.5,
    broken=-1.5,
    asks=-2.0,
    contents=-4.0,
    meaning=3.4,
)

_LEAST_LETTERS = 5
_BARE_CHARS = 60
_SYMBOLS = re.compile(r"[^\w\s.,;:!?'\"’“”()\-–]")
_SYMBOL_SHARE = 0.08
_LEADERS = re.compile(r"(?:\. ?){4,}")
_FEW_LEADERS = 2
_FURNITURE = re.compile(
    r"^(?:\s*\d{1,4}\s*|(?:chapter|section|part|appendix|kapitel|abschnitt|capítulo|sección|chapitre|capitolo|hoofdstuk"
    r"|глава|раздел)\s+\w{1,4}\b.{0,80})$",
    re.IGNORECASE | re.MULTILINE,
)


def says_something(text: str) -> bool:
    """Tell whether a part of a text is more than a mark, an initial or a number."""
    return sum(map(str.isalnum, text)) >= _LEAST_LETTERS


def is_bare(text: str) -> bool:
    """Tell whether it is a short line without an end mark: a heading, a running title or a cell."""
    return len(text) <= _BARE_CHARS and text[-1].isalnum()


def is_symbolic(text: str) -> bool:
    """Tell whether it is code or formulas rather than prose."""
    return len(_SYMBOLS.findall(text)) > _SYMBOL_SHARE * len(text)


def is_broken(text: str) -> bool:
    """Tell whether a running title or a page number stands in the middle of it."""
    return "\n" in text and _FURNITURE.search(text) is not None


def asks(text: str) -> bool:
    return text.endswith(("?", "？", "؟"))


def is_contents(text: str) -> bool:
    """Tell whether a passage is of a table of contents, by the dots between titles and pages."""
    return len(_LEADERS.findall(text)) > _FEW_LEADERS
