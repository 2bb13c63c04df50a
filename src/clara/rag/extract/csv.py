"""CSV: a line a row, each value with its column's name, so that a row can be quoted by itself."""

import csv
from collections.abc import Iterator, Sequence
from itertools import islice, zip_longest
from pathlib import Path

from clara.rag.documents import Heading, Page
from clara.rag.extract.characters import clean_title
from clara.rag.extract.columns import Columns, read_columns
from clara.rag.extract.limits import MAX_TITLE_CHARS, ExtractLimits
from clara.rag.extract.messages import DocumentInfo
from clara.rag.extract.parts import MAX_LINE_CHARS, PART_CHARS, break_long_lines
from clara.rag.extract.text import read_text

_DELIMITERS = ",;\t|"
_SAMPLE_CHARS = 20_000
_SAMPLE_ROWS = 50
_END_MARKS = ".!?…。！？।؟"
_BETWEEN_ROWS = "\n\n"
"""An empty line: whatever is in the cells, no sentence and no passage goes on from one row into the next. A part ends
with a newline, since one more joins it to the next."""


def read(path: Path, limits: ExtractLimits) -> Iterator[DocumentInfo | Page]:
    text = break_long_lines(read_text(path, limits))
    delimiter = find_delimiter(text)
    columns = read_columns(list(islice(rows_of(text[:_SAMPLE_CHARS], delimiter), _SAMPLE_ROWS)))
    parts = _parts(text, delimiter, columns.names)
    if sum(map(len, parts)) > limits.max_chars:
        # The names alone can make too much of a table that isn't.
        parts = _parts(text, delimiter, ())
    yield DocumentInfo(paged=False, pages_total=len(parts), title=None)
    for number, part in enumerate(parts, 1):
        yield Page(number, None, part, _headings(columns, number))


def find_delimiter(text: str) -> str:
    """Return the delimiter that gives most of the first rows as many cells as the first has."""
    sample = text.lstrip("\n")[:_SAMPLE_CHARS]

    def consistency(delimiter: str) -> tuple[int, int]:
        rows = list(islice(rows_of(sample, delimiter), _SAMPLE_ROWS))
        cells = len(rows[0]) if rows else 0
        return (sum(len(row) == cells for row in rows) if cells > 1 else 0), cells

    return max(_DELIMITERS, key=consistency)


def rows_of(text: str, delimiter: str) -> Iterator[list[str]]:
    """Yield the rows that aren't empty, their cells each on one line."""
    for start, end in split_rows(text):
        span = text[start:end]
        # Where a quote is never closed, quotes are marks like others.
        lines = [f"{line}\n" for line in span.split("\n")]
        rows = csv.reader(lines, delimiter=delimiter)
        if span.count('"') % 2:
            rows = csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE)
        for row in rows:
            cells = [clean_title(cell) if not cell.isalnum() else cell for cell in row]
            if any(cells):
                yield cells


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


def _parts(text: str, delimiter: str, names: Sequence[str]) -> list[str]:
    """Return the rows in parts of about PART_CHARS. With ``names``, the first row is the names'."""
    parts: list[str] = []
    lines: list[str] = []
    chars = 0
    for row in islice(rows_of(text, delimiter), 1 if names else 0, None):
        line = _line(names, row)
        lines.append(line)
        chars += len(line) + len(_BETWEEN_ROWS)
        if chars >= PART_CHARS:
            parts.append(_BETWEEN_ROWS.join([*lines, ""])[:-1])
            lines, chars = [], 0
    return [*parts, _BETWEEN_ROWS.join(lines)] if lines or not parts else parts


def _line(names: Sequence[str], row: Sequence[str]) -> str:
    """Return a row as a sentence where its columns have names, else as its cells."""
    line = "; ".join(
        f"{name}: {cell}" if name else cell for name, cell in zip_longest(names, row, fillvalue="") if cell
    )
    return line if not names or line[-1] in _END_MARKS else f"{line}."


def _headings(columns: Columns, number: int) -> tuple[Heading, ...]:
    """Where it isn't certain that the first row holds names, it stands as the heading, and the rows as they are."""
    if columns.names or not columns.first_row:
        return ()
    return (Heading(1, ", ".join(columns.first_row)[:MAX_TITLE_CHARS], number, 0),)
