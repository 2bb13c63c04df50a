"""Documents made for tests: whole ones by fpdf2 and by hand, and broken ones."""

import io
import os
import struct
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

from fpdf import FPDF
from fpdf.enums import PageLabelStyle

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
MATH = "http://schemas.openxmlformats.org/officeDocument/2006/math"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_ROOT = f'xmlns:w="{WORD}" xmlns:m="{MATH}" xmlns:r="{OFFICE}"'
_CONTENT_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/word/document.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
_RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="r1" Type="{OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>'
)
_HEADING_STYLES = "".join(
    f'<w:style w:type="paragraph" w:styleId="H{level}"><w:name w:val="heading {level}"/></w:style>'
    for level in range(1, 4)
)


def make_pdf(
    pages: Sequence[str],
    outline: Iterable[tuple[int, int, str]] = (),
    roman: int = 0,
    title: str | None = None,
    user_password: str | None = None,
    owner_password: str | None = None,
) -> bytes:
    """Return a PDF with a text a page; a heading is (page, level from 1, title), printed above its page's text.

    The first ``roman`` pages are labelled i, ii, iii, and those after them 1, 2, 3.
    """
    pdf = FPDF()
    pdf.set_font("Helvetica", size=11)
    headings = list(outline)
    for number, text in enumerate(pages, 1):
        label = PageLabelStyle.LOWER_ROMAN if number <= roman else PageLabelStyle.NUMBER
        if roman:
            pdf.add_page(label_style=label, label_start=1 if number in (1, roman + 1) else None)
        else:
            pdf.add_page()
        for page, level, heading in headings:
            if page == number:
                pdf.start_section(heading, level=level - 1)
                pdf.multi_cell(0, 8, heading, new_x="LMARGIN", new_y="NEXT")
        pdf.multi_cell(0, 6, text, new_x="LMARGIN", new_y="NEXT")
    if title:
        pdf.set_title(title)
    if user_password or owner_password:
        pdf.set_encryption(owner_password=owner_password or "owner", user_password=user_password)
    return bytes(pdf.output())


def make_raw_pdf(objects: Sequence[bytes]) -> bytes:
    """Return a PDF of these objects, numbered from 1; the first is the catalog."""
    out = bytearray(b"%PDF-1.4\n")
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)


def make_pdf_without_pages() -> bytes:
    return make_raw_pdf([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [] /Count 0 >>"])


def make_pdf_of_empty_pages(count: int) -> bytes:
    kids = b" ".join(b"%d 0 R" % number for number in range(3, count + 3))
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>"
    pages = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, count)
    return make_raw_pdf([b"<< /Type /Catalog /Pages 2 0 R >>", pages, *[page] * count])


def make_pdf_with_content(content: bytes, packed: bool = False) -> bytes:
    """Return a PDF of one page with this content stream and Helvetica as /F1."""
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
    return _pdf_of_one_page(content, b"/Font << /F1 5 0 R >>", font, packed)


def make_pdf_with_noise(side: int) -> bytes:
    """Return a PDF of one page, filled with a picture of random dots, which no packing makes smaller."""
    kind = b"/Type /XObject /Subtype /Image /ColorSpace /DeviceRGB /BitsPerComponent 8"
    noise = _stream(os.urandom(side * side * 3), b"%s /Width %d /Height %d" % (kind, side, side))
    return _pdf_of_one_page(b"600 0 0 800 0 0 cm /I Do", b"/XObject << /I 5 0 R >>", noise)


def _pdf_of_one_page(content: bytes, resources: bytes, resource: bytes, packed: bool = False) -> bytes:
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R /Resources << %s >> >>" % resources
    catalog, pages = b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
    stream = _stream(zlib.compress(content), b"/Filter /FlateDecode") if packed else _stream(content, b"")
    return make_raw_pdf([catalog, pages, page, stream, resource])


def _stream(data: bytes, facts: bytes) -> bytes:
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(data), facts, data)


