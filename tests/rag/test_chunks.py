"""Chunks hold a document's whole text, once, with its true pages and headings, however it comes in."""

import time
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clara.rag.chunks import CHUNK_CHARS, Chunker, chunk_pages
from clara.rag.documents import Chunk, Heading, Page

PROSE = "The mitochondrion makes most of the energy that a cell needs. It has two membranes, and genes of its own. "


def pages_of(*texts: str) -> list[Page]:
    return [Page(number, None, text) for number, text in enumerate(texts, 1)]


def whole(pages: Sequence[Page]) -> str:
    return "\n".join(page.text for page in pages)


def check(pages: Sequence[Page], chunks: Sequence[Chunk], size: int = CHUNK_CHARS) -> None:
    text = whole(pages)
    starts, at = [], 0
    for page in pages:
        starts.append(at)
        at += len(page.text) + 1
    end = 0
    for seq, chunk in enumerate(chunks):
        assert chunk.seq == seq
        assert chunk.text == text[chunk.start : chunk.end] == chunk.text.strip() != ""
        assert not text[end : chunk.start].strip()
        assert len(chunk.text) <= size * 1.3
        for number, offset in ((chunk.page_from, chunk.start), (chunk.page_to, chunk.end - 1)):
            index = [page.number for page in pages].index(number)
            assert starts[index] <= offset <= starts[index] + len(pages[index].text)
        end = chunk.end
    assert not text[end:].strip()


@st.composite
def documents(draw: st.DrawFn) -> list[Page]:
    words = st.sampled_from(
        ["word", "Two. ", "x" * 70, "\n", "\n\n", "| a | b |\n", "e\u0301", "。", " ", "1,2,3\n", "."]
    )
    pages = []
    for number in range(1, draw(st.integers(0, 8)) + 1):
        text = "".join(draw(st.lists(words, max_size=60)))
        offsets = st.one_of(st.none(), st.integers(0, len(text)))
        headings = draw(st.lists(st.tuples(st.integers(1, 4), st.text(max_size=8), offsets), max_size=4))
        pages.append(
            Page(number, None, text, tuple(Heading(level, title, number, at) for level, title, at in headings))
        )
    return pages


class TestCoverage:
    @given(documents(), st.integers(40, 300))
    @settings(max_examples=150)
    def test_every_character_that_is_not_blank_is_in_one_chunk(self, pages: list[Page], size: int) -> None:
        check(pages, list(chunk_pages(pages, size)), size)

    @given(documents(), st.integers(40, 300))
    def test_feeding_page_by_page_holds_little_back(self, pages: list[Page], size: int) -> None:
        chunker, done, fed = Chunker(size), 0, 0
        for page in pages:
            for chunk in chunker.feed(page):
                done = chunk.end
            fed += len(page.text) + 1
            assert not whole(pages)[done : max(done, fed - 2 * size - 2)].strip()

    def test_an_empty_document_has_none(self) -> None:
        assert list(chunk_pages([])) == []
        assert list(chunk_pages(pages_of("", " \n", "\t"))) == []


class TestPages:
    def test_a_chunk_over_a_page_break_names_both(self) -> None:
        (chunk,) = chunk_pages(pages_of("It begins here and", "ends there."))
        assert (chunk.page_from, chunk.page_to, chunk.text) == (1, 2, "It begins here and\nends there.")

    def test_numbers_are_those_of_the_pages(self) -> None:
        pages = [Page(number, None, PROSE * 30) for number in (3, 7, 12)]
        assert {(chunk.page_from, chunk.page_to) for chunk in chunk_pages(pages)} >= {(3, 3), (7, 7), (12, 12)}

    def test_a_page_that_ends_a_chunk_does_not_claim_the_next(self) -> None:
        pages = [Page(1, None, PROSE * 4), Page(2, None, PROSE * 4, (Heading(1, "Second", 2, 0),))]
        assert [(chunk.page_from, chunk.page_to) for chunk in chunk_pages(pages)] == [(1, 1), (2, 2)]


