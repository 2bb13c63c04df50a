"""Does the material cover the question at all? Told by what the best passages hold of its words and its meaning."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from clara.rag.search import SearchResult
from clara.rag.tokenizer import Tokenizer
from clara.tutor.evidence import Reading, Word

# What stands in a question with a capital or in digits: names, years, amounts. They can't be paraphrased.
_NAME = re.compile(r"(?<=[\s\"'“‘«(-])[A-ZÀ-ÖØ-ÞΑ-ΩА-ЯЁ][\w'’.-]*|\d[\d.,]*")
_FEWEST_CHUNKS, _MOST_CHUNKS = 20, 20_000
"""The range of corpora in which the constants below were, or may be taken to be, right."""


@dataclass(frozen=True, slots=True)
class Weights:
    """Of a logistic regression: positive means covered."""

    passage: float
    sentence: float
    near: float
    names: float
    chunks: float
    meaning: float
    cosine: float
    constant: float


# Fitted on the titles of SQuAD with an even place in the alphabet: questions against corpora that hold their title, and
# against those that don't, from one title (about 50 chunks) to all the others (about 1,200). The constant is such that
# one in seventeen of the answerable ones is turned away.
WITH_MEANING = Weights(
    passage=3.6, sentence=5.4, near=0.0, names=1.27, chunks=-0.8, meaning=7.9, cosine=4.9, constant=-5.44
)
BY_WORDS = Weights(passage=4.05, sentence=5.7, near=3.3, names=1.4, chunks=-0.6, meaning=0.0, cosine=0.0, constant=-2.2)
UNSPACED_ALLOWANCE = 0.35
"""Added for Chinese and the like, whose terms overlap: a word that is missing takes its neighbours with it.

From the first half of XQuAD's Chinese passages.
"""


def margin(
    weights: Weights, tokenizer: Tokenizer, question: str, words: Sequence[Word], result: SearchResult, reading: Reading
) -> float:
    """Return by how much the material covers the question, in logits: below 0 it is taken not to."""
    if not reading.sentences or not words:
        return -math.inf
    chunks = min(max(result.corpus_chunks, _FEWEST_CHUNKS), _MOST_CHUNKS)
    cosine = max((hit.cosine or 0.0 for hit in result.hits), default=0.0)
    return (
        weights.passage * reading.passage_share
        + weights.sentence * reading.sentence_share
        + weights.near * reading.nearness
        + weights.names * _share_of_names(tokenizer, question, words, result.languages, reading)
        + weights.chunks * math.log(chunks)
        + weights.meaning * reading.meaning
        + weights.cosine * cosine
        + weights.constant
    )


def _share_of_names(
    tokenizer: Tokenizer, question: str, words: Sequence[Word], languages: Sequence[str], reading: Reading
) -> float:
    """Return how much of the names and numbers asked about the best passage holds; 1 if there are none."""
    names = set(tokenizer.query_terms(" ".join(_NAME.findall(question)), languages))
    values = {at: word.value for at, word in enumerate(words) if not names.isdisjoint(word.terms)}
    total = sum(values.values())
    return sum(value for at, value in values.items() if at in reading.held) / total if total > 0 else 1.0
