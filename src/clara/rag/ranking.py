"""How a question becomes weights, and how two kinds of evidence become one score."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from clara.rag.embedder import StaticEmbedder, Vectors
from clara.rag.tokenizer import Tokenizer

Floats = npt.NDArray[np.float32]

EARLIER_WEIGHTS = (0.3, 0.15)
"""What the terms of the last and last but one question count beside those of this one."""

_NORMALISED_TOP = 100
_LEXICAL_SHARE = 0.6


@dataclass(frozen=True, slots=True)
class Query:
    """Term hashes with their weights, and for each embedder's name the question's vector, of length 1."""

    terms: Mapping[int, float]
    vectors: Mapping[str, Floats] = field(default_factory=dict)


def weigh_terms(
    tokenizer: Tokenizer, languages: Iterable[str], question: str, earlier: Sequence[str] = ()
) -> dict[int, float]:
    """Return the question's terms at 1, and those that only earlier questions (latest first) have at less."""
    languages = tuple(languages)
    weights = dict.fromkeys(tokenizer.query_terms(question, languages), 1.0)
    for text, weight in zip(earlier, EARLIER_WEIGHTS, strict=False):
        for term in tokenizer.query_terms(text, languages):
            weights.setdefault(term, weight)
    return weights


def weigh_vectors(vectors: Vectors) -> Floats:
    """Return one vector for the question (first row) and earlier questions (latest first) by the same weights."""
    weights = np.array((1.0, *EARLIER_WEIGHTS)[: len(vectors)], dtype=np.float32)
    blended: Floats = np.einsum("i,ij->j", weights, vectors[: len(weights)])
    length = float(np.sqrt(np.sum(blended * blended)))
    return blended / length if length > 0 else blended


def lexical_share(embedder: str, language: str) -> float:
    """Return what BM25 weighs against the cosine for chunks of that language.

    The static vectors know English far better than other languages: recall@1 of 60 alone, and 15 to 60 elsewhere.
    """
    if embedder != StaticEmbedder.name:
        return _LEXICAL_SHARE
    return 0.5 if language == "en" else 0.7


def fuse(embedder: str, lexical: Floats, cosine: Floats, share: Floats) -> Floats:
    """Return share · lexical + (1 - share) · cosine; ``lexical`` is BM25 over the best chunk's, from 0 to 1.

    Cosines of an embedder that isn't known are spread over 0 to 1 by the range of their 100 best.
    """
    if embedder != StaticEmbedder.name:
        count = min(_NORMALISED_TOP, len(cosine))
        best = np.partition(cosine, len(cosine) - count)[len(cosine) - count :]
        low, high = float(best[0]), float(best.max())
        cosine = np.clip((cosine - low) / (high - low), 0, None) if high > low else np.zeros_like(cosine)
    return lexical * share + cosine * (1 - share)
