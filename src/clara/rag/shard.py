"""One learner's whole index in memory: every chunk is scored for every question, exactly."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from clara.rag.kernels import kernel
from clara.rag.ranking import Floats, Query, fuse, lexical_share
from clara.rag.segments import Segment, quantise

K1 = 1.2
B = 0.75
MAX_CHUNKS = 1 << 24

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Hit:
    """A chunk that was found. ``score`` ranks hits of one search; ``bm25`` and ``cosine`` can be compared across them.

    ``cosine`` is None where the chunk has no vector of the embedder that the question was embedded with.
    """

    document_id: str
    seq: int
    score: float
    bm25: float
    cosine: float | None


@dataclass(frozen=True, slots=True)
class _Group:
    """The chunks from ``start`` to ``end``, all embedded by the same model."""

    embedder: str
    start: int
    end: int
    vectors: npt.NDArray[np.int8]
    scales: Floats


class Shard:
    """A learner's segments joined. Immutable and safe to share by threads.

    ``parts`` are (document id, segment); ``folders`` names the folders that each document lies in. Chunks are ordered
    by embedder, document id and seq, which also settles ties.
    """

    def __init__(self, parts: Sequence[tuple[str, Segment]], folders: Mapping[str, Collection[str]]) -> None:
        ordered = sorted(
            parts, key=lambda part: (part[1].embedder, part[0], int(part[1].seqs[0]) if len(part[1].seqs) else 0)
        )
        segments = [segment for _, segment in ordered]
        sizes = np.array([len(segment.seqs) for segment in segments], dtype=np.int64)
        if sizes.sum() >= MAX_CHUNKS:
            raise ValueError("a shard holds at most 16 million chunks")
        self.documents = tuple(dict.fromkeys(document for document, _ in ordered))
        self.languages = tuple(sorted({segment.language for segment in segments}))
        self.size = int(sizes.sum())
        ordinals = {document: ordinal for ordinal, document in enumerate(self.documents)}
        self._folders = tuple(frozenset(folders.get(document, ())) for document in self.documents)
        self._document = np.repeat(np.array([ordinals[document] for document, _ in ordered], dtype=np.uint32), sizes)
        self._seq = _joined([segment.seqs for segment in segments], np.uint32)
        shares = [lexical_share(segment.embedder, segment.language) for segment in segments]
        self._share = np.repeat(np.array(shares, dtype=np.float32), sizes)
        self._groups = tuple(_groups(segments))
        self._hashes, self._starts, self._postings, self._impacts = _invert(segments, sizes)

    @property
    def nbytes(self) -> int:
        """Bytes of all arrays."""
        arrays = (self._document, self._seq, self._share, self._hashes, self._starts, self._postings, self._impacts)
        return sum(array.nbytes for array in arrays) + sum(
            group.vectors.nbytes + group.scales.nbytes for group in self._groups
        )

    def search(self, query: Query, folder_id: str | None = None, limit: int = 8) -> list[Hit]:
        """Return the best chunks, best first, of one folder or of all. A chunk that nothing speaks for isn't returned."""
        if not self.size or limit < 1:
            return []
        mask = None if folder_id is None else self._mask(folder_id)
        bm25 = self._bm25(query.terms)
        if mask is not None:
            bm25 *= mask
        score, cosine, known = self._score(query, bm25, mask)
        rows = _best(score, limit)
        return [
            Hit(
                self.documents[self._document[row]],
                int(self._seq[row]),
                float(score[row]),
                float(bm25[row]),
                float(cosine[row]) if known[row] else None,
            )
            for row in rows
        ]

    def _mask(self, folder_id: str) -> Mask:
        within = np.array([folder_id in folders for folders in self._folders], dtype=np.bool_)
        return within[self._document]

    def _bm25(self, terms: Mapping[int, float]) -> Floats:
        scores = np.zeros(self.size, dtype=np.float32)
        if not terms or not len(self._hashes):
            return scores
        wanted = np.fromiter(terms, dtype=np.uint32, count=len(terms))
        places = np.searchsorted(self._hashes, wanted)
        for place, hashed, weight in zip(places.tolist(), wanted.tolist(), terms.values(), strict=True):
            if place < len(self._hashes) and self._hashes[place] == hashed:
                start, end = self._starts[place], self._starts[place + 1]
                scores[self._postings[start:end]] += self._impacts[start:end] * np.float32(weight)
        return scores

    def _score(self, query: Query, bm25: Floats, mask: Mask | None) -> tuple[Floats, Floats, Mask]:
        peak = float(bm25.max())
        lexical = bm25 / np.float32(peak) if peak > 0 else bm25
        cosine = np.zeros(self.size, dtype=np.float32)
        known = np.zeros(self.size, dtype=np.bool_)
        score = lexical.copy()
        for group in self._groups:
            vector = query.vectors.get(group.embedder)
            if vector is None or len(vector) != group.vectors.shape[1]:
                continue
            rows = slice(group.start, group.end)
            known[rows] = True
            cosine[rows] = _cosine(group, vector)
            if mask is not None:
                cosine[rows] *= mask[rows]
            score[rows] = fuse(group.embedder, lexical[rows], cosine[rows], self._share[rows])
        if known.any() and not known.all():
            # A chunk without a vector is taken to be as near in meaning, of the nearest, as it is in words.
            blind = ~known
            share = self._share[blind]
            score[blind] *= share + (1 - share) * float(max(cosine.max(), 0.0))
        if mask is not None:
            score *= mask
        return score, cosine, known


