"""The terms that material is about: which words of a sentence are worth asking for, and how much."""

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from clara.rag.chunks import HEADING_SEPARATOR
from clara.rag.statements import names, told_after_copula
from clara.rag.tokenizer import Tokenizer
from clara.study import hangul, rows, thai
from clara.study.facts import UNSPACED, Fact
from clara.study.han import Candidate, ChineseTerms, japanese
from clara.study.hangul import korean
from clara.study.nouns import WORD, Key, Nouns, goes_with_verb, is_article_pair, is_content, is_plural
from clara.study.words import ARTICLES, COMMON_WORDS, NOT_NOUNS

LONGEST_TERM = 40
_YEAR = re.compile(r"(?<![\d.,-])(?:1\d{3}|20\d\d)(?![\d.,%°-]*\d|[%°\w])")
_BONUS_DEFINED, _BONUS_TITLED, _BONUS_NAME, _BONUS_PHRASE = 2.5, 1.2, 0.6, 0.8
_HALF_DEFINED = 0.3
"""Of a definition, what a mere "is" is worth that no noun follows: "The process was continued"."""
_COMMON = 0.35
_NO_NAME = re.compile(
    r"[IVXLC]+|BCE?|CE|AD|[AP]M|(?:Jan|Febr)uary|March|April|May|June|July|August|(?:Septem|Octo|Novem|Decem)ber"
    r"|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
)
"""Written with a capital, and nothing to ask for alone."""


@dataclass(frozen=True, slots=True)
class Term:
    """A term as it stands in a fact's text. ``key`` is the same for all its forms; ``kind`` tells what is like it."""

    text: str
    start: int
    end: int
    key: Key
    kind: str
    value: float


