"""The terms that material is about: which words of a sentence are worth asking for, and how much."""

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from clara.rag.statements import names, states
from clara.rag.stopwords import stop_words
from clara.rag.tokenizer import Tokenizer
from clara.study.facts import UNSPACED, Fact
from clara.study.words import AFTER_NOUNS, ARTICLES, BEFORE_NOUNS, COMMON_WORDS, HAN_GLUE, NOT_NOUNS

LONGEST_TERM = 40
_MARKS = "\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0900-\u0903\u093a-\u094f\u0951-\u0957\u0962\u0963"
_LETTER = rf"(?:[^\W_]|[{_MARKS}])"
_WORD = re.compile(rf"[^\W_]{_LETTER}*(?:(?:-|(?<=[^\W_]{{3}})['’](?!s\b)){_LETTER}+)*")
_YEAR = re.compile(r"(?<![\d.,-])(?:1\d{3}|20\d\d)(?![\d.,%°-]*\d|[%°\w])")
_KATAKANA = re.compile(r"[ァ-ヶー]{3,12}")
_HAN = re.compile(r"[\u4e00-\u9fff]+")
_KANJI = re.compile(r"[\u4e00-\u9fff々]{2,6}")
_GRAMS = range(2, 6)
_BONUS_DEFINED, _BONUS_TITLED, _BONUS_NAME, _BONUS_PHRASE = 2.5, 1.2, 0.6, 0.8
_COMMON = 0.35
_LEAST_LETTERS = 3


@dataclass(frozen=True, slots=True)
class Term:
    """A term as it stands in a fact's text. ``key`` is the same for all its forms; ``kind`` tells what is like it."""

    text: str
    start: int
    end: int
    key: tuple[int, ...]
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
        self._nouns: set[int] = set()
        self._names: set[str] = set()
        self._found: dict[tuple[str, int], list[Term]] = {}
        self._phrases: Counter[tuple[int, ...]] = Counter()
        for text, language in texts:
            if language not in UNSPACED:
                self._learn(text, language)
        self._grams = _han_terms([text for text, language in texts if language == "zh"])

    def find(self, fact: Fact) -> list[Term]:
        """Return a sentence's terms, best first; each once, at its first place."""
        place = fact.passage.chunk_id, fact.start
        if place not in self._found:
            self._found[place] = self._find(fact)
        return self._found[place]

    def _find(self, fact: Fact) -> list[Term]:
        found: dict[tuple[int, ...], Term] = {}
        for start, end, kind in self._candidates(fact):
            term = self._term(fact, start, end, kind)
            if term is not None and (term.key not in found or found[term.key].value < term.value):
                found[term.key] = term
        return sorted(found.values(), key=lambda term: (-term.value, term.start))

    def key_of(self, text: str, language: str) -> tuple[int, ...]:
        return tuple(self._tokenizer.terms(text, language)) or (-len(text),)

    def _term(self, fact: Fact, start: int, end: int, kind: str) -> Term | None:
        text = fact.text[start:end]
        key = self.key_of(text, fact.language)
        if len(text) > LONGEST_TERM or key[0] < 0:
            return None
        if kind == "year":
            return Term(text, start, end, key, kind, 0.8)
        worth = sum(self._worth(term) for term in key) / len(key)
        common = COMMON_WORDS.get(fact.language, frozenset())
        if kind != "name" and not common.isdisjoint(text.casefold().split()):
            worth *= _COMMON
        if kind == "word" and text.endswith(NOT_NOUNS.get(fact.language, ())):
            worth *= _COMMON
        worth += _BONUS_DEFINED * self._is_defined(fact, start, end)
        worth += _BONUS_TITLED * all(term in self._titled for term in key)
        worth += _BONUS_NAME * (kind == "name") + _BONUS_PHRASE * (len(key) > 1)
        return Term(text, start, end, key, kind, worth)

    def _worth(self, term: int) -> float:
        """Return what a word is worth: often here, rare elsewhere; half for what comes but once."""
        count = self._counts[term]
        return math.log1p(count) * self._rarity.get(term, self._usual) / self._usual * (1.0 if count > 1 else 0.5)

    def _is_defined(self, fact: Fact, start: int, end: int) -> bool:
        leads = {word.casefold() for word in _WORD.findall(fact.text[:start])} <= ARTICLES
        return (leads and states(fact.text[end:], fact.language)) or names(fact.text[:start], fact.language)

    def _candidates(self, fact: Fact) -> Iterator[tuple[int, int, str]]:
        for match in _YEAR.finditer(fact.text):
            yield match.start(), match.end(), "year"
        if fact.language in UNSPACED:
            yield from self._unspaced(fact)
            return
        run: list[re.Match[str]] = []
        for match in _WORD.finditer(fact.text):
            joined = not run or fact.text[run[-1].end() : match.start()] == " "
            if not joined or not _is_content(match[0], fact.language):
                yield from self._of_run(fact, run)
                run = []
            if _is_content(match[0], fact.language):
                run.append(match)
        yield from self._of_run(fact, run)

    def _of_run(self, fact: Fact, run: Sequence[re.Match[str]]) -> Iterator[tuple[int, int, str]]:
        """Yield the terms of words that stand side by side: names, phrases that come again, nouns."""
        named = [self._is_name(fact, match) for match in run]
        for first in range(len(run)):
            for last in range(first, min(first + 3, len(run))):
                start, end = run[first].start(), run[last].end()
                if all(named[first : last + 1]):
                    whole = (first == 0 or not named[first - 1]) and (last + 1 == len(run) or not named[last + 1])
                    if whole:
                        yield start, end, "name"
                elif first < last:
                    key = self.key_of(fact.text[start:end], fact.language)
                    if self._phrases[key] > 1 and key[-1] in self._nouns and not any(named[first : last + 1]):
                        yield start, end, "phrase"
                elif not named[first] and (
                    set(self.key_of(run[first][0], fact.language)) <= self._nouns or self._is_defined(fact, start, end)
                ):
                    yield start, end, "plural" if _is_plural(run[first][0], fact.language) else "word"

    def _is_name(self, fact: Fact, match: re.Match[str]) -> bool:
        """Tell whether a word is a name: a capital in the middle of a sentence, which German gives every noun."""
        word = match[0]
        if fact.language == "de":
            return word.isupper() and len(word) > 1
        if not word[0].isupper() or word == "I":
            return False
        return word in self._names or _WORD.search(fact.text[: match.start()]) is not None

    def _unspaced(self, fact: Fact) -> Iterator[tuple[int, int, str]]:
        if fact.language == "ja":
            for pattern, kind in ((_KATAKANA, "katakana"), (_KANJI, "kanji")):
                for match in pattern.finditer(fact.text):
                    yield match.start(), match.end(), kind
        for gram in self._grams:
            at = fact.text.find(gram)
            if at >= 0:
                yield at, at + len(gram), f"han{len(gram)}"

    def _learn(self, text: str, language: str) -> None:
        """Learn which words are nouns, by what stands beside them, and which phrases come more than once."""
        before, after = BEFORE_NOUNS.get(language, frozenset()), AFTER_NOUNS.get(language, frozenset())
        matches = list(_WORD.finditer(text))
        folded = [match[0].casefold() for match in matches]
        content = [_is_content(match[0], language) for match in matches]
        for at, match in enumerate(matches):
            if not content[at]:
                continue
            if match[0][0].isupper() and text[: match.start()].rstrip("\"'“‘«( ")[-1:].islower():
                self._names.add(match[0])
            ends = at + 1 == len(matches) or not content[at + 1] or text[match.end() : matches[at + 1].start()] != " "
            led = at > 0 and folded[at - 1] in before and text[matches[at - 1].end() : match.start()].isspace()
            followed = at + 1 < len(matches) and folded[at + 1] in after
            if (ends and led) or followed or _looks_like_noun(match[0], language):
                self._nouns.update(self.key_of(match[0], language))
            for words in (2, 3):
                span = matches[at : at + words]
                if len(span) == words and all(content[at : at + words]):
                    phrase = text[span[0].start() : span[-1].end()]
                    if len(phrase) == sum(len(word[0]) for word in span) + words - 1:
                        self._phrases[self.key_of(phrase, language)] += 1


