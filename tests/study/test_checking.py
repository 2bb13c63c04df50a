"""What of a model's items holds."""

from collections import Counter
from typing import Any

import pytest

from clara.rag.tokenizer import Tokenizer
from clara.study.checking import hold_branches, hold_cards, hold_diagram, hold_points, hold_questions
from clara.study.evidence import Evidence
from clara.study.shapes import (
    BranchShape,
    CardShape,
    DiagramShape,
    EdgeShape,
    NodeShape,
    PointShape,
    QuestionShape,
)
from tests.study.books import material

ATP = "The mitochondrion makes most of the ATP of a cell."
LIGHT = "Chlorophyll absorbs mostly red and blue light."
GENES = "A human cell has 46 chromosomes."


@pytest.fixture
def evidence() -> Evidence:
    return Evidence(material(f"{ATP} {LIGHT}", f"{GENES} Plants are green."), Tokenizer())


def card(front: str, back: str, quote: str = ATP, passage: int = 1) -> CardShape:
    return CardShape(front=front, back=back, quote=quote, passage=passage)


def question(options: list[str], answer: str, **values: Any) -> QuestionShape:
    asked = {"question": "What does chlorophyll absorb?", "quote": LIGHT, "passage": 1} | values
    return QuestionShape(options=options, answer=answer, **asked)


class TestCards:
    def test_a_card_that_its_quote_bears_out(self, evidence: Evidence) -> None:
        held = hold_cards([card("What makes the ATP?", "The mitochondrion")], evidence)

        assert [item.body for item in held] == [{"front": "What makes the ATP?", "back": "The mitochondrion"}]
        assert held[0].quotes[0].text == ATP

    def test_a_wrongly_numbered_passage_is_forgiven(self, evidence: Evidence) -> None:
        assert hold_cards([card("What makes the ATP?", "The mitochondrion", passage=7)], evidence)

    @pytest.mark.parametrize(
        "wrong",
        [
            card("What makes the ATP?", "The mitochondrion", quote="The mitochondria are the powerhouse."),
            card("What makes the ATP?", "The mitochondrion", quote=""),
            card("How many chromosomes has a human cell?", "48 chromosomes", quote=GENES),
            card("What makes the ATP?", "The ribosome and the nucleus"),
            card("Who won the war?", "Most of the ATP"),
            card("What does the mitochondrion do?", "Mitochondrion"),
            card("The mitochondrion makes ATP: true?", "mitochondrion makes ATP"),
            card("", "The mitochondrion"),
        ],
    )
    def test_others_are_left_out(self, evidence: Evidence, wrong: CardShape) -> None:
        assert hold_cards([wrong], evidence) == []

    def test_each_front_once(self, evidence: Evidence) -> None:
        doubled = [card("What makes the ATP?", "The mitochondrion"), card("what makes the ATP", "Mitochondrion")]

        assert len(hold_cards(doubled, evidence)) == 1

    def test_what_would_load_is_taken_out(self, evidence: Evidence) -> None:
        evil = card(
            "![x](https://evil.example/a.png) What makes the <b>ATP</b>? [1]", "The [mitochondrion](http://e.x)"
        )

        assert hold_cards([evil], evidence)[0].body == {"front": "x What makes the ATP?", "back": "The mitochondrion"}


