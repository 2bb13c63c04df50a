"""The static embedder: the same tokens as the tokenizer library gives, vectors of length 1, nothing for nothing."""

import threading
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from clara.rag.embedder import NoEmbedder, StaticEmbedder, _package_folder, make_embedder

ALPHABET = "abcdeABthe  \n\t▁ é日本🙂\u0000ingtion.,'\"-_0123456789<s></s><unk><0x41>हिन्दीمرحبا"


@pytest.fixture(scope="module")
def embedder() -> StaticEmbedder:
    return StaticEmbedder()


@pytest.fixture(scope="module")
def library_ids() -> Callable[[str], list[int]]:
    tokenizer = Tokenizer.from_file(str(_package_folder() / "tokenizers" / "l2_supercat_tokenizer_config.json"))
    return lambda text: list(tokenizer.encode(text, add_special_tokens=False).ids)


class TestTokens:
    @given(st.one_of(st.text(st.characters(exclude_categories=["Cs"])), st.text(st.sampled_from(ALPHABET))))
    def test_any_text_has_the_ids_that_the_library_gives(
        self, embedder: StaticEmbedder, library_ids: Callable[[str], list[int]], text: str
    ) -> None:
        assert embedder._load()[0].ids(text) == library_ids(text)

    @pytest.mark.parametrize(
        "text",
        [
            "a" * 3_000,
            " " * 500,
            "ab" * 400 + "   " + "ha" * 300,
            "x<s>  y</s>",
            "\u2581\u2581the",
            "日本語のテキスト" * 50,
        ],
    )
    def test_long_runs_too(self, embedder: StaticEmbedder, library_ids: Callable[[str], list[int]], text: str) -> None:
        assert embedder._load()[0].ids(text) == library_ids(text)


class TestEmbed:
    def test_a_text_is_the_mean_of_its_tokens(
        self, embedder: StaticEmbedder, library_ids: Callable[[str], list[int]]
    ) -> None:
        text = "What is the role of chlorophyll in photosynthesis?"
        mean = embedder._load()[1][library_ids(text)].astype(np.float64).mean(axis=0)
        assert np.allclose(embedder.embed([text])[0], mean / np.linalg.norm(mean), atol=1e-6)

    def test_meaning_is_nearer_than_chance(self, embedder: StaticEmbedder) -> None:
        cat, kitten, tax = embedder.embed(["a cat sleeps", "a kitten is sleeping", "corporate tax law"])
        assert cat @ kitten > cat @ tax + 0.2

    def test_empty_text_is_zero_and_not_nan(self, embedder: StaticEmbedder) -> None:
        vectors = embedder.embed(["", "word"])
        assert not vectors[0].any()
        assert np.linalg.norm(vectors[1]) == pytest.approx(1)

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
        assert isinstance(make_embedder(None), StaticEmbedder)
        assert isinstance(make_embedder("none"), NoEmbedder)

    def test_none_makes_empty_rows(self) -> None:
        assert NoEmbedder().embed(["a", "b"]).shape == (2, 0)
