import pytest

from clara.rag.chunks import chunk_pages
from clara.rag.documents import Heading, Page
from clara.rag.headings import heading_at

LEAD = "3 Vectors\nA vector is a list of numbers.\n3.1 Addition of\nvectors\nTo add vectors is to add each number."


class TestHeadingAt:
    def test_a_lead_is_not_under_the_subsection_that_follows_it(self) -> None:
        (chunk,) = chunk_pages(
            [
                Page(
                    1,
                    None,
                    LEAD,
                    (Heading(1, "Vectors", 1, 0), Heading(2, "Addition of vectors", 1, LEAD.index("3.1"))),
                )
            ]
        )
        assert chunk.heading == "Vectors › Addition of vectors"
        assert heading_at(chunk.heading, chunk.text, LEAD.index("A vector")) == "Vectors"
        assert heading_at(chunk.heading, chunk.text, LEAD.index("To add")) == chunk.heading
        assert heading_at(chunk.heading, chunk.text, LEAD.index("3.1")) == chunk.heading

    def test_of_three_levels(self) -> None:
        text = "Book\nabout it\nPart\nof it\nChapter 5: Cells\nCells divide."
        places = {"about": "Book", "of it": "Book › Part", "divide": "Book › Part › Cells"}
        for words, heading in places.items():
            assert heading_at("Book › Part › Cells", text, text.index(words)) == heading

    @pytest.mark.parametrize("text", ["nothing of the kind", "", "Vectors are there. Addition of vectors is too."])
    def test_a_title_that_is_not_in_the_text_holds_for_all_of_it(self, text: str) -> None:
        assert heading_at("Vectors › Addition", text, 0) == "Vectors › Addition"

    def test_no_heading(self) -> None:
        assert heading_at("", "text", 0) == ""
