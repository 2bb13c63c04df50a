from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from clara.rag.documents import Page
from clara.rag.extract.limits import ExtractLimits
from clara.rag.extract.markdown import headings, plain, read
from tests.rag.documents_made import write


def titles(text: str) -> list[tuple[int, str]]:
    return [(mark.level, mark.title) for mark in headings(text)]


class TestHeadings:
    def test_with_number_signs(self) -> None:
        assert titles("# One\n## Two ##\n#hashtag\n   ### Three\n    # code\n####### seven\n#") == [
            (1, "One"),
            (2, "Two"),
            (3, "Three"),
        ]

    def test_underlined(self) -> None:
        assert titles("One\n===\n\nTwo\n---\n\n- item\n---\n\n---\ntext") == [(1, "One"), (2, "Two")]

    def test_none_in_fenced_code(self) -> None:
        text = "```python\n# comment\n~~~\n# still code\n```\n# After\n~~~~\n# code\n~~~\n# code\n~~~~\n# Last"
        assert titles(text) == [(1, "After"), (1, "Last")]

    def test_none_in_the_front_matter(self) -> None:
        assert titles("---\ntitle: Notes\n# comment\n---\n# One") == [(1, "One")]

    def test_offsets_are_those_of_the_line(self) -> None:
        text = "intro\n\nOne\n===\n\n## Two\n"
        assert [text[mark.offset :].split("\n")[0] for mark in headings(text)] == ["One", "## Two"]

    def test_titles_without_their_marks(self) -> None:
        assert plain("**Bold** and [a link](http://x.y) with `code_x` and ![alt](i.png)") == (
            "Bold and a link with code_x and alt"
        )
        assert plain("snake_case_name * 2") == "snake_case_name * 2"

    @given(st.text("#=-`~ab \n>*1.[]()_", max_size=400))
    def test_any_text_has_headings_in_order_and_inside_it(self, text: str) -> None:
        offsets = [mark.offset for mark in headings(text)]
        assert offsets == sorted(offsets)
        assert all(0 <= offset < len(text) for offset in offsets)


class TestRead:
    @given(st.text("# ab\n`=", max_size=200).map(lambda text: text * 60))
    def test_the_text_stays_as_it_is(self, text: str) -> None:
        from tempfile import TemporaryDirectory

        with TemporaryDirectory() as folder:
            items = list(read(write(Path(folder), "a.md", text.encode()), ExtractLimits()))
        assert "\n".join(item.text for item in items if isinstance(item, Page)) == text
