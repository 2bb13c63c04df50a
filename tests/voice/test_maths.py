from time import process_time

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
            (r"f'(x)", "f prime of x"),
            (r"f''(x)", "f double prime of x"),
            (r"f^{-1}(x)", "f inverse of x"),
            (r"f^2(x)", "f squared times x"),
            (r"[x^2]_0^1", "x squared, from 0 to 1"),
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
            (r"H_2O", "H 2 O"),
            (r"\ce{H2O}", "H 2 O"),
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
            (r"2\frac{1}{2}", "2 and one half"),
            (r"T_{1/2}", "T sub one half"),
            (r"\frac{d}{dx} x^n", "d by d x of x to the power n"),
            (r"n(n+1)", "n times the quantity n plus 1"),
            (r"f(x) - g(x)", "f of x minus g of x"),
            (r"x(t)", "x of t"),
            (r"P(A|B) - 1", "P of A given B, minus 1"),
            (r"\|v\| = 1", "the norm of v equals 1"),
            (r"\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}", "the matrix 1, 2, next row, 3, 4"),
            (r"\begin{vmatrix} a & b \end{vmatrix}", "the determinant a, b"),
            (r"\begin{align} a &= b \\ c &= d \end{align}", "a equals b, c equals d"),
            (r"\left[\frac{x^3}{3}\right]_0^2", "x cubed over 3, from 0 to 2"),
            (r"\left.\frac{x}{2}\right|_0^1", "x over 2, evaluated from 0 to 1"),
            (r"\sin^{-1} x", "inverse sine of x"),
            (r"\max_{x} f(x)", "the maximum over x of f of x"),
            (r"v_{\max}", "v sub max"),
            (r"n^{th}", "n -th"),
            (r"x'' = 0", "x double prime equals 0"),
            (r"A^T", "A transposed"),
            (r"9.81\,\mathrm{m/s^2}", "9.81 meters per second squared"),
            (r"5\,\mu\text{m}", "5 micrometers"),
            (r"20\,^\circ\text{C}", "20 degrees Celsius"),
            (r"1{,}000 + 2\,000", "1,000 plus 2000"),
            (r"f: A \to B", "f, A goes to B"),
            (r"\chi^2 + χ", "chi squared plus chi"),
            (r"0.1\,M", "0.1 M"),
            (r"\mathrm{C_6H_{12}O_6}", "C 6 H 12 O 6"),
            (r"Fe^{3+} + e^- \rightarrow Fe^{2+}", "F E 3 plus plus e minus gives F E 2 plus"),
            (r"\ce{CH3COOH <=> CH3COO- + H+}", "C H 3 C O O H is in balance with C H 3 C O O minus plus H plus"),
            (r"\ce{^{14}_{6}C}", "14 6 C"),
            (r"\ce{NaCl(aq)}", "N A C L, in solution"),
            (r"x_1 + x_2", "x sub 1 plus x sub 2"),
            (r"\begin{pmatrix} 1 \\ 0 \end{pmatrix}", "the column 1, 0"),
            (r"^{238}_{92}\text{U}", "238 92 U"),
            (r"4\,\Omega", "4 ohms"),
            (r"BC = PV", "B C equals P V"),
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
        for opening in (r"\frac{", r"\rm", r"\bar", "{", r"\left(", "("):
            say_maths(opening * 1_000 + "1")

    @pytest.mark.parametrize(
        "fragment", [" ", "\n", "~", "{}", r"\,", "[x]_{a}^{", "[x]_{", "f^{", "'", r"\left(", "|", "2+"]
    )
    def test_a_model_that_is_stuck_takes_no_time_of_others(self, fragment: str) -> None:
        stuck = fragment * (2_000 // len(fragment))
        before = process_time()
        say_maths(stuck)
        plain_maths(stuck)
        assert process_time() - before < 1


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
            (r"20\,^\circ\text{C}", "20 °C"),
            (r"100^{\circ}\mathrm{C} \ge \hbar", "100°C ≥ ħ"),
            (r"A \xrightarrow{H^+} B", "A → H⁺ B"),
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
