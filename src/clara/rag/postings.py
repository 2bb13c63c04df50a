"""BM25 over one learner's chunks: which chunks hold a term, and what each occurrence adds."""

import math
from collections.abc import Collection, Mapping, Sequence
from functools import reduce
from operator import or_

import numpy as np
import numpy.typing as npt

from clara.rag.ranking import Floats
from clara.rag.segments import Segment

K1 = 1.2
B = 0.75

Places = Mapping[int, tuple[int, int]]
Words = Sequence[tuple[float, tuple[int, ...]]]


class Postings:
    """An inverted index in four arrays: ascending hashes, where the postings of each start, chunks, and what they add.

    What a posting adds is computed here and not at each question, inverse document frequency included.
    """

    def __init__(self, segments: Sequence[Segment]) -> None:
        sizes = np.array([len(segment.seqs) for segment in segments], dtype=np.int64)
        self._size = int(sizes.sum())
        keys = _sorted_keys(segments, sizes)
        hashes = (keys >> np.uint64(32)).astype(np.uint32)
        first = np.ones(len(hashes), dtype=np.bool_)
        np.not_equal(hashes[1:], hashes[:-1], out=first[1:])
        bounds = np.append(np.flatnonzero(first), len(keys))
        holders = np.diff(bounds)
        idf = np.log1p((self._size - holders + 0.5) / (holders + 0.5)).astype(np.float32)
        chunks = (keys >> np.uint64(8)).astype(np.uint32) & np.uint32(0xFFFFFF)
        counts = keys.astype(np.uint8).astype(np.float32)
        norms = _norms(segments)
        self._hashes = hashes[first]
        self._starts = bounds.astype(np.uint32)
        self._chunks = chunks.astype(np.uint16) if self._size <= 1 << 16 else chunks
        self._impacts: Floats = np.repeat(idf * np.float32(K1 + 1), holders) * counts
        self._impacts /= counts + norms[chunks]

    @property
    def nbytes(self) -> int:
        """Bytes of all arrays."""
        return self._hashes.nbytes + self._starts.nbytes + self._chunks.nbytes + self._impacts.nbytes

    def find(self, terms: Collection[int]) -> Places:
        """Return where the postings of each term start and end, for those that any chunk holds."""
        if not terms or not len(self._hashes):
            return {}
        wanted = np.fromiter(terms, dtype=np.uint32, count=len(terms))
        at = np.minimum(self._hashes.searchsorted(wanted), len(self._hashes) - 1)
        held = (self._hashes[at] == wanted).tolist()
        starts, ends = self._starts[at].tolist(), self._starts[at + 1].tolist()
        return {term: (start, end) for term, hit, start, end in zip(terms, held, starts, ends, strict=True) if hit}

    def score(self, weights: Mapping[int, float], places: Places) -> Floats:
        """Return each chunk's BM25 for these weighted terms."""
        scores = np.zeros(self._size, dtype=np.float32)
        for term, (start, end) in places.items():
            weight, impacts = weights[term], self._impacts[start:end]
            scores[self._chunks[start:end]] += impacts if weight == 1 else impacts * np.float32(weight)
        return scores

    def holders(self, words: Words, places: Places) -> list[int]:
        """Return for each word how many chunks hold one of its terms, roughly: how many hold the commonest."""
        return [
            max((places[term][1] - places[term][0] for term in terms if term in places), default=0)
            for _, terms in words
        ]

    def coverage(self, words: Words, places: Places, rows: npt.NDArray[np.intp]) -> list[float]:
        """Return for each row the share, by weight and rarity, of the words of which it holds a term."""
        held = np.zeros(len(rows), dtype=np.float64)
        total = 0.0
        wanted = rows.astype(self._chunks.dtype)
        for weight, terms in words:
            found = [places[term] for term in terms if term in places]
            holders = max((end - start for start, end in found), default=0)
            value = weight * math.log1p((self._size - holders + 0.5) / (holders + 0.5))
            total += value
            if found:
                held += value * reduce(or_, (_contains(self._chunks[start:end], wanted) for start, end in found))
        return [0.0] * len(rows) if total == 0 else (held / total).tolist()


def _contains(
    chunks: npt.NDArray[np.unsignedinteger], wanted: npt.NDArray[np.unsignedinteger]
) -> npt.NDArray[np.bool_]:
    places = np.minimum(chunks.searchsorted(wanted), len(chunks) - 1)
    found: npt.NDArray[np.bool_] = chunks[places] == wanted
    return found


def _sorted_keys(segments: Sequence[Segment], sizes: npt.NDArray[np.int64]) -> npt.NDArray[np.uint64]:
    """Return every posting as hash (32 bits), chunk (24) and count (8), ascending: one sort joins all the segments."""
    keys = np.empty(sum(len(segment.chunks) for segment in segments), dtype=np.uint64)
    at = 0
    for segment, first in zip(segments, np.cumsum(sizes) - sizes, strict=True):
        part = keys[at : at + len(segment.chunks)]
        part[:] = np.repeat(segment.hashes, np.diff(segment.starts))
        part <<= np.uint64(24)
        part |= segment.chunks + np.uint64(first)
        part <<= np.uint64(8)
        part |= segment.counts
        at += len(part)
    keys.sort()
    return keys


def _norms(segments: Sequence[Segment]) -> Floats:
    lengths = np.concatenate([np.zeros(0, dtype=np.uint32), *(segment.lengths for segment in segments)])
    mean = max(float(lengths.mean()), 1.0) if len(lengths) else 1.0
    return (K1 * (1 - B + B * lengths / mean)).astype(np.float32)