class TestSize:
    def test_long_prose_is_cut_at_sentences(self) -> None:
        chunks = list(chunk_pages(pages_of(PROSE * 100)))
        assert all(chunk.text.startswith(("The", "It")) and chunk.text.endswith(".") for chunk in chunks)
        assert all(CHUNK_CHARS * 0.5 <= len(chunk.text) <= CHUNK_CHARS for chunk in chunks[:-1])

    def test_paragraphs_are_better_than_sentences(self) -> None:
        paragraph = PROSE * 8 + "\n\n"
        chunks = list(chunk_pages(pages_of(paragraph * 10)))
        assert {chunk.text for chunk in chunks} == {paragraph.strip()}

    def test_a_little_more_than_a_chunk_stays_whole(self) -> None:
        (chunk,) = chunk_pages(pages_of(PROSE * 11))
        assert len(chunk.text) > CHUNK_CHARS

    def test_no_stump_is_left_at_the_end(self) -> None:
        sizes = [len(chunk.text) for chunk in chunk_pages(pages_of(PROSE * 14))]
        assert len(sizes) == 2
        assert min(sizes) > CHUNK_CHARS * 0.5

    def test_rows_of_a_table_stay_whole(self) -> None:
        table = "".join(f"| row {number} | Mr. X. Y. said. So | value {number * 7} |\n" for number in range(200))
        rows = [line for chunk in chunk_pages(pages_of(table)) for line in chunk.text.split("\n")]
        assert rows == table.strip().split("\n")

    def test_rows_of_csv_stay_whole(self) -> None:
        table = "".join(f"{number},Name {number}. And more,{number * 7},some text. Here\n" for number in range(200))
        rows = [line for chunk in chunk_pages(pages_of(table)) for line in chunk.text.split("\n")]
        assert rows == table.strip().split("\n")

    def test_text_without_blanks_is_cut_anyway_but_not_before_a_mark(self) -> None:
        chunks = list(chunk_pages(pages_of("e\u0301" * 5_000)))
        assert len(chunks) > 5
        assert all(chunk.text[0] == "e" for chunk in chunks)


class TestHeadings:
    def test_a_path_joins_the_headings_above(self) -> None:
        text = "Cells\n" + PROSE * 5 + "Energy\n" + PROSE * 5 + "Plants\n" + PROSE * 5
        headings = (
            Heading(1, "Cells", 1, 0),
            Heading(2, " Energy \n of cells", 1, text.index("Energy")),
            Heading(1, "Plants", 1, text.index("Plants")),
        )
        chunks = list(chunk_pages([Page(1, None, text, headings)]))
        assert [chunk.heading for chunk in chunks] == ["Cells", "Cells › Energy of cells", "Plants"]
        assert [chunk.text.split("\n")[0] for chunk in chunks] == ["Cells", "Energy", "Plants"]

    def test_a_lone_title_goes_with_its_first_subsection(self) -> None:
        text = "Chapter 1\n1.1 Cells\n" + PROSE * 5
        headings = (Heading(1, "Chapter 1", 1, 0), Heading(2, "1.1 Cells", 1, 10))
        (chunk,) = chunk_pages([Page(1, None, text, headings)])
        assert chunk.heading == "Chapter 1 › 1.1 Cells"

    def test_a_short_section_does_not_take_the_next_along(self) -> None:
        headings = (Heading(1, "One", 1, 0), Heading(1, "Two", 1, 10))
        chunks = list(chunk_pages([Page(1, None, "One short\nTwo short", headings)]))
        assert [(chunk.heading, chunk.text) for chunk in chunks] == [("One", "One short"), ("Two", "Two short")]

    def test_a_heading_of_unknown_place_begins_its_page(self) -> None:
        pages = [Page(1, None, PROSE), Page(2, None, PROSE, (Heading(1, "Two", 2, None),)), Page(3, None, PROSE)]
        assert [chunk.heading for chunk in chunk_pages(pages)] == ["", "Two"]

    def test_endless_titles_and_depths_are_cut(self) -> None:
        headings = tuple(Heading(level, "t" * 10_000, 1, 0) for level in range(1, 50))
        (chunk,) = chunk_pages([Page(1, None, PROSE, headings)])
        assert len(chunk.heading) < 2_000


class TestHostileDocuments:
    @pytest.mark.parametrize(
        ("name", "pages"),
        [
            ("tiny pages", [Page(number, None, "tiny page") for number in range(1, 100_001)]),
            ("one line", pages_of("word another. " * 300_000)),
            ("no blanks", pages_of("x" * 4_000_000)),
            ("blanks", pages_of(" " * 4_000_000 + "x")),
            ("many lines", pages_of("a\n" * 400_000)),
            (
                "many headings",
                [Page(1, None, "a b\n" * 20_000, tuple(Heading(2, "t", 1, 4 * n) for n in range(20_000)))],
            ),
            ("marks", pages_of("\u0301" * 400_000)),
            ("rows", pages_of("a,b,c," * 200_000)),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_takes_linear_time_and_loses_nothing(self, name: str, pages: list[Page]) -> None:
        began = time.process_time()
        chunks = list(chunk_pages(pages))
        assert time.process_time() - began < 15
        assert sum(len("".join(chunk.text.split())) for chunk in chunks) == len("".join(whole(pages).split()))
