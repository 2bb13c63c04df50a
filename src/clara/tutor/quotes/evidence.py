"""How well each sentence of the passages found would answer the question."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from clara.rag import statements
from clara.rag.chunks import HEADING_SEPARATOR
from clara.rag.documents import Passage
from clara.rag.parts import split
from clara.rag.statements import names, points_back, states
from clara.rag.tokenizer import Tokenizer
from clara.tutor.quotes.questions import Asked, Kind, answer_test, head_of
from clara.tutor.quotes.signs import WEIGHTS, Signs

MOST_COMPARED = 12
"""So many sentences, the best by words, are compared by meaning; only they can be quoted."""
UNSEEN_CHUNKS = 50
"""So many more chunks, without the word, are imagined: in a leaflet every word is common, or not there at all."""

_OPENING, _CLOSING = frozenset("(（"), frozenset(")）")

_FACTORS = np.array(WEIGHTS)
_NONE = Signs(*(0.0 for _ in WEIGHTS))
_MEANING = Signs._fields.index("meaning")

Embed = Callable[[Sequence[str]], npt.NDArray[np.float32]]
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the question, its terms, and what it weighs: 1, less if it is "explain" or of an earlier question."""

    rarity: float
    weight: float
    terms: tuple[int, ...]

    @property
    def value(self) -> float:
        return self.rarity * self.weight


