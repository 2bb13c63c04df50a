"""Whether a short answer is right."""

import pytest

from clara.rag.tokenizer import Tokenizer
from clara.study.marking import says_the_same

PAGE = "The mitochondrion makes most of the ATP that a cell uses, about 30 molecules for each glucose."


class TestSaysTheSame:
    @pytest.mark.parametrize(
        ("given", "answer"),
        [
            ("mitochondrion", "mitochondrion"),
            ("The Mitochondrion.", "mitochondrion"),
            ("mitochondron", "mitochondrion"),
            ("mitochnodrion", "mitochondrion"),
            ("the mitochondrion of the cell", "mitochondrion"),
            ("30", "30"),
            ("about 30 molecules", "30 molecules"),
            ("ATP", "ATP"),
        ],
    )
    def test_right(self, given: str, answer: str) -> None:
        assert says_the_same(Tokenizer(), given, answer, PAGE, "en")

    @pytest.mark.parametrize(
        ("given", "answer"),
        [
            ("ribosome", "mitochondrion"),
            ("", "mitochondrion"),
            ("40", "30"),
            ("30 or 40 molecules", "30 molecules"),
            ("ADP", "ATP"),
            ("phosphite", "phosphate"),
            ("mitochondrion ribosome nucleus vacuole chloroplast golgi", "mitochondrion"),
        ],
    )
    def test_wrong(self, given: str, answer: str) -> None:
        assert not says_the_same(Tokenizer(), given, answer, PAGE, "en")
