import io
import os
import time
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clara.core.errors import ClaraError, Unreadable, UnsupportedType
from clara.rag.extract.media import MediaType
from clara.rag.extract.sniff import HEAD_BYTES, sniff, sniff_file
from tests.rag.documents_made import make_docx, make_pdf, make_zip, paragraph, write

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\2\0\0\0"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500


def kind(data: bytes, filename: str = "upload") -> MediaType:
    return sniff(data[:HEAD_BYTES], filename, len(data))


def refusal(data: bytes, filename: str = "upload") -> ClaraError:
    with pytest.raises((UnsupportedType, Unreadable)) as caught:
        kind(data, filename)
    return caught.value


class TestTypesThatAreRead:
    def test_a_pdf_whatever_its_name(self) -> None:
        assert kind(make_pdf(["hello"]), "notes.txt") is MediaType.PDF

    def test_a_pdf_after_a_mail_header(self) -> None:
        assert kind(b"Content-Type: application/pdf\r\n\r\n" + make_pdf(["hello"])) is MediaType.PDF

    def test_a_text_about_pdf_headers_is_text(self) -> None:
        assert kind(b"The first line of a file is\n%PDF-1.7, says the standard.\n") is MediaType.TEXT

    def test_a_docx_whatever_its_name(self) -> None:
        assert kind(make_docx(paragraph("hello")), "archive.zip") is MediaType.DOCX

    def test_a_docx_whose_head_names_no_document(self, tmp_path: Path) -> None:
        parts = {"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<document/>"}
        data = make_zip({"customXml/item1.xml": os.urandom(2 * HEAD_BYTES), **parts})
        assert isinstance(refusal(data, "notes.zip"), UnsupportedType)
        assert sniff_file(write(tmp_path, "blob", data), "notes.zip") is MediaType.DOCX

    @pytest.mark.parametrize(
        ("filename", "expected"),
        [
            ("a.md", MediaType.MARKDOWN),
            ("A.MARKDOWN", MediaType.MARKDOWN),
            ("a.csv", MediaType.CSV),
            ("a.tsv", MediaType.CSV),
            ("a.htm", MediaType.HTML),
            ("a.txt", MediaType.TEXT),
            ("a.py", MediaType.TEXT),
            ("README", MediaType.TEXT),
            ("a.pdf", MediaType.TEXT),
            ("..\\x\0.md", MediaType.MARKDOWN),
        ],
    )
    def test_the_name_decides_between_kinds_of_text(self, filename: str, expected: MediaType) -> None:
        assert kind("name, age\nAda, 36 – naïve\n".encode(), filename) is expected

    @pytest.mark.parametrize(
        "start",
        [
            "<!DOCTYPE html>",
            "\ufeff\n<HTML lang=en>",
            "<!-- saved -->\n<!doctype HTML public>",
            "<?xml version='1.0'?><html>",
        ],
    )
    def test_html_is_told_by_its_start(self, start: str) -> None:
        assert kind(f"{start}<p>hello".encode(), "page.txt") is MediaType.HTML

    def test_html_in_a_declared_encoding(self) -> None:
        page = "<html><meta charset=windows-1251><p>Привет, мир</p>".encode("cp1251")
        assert kind(page * 5) is MediaType.HTML

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "utf-32"])
    def test_text_in_every_encoding_that_is_read(self, encoding: str) -> None:
        assert kind("Größe und Maß: 5 € – “straße”\n".encode(encoding)) is MediaType.TEXT

    def test_a_head_that_ends_inside_a_character(self) -> None:
        text = ("x" + "ä" * HEAD_BYTES).encode()
        assert sniff(text[:HEAD_BYTES], "a.txt", len(text)) is MediaType.TEXT


class TestTypesThatAreNot:
    @pytest.mark.parametrize(
        ("data", "name", "found"),
        [
            (PNG, "essay.docx", "a PNG image"),
            (b"\xff\xd8\xff\xe0\0\x10JFIF", "scan.pdf", "a JPEG image"),
            (make_zip({"[Content_Types].xml": b"x", "ppt/presentation.xml": b"x"}), "a.docx", "PowerPoint"),
            (make_zip({"[Content_Types].xml": b"x", "xl/workbook.xml": b"x"}), "a.docx", "Excel"),
            (make_zip({"notes.txt": b"x"}), "a.docx", "a ZIP archive"),
            (b"MZ\x90\0\3\0\0\0" + b"\0" * 60, "setup.pdf", "a program"),
            (b"{\\rtf1\\ansi hello}", "a.txt", "an RTF document"),
            (b"<?xml version='1.0'?><feed>hello</feed>", "a.txt", "an XML document"),
            (b"<svg xmlns='x'><text>hello</text></svg>", "a.html", "an SVG image"),
            (b"%!PS-Adobe-3.0\n", "a.ps", "a PostScript document"),
            (bytes(range(256)) * 40, "a.pdf", "binary data of an unknown kind"),
            (b"hello\0world" * 100, "a.txt", "binary data of an unknown kind"),
        ],
    )
    def test_the_refusal_names_what_it_is_and_what_is_read(self, data: bytes, name: str, found: str) -> None:
        error = refusal(data, name)
        assert error.status == 415
        assert error.problem_code == "unsupported_type"
        assert found in error.detail
        assert all(label in error.detail for label in ("PDF", "DOCX", "HTML", "Markdown", "plain text", "CSV"))

    @pytest.mark.parametrize(
        ("data", "found"),
        [
            (OLE, "a document of an older Office (DOC, XLS or PPT)"),
            (OLE + "EncryptedPackage".encode("utf-16-le"), "an Office document protected by a password"),
        ],
    )
    def test_an_old_document_can_be_saved_anew(self, data: bytes, found: str) -> None:
        error = refusal(data, "essay.doc")
        assert (error.status, error.problem_code) == (415, "old_office")
        assert f"This is {found}. Save it as DOCX or PDF" in error.detail

    def test_an_epub(self) -> None:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr("mimetype", "application/epub+zip")
            archive.writestr("word/document.xml", "x")
        assert "EPUB" in refusal(buffer.getvalue()).detail

    def test_an_empty_file(self) -> None:
        error = refusal(b"")
        assert (error.status, error.problem_code) == (422, "empty_file")

    def test_a_text_in_an_encoding_that_is_not_read(self) -> None:
        assert refusal("Съешь же ещё этих мягких булок".encode("cp1251")).problem_code == "unreadable_text"


def outcome(data: bytes, filename: str) -> MediaType | str:
    try:
        return kind(data, filename)
    except ClaraError as error:
        return f"{error.status} {error.problem_code} {error.detail}"


class TestAnyBytes:
    @given(st.binary(max_size=300), st.text(max_size=20))
    def test_end_in_a_type_or_a_public_error(self, data: bytes, filename: str) -> None:
        result = outcome(data, filename)
        assert isinstance(result, MediaType) or result.startswith(("415 unsupported_type", "422 ", "413 too_many"))

    @given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=200))
    def test_that_are_utf_8_are_a_kind_of_text_or_named(self, text: str) -> None:
        assert "unknown kind" not in str(outcome(text.encode(), "a.txt"))

    @given(st.sampled_from([b"<!--", b"<!-- -->", b"<?xml?>", b" \n", b"<!doctype", b"PK\3\4"]), st.integers(1, 9000))
    def test_that_repeat_themselves_take_no_time(self, piece: bytes, times: int) -> None:
        started = time.process_time()
        outcome(piece * times + b"x", "a.txt")
        assert time.process_time() - started < 0.5
