"""The lines at a PDF page's upper and lower edge, and where on the paper they stand."""

import ctypes
import re
from typing import NamedTuple

import pypdfium2
import pypdfium2.raw as pdfium

EDGE_LINES = 4
"""So many from the start of the text and as many from its end, whichever way up the program wrote them."""
FULL_LINES = 9
"""A page with fewer is a title page, a slide, a card: what stands at its top may well be its content."""

_LINE = re.compile("[^\r\n\ufffe]*[^\\s\ufffe][^\r\n\ufffe]*")
_MAX_LINE_CHARS = 300
"""No running head is longer, and nobody's line of a million characters is looked at."""


class Line(NamedTuple):
    """A line of a page's raw text, at characters ``start`` to ``end``.

    ``y`` is the height of its baseline, in points from the page's foot; ``size`` that of its font.
    """

    start: int
    end: int
    text: str
    y: float
    size: float


class Edges(NamedTuple):
    """``label`` is the page's printed number where the file names it; ``is_full`` says upright and of many lines."""

    lines: tuple[Line, ...]
    label: str
    is_upright: bool
    is_full: bool


def read_edges(page: pypdfium2.PdfPage, text_page: pypdfium2.PdfTextPage, text: str, label: str) -> Edges:
    """Return the edges of a page with that raw text; no lines where it is turned, or where they can't be placed."""
    width, height = page.get_size()
    upright = height >= width
    is_full = upright and text.count("\n", 0, 100_000) + 1 >= FULL_LINES
    if page.get_rotation():
        return Edges((), label, upright, is_full)
    lines = (_placed(text_page, text, start, end) for start, end in _edge_spans(text))
    return Edges(tuple(line for line in lines if line is not None), label, upright, is_full)


def _edge_spans(text: str) -> list[tuple[int, int]]:
    """Return (start, end) of the first and last lines that aren't blank, in order. A break mark ends a line too."""
    spans: list[tuple[int, int]] = []
    for match in _LINE.finditer(text):
        spans.append(match.span())
        if len(spans) == EDGE_LINES:
            break
    else:
        return spans
    last: list[tuple[int, int]] = []
    end = len(text)
    while end > spans[-1][1] and len(last) < EDGE_LINES:
        start = max(text.rfind("\n", 0, end), text.rfind("\ufffe", 0, end)) + 1
        if text[start:end].strip("\r\n\ufffe \t"):
            last.append((start, len(text[:end].rstrip("\r")) if end - start < _MAX_LINE_CHARS else end))
        end = start - 1
    return spans + [span for span in reversed(last) if span[0] > spans[-1][0]]


def _placed(text_page: pypdfium2.PdfTextPage, text: str, start: int, end: int) -> Line | None:
    while start < end and text[start].isspace():
        start += 1
    line = text[start:end].rstrip()
    if not line or len(line) > _MAX_LINE_CHARS:
        return None
    at = pdfium.FPDFText_GetCharIndexFromTextIndex(text_page, start)
    # Where characters and text don't count alike, nothing is known of places.
    if at < 0 or pdfium.FPDFText_GetUnicode(text_page, at) != ord(line[0]):
        return None
    x, y = ctypes.c_double(), ctypes.c_double()
    if not pdfium.FPDFText_GetCharOrigin(text_page, at, x, y):
        return None
    return Line(start, start + len(line), line, y.value, pdfium.FPDFText_GetFontSize(text_page, at))
