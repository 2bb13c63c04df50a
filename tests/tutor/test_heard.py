import pytest
from hypothesis import given
from hypothesis import strategies as st

from clara.tutor.events import AnswerEvent, ArtifactEvent, CitationEvent, Cited, EndedEvent, TextEvent
from clara.tutor.heard import heard_of


def cited(n: int) -> CitationEvent:
    return CitationEvent(Cited(n, "f", "a.pdf", "d", 0, 1, 1, "", "q", 0, 1))


MADE = ArtifactEvent("set", "diagram", "Cycle", {})
ANSWER: list[AnswerEvent] = [
    MADE,
    cited(1),
    TextEvent("Water moves [1]. "),
    cited(2),
    TextEvent('"It goes down" [2]', quote_of=2),
    TextEvent(" And so on."),
]
WHOLE = 'Water moves [1]. "It goes down" [2] And so on.'


class TestHeard:
    def test_all_of_it(self) -> None:
        assert heard_of(ANSWER, WHOLE) == ANSWER

    def test_text_is_cut_where_it_was_cut_off(self) -> None:
        assert heard_of(ANSWER, "Water moves") == [MADE, TextEvent("Water moves")]

    def test_a_citation_is_kept_with_its_mark(self) -> None:
        assert heard_of(ANSWER, "Water moves [1]. ") == ANSWER[:3]

    def test_a_quote_that_was_cut_off_is_left_out(self) -> None:
        assert heard_of(ANSWER, 'Water moves [1]. "It goes') == ANSWER[:3]

    def test_nothing_was_heard(self) -> None:
        assert heard_of(ANSWER, "") == []

    def test_what_follows_the_last_word_is_kept_with_it_alone(self) -> None:
        answer: list[AnswerEvent] = [TextEvent("There it is."), TextEvent("\n"), MADE, EndedEvent("length")]
        assert heard_of(answer, "There it is.") == answer
        assert heard_of(answer, "There it") == [TextEvent("There it")]

    def test_an_apology_is_not_the_answers(self) -> None:
        assert heard_of([TextEvent("It is")], "It is Sorry, that went wrong.") == [TextEvent("It is")]

    @given(st.integers(0, len(WHOLE)))
    def test_what_is_kept_is_a_beginning_and_never_more_than_was_heard(self, length: int) -> None:
        kept = "".join(event.text for event in heard_of(ANSWER, WHOLE[:length]) if isinstance(event, TextEvent))
        assert WHOLE.startswith(kept)
        assert len(kept.rstrip()) <= length


def kept_of(written: str, heard: int, size: int = 5) -> str:
    events: list[AnswerEvent] = [TextEvent(written[at : at + size]) for at in range(0, len(written), size)]
    return "".join(event.text for event in heard_of(events, written[:heard]) if isinstance(event, TextEvent))


class TestCutting:
    """However the answer came in pieces, and wherever it was cut off."""

    @pytest.mark.parametrize(
        ("written", "heard", "kept"),
        [
            ("Water moves on.", "Water mov", "Water"),
            ("So $x^2 + 1$ it is.", "So $x^2", "So"),
            ("So $x^2 + 1$ it is.", "So $x^2 + 1$ it", "So $x^2 + 1$ it"),
            (r"So \(a + b\) it is.", r"So \(a + b", "So"),
            ("So\n$$a\n= b$$ it is.", "So\n$$a\n=", "So"),
            ("It costs $5 and more than $6 now.", "It costs $5 and", "It costs $5 and"),
            ("Run `pip install x` now.", "Run `pip", "Run"),
            ("See [the notes](http://x.y/z) now.", "See [the notes", "See"),
            ("It is so [12]. Yes.", "It is so [1", "It is so"),
            ("This is **very important** here.", "This is **very", "This is **very**"),
            ("This is **very important** here.", "This is **very important", "This is **very important**"),
            ("This is **very important** here.", "This is **very important** h", "This is **very important**"),
            ("This is **very *much* so** here.", "This is **very *much", "This is **very *much***"),
            ("This is **very", "This is **very", "This is **very"),
            ("This is ~~not~~ it, _E. coli_ too.", "This is ~~not~~ it, _E. co", "This is ~~not~~ it, _E._"),
            ("One.\n\n- **Key**: value", "One.\n\n- **K", "One."),
            ("2 * 3 * 4 and 2*3 is much", "2 * 3 * 4 and 2*3 is mu", "2 * 3 * 4 and 2*3 is"),
            ("Look:\n```python\nx = 1\n```\nDone", "Look:\n```python\nx", "Look:"),
            ("So 2*3 is much", "So 2*", "So 2*"),
            ("The area is a*b and the rest", "The area is a*b and the", "The area is a*b and the"),
            ("The *area*s are so", "The *area*s are", "The *area*s are"),
            ("* first item\n* second item", "* first item\n* second it", "* first item\n* second"),
            ("水在动。", "水在", "水在"),
        ],
    )
    @pytest.mark.parametrize("size", [1, 4, 1000])
    def test_it_ends_with_a_word_and_nothing_is_left_open(self, written: str, heard: str, kept: str, size: int) -> None:
        assert written.startswith(heard)
        assert kept_of(written, len(heard), size).rstrip() == kept

    @given(st.text("aB1 .,*_`$[]()\\n#-", max_size=60), st.integers(0, 60), st.integers(1, 9))
    def test_never_more_than_was_heard_but_for_what_closes_it(self, written: str, heard: int, size: int) -> None:
        kept = kept_of(written, heard, size)
        if heard < len(written.rstrip()):
            assert len(kept.rstrip("*_~ \n")) <= heard
        assert written.startswith((kept, kept.rstrip("*_~")))
