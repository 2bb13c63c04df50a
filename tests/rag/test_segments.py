"""A segment comes back from the database as it was, or not at all."""

import dataclasses
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clara.rag.documents import Chunk
from clara.rag.segments import (
    CorruptSegment,
    Segment,
    StaleSegment,
    build_segment,
    indexed_text,
    quantise,
    title_code,
    word_code,
)
from clara.rag.tokenizer import VERSION, Tokenizer

TOKENIZER = Tokenizer()
texts = st.text(st.sampled_from("cell energy plant light the 黑豹队 \n"), max_size=40)


def chunk(seq: int, text: str, heading: str = "") -> Chunk:
    return Chunk(seq, 1, 1, 0, len(text), heading, text)


def build(bodies: list[str], dim: int = 8, language: str = "en", first: int = 0) -> Segment:
    vectors = np.random.default_rng(len(bodies)).normal(size=(len(bodies), dim)).astype(np.float32)
    chunks = [chunk(first + number, body, "Cells › Energy") for number, body in enumerate(bodies)]
    return build_segment(chunks, language=language, tokenizer=TOKENIZER, embedder="some/model", vectors=vectors)


def as_dict(segment: Segment) -> dict[str, object]:
    values = dataclasses.asdict(segment)
    return {name: value.tolist() if isinstance(value, np.ndarray) else value for name, value in values.items()}


class TestBuildSegment:
    @given(st.lists(texts, max_size=6), st.sampled_from(["en", "zh"]))
    def test_postings_are_the_counted_terms(self, bodies: list[str], language: str) -> None:
        segment = build(bodies, language=language)
        counted = [Counter(TOKENIZER.terms(f"Cells › Energy\n{body}", language)) for body in bodies]
        assert segment.lengths.tolist() == [sum(counts.values()) for counts in counted]
        assert segment.hashes.tolist() == sorted(set().union(*counted))
        for term, start, end in zip(segment.hashes, segment.starts, segment.starts[1:], strict=False):
            assert dict(zip(segment.chunks[start:end].tolist(), segment.counts[start:end].tolist(), strict=True)) == {
                index: counts[int(term)] for index, counts in enumerate(counted) if int(term) in counts
            }

    def test_words_are_kept_in_order(self) -> None:
        segment = build(["plants grow", "", "light"])
        heading = word_code(np.array(TOKENIZER.terms("Cells Energy", "en"), dtype=np.uint32)).tolist()
        body = word_code(np.array(TOKENIZER.terms("plants grow light", "en"), dtype=np.uint32)).tolist()
        assert segment.words.tolist() == [*heading, *body[:2], 0, *heading, 0, *heading, body[2], 0]

    def test_grams_are_not(self) -> None:
        assert not len(build(["黑豹队"], language="zh").words)

    def test_the_heading_is_indexed_with_the_text(self) -> None:
        assert indexed_text(chunk(0, "text", "A › B")) == "A › B\ntext"
        assert indexed_text(chunk(0, "text")) == "text"

    def test_a_title_is_told_by_its_words_without_number_or_order(self) -> None:
        chunks = [chunk(0, "a", "Cells › 2.1 Energy of plants"), chunk(1, "b", "Plant energy"), chunk(2, "c")]
        titles = build_segment(
            chunks, language="en", tokenizer=TOKENIZER, embedder="none", vectors=np.zeros((3, 0), np.float32)
        ).titles.tolist()
        assert titles[0] == titles[1] == title_code(TOKENIZER.terms("plants energy", "en"))
        assert titles[2] == 0

    def test_many_occurrences_count_as_255(self) -> None:
        segment = build(["cell " * 700])
        assert segment.counts.max() == 255
        assert segment.lengths[0] == 702

    def test_chunks_and_vectors_must_be_as_many(self) -> None:
        with pytest.raises(ValueError, match="no segment"):
            build_segment([], language="en", tokenizer=TOKENIZER, embedder="x", vectors=np.zeros((1, 4), np.float32))


class TestQuantise:
    @given(st.lists(st.lists(st.floats(width=32), min_size=4, max_size=4), min_size=1, max_size=5))
    def test_rows_point_where_the_vectors_did(self, rows: list[list[float]]) -> None:
        vectors = np.array(rows, dtype=np.float32)
        quantised, scales = quantise(vectors)
        lengths = np.linalg.norm(quantised * scales[:, None].astype(np.float64), axis=1)
        assert all(length == pytest.approx(1, abs=1e-5) or length == 0 for length in lengths)
        for vector, row in zip(vectors.astype(np.float64), quantised, strict=True):
            if np.isfinite(vector).all() and (peak := np.abs(vector).max()) > 1e-30:
                assert np.abs(vector / peak * 127 - row).max() <= 0.51

    def test_what_is_no_number_counts_as_nothing(self) -> None:
        rows, scales = quantise(np.array([[np.nan, np.nan], [np.inf, 1], [0, 0]], dtype=np.float32))
        assert rows.tolist() == [[0, 0], [0, 127], [0, 0]]
        assert scales.tolist() == pytest.approx([0, 1 / 127, 0])


class TestBytes:
    @given(
        st.lists(texts, max_size=6), st.sampled_from([0, 1, 8]), st.integers(0, 1 << 31), st.sampled_from(["en", "zh"])
    )
    def test_come_back_as_they_were(self, bodies: list[str], dim: int, first: int, language: str) -> None:
        segment = build(bodies, dim, language, first)
        assert as_dict(Segment.from_bytes(segment.to_bytes())) == as_dict(segment)

    def test_a_changed_byte_anywhere_is_noticed(self) -> None:
        data = build(["cells need energy", "plants need light"]).to_bytes()
        for at in range(len(data)):
            damaged = bytearray(data)
            damaged[at] ^= 0x41
            with pytest.raises((CorruptSegment, StaleSegment)):
                Segment.from_bytes(bytes(damaged))

    def test_a_cut_or_lengthened_segment_is_noticed(self) -> None:
        data = build(["cells need energy"]).to_bytes()
        for damaged in (*(data[:end] for end in range(len(data))), data + b"\0", b"", b"x" * 1_000):
            with pytest.raises(CorruptSegment):
                Segment.from_bytes(damaged)

    def test_another_tokenizer_is_told_apart(self) -> None:
        data = bytearray(build(["cells need energy"]).to_bytes())
        assert data[6:8] == VERSION.to_bytes(2, "little")
        data[6:8] = (VERSION + 1).to_bytes(2, "little")
        with pytest.raises(StaleSegment):
            Segment.from_bytes(bytes(data))

    def test_an_older_form_is_told_apart(self) -> None:
        data = bytearray(build(["cells need energy"]).to_bytes())
        data[4:6] = (1).to_bytes(2, "little")
        with pytest.raises(StaleSegment):
            Segment.from_bytes(bytes(data))

    def test_bytes_are_little_endian(self) -> None:
        segment = build(["cells"], first=258)
        assert segment.seqs.tobytes() == b"\x02\x01\x00\x00"
        assert segment.seqs.tobytes() in segment.to_bytes()
