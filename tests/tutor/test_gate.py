"""What is held until it is whole, and what passes then."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clara.tutor.events import ArtifactEvent, CitationEvent, Cited, TextEvent, ToolEvent
from clara.tutor.leaks.check import LeakCheck
from clara.tutor.modes.gate import Gate
from clara.tutor.modes.holding import Units


def cited(quote: str) -> CitationEvent:
    return CitationEvent(Cited(1, "file_1", "a.pdf", "doc_1", 0, 1, 1, "", quote, 0, len(quote)))


def passed(gate: Gate, *texts: str) -> str:
    events = [event for text in texts for event in gate.hear(TextEvent(text))] + gate.end()
    return "".join(event.text for event in events if isinstance(event, TextEvent))


def gate(answer: str = "42") -> Gate:
    return Gate([LeakCheck([answer])])


class TestUnits:
    @given(text=st.text(alphabet="ab.!? \n`|$-1", max_size=120), cuts=st.lists(st.integers(0, 120), max_size=6))
    def test_nothing_is_lost_however_it_is_cut(self, text: str, cuts: list[int]) -> None:
        edges = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
        units = Units()
        out = [unit for first, last in itertools.pairwise(edges) for unit in units.feed(text[first:last])]

        assert "".join([*out, units.end()]) == text

    @pytest.mark.parametrize(
        ("text", "units"),
        [
            ("One. Two! Three", ["One. ", "Two! ", "Three"]),
            ("About 3.5 km. Then", ["About 3.5 km. ", "Then"]),
            ("| a | b |\n|---|---|\n| 4 | 2 |\n\nNext.", ["| a | b |\n|---|---|\n| 4 | 2 |\n\n", "Next."]),
            ("```py\nprint(1). \nx\n```\nSo.", ["```py\nprint(1). \nx\n```\n", "So."]),
            ("$$x = 1. y$$ and. More", ["$$x = 1. y$$", " and. ", "More"]),
            ("一つ。二つ。", ["一つ。", "二つ。"]),
            ("It is forty-\ntwo! So.", ["It is forty-\ntwo! ", "So."]),
            ("- one\n- two\n\nThree", ["- one\n", "- two\n\n", "Three"]),
            ("Title\n# Next\nthing", ["Title\n", "# Next\nthing"]),
        ],
    )
    def test_whole_things_are_units(self, text: str, units: list[str]) -> None:
        cutter = Units()

        assert [part for part in [*cutter.feed(text), cutter.end()] if part] == units


class TestGate:
    def test_what_comes_before_the_leak_passes(self) -> None:
        held = gate()

        assert passed(held, "Think of six sev", "ens. It is 4", "2. Bye.") == "Think of six sevens. "
        assert held.leaked == "number"

    def test_two_sentences_that_tell_it_together(self) -> None:
        assert passed(gate("carbon dioxide"), "First carbon. ", "Then dioxide. ") == "First carbon. "

    def test_a_quote_that_holds_it_is_dropped_with_its_mark(self) -> None:
        held = gate()
        assert held.hear(cited("the sum is 42")) == []

        assert passed(held, "Read there [1]. Then try. ") == "Read there. Then try. "

    def test_a_harmless_citation_comes_before_its_text(self) -> None:
        held = gate()
        held.hear(cited("six rows of seven"))

        assert held.hear(TextEvent("Read [1]. So")) == [cited("six rows of seven"), TextEvent("Read [1]. ")]

    def test_code_artifacts_and_tools_don_t_tell(self) -> None:
        held = gate()

        assert held.hear(ArtifactEvent("set_1", "quiz", "42", {})) == []
        assert held.hear(ToolEvent("search", "started", "what is 42")) == [ToolEvent("search", "started", "")]
        assert passed(held, "```\nprint(6 * 7)\n```\nTry it. ") == "Try it. "
