"""Does the material cover the question at all? Told by what the best passages hold of its words and its meaning."""

import math
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from clara.rag.search import SearchResult
from clara.rag.tokenizer import Tokenizer
from clara.tutor.quotes.evidence import Reading, Word
from clara.tutor.quotes.questions import Asked

# What stands in a question with a capital or in digits: names, years, amounts. They can't be paraphrased.
_NAME = re.compile(r"(?<![.?!:]\s)(?<=[\s\"'“‘«(-])[A-ZÀ-ÖØ-ÞΑ-ΩА-ЯЁ][\w'’.-]*|\d[\d.,]*")
_GERMAN = "de"
"""Writes every noun with a capital."""
_FEWEST_CHUNKS, _MOST_CHUNKS = 20, 20_000
"""The range of corpora in which the constants below were, or may be taken to be, right."""


@dataclass(frozen=True, slots=True)
class Weights:
    """Of a logistic regression: positive means covered. ``lacks``: the best sentence's passage lacks a name."""

    passage: float
    sentence: float
    near: float
    names: float
    lacks: float
    chunks: float
    meaning: float
    cosine: float
    constant: float


# Fitted on the titles of SQuAD with an even place in the alphabet: questions against corpora that hold their title,
# against those that don't, from one title (about 50 chunks) to all the others (about 1,200), and, counted a fifth,
# questions of which a name was replaced by another of the same title. The constant is such that one in fourteen of the
# answerable ones is turned away. "When was the Roman Empire founded?" isn't answered by when the Republic was.
WITH_MEANING = Weights(
    passage=3.27, sentence=4.06, near=1.36, names=1.04, lacks=-2.36,
    chunks=-0.8, meaning=9.17, cosine=3.72, constant=-4.2,
)  # fmt: skip
BY_WORDS = Weights(
    passage=3.88, sentence=4.83, near=3.68, names=1.52, lacks=-1.53,
    chunks=-0.6, meaning=0.0, cosine=0.0, constant=-1.93,
)  # fmt: skip
UNKNOWN_NAME = -6.0
"""Added where a name that is asked about stands nowhere in the files: of SQuAD's answers one in 120 is found so, and
what the weights above, fitted on large corpora, make of it is too little in a small one."""
UNSPACED_ALLOWANCE = 0.2
"""Added for Chinese and the like, whose terms overlap: a word that is missing takes its neighbours with it.

From the first half of XQuAD's Chinese passages.
"""


def margin(
    weights: Weights, tokenizer: Tokenizer, asked: Asked, words: Sequence[Word], result: SearchResult, reading: Reading
) -> float:
    """Return by how much the material covers the question, in logits: below 0 it is taken not to."""
    if not reading.sentences or not words:
        return -math.inf
    chunks = min(max(result.corpus_chunks, _FEWEST_CHUNKS), _MOST_CHUNKS)
    cosine = max((hit.cosine or 0.0 for hit in result.hits), default=0.0)
    names = _names(tokenizer, asked.text, words, result.languages)
    in_passage = names.keys() <= reading.source
    in_files = all(result.words[at][1] for at in names)
    return (
        weights.passage * reading.passage_share
        + weights.sentence * reading.sentence_share
        + weights.near * reading.nearness
        + weights.names * _share(names, reading.held)
        + (0.0 if in_passage or asked.language == _GERMAN else weights.lacks)
        + (0.0 if in_files or asked.language == _GERMAN else UNKNOWN_NAME)
        + weights.chunks * math.log(chunks)
        + weights.meaning * reading.meaning
        + weights.cosine * cosine
        + weights.constant
    )


def _names(tokenizer: Tokenizer, question: str, words: Sequence[Word], languages: Sequence[str]) -> Mapping[int, float]:
    """Return the values of those words, by number, that are names and numbers."""
    names = set(tokenizer.query_terms(" ".join(_NAME.findall(question)), languages))
    return {at: word.value for at, word in enumerate(words) if not names.isdisjoint(word.terms)}


def _share(values: Mapping[int, float], held: Collection[int]) -> float:
    """Return how much of the values is held; 1 if there are none."""
    total = sum(values.values())
    return sum(value for at, value in values.items() if at in held) / total if total > 0 else 1.0
