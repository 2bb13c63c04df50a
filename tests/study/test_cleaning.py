"""A model's text made plain."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clara.study.cleaning import clean, normal

LIVE = re.compile(r"!?\[[^\]]*\]\([^)]*\)|<[A-Za-z/!][^>]*>|https?://\S")


class TestClean:
    @pytest.mark.parametrize(
        ("text", "plain"),
        [
            ("![x](https://evil.example/a.png) leaf", "x leaf"),
            ("a [link](javascript:alert(1)) b", "a link) b"),
            ("<b>bold</b> <script>alert(1)</script>", "bold alert(1)"),
            ("<<b>script>alert(1)<</b>/script>", "alert(1)"),
            ("see https://evil.example/x?y=1 now", "see now"),
            ("ATP [1] is made [2, 3].", "ATP is made."),
            ("two\nlines\u202e and \x00more", "two lines and more"),
            ("a < b and c > d", "a < b and c > d"),
            ("![[x]](//evil.example/a)", "![[x]] (//evil.example/a)"),
            ("<img src=//evil.example/a", "< img src=//evil.example/a"),
            (r"$\includegraphics{//evil.example/a} \frac12$", r"${//evil.example/a} \frac12$"),
        ],
    )
    def test_leaves_only_text(self, text: str, plain: str) -> None:
        assert clean(text, 100) == plain

    @given(
        st.lists(st.sampled_from(["<", ">", "[", "]", "(", ")", "!", "a", "/", "https://", "e.x", " "])).map("".join)
    )
    def test_nothing_is_left_that_loads(self, text: str) -> None:
        assert not LIVE.search(clean(text, 500))

    def test_has_a_longest_length(self) -> None:
        assert clean("x" * 50_000, 20) == "x" * 19 + "…"


class TestNormal:
    def test_makes_alike_what_looks_alike(self) -> None:
        assert normal("The  Cell—Wall!") == normal("the cell wall")
        assert normal("+") != normal("-")
