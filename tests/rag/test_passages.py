from clara.rag.documents import Passage
from clara.rag.passages import chunk_id_of, passage_of, source_of
from clara.store.passages import ChunkRow, Placed


def passage(first: int | None, last: int | None, *labels: str) -> Passage:
    place = ("doc-0", "file", "book.pdf", "none", "doc", 0, first, last, 0, 4, "Cells", "text", 1.0, ())
    return Passage(*place, *labels)


ROW = ChunkRow("doc", 7, 3, 4, 100, 104, "Cells", "text")


class TestPassageOf:
    def test_is_the_chunk_where_its_file_lies(self) -> None:
        placed = Placed("doc", "file", "none", "book.pdf", paged=True)

        made = passage_of(ROW, placed, 0.5, {("doc", 3): "i", ("doc", 4): "ii", ("other", 3): "x"})

        place = ("doc-7", "file", "book.pdf", "none", "doc", 7, 3, 4, 100, 104, "Cells", "text", 0.5, ())
        assert made == Passage(*place, "i", "ii")
        assert made.chunk_id == chunk_id_of("doc", 7)

    def test_names_no_pages_where_the_format_has_none(self) -> None:
        made = passage_of(ROW, Placed("doc", "file", "none", "notes.txt", paged=False))

        assert (made.page_from, made.page_to, made.label_from) == (None, None, None)


class TestSourceOf:
    def test_counts_pages_and_tells_what_is_printed_on_them_where_that_differs(self) -> None:
        assert source_of(passage(3, 3)) == "book.pdf, page 3"
        assert source_of(passage(3, 4)) == "book.pdf, pages 3-4"
        assert source_of(passage(3, 3, "3", "3")) == "book.pdf, page 3"
        assert source_of(passage(14, 14, "xii", "xii")) == "book.pdf, page 14 (printed xii)"
        assert source_of(passage(14, 15, "xii", "1")) == "book.pdf, pages 14-15 (printed xii-1)"

    def test_names_the_heading_where_there_are_no_pages(self) -> None:
        assert source_of(passage(None, None)) == "book.pdf, Cells"
