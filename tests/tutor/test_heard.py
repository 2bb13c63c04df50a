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
        answer = [TextEvent("There it is."), TextEvent("\n"), MADE, EndedEvent("length")]
        assert heard_of(answer, "There it is.") == answer
        assert heard_of(answer, "There it") == [TextEvent("There it")]

    def test_an_apology_is_not_the_answers(self) -> None:
        assert heard_of([TextEvent("It is")], "It is Sorry, that went wrong.") == [TextEvent("It is")]

    @given(st.integers(0, len(WHOLE)))
    def test_what_is_kept_is_a_beginning_and_never_more_than_was_heard(self, length: int) -> None:
        kept = "".join(event.text for event in heard_of(ANSWER, WHOLE[:length]) if isinstance(event, TextEvent))
        assert WHOLE.startswith(kept)
        assert len(kept.rstrip()) <= length
