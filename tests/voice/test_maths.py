import pytest
from hypothesis import given
from hypothesis import strategies as st

from clara.voice.wording.maths import say_maths
from clara.voice.wording.notation import plain_maths
from clara.voice.wording.numbers import say_number

LATEX = st.lists(
    st.sampled_from(
        [*"\\{}[]()^_$&|'!,.+-=<> 0123xyfn", "\\frac", "\\sqrt", "\\sum", "\\left", "\\begin{cases}", "\\lim"]
    )
).map("".join)


class TestSaying:
    @pytest.mark.parametrize(
        ("latex", "words"),
        [
            (r"x^2 + \frac{1}{2}", "x squared plus one half"),
            (r"\frac12", "one half"),
            (r"\frac{3}{4}", "three quarters"),
            (r"\frac{a+b}{2}", "the fraction a plus b over 2"),
            (r"e^{-x}", "e to the power negative x"),
            (r"a - b", "a minus b"),
            (r"x = -3", "x equals negative 3"),
            (r"\sqrt{2}", "the square root of 2"),
            (r"\sqrt[3]{8}", "the cube root of 8"),
            (r"\sum_{i=1}^{n} i^2", "the sum from i equals 1 to n of i squared"),
            (r"\lim_{x \to 0} f(x)", "the limit as x goes to 0 of f of x"),
            (r"\int_0^1 x \, dx", "the integral from 0 to 1 of x d x"),
            (r"f'(x) = 2x", "f prime of x equals 2 x"),
            (r"H_2O", "H sub 2 O"),
            (r"\ce{H2O}", "H2O"),
            (r"90^\circ", "90 degrees"),
            (r"\vec{F} = m\vec{a}", "vector F equals m vector a"),
            (r"|x| \le 3", "the absolute value of x is at most 3"),
            (r"\sin^2 x", "sine squared of x"),
            (r"\log_2 8", "log base 2 of 8"),
            (r"n!", "n factorial"),
            (r"\alpha \neq \beta", "alpha is not equal to beta"),
            (r"P(A \mid B)", "P of A given B"),
            (r"5\%", "5 percent"),
            (r"\binom{n}{k}", "n choose k"),
            (r"(a+b)^2", "the quantity a plus b, squared"),
        ],
    )
    def test_school_notation_is_said_as_a_teacher_says_it(self, latex: str, words: str) -> None:
        assert say_maths(latex) == words

    def test_an_unknown_command_is_said_by_its_name(self) -> None:
        assert say_maths(r"\heartsuit + 1") == "heartsuit plus 1"

    def test_what_is_open_at_the_end_counts_as_closed(self) -> None:
        assert say_maths(r"\frac{1}{x") == "1 over x"

    @given(LATEX)
    def test_anything_can_be_said(self, latex: str) -> None:
        assert not set("\\{}$^_&") & set(say_maths(latex))

    def test_deep_nesting_ends(self) -> None:
        say_maths(r"\frac{" * 400 + "1")


class TestNotation:
    @pytest.mark.parametrize(
        ("latex", "plain"),
        [
            (r"x^2 + \frac{1}{2}", "x² + ½"),
            (r"\frac{a+b}{2}", "(a+b)/2"),
            (r"\sqrt{x+1}", "√(x+1)"),
            (r"\alpha \le \beta", "α ≤ β"),
            (r"H_2O", "H₂O"),
            (r"90^\circ", "90°"),
            (r"\text{Weg} = v \cdot t", "Weg = v · t"),
        ],
    )
    def test_latex_becomes_signs(self, latex: str, plain: str) -> None:
        assert plain_maths(latex) == plain

    @given(LATEX)
    def test_anything_can_be_read(self, latex: str) -> None:
        assert not set("\\{}$^_&") & set(plain_maths(latex))


class TestNumbers:
    @pytest.mark.parametrize(
        ("number", "words"),
        [
            (0, "zero"),
            (12, "twelve"),
            (20, "twenty"),
            (41, "forty-one"),
            (100, "one hundred"),
            (105, "one hundred and five"),
            (1234, "one thousand two hundred and thirty-four"),
            (1_000_000, "1000000"),
            (-1, "-1"),
        ],
    )
    def test_whole_numbers_are_words(self, number: int, words: str) -> None:
        assert say_number(number) == words
