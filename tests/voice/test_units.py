import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from clara.voice.wording.units import FIRST, LONGEST, Units

ANSWER = r"""# Osmosis

Water moves, e.g. through a membrane, by 3.5 cm. [1] It costs $5. Then $x^2 + \frac{1}{2}. y$ holds! See Dr. Smith
et al. for No. 5 of it.
- one item. Two sentences
- second
1. First thing

| a | b |
|---|---|
| 1 | 2 |

```mermaid
graph TD; A-->B
```
Done? $$a
= b$$ ends. Visit https://a.b/c?d. OK [a link. Here](http://x.y/z). Bye"""

SCRAPS = (
    "Water moves. |It is |e.g. |$x. y$ |$5 |$|$$|[1]|[|](|) |\n|\n\n|- |1. |```\n|`|a|B|. |! |3.14 |\\(|\\) "
    "|\\[|\\]|**|# |<b>|<|https://a.b/c. |Dr. |水在动。|…|'s "
)
PIECES = st.lists(st.sampled_from([*SCRAPS.split("|"), "| "]), max_size=40).map("".join)

LONG_PIECES = st.lists(st.sampled_from([*SCRAPS.split("|"), "word, ", "word " * 20]), max_size=60).map("".join)


def units(text: str, size: int = 1_000_000) -> list[str]:
    cutter, found = Units(), []
    for at in range(0, len(text), size):
        found += cutter.feed(text[at : at + size])
    return found + cutter.finish()


class TestCutting:
    def test_each_sentence_item_row_and_block_is_a_unit(self) -> None:
        assert [unit.strip() for unit in units(ANSWER)] == [
            "# Osmosis",
            "Water moves, e.g. through a membrane, by 3.5 cm. [1]",
            "It costs $5.",
            r"Then $x^2 + \frac{1}{2}. y$ holds!",
            "See Dr. Smith\net al. for No. 5 of it.",
            "- one item.",
            "Two sentences",
            "- second",
            "1. First thing",
            "| a | b |",
            "|---|---|",
            "| 1 | 2 |",
            "```mermaid\ngraph TD; A-->B\n```",
            "Done?",
            "$$a\n= b$$ ends.",
            "Visit https://a.b/c?d.",
            "OK [a link. Here](http://x.y/z).",
            "Bye",
        ]

    @pytest.mark.parametrize(
        "text",
        [
            r"The value \(a. B\) is kept.",
            r"The value $a. B = 1. C$ is kept.",
            "It weighs 1.5 kg and 2,000.5 g.",
            "As J. K. Rowling e.g. said, i.e. in Fig. 3 and No. 7, it is so.",
            "Call `x.y. Z` there.",
        ],
    )
    def test_nothing_is_cut_inside_what_belongs_together(self, text: str) -> None:
        assert units(text) == [text]

    def test_a_long_sentence_is_cut_at_a_comma(self) -> None:
        found = units("word, " * 200)
        assert all(len(unit) <= LONGEST for unit in found)
        assert len(found[0]) <= FIRST
        assert all(unit.rstrip().endswith(",") for unit in found)

    @pytest.mark.parametrize(
        "text",
        [
            "Das war z. B. in Berlin, d. h. 0,75 vom 3. Satz.",
            "Vgl. S. 41 und Abb. 3.",
            "El s. XIX y EE. UU. vgl. p. 41.",
            "J. K. Rowling and A. A. Milne lived c. 1850, b. 1920.",
            "So n! = n(n-1)! holds.",
        ],
    )
    def test_short_forms_and_what_they_stand_before_stay_together(self, text: str) -> None:
        assert units(text) == [text]

    def test_what_is_no_short_form_ends_its_sentence(self) -> None:
        assert len(units("We take plan B. I think so. Eat vitamin C. It helps.")) == 4

    def test_lines_that_stand_alone_are_units(self) -> None:
        text = "**Step 1**\nDo it  \nnow\nA. one\n(b) two\n\nTitle\n---\nText\n\\begin{align}x\\end{align}\n\na | b\nc"
        assert [unit.strip() for unit in units(text)] == [
            "**Step 1**", "Do it", "now", "A. one", "(b) two", "Title", "---", "Text", r"\begin{align}x\end{align}",
            "a | b", "c",
        ]  # fmt: skip

    def test_text_without_a_blank_is_cut_too(self) -> None:
        assert max(map(len, units("a" * 100_000, 50))) <= 1_500

    def test_other_scripts_have_sentences(self) -> None:
        assert len(units("水通过膜移动。这就是渗透。 यह पानी है। वह हवा है।")) == 4


class TestStreaming:
    def test_a_sentence_is_given_once_the_next_has_begun(self) -> None:
        cutter = Units()
        assert cutter.feed("Water moves. ") == []
        assert cutter.feed("It does ") == ["Water moves. "]

    def test_a_long_first_sentence_begins_at_a_clause(self) -> None:
        cutter = Units()
        text = "In every plant cell, there is a large vacuole, which, filled with sap (3, 4 or 5 parts), "
        text += "presses on its wall"
        assert cutter.feed(text) == []
        [clause] = cutter.feed(" as long as water is to be had in the soil")
        assert clause == "In every plant cell, there is a large vacuole, which, filled with sap (3, 4 or 5 parts),"

    def test_later_ones_are_said_as_a_whole(self) -> None:
        long = "It is so, " + "as far as one may say, " * 6 + "indeed. "
        assert units(f"Yes. {long}End.") == ["Yes. ", long, "End."]

    def test_a_mark_behind_the_full_stop_is_waited_for(self) -> None:
        cutter = Units()
        assert cutter.feed("Water moves. [1") == []
        assert cutter.feed("] It does ") == ["Water moves. [1] "]

    @pytest.mark.parametrize("size", [1, 2, 3, 7, 40])
    def test_units_are_the_same_however_the_answer_comes(self, size: int) -> None:
        assert units(ANSWER, size) == units(ANSWER)

    @given(PIECES, st.integers(1, 9))
    @example("$$[1]$x. y$ Water moves. Water moves. \n$$", 1)
    @example("It is \n$$`$x. y$ ", 1)
    @example(". Dr. . . ", 2)
    @example("It is \n$$Water moves. $$", 1)
    @settings(max_examples=300, deadline=None)
    def test_nothing_is_lost_and_pieces_do_not_matter(self, text: str, size: int) -> None:
        assert "".join(units(text)) == text
        assert units(text, size) == units(text)

    @given(
        st.lists(st.sampled_from([*SCRAPS.split("|"), "word, ", "word " * 20]), max_size=60).map("".join),
        st.integers(1, 40),
    )
    @settings(max_examples=100, deadline=None)
    def test_long_texts_are_cut_the_same_too(self, text: str, size: int) -> None:
        assert units(text, size) == units(text)

    @given(st.text(max_size=200), st.integers(1, 9))
    @settings(deadline=None)
    def test_any_text_can_be_cut(self, text: str, size: int) -> None:
        assert "".join(units(text, size)) == text
