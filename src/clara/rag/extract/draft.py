"""A text in the making: blocks one after the other, and the headings among them."""

from clara.rag.extract.characters import clean, clean_title
from clara.rag.extract.failures import ReadFailed
from clara.rag.extract.limits import MAX_TITLE_CHARS
from clara.rag.extract.parts import Mark, break_long_lines


class Draft:
    """Collects blocks; between two stands an empty line, but none between two of one ``group`` (items, rows)."""

    def __init__(self, max_chars: int) -> None:
        self._max_chars = max_chars
        self._pieces: list[str] = []
        self._length = 0
        self._group = ""
        self.marks: list[Mark] = []

    def block(self, text: str, *, group: str = "") -> None:
        """Add a paragraph, an item or a row. Raises ReadFailed (too_much_text)."""
        text = break_long_lines(clean(text)).strip("\n")
        if not text.strip():
            return
        gap = "" if not self._pieces else "\n" if group and group == self._group else "\n\n"
        self._pieces.append(gap + text)
        self._length += len(gap) + len(text)
        self._group = group
        if self._length > self._max_chars:
            raise ReadFailed("too_much_text")

    def heading(self, level: int, text: str) -> None:
        title = clean_title(text)
        if title:
            self.marks.append(Mark(level, title[:MAX_TITLE_CHARS], self._length + 2 * bool(self._pieces)))
            self.block(title)

    def text(self) -> str:
        return "".join(self._pieces)
