"""How a question becomes weighted evidence, and how two kinds of evidence become one score."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise, product

import numpy as np
import numpy.typing as npt

from clara.rag.embedder import StaticEmbedder, Vectors
from clara.rag.segments import title_code, title_codes
from clara.rag.tokenizer import Tokenizer

Floats = npt.NDArray[np.float32]

EARLIER_WEIGHTS = (0.2, 0.1)
"""What the last and last but one question count beside this one.

Measured on SQuAD with the words that a follow-up shares with the question before it taken out: recall@1 from 75 to 88,
at the price of 0.3 where the question before was about something else.
"""
LEANING_WEIGHT = 0.8
"""What the last question counts where this one leaves its subject to it: "How big is it?"."""
FEW_WORDS = 2
"""Questions of no more words than this ("and in winter?") lean on the earlier ones twice as much."""
PAIR_BONUS = 0.15
"""Added for a chunk that has all neighbouring words of the question side by side. +0.8 recall@1 on SQuAD."""
PAIRS_OF_A_LONG_QUESTION = 5
"""With more pairs than this the bonus shrinks: long descriptions share phrases with passages that don't answer them."""
RERANKED = 20
TITLE_BONUS = 0.3
"""Added for a chunk whose heading is what is asked about: all words of the question, or neighbours among them, which
count by their share. "What is R?" is answered under "What is R?", though every page of the book has that word."""
BEGINNING_BONUS = 0.3
"""Added where a section begins whose heading is the whole question: there it says what its subject is."""
NAME_SHARE = 0.8
"""What a heading counts that is the names in a question: "When was the University of Chicago founded?"."""
WORDS_OF_TITLES = 6
"""In longer questions no headings are looked for."""

_NAMED = re.compile(r"(?<=\w )[A-ZÀ-ÖØ-ÞΑ-ΩА-ЯЁ][\w'’-]*")

_NORMALISED_TOP = 100
_LEXICAL_SHARE = 0.6
_LEAST_COSINE = 0.35


@dataclass(frozen=True, slots=True)
class Query:
    """What a shard is searched for.

    ``terms``: hashes with their weights. ``vectors``: for each embedder's name the question's vector, of length 1.
    ``words``: a weight, and the terms of which any one is that word. ``pairs``: for two words that stand side by side,
    the pairs of terms of which any one is those. ``titles``: how much of the question a heading is that has
    this ``title_code``, from 0 to 1.
    """

    terms: Mapping[int, float]
    vectors: Mapping[str, Floats] = field(default_factory=dict)
    words: Sequence[tuple[float, tuple[int, ...]]] = ()
    titles: Mapping[int, float] = field(default_factory=dict)
    pairs: Sequence[Sequence[tuple[int, int]]] = ()


def make_query(
    tokenizer: Tokenizer,
    languages: Iterable[str],
    question: str,
    earlier: Sequence[str] = (),
    vectors: Mapping[str, Vectors] | None = None,
    leans: bool = False,
) -> Query:
    """Weigh a question and the learner's earlier ones, latest first, of which at most two count.

    ``vectors`` are by embedder's name: the question's in the first row, then those of the earlier ones.
    ``leans``: the question leaves its subject to the latest of them.
    """
    languages = tuple(languages)
    asked = tokenizer.query_words(question, languages)
    factor = 2.0 if len(asked) <= FEW_WORDS else 1.0
    weights = [factor * weight for weight in EARLIER_WEIGHTS[: len(earlier)]]
    if leans and weights:
        weights[0] = LEANING_WEIGHT
    words = dict.fromkeys(asked, 1.0)
    for text, weight in zip(earlier, weights, strict=False):
        for word in tokenizer.query_words(text, languages):
            words.setdefault(word, weight)
    terms: dict[int, float] = {}
    for word, weight in words.items():
        for term in word:
            terms.setdefault(term, weight)
    return Query(
        terms=terms,
        vectors={name: _blend(rows, weights) for name, rows in (vectors or {}).items()},
        words=tuple((weight, word) for word, weight in words.items()),
        titles=_titles(tokenizer, languages, question, asked),
        pairs=tuple(tuple(product(one, following)) for one, following in pairwise(asked)),
    )


def _titles(
    tokenizer: Tokenizer, languages: Sequence[str], question: str, asked: Sequence[tuple[int, ...]]
) -> dict[int, float]:
    if len(asked) > WORDS_OF_TITLES * len(languages):
        return {}
    shares: dict[int, float] = {}
    named = " ".join(_NAMED.findall(question))
    for language in languages:
        if named:
            shares[title_code(tokenizer.terms(named, language))] = NAME_SHARE
        words = asked if len(languages) == 1 else tokenizer.query_words(question, (language,))
        own = [word[0] for word in words[:WORDS_OF_TITLES]]
        for first in range(len(own)):
            for end, code in enumerate(title_codes(own[first:]), 1):
                share = end / len(own)
                if share > shares.get(code, 0.0):
                    shares[code] = share
    shares.pop(0, None)
    return shares


def _blend(rows: Vectors, weights: Sequence[float]) -> Floats:
    factors = np.array((1.0, *weights)[: len(rows)], dtype=np.float32)
    blended: Floats = rows[0] if len(factors) == 1 else np.einsum("i,ij->j", factors, rows[: len(factors)])
    length = math.sqrt(float(np.einsum("i,i->", blended, blended)))
    return blended / np.float32(length) if 0 < length < math.inf else np.zeros_like(blended)


def lexical_share(embedder: str, language: str) -> float:
    """Return what BM25 weighs against the cosine for chunks of that language.

    The static vectors know English far better than other languages: recall@1 of 60 alone, and 15 to 60 elsewhere.
    """
    if embedder != StaticEmbedder.name:
        return _LEXICAL_SHARE
    return 0.5 if language == "en" else 0.7


def least_cosine(embedder: str) -> float | None:
    """Return the cosine below which a chunk without any of the question's words isn't shown; None where unknown.

    Of 23,020 hits for questions on SQuAD 238 held no word, and none of those was right; questions about other books
    found such chunks with cosines up to 0.34 (99th percentile). Weaker floors, as by the share of words, cost answers.
    """
    return _LEAST_COSINE if embedder == StaticEmbedder.name else None


def fuse(embedder: str, lexical: Floats, cosine: Floats, share: Floats, eligible: int) -> Floats:
    """Return share · lexical + (1 - share) · cosine; ``lexical`` is BM25 over the best chunk's, from 0 to 1.

    Cosines of an embedder that isn't known are spread over 0 to 1 by the range of the 100 best of those ``eligible``,
    which are the highest.
    """
    if embedder != StaticEmbedder.name:
        cosine = _spread(cosine, min(_NORMALISED_TOP, eligible))
    fused: Floats = cosine * (1 - share)
    fused += lexical * share
    return fused


def _spread(cosine: Floats, count: int) -> Floats:
    best = np.partition(cosine, len(cosine) - count)[len(cosine) - count :]
    low, high = best.min(initial=1), best.max(initial=-1)
    return np.clip((cosine - low) / (high - low), 0, None) if high > low else np.zeros_like(cosine)


def pair_bonus(pairs: int) -> float:
    """Return what a chunk gains by each of a question's ``pairs`` that it has side by side."""
    return PAIR_BONUS / pairs * min(1.0, PAIRS_OF_A_LONG_QUESTION / pairs)
