"""A text that is held against an answer, read in every way that could tell it."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from clara.rag.stopwords import stop_words
from clara.tutor.leaks.expressions import NoExpression, expressions, value_of
from clara.tutor.leaks.number_words import in_digits
from clara.tutor.leaks.plain import WORD, letters, plain
from clara.tutor.leaks.quantities import Quantity, quantities
from clara.tutor.leaks.spellings import decoded
from clara.tutor.leaks.told import ASSENT, DISSENT, TOLD

MAX_CHARS = 60_000
_SENTENCE = re.compile(r"[.!?](?=\s|$)|\n|[。！？]")
_MARK = re.compile(r"\[\d{1,3}\](?!\()")
_NUMBERED = re.compile(r"(?m)^\s*(?:#+\s*)?\d{1,2}[.)]\s+(?=\S+\s+\S)")
_OPERATORS = (
    (re.compile(r"\b(?:plus|más|mas|piu|плюс)\b"), "+"),
    (re.compile(r"\b(?:minus|menos|moins|meno|min|минус)\b(?=\s*[\d(])"), "-"),
    (re.compile(r"\b(?:times|multiplied by|mal|por|fois|per|keer|умножить на|vezes)\b(?=\s*[\d(])"), "*"),
    (re.compile(r"\b(?:divided by|over|geteilt durch|entre|divise par|diviso|gedeeld door)(?=\s*[\d(])"), "/"),
    (re.compile(r"\bsquare root of\b"), "sqrt"),
    (re.compile(r"(?<=[\d)])\s*squared\b"), "^2"),
    (re.compile(r"(?<=[\d)])\s*cubed\b"), "^3"),
    (re.compile(r"(?<=\d)\s*x\s*(?=\d)"), "*"),
    (re.compile(r"(?<=\d)\s*out of\s*(?=\d)"), "/"),
    (re.compile(r"(?<=\d)\s?:\s?(?=\d)"), "/"),
    (re.compile(r"\b(?:twice|double|doubled)\s+(?=\d*[a-z]\b)"), "2*"),
)  # fmt: skip
_N = r"(-?\d+(?:\.\d+|/\d+)?)"
_RIGHT = "right|just|immediately|directly|number|integer"
_ROUND_ABOUT: Sequence[tuple[re.Pattern[str], Callable[[float, float], float]]] = (
    (re.compile(rf"{_N} (?:less|fewer|smaller|lower) than {_N}"), lambda a, b: b - a),
    (re.compile(rf"{_N} (?:more|greater|bigger|larger|higher) than {_N}"), lambda a, b: a + b),
    (re.compile(rf"{_N} (?:less|take away|reduced by|without|subtract) {_N}"), lambda a, b: a - b),
    (re.compile(rf"(?:subtract|take|taking|subtracting) {_N} (?:away )?from {_N}"), lambda a, b: b - a),
    (re.compile(rf"(?:half of|1/2 of|half)(?: of)? {_N}()"), lambda a, b: a / 2),
    (re.compile(rf"{_N},? (?:halved|cut in half)()"), lambda a, b: a / 2),
    (re.compile(rf"(?:twice|double)(?: of)? {_N}()"), lambda a, b: a * 2),
    (re.compile(rf"{_N},? (?:doubled|twice)()"), lambda a, b: a * 2),
    (re.compile(rf"(?:triple|thrice)(?: of)? {_N}()"), lambda a, b: a * 3),
    (re.compile(rf"{_N},? (?:tripled|thrice)()"), lambda a, b: a * 3),
    (re.compile(rf"sum of {_N},? (?:and|plus) {_N}"), lambda a, b: a + b),
    (re.compile(rf"(?:product of|multiply|multiplying) {_N} (?:and|by|with|times) {_N}"), lambda a, b: a * b),
    (re.compile(rf"difference (?:of|between) {_N} and {_N}"), lambda a, b: abs(a - b)),
    (re.compile(rf"(?:divide|dividing|share|sharing) {_N} (?:by|among|between) {_N}"), lambda a, b: a / b if b else a),
    (re.compile(rf"(?:add|adding|put) {_N} (?:and|to|onto|with) {_N}"), lambda a, b: a + b),
    (re.compile(rf"{_N} (?:and|plus)(?: then| another| add)* {_N} (?:more|together|in all)"), lambda a, b: a + b),
    (re.compile(rf"{_N} (?:and|plus)(?: then)? (?:another|an extra|a further) {_N}"), lambda a, b: a + b),
    (re.compile(rf"{_N} ?(?:%|percent|per cent) of {_N}"), lambda a, b: a * b / 100),
    (re.compile(rf"1/{_N} of {_N}"), lambda a, b: b / a if a else b),
    (re.compile(rf"(?:{_RIGHT}|one) (?:after|above|following) {_N}()"), lambda a, b: a + 1),
    (re.compile(rf"(?:comes|follows|next)(?: right)? after {_N}()"), lambda a, b: a + 1),
    (re.compile(rf"(?:{_RIGHT}|comes)(?: right)? (?:before|below) {_N}()"), lambda a, b: a - 1),
    (re.compile(rf"numerator\D{{0,20}}{_N}\D{{0,40}}denominator\D{{0,20}}{_N}"), lambda a, b: a / b if b else a),
    (re.compile(rf"top\D{{0,12}}{_N}\D{{0,20}}bottom\D{{0,12}}{_N}"), lambda a, b: a / b if b else a),
    (re.compile(rf"{_N} (?:on|at the) top\D{{0,20}}{_N}"), lambda a, b: a / b if b else a),
    (re.compile(rf"{_N} dozens?()"), lambda a, b: a * 12),
    (re.compile(rf"{_N} dozens? and {_N}"), lambda a, b: a * 12 + b),
)  # fmt: skip
_BETWEEN = (
    re.compile(rf"(?:between|next to) {_N} and {_N}"),
    re.compile(rf"(?:more|larger|greater|bigger|higher|above|over|after)(?: than)? {_N}[^.\n]{{0,30}}?"
               rf"(?:less|smaller|fewer|lower|below|under|before)(?: than)? {_N}"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class RoundAbout:
    """A number that is told through others: "one less than 43" is 42, through 1 and 43."""

    value: float
    through: frozenset[float]


def _number(text: str) -> float:
    over, _, under = text.partition("/")
    return float(over) / (float(under) or 1.0) if under else float(over)


class Reply:
    """A text that is held against an answer, read in every way once."""

    def __init__(self, text: str, depth: int = 0) -> None:
        self.raw = text[:MAX_CHARS]
        marked = _MARK.sub(" ", self.raw)
        self.plain = plain(_NUMBERED.sub("", marked))
        self.text = letters(self.plain)
        self._depth = depth

    @cached_property
    def spoken(self) -> str:
        """With number words as digits, and words of arithmetic as signs."""
        text = in_digits(self.text, TOLD)
        for pattern, sign in _OPERATORS:
            text = pattern.sub(f" {sign} ", text)
        return text

    @cached_property
    def numbers(self) -> Sequence[Quantity]:
        return quantities(self.text)

    @cached_property
    def spoken_numbers(self) -> Sequence[Quantity]:
        return quantities(self.spoken)

    @cached_property
    def sentences(self) -> Sequence[str]:
        return [part for part in _SENTENCE.split(self.text) if part.strip()]

    @cached_property
    def words(self) -> Sequence[str]:
        return WORD.findall(self.text)

    @cached_property
    def values(self) -> Sequence[tuple[str, float]]:
        """Expressions with what they come to."""
        found = []
        for text in {self.text, self.spoken}:
            for expression in expressions(text):
                try:
                    found.append((expression.replace(" ", ""), value_of(expression)))
                except NoExpression:
                    continue
        return found

    @cached_property
    def round_about(self) -> Sequence[RoundAbout]:
        """Numbers that are told through others."""
        found = []
        for text in (self.text, in_digits(self.text)):
            for pattern, work_out in _ROUND_ABOUT:
                for match in pattern.finditer(text):
                    first, second = _number(match[1]), _number(match[2] or "0")
                    through = {first, second} if match[2] else {first}
                    found.append(RoundAbout(work_out(first, second), frozenset(through)))
            for pattern in _BETWEEN:
                for match in pattern.finditer(text):
                    low, high = _number(match[1]), _number(match[2])
                    if high - low == 2:
                        found.append(RoundAbout(low + 1, frozenset((low, high))))
        return found

    @cached_property
    def hidden(self) -> Sequence["Reply"]:
        """What parts of it say, decoded."""
        if self._depth >= 2:
            return ()
        found = {piece for text in (self.raw, self.plain) for piece in decoded(text) if piece.strip()}
        return [Reply(piece, self._depth + 1) for piece in sorted(found)[:200]]


def content_words(text: str) -> list[str]:
    """Return a text's words without function words, in small letters."""
    common = set().union(*(stop_words(language) for language in ("en", "de", "es", "fr", "it", "pt", "nl", "ru")))
    return [word for word in WORD.findall(letters(plain(text))) if word not in common]


def verdict_of(answer: str) -> bool | None:
    """Return what an answer that is only yes or no, true or false, says."""
    said = letters(plain(answer)).strip(" .!")
    if re.fullmatch(letters(ASSENT), said):
        return True
    return False if re.fullmatch(letters(DISSENT), said) else None