def rarity(chunks: int, holders: int) -> float:
    """Return what a word is worth that so many of the chunks hold: inverse document frequency."""
    return math.log((chunks + UNSEEN_CHUNKS + 1) / (holders + 0.5))


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence by its offsets in a passage's text; ``passage`` and ``number`` index the passage and it in there.

    ``chance`` is the probability that this one, of all that were compared, answers.
    """

    passage: int
    number: int
    start: int
    end: int
    chance: float


@dataclass(frozen=True, slots=True)
class Reading:
    """Sentences, likeliest answer first, all spans of each passage, and what the best of them cover of the question.

    Shares are from 0 to 1, by value of the words. ``held`` are the numbers of the words that the first passage holds,
    ``source`` of those that the passage of the likeliest sentence does.
    """

    sentences: Sequence[Sentence]
    spans: Sequence[Sequence[Span]]
    held: frozenset[int] = frozenset()
    passage_share: float = 0.0
    sentence_share: float = 0.0
    nearness: float = 0.0
    meaning: float = 0.0
    source: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class _Row:
    passage: int
    number: int
    signs: Signs


class Reader:
    """Weighs the sentences of passages for one question. ``embed`` is None where vectors don't know the language."""

    def __init__(self, tokenizer: Tokenizer, asked: Asked, words: Sequence[Word], embed: Embed | None) -> None:
        self._tokenizer = tokenizer
        self._asked = asked
        self._values = [word.value for word in words]
        self._total = sum(self._values) or 1.0
        self._known: Mapping[int, int] = {term: at for at, word in enumerate(words) for term in word.terms}
        self._subject = frozenset(at for at, word in enumerate(words) if word.weight == 1)
        self._head = self._headed(words) if asked.kind is Kind.DEFINITION else self._subject
        self._head_terms = frozenset(term for at in self._head for term in words[at].terms)
        self._fits = answer_test(asked)
        self._embed = embed

    def read(self, passages: Sequence[Passage], languages: Sequence[str]) -> Reading:
        """Weigh the passages' sentences. ``languages`` are those that each passage's terms were stemmed in."""
        rows: list[_Row] = []
        spans: list[list[Span]] = []
        held: list[frozenset[int]] = []
        for at, (passage, language) in enumerate(zip(passages, languages, strict=True)):
            rank = passage.score / passages[0].score if passages[0].score > 0 else 1.0
            spans.append(split(passage.text, passage.heading))
            held.append(self._weigh(rows, at, passage, spans[at], language, rank))
        if not rows:
            return Reading((), spans)
        return self._ranked(rows, passages, spans, held)

    def _ranked(
        self, rows: list[_Row], passages: Sequence[Passage], spans: list[list[Span]], held: Sequence[frozenset[int]]
    ) -> Reading:
        features = np.array([row.signs for row in rows])
        best = np.argsort(-(features @ _FACTORS), kind="stable")[:MOST_COMPARED]
        top, rows = features[best], [rows[at] for at in best]
        if self._embed is not None:
            texts = [passages[row.passage].text[slice(*spans[row.passage][row.number])] for row in rows]
            vectors = self._embed([self._asked.text, *texts])
            top[:, _MEANING] = vectors[1:] @ vectors[0]
        scores = top @ _FACTORS
        chances = np.exp(scores - scores.max())
        chances /= chances.sum()
        likeliest = np.argsort(-scores, kind="stable")
        return Reading(
            sentences=[_sentence(rows[at], spans, float(chances[at])) for at in likeliest],
            spans=spans,
            held=held[0],
            passage_share=self._share(held[0]),
            sentence_share=float((top[:, 0] + 0.6 * top[:, 1] + 0.5 * top[:, 2]).max()),
            nearness=float(top[:, 4].max()),
            meaning=float(top[:, _MEANING].max()),
            source=held[rows[likeliest[0]].passage],
        )

    def _weigh(
        self, rows: list[_Row], at: int, passage: Passage, spans: Sequence[Span], language: str, rank: float
    ) -> frozenset[int]:
        """Add those sentences that something speaks for; return the words that the passage holds, headings included."""
        texts = [passage.text[start:end] for start, end in spans]
        found = [self._find(text, language) for text in texts]
        sets = [frozenset(word for _, word in places) for places in found]
        titles = passage.heading.split(HEADING_SEPARATOR)
        headings = [frozenset(word for _, word in self._find(title, language)) for title in titles]
        heading = headings[0].union(*headings)
        held = heading.union(*sets)
        titled = bool(self._subject) and self._subject <= headings[-1]
        contents = statements.is_contents(passage.text)
        covered = self._share(held)
        for number, text in enumerate(texts):
            opens = titled and number == 0
            before = sets[number - 1] - sets[number] if number else frozenset[int]()
            if (sets[number] or before or opens) and statements.says_something(text):
                row = self._signs(text, found[number], language)._replace(
                    before=self._share(before),
                    heading=self._share(heading - sets[number]),
                    passage=covered,
                    rank=rank,
                    opens=opens,
                    contents=contents,
                )
                rows.append(_Row(at, number, row))
        return held

    def _signs(self, text: str, found: Sequence[tuple[int, int]], language: str) -> Signs:
        """Return what the sentence shows by itself."""
        return _NONE._replace(
            own=self._share(frozenset(word for _, word in found)),
            near=self._nearness(found),
            fits=0.0 if self._fits is None else 1.0 if self._fits(text) else -1.0,
            leads=bool(found) and found[0][0] == 0,
            points_back=points_back(text, language),
            defines=self._asked.kind is Kind.DEFINITION and self._defines(text, found, language),
            bare=statements.is_bare(text),
            symbolic=self._asked.kind is not Kind.OTHER and statements.is_symbolic(text),
            broken=statements.is_broken(text),
            asks=statements.asks(text),
        )

    def _defines(self, text: str, found: Sequence[tuple[int, int]], language: str) -> bool:
        """Tell whether the sentence says of what is asked about that it "is" or "means", or what is "called" that."""
        if not self._head or not self._head.issubset(word for _, word in found):
            return False
        start = end = -1
        for first, last in self._tokenizer.spans(text, self._head_terms, (language,)):
            if end >= 0 and first - end > 1:
                break
            start, end = (first if start < 0 else start), last
        leads = found[0][0] == 0 and found[0][1] in self._head and states(text[end:], language)
        # As a short form, in brackets after what it is short for.
        is_short = text[start - 1 : start] in _OPENING and text[end : end + 1] in _CLOSING
        return leads or (is_short and states(text[end + 1 :], language)) or names(text[:start], language)

    def _headed(self, words: Sequence[Word]) -> frozenset[int]:
        """Return what a definition must begin with: "A factor is …" tells what a factor in R is."""
        terms = set(self._tokenizer.query_terms(head_of(self._asked), (self._asked.language,)))
        return frozenset(at for at in self._subject if not terms.isdisjoint(words[at].terms)) or self._subject

    def _find(self, text: str, language: str) -> list[tuple[int, int]]:
        """Return the question's words in a text, as (place among its terms, number of the word)."""
        known = self._known
        return [(at, known[term]) for at, term in enumerate(self._tokenizer.terms(text, language)) if term in known]

    def _share(self, words: frozenset[int]) -> float:
        return sum([self._values[word] for word in words]) / self._total

    def _nearness(self, found: Sequence[tuple[int, int]]) -> float:
        """Return 1 where the question's words stand side by side, less the more lies between them."""
        near = 0.0
        for (at, word), (following, other) in pairwise(found):
            if word != other:
                near += 1 / (following - at)
        return min(near / max(1, len(self._values) - 1), 2.0)


def _sentence(row: _Row, spans: Sequence[Sequence[Span]], chance: float) -> Sentence:
    start, end = spans[row.passage][row.number]
    return Sentence(row.passage, row.number, start, end, chance)
