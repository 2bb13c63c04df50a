"""Which sentences can stand alone."""

import pytest

from clara.study.facts import find_facts, stands_alone
from tests.study.books import passage


class TestStandsAlone:
    @pytest.mark.parametrize(
        ("text", "language"),
        [
            ("The mitochondrion makes most of the ATP that a cell uses.", "en"),
            ("The magma becomes granite where it cools slowly below the surface.", "en"),
            ("Napoleon became the leading figure of the republic after the coup.", "en"),
            ("Die Mitochondrien erzeugen den größten Teil der Energie einer Zelle.", "de"),
            ("光合作用把光能转化为储存在葡萄糖中的化学能。", "zh"),
        ],
    )
    def test_a_whole_sentence(self, text: str, language: str) -> None:
        assert stands_alone(text, language)

    @pytest.mark.parametrize(
        "text",
        [
            "It makes most of the ATP that the cell uses.",
            "This is shown in Figure 3 of the next chapter.",
            "the mitochondrion makes most of the ATP that a cell uses.",
            "What makes most of the ATP that a cell uses in a day?",
            "1.2 The structure of the cell and of its organelles",
            "See https://example.org/cells for more on mitochondria and cells.",
            "THE MITOCHONDRION MAKES MOST OF THE ATP OF A CELL TODAY.",
            "The result (of the first experiment is that cells divide twice.",
            "x = (a + b) * (c - d) / [e + f] and so on for all of {g, h}.",
            "Short one.",
            "More conveniently, the list can have names for its components.",
            "Another means of supplying water to the boiler is an injector.",
            "Annette J. Dobson (1990), An Introduction to Generalized Linear Models, London.",
            "The user has to know the conventions used to create that file, e.g.",
        ],
    )
    def test_not_what_points_elsewhere_or_is_a_piece(self, text: str) -> None:
        assert not stands_alone(text, "en")


class TestFindFacts:
    def test_finds_each_sentence_once_with_its_place(self) -> None:
        text = "The ribosome builds proteins from amino acids in the cell. " * 2
        facts = find_facts([passage(text), passage(text, 1)], "en")

        assert [(fact.start, fact.passage.text[fact.start : fact.end]) for fact in facts] == [
            (0, "The ribosome builds proteins from amino acids in the cell.")
        ]

    def test_lays_out_what_lines_broke(self) -> None:
        facts = find_facts([passage("The ribosome builds the pro-\nteins of the cell\nfrom amino acids.")], "en")

        assert all("\n" not in fact.text for fact in facts)
