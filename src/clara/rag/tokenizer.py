"""From text to term hashes, the same for passages and questions, and back to the characters that matched.

Words are runs of letters, digits and combining marks, NFKC and case folded, stemmed by language. Scripts that write no
spaces are cut into overlapping grams. Raise VERSION when any text may give other terms: segments carry it.
"""

import re
import threading
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cache
from hashlib import blake2b
from itertools import chain
from operator import add

import Stemmer

from clara.rag.irregular import other_forms
from clara.rag.languages import UNKNOWN, question_language
from clara.rag.stopwords import asking_words, stop_words

VERSION = 1

_ALGORITHMS = {
    "ar": "arabic", "ca": "catalan", "cs": "czech", "da": "danish", "de": "german", "el": "greek",
    "en": "english", "es": "spanish", "fa": "persian", "fi": "finnish", "fr": "french", "hi": "hindi",
    "hu": "hungarian", "hy": "armenian", "id": "indonesian", "it": "italian", "ne": "nepali", "nl": "dutch",
    "no": "norwegian", "pl": "polish", "pt": "portuguese", "ro": "romanian", "ru": "russian", "sr": "serbian",
    "sv": "swedish", "ta": "tamil", "tr": "turkish",
}  # fmt: skip
CACHED_WORDS = 50_000
"""Of all languages together: about 12 MB."""
_LONGEST_CACHED = 40
_CLUSTERS_A_GRAM = 3
"""About four letters. English without its blanks finds 40 % of answers first by pairs, 78 by threes, 82 by fours."""

# Han, kana, bopomofo and Hangul: one character is a syllable or a word.
_IDEOGRAPHS = (
    "\u3005-\u3007\u3041-\u3096\u309d-\u30ff\u3105-\u312f\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7a3\uf900-\ufaff\uff66-\uff9f\U0001b000-\U0001b16f\U00020000-\U0003ffff"
)
# Thai, Lao, Myanmar and Khmer: alphabets written without spaces.
_ALPHABETS = "\u0e01-\u0e4e\u0e80-\u0ecf\u1000-\u1049\u1050-\u109f\u1780-\u17d3"
_SOFT_HYPHEN = "[\u00ad\ufffe\x02]+(?:\r?\n[ \t]*)?"
_LINE_END_HYPHEN = "[-\u2010]\r?\n[ \t]*"


