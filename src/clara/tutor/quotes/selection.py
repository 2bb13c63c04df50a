"""Which sentences are quoted, and how much around them, so that a quote can be read by itself."""

from collections.abc import Sequence
from dataclasses import dataclass

from clara.rag.documents import Passage
from clara.rag.statements import points_back
from clara.tutor.quotes.evidence import Reading, Sentence

MOST_QUOTES = 3
MOST_CHARS = 420
"""The longest quote: two or three sentences."""

_ENOUGH = 0.9
"""The chance, taken together, that one of the quotes holds the answer, beyond which no more are added."""
_LEAST = 0.05
_LEAST_OF_BEST = 0.15
"""A further quote is at least this likely, and this share as likely as the best. On SQuAD's fitted titles that costs
0.9 answers in a hundred and saves a tenth of the text."""
_OPEN_ENDS = (":", "：", ";", "；", ",", "，", "、")
_LINES_CHARS = 240
_LIST_CHARS = 320
_SHORT_LINE = 90


@dataclass(frozen=True, slots=True)
class Quotation:
    """What is quoted of a passage, by its index and the offsets in its text."""

    passage: int
    start: int
    end: int


def choose(passages: Sequence[Passage], languages: Sequence[str], reading: Reading) -> list[Quotation]:
    """Return one to three quotations, the likeliest answer first; none overlaps or repeats another."""
    chosen: list[Quotation] = []
    said: set[str] = set()
    reached = 0.0
    least = max(_LEAST, _LEAST_OF_BEST * reading.sentences[0].chance) if reading.sentences else _LEAST
    for sentence in reading.sentences:
        if chosen and (reached >= _ENOUGH or sentence.chance < least):
            break
        text = passages[sentence.passage].text
        plain = _plain(text[sentence.start : sentence.end])
        if plain in said:
            continue
        reached += sentence.chance
        said.add(plain)
        at = _near(chosen, sentence, text)
        if at is not None:
            chosen[at] = _joined(chosen[at], sentence)
        elif len(chosen) < MOST_QUOTES:
            spans = reading.spans[sentence.passage]
            chosen.append(_around(text, spans, sentence, languages[sentence.passage]))
    return chosen


def _plain(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


def _near(chosen: Sequence[Quotation], sentence: Sentence, text: str) -> int | None:
    """Return which quotation holds the sentence, or touches it and has room for it."""
    for at, quote in enumerate(chosen):
        if quote.passage != sentence.passage:
            continue
        both = _joined(quote, sentence)
        room = both.end - both.start <= MOST_CHARS
        gap = (min(quote.end, sentence.end), max(quote.start, sentence.start))
        if both == quote or (room and _touch(text, *gap)):
            return at
    return None


def _touch(text: str, end: int, start: int) -> bool:
    """Tell whether only blanks lie between two parts, and no paragraph ends there."""
    gap = text[end:start]
    return not gap.strip() and gap.count("\n") < 2


def _joined(quote: Quotation, sentence: Sentence) -> Quotation:
    return Quotation(quote.passage, min(quote.start, sentence.start), max(quote.end, sentence.end))


def _around(text: str, spans: Sequence[tuple[int, int]], sentence: Sentence, language: str) -> Quotation:
    """Return the sentence with what it needs: the one it points back to, the lines it announces or stands among."""
    first = last = sentence.number
    if first > 0 and points_back(text[sentence.start : sentence.end], language):
        before = spans[first - 1]
        can_go_along = _touch(text, before[1], sentence.start) and not _is_line(text, *before)
        first -= can_go_along and _fits(spans, first - 1, last)
    if text[sentence.end - 1] in _OPEN_ENDS:
        last = _run(spans, first, last, _LIST_CHARS)
    elif _is_line(text, sentence.start, sentence.end):
        first, last = _lines(text, spans, first, last)
    return Quotation(sentence.passage, spans[first][0], spans[last][1])


def _fits(spans: Sequence[tuple[int, int]], first: int, last: int, most: int = MOST_CHARS) -> bool:
    return spans[last][1] - spans[first][0] <= most


def _run(spans: Sequence[tuple[int, int]], first: int, last: int, most: int) -> int:
    while last + 1 < len(spans) and _fits(spans, first, last + 1, most):
        last += 1
    return last


def _is_line(text: str, start: int, end: int) -> bool:
    """Tell whether a span is a line that no end mark closes: a heading, an item, a row or a line of code."""
    return end - start <= _SHORT_LINE and text[end - 1] not in '.!?。！？।؟…"”»'


def _lines(text: str, spans: Sequence[tuple[int, int]], first: int, last: int) -> tuple[int, int]:
    """Take in the lines below, up to a whole sentence, and the sentence that announces them."""
    while last + 1 < len(spans) and _fits(spans, first, last + 1, _LINES_CHARS):
        last += 1
        if not _is_line(text, *spans[last]):
            break
    while first > 0 and _fits(spans, first - 1, last):
        announced = text[spans[first - 1][1] - 1] in _OPEN_ENDS
        if not announced and not _is_line(text, *spans[first - 1]):
            break
        first -= 1
        if announced:
            break
    return first, last