def _cosine(group: _Group, vector: Floats) -> Floats:
    rows, scales = quantise(vector[None])
    cosine: Floats = kernel()[1](group.vectors, rows[0]).astype(np.float32)
    cosine *= group.scales
    cosine *= scales[0]
    return cosine


def _best(score: Floats, limit: int) -> list[int]:
    """Return the rows of the highest positive scores, ties by row."""
    if limit < len(score):
        threshold = np.partition(score, len(score) - limit)[len(score) - limit]
        rows = np.flatnonzero((score >= threshold) & (score > 0))
    else:
        rows = np.flatnonzero(score > 0)
    order = np.argsort(-score[rows], kind="stable")[:limit]
    return [int(row) for row in rows[order]]


def _joined(arrays: Sequence[npt.NDArray[np.generic]], dtype: type[np.generic]) -> npt.NDArray[np.generic]:
    return np.concatenate(arrays) if arrays else np.zeros(0, dtype=dtype)


def _groups(segments: Sequence[Segment]) -> list[_Group]:
    groups: list[_Group] = []
    start = 0
    for name in dict.fromkeys(segment.embedder for segment in segments):
        members = [segment for segment in segments if segment.embedder == name]
        end = start + sum(len(segment.seqs) for segment in members)
        if members[0].vectors.shape[1]:
            vectors = np.concatenate([segment.vectors for segment in members])
            groups.append(_Group(name, start, end, vectors, np.concatenate([segment.scales for segment in members])))
        start = end
    return groups


def _invert(
    segments: Sequence[Segment], sizes: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint32], npt.NDArray[np.unsignedinteger], Floats]:
    """Join the segments' postings: ascending hashes, where each one's postings start, the chunks, and what each adds.

    One sort of 64-bit keys made of hash (32), chunk (24) and count (8) does it all.
    """
    total = int(sizes.sum())
    if not segments or not total:
        empty = np.zeros(0, dtype=np.uint32)
        return empty, np.zeros(1, dtype=np.uint32), empty, np.zeros(0, dtype=np.float32)
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
    hashes = (keys >> np.uint64(32)).astype(np.uint32)
    starts = np.flatnonzero(np.concatenate(([True], hashes[1:] != hashes[:-1]))) if len(keys) else np.zeros(0, np.int64)
    bounds = np.append(starts, len(keys))
    found = np.diff(bounds)
    idf = np.log(1 + (total - found + 0.5) / (found + 0.5)).astype(np.float32)
    chunks = ((keys >> np.uint64(8)) & np.uint64(0xFFFFFF)).astype(np.uint16 if total <= 1 << 16 else np.uint32)
    counts = (keys & np.uint64(0xFF)).astype(np.float32)
    lengths = np.concatenate([segment.lengths for segment in segments]).astype(np.float32)
    norms = K1 * (1 - B + B * lengths / max(float(lengths.mean()), 1.0))
    impacts = np.repeat(idf, found) * (counts * np.float32(K1 + 1) / (counts + norms[chunks].astype(np.float32)))
    return hashes[starts], bounds.astype(np.uint32), chunks, impacts.astype(np.float32)
