"""HTML: the text that a reader sees, with its headings; scripts, styles, navigation and what is hidden are left out."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Self

from clara.rag.documents import Page
from clara.rag.extract.characters import clean_title
from clara.rag.extract.charset import declared_encoding
from clara.rag.extract.draft import Draft
from clara.rag.extract.limits import MAX_TITLE_CHARS, ExtractLimits
from clara.rag.extract.messages import DocumentInfo
from clara.rag.extract.parts import read_parts
from clara.rag.extract.scripts import lowered, raised
from clara.rag.extract.text import read_text

_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_ITEMS = frozenset({"li", "dt", "dd"})
_IN_CELLS = frozenset({"p", "div", "ul", "ol", "li", "section", "blockquote", "figure", "figcaption", "hr"})
_BLOCKS = (
    _IN_CELLS
    | _ITEMS
    | frozenset(_HEADINGS)
    | {"article", "header", "footer", "main", "aside", "body", "pre", "dl", "address", "details", "summary", "title"}
    | {"table", "thead", "tbody", "tfoot", "tr", "caption", "form", "fieldset"}
)
_UNSEEN = frozenset({"script", "style"})
_DROPPED = (
    _UNSEEN
    | {"noscript", "template", "nav", "svg", "canvas", "iframe", "object", "audio", "video", "select", "datalist"}
    | {"button", "textarea", "dialog", "annotation-xml"}
)
_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)
_ENDED_BY_THE_NEXT = frozenset({"p", "li", "dt", "dd", "tr", "td", "th"})

_SPACES = re.compile(r"\s+")
_BLANKS = re.compile(r"[ \t\xa0]+")
_AROUND_NEWLINES = re.compile(r" ?\n ?")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_DISPLAY_STYLE = re.compile(r"^\{\\displaystyle (.*)\}$", re.DOTALL)
_MAX_CELL_CHARS = 500
"""A longer cell is there for the layout, and what is in it are paragraphs."""
_FED_CHARS = 256 * 1024
_HEAD_BYTES = 4096

Attributes = list[tuple[str, str | None]]


@dataclass(slots=True)
class Dropped:
    """The element whose text is being left out, and how many of its name are open."""

    tag: str
    depth: int = 1


@dataclass(slots=True)
class Formula:
    """A formula begun at an index of the line; ``tex`` is better to read than its signs one by one."""

    start: int
    tex: str | None
    annotation_start: int = 0


def read(path: Path, limits: ExtractLimits) -> Iterator[DocumentInfo | Page]:
    with path.open("rb") as file:
        declared = declared_encoding(file.read(_HEAD_BYTES))
    text = read_text(path, limits, declared)
    writer = Writer(limits).written(text)
    if writer.lost_the_rest:
        writer = Writer(limits, _UNSEEN).written(text)
    return read_parts(writer.draft.text(), writer.draft.marks, writer.title or None)


class Writer(HTMLParser):
    """Turns tags into a draft: text gathers in a line, which a block's start or end finishes."""

    def __init__(self, limits: ExtractLimits, dropped_tags: frozenset[str] | None = None) -> None:
        super().__init__(convert_charrefs=True)
        self.draft = Draft(limits.max_chars)
        self.title = ""
        self.lost_the_rest = False
        self._dropped_tags = dropped_tags
        self._dropped: Dropped | None = None
        self._line: list[str] = []
        self._scripts: list[tuple[str, int]] = []
        self._formula: Formula | None = None
        self._lists: list[int | None] = []
        self._prefix = ""
        self._block = ""
        self._cells = 0
        self._pre = 0

    def written(self, text: str) -> Self:
        for start in range(0, len(text), _FED_CHARS):
            self.feed(text[start : start + _FED_CHARS])
        self.close()
        self.lost_the_rest = self._dropped is not None and self._dropped.tag not in _UNSEEN
        self._finish_line()
        return self

    def handle_starttag(self, tag: str, attributes: Attributes) -> None:
        if self._dropped and tag == self._dropped.tag and tag in _ENDED_BY_THE_NEXT:
            self._dropped = None
        if self._dropped:
            self._dropped.depth += tag == self._dropped.tag
        elif tag not in _VOID and self._drops(tag, attributes):
            if tag in _BLOCKS or tag in _DROPPED:
                self._finish_line()
            self._dropped = Dropped(tag)
        elif tag in _BLOCKS:
            self._start_block(tag, dict(attributes))
        elif tag in ("td", "th"):
            self._cells += 1
            self._line.append(" | " if self._cells > 1 else "")
        elif tag == "br":
            self._line.append(" " if self._cells else "\n")
        elif tag in ("sub", "sup"):
            self._scripts.append((tag, len(self._line)))
        elif tag in ("math", "annotation"):
            self._start_formula(tag, dict(attributes))

    def handle_startendtag(self, tag: str, attributes: Attributes) -> None:
        if tag in _VOID or tag in _BLOCKS:  # a slash means nothing there
            self.handle_starttag(tag, attributes)

    def handle_endtag(self, tag: str) -> None:
        if self._dropped:
            self._dropped.depth -= tag == self._dropped.tag
            if self._dropped.depth == 0:
                self._dropped = None
        elif tag in _BLOCKS:
            self._end_block(tag)
        elif tag in ("sub", "sup") and self._scripts and self._scripts[-1][0] == tag:
            _, start = self._scripts.pop()
            inner = "".join(self._line[start:])
            self._line[start:] = [raised(inner) if tag == "sup" else lowered(inner)]
        elif tag in ("math", "annotation") and self._formula:
            self._end_formula(tag, self._formula)

    def handle_data(self, data: str) -> None:
        if not self._dropped:
            self._line.append(data if self._pre else _SPACES.sub(" ", data))

    def parse_marked_section(self, i: int, report: int = 1) -> int:
        """A comment, as in browsers: the base class raises at what it doesn't know."""
        return self.parse_bogus_comment(i, bool(report))

    def _drops(self, tag: str, attributes: Attributes) -> bool:
        if self._dropped_tags is not None:
            return tag in self._dropped_tags
        return tag in _DROPPED or _is_hidden(tag, dict(attributes))

    def _start_block(self, tag: str, attributes: dict[str, str | None]) -> None:
        if self._stays_in_cell(tag):
            self._line.append(" ")
            return
        self._finish_line()
        self._block = tag
        match tag:
            case "pre":
                self._pre += 1
            case "ul":
                self._lists.append(None)
            case "ol":
                start = attributes.get("start") or ""
                self._lists.append(int(start) if start.isdecimal() and len(start) < 7 else 1)
            case "li":
                self._prefix = self._bullet()

    def _end_block(self, tag: str) -> None:
        if self._stays_in_cell(tag):
            self._line.append(" ")
            return
        self._finish_line()
        self._block = ""
        if tag == "pre":
            self._pre = max(self._pre - 1, 0)
        elif tag in ("ul", "ol") and self._lists:
            self._lists.pop()

    def _stays_in_cell(self, tag: str) -> bool:
        return self._cells > 0 and tag in _IN_CELLS and sum(map(len, self._line)) < _MAX_CELL_CHARS

    def _bullet(self) -> str:
        number = self._lists[-1] if self._lists else None
        if number is None:
            return "- "
        self._lists[-1] = number + 1
        return f"{number}. "

    def _finish_line(self) -> None:
        text = "".join(self._line)
        text = text.strip("\n") if self._pre else _AROUND_NEWLINES.sub("\n", _BLANKS.sub(" ", text)).strip()
        is_row, self._cells = self._cells > 0, 0
        self._line, self._scripts, self._formula = [], [], None
        if not text.strip(" |\n"):
            return
        if self._block == "title":
            self.title = self.title or clean_title(text)[:MAX_TITLE_CHARS]
        elif self._block in _HEADINGS:
            self.draft.heading(_HEADINGS[self._block], text)
        else:
            is_item = bool(self._prefix) or self._block in _ITEMS
            self.draft.block(self._prefix + text, group="row" if is_row else "item" if is_item else "")
        self._prefix = ""

    def _start_formula(self, tag: str, attributes: dict[str, str | None]) -> None:
        if tag == "math":
            self._formula = Formula(len(self._line), attributes.get("alttext"))
        elif self._formula and "tex" in (attributes.get("encoding") or "").lower():
            self._formula.annotation_start = len(self._line)
        else:
            self._dropped = Dropped(tag)

    def _end_formula(self, tag: str, formula: Formula) -> None:
        if tag == "annotation":
            formula.tex = formula.tex or "".join(self._line[formula.annotation_start :])
            del self._line[formula.annotation_start :]
            return
        if tex := _DISPLAY_STYLE.sub(r"\1", (formula.tex or "").strip()):
            self._line[formula.start :] = [f"${tex}$"]
        self._formula = None


def _is_hidden(tag: str, attributes: dict[str, str | None]) -> bool:
    if attributes.get("hidden", "until-found") != "until-found" or _HIDDEN.search(attributes.get("style") or ""):
        return True
    # Ornaments, and the drawn copy of a formula; some pages hide whole sections from screen readers only.
    return attributes.get("aria-hidden") == "true" and tag in ("span", "i")
