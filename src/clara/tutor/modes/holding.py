"""A reply held back until a sentence, list item, table or piece of code is whole, so that it can be checked first."""

import re

LONGEST = 4000
"""A unit is cut here, wherever that is."""
_FENCE = re.compile(r"^[ \t]*(?P<fence>`{3,}|~{3,})", re.MULTILINE)
_END = re.compile(r"(?:[.!?…]+[\"'»”’)\]*_]*(?=\s)|[。！？।؟]+[」』”）]*|\n)\s*")
_GOES_ON = re.compile(r"[\w,\-‐‑–—(*_]\Z")
"""The end of a line within a sentence, if no block follows."""
_BLOCK = re.compile(r"[-*+#>|`~$\\=]|\d{1,3}[.)]")
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|z\.B|bzw|vgl|Dr|Mr|Ms|No|Nr|Fig|approx|etc|p|pp|S)|^\s*\d{1,2}|\d)\.\s*$"
)


class Units:
    """Cuts a text that comes in pieces into units that are whole."""

    def __init__(self) -> None:
        self._held = ""

    def feed(self, piece: str) -> list[str]:
        """Return the units that are whole now."""
        self._held += piece
        units = []
        while (end := self._end()) > 0:
            units.append(self._held[:end])
            self._held = self._held[end:]
        return units

    def end(self) -> str:
        """Return the rest."""
        rest, self._held = self._held, ""
        return rest

    def _end(self) -> int:
        """Return where the first unit ends, 0 when it isn't whole yet."""
        held = self._held
        if len(held) > LONGEST:
            return LONGEST
        fence = _FENCE.search(held)
        if fence and not held[: fence.start()].strip():
            return self._end_of_fence(fence)
        if held.lstrip().startswith(("$$", "\\[")):
            return self._end_of_formula()
        if held.lstrip().startswith("|"):
            return self._end_of_table()
        for found in _END.finditer(held):
            if found.end() == len(held) and not found[0].endswith("\n"):
                return 0
            if found[0].strip(" \t") == "\n" and _GOES_ON.search(held[: found.start()]):
                if found.end() == len(held):
                    return 0
                if not _BLOCK.match(held, found.end()):
                    continue
            if fence and found.end() > fence.start():
                return fence.start()
            if not _ABBREVIATION.search(held[: found.end()]) and not _inside_formula(held[: found.start()]):
                return found.end()
        return fence.start() if fence and fence.start() > 0 else 0

    def _end_of_fence(self, fence: re.Match[str]) -> int:
        close = re.compile(rf"^[ \t]*{re.escape(fence['fence'])}[ \t]*(?:\n|$)", re.MULTILINE).search(
            self._held, fence.end()
        )
        return close.end() if close and (close[0].endswith("\n") or close.end() < len(self._held)) else 0

    def _end_of_formula(self) -> int:
        start = len(self._held) - len(self._held.lstrip())
        closing = "$$" if self._held[start] == "$" else "\\]"
        at = self._held.find(closing, start + 2)
        return at + 2 if at >= 0 else 0

    def _end_of_table(self) -> int:
        """A table ends where a line follows that is none of its."""
        at = 0
        for line in self._held.splitlines(keepends=True):
            if at and line.strip() and not line.lstrip().startswith("|"):
                return at
            if at and not line.strip() and line.endswith("\n"):
                return at + len(line)
            at += len(line)
        return 0


def _inside_formula(text: str) -> bool:
    """An odd number of dollar signs is open, unless they stand far back: then they are money."""
    tail = text[-200:]
    return tail.count("$") - tail.count("\\$") & 1 == 1 and re.search(r"\$(?=\S)[^$]*$", tail) is not None


def is_code(unit: str) -> bool:
    return _FENCE.match(unit.lstrip("\n")) is not None or re.match(r"(?: {4}|\t)\S", unit.lstrip("\n")) is not None