class TermFinder:
    """Knows one material's terms. ``rarity`` gives the inverse document frequency of term hashes."""

    def __init__(self, tokenizer: Tokenizer, facts: Sequence[Fact], rarity: Mapping[int, float]) -> None:
        self._tokenizer = tokenizer
        self._rarity = rarity
        self._usual = max(rarity.values(), default=1.0)
        texts = list(dict.fromkeys((fact.passage.text, fact.language) for fact in facts))
        self._counts = Counter(term for text, language in texts for term in tokenizer.terms(text, language))
        titles = {(fact.passage.heading, fact.language) for fact in facts}
        self._titled = {term for title, language in titles for term in tokenizer.terms(title, language)}
        self._found: dict[tuple[str, int], list[Term]] = {}
        self._nouns = Nouns(self.key_of)
        for text, language in texts:
            if language not in UNSPACED:
                self._nouns.learn(text, language)
        self._chinese = ChineseTerms([text for text, language in texts if language == "zh"])
        above = {
            title for heading, language in titles if language == "th" for title in heading.split(HEADING_SEPARATOR)
        }
        self._thai = thai.ThaiTerms([fact.text for fact in facts if fact.language == "th"], above)

    def find(self, fact: Fact) -> list[Term]:
        """Return a sentence's terms, best first; each once, at its first place."""
        place = fact.passage.chunk_id, fact.start
        if place not in self._found:
            self._found[place] = self._find(fact)
        return self._found[place]

    def is_name(self, text: str) -> bool:
        """Tell whether a word is written with a capital within sentences."""
        return text in self._nouns.names

    def key_of(self, text: str, language: str) -> Key:
        return tuple(self._tokenizer.terms(text, language)) or (-len(text),)

    def _find(self, fact: Fact) -> list[Term]:
        found: dict[Key, Term] = {}
        for start, end, kind in self._candidates(fact):
            term = self._term(fact, start, end, kind)
            if term is not None and (term.key not in found or found[term.key].value < term.value):
                found[term.key] = term
        return sorted(found.values(), key=lambda term: (-term.value, term.start))

    def _term(self, fact: Fact, start: int, end: int, kind: str) -> Term | None:
        text = fact.text[start:end]
        key = self.key_of(text, fact.language)
        if kind == "year":
            return Term(text, start, end, key, kind, 0.8)
        if kind.startswith(rows.KIND):
            return Term(text, start, end, (start, *key), kind, rows.worth(fact.text, start))
        if len(text) > LONGEST_TERM or key[0] < 0:
            return None
        defined = self._defined(fact, start, end)
        if kind in ("word", "plural") and defined < 1 and not self._nouns.is_noun(text, fact.language):
            return None
        worth = sum(self._worth(term) for term in key) / len(key)
        worth += _BONUS_DEFINED * defined + _BONUS_TITLED * all(term in self._titled for term in key)
        worth += _BONUS_NAME * (kind in ("name", "acronym")) + _BONUS_PHRASE * (len(key) > 1)
        return Term(text, start, end, key, kind, worth * self._share(text, kind, fact.language))

    def _share(self, text: str, kind: str, language: str) -> float:
        """Return what is left of the worth of words that are too general, or seldom nouns."""
        if kind not in ("name", "acronym"):
            common = COMMON_WORDS.get(language, frozenset())
            if not common.isdisjoint(text.casefold().split()):
                return _COMMON
        return _COMMON if kind == "word" and text.endswith(NOT_NOUNS.get(language, ())) else 1.0

    def _worth(self, term: int) -> float:
        """Return what a word is worth: often here, rare elsewhere; half for what comes but once."""
        count = self._counts[term]
        return math.log1p(count) * self._rarity.get(term, self._usual) / self._usual * (1.0 if count > 1 else 0.5)

    def _defined(self, fact: Fact, start: int, end: int) -> float:
        """Return 1 where the sentence defines the term, a part of it where it may only tell something of it, else 0."""
        if fact.language == "th":
            return float(thai.defines(fact.text, start, end))
        if fact.language == "ko":
            return float(hangul.defines(fact.text, start, end))
        if names(fact.text[:start], fact.language):
            return 1.0
        if not {word.casefold() for word in WORD.findall(fact.text[:start])} <= ARTICLES:
            return 0.0
        told = told_after_copula(fact.text[end:], fact.language)
        if told is None:
            return 0.0
        first = WORD.findall(told[:60])[:2]
        nouns = [word for word in first if is_content(word, fact.language)]
        is_what = bool(first) and first[0] in ARTICLES
        is_what = is_what or any(self._nouns.is_noun(word, fact.language) for word in nouns)
        return 1.0 if is_what or fact.language in UNSPACED else _HALF_DEFINED

    def _candidates(self, fact: Fact) -> Iterator[Candidate]:
        if rows.cells(fact.text):
            yield from rows.candidates(fact.text)
            return
        if fact.language in UNSPACED:
            yield from self._unspaced(fact)
            return
        for match in _YEAR.finditer(fact.text):
            yield match.start(), match.end(), "year"
        run: list[re.Match[str]] = []
        for match in WORD.finditer(fact.text):
            joined = not run or fact.text[run[-1].end() : match.start()] == " "
            content = is_content(match[0], fact.language)
            if not joined or not content:
                yield from self._of_run(fact, run)
                run = []
            if content:
                run.append(match)
        yield from self._of_run(fact, run)

    def _unspaced(self, fact: Fact) -> Iterator[Candidate]:
        match fact.language:
            case "zh":
                return self._chinese.find(fact.text)
            case "ja":
                return japanese(fact.text)
            case "ko":
                return korean(fact.text)
            case _:
                return self._thai.find(fact.text)

    def _of_run(self, fact: Fact, run: Sequence[re.Match[str]]) -> Iterator[Candidate]:
        """Yield the terms of words that stand side by side: names, phrases that come again, nouns that are in none."""
        named = [self._is_name(fact, match) for match in run]
        within: set[int] = set()
        for first, last in _spans(len(run)):
            start, end = run[first].start(), run[last].end()
            if all(named[first : last + 1]):
                whole = (first == 0 or not named[first - 1]) and (last + 1 == len(run) or not named[last + 1])
                if whole and not (first == last and _NO_NAME.fullmatch(run[first][0])):
                    yield start, end, "acronym" if first == last and run[first][0].isupper() else "name"
            elif first < last and not any(named[first : last + 1]) and self._is_phrase(fact, run[first : last + 1]):
                within.update(range(first, last + 1))
                yield start, end, "phrase"
            elif first == last and first not in within and not goes_with_verb(fact.text, end, fact.language):
                yield start, end, "plural" if is_plural(run[first][0], fact.language) else "word"

    def _is_phrase(self, fact: Fact, words: Sequence[re.Match[str]]) -> bool:
        if all(is_article_pair(one[0], other[0], fact.language) for one, other in pairwise(words)):
            return True
        return self._nouns.is_phrase(fact.text[words[0].start() : words[-1].end()], fact.language)

    def _is_name(self, fact: Fact, match: re.Match[str]) -> bool:
        """Tell whether a word is a name: a capital in the middle of a sentence, which German gives every noun."""
        word = match[0]
        if fact.language == "de":
            return word.isupper() and len(word) > 1
        if not word[0].isupper() or word == "I":
            return False
        return word in self._nouns.names or WORD.search(fact.text[: match.start()]) is not None


def _spans(words: int) -> Iterator[tuple[int, int]]:
    """Yield the first and last word of each span of up to three words, the longest spans first."""
    for size in (3, 2, 1):
        for first in range(words - size + 1):
            yield first, first + size - 1
