"""HTML: the text that a reader sees, with its headings; scripts, styles, navigation and what is hidden are left out."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

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
_LINES = frozenset({"li", "tr", "dt", "dd", "option"})
_BLOCKS = (
    frozenset(
        {"p", "div", "section", "article", "header", "footer", "main", "aside", "body", "blockquote", "pre", "hr"}
        | {"ul", "ol", "dl", "table", "thead", "tbody", "tfoot", "caption", "figure", "figcaption", "form", "fieldset"}
        | {"address", "details", "summary", "title"}
    )
    | _LINES
    | frozenset(_HEADINGS)
)
_DROPPED = frozenset(
    {"script", "style", "noscript", "template", "nav", "svg", "canvas", "iframe", "object", "audio", "video"}
    | {"select", "datalist", "button", "textarea", "dialog", "annotation-xml"}
)
_VOID = frozenset(
    "area base br col embed hr img input link meta param source track wbr".split()  # noqa: SIM905
)
_HIDDEN_STYLE = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)
_CELL_CHARS = 500
"""A longer cell is there for the layout, and what is in it are paragraphs."""
_BLOCK_BYTES = 256 * 1024

Attributes = list[tuple[str, str | None]]


def read(path: Path, limits: ExtractLimits) -> Iterator[DocumentInfo | Page]:
    with path.open("rb") as file:
        encoding = declared_encoding(file.read(4096))
    text = read_text(path, limits, encoding)
    writer = Writer(limits)
    for start in range(0, len(text), _BLOCK_BYTES):
        writer.feed(text[start : start + _BLOCK_BYTES])
    writer.close()
    return read_parts(writer.draft.text(), writer.draft.marks, writer.title or None)


class Writer(HTMLParser):
    """Turns tags into a draft: text gathers in a line, which a block's start or end finishes."""

    def __init__(self, limits: ExtractLimits) -> None:
        super().__init__(convert_charrefs=True)
        self.draft = Draft(limits.max_chars)
        self.title = ""
        self._line: list[str] = []
        self._heading = 0
        self._pre = 0
        self._lists: list[int | None] = []
        self._cells = 0
        self._dropped: Dropped | None = None
        self._scripts: list[tuple[str, int]] = []
        self._formula: Formula | None = None

    def close(self) -> None:
        super().close()
        self._finish_line()

    def handle_starttag(self, tag: str, attributes: Attributes) -> None:
        if self._dropped:
            self._dropped.depth += tag == self._dropped.tag
            return
        if tag not in _VOID and (tag in _DROPPED or _is_hidden(tag, attributes)):
            if tag in _BLOCKS or tag in _DROPPED:
                self._finish_line()
            self._dropped = Dropped(tag)
        elif tag in _BLOCKS:
            self._start_block(tag, attributes)
        elif tag in ("td", "th"):
            self._cells += 1
            self._line.append(" | " if self._cells > 1 else "")
        elif tag == "br":
            self._line.append("\n" if not self._cells else " ")
        elif tag in ("sub", "sup"):
            self._scripts.append((tag, len(self._line)))
        elif tag in ("math", "annotation"):
            self._start_formula(tag, dict(attributes))

    def handle_startendtag(self, tag: str, attributes: Attributes) -> None:
        if tag in _VOID or tag in _BLOCKS:
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
            self._end_formula(tag)

    def handle_data(self, data: str) -> None:
        if not self._dropped:
            self._line.append(data if self._pre else re.sub(r"\s+", " ", data))
