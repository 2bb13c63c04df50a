"""Markdown: as it stands, in parts, with its headings."""

import re
from collections.abc import Iterator
from pathlib import Path

from clara.rag.documents import Page
from clara.rag.extract.characters import clean_title
from clara.rag.extract.limits import MAX_TITLE_CHARS, ExtractLimits
from clara.rag.extract.messages import DocumentInfo
from clara.rag.extract.parts import Mark, break_long_lines, read_parts
from clara.rag.extract.text import read_text

_ATX = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*")
_UNDERLINE = re.compile(r" {0,3}(=+|-+)[ \t]*")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})(.*)")
_NOT_A_PARAGRAPH = re.compile(r" {4}|\t|[ ]{0,3}(?:[-*+>|]|\d{1,9}[.)])")
_LINK = re.compile(r"!?\[([^\]\[]*)\](?:\([^()]*\)|\[[^\]\[]*\])")
_EMPHASIS = re.compile(r"(?<!\w)(\*{1,3}|_{1,3}|`+|~~)(?=\S)(.+?)(?<=\S)\1(?!\w)")


def read(path: Path, limits: ExtractLimits) -> Iterator[DocumentInfo | Page]:
    text = break_long_lines(read_text(path, limits))
    marks = headings(text)
    return read_parts(text, marks, marks[0].title if marks and marks[0].level == 1 else None)


def headings(text: str) -> list[Mark]:
    """Return the headings of CommonMark: those with #, and underlined ones; none in code or in the front matter."""
    marks: list[Mark] = []
    fence = ""
    paragraph: tuple[int, str] | None = None
    offset = front_matter_end(text)
    for line in text[offset:].split("\n"):
        found = None
        if fenced := _FENCE.fullmatch(line):
            fence = _after_fence(fence, *fenced.groups())
        elif not fence:
            if atx := _ATX.fullmatch(line):
                found = Mark(len(atx[1]), plain(atx[2] or ""), offset)
            elif paragraph and (underline := _UNDERLINE.fullmatch(line)):
                found = Mark(1 if underline[1][0] == "=" else 2, plain(paragraph[1]), paragraph[0])
        if found and found.title:
            marks.append(found)
        is_text = not (fenced or fence or found) and line.strip() and not _NOT_A_PARAGRAPH.match(line)
        paragraph = (offset, line) if is_text else None
        offset += len(line) + 1
    return marks


def front_matter_end(text: str) -> int:
    """Return the offset after a block of settings between two lines of three hyphens at the start; 0 without one."""
    if not text.startswith("---\n"):
        return 0
    end = re.compile(r"^(?:---|\.\.\.)[ \t]*$", re.MULTILINE).search(text, 4)
    return end.end() + 1 if end and end.end() < len(text) else 0


def plain(title: str) -> str:
    """Return a title without the marks for links, emphasis and code."""
    title = _EMPHASIS.sub(r"\2", _EMPHASIS.sub(r"\2", _LINK.sub(r"\1", title[: 4 * MAX_TITLE_CHARS])))
    return clean_title(title)[:MAX_TITLE_CHARS]


def _after_fence(open_fence: str, marker: str, rest: str) -> str:
    if not open_fence:
        return "" if marker[0] == "`" and "`" in rest else marker
    closes = marker[0] == open_fence[0] and len(marker) >= len(open_fence) and not rest.strip()
    return "" if closes else open_fence
