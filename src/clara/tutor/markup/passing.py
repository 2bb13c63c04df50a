"""The text that is read and the text that is shown, in one pass: what scanning a model's answer stands on."""

import re
from collections.abc import Callable, Collection

from clara.tutor.markup.fences import Fence, stands_alone
from clara.tutor.markup.guarding import joins
from clara.tutor.markup.marks import Mark

Token = str | Mark

_LINE = 300
"""So much of the line that is being written is remembered."""


class Passing:
    """``is_passage`` tells which numbers a mark may name. Links to ``hosts`` stay; ``on_stripped`` hears of others.

    A step of reading returns False when more of the text is needed to take it.
    """

    def __init__(
        self,
        is_passage: Callable[[int], bool],
        hosts: Collection[str] = (),
        on_stripped: Callable[[str], None] = lambda kind: None,
    ) -> None:
        self._is_passage = is_passage
        self._hosts = hosts
        self._on_stripped = on_stripped
        self._text, self._at = "", 0
        self._tokens: list[Token] = []
        self._pieces: list[str] = []
        self._before = "\n"
        """What the next character may follow: one character, or either of two where a mark may be shown or not."""
        self._gap = False
        self._line = ""
        self._after_mark = False
        self._in_label = False
        self._in_math = False
        self._odd_ticks = False
        self._unsure = False
        self._fence: Fence | None = None
        self._line_begins = True

    def _pass(self, found: re.Match[str]) -> bool:
        """Show what was found as it stands."""
        opens = found[0][-1] == "[" and stands_alone(self._line + found[0][:-1].rstrip("!"))
        self._emit(found[0])
        self._in_label = self._in_label or opens
        self._at = found.end()
        return True

    def _strip(self, kind: str, end: int) -> None:
        self._on_stripped(kind)
        self._gap = True
        self._at = end

    def _replace(self, end: int, text: str) -> None:
        """Put a text in the place of what is read next, up to ``end``; it is read in turn."""
        self._text, self._at = text + self._text[end:], 0
        self._gap = True

    def _emit(self, text: str) -> None:
        if not text:
            return
        if "]" in self._before:
            self._in_label = False
        if self._gap:
            if any(joins(before, text[0]) for before in self._before):
                text = " " + text
            self._gap = False
        if "\n\n" in text or (self._before == "\n" and text[0] == "\n"):
            self._odd_ticks = self._in_label = False
        self._pieces.append(text)
        self._before = text[-1]
        cut = text.rfind("\n")
        self._line = (self._line + text if cut < 0 else text[cut + 1 :])[-_LINE:]
        if cut >= 0:
            self._after_mark = False

    def _end_piece(self) -> None:
        if self._pieces:
            self._tokens.append("".join(self._pieces))
            self._pieces = []
