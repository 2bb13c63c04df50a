"""Which sentences are quoted, and how much around them."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clara.rag.documents import Passage
from clara.tutor.quotes.selection import MOST_CHARS, MOST_QUOTES, Quotation, choose
from tests.tutor.reading import cut, passage, quoted_text, read


def quotes(question: str, *passages: Passage) -> list[str]:
    reading, languages = read(question, passages)
    return [quoted_text(passages, found) for found in choose(passages, languages, reading)]


def check(passages: list[Passage], chosen: list[Quotation]) -> None:
    assert 1 <= len(chosen) <= MOST_QUOTES
    for found in chosen:
        text = quoted_text(passages, found)
        assert text
        assert text == text.strip()
        assert len(text) <= MOST_CHARS
    for one in chosen:
        others = [other for other in chosen if other is not one and other.passage == one.passage]
        assert all(other.end <= one.start or other.start >= one.end for other in others)


class TestChoose:
    def test_one_clear_answer_is_one_quote(self) -> None:
        text = "Plants are green. Chlorophyll absorbs red and blue light. Roots take up water. Birds sing."
        assert quotes("What does chlorophyll absorb?", passage(text)) == ["Chlorophyll absorbs red and blue light."]

    def test_a_pronoun_takes_the_sentence_before_along(self) -> None:
        text = "Tesla moved to New York. He died there in 1943. Edison was born in Milan, Ohio. Birds sing in spring."
        assert quotes("When did Tesla die?", passage(text))[0] == "Tesla moved to New York. He died there in 1943."

    def test_a_sentence_that_announces_takes_the_lines_along(self) -> None:
        text = (
            "Birds sing.\n\nA cell has these parts:\n• a membrane\n• a nucleus\n• cytoplasm\n\nTrees grow slowly here."
        )
        found = quotes("Which parts has a cell?", passage(text))[0]
        assert found.startswith("A cell has these parts:")
        assert "a nucleus" in found

    def test_a_line_of_code_is_quoted_with_its_neighbours(self) -> None:
        text = "To get help on a function, type:\n> help(solve)\n> ?solve\nThe pages open in a window of their own."
        found = quotes("How do I get help(solve)?", passage(text))[0]
        assert "> help(solve)" in found
        assert "To get help" in found

    def test_a_quote_ends_with_its_paragraph(self) -> None:
        text = "Whales are mammals.\n\nHe saw whales in 1851."
        assert all("\n\n" not in found for found in quotes("whales 1851", passage(text)))

    def test_says_nothing_twice(self) -> None:
        same = "Osmosis is the movement of water."
        assert quotes("What is osmosis?", passage(same), passage(same, seq=1)) == [same]

    def test_quotes_do_not_overlap(self) -> None:
        text = " ".join(f"Cells of kind {number} divide in {number} hours." for number in range(12))
        passages = [passage(text)]
        reading, languages = read("When do cells divide?", passages)
        check(passages, choose(passages, languages, reading))

    @settings(max_examples=60, deadline=None)
    @given(
        st.text(alphabet=st.sampled_from("cells divide .!?\n。，;:العربية細胞分裂•\t-|1"), min_size=1, max_size=2_500),
        st.sampled_from(["When do cells divide?", "細胞分裂とは何ですか？", "العربية", "cells", "divide 1 | -"]),
    )
    def test_any_text_gives_whole_short_disjoint_quotes(self, text: str, question: str) -> None:
        passages = cut(text)
        reading, languages = read(question, passages)
        if reading.sentences:
            check(passages, choose(passages, languages, reading))
        else:
            assert choose(passages, languages, reading) == []

    @pytest.mark.parametrize(
        "text",
        [
            "cells " * 1_500, "x" * 9_000, "cells," * 1_500, "細胞分裂" * 2_000, "خلية " * 2_000,
            "| cells | 1 |\n" * 700,
            "cells.Cells divide" * 500, "…" * 9_000, "\u202ecells\u202c " * 900, "a.b." * 2_000,
            "cells?\n" * 1_200,
        ],
    )  # fmt: skip
    @pytest.mark.parametrize("question", ["When do cells divide?", "cells " * 800, "細胞分裂" * 600, "🙂?" * 2_500])
    def test_hostile_text_is_read_in_time(self, text: str, question: str) -> None:
        passages = cut(text)
        started = time.process_time()
        reading, languages = read(question[:5_000], passages)
        chosen = choose(passages, languages, reading)
        assert time.process_time() - started < 2.0
        if chosen:
            check(passages, chosen)
