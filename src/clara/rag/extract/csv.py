"""CSV: rows as they stand, cut into parts between rows; the column names are each part's heading."""

import csv
from collections.abc import Iterator
from pathlib import Path

from clara.rag.documents import Heading, Page
from clara.rag.extract.characters import clean_title
from clara.rag.extract.limits import MAX_TITLE_CHARS, ExtractLimits
from clara.rag.extract.messages import DocumentInfo
from clara.rag.extract.parts import MAX_LINE_CHARS, PART_CHARS, break_long_lines
from clara.rag.extract.text import read_text

_DELIMITERS = ",;\t|"
_SAMPLE_LINES = 20


def read(path: Path, limits: ExtractLimits) -> Iterator[DocumentInfo | Page]:
    text = break_long_lines(read_text(path, limits))
    names = column_names(text)
    spans = split_rows(text)
    yield DocumentInfo(paged=False, pages_total=len(spans), title=None)
    for number, (start, end) in enumerate(spans, 1):
        yield Page(number, None, text[start:end], (Heading(1, names, number, 0),) if names else ())


def column_names(text: str) -> str:
    """Return the first row's cells in one phrase, or "" where it doesn't look like names: empty, numbers, repeated."""
    first, _, rest = text.lstrip("\n").partition("\n")
    delimiter = max(_DELIMITERS, key=lambda d: _consistency([first, *rest.split("\n", _SAMPLE_LINES)[:-1]], d))
    try:
        cells = [clean_title(cell) for cell in next(csv.reader([first], delimiter=delimiter), [])]
    except csv.Error:
        return ""
    if not rest.strip() or len(cells) < 2 or len(set(cells)) < len(cells):
        return ""
    if not all(cells) or any(cell.replace(".", "").replace(",", "").lstrip("+-").isdigit() for cell in cells):
        return ""
    return ", ".join(cells)[:MAX_TITLE_CHARS]


def split_rows(text: str) -> list[tuple[int, int]]:
    """Cut at newlines between rows into (start, end) spans of about PART_CHARS; a quoted cell may hold newlines."""
    spans = []
    start = offset = quotes = 0
    for line in text.split("\n"):
        end = offset + len(line)
        quotes += line.count('"')
        # A quote that is never closed must not swallow the file.
        is_row_end = quotes % 2 == 0 or end - start > PART_CHARS + MAX_LINE_CHARS
        if is_row_end and end - start >= PART_CHARS and end < len(text):
            spans.append((start, end))
            start, quotes = end + 1, 0
        offset = end + 1
    spans.append((start, len(text)))
    return spans


def _consistency(lines: list[str], delimiter: str) -> tuple[int, int]:
    """In how many lines there are as many delimiters as in the first, and how many those are."""
    wanted = lines[0].count(delimiter)
    return (sum(line.count(delimiter) == wanted for line in lines) if wanted else 0), wanted
