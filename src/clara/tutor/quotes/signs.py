"""What speaks for a sentence as an answer, and what each sign weighs."""

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
