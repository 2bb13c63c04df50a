"""Sentences end where a reader would end them, and no character is lost."""

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clara.rag.sentences import sentences

CASES = {
    "abbreviations and titles": ["Dr. Smith met Prof. J. K. Rowling at 3.5 p.m. on Jan. 4.", "She left."],
    "decimals and sections": ["Pi is 3.14 and e is 2.72.", "See Fig. 3.2 for more."],
    "dotted names": ["The U.S. Senate voted.", "It passed in the U.S.", "The rest followed."],
    "letters that are no initials": ["Lemons have vitamin C.", "It helps.", "It boils at 100 °C.", "Ice melts."],
    "marks and quotes": ["He left!", '"Why?" she asked.', "(Nobody knew.)", "Really?!", "Yes…"],
    "footnotes": ["Water boils at 100 °C.[1]", "Ice melts.[2, 3]"],
    "chinese": ["黑豹队只丢了308分。", "他说：“好！”", "然后走了？"],
    "hindi": ["यह पहला वाक्य है।", "यह दूसरा है॥", "तीसरा।"],
    "arabic": ["ما هذا؟", "هذا كتاب."],
    "spanish": ["¿Qué es?", "¡Es la Sra. López!", "Vive aquí."],
}
ITEMS = """Introduction
Plants make sugar out of light, water and air, and they do it all day
long.

1. First item
2. Second item
- dash
• dot"""


class TestSentences:
    def parts(self, text: str) -> list[str]:
        return [text[start:end] for start, end in sentences(text)]

    @pytest.mark.parametrize("name", CASES)
    def test_ends_where_a_reader_ends_it(self, name: str) -> None:
        spaced = name not in ("chinese",)
        assert self.parts((" " if spaced else "").join(CASES[name])) == CASES[name]

    def test_headings_and_items_stand_alone(self) -> None:
        assert self.parts(ITEMS) == [
            "Introduction",
            "Plants make sugar out of light, water and air, and they do it all day\nlong.",
            "1. First item",
            "2. Second item",
            "- dash",
            "• dot",
        ]

    def test_wrapped_lines_belong_together(self) -> None:
        text = "The cell membrane is a thin layer that\nPasteur and others described as the edge\nof every living cell."
        assert self.parts(text) == [text]

    def test_thai_ends_at_a_blank_when_long_enough(self) -> None:
        clause = "กรุงเทพมหานครเป็นเมืองหลวงและนครที่มีประชากรมากที่สุดของประเทศไทย"
        assert self.parts(f"{clause} {clause} สั้น มาก") == [clause, clause, "สั้น มาก"]

    def test_thai_goes_on_before_an_era_a_repetition_and_a_joining_word(self) -> None:
        text = (
            "พระนเรศวรมหาราชทรงประกาศอิสรภาพของกรุงศรีอยุธยาที่เมืองแครงในปี พ.ศ. 2127 "
            "สมเด็จพระเจ้าตากสินมหาราชทรงกอบกู้เอกราชและส่วนต่าง ๆ ของบ้านเมืองกลับคืนมา และทรงตั้งกรุงธนบุรี"
        )

        assert [part[:8] for part in self.parts(text)] == ["พระนเรศว", "สมเด็จพร"]

    def test_a_german_day_goes_on(self) -> None:
        text = "Die Mauer fiel am 9. November 1989 in Berlin. Die Stadt zählt 9. Sie ist groß."

        assert self.parts(text) == [
            "Die Mauer fiel am 9. November 1989 in Berlin.",
            "Die Stadt zählt 9.",
            "Sie ist groß.",
        ]

    def test_two_lines_run_together_make_no_others_short(self) -> None:
        line = "The name of the site file is the one that is pointed to by the variable called"
        text = f"{line} ONE\n{line} TWO\n{line} THREE\nFOUR. {line} and {line}"
        assert [text[start:end] for start, end in sentences(text)] == [
            f"{line} ONE\n{line} TWO\n{line} THREE\nFOUR.",
            f"{line} and {line}",
        ]

    def test_what_is_left_out_goes_on(self) -> None:
        text = "The 1st, 2nd, . . . , kth levels are sorted. For 1, 2, . . . Then come the others."
        assert [text[start:end] for start, end in sentences(text)] == [
            "The 1st, 2nd, . . . , kth levels are sorted.",
            "For 1, 2, . . . Then come the others.",
        ]

    def test_lower_case_goes_on(self) -> None:
        assert self.parts("He said no! and left. Then e.g. this.") == ["He said no! and left.", "Then e.g. this."]

    @pytest.mark.parametrize("text", ["", " ", "\n\n \t"])
    def test_blank_text_has_none(self, text: str) -> None:
        assert sentences(text) == []

    @given(st.text(st.one_of(st.characters(), st.sampled_from('aB .!?\n。।"1-|“”)')), max_size=200))
    def test_every_character_that_is_not_blank_is_in_one(self, text: str) -> None:
        spans = sentences(text)
        assert all(start < end and not text[start].isspace() and not text[end - 1].isspace() for start, end in spans)
        assert all(one[1] <= other[0] for one, other in pairwise(spans))
        assert "".join("".join(text[start:end].split()) for start, end in spans) == "".join(text.split())

    @pytest.mark.parametrize("unit", ["a", ". ", "A.B.", "...\n", "1.", "“. ", "A. ", "\n", "ก "])
    def test_hostile_text_takes_linear_time(self, unit: str) -> None:
        began = time.process_time()
        sentences(unit * (400_000 // len(unit)))
        assert time.process_time() - began < 8
