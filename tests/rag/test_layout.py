"""How quotes are shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clara.rag.layout import lay_out


class TestLayOut:
    def test_joins_the_lines_of_a_paragraph(self) -> None:
        assert lay_out("The cell is\nthe unit  of\r\n life.") == "The cell is the unit of life."

    def test_keeps_the_items_of_a_list(self) -> None:
        assert lay_out("Cells have:\n• a membrane\n• a nucleus that\nholds genes") == (
            "Cells have:\n• a membrane\n• a nucleus that holds genes"
        )

    def test_keeps_lines_of_code(self) -> None:
        code = "x <- c(1, 2)\ny <- mean(x)\nplot(x, y)"
        assert lay_out(code) == code

    def test_keeps_rows_of_a_table(self) -> None:
        assert lay_out("| a | b |\n|---|---|\n| 1 | 2 |").count("\n") == 2

    def test_joins_chinese_lines_without_a_blank(self) -> None:
        assert lay_out("光合作用是\n植物的过程。") == "光合作用是植物的过程。"

    @pytest.mark.parametrize(
        ("quote", "shown"),
        [("photo\u00ad\nsynthesis", "photosynthesis"), ("well-\nknown", "well-known"), ("1990 -\n2000", "1990 - 2000")],
    )
    def test_closes_hyphenated_words(self, quote: str, shown: str) -> None:
        assert lay_out(quote) == shown

    @given(st.text(max_size=200))
    def test_changes_nothing_but_blanks_and_soft_hyphens(self, quote: str) -> None:
        def essence(text: str) -> str:
            return "".join(
                character for character in "".join(text.splitlines())
                if not character.isspace() and character not in "\u00ad\ufffe\x02"
            )  # fmt: skip

        assert essence(lay_out(quote)) == essence(quote)
        assert lay_out(lay_out(quote)) == lay_out(quote)
