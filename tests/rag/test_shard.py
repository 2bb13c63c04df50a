"""Search in a shard gives what an obvious, slow search over dictionaries and float vectors gives."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clara.rag.documents import Chunk
from clara.rag.postings import K1, B
from clara.rag.ranking import BEGINNING_BONUS, PAIR_BONUS, RERANKED, TITLE_BONUS, Query, make_query
from clara.rag.segments import Segment, build_segment, indexed_text, quantise, title_code
from clara.rag.shard import Shard
from clara.rag.tokenizer import Tokenizer

TOKENIZER = Tokenizer()
STATIC = "wordllama-256"
DIM = 6
WORDS = [
    "cell", "energy", "plant", "light", "water", "sugar", "mitochondrion", "chlorophyll", "leaf",
    "root", "the", "of", "黑豹", "队的", "luz", "células",
]  # fmt: skip

HEADINGS = ["", "The cell", "Cell › Energy of plants", "1.2 Plant › 3 Leaf", "黑豹"]


@dataclass(frozen=True)
class Part:
    document: str
    first_seq: int
    texts: tuple[str, ...]
    language: str
    embedder: str
    seed: int
    headings: tuple[str, ...] = ("",)

    @property
    def chunks(self) -> list[Chunk]:
        headings = [self.headings[at * len(self.headings) // len(self.texts)] for at in range(len(self.texts))]
        return [
            Chunk(self.first_seq + at, 1, 1, 0, 1, heading, text)
            for at, (heading, text) in enumerate(zip(headings, self.texts, strict=True))
        ]

    def build(self) -> Segment:
        vectors = vectors_of(self.seed, len(self.texts), 0 if self.embedder == "none" else DIM)
        return build_segment(
            self.chunks, language=self.language, tokenizer=TOKENIZER, embedder=self.embedder, vectors=vectors
        )


def vectors_of(seed: int, rows: int, dim: int = DIM) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(rows, dim)).astype(np.float32)


def dequantised(vectors: np.ndarray) -> np.ndarray:
    rows, scales = quantise(vectors)
    return rows.astype(np.float64) * scales[:, None].astype(np.float64)


class SlowSearch:
    """Every rule of ranking written down once more, without arrays, sorting tricks or caches."""

    def __init__(self, parts: Sequence[Part], folders: Mapping[str, set[str]]) -> None:
        self.folders = folders
        self.rows = []
        self.titles: list[tuple[str, int]] = []
        for part in sorted(parts, key=lambda part: (part.embedder, part.document, part.first_seq)):
            vectors = None if part.embedder == "none" else dequantised(vectors_of(part.seed, len(part.texts)))
            for at, chunk in enumerate(part.chunks):
                terms = TOKENIZER.terms(indexed_text(chunk), part.language)
                title = TOKENIZER.terms(chunk.heading.split(" › ")[-1].lstrip("0123456789. "), part.language)
                self.rows.append((part, chunk.seq, terms, None if vectors is None else vectors[at]))
                self.titles.append((part.document, title_code(title)))
        self.mean = max(np.mean([len(terms) for _, _, terms, _ in self.rows]), 1) if self.rows else 1
        self.holders = Counter(term for _, _, terms, _ in self.rows for term in set(terms))

    def idf(self, holders: int) -> float:
        return math.log(1 + (len(self.rows) - holders + 0.5) / (holders + 0.5))

    def bm25(self, terms: Sequence[int], weights: Mapping[int, float]) -> float:
        norm = K1 * (1 - B + B * len(terms) / self.mean)
        counts = Counter(terms)
        return sum(
            weight * self.idf(self.holders[term]) * counts[term] * (K1 + 1) / (counts[term] + norm)
            for term, weight in weights.items()
            if counts[term]
        )

    def search(self, query: Query, folder: str | None) -> list[tuple[str, int, float, float, float | None, float]]:
        rows = [row for row in self.rows if folder is None or folder in self.folders.get(row[0].document, ())]
        bm25 = [self.bm25(terms, query.terms) for _, _, terms, _ in rows]
        peak = max(bm25, default=0) or 1
        cosines = [self.cosine(query, part.embedder, vector) for part, _, _, vector in rows]
        nearest = max((cosine for cosine in cosines if cosine is not None), default=None)
        found = []
        for (part, seq, terms, _), score, cosine in zip(rows, bm25, cosines, strict=True):
            lexical = score / peak
            share = 0.6 if part.embedder != STATIC else 0.5 if part.language == "en" else 0.7
            if cosine is not None:
                near = cosine if part.embedder == STATIC else self.spread(cosine, part.embedder, rows, cosines)
                fused = share * lexical + (1 - share) * near
            elif nearest is None:
                fused = lexical
            else:
                fused = lexical * (share + (1 - share) * max(nearest, 0))
            fused += self.for_its_heading(query, part.document, seq)
            found.append((part.document, seq, fused, score, cosine, self.coverage(query, terms), part, terms))
        found = [hit for hit in found if hit[2] > 0]
        order = sorted(range(len(found)), key=lambda at: (-np.float32(found[at][2]), at))
        best = [found[at] for at in order[:RERANKED]]
        if query.terms:
            best = [hit for hit in best if not (hit[6].embedder == STATIC and hit[3] == 0 and (hit[4] or 1) < 0.35)]
        return sorted(
            [(*hit[:2], hit[2] + self.bonus(query, *hit[6:]), *hit[3:6]) for hit in best], key=lambda hit: -hit[2]
        )

    def for_its_heading(self, query: Query, document: str, seq: int) -> float:
        at = next(at for at, row in enumerate(self.rows) if (row[0].document, row[1]) == (document, seq))
        share = query.titles.get(self.titles[at][1], 0)
        begins = at == 0 or self.titles[at - 1] != self.titles[at]
        return TITLE_BONUS * share + (BEGINNING_BONUS if share == 1 and begins else 0)

    def cosine(self, query: Query, embedder: str, vector: np.ndarray | None) -> float | None:
        asked = query.vectors.get(embedder)
        return None if asked is None or vector is None else float(dequantised(asked[None])[0] @ vector)

    def spread(self, cosine: float, embedder: str, rows: Sequence[tuple], cosines: Sequence[float | None]) -> float:
        same = sorted((c for row, c in zip(rows, cosines, strict=True) if row[0].embedder == embedder), reverse=True)[
            :100
        ]
        return max((cosine - same[-1]) / (same[0] - same[-1]), 0) if same[0] > same[-1] + 1e-6 else 0

    def coverage(self, query: Query, terms: Sequence[int]) -> float:
        def value(weight: float, word: Sequence[int]) -> float:
            return weight * self.idf(max(self.holders[term] for term in word))

        total = sum(value(weight, word) for weight, word in query.words)
        return sum(value(*word) for word in query.words if set(word[1]) & set(terms)) / total if total else 0

    def bonus(self, query: Query, part: Part, terms: Sequence[int]) -> float:
        if not query.pairs or part.language == "zh":
            return 0
        sides = set(pairwise(terms))
        held = sum(any(pair in sides for pair in alike) for alike in query.pairs)
        return PAIR_BONUS * held / len(query.pairs) * min(1, 5 / len(query.pairs))


@st.composite
def corpora(draw: st.DrawFn) -> tuple[list[Part], dict[str, set[str]]]:
    text = st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join)
    parts = []
    for number in range(draw(st.integers(0, 5))):
        document = draw(st.sampled_from(["doc_b", "doc_a", "doc_c"]))
        texts = tuple(draw(st.lists(text, max_size=6)))
        language = draw(st.sampled_from(["en", "es", "zh"]))
        embedder = draw(st.sampled_from([STATIC, STATIC, "other/model", "none"]))
        headings = tuple(draw(st.lists(st.sampled_from(HEADINGS), min_size=1, max_size=2)))
        parts.append(Part(document, 100 * number, texts, language, embedder, draw(st.integers(0, 1 << 20)), headings))
    folders = draw(st.dictionaries(st.sampled_from(["doc_a", "doc_b", "doc_c"]), st.sets(st.sampled_from("xy"))))
    return parts, folders


def shard_of(parts: Sequence[Part], folders: Mapping[str, set[str]] | None = None) -> Shard:
    return Shard([(part.document, Segment.from_bytes(part.build().to_bytes())) for part in parts], folders or {})


def english(document: str, *texts: str, embedder: str = "none", seed: int = 0) -> Part:
    return Part(document, 0, texts, "en", embedder, seed)


def ask(shard: Shard, question: str, vectors: Mapping[str, np.ndarray] | None = None) -> Query:
    return make_query(TOKENIZER, shard.languages, question, (), vectors)


class TestAgainstSlowSearch:
    @given(
        corpora(),
        st.lists(st.sampled_from(WORDS), max_size=7).map(" ".join),
        st.lists(st.lists(st.sampled_from(WORDS), max_size=4).map(" ".join), max_size=2),
        st.sampled_from([None, "x", "y", "z"]),
        st.sets(st.sampled_from([STATIC, "other/model"])),
        st.integers(0, 1 << 20),
        st.integers(1, RERANKED),
    )
    @settings(max_examples=300)
    def test_same_chunks_same_scores(
        self,
        corpus: tuple[list[Part], dict[str, set[str]]],
        question: str,
        earlier: list[str],
        folder: str | None,
        embedders: set[str],
        seed: int,
        limit: int,
    ) -> None:
        parts, folders = corpus
        shard = shard_of(parts, folders)
        vectors = {name: vectors_of(seed, 1 + len(earlier)) for name in embedders}
        query = make_query(TOKENIZER, shard.languages, question, earlier, vectors)
        wanted = SlowSearch(parts, folders).search(query, folder)
        found = shard.search(query, folder, limit)
        assert [hit.score for hit in found] == pytest.approx([hit[2] for hit in wanted][:limit], abs=2e-5)
        by_chunk = {(document, seq): values for document, seq, *values in wanted}
        if len(wanted) < RERANKED:
            assert {(hit.document_id, hit.seq) for hit in found if hit.score > 1e-4} <= set(by_chunk)
        for hit in found:
            values = by_chunk.get((hit.document_id, hit.seq))
            if values is not None:
                assert (hit.score, hit.bm25, hit.coverage) == pytest.approx((values[0], values[1], values[3]), abs=2e-5)
                assert (hit.cosine is None) == (values[2] is None)
                assert hit.cosine is None or hit.cosine == pytest.approx(values[2], abs=2e-5)


class TestSearch:
    def test_the_best_passage_comes_first(self) -> None:
        shard = shard_of(
            [english("a", "Cells need energy.", "Light feeds plants."), english("b", "Roots drink water.")]
        )
        assert [(hit.document_id, hit.seq) for hit in shard.search(ask(shard, "What do roots drink?"))] == [("b", 0)]

    def test_ties_are_settled_by_document_and_seq_whatever_the_order(self) -> None:
        parts = [english(name, "Cells need energy.", "Cells need energy.") for name in ("c", "a", "b")]
        shard = shard_of(parts)
        found = [(hit.document_id, hit.seq) for hit in shard.search(ask(shard, "cells"), limit=4)]
        assert found == [("a", 0), ("a", 1), ("b", 0), ("b", 1)]

    def test_many_ties_are_settled_too(self) -> None:
        parts = [english(f"d{number:02}", "Cells need energy.") for number in range(60)]
        shard = shard_of(parts[::-1])
        found = [hit.document_id for hit in shard.search(ask(shard, "cells"), limit=40)]
        assert found == [part.document for part in parts[:40]]

    def test_what_lies_outside_a_folder_does_not_move_scores_inside(self) -> None:
        inside = Part("a", 0, ("Cells.", "Roots.", "Leaves."), "en", "other/model", 4)
        outside = Part("b", 0, ("Light.",) * 9, "en", "other/model", 5)
        query = Query({}, {"other/model": vectors_of(6, 1)[0]})
        alone = shard_of([inside], {"a": {"x"}}).search(query, "x")
        together = shard_of([inside, outside], {"a": {"x"}, "b": {"y"}}).search(query, "x")
        assert alone == together
        assert len(alone) == 2

    def test_a_folder_hides_the_rest(self) -> None:
        shard = shard_of([english("a", "Cells."), english("b", "Cells.")], {"a": {"x"}, "b": {"x", "y"}})
        query = ask(shard, "cells")
        assert [hit.document_id for hit in shard.search(query, "x")] == ["a", "b"]
        assert [hit.document_id for hit in shard.search(query, "y")] == ["b"]
        assert shard.search(query, "elsewhere") == []

    def test_the_section_about_the_subject_wins(self) -> None:
        often = Part("doc_a", 0, ("cell cell cell cell", "the cell and a cell"), "en", "none", 0)
        section = Part("doc_b", 0, ("Life is made of it.", "It divides."), "en", "none", 0, ("Life › 1.2 The cell",))
        shard = shard_of([often, section])
        best = shard.search(ask(shard, "What is a cell?"))[0]
        assert (best.document_id, best.seq) == ("doc_b", 0)

    def test_a_heading_raises_nothing_outside_the_folder(self) -> None:
        inside = english("doc_a", "Energy of a cell.")
        outside = Part("doc_b", 0, ("Life is made of it.",), "en", STATIC, 0, ("The cell",))
        shard = shard_of([inside, outside], {"doc_a": {"x"}, "doc_b": {"y"}})
        vectors = {STATIC: vectors_of(1, 1)}
        assert [hit.document_id for hit in shard.search(ask(shard, "cell", vectors), "x")] == ["doc_a"]

    def test_without_a_word_of_the_question_only_what_is_near_in_meaning_is_found(self) -> None:
        near, far = english("doc_a", "Leaf", embedder=STATIC, seed=1), english("doc_b", "Root", embedder=STATIC, seed=4)
        shard = shard_of([near, far])
        vectors = {STATIC: vectors_of(1, 1) / np.linalg.norm(vectors_of(1, 1))}
        assert [hit.document_id for hit in shard.search(ask(shard, "sugar", vectors))] == ["doc_a"]

    def test_neighbouring_words_win(self) -> None:
        far = "Cells that work with energy need a membrane to keep the water and salts inside."
        near = "Membrane cells work with energy that salts need to keep the water inside and out."
        shard = shard_of([english("a", far), english("b", near)])
        assert shard.search(ask(shard, "membrane cells"), limit=1)[0].document_id == "b"

    def test_one_word_in_two_languages_counts_once(self) -> None:
        spanish = Part("b", 0, ("Las universidades enseñan.",), "es", "none", 0)
        shard = shard_of([english("a", "The universities teach."), spanish])
        (hit,) = shard.search(ask(shard, "universidades"))
        assert hit.document_id == "b"
        assert hit.coverage == 1

    def test_an_english_question_does_not_find_stray_english_words(self) -> None:
        spanish = Part("b", 0, ("El libro The Origin of Species es de Darwin. What the!",), "es", "none", 0)
        shard = shard_of([english("a", "Energy of the cell is what plants make."), spanish])
        assert [hit.document_id for hit in shard.search(ask(shard, "What is the energy of the cell?"))] == ["a"]

    def test_coverage_weighs_rare_words_more(self) -> None:
        shard = shard_of([english("a", "Cells make energy.", "Cells have chlorophyll.", "Cells grow.")])
        found = shard.search(ask(shard, "Do cells have chlorophyll and zebras?"))
        assert found[0].seq == 1
        assert found[0].coverage > 0.3
        assert found[1].coverage < 0.1

    def test_what_nothing_speaks_for_is_not_returned(self) -> None:
        shard = shard_of([english("a", "Cells need energy.")])
        assert shard.search(ask(shard, "zebra")) == []
        assert shard.search(ask(shard, "")) == []
        assert shard.search(ask(shard, "cells"), limit=0) == []

    @pytest.mark.parametrize("value", [0, math.nan, math.inf])
    def test_a_question_without_meaning_is_searched_by_words(self, value: float) -> None:
        shard = shard_of([english("a", "Cells need energy.", embedder=STATIC)])
        (hit,) = shard.search(ask(shard, "cells", {STATIC: np.full((1, DIM), value, dtype=np.float32)}))
        assert hit.cosine is None
        assert hit.score == 1

    def test_vectors_of_another_size_are_not_compared(self) -> None:
        shard = shard_of([english("a", "Cells need energy.", embedder=STATIC)])
        (hit,) = shard.search(ask(shard, "cells", {STATIC: np.ones((1, DIM + 1), dtype=np.float32)}))
        assert hit.cosine is None

    def test_a_corpus_of_one_embedder_does_not_outrank_lexical_documents(self) -> None:
        vector = vectors_of(3, 1)
        shard = shard_of(
            [english("a", "Cells.", embedder=STATIC, seed=3), english("b", "Chlorophyll makes plants green.")]
        )
        found = shard.search(ask(shard, "Why does chlorophyll make plants green?", {STATIC: vector}))
        assert [hit.document_id for hit in found] == ["b", "a"]

    def test_an_empty_shard_finds_nothing(self) -> None:
        shard = Shard([], {})
        assert shard.search(Query({1: 1.0})) == []
        assert (shard.size, shard.languages, shard.documents) == (0, (), ())
        assert shard_of([english("a")]).search(Query({1: 1.0})) == []


class TestSize:
    def test_a_learner_of_500_chunks_is_small(self) -> None:
        generator = np.random.default_rng(1)
        words = np.array(
            [f"{a}{b}{c}" for a in "bdfgklmnprst" for b in "aeiou" for c in ("n", "lo", "ra", "xit", "mon")]
        )
        ranks = np.minimum(generator.zipf(1.3, size=(500, 150)), len(words)) - 1
        texts = tuple(" ".join(words[row]) for row in ranks)
        segment = build_segment(
            Part("a", 0, texts, "en", STATIC, 0).chunks,
            language="en",
            tokenizer=TOKENIZER,
            embedder=STATIC,
            vectors=generator.normal(size=(500, 256)).astype(np.float32),
        )
        shard = Shard([("a", segment)], {})
        assert 128_000 < shard.nbytes < 500_000

    def test_more_than_65536_chunks_are_told_apart(self) -> None:
        parts = [Part(f"d{at}", 0, ("Cells.",) * 30_000, "en", "none", 0) for at in range(2)]
        shard = shard_of([*parts, Part("d9", 0, ("Roots.",) * 6_000 + ("Chlorophyll.",), "en", "none", 0)])
        (hit,) = shard.search(ask(shard, "chlorophyll"))
        assert (hit.document_id, hit.seq) == ("d9", 6_000)
