from collections.abc import Callable, Sequence
from pathlib import Path

from fpdf import FPDF
from hypothesis import given
from hypothesis import strategies as st

from clara.rag.documents import Page
from clara.rag.extract.edges import EDGE_LINES, Edges, Line
from clara.rag.extract.limits import ExtractLimits
from clara.rag.extract.margins import REACH, Margins
from clara.rag.extract.pdf import read
from tests.rag.documents_made import write

BODY_TOP, PITCH, HEAD, FOOT = 700.0, 13.0, 740.0, 40.0

words = st.text("abcdefg ", min_size=3, max_size=30).filter(str.strip)


def page(*placed: tuple[float, str], size: float = 10.0, label: str = "") -> Edges:
    """A page of lines at these heights, in their order in the text."""
    lines, at = [], 0
    for y, text in placed:
        lines.append(Line(at, at + len(text), text, y, size))
        at += len(text) + 2
    shown = lines if len(lines) <= 2 * EDGE_LINES else [*lines[:EDGE_LINES], *lines[-EDGE_LINES:]]
    return Edges(tuple(shown), label, is_upright=True, is_full=len(lines) > EDGE_LINES)


def body(*texts: str) -> list[tuple[float, str]]:
    lines = texts or tuple(f"line {chr(97 + at)} of prose" for at in range(12))
    return [(BODY_TOP - PITCH * at, text) for at, text in enumerate(lines)]


def running(pages: Sequence[Edges]) -> list[list[str]]:
    """What is taken off each page, asked for as a reader does: with no more pages ahead than it has to know."""
    margins, taken = Margins(), []
    for index, edges in enumerate(pages):
        margins.add(index, edges)
        if index >= 2 * REACH:
            taken.append(margins.running(index - 2 * REACH))
    taken += [margins.running(index) for index in range(len(taken), len(pages))]
    return [
        [line.text for line in p.lines if (line.start, line.end) in spans]
        for p, spans in zip(pages, taken, strict=True)
    ]


class TestRunning:
    def test_a_head_that_counts_up_and_changes_with_the_chapter(self) -> None:
        heads = [f"Chapter {n // 5 + 1}: {'abcdefgh'[n // 5] * 4} {n + 1}" for n in range(40)]
        found = running([page((HEAD, head), *body()) for head in heads])
        assert found[1:] == [[head] for head in heads[1:]]

    def test_what_the_first_page_says_is_said_once(self) -> None:
        found = running([page((HEAD, "Biology, summer term"), *body(), (FOOT, f"{n + 1}")) for n in range(6)])
        assert found == [["1"]] + [["Biology, summer term", f"{n + 1}"] for n in range(1, 6)]

    def test_left_and_right_pages_differ(self) -> None:
        heads = [("The whole book" if n % 2 else f"Part {'xyz'[n // 10]}") for n in range(30)]
        assert running([page((HEAD, head), *body()) for head in heads])[1:] == [[head] for head in heads[1:]]

    def test_a_chapter_of_one_page_between_others(self) -> None:
        heads = ["Alpha"] * 10 + ["Beta"] + ["Gamma"] * 10
        assert running([page((HEAD, head), *body()) for head in heads])[10] == ["Beta"]

    def test_a_chapter_begins_without_a_head(self) -> None:
        pages = [page((HEAD, "Alpha"), *body()) if n % 6 else page(*body("The chapter's title")) for n in range(24)]
        found = running(pages)
        assert all(taken == (["Alpha"] if n % 6 else []) for n, taken in enumerate(found))

    def test_roman_numbers_then_arabic_ones(self) -> None:
        numbers = ["i", "ii", "iii", "iv", "v", "vi", "1", "2", "3", "4", "5", "6"]
        assert running([page(*body(), (FOOT, number)) for number in numbers]) == [[number] for number in numbers]

    def test_page_numbers_in_words(self) -> None:
        feet = [f"Page {n + 1} of 20" for n in range(20)]
        assert running([page(*body(), (FOOT, foot)) for foot in feet]) == [[foot] for foot in feet]

    def test_a_number_right_below_the_text(self) -> None:
        low = BODY_TOP - 12 * PITCH
        assert running([page(*body(), (low, f"– {n + 7} –")) for n in range(9)]) == [[f"– {n + 7} –"] for n in range(9)]

    def test_a_head_written_after_the_text(self) -> None:
        assert running([page(*body(), (HEAD, "Notes")) for _ in range(9)])[1:] == [["Notes"]] * 8
        assert running([page(*body(), (FOOT, str(n)), (HEAD, "Notes")) for n in range(9)])[1:] == [
            [str(n), "Notes"] for n in range(1, 9)
        ]

    def test_two_lines(self) -> None:
        found = running([page((HEAD + 10, "Faculty"), (HEAD, "Course"), *body()) for _ in range(9)])
        assert found[1:] == [["Faculty", "Course"]] * 8


