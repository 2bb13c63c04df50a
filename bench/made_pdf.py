"""A text PDF of 1,200 pages with an outline, set by fpdf2 from made-up books; kept beside the results once made."""

import hashlib
from pathlib import Path

from bench.corpus import Writer
from bench.report import RESULTS

PAGES_A_CHAPTER = 20
SECTIONS_A_CHAPTER = 4
LINES, COLUMNS = 48, 76


def made_pdf(pages: int = 1200) -> Path:
    """Return the path of the PDF. Page n says "page-marker-n" once; chapters and sections are in the outline."""
    path = RESULTS / f"made-{pages}-{hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:8]}.pdf"
    if not path.exists():
        RESULTS.mkdir(exist_ok=True)
        _make(pages, path)
    return path


def chapter_of(page: int) -> int:
    return (page - 1) // PAGES_A_CHAPTER + 1


def _make(pages: int, path: Path) -> None:
    from fpdf import FPDF

    writer = Writer(seed=7)
    pdf = FPDF(unit="pt", format="A4")
    pdf.set_auto_page_break(False)
    pdf.set_title("A made-up book")
    lines = iter(_lines(writer, pages))
    for page in range(1, pages + 1):
        pdf.add_page()
        pdf.set_font("Helvetica", size=11)
        y = 60.0
        for title, level in _headings(page):
            pdf.set_y(y)
            pdf.start_section(title, level=level)
            pdf.text(60, y + 12, title)
            y += 28
        pdf.text(60, y, f"This page carries page-marker-{page} and no other mark.")
        while y < 780:
            y += 15
            pdf.text(60, y, next(lines))
    pdf.output(str(path))


def _headings(page: int) -> list[tuple[str, int]]:
    place = (page - 1) % PAGES_A_CHAPTER
    chapter = chapter_of(page)
    found = [(f"Chapter {chapter}: On the subject of {chapter}", 0)] if place == 0 else []
    each = PAGES_A_CHAPTER // SECTIONS_A_CHAPTER
    return [*found, (f"Section {chapter}.{place // each + 1}", 1)] if place % each == 0 else found


def _lines(writer: Writer, pages: int) -> list[str]:
    lines: list[str] = []
    while len(lines) < pages * LINES:
        for passage in writer.book(PAGES_A_CHAPTER * 4):
            text = passage.encode("latin-1", "replace").decode("latin-1")
            while len(text) > COLUMNS:
                cut = text.rfind(" ", 0, COLUMNS)
                lines.append(text[: cut if cut > 0 else COLUMNS])
                text = text[cut + 1 if cut > 0 else COLUMNS :]
            lines.append(text)
    return lines