class Tokenizer:
    """Turns text into 32-bit term hashes, the same in every process and on every platform; threads may share it."""

    def __init__(self, cached_words: int = CACHED_WORDS) -> None:
        self._most = cached_words
        self._words: dict[str, dict[str, tuple[int, ...]]] = {}
        self._known = 0
        self._grams: dict[str, int] = {}
        self._patterns = _patterns()

    def terms(self, text: str, language: str) -> list[int]:
        """Return the text's term hashes in reading order, without the function words of that language."""
        known = self._words.setdefault(language, {})
        terms: list[int] = []
        for word in self._patterns.word.findall(text):
            found = known.get(word)
            terms += self._learn(word, language) if found is None else found
        return terms

    def forget(self) -> None:
        """Drop the words seen so far: they may be a deleted file's."""
        self._words, self._grams, self._known = {}, {}, 0

    def query_words(self, text: str, languages: Iterable[str]) -> list[tuple[int, ...]]:
        """Return a question's distinct words in reading order, each as its stems in the corpus's languages.

        An irregular verb's are those of all its forms.

        Function words are those of the question's language: one that slips through is so rare in the index of documents
        in other languages that it would outweigh the rest of the question. Where all words would go, and no document is
        in that language or it can't be told, those stay that some document's language has as content.
        """
        languages = tuple(languages)
        own = question_language(text, languages)
        if (asking := asking_words(own)) is not None:
            text = asking.sub(" ", text)
        found = self._content(text, languages, languages if own == UNKNOWN else (own,))
        return found if found or own in languages else self._content(text, languages, ())

    def _content(self, text: str, languages: tuple[str, ...], ignoring: tuple[str, ...]) -> list[tuple[int, ...]]:
        """Return the words without those that are function words in one of the languages of ``ignoring``."""
        words: dict[tuple[int, ...], None] = {}
        for word in self._patterns.word.findall(text):
            found = [self._terms_of(word, language) for language in languages]
            if not all(found if ignoring == languages else [self._terms_of(word, language) for language in ignoring]):
                continue
            distinct = dict.fromkeys(chain.from_iterable(found))
            if max(map(len, found), default=0) > 1:
                words.update(((term,), None) for term in distinct)
                continue
            for language in languages if distinct else ():
                for form in other_forms(word, language):
                    distinct.update(dict.fromkeys(self._terms_of(form, language)))
            words[tuple(distinct)] = None
        words.pop((), None)
        return list(words)

    def query_terms(self, text: str, languages: Iterable[str]) -> list[int]:
        """Return the distinct terms of a question's words."""
        return list(dict.fromkeys(chain.from_iterable(self.query_words(text, languages))))

    def spans(self, text: str, terms: Collection[int], languages: Sequence[str]) -> list[tuple[int, int]]:
        """Return ascending, disjoint (start, end) offsets in ``text`` of the words or grams that hold a term."""
        wanted = frozenset(terms)
        words = self._patterns.word.findall(text)
        held = self._holding(set(words), wanted, languages)
        spans: list[tuple[int, int]] = []
        at = 0
        for word in words:
            at = text.index(word, at)
            if word in held:
                for start, end in self._grams_of(word):
                    if self._holds(word[start:end], wanted, languages):
                        _append(spans, at + start, at + end)
            at += len(word)
        return spans

    def _holding(self, words: Collection[str], wanted: frozenset[int], languages: Sequence[str]) -> set[str]:
        """Return the words that ``_holds``, a whole passage's at once: that halves the time of a search that marks."""
        held: set[str] = set()
        for language in languages:
            known = self._words.get(language, {})
            for word in words:
                found = known.get(word)
                if not wanted.isdisjoint(self._learn(word, language) if found is None else found):
                    held.add(word)
        return held

    def _holds(self, word: str, wanted: frozenset[int], languages: Sequence[str]) -> bool:
        return any(not wanted.isdisjoint(self._terms_of(word, language)) for language in languages)

    def _terms_of(self, word: str, language: str) -> tuple[int, ...]:
        known = self._words.get(language)
        found = known.get(word) if known is not None else None
        return self._learn(word, language) if found is None else found

    def _grams_of(self, word: str) -> Iterator[tuple[int, int]]:
        """Yield the offsets of a word's parts: its grams where it is written without spaces, else the whole word."""
        if not self._patterns.unspaced.search(word):
            yield 0, len(word)
            return
        for run in self._patterns.run.finditer(word):
            for start, end in self._windows(run[0]):
                yield run.start() + start, run.start() + end

    def _learn(self, word: str, language: str) -> tuple[int, ...]:
        terms = tuple(self._analyse(word, language))
        if len(word) <= _LONGEST_CACHED and not self._patterns.unspaced.search(word):
            if self._known >= self._most:
                self._words, self._known = {}, 0
            self._words.setdefault(language, {})[word] = terms
            self._known += 1
        return terms

    def _analyse(self, word: str, language: str) -> Iterator[int]:
        parts = self._patterns.line_end_hyphen.split(word)
        for variant in ("".join(parts), *parts) if len(parts) > 1 else parts:
            for run in self._patterns.run.findall(self._normalise(variant, language)):
                if self._patterns.ideograph.match(run):
                    yield from self._gram_terms(list(map(add, run, run[1:])) or [run])
                elif self._patterns.unspaced.match(run):
                    yield from self._gram_terms([run[start:end] for start, end in self._windows(run)])
                elif run not in stop_words(language):
                    yield _hash(_unaccented(_stem(run, language), language))

    def _normalise(self, word: str, language: str) -> str:
        word = unicodedata.normalize("NFKC", self._patterns.soft_hyphen.sub("", word))
        if language == "tr":
            word = word.replace("I", "ı").replace("İ", "i")
        return unicodedata.normalize("NFKC", word.casefold())

    def _windows(self, run: str) -> list[tuple[int, int]]:
        if not self._patterns.unspaced.match(run):
            return [(0, len(run))]
        if self._patterns.ideograph.match(run):
            return [(at, at + 2) for at in range(len(run) - 1)] or [(0, 1)]
        ends = [cluster.end() for cluster in self._patterns.cluster.finditer(run)]
        starts = [0, *ends[:-1]]
        return list(zip(starts, ends[_CLUSTERS_A_GRAM - 1 :], strict=False)) or [(0, len(run))]

    def _gram_terms(self, grams: list[str]) -> list[int]:
        known = self._grams
        if len(known) > self._most:
            known = self._grams = {}
        try:
            return [known[gram] for gram in grams]
        except KeyError:
            known.update((gram, _hash(gram)) for gram in grams if gram not in known)
            return [known[gram] for gram in grams]


