"""One learner's whole index in memory: every chunk is scored for every question, exactly."""

import math
from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import accumulate, groupby
from operator import or_

import numpy as np
import numpy.typing as npt

from clara.rag.kernels import kernel
from clara.rag.postings import Places, Postings
from clara.rag.ranking import (
    BEGINNING_BONUS,
    RERANKED,
    TITLE_BONUS,
    Floats,
    Query,
    fuse,
    least_cosine,
    lexical_share,
    pair_bonus,
)
from clara.rag.segments import Segment, quantise_one

MAX_CHUNKS = 1 << 24
_FEW_CODES = 12

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Hit:
    """A chunk that was found. ``score`` ranks the hits of one search; the rest can be compared across searches.

    ``cosine`` is None where the chunk has no vector of the embedder that the question was embedded with. ``coverage``
    is the share of the question that the chunk has, from 0 to 1, a rare word counting for more than a common one.
    ``language`` is the one that the chunk was stemmed in.
    """

    document_id: str
    seq: int
    score: float
    bm25: float
    cosine: float | None
    coverage: float
    language: str


@dataclass(frozen=True, slots=True)
class _Group:
    """The chunks from ``start`` to ``end``, all embedded by the same model into vectors of the same length."""

    embedder: str
    start: int
    end: int
    vectors: npt.NDArray[np.int8]
    scales: Floats


@dataclass(frozen=True, slots=True)
class _Scores:
    """For each chunk: what ranks it, what that is made of, and whether it has a vector."""

    fused: Floats
    bm25: Floats
    cosine: Floats
    seen: Mask


