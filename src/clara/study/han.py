"""Terms of Chinese and Japanese, which write no blanks: told by what comes again, and by a change of script."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from clara.study.words import HAN_GLUE

Candidate = tuple[int, int, str]
"""Where a term stands in a sentence, and its kind."""

_YEAR = re.compile(r"(?<![\d.,-])[1-9]\d{2,3}(?=\s?(?:年(?![间間以])|년(?!간)))")
_HAN = re.compile(r"[\u4e00-\u9fff]+")
_RUN = re.compile(r"[\u4e00-\u9fff々ァ-ヶー]{2,12}(?![\u4e00-\u9fff々ァ-ヶー])")
_KATAKANA = re.compile(r"[ァ-ヶー]{3,}")
_KANJI = re.compile(r"[\u4e00-\u9fff々]+")
_PARTICLE = re.compile(
    r"[はがをにへとでのもやかなだ、。，．・（）()「」『』：:；;？！\s]|から|まで|より|など|および|または|である|\Z"
)
_GRAMS = range(2, 6)
_MOST_GRAMS = 400


def japanese(text: str) -> Iterator[Candidate]:
    """Yield runs of kanji and katakana that a particle follows, so that they are neither verbs nor parts of words."""
    yield from years(text)
    for run in _RUN.finditer(text):
        if not _PARTICLE.match(text, run.end()) or text[run.start() - 1 : run.start()] in tuple("ァ々ー"):
            continue
        if _KATAKANA.fullmatch(run[0]):
            yield run.start(), run.end(), "katakana"
        elif _KANJI.fullmatch(run[0]):
            yield run.start(), run.end(), "kanji"
        else:
            yield run.start(), run.end(), "mixed"


class ChineseTerms:
    """The terms of one material: strings of characters that come again, free of those beside them."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._terms = _terms(texts)

    def find(self, text: str) -> Iterator[Candidate]:
        """Yield a sentence's terms at their first places; none that is but a part of a longer one there."""
        yield from years(text)
        taken: list[tuple[int, int]] = []
        for term in sorted((term for term in self._terms if term in text), key=len, reverse=True):
            at = text.find(term)
            end = at + len(term)
            if any(start < end and at < stop for start, stop in taken):
                continue
            taken.append((at, end))
            if len(term) > 2 or _is_edge(text[at - 1 : at]) or _is_edge(text[end : end + 1]):
                yield at, end, f"han{len(term)}"


def years(text: str) -> Iterator[Candidate]:
    """Yield the numbers that a word for "year" follows."""
    for match in _YEAR.finditer(text):
        yield match.start(), match.end(), "year"


def _is_edge(character: str) -> bool:
    """Tell whether a word ends here for certain: at a mark, a blank, or a character that joins words."""
    return not _HAN.match(character) or character in HAN_GLUE


@dataclass(slots=True)
class _Seen:
    count: int = 0
    right: set[str] = field(default_factory=set)
    begins: bool = False

    @property
    def is_free(self) -> bool:
        """Tell whether it comes again among different neighbours, and somewhere begins a word for certain.

        Two neighbours before it may be 公 and 私 of 立学校; what follows an unfinished word is nearly always the same.
        """
        return self.count > 1 and self.begins and len(self.right) > 1


def _terms(texts: Iterable[str]) -> list[str]:
    seen: dict[str, _Seen] = {}
    for text in texts:
        for run in _HAN.finditer(text):
            _see(seen, run[0])
    free = [gram for gram, found in seen.items() if found.is_free]
    counts = Counter({gram: seen[gram].count for gram in seen})
    inside = {
        part
        for gram in free
        for size in range(2, len(gram))
        for part in (gram[at : at + size] for at in range(len(gram) - size + 1))
        if counts[part] <= counts[gram] + 1
    }
    ranked = sorted((gram for gram in free if gram not in inside), key=lambda gram: (-counts[gram] * len(gram), gram))
    return list(islice(ranked, _MOST_GRAMS))


def _see(seen: dict[str, _Seen], run: str) -> None:
    for size in _GRAMS:
        for at in range(len(run) - size + 1):
            gram = run[at : at + size]
            if not HAN_GLUE.isdisjoint(gram):
                continue
            found = seen.setdefault(gram, _Seen())
            found.count += 1
            before, after = run[max(0, at - 1) : at], run[at + size : at + size + 1]
            found.right.add(after or "|")
            found.begins = found.begins or _is_edge(before)