class _Patterns:
    def __init__(self) -> None:
        marks = _marks()
        unspaced = _IDEOGRAPHS + _ALPHABETS
        self.word = re.compile(f"[\\w{marks}]+(?:(?:{_SOFT_HYPHEN}|{_LINE_END_HYPHEN})[\\w{marks}]+)*")
        self.run = re.compile(f"[{_IDEOGRAPHS}]+|[{_ALPHABETS}]+|(?:[^\\W_{unspaced}]|[{marks}])+")
        self.cluster = re.compile(f"(?s:.)[{marks}]*")
        self.unspaced = re.compile(f"[{unspaced}]")
        self.ideograph = re.compile(f"[{_IDEOGRAPHS}]")
        self.soft_hyphen = re.compile(_SOFT_HYPHEN)
        self.line_end_hyphen = re.compile(_LINE_END_HYPHEN)


@cache
def _patterns() -> _Patterns:
    return _Patterns()


def _marks() -> str:
    """Return the combining marks as the inside of a character class: ``\\w`` leaves them out and so cuts Hindi words.

    Those of the basic plane: ``re`` tests each range beyond it one by one, which makes the scan four times slower.
    """
    ranges: list[list[int]] = []
    for code in range(0x300, 0x10000):
        if unicodedata.category(chr(code)).startswith("M"):
            if ranges and ranges[-1][1] == code - 1:
                ranges[-1][1] = code
            else:
                ranges.append([code, code])
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in ranges)


_stemming = threading.Lock()


@cache
def _stemmer(language: str) -> Stemmer.Stemmer | None:
    return Stemmer.Stemmer(_ALGORITHMS[language], 0) if language in _ALGORITHMS else None


def _stem(word: str, language: str) -> str:
    stemmer = _stemmer(language)
    if stemmer is None:
        return word
    with _stemming:
        return str(stemmer.stemWord(word))


def _unaccented(word: str, language: str) -> str:
    """Return the word with its Latin letters bare, for learners type "Godel" and "cafe"; Vietnamese needs its tones."""
    if word.isascii() or language == "vi":
        return word
    letters: list[str] = []
    for character in word.translate(_BARE):
        bare = unicodedata.normalize("NFD", character)[0]
        letters.append(bare if bare.isascii() else character)
    return "".join(letters)


_BARE = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe"})


def _hash(term: str) -> int:
    return int.from_bytes(blake2b(term.encode("utf-8", "surrogatepass"), digest_size=4).digest(), "little")


def _append(spans: list[tuple[int, int]], start: int, end: int) -> None:
    if spans and start <= spans[-1][1]:
        spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
    else:
        spans.append((start, end))