class Shard:
    """A learner's segments joined. Immutable and safe to share by threads.

    ``parts`` are (document id, segment); ``folders`` names the folders that each document lies in. Chunks are ordered
    by embedder, its vectors' length, document id and seq, which also settles ties.
    """

    def __init__(self, parts: Sequence[tuple[str, Segment]], folders: Mapping[str, Collection[str]]) -> None:
        filled = [part for part in parts if len(part[1].seqs)]
        ordered = sorted(filled, key=lambda part: (*_space(part[1]), part[0], int(part[1].seqs[0])))
        segments = [segment for _, segment in ordered]
        sizes = np.array([len(segment.seqs) for segment in segments], dtype=np.int64)
        self.size = int(sizes.sum())
        if self.size >= MAX_CHUNKS:
            raise ValueError("a shard holds at most 16 million chunks")
        self.documents = tuple(dict.fromkeys(document for document, _ in ordered))
        self.languages = tuple(sorted({segment.language for segment in segments}))
        spoken = {language: number for number, language in enumerate(self.languages)}
        self._language = np.repeat(np.array([spoken[segment.language] for segment in segments], dtype=np.uint8), sizes)
        self._folders = tuple(frozenset(folders.get(document, ())) for document in self.documents)
        ordinals = {document: ordinal for ordinal, document in enumerate(self.documents)}
        self._document = np.repeat(np.array([ordinals[document] for document, _ in ordered], dtype=np.uint32), sizes)
        self._seq = np.concatenate([np.zeros(0, dtype=np.uint32), *(segment.seqs for segment in segments)])
        shares = [lexical_share(segment.embedder, segment.language) for segment in segments]
        self._share = np.repeat(np.array(shares, dtype=np.float32), sizes)
        self._groups = tuple(_groups(segments))
        self._postings = Postings(segments)
        titles = np.concatenate([np.zeros(0, dtype=np.uint32), *(segment.titles for segment in segments)])
        self._by_title = np.argsort(titles, kind="stable").astype(np.uint32)
        self._titles = titles[self._by_title]
        self._begins = _begins(titles, self._document)
        self._words = np.concatenate([np.zeros(0, dtype=np.uint16), *(segment.words for segment in segments)])
        self._word_starts = _word_starts(segments)

    @property
    def nbytes(self) -> int:
        """Bytes of all arrays."""
        of_chunks = (self._document, self._seq, self._share, self._word_starts, self._language, self._begins)
        arrays = (*of_chunks, self._words, self._titles, self._by_title)
        groups = sum(group.vectors.nbytes + group.scales.nbytes for group in self._groups)
        return sum(array.nbytes for array in arrays) + groups + self._postings.nbytes

    def find(self, query: Query) -> Places:
        """Return where the postings of a question's terms are, for ``search`` and ``holders``."""
        return self._postings.find(query.terms)

    def search(
        self, query: Query, folder_id: str | None = None, limit: int = 8, places: Places | None = None
    ) -> list[Hit]:
        """Return the best chunks of one folder or of all, best first; never one that nothing speaks for."""
        mask = None if folder_id is None else self._mask(folder_id)
        if not self.size or limit < 1 or (mask is not None and not mask.any()):
            return []
        places = self.find(query) if places is None else places
        scores = self._score(query, places, mask)
        ranked = self._ranked(query, scores, limit)
        rows = np.array([row for _, row in ranked], dtype=np.intp)
        cosines = np.where(scores.seen[rows], scores.cosine[rows], np.nan).tolist()
        columns = (
            [self.documents[ordinal] for ordinal in self._document[rows].tolist()],
            self._seq[rows].tolist(),
            [score for score, _ in ranked],
            scores.bm25[rows].tolist(),
            [None if cosine != cosine else cosine for cosine in cosines],
            self._postings.coverage(query.words, places, rows),
            [self.languages[number] for number in self._language[rows].tolist()],
        )
        return [Hit(*values) for values in zip(*columns, strict=True)]

    def holders(self, query: Query, places: Places | None = None) -> list[int]:
        """Return for each of the query's words how many chunks hold it, in all folders."""
        return self._postings.holders(query.words, self.find(query) if places is None else places)

    def size_of(self, folder_id: str | None) -> int:
        """Return how many chunks lie in a folder, or in all."""
        return self.size if folder_id is None else int(np.count_nonzero(self._mask(folder_id)))

    def _mask(self, folder_id: str) -> Mask:
        within = np.array([folder_id in folders for folders in self._folders], dtype=np.bool_)
        return within[self._document]

    def _score(self, query: Query, places: Places, mask: Mask | None) -> _Scores:
        bm25 = self._postings.score(query.terms, places)
        if mask is not None:
            bm25 *= mask
        peak = bm25.max()
        lexical = bm25 / peak if peak > 0 else bm25
        fused = lexical.copy()
        cosine = np.zeros(self.size, dtype=np.float32)
        seen = np.zeros(self.size, dtype=np.bool_)
        for group in self._groups:
            vector = query.vectors.get(group.embedder)
            if (
                vector is None
                or len(vector) != group.vectors.shape[1]
                or not 0 < float(np.abs(vector).sum()) < math.inf
            ):
                continue
            rows = slice(group.start, group.end)
            seen[rows] = True if mask is None else mask[rows]
            eligible = _count(seen[rows])
            if not eligible:
                continue
            _cosine(group, vector, cosine[rows])
            if mask is not None:
                cosine[rows][~mask[rows]] = -1
            fused[rows] = fuse(group.embedder, lexical[rows], cosine[rows], self._share[rows], eligible)
        if 0 < _count(seen) < self.size:
            self._guess(fused, ~seen, float(cosine.max(where=seen, initial=0)))
        self._add_titles(fused, query, mask)
        return _Scores(fused, bm25, cosine, seen)

    def _add_titles(self, fused: Floats, query: Query, mask: Mask | None) -> None:
        if not query.titles:
            return
        codes = np.fromiter(query.titles, dtype=np.uint32, count=len(query.titles))
        starts = self._titles.searchsorted(codes).tolist()
        ends = self._titles.searchsorted(codes, side="right").tolist()
        for share, start, end in zip(query.titles.values(), starts, ends, strict=True):
            if start < end:
                rows = self._by_title[start:end]
                rows = rows if mask is None else rows[mask[rows]]
                fused[rows] += np.float32(TITLE_BONUS * share)
                if share == 1:
                    fused[rows[self._begins[rows]]] += np.float32(BEGINNING_BONUS)

    def _guess(self, fused: Floats, blind: Mask, nearest: float) -> None:
        """Take a chunk without a vector to be as near in meaning, of the nearest, as it is in words."""
        share = self._share[blind]
        fused[blind] *= share + (1 - share) * np.float32(nearest)

    def _ranked(self, query: Query, scores_of: _Scores, limit: int) -> list[tuple[float, int]]:
        fused = scores_of.fused
        rows = _best(fused, max(limit, RERANKED))
        if query.terms:
            rows = self._near_enough(rows, scores_of)
        found = self._pairs_in(rows[:RERANKED], query.pairs)
        scores = [float(fused[row]) for row in rows]
        each = pair_bonus(len(query.pairs)) if found else 0.0
        for at, count in enumerate(found):
            scores[at] += count * each
        order = sorted(range(len(rows)), key=lambda at: (-scores[at], rows[at]))
        return [(scores[at], rows[at]) for at in order[:limit]]

    def _near_enough(self, rows: list[int], scores: _Scores) -> list[int]:
        """Return those rows that hold a word of the question, or are near it in meaning."""
        wordless = [row for row in rows if scores.bm25[row] <= 0 and scores.seen[row]]
        for group in self._groups if wordless else ():
            least = least_cosine(group.embedder)
            if least is not None:
                far = {row for row in wordless if group.start <= row < group.end and scores.cosine[row] < least}
                rows = [row for row in rows if row not in far]
        return rows

    def _pairs_in(self, rows: Sequence[int], pairs: Sequence[Sequence[tuple[int, int]]]) -> list[int]:
        """Return how many of the pairs stand side by side in each chunk; none where the order of words isn't kept."""
        if not pairs or not rows or not len(self._words):
            return []
        chosen = np.array(rows, dtype=np.intp)
        starts, stops = self._word_starts[chosen].tolist(), self._word_starts[chosen + 1].tolist()
        texts = [self._words[start:stop] for start, stop in zip(starts, stops, strict=True)]
        ends = list(accumulate(map(len, texts)))
        words = np.concatenate(texts).astype(np.uint32)
        neighbours = (words[:-1] << np.uint32(16)) | words[1:]
        numbers = {_pair_code(*pair): number for number, alike in enumerate(pairs) for pair in alike}
        found: list[set[int]] = [set() for _ in rows]
        for place in np.flatnonzero(_among(neighbours, list(numbers))).tolist():
            found[bisect_right(ends, place)].add(numbers[int(neighbours[place])])
        return [len(distinct) for distinct in found]


