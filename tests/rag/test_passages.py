from clara.rag.documents import Passage
from clara.rag.passages import source_of


def passage(first: int | None, last: int | None, *labels: str) -> Passage:
    place = ("doc-0", "file", "book.pdf", "none", "doc", 0, first, last, 0, 4, "Cells", "text", 1.0, ())
    return Passage(*place, *labels)


class TestSourceOf:
    def test_counts_pages_and_tells_what_is_printed_on_them_where_that_differs(self) -> None:
        assert source_of(passage(3, 3)) == "book.pdf, page 3"
        assert source_of(passage(3, 4)) == "book.pdf, pages 3-4"
        assert source_of(passage(3, 3, "3", "3")) == "book.pdf, page 3"
        assert source_of(passage(14, 14, "xii", "xii")) == "book.pdf, page 14 (printed xii)"
        assert source_of(passage(14, 15, "xii", "1")) == "book.pdf, pages 14-15 (printed xii-1)"

    def test_names_the_heading_where_there_are_no_pages(self) -> None:
        assert source_of(passage(None, None)) == "book.pdf, Cells"
