"""Blocks of code in a model's text: where they begin and end, and whether a reader's client is sure to see them so."""

import re
from dataclasses import dataclass

MOST_INFO = 300
"""Characters of the line that opens a block."""
MOST_LINE = 2000

_DIAGRAM = re.compile(r"[\s{.]*(?:mermaid|mmd)", re.IGNORECASE)
_LANGUAGE = re.compile(r"[ \t]*[\w+#.-]*")
_PREFIX = re.compile(r"(?:[ \t>]|[-*+](?=[ \t])|\d{1,9}[.)](?=[ \t])|\[[ xX]\](?=[ \t]))*")


@dataclass(frozen=True, slots=True)
class Fence:
    """An open block. ``column`` is where its fence stands.

    ``plain``: it stands at the margin, outside of anything, so that every client agrees on where it ends. ``drawn``: it
    is a diagram's, which is taken out.
    """

    sign: str
    length: int
    column: int
    plain: bool
    drawn: bool

    def closing(self, text: str, at: int, final: bool) -> int | None:
        """Return where the block ends if the line at ``at`` closes it; -1: it doesn't, None: that isn't told yet."""
        margin = " {0,3}" if self.plain else "[ \\t>]*"
        found = re.compile(rf"{margin}{self.sign}{{{self.length},}}[ \t]*(\n|\Z)").match(text, at)
        if found and (found[1] or final):
            return found.end()
        so_far = re.compile(rf"[ \t>]*{self.sign}*[ \t]*\Z").match(text, at)
        return None if so_far and not final else -1

    def leaves(self, line: str) -> bool:
        """Tell whether a line stands further left than the fence, so that clients differ on what it is."""
        body = line.lstrip(" \t>")
        return bool(body.strip()) and len(line) - len(body) < self.column


def stands_alone(line: str) -> bool:
    """Tell whether a line has nothing but what lists and quotations begin with: a fence after it opens a block."""
    return _PREFIX.fullmatch(line) is not None


def open_fence(run: str, line: str, info: str, in_math: bool) -> Fence:
    """Return the block that a run of signs opens after ``line``."""
    return Fence(run[0], len(run), len(line), line == "" and not in_math, _DIAGRAM.match(info) is not None)


def language_of(info: str) -> str:
    """Return what the line that opens a block says of its language, and nothing else of it."""
    found = _LANGUAGE.match(info)
    return found[0] if found else ""
