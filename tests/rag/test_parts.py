"""Text cut into what can be quoted."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from clara.rag.parts import LONG_SENTENCE, split


def parts(text: str, heading: str = "") -> list[str]:
    return [text[start:end] for start, end in split(text, heading)]


class TestSplit:
    def test_short_sentences_stay_whole(self) -> None:
        assert parts("Cells divide. They grow first.") == ["Cells divide.", "They grow first."]

    def test_a_run_without_blanks_is_cut_after_its_sentences(self) -> None:
        run = (
            "Everybody depends on other people in the economy every day.Trade can make all of them better off.".replace(
                "off.", "off."
            )
        )
        text = run * 5
        assert all(part.endswith(".") for part in parts(text))
        assert max(map(len, parts(text))) <= LONG_SENTENCE

    def test_a_long_sentence_is_cut_at_its_clauses(self) -> None:
        text = "; ".join(f"the {number}th clause says something of no great weight" for number in range(20)) + "."
        cut = parts(text)
        assert len(cut) > 2
        assert all(part.endswith((";", ".")) for part in cut)

    def test_a_word_without_end_is_cut_all_the_same(self) -> None:
        assert [len(part) for part in parts("x" * 1_000)] == [320, 320, 320, 40]

    def test_headings_printed_above_are_left_out(self) -> None:
        text = "4.2 Osmosis\nOsmosis is the movement of water. It needs a membrane."
        assert parts(text, "4 Transport › Osmosis") == ["Osmosis is the movement of water.", "It needs a membrane."]
        assert parts("# Osmosis\n\nIt is slow.", "Osmosis") == ["It is slow."]

    def test_a_heading_over_two_lines_is_left_out(self) -> None:
        text = "7.2 Why do my matrices\nlose dimensions?\nWhen a row is cut out, it becomes a vector."
        assert parts(text, "FAQ › Why do my matrices lose dimensions?") == [
            "When a row is cut out, it becomes a vector."
        ]

    def test_commands_stand_apart(self) -> None:
        assert parts("> x <- c(1, 2)\nHowever long x is, it is\nrecycled.") == [
            "> x <- c(1, 2)", "However long x is, it is\nrecycled.",
        ]  # fmt: skip

    def test_a_passage_that_is_all_heading_has_no_parts(self) -> None:
        assert parts("Osmosis", "4 Transport › Osmosis") == []

    @given(st.text(alphabet=st.sampled_from("ab .!?\n。，;:\u0627\u0e01光é1-•\t"), max_size=1_500))
    def test_parts_are_in_order_and_short_and_lose_nothing(self, text: str) -> None:
        spans = split(text)
        assert all(0 < end - start <= LONG_SENTENCE for start, end in spans)
        assert all(before[1] <= after[0] for before, after in pairwise(spans))
        kept = "".join(text[start:end] for start, end in spans)
        assert "".join(kept.split()) == "".join(text.split())
        assert all(text[start:end] == text[start:end].strip() for start, end in spans)
