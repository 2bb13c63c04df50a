import re
from pathlib import Path

import pytest

from clara.rag.documents import Page
from clara.rag.extract.hyphens import Hyphens
from clara.rag.extract.limits import ExtractLimits
from clara.rag.extract.media import MediaType
from clara.rag.extract.messages import DocumentInfo
from clara.rag.extract.pdf import read
from clara.rag.extract.sandbox import extract
from clara.rag.extract.titles import find_titles
from tests.rag.documents_made import make_pdf, write
from tests.services import missing

TEX_FOLDER = Path("/usr/share/R/doc/manual")


def tex(name: str) -> tuple[DocumentInfo, list[Page]]:
    """One of the manuals of R, which are made by TeX from Texinfo and LaTeX."""
    path = TEX_FOLDER / name
    if not path.exists():
        missing("tex-pdf", "apt-get install --no-install-recommends r-doc-pdf")
    info, *pages = extract(path, MediaType.PDF, ExtractLimits())
    assert isinstance(info, DocumentInfo)
    return info, [page for page in pages if isinstance(page, Page)]


def letters(text: str) -> str:
    return "".join(filter(str.isalnum, text)).lower()


class TestHyphens:
    @pytest.mark.parametrize(
        ("broken", "mended"),
        [
            ("should be com\ufffeputed by", "should be computed by"),
            ("on Unix\ufffealikes", "on Unix-alikes"),
            ("is OS\ufffespecific", "is OS-specific"),
            ("the AGPL\ufffe3 licence", "the AGPL-3 licence"),
            ("use --no\ufffesave here", "use --no-save here"),
            ("a state-of-the\ufffeart method", "a state-of-the-art method"),
            ("a two-dimen\ufffesional array", "a two-dimensional array"),
            ("the end\ufffe", "the end-"),
        ],
    )
    def test_the_other_words_of_the_document_decide(self, broken: str, mended: str) -> None:
        hyphens = Hyphens()
        hyphens.learn("computed Unix-alikes of the State-of-the-art dimensional")
        assert hyphens.mend(broken) == mended

    def test_the_halves_of_a_break_are_no_words(self) -> None:
        hyphens = Hyphens()
        hyphens.learn("The com\ufffeputed value and the well\ufffeknown one")
        assert hyphens.mend("com\ufffeputed") == "computed"


class TestFindTitles:
    def test_at_the_start_of_a_line_with_or_without_number(self) -> None:
        text = "Chapter 5: Arrays 25\n5.7.3 Eigenvalues and\neigenvectors\nThe Svd is\n5.8 SVD\nA — Appendix\n"
        titles = ["Eigenvalues and eigenvectors", "SVD", "Appendix", "absent", "+"]
        found = find_titles(text, titles, [None] * len(titles))
        assert [None if at is None else text[at:].split("\n")[0] for at in found] == [
            "5.7.3 Eigenvalues and",
            "5.8 SVD",
            "A — Appendix",
            None,
            None,
        ]

    def test_a_number_in_the_title_may_be_missing_on_the_page(self) -> None:
        assert find_titles("CHAPTER ONE\nIntroduction\ntext", ["1 Introduction"], [None]) == [12]

    def test_the_nearest_to_the_estimate_is_meant(self) -> None:
        text = "Summary 12\nfirst line\nSummary\nsecond line\nSummary\n"
        assert find_titles(text, ["Summary"], [text.rindex("Summary") - 3]) == [text.rindex("Summary")]
        assert find_titles(text, ["Summary"], [0]) == [0]

    def test_one_that_no_line_begins_with_is_where_it_is_estimated(self) -> None:
        text = "the end of a section.\n[a picture of a title]\nIt begins here.\nIt goes on."
        for estimate in range(text.index(" section"), text.index("title")):
            assert find_titles(text, ["Beginnings"], [estimate]) in ([text.index("[")], [text.index("It begins")])
        assert find_titles(text, ["Beginnings"], [text.index("[") - 1]) == [text.index("[")]
        assert find_titles(text, ["Beginnings", "Ends"], [0, 9_999]) == [0, text.index("It goes")]
        assert find_titles("", ["Beginnings"], [3]) == [0]

    def test_without_an_estimate_one_after_the_other(self) -> None:
        text = "Exercises\n1\nExercises\n2\n"
        assert find_titles(text, ["Exercises", "Exercises"], [None, None]) == [0, 12]


class TestRead:
    def test_the_same_title_twice_on_a_page(self, tmp_path: Path) -> None:
        outline = [(1, 1, "Part"), (1, 2, "Summary"), (1, 2, "Summary")]
        _, page = read(write(tmp_path, "a.pdf", make_pdf(["text"], outline)), ExtractLimits())
        assert isinstance(page, Page)
        assert [(h.title, h.offset) for h in page.headings] == [("Part", 0), ("Summary", 5), ("Summary", 13)]


class TestTex:
    """Made by TeX: ligatures, words broken at line ends, roman page numbers, running heads, titles without numbers."""

    def test_pages_and_labels(self) -> None:
        info, pages = tex("R-intro.pdf")
        assert info.pages_total == len(pages) > 100
        labels = [page.label for page in pages]
        first = labels.index("1")
        assert labels[first - 1] == "vi" or labels[first - 2 : first].count("ii") == 0
        assert labels[first : first + 3] == ["1", "2", "3"]

    @pytest.mark.parametrize(("name", "head"), [("R-intro.pdf", "Chapter "), ("fullrefman.pdf", "")])
    def test_running_heads_and_page_numbers_are_not_of_the_text(self, name: str, head: str) -> None:
        _, pages = tex(name)
        for page in pages:
            first, last = page.text.split("\n")[0], page.text.split("\n")[-1]
            assert page.label not in (first, last)
            is_head = page.label is not None and re.fullmatch(rf"{head}.*\s{page.label}|{page.label}\s{head}.*", first)
            assert not is_head or page.number < 40, (page.number, first)

    def test_a_sentence_over_a_page_break_reads_on(self) -> None:
        _, pages = tex("R-intro.pdf")
        text = "\n".join(page.text for page in pages)
        assert "However there are situations\nwhere logical vectors and their coerced" in text
        assert not re.search(r"\nChapter \d+: [^\n]+ \d+\n", text)

    def test_every_outline_entry_is_found_on_its_page(self) -> None:
        _, pages = tex("R-intro.pdf")
        headings = [heading for page in pages for heading in page.headings]
        assert len(headings) > 100
        for heading in headings:
            assert heading.offset is not None
            text = pages[heading.page - 1].text[heading.offset :]
            assert letters(heading.title) in letters(text[: len(heading.title) + 20])
        titles = [(heading.level, heading.title) for heading in headings]
        assert (2, "The R environment") in titles
        assert (3, "Eigenvalues and eigenvectors") in titles

    def test_broken_words_and_ligatures_are_whole(self) -> None:
        _, pages = tex("R-intro.pdf")
        text = "\n".join(page.text for page in pages)
        for words in ("should be computed by something like", "efficient", "first", "quasi-likelihood models"):
            assert words in text
        assert not set(text) & set("\ufffe\u0002\ufb00\ufb01\ufb02\r\0")

    def test_a_reference_of_thousands_of_pages_in_seconds(self) -> None:
        info, pages = tex("fullrefman.pdf")
        assert info.pages_total == len(pages) > 2_000
        missed = [heading for page in pages for heading in page.headings if heading.offset is None]
        assert len(missed) < 0.01 * sum(len(page.headings) for page in pages)