class TestContent:
    """What repeats and is none the less of the text."""

    @given(st.lists(st.lists(words, min_size=2, max_size=12), max_size=20))
    def test_nothing_is_taken_where_nothing_stands_apart(self, pages: list[list[str]]) -> None:
        assert running([page(*body(*lines)) for lines in pages]) == [[] for _ in pages]

    def test_the_head_of_a_table_on_every_page(self) -> None:
        pages = [page(*body("Name Value Unit", *(f"row {n} {at}" for at in range(30)))) for n in range(12)]
        assert running(pages) == [[]] * 12

    def test_a_refrain_that_stands_apart_where_other_pages_begin(self) -> None:
        apart = [(BODY_TOP, "And miles to go"), *body(*"abcdefghijkl")[3:]]
        pages = [
            page(*apart) if n % 5 < 2 else page(*body(*(f"verse {n} {at}" for at in "abcdefghij"))) for n in range(18)
        ]
        assert running(pages) == [[]] * 18

    def test_the_title_of_a_slide(self) -> None:
        slides = [
            page((500.0, "Results"), (440.0, f"point {n}"), (420.0, "more"))._replace(is_upright=False, is_full=False)
            for n in range(12)
        ]
        assert running(slides) == [[]] * 12

    def test_the_title_of_a_slide_beside_its_number(self) -> None:
        text = [(440.0 - 20 * at, f"point {at}") for at in range(6)]
        slides = [
            page((500.0, "ABCDEFGHIJKL"[n] * 9), (500.0, str(n + 1)), *text)._replace(is_upright=False, is_full=False)
            for n in range(12)
        ]
        assert running(slides) == [[str(n + 1)] for n in range(12)]

    def test_the_title_of_a_card(self) -> None:
        facts = [(600.0 - 20 * at, f"fact {at}") for at in range(6)]
        cards = [page((HEAD, "Photosynthesis"), *facts)._replace(is_full=False) for _ in range(12)]
        assert running(cards) == [[]] * 12

    def test_a_larger_title(self) -> None:
        pages = []
        for n in range(12):
            edges = page((HEAD, "Exercises"), *body(*(f"{n} {at}" for at in "abcdefghijkl")))
            pages.append(edges._replace(lines=(edges.lines[0]._replace(size=16.0), *edges.lines[1:])))
        assert running(pages) == [[]] * 12

    def test_questions_one_a_page(self) -> None:
        pages = [page((HEAD, f"Question {n + 1}"), *body()) for n in range(12)]
        assert running(pages) == [[]] * 12

    def test_a_section_every_fifth_page(self) -> None:
        pages = [page(*([(HEAD, f"Section {n}")] if n % 5 == 0 else []), *body()) for n in range(30)]
        assert running(pages) == [[]] * 30

    def test_the_same_title_every_fifth_page(self) -> None:
        pages = [page(*([(HEAD, "Exercises")] if n % 5 == 0 else []), *body()) for n in range(30)]
        assert running(pages) == [[]] * 30

    def test_a_few_pages_prove_nothing(self) -> None:
        assert running([page((HEAD, "Same"), *body()), page((HEAD, "Same"), *body())]) == [[], []]


class TestAnyPages:
    @given(
        st.lists(
            st.lists(
                st.tuples(
                    st.floats(0, 800), st.sampled_from(["7", "viii", "Head", "Head 3", "word", "Seite 2", "x y"])
                ),
                max_size=9,
            ),
            max_size=30,
        )
    )
    def test_only_lines_of_the_edges_are_taken_once_each(self, pages: list[list[tuple[float, str]]]) -> None:
        margins = Margins()
        edges = [page(*lines) for lines in pages]
        for index, one in enumerate(edges):
            margins.add(index, one)
        for index, one in enumerate(edges):
            spans = margins.running(index)
            assert len(spans) == len(set(spans))
            assert set(spans) <= {(line.start, line.end) for line in one.lines}


class TestRead:
    def made(self, tmp_path: Path, draw: Callable[[FPDF, int], None], pages: int = 8) -> list[Page]:
        pdf = FPDF(unit="pt", format="A4")
        pdf.set_auto_page_break(False)
        pdf.set_font("Helvetica", size=11)
        for n in range(1, pages + 1):
            pdf.add_page()
            draw(pdf, n)
        read_pages = list(read(write(tmp_path, "a.pdf", bytes(pdf.output())), ExtractLimits()))
        return [one for one in read_pages if isinstance(one, Page)]

    def test_a_sentence_over_a_page_break_reads_on(self, tmp_path: Path) -> None:
        def draw(pdf: FPDF, n: int) -> None:
            pdf.text(60, 40, f"The Cell    {n}")
            for at in range(20):
                pdf.text(60, 90 + 14 * at, f"goes on {n} {at} and" if at else "which")
            pdf.text(290, 800, f"- {n} -")

        pages = self.made(tmp_path, draw)
        text = "\n".join(page.text for page in pages)
        assert "and\nwhich\ngoes on 3 1 and" in text
        assert "The Cell" not in text.split("\n", 1)[1]
        assert "- 4 -" not in text
        assert all(page.text == page.text.strip() for page in pages)

    def test_the_heading_of_the_outline_stays(self, tmp_path: Path) -> None:
        def draw(pdf: FPDF, n: int) -> None:
            pdf.set_y(28)
            if n == 4:
                pdf.start_section("Summary")
            pdf.text(60, 40, "Summary")
            for at in range(20):
                pdf.text(60, 90 + 14 * at, f"line {n} {at}")

        pages = self.made(tmp_path, draw)
        assert [page.text.startswith("Summary") for page in pages] == [True, False, False, True, *[False] * 4]
        assert [heading.offset for page in pages for heading in page.headings] == [0]

    def test_a_turned_page_is_left_alone(self, tmp_path: Path) -> None:
        def draw(pdf: FPDF, n: int) -> None:
            pdf.text(60, 40, "Head")
            for at in range(20):
                pdf.text(60, 90 + 14 * at, f"line {n} {at}")

        pdf = FPDF(unit="pt", format="A4")
        pdf.set_font("Helvetica", size=11)
        for n in range(8):
            pdf.add_page()
            draw(pdf, n)
        turned = bytes(pdf.output()).replace(b"/Type /Page\n", b"/Type /Page\n/Rotate 90\n")
        assert turned.count(b"/Rotate 90") == 8
        pages = [one for one in read(write(tmp_path, "a.pdf", turned), ExtractLimits()) if isinstance(one, Page)]
        assert all("Head" in one.text.split("\n") for one in pages)
