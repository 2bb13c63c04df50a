"""A text in the making: blocks one after the other, and the headings among them."""

from clara.rag.extract.characters import clean, clean_title
from clara.rag.extract.failures import ReadFailed
from clara.rag.extract.limits import MAX_TITLE_CHARS
from clara.rag.extract.parts import Mark, break_long_lines


class Draft:
    """Collects blocks; between two stands an empty line, or, where both are ``tight`` (list items, rows), none."""

    def __init__(self, max_chars: int) -> None:
        self._max_chars = max_chars
        self._pieces: list[str] = []
        self._length = 0
        self._was_tight = False
        self.marks: list[Mark] = []

    def block(self, text: str, *, tight: bool = False) -> None:
        """Add a paragraph, an item or a row. Raises ReadFailed (too_much_text)."""
        text = break_long_lines(clean(text)).strip("\n")
        if not text.strip():
            return
        gap = "" if not self._pieces else "\n" if tight and self._was_tight else "\n\n"
        self._pieces.append(gap + text)
        self._length += len(gap) + len(text)
        self._was_tight = tight
        if self._length > self._max_chars:
            raise ReadFailed("too_much_text")

    def heading(self, level: int, text: str) -> None:
        title = clean_title(text)
        if title:
            self.marks.append(Mark(level, title[:MAX_TITLE_CHARS], self._length + 2 * bool(self._pieces)))
            self.block(title)

    def position(self) -> tuple[int, int, int]:
        """Return where the text ends now, for ``cut_back``."""
        return len(self._pieces), self._length, len(self.marks)

    def cut_back(self, position: tuple[int, int, int]) -> None:
        """Forget everything that was added since ``position``."""
        pieces, self._length, marks = position
        del self._pieces[pieces:], self.marks[marks:]
        self._was_tight = False

    def text(self) -> str:
        return "".join(self._pieces)