def paragraph(text: str, style: str = "", properties: str = "") -> str:
    """Return a DOCX paragraph; a line of WordprocessingML where the text is one already."""
    style = f'<w:pStyle w:val="{style}"/>' if style else ""
    inner = text if text.startswith("<") else f'<w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'
    return f"<w:p><w:pPr>{style}{properties}</w:pPr>{inner}</w:p>"


def table(rows: Iterable[Iterable[str]]) -> str:
    cells = ("".join(f"<w:tc>{paragraph(cell)}</w:tc>" for cell in row) for row in rows)
    return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in cells)}</w:tbl>"


def make_docx(body: str, numbering: str = "", footnotes: str = "", title: str = "") -> bytes:
    """Return a DOCX whose styles H1 to H3 are headings."""
    parts = {
        "[Content_Types].xml": _CONTENT_TYPES,
        "_rels/.rels": _RELATIONS,
        "word/document.xml": f"<w:document {_ROOT}><w:body>{body}</w:body></w:document>",
        "word/styles.xml": f"<w:styles {_ROOT}>{_HEADING_STYLES}</w:styles>",
    }
    if numbering:
        parts["word/numbering.xml"] = f"<w:numbering {_ROOT}>{numbering}</w:numbering>"
    if footnotes:
        parts["word/footnotes.xml"] = f"<w:footnotes {_ROOT}>{footnotes}</w:footnotes>"
    if title:
        parts["docProps/core.xml"] = f'<c xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{title}</dc:title></c>'
    return make_zip({name: text.encode() for name, text in parts.items()})


def make_zip(parts: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def make_docx_bomb(megabytes: int, claimed_bytes: int | None = None) -> bytes:
    """Return a DOCX whose text inflates to so many megabytes; its headers may claim another size."""
    opening = f"<w:document {_ROOT}><w:body><w:p><w:r><w:t>".encode()
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed, crc = packer.compress(opening), zlib.crc32(opening)
    block = b"a" * 1024**2
    for _ in range(megabytes):
        packed += packer.compress(block)
        crc = zlib.crc32(block, crc)
    packed += packer.flush()
    size = len(opening) + megabytes * 1024**2
    return _zip_of_one("word/document.xml", packed, crc, size if claimed_bytes is None else claimed_bytes)


def _zip_of_one(name: str, packed: bytes, crc: int, size: int) -> bytes:
    encoded = name.encode()
    common = struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 0, crc, len(packed), size, len(encoded), 0)
    local = b"PK\3\4" + common + encoded + packed
    central = b"PK\1\2" + struct.pack("<H", 20) + common + struct.pack("<HHHII", 0, 0, 0, 0, 0) + encoded
    end = b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(central), len(local), 0)
    return local + central + end


def write(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def make_png(width: int, height: int) -> bytes:
    """Return a black RGB picture; one that says it is large has the data of a small one."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = zlib.compress((b"\0" + bytes(3 * min(width, 1000))) * min(height, 1000))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def make_gif(width: int, height: int) -> bytes:
    """Return the screen and one image of a single pixel."""
    screen = struct.pack("<HHBBB", width, height, 0x80, 0, 0) + bytes(6)
    return b"GIF89a" + screen + b"," + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\0;"


def make_jpeg(width: int, height: int) -> bytes:
    """Return the head of a JPEG: a preview's segment, the frame, and the beginning of a scan without data."""
    app0 = b"\xff\xe0" + struct.pack(">H", 16) + b"JFIF\0\1\1\0\0\1\0\1\0\0"
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\1\x11\0"
    return b"\xff\xd8" + app0 + b"\xff\xff\xfe\0\4hi" + frame + b"\xff\xda\0\x08\1\1\0\0\x3f\0\0\xff\xd9"


def make_webp(width: int, height: int) -> bytes:
    """Return the head of a lossy WebP: a key frame without data."""
    data = b"\0\0\0\x9d\x01\x2a" + struct.pack("<HH", width, height) + bytes(8)
    return b"RIFF" + struct.pack("<I", len(data) + 12) + b"WEBPVP8 " + struct.pack("<I", len(data)) + data
