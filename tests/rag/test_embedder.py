"""The static embedder: means of token vectors, of length 1, and nothing for nothing."""

import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clara.rag.embedder import NoEmbedder, StaticEmbedder, make_embedder
from clara.settings import Settings


@pytest.fixture(scope="module")
def embedder() -> StaticEmbedder:
    return StaticEmbedder()


class TestEmbed:
    def test_a_text_is_the_mean_of_its_tokens(self, embedder: StaticEmbedder) -> None:
        text = "What is the role of chlorophyll in photosynthesis?"
        tokenizer, table = embedder._load()
        mean = table[tokenizer.ids(text)].astype(np.float64).mean(axis=0)
        assert np.allclose(embedder.embed([text])[0], mean / np.linalg.norm(mean), atol=1e-6)

    def test_meaning_is_nearer_than_chance(self, embedder: StaticEmbedder) -> None:
        cat, kitten, tax = embedder.embed(["a cat sleeps", "a kitten is sleeping", "corporate tax law"])
        assert cat @ kitten > cat @ tax + 0.2

    def test_empty_text_is_zero_and_not_nan(self, embedder: StaticEmbedder) -> None:
        vectors = embedder.embed(["", "word"])
        assert not vectors[0].any()
        assert np.linalg.norm(vectors[1]) == pytest.approx(1)

    def test_only_the_beginning_of_an_endless_text_counts(self, embedder: StaticEmbedder) -> None:
        one, other = embedder.embed(["river " * 9_000, "river " * 9_000 + "tax law " * 100_000])
        assert np.array_equal(one, other)

    def test_no_texts_give_no_rows(self, embedder: StaticEmbedder) -> None:
        assert embedder.embed([]).shape == (0, 256)

    def test_a_batch_gives_what_single_texts_give(self, embedder: StaticEmbedder) -> None:
        texts = [f"text number {number} about {word}" for number in range(70) for word in ("rivers", "", "kings")]
        together = embedder.embed(texts)
        assert np.allclose(together, np.concatenate([embedder.embed([text]) for text in texts]), atol=1e-6)

    def test_threads_load_it_once(self) -> None:
        embedder = StaticEmbedder()
        loaded: list[object] = []
        threads = [threading.Thread(target=lambda: loaded.append(embedder._load())) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len({id(one) for one in loaded}) == 1

    @given(st.lists(st.text(max_size=30), max_size=5))
    def test_rows_have_length_1_or_0(self, embedder: StaticEmbedder, texts: list[str]) -> None:
        vectors = embedder.embed(texts)
        assert vectors.dtype == np.float32
        lengths = np.linalg.norm(vectors, axis=1)
        assert all(
            length == pytest.approx(1, abs=1e-5) if text else length == 0
            for text, length in zip(texts, lengths, strict=True)
        )


class TestMakeEmbedder:
    def test_unset_is_static_and_none_is_none(self) -> None:
        assert isinstance(make_embedder(Settings(_env_file=None)), StaticEmbedder)
        assert isinstance(make_embedder(Settings(embedding_model="none", _env_file=None)), NoEmbedder)

    def test_none_makes_empty_rows(self) -> None:
        assert NoEmbedder().embed(["a", "b"]).shape == (2, 0)
