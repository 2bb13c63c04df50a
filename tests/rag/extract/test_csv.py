import csv as standard_csv
import io
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from clara.rag.chunks import chunk_pages
from clara.rag.documents import Page
from clara.rag.extract.columns import read_columns
from clara.rag.extract.csv import find_delimiter, read, rows_of, split_rows
from clara.rag.extract.limits import ExtractLimits
from clara.rag.extract.messages import DocumentInfo
from clara.rag.extract.parts import MAX_LINE_CHARS, PART_CHARS
from clara.rag.sentences import sentences
from tests.rag.documents_made import write

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


class TestReadColumns:
    def names(self, text: str) -> str:
        return ", ".join(read_columns(list(rows_of(text, find_delimiter(text)))).names)

    def test_of_each_delimiter(self) -> None:
        assert self.names("name,age\nAda,36\n") == "name, age"
        assert self.names('name;"born, in";age\nAda;London;36\n') == "name, born, in, age"
        assert self.names("name\tage\nAda\t36\n") == "name, age"
        assert self.names("Land|Einwohner\nItalien|59\nSpanien|48\n") == "Land, Einwohner"

    def test_told_by_their_usual_words_by_case_or_by_the_values_below(self) -> None:
        assert self.names("Term,Definition\nOsmosis,Water through a membrane\n") == "Term, Definition"
        assert self.names("river,mouth\nRhine,North Sea\nDanube,Black Sea\n") == "river, mouth"
        assert self.names("Probe,Masse\nA,12 g\nB,13.5 g\n") == "Probe, Masse"
        assert self.names(",a,b\n0,1,2\n1,4,5\n") == ", a, b"

    def test_none_where_the_first_row_may_be_data(self) -> None:
        for text in (
            "1,2\n3,4\n",
            "Ada,36\nAlan,41\n",
            "a,,,b\n1,2,3,4\n",
            "name,age",
            "",
            "France,Paris\nGermany,Berlin\nItaly,Rome\n",
            "osmosis,water through a membrane\nmitosis,cell division\nlysis,a cell bursting\n",
            "a,a\n1,2\n3,4\n",
        ):
            assert self.names(text) == ""


def parts_of(tmp_path: Path, text: str, limits: ExtractLimits | None = None) -> list[Page]:
    info, *pages = read(write(tmp_path, "a.csv", text.encode()), limits or ExtractLimits())
    assert isinstance(info, DocumentInfo)
    assert info.pages_total == len(pages)
    return [page for page in pages if isinstance(page, Page)]


class TestRead:
    def test_each_value_has_the_name_of_its_column(self, tmp_path: Path) -> None:
        (part,) = parts_of(tmp_path, 'country,capital,people\nFrance,Paris,67\n"Korea, South","Se\noul",\n')
        assert part.text == "country: France; capital: Paris; people: 67.\n\ncountry: Korea, South; capital: Se oul."
        assert part.headings == ()

    def test_in_every_part(self, tmp_path: Path) -> None:
        parts = parts_of(tmp_path, "country,capital\n" + "France,Paris\n" * 1000)
        assert len(parts) > 2
        assert "\n".join(part.text for part in parts).split("\n\n") == ["country: France; capital: Paris."] * 1000

    def test_a_first_row_that_may_be_names_is_the_heading_and_a_row(self, tmp_path: Path) -> None:
        (part,) = parts_of(tmp_path, "France,Paris\nItaly,Rome\n")
        assert part.text == "France; Paris\n\nItaly; Rome"
        assert [heading.title for heading in part.headings] == ["France, Paris"]

    def test_names_that_would_make_too_much_of_it_are_left_out(self, tmp_path: Path) -> None:
        text = f"{'x' * 40},{'y' * 40}\n" + "1,2\n" * 100
        (part,) = parts_of(tmp_path, text, ExtractLimits(max_chars=1000))
        assert part.text.endswith("1; 2\n\n1; 2")

    @given(st.lists(st.lists(cells, min_size=2, max_size=5), min_size=1, max_size=30), st.sampled_from(",;\t|"))
    def test_every_value_is_in_its_row(self, rows: list[list[str]], delimiter: str) -> None:
        buffer = io.StringIO()
        standard_csv.writer(buffer, delimiter=delimiter, lineterminator="\n").writerows(rows)
        read_rows = list(rows_of(buffer.getvalue(), delimiter))
        assert read_rows == [cleaned for row in rows if any(cleaned := [" ".join(cell.split()) for cell in row])]

    def test_a_row_is_one_sentence_and_one_passage(self, tmp_path: Path) -> None:
        rows = "".join(
            f"Name {n},2024-05-{n % 28 + 1:02d},some words, of it {n}\n".replace(", of", " of") for n in range(300)
        )
        parts = parts_of(tmp_path, "Who,When,What\n" + rows)
        chunks = list(chunk_pages(parts))
        lines = [line for chunk in chunks for line in chunk.text.split("\n\n")]
        assert len(lines) == 300
        assert all(line.startswith("Who: Name ") and "; What: some words of it" in line for line in lines)
        text = chunks[0].text
        assert [text[start:end] for start, end in sentences(text)] == text.split("\n\n")
