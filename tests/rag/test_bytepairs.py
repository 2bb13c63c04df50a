"""The same token ids as the tokenizer library gives, for any text."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

import clara.rag.embedder
from clara.core.errors import Unavailable
from clara.rag.bytepairs import BytePairs, read_vocabulary

FILE = clara.rag.embedder._package_folder() / "tokenizers" / "l2_supercat_tokenizer_config.json"
ALPHABET = "abcdeABthe  \n\t▁ é日本🙂\u0000ingtion.,'\"-_0123456789<s></s><unk><0x41>हिन्दीمرحبا"


@pytest.fixture(scope="module")
def ours() -> BytePairs:
    return BytePairs(read_vocabulary(FILE))


@pytest.fixture(scope="module")
def library_ids() -> Callable[[str], list[int]]:
    tokenizer = Tokenizer.from_file(str(FILE))
    return lambda text: list(tokenizer.encode(text, add_special_tokens=False).ids)


class TestIds:
    @given(st.one_of(st.text(st.characters(exclude_categories=["Cs"])), st.text(st.sampled_from(ALPHABET))))
    def test_any_text_has_the_ids_that_the_library_gives(
        self, ours: BytePairs, library_ids: Callable[[str], list[int]], text: str
    ) -> None:
        assert ours.ids(text) == library_ids(text)

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
    def test_long_runs_too(self, ours: BytePairs, library_ids: Callable[[str], list[int]], text: str) -> None:
        assert ours.ids(text) == library_ids(text)


class TestReadVocabulary:
    def test_a_file_of_another_shape_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "other.json").write_text('{"model": {"words": {"a": 1}}}')
        with pytest.raises(Unavailable, match="wordllama"):
            read_vocabulary(tmp_path / "other.json")