def _is_content(word: str, language: str) -> bool:
    if not word[0].isalpha() or word.casefold() in stop_words(language):
        return False
    return len(word) >= _LEAST_LETTERS or (word.isupper() and len(word) > 1)


def _is_plural(word: str, language: str) -> bool:
    return language in ("en", "es", "fr", "pt") and word.endswith("s") and not word.endswith("ss")


def _looks_like_noun(word: str, language: str) -> bool:
    if language == "de":
        return word[0].isupper() and not word.isupper()
    return language == "ar" and word.startswith("ال") and len(word) > 4


def _han_terms(texts: Sequence[str]) -> list[str]:
    """Return strings of Chinese characters that come again among different neighbours: most of them are terms."""
    counts: Counter[str] = Counter()
    left: dict[str, set[str]] = {}
    right: dict[str, set[str]] = {}
    for text in texts:
        for run in _HAN.finditer(text):
            word = run[0]
            for size in _GRAMS:
                for at in range(len(word) - size + 1):
                    gram = word[at : at + size]
                    if HAN_GLUE.isdisjoint(gram):
                        counts[gram] += 1
                        left.setdefault(gram, set()).add(word[at - 1 : at] or "|")
                        right.setdefault(gram, set()).add(word[at + size : at + size + 1] or "|")
    free = [gram for gram, count in counts.items() if count > 1 and len(left[gram]) > 1 and len(right[gram]) > 1]
    inside = {
        part
        for gram in free
        for size in range(2, len(gram))
        for part in (gram[at : at + size] for at in range(len(gram) - size + 1))
        if counts[part] <= counts[gram] + 1
    }
    ranked = sorted((gram for gram in free if gram not in inside), key=lambda gram: (-counts[gram] * len(gram), gram))
    return list(islice(ranked, 400))