def _begins(titles: npt.NDArray[np.uint32], documents: npt.NDArray[np.uint32]) -> Mask:
    """Return where a section begins: which chunks stand under another heading than the one before."""
    begins = np.ones(len(titles), dtype=np.bool_)
    begins[1:] = (titles[1:] != titles[:-1]) | (documents[1:] != documents[:-1])
    return begins


def _count(mask: Mask) -> int:
    return int(np.count_nonzero(mask))


def _cosine(group: _Group, vector: Floats, out: Floats) -> None:
    row, scale = quantise_one(vector)
    np.multiply(kernel()[1](group.vectors, row), group.scales, out=out, casting="unsafe")
    out *= scale


def _best(fused: Floats, limit: int) -> list[int]:
    """Return the rows of the highest positive scores, ties by row."""
    lowest = np.float32(0)
    if limit < len(fused):
        lowest = np.partition(fused, len(fused) - limit)[len(fused) - limit]
    rows = np.flatnonzero((fused >= lowest) & (fused > 0))
    best: list[int] = rows[np.argsort(-fused[rows], kind="stable")[:limit]].tolist()
    return best


def _space(segment: Segment) -> tuple[str, int]:
    """Return what vectors must have in common to be compared: an endpoint may change its model behind its name."""
    return segment.embedder, segment.vectors.shape[1]


def _groups(segments: Sequence[Segment]) -> list[_Group]:
    groups: list[_Group] = []
    start = 0
    for (name, dim), same in groupby(segments, _space):
        members = list(same)
        end = start + sum(len(segment.seqs) for segment in members)
        if dim:
            vectors = np.concatenate([segment.vectors for segment in members])
            groups.append(_Group(name, start, end, vectors, np.concatenate([segment.scales for segment in members])))
        start = end
    return groups


def _among(codes: npt.NDArray[np.uint32], wanted: Sequence[int]) -> Mask:
    """Return where one of ``wanted`` stands; for a question's few pairs a comparison each is sooner done than isin."""
    if len(wanted) > _FEW_CODES:
        return np.isin(codes, np.array(wanted, dtype=np.uint32))
    return reduce(or_, (codes == np.uint32(code) for code in wanted))


def _pair_code(first: int, second: int) -> int:
    return max(first & 0xFFFF, 1) << 16 | max(second & 0xFFFF, 1)


def _word_starts(segments: Sequence[Segment]) -> npt.NDArray[np.uint32]:
    counts = [
        segment.lengths + np.uint32(1) if len(segment.words) else np.zeros_like(segment.lengths) for segment in segments
    ]
    return np.cumsum(np.concatenate([np.zeros(1, dtype=np.uint32), *counts]), dtype=np.uint32)
