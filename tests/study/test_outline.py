"""Trees of titles, and summaries of sections."""

from collections.abc import Sequence

from clara.rag.documents import Passage
from clara.rag.tokenizer import Tokenizer
from clara.study.drafts import DraftItem
from clara.study.extraction import make_points
from clara.study.facts import find_facts
from clara.study.outline import MAX_NODES, make_tree
from clara.study.terms import TermFinder
from tests.study.books import passage

TEXTS = {
    "Cells › Membranes": "The membrane holds the phospholipids of the cell together in two layers.",
    "Cells › Energy": "The mitochondrion makes most of the ATP that a cell uses for its work in a day.",
    "Plants › Leaves": "The chloroplast stores the energy of light as glucose in the leaves of a plant.",
    "Rocks › Granite": "The magma becomes granite where it cools slowly below the surface of the land.",
}


def tree(passages: Sequence[Passage]) -> list[DraftItem]:
    facts = find_facts(passages, "en")
    return make_tree(passages, facts, TermFinder(Tokenizer(), facts, {}))


def labels(items: Sequence[DraftItem], parent: int | None = None) -> list[str]:
    return [item.body["label"] for item in items if item.body["parent"] == parent]


class TestTree:
    def test_of_few_titles_has_the_terms_of_each_section_below_it(self) -> None:
        made = tree([passage(text, seq, heading) for seq, (heading, text) in enumerate(TEXTS.items())])

        numbers = {item.body["label"]: number for number, item in enumerate(made, 1)}
        assert labels(made) == ["Cells", "Plants", "Rocks"]
        assert labels(made, numbers["Cells"]) == ["Membranes", "Energy"]
        assert "ATP" in labels(made, numbers["Energy"])
        assert "granite" not in [label.casefold() for label in labels(made, numbers["Granite"])]

    def test_that_is_too_large_loses_leaves_of_every_branch(self) -> None:
        chapters = [(chapter, part) for chapter in range(14) for part in range(6)]
        made = tree([passage("Some text.", seq, f"Chapter {c} › Part {c}.{p}") for seq, (c, p) in enumerate(chapters)])

        assert len(made) == MAX_NODES
        below = [len(labels(made, number)) for number in range(1, 15)]
        assert max(below) - min(below) <= 1


class TestSummary:
    def test_sections_are_the_highest_titles_that_divide_it(self) -> None:
        passages = [passage(text, seq, heading) for seq, (heading, text) in enumerate(TEXTS.items())]
        facts = find_facts(passages, "en")

        points = make_points(facts, TermFinder(Tokenizer(), facts, {}), 12)

        assert list(dict.fromkeys(point.body["section"] for point in points)) == ["Cells", "Plants", "Rocks"]
