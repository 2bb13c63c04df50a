"""Quotes that leave a "not" out."""

import pytest

from clara.rag.negations import cuts_negation

TEXT = (
    "Mitochondria are not found in prokaryotes, but in plants. The cells don't divide at night. Enzymes work | never.\n"
    "Non-linear models fit well. No heat is lost."
)


class TestCutsNegation:
    @pytest.mark.parametrize(
        ("text", "quote"),
        [
            (TEXT, "found in prokaryotes"),
            (TEXT, "divide at night"),
            (TEXT, "Mitochondria are"),
            (TEXT, "heat is lost"),
            ("Die Enzyme wirken bei Hitze nicht.", "Die Enzyme wirken bei Hitze"),
            ("Las plantas no respiran oro.", "respiran oro"),
            ("Les plantes ne mangent pas.", "Les plantes"),
            ("植物不吸收绿光。", "吸收绿光"),
            ("植物は緑の光を吸収しない。", "植物は緑の光を吸収"),
            ("Растения не поглощают свет.", "поглощают свет"),
            ("พืชไม่ดูดซับแสงสีเขียว", "ดูดซับแสงสีเขียว"),
            ("식물은 녹색 빛을 흡수하지 않는다.", "식물은 녹색 빛을 흡수하지"),
            ("Rośliny nie pochłaniają światła.", "pochłaniają światła"),
            ("Cây không hấp thụ ánh sáng.", "hấp thụ ánh sáng"),
            ("It is false that vaccines cause autism.", "vaccines cause autism"),
            ("The drug failed to lower blood pressure.", "lower blood pressure"),
            ("Unless it is heated, the mixture explodes.", "it is heated, the mixture explodes"),
        ],
    )
    def test_at_its_edges(self, text: str, quote: str) -> None:
        assert cuts_negation(text, text.index(quote), text.index(quote) + len(quote))

    @pytest.mark.parametrize(
        "quote",
        [
            "Mitochondria are not found in prokaryotes",
            "but in plants",
            "The cells don't divide at night.",
            "models fit well.",
            "No heat is lost",
        ],
    )
    def test_not_where_none_stands(self, quote: str) -> None:
        assert not cuts_negation(TEXT, TEXT.index(quote), TEXT.index(quote) + len(quote))

    def test_not_over_the_end_of_a_sentence(self) -> None:
        text = "It is not so. Plants grow. Never mind."
        assert not cuts_negation(text, text.index("Plants"), text.index(" Never"))
