import csv as standard_csv
import io
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from tests.rag.documents_made import write

from clara.rag.documents import Page
from clara.rag.extract.csv import column_names, read, split_rows
from clara.rag.extract.limits import ExtractLimits
from clara.rag.extract.parts import MAX_LINE_CHARS, PART_CHARS

cells = st.text("ab ,;\"'\n1", max_size=40)


class TestSplitRows:
    @given(st.text('ab,"\n', max_size=300).map(lambda text: text * 50))
    def test_the_spans_joined_by_newlines_are_the_text(self, text: str) -> None:
        assert "\n".join(text[start:end] for start, end in split_rows(text)) == text

    @given(st.lists(st.lists(cells, min_size=2, max_size=4), min_size=1, max_size=30))
    def test_no_row_is_cut_though_its_cells_hold_newlines(self, rows: list[list[str]]) -> None:
        buffer = io.StringIO()
        standard_csv.writer(buffer, lineterminator="\n").writerows(rows * 8)
        text = buffer.getvalue()
        parts = [text[start:end] for start, end in split_rows(text)]
        assert [row for part in parts for row in standard_csv.reader(io.StringIO(part, newline="")) if row] == rows * 8

    def test_a_quote_that_is_never_closed_does_not_swallow_the_file(self) -> None:
        text = 'a,"b\n' + "one,two\n" * 20_000
        assert max(end - start for start, end in split_rows(text)) < PART_CHARS + MAX_LINE_CHARS + 100


class TestColumnNames:
    def test_of_each_delimiter(self) -> None:
        assert column_names("name,age\nAda,36\n") == "name, age"
        assert column_names('name;"born, in";age\nAda;London;36\n') == "name, born, in, age"
        assert column_names("name\tage\nAda\t36\n") == "name, age"

    def test_none_where_the_first_row_is_data(self) -> None:
        assert column_names("1,2\n3,4\n") == ""
        assert column_names("Ada,36\nAlan,41\n") == ""
        assert column_names("a,,b\n1,2,3\n") == ""
        assert column_names("name,age") == ""
        assert column_names("") == ""


class TestRead:
    def test_rows_stay_as_they_are_under_the_column_names(self, tmp_path: Path) -> None:
        text = "country,capital\n" + "France,Paris\n" * 1000
        items = list(read(write(tmp_path, "a.csv", text.encode()), ExtractLimits()))
        pages = [item for item in items if isinstance(item, Page)]
        assert "\n".join(page.text for page in pages) == text
        assert len(pages) > 2
        assert {heading.title for page in pages for heading in page.headings} == {"country, capital"}