class TestQuestions:
    def test_by_text_or_letter(self, evidence: Evidence) -> None:
        options = ["Green light", "Red and blue light", "Sound"]
        for answer in ("red and blue light", "B", "b)"):
            held = hold_questions([question(options, answer)], evidence)
            assert held[0].body["answer"] == "Red and blue light"
            assert sorted(held[0].body["options"]) == sorted(options)

    @pytest.mark.parametrize(
        ("options", "answer"),
        [
            (["Red and blue light"], "Red and blue light"),
            (["Red and blue light", "red and blue  light", "Sound"], "Red and blue light"),
            (["Green light", "Sound"], "Red and blue light"),
            (["Green light", "All of the above", "Sound"], "All of the above"),
            ([str(number) for number in range(9)], "3"),
            ([], "Red and blue light"),
        ],
    )
    def test_not_with_other_than_one_right_of_two_to_six(
        self, evidence: Evidence, options: list[str], answer: str
    ) -> None:
        assert hold_questions([question(options, answer)], evidence) == []

    @pytest.mark.parametrize("catch_all", ["All of the above", "None of these", "Alle genannten", "以上都是"])
    def test_catch_alls_are_taken_out(self, evidence: Evidence, catch_all: str) -> None:
        held = hold_questions([question(["Green light", "Red and blue light", catch_all], "B")], evidence)

        assert sorted(held[0].body["options"]) == ["Green light", "Red and blue light"]

    def test_a_short_one_needs_no_options(self, evidence: Evidence) -> None:
        held = hold_questions([question([], "Red and blue light", type="short")], evidence)

        assert held[0].body["type"] == "short"

    def test_right_options_are_spread_evenly(self, evidence: Evidence) -> None:
        asked = [
            question(["Red and blue light", "Green", "Sound", "Heat"], "A", question=f"Absorbed by chlorophyll {n}?")
            for n in "abcdefgh"
        ]
        held = hold_questions(asked, evidence)

        places = Counter(item.body["options"].index("Red and blue light") for item in held)
        assert sorted(places.values()) == [2, 2, 2, 2]
        assert hold_questions(asked, evidence) == held


class TestTrees:
    def test_depth_size_and_circles_are_bounded(self, evidence: Evidence) -> None:
        def node(id_: str, parent: str | None, label: str = "") -> BranchShape:
            return BranchShape(id=id_, label=label or f"Chlorophyll {id_}", parent=parent, quote=LIGHT, passage=1)

        chain = [node("a", None), *(node(after, before) for before, after in zip("abcdefg", "bcdefgh", strict=True))]
        circle = [node("x", "y"), node("y", "x")]
        held = hold_branches([*chain, *circle, *(node(f"n{n}", "a") for n in "qrstuvw" * 10)], evidence)

        assert len(held) <= 40
        parents = [item.body["parent"] for item in held]
        depth: list[int] = []
        for at, parent in enumerate(parents):
            assert parent is None or parent <= at
            depth.append(1 if parent is None else depth[parent - 1] + 1)
        assert max(depth) == 4

    def test_a_child_of_what_did_not_hold_hangs_higher(self, evidence: Evidence) -> None:
        nodes = [
            BranchShape(id="a", label="Chlorophyll", quote=LIGHT, passage=1),
            BranchShape(id="b", label="Invented things", parent="a", quote="not there", passage=1),
            BranchShape(id="c", label="Red light", parent="b", quote=LIGHT, passage=1),
        ]

        assert [item.body for item in hold_branches(nodes, evidence)] == [
            {"label": "Chlorophyll", "parent": None},
            {"label": "Red light", "parent": 1},
        ]

    def test_a_diagram_keeps_edges_between_what_holds(self, evidence: Evidence) -> None:
        drawn = DiagramShape(
            type="flowchart",
            nodes=[
                NodeShape(id="l", label="Blue light", quote=LIGHT, passage=1),
                NodeShape(id="c", label="Chlorophyll", quote=LIGHT, passage=1),
                NodeShape(id="z", label="Unicorns", quote=LIGHT, passage=1),
            ],
            edges=[EdgeShape(start="l", end="c", label="is absorbed by"), EdgeShape(start="c", end="z")],
        )
        items, extra = hold_diagram(drawn, evidence)

        assert [item.body["label"] for item in items] == ["Blue light", "Chlorophyll"]
        assert extra == {"type": "flowchart", "edges": [{"from": 1, "to": 2, "label": "is absorbed by"}]}

    def test_a_diagram_that_connects_nothing_is_none(self, evidence: Evidence) -> None:
        nodes = [NodeShape(id="c", label="Chlorophyll", quote=LIGHT, passage=1)] * 2

        assert hold_diagram(DiagramShape(nodes=nodes), evidence) == ([], {})


class TestPoints:
    def test_numbers_must_stand_in_the_quote(self, evidence: Evidence) -> None:
        points = [
            PointShape(section="Genes", text="A human cell has 46 chromosomes", quote=GENES, passage=2),
            PointShape(section="Genes", text="A human cell has 47 chromosomes", quote=GENES, passage=2),
        ]

        assert [item.body["text"] for item in hold_points(points, evidence)] == ["A human cell has 46 chromosomes"]
