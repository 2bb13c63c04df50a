"""Cutting the text of a format without pages into parts, which are stored and shown like pages."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from clara.rag.documents import Heading, Page
from clara.rag.extract.limits import MAX_HEADINGS_PER_PAGE, MAX_LEVEL, MAX_TITLE_CHARS
from clara.rag.extract.messages import DocumentInfo

PART_CHARS = 4_000
MAX_LINE_CHARS = 8_000

_LONG_LINE = re.compile(rf"[^\n]{{{MAX_LINE_CHARS + 1}}}")
_BREAKS = re.compile(r"[\s。．！？；;.!?]")


class Mark(NamedTuple):
    """A heading in a whole text: ``offset`` counts characters from the text's start."""

    level: int
    title: str
    offset: int


def read_parts(text: str, marks: Sequence[Mark], title: str | None) -> Iterator[DocumentInfo | Page]:
    """Yield what a reader of a format without pages yields. ``marks`` are in the order of their offsets."""
    spans = split(text, [mark.offset for mark in marks])
    yield DocumentInfo(paged=False, pages_total=len(spans), title=title)
    position = 0
    for number, (start, end) in enumerate(spans, 1):
        headings = []
        while position < len(marks) and marks[position].offset <= end:
            level, name, offset = marks[position]
            headings.append(Heading(min(level, MAX_LEVEL), name[:MAX_TITLE_CHARS], number, offset - start))
            position += 1
        yield Page(number, None, text[start:end], tuple(headings[:MAX_HEADINGS_PER_PAGE]))


def split(text: str, heading_offsets: Sequence[int] = ()) -> list[tuple[int, int]]:
    """Cut a text at newlines into (start, end) spans of about PART_CHARS; the newline at a cut belongs to no span.

    So the spans' texts joined by a newline are the text. A cut is made before the last heading in the second half of
    a part, or else at its last empty line, or else at its last newline.
    """
    spans = []
    start = position = 0
    while len(text) - start > PART_CHARS:
        half, full = start + PART_CHARS // 2, start + PART_CHARS
        cut = -1
        while position < len(heading_offsets) and heading_offsets[position] <= full:
            if heading_offsets[position] > half and text[heading_offsets[position] - 1] == "\n":
                cut = heading_offsets[position] - 1
            position += 1
        if cut < 0:
            cut = text.rfind("\n\n", half, full) + 1 or text.rfind("\n", half, full)
        if cut < 0:
            cut = text.find("\n", full)
        if cut < 0:
            break
        spans.append((start, cut))
        start = cut + 1
    spans.append((start, len(text)))
    return spans


def break_long_lines(text: str) -> str:
    """Return the text with a newline at the last space or stop of every run of MAX_LINE_CHARS without one."""
    pieces = []
    start = 0
    while match := _LONG_LINE.search(text, start):
        end = match.start() + MAX_LINE_CHARS
        for found in _BREAKS.finditer(text, end - 1_000, end):
            end = found.end()
        pieces.append(text[start:end].rstrip(" \t"))
        start = end
    return "\n".join([*pieces, text[start:]])
