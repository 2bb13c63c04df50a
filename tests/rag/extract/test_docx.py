from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from clara.rag.extract.docx import read
from clara.rag.extract.failures import ReadFailed
from clara.rag.extract.limits import ExtractLimits
from clara.rag.extract.messages import DocumentInfo
from tests.rag.documents_made import make_docx, make_docx_bomb, make_zip, paragraph, table, write

Items = Callable[..., list[Any]]
Text = Callable[..., str]


@pytest.fixture
def items(tmp_path: Path) -> Items:
    return lambda data, **limits: list(read(write(tmp_path, "a.docx", data), ExtractLimits(**limits)))


@pytest.fixture
def text(items: Items) -> Text:
    return lambda *args, **kwargs: "\n".join(page.text for page in items(make_docx(*args, **kwargs))[1:])


def run(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def numbered(text: str, number: int, level: int = 0, style: str = "") -> str:
    return paragraph(text, style, f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>')


class TestText:
    def test_signs_that_xml_escapes_survive(self, text: Text) -> None:
        assert text(paragraph('R&D: 5 < 6 > 4 "so" it\'s * _x_ #')) == 'R&D: 5 < 6 > 4 "so" it\'s * _x_ #'

    def test_deleted_and_hidden_text_is_left_out(self, text: Text) -> None:
        body = paragraph(
            f"{run('kept ')}<w:del><w:r><w:delText>gone</w:delText></w:r></w:del><w:ins>{run('added')}</w:ins>"
            + run("hidden", "<w:vanish/>")
            + run(" shown", "<w:vanish w:val='false'/>")
        )
        assert text(body) == "kept added shown"

    def test_links_fields_and_content_controls_are_read(self, text: Text) -> None:
        link = f"<w:hyperlink>{run('link')}</w:hyperlink>"
        field = "<w:r><w:instrText> PAGE </w:instrText></w:r>" + run(" 7")
        control = (
            f"<w:sdt><w:sdtPr><w:alias w:val='x'/></w:sdtPr><w:sdtContent>{paragraph('inside')}</w:sdtContent></w:sdt>"
        )
        assert text(paragraph(link + field) + control) == "link 7\n\ninside"

    def test_raised_and_lowered_text(self, text: Text) -> None:
        body = run("10") + run("3", '<w:vertAlign w:val="superscript"/>') + run(" H")
        assert text(paragraph(body + run("2", '<w:vertAlign w:val="subscript"/>') + run("O"))) == "10³ H₂O"

    def test_tabs_and_breaks(self, text: Text) -> None:
        body = "<w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t><w:br w:type='page'/><w:t>d</w:t></w:r>"
        assert text(paragraph(body)) == "a\tb\ncd"

    def test_footnotes_follow_their_paragraph(self, text: Text) -> None:
        notes = f"<w:footnote w:id='0' w:type='separator'/><w:footnote w:id='2'>{paragraph('See there.')}</w:footnote>"
        body = paragraph(run("Claim") + "<w:r><w:footnoteReference w:id='2'/></w:r>" + run(".")) + paragraph("Next.")
        assert text(body, footnotes=notes) == "Claim[2].\n\n[2] See there.\n\nNext."

    def test_text_boxes_once(self, text: Text) -> None:
        box = f"<w:txbxContent>{paragraph('boxed')}</w:txbxContent>"
        drawing = f"<w:r><AlternateContent><Choice>{box}</Choice><Fallback>{box}</Fallback></AlternateContent></w:r>"
        assert text(paragraph(run("before") + drawing)) == "before\n\nboxed"


class TestStructure:
    def test_headings_by_style_and_by_outline_level(self, items: Items) -> None:
        body = (
            paragraph("One", "H1")
            + paragraph("text")
            + paragraph("Two", "H2")
            + paragraph("Three", properties='<w:outlineLvl w:val="2"/>')
            + paragraph("Not one", "H1", '<w:outlineLvl w:val="9"/>')
        )
        info, page = items(make_docx(body, title="Essay"))
        assert info == DocumentInfo(paged=False, pages_total=1, title="Essay")
        assert [(h.level, h.title) for h in page.headings] == [(1, "One"), (2, "Two"), (3, "Three")]
        assert all(page.text[h.offset :].startswith(h.title) for h in page.headings)

    def test_lists_are_numbered_as_printed(self, text: Text) -> None:
        levels = (
            '<w:lvl w:ilvl="0"><w:start w:val="3"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl>'
            '<w:lvl w:ilvl="1"><w:numFmt w:val="lowerLetter"/><w:lvlText w:val="%1%2)"/></w:lvl>'
            '<w:lvl w:ilvl="2"><w:numFmt w:val="bullet"/><w:lvlText w:val="•"/></w:lvl>'
        )
        numbering = (
            f'<w:abstractNum w:abstractNumId="0">{levels}</w:abstractNum>'
            '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
            '<w:num w:numId="2"><w:abstractNumId w:val="0"/>'
            '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num>'
        )
        items = [("a", 1, 0), ("b", 1, 1), ("c", 1, 1), ("d", 1, 2), ("e", 1, 0), ("f", 1, 1), ("g", 2, 0), ("h", 1, 0)]
        body = "".join(numbered(*item) for item in items)
        assert text(body, numbering) == "3. a\n3a) b\n3b) c\n- d\n4. e\n4a) f\n1. g\n2. h"

    def test_numbered_headings_carry_their_number(self, items: Items) -> None:
        levels = '<w:lvl w:ilvl="0"><w:numFmt w:val="upperRoman"/><w:lvlText w:val="%1"/></w:lvl>'
        numbering = (
            f'<w:abstractNum w:abstractNumId="5">{levels}</w:abstractNum>'
            '<w:num w:numId="9"><w:abstractNumId w:val="5"/></w:num>'
        )
        body = "".join(numbered(f"Part {n}", 9, style="H1") for n in range(4))
        _, page = items(make_docx(body, numbering))
        assert [heading.title for heading in page.headings] == ["I Part 0", "II Part 1", "III Part 2", "IV Part 3"]

    def test_tables_are_rows_of_cells(self, text: Text) -> None:
        inner = table([["x", "y"]])
        body = paragraph("before") + table([["name", "a|b"], ["", "two"], ["", ""]]) + paragraph("after")
        nested = f"<w:tbl><w:tr><w:tc>{paragraph('p1')}{paragraph('p2')}</w:tc><w:tc>{inner}</w:tc></w:tr></w:tbl>"
        assert text(body + nested) == "before\n\nname | a|b\n| two\n\nafter\n\np1 p2 | x y"

    def test_a_long_document_is_cut_into_parts(self, items: Items) -> None:
        body = "".join(paragraph(f"Section {n}", "H1") + paragraph("word " * 200) for n in range(100))
        info, *pages = items(make_docx(body))
        assert info.pages_total == len(pages) > 20
        assert [h.title for page in pages for h in page.headings] == [f"Section {n}" for n in range(100)]
        assert all(page.text[h.offset :].startswith(h.title) for page in pages for h in page.headings)


class TestFormulas:
    @pytest.mark.parametrize(
        ("omml", "latex"),
        [
            (
                "<m:f><m:num><m:r><m:t>a+1</m:t></m:r></m:num><m:den><m:r><m:t>b</m:t></m:r></m:den></m:f>",
                r"\frac{a+1}{b}",
            ),
            (
                "<m:sSubSup><m:e><m:r><m:t>x</m:t></m:r></m:e><m:sub><m:r><m:t>i</m:t></m:r></m:sub>"
                "<m:sup><m:r><m:t>10</m:t></m:r></m:sup></m:sSubSup>",
                "x_i^{10}",
            ),
            ("<m:rad><m:deg><m:r><m:t>3</m:t></m:r></m:deg><m:e><m:r><m:t>x</m:t></m:r></m:e></m:rad>", r"\sqrt[3]{x}"),
            (
                '<m:nary><m:naryPr><m:chr m:val="∑"/></m:naryPr><m:sub><m:r><m:t>i=1</m:t></m:r></m:sub>'
                "<m:sup><m:r><m:t>n</m:t></m:r></m:sup><m:e><m:r><m:t>i</m:t></m:r></m:e></m:nary>",
                r"\sum_{i=1}^n i",
            ),
            (
                '<m:d><m:dPr><m:begChr m:val="{"/><m:endChr m:val=""/></m:dPr><m:e><m:r><m:t>x</m:t></m:r></m:e></m:d>',
                r"\{x",
            ),
            (
                "<m:func><m:fName><m:r><m:t>sin</m:t></m:r></m:fName><m:e><m:r><m:t>x&lt;1</m:t></m:r></m:e></m:func>",
                r"\sin x<1",
            ),
            (
                "<m:m><m:mr><m:e><m:r><m:t>1</m:t></m:r></m:e><m:e><m:r><m:t>0</m:t></m:r></m:e></m:mr>"
                "<m:mr><m:e><m:r><m:t>0</m:t></m:r></m:e><m:e><m:r><m:t>1</m:t></m:r></m:e></m:mr></m:m>",
                r"\begin{matrix} 1 & 0 \\ 0 & 1 \end{matrix}",
            ),
            ('<m:acc><m:accPr><m:chr m:val="⃗"/></m:accPr><m:e><m:r><m:t>v</m:t></m:r></m:e></m:acc>', r"\vec{v}"),
        ],
    )
    def test_stand_in_their_place_as_latex(self, text: Text, omml: str, latex: str) -> None:
        assert text(paragraph(f"{run('so ')}<m:oMath>{omml}</m:oMath>{run(' holds')}")) == f"so ${latex}$ holds"

    def test_on_their_own_line(self, text: Text) -> None:
        display = "<m:oMathPara><m:oMath><m:r><m:t>a=b</m:t></m:r></m:oMath></m:oMathPara>"
        assert text(paragraph("before") + f"<w:p>{display}</w:p>") == "before\n\n$$a=b$$"


class TestBadFiles:
    @pytest.mark.parametrize(
        "data",
        [
            b"PK\3\4 no zip at all",
            make_zip({"notes.txt": b"x"}),
            make_zip({"word/document.xml": b"<w:document"}),
            make_zip({"word/document.xml": b""}),
            make_docx(paragraph("text"))[:-30],
            make_docx_bomb(1, claimed_bytes=100),
        ],
        ids=["no zip", "another zip", "broken XML", "empty XML", "cut off", "lying header"],
    )
    def test_are_called_damaged(self, items: Items, data: bytes) -> None:
        with pytest.raises(ReadFailed, match="damaged_docx"):
            items(data)

    def test_a_bomb_is_stopped_by_its_ratio(self, items: Items) -> None:
        with pytest.raises(ReadFailed, match="zip_bomb"):
            items(make_docx_bomb(40))

    def test_a_bomb_is_stopped_by_its_size_whatever_it_claims(self, items: Items) -> None:
        with pytest.raises(ReadFailed, match="zip_bomb"):
            items(make_docx_bomb(3, claimed_bytes=2**32 - 1), max_unzipped_bytes=2 * 1024**2)

    def test_too_many_entries(self, items: Items) -> None:
        with pytest.raises(ReadFailed, match="zip_bomb"):
            items(make_zip({f"word/{n}.xml": b"" for n in range(30)}), max_zip_entries=20)

    def test_too_much_text(self, items: Items) -> None:
        with pytest.raises(ReadFailed, match="too_much_text"):
            items(make_docx(paragraph("word " * 100) * 30), max_chars=10_000)

    def test_entities_that_grow_are_refused(self, items: Items) -> None:
        laughs = "<!ENTITY l0 'lol'>" + "".join(f"<!ENTITY l{n} '{10 * f'&l{n - 1};'}'>" for n in range(1, 10))
        xml = f"<!DOCTYPE d [{laughs}]><document><body><p><r><t>&l9;</t></r></p></body></document>"
        with pytest.raises(ReadFailed, match="damaged_docx"):
            items(make_zip({"word/document.xml": xml.encode()}))
