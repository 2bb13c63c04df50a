"""Folding: what a learner types is found however it was written, and any text can be folded."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clara.core.folding import fold


class TestFold:
    @pytest.mark.parametrize(
        ("text", "folded"),
        [
            ("The  CELL\n\tmembrane ", "the cell membrane"),
            ("Übung macht den Meißter", "ubung macht den meisster"),
            ("ﬁnal Ａｎｓｗｅｒ", "final answer"),
            ("Ελληνικά", "ελληνικα"),
            ("a\x00b\ud800c", "a bc"),
            ("", ""),
        ],
    )
    def test_leaves_the_words(self, text: str, folded: str) -> None:
        assert fold(text) == folded

    @given(st.text())
    def test_can_be_stored_and_is_folded_once(self, text: str) -> None:
        folded = fold(text)

        assert "\x00" not in folded
        folded.encode()
        assert folded == " ".join(folded.split())

    @given(st.text("aB éÜß \n", max_size=30))
    def test_is_the_same_in_either_case(self, text: str) -> None:
        assert fold(text) == fold(text.upper()) == fold(text.lower()) == fold(fold(text))
