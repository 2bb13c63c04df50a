import pytest
from hypothesis import given
from hypothesis import strategies as st

from clara.voice.wording.prose import say_prose


def said(text: str) -> str:
    spoken = "".join(written if words is None else words for written, words in say_prose(text))
    return " ".join(spoken.split())


class TestWords:
    @pytest.mark.parametrize(
        ("written", "spoken"),
        [
            (
                "5.50 or $5.50, $1,200, $1.2 million",
                "5.50 or 5 dollars and 50 cents, 1,200 dollars, 1.2 million dollars",
            ),
            ("€20, £1, 20 €, $0.50", "20 euros, 1 pound, 20 euros, 50 cents"),
            ("a $5 bill", "a 5 dollar bill"),
            ("5 m/s, 3 h, 9.8 m/s²", "5 meters per second, 3 hours, 9.8 meters per second squared"),
            ("1 g/cm³ = 1000 kg/m³", "1 gram per centimeter cubed equals 1000 kilograms per meter cubed"),
            ("5 J mol⁻¹ K⁻¹, 3 kJ/mol", "5 joules per mole per kelvin, 3 kilojoules per mole"),
            (
                "3–5 °C, 3-5 mm, 37 °C, 90°",
                "3 to 5 degrees Celsius, 3 to 5 millimeters, 37 degrees Celsius, 90 degrees",
            ),
            ("12.5 % of 220 V", "12.5 percent of 220 volts"),
            ("the 1980s, 90s, 5 apples, Plan 9 from", "the 1980s, 90s, 5 apples, Plan 9 from"),
            ("1/2, 3/4, 1 1/2, 24/7, 05/03/2024", "one half, three quarters, 1 and one half, 24/7, 05/03/2024"),
            ("½ and 2½", "one half and 2 and one half"),
            ("1914–1918, pp. 41–43, 5-7 days", "1914 to 1918, pages 41 to 43, 5 to 7 days"),
            ("555-0123, (555) 123-4567, 2.0.1, 192.168.0.1", "555-0123, (555) 123-4567, 2.0.1, 192.168.0.1"),
            ("2024-05-03, carbon-14", "May 3, 2024, carbon-14"),
            ("-5 and −5 and x-5", "minus 5 and minus 5 and x-5"),
            ("~5, <5, p < .05, x >= 4", "about 5, less than 5, p is less than .05, x is at least 4"),
            ("H₂O, C₆H₁₂O₆, Ca²⁺, SO₄²⁻", "H 2 O, C 6 H 12 O 6, C A 2 plus, S O 4 2 minus"),
            ("x², 10⁻³, xₙ₊₁, χ²", "x squared, 10 to the power negative 3, x sub n plus 1, chi squared"),
            ("6CO₂ + 6H₂O → 6O₂", "6 C O 2 plus 6 H 2 O to 6 O 2"),
            ("NH₄⁺ + OH⁻", "N H 4 plus plus O H minus"),
            ("water (H₂O, so) or Ca(OH)₂(aq)", "water (H 2 O, so) or C A O H 2, in solution"),
            ("3 × 10⁻³ mol/L", "3 times 10 to the power negative 3 moles per liter"),
            ("log₁₀ x, 5'→3'", "log base 10 x, 5' to 3'"),
            ("x^2, x^(n+1), x^{10}", "x squared, x to the power n plus 1, x to the power 10"),
            ("f(x) = 2x, P(A|B), f'(x)", "f of x equals 2x, P of A given B, f prime of x"),
            ("A -> B => C <-> D <- E", "A to B implies C and back to D from E"),
            ("a == b, a != b", "a equals b, a is not equal to b"),
            ("∀x ∈ ℝ: x ≤ ∞", "for all x in R: x is at most infinity"),
            ("α-helix, Δx, hν, 2π", "alpha-helix, delta x, h nu, 2 pi"),
            ("ένα και α", "ένα και alpha"),
            ("World War II, Louis XIV, Chapter IV. I", "World War 2, Louis the fourteenth, Chapter 4. I"),
            ("Today I went. Part I, Vitamin C", "Today I went. Part 1, Vitamin C"),
            ("e.g. salt, i.e. NaCl, cf. Fig. 3, p. 41", "for example salt, that is NaCl, compare figure 3, page 41"),
            ("Smith et al. vs. Jones, c. 1850, No. 5", "Smith and others versus Jones, about 1850, number 5"),
            ("No. That is it. No, p. That", "No. That is it. No, p. That"),
            ("C# and F♯ and B♭, #3, a #tag", "C sharp and F sharp and B flat, number 3, a #tag"),
            ("A 3x3 matrix, 0x1F", "A 3 by 3 matrix, 0x1F"),
            ("R&D, Ctrl+C, C++", "R and D, Ctrl plus C, C++"),
        ],
    )
    def test_signs_and_figures_are_words(self, written: str, spoken: str) -> None:
        assert said(written) == spoken

    @given(st.text(st.sampled_from("aA1 2.,-–/$€%°²₂⁺+=<>~#^(){}\\&;xIVpmg")))
    def test_its_parts_are_the_text(self, text: str) -> None:
        assert "".join(written for written, _ in say_prose(text)) == text
