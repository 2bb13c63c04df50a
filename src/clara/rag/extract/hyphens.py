"""Words that were broken at the end of a line, put together again.

PDFium marks such a break with U+FFFE in place of the hyphen and the line end, and leaves it open whether the hyphen
belongs to the word ("com-puted" or "byte-compiled"). The document's other words decide.
"""

import re

BROKEN = "\ufffe"
MAX_LEARNED_CHARS = 2_000_000
"""As much as a long book; it has used its words by then."""

_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_BREAK = re.compile(rf"([\w-]*){BROKEN}\s*(\w*)")


class Hyphens:
    """Learns a document's words, page by page, and mends the breaks of pages already learned from."""

    def __init__(self) -> None:
        self._words: set[str] = set()
        self._unread: list[str] = []
        self._learned_chars = 0

    def learn(self, text: str) -> None:
        """Remember the whole words of a raw page. The halves of a broken word aren't words."""
        if self._learned_chars < MAX_LEARNED_CHARS:
            self._learned_chars += len(text)
            self._unread.append(text)

    def mend(self, text: str) -> str:
        """Return the text without break marks."""
        if BROKEN not in text:
            return text
        # Many documents have none: their words needn't be looked at.
        for page in self._unread:
            whole = _BREAK.sub(" ", page) if BROKEN in page else page
            self._words.update(_WORD.findall(whole.lower()))
        self._unread.clear()
        return _BREAK.sub(self._mended, text)

    def _mended(self, match: re.Match[str]) -> str:
        left, right = match.groups()
        return f"{left}-{right}" if self._keeps_hyphen(left, right) else left + right

    def _keeps_hyphen(self, left: str, right: str) -> bool:
        last = left.rpartition("-")[2]
        if (last + right).lower() in self._words:
            return False
        if not last or not right[:1].islower() or left.startswith("-") or (len(last) > 1 and last.isupper()):
            return True
        last, right = last.lower(), right.lower()
        if f"{left.lower()}-{right}" in self._words:
            return True
        return len(last) > 2 and len(right) > 2 and last in self._words and right in self._words
