"""A written answer, as it streams in, cut into what is spoken at once: sentences, headings, items, rows, blocks."""

import re
from collections.abc import Sequence

from clara.rag.sentences import sentences
from clara.voice.wording.written import Atom, atoms, masked, open_from

LONGEST = 320
"""Characters of a unit; a longer sentence is cut at a pause, so that its first words needn't wait for its last."""

FIRST = 100
"""Characters of the first unit, if there is a pause before: the voice begins while the sentence is still written."""

_WINDOW = 1_500
_END = re.compile(r"[.!?\n\u2026\u3002\uff01\uff1f\uff61\uff0e\u0964\u0965\u061f\u06d4\u0589\u1362\u104b\u17d4\u17d5]")
_FENCE = re.compile(r"\s*(?:```|~~~)")
_BLOCK_END = re.compile(
    r"\n[ \t]*(?=\n)|(?:(?<=[ \t]{2})|(?<=\\))\n(?=\S)"
    r"|\n(?=[ \t]*(?:[-*+\u2022\u25e6\u25aa\u2023\u2013][ \t]|[>|]|\#{1,6}[ \t]|\d{1,3}[.)][ \t]|\([0-9a-z]{1,3}\)[ \t]"
    r"|[A-Ha-h]\)[ \t]|[A-D]\.[ \t]|```|~~~|\$\$|\\\[|\\b(?:egin\{|Q)|(?:[-=*_][ \t]*){3,}\n))"
)
_LINE_ALONE = re.compile(
    r"[ \t]*(?:\#{1,6}[ \t]|\||```|~~~|\*\*[^*\n]+\*\*:?[ \t]*\n|(?:[-=*_][ \t]*){3,}\n|[^\n|]*[^\n|\s][ \t]\|[ \t])"
)
_MARKS = re.compile(r"\s*(?:\[\d{1,3}(?:\s?[,\u2013-]\s?\d{1,3})*\](?!\()[.,;:!?]*\s*)+")
_WORD_AFTER = re.compile(r"\W*\w+\W")
_ENOUGH_AFTER = 26
_PAUSE = re.compile(r"[,;:\u2013\u2014\u3001\uff0c](?=\s(?!\d)|[\u3040-\u9fff])")
_NUMBERED = (
    "no nos nr eq ex fig figs p pp ch sec vol c ca b d h s art abs abb kap bd t tel núm n pág págs séc cap vgl".replace(
        " ", "|"
    )
)
_JOINED = re.compile(
    rf"(?<!\w)(?:(?:{_NUMBERED})\.\s+(?=\d)|(?-i:s|séc|sec|cap|vol|t|ch)\.\s+(?-i:(?=[IVXL]+\b))|\w\.\s+(?=\w\.)|(?:EE|vgl|डॉ|प्रो|श्री)\.\s+(?=\w)"
    r"|(?:der|die|das|dem|den|des|am|im|vom|zum|zur|beim)\s\d{1,2}\.\s+(?=[^\W\d_]))|!\s+(?=[=+×·÷<>≤≥≈≠→/])",
    re.IGNORECASE,
)
"""What looks like a sentence's end and goes on: a short form and its number, German's ordinals, a factorial."""
_NEAR = 24
_TELLING = re.compile(rf"[\s,;:\u2013\u2014\u3001\uff0c`~]|{_END.pattern}")
"""What may settle where a unit ends."""


class Units:
    """Takes the pieces of an answer and gives its units; joined they are the answer.

    However the answer is cut into pieces, the units are the same. A unit never ends inside mathematics, a number, an
    abbreviation, a link or a citation's mark; a mark behind a full stop belongs to the sentence before it.
    """

    def __init__(self) -> None:
        self._text = ""
        self._tried = self._unread = 0
        self._longest = FIRST

    def feed(self, piece: str) -> list[str]:
        """Return the units that are complete now."""
        self._text += piece
        self._unread += len(piece)
        if not (self._unread > _NEAR or _TELLING.search(piece)) or not self._may_have_ended():
            return []
        self._unread = 0
        return self._take(ended=False)

    def finish(self) -> list[str]:
        """Return what is left."""
        return self._take(ended=True)

    def _may_have_ended(self) -> bool:
        """Keep from reading the same text at every piece of it."""
        if _FENCE.match(self._text):
            return "```" in self._text[self._tried :] or "~~~" in self._text[self._tried :]
        return len(self._text) > self._longest or _END.search(self._text) is not None

    def _take(self, ended: bool) -> list[str]:
        found: list[str] = []
        while self._text:
            fence = _FENCE.match(self._text)
            # All that can belong to one unit; a block of code may be longer.
            text = self._text if fence else self._text[:_WINDOW]
            end = _first_end(text, ended and text == self._text, self._longest)
            if end is None:
                break
            found.append(self._text[:end])
            if found[-1].strip():
                self._longest = LONGEST
            self._text = self._text[end:]
        self._tried = max(0, len(self._text) - 3)
        return found


def _first_end(text: str, ended: bool, longest: int) -> int | None:
    """Return where the first unit ends, None while that isn't settled; the answer's first is to be no longer."""
    found = list(atoms(text))
    hidden = masked(found)
    block = _block_end(text, hidden, found)
    within = hidden[: len(text) if block is None else block]
    end = _sentence_end(text, within, settled=ended or block is not None)
    if end is None and (block is not None or ended):
        end = len(within)
    for most in sorted({longest, LONGEST}):
        too_long = end > most if end is not None else ended or len(text) > most + _ENOUGH_AFTER
        if too_long and (cut := _pause_end(hidden, most)) is not None:
            end = cut
            break
    if end is None and len(text) == _WINDOW:
        end = next((atom.end for atom in found if atom.start < LONGEST < atom.end and atom.kind != "text"), LONGEST)
    if end is not None and not ended and open_from(text, found, end) is not None:
        return None
    return end


def _block_end(text: str, hidden: str, found: Sequence[Atom]) -> int | None:
    """Return where the first block ends, behind its line end."""
    first = len(text) - len(text.lstrip())
    fence = next((atom for atom in found if atom.kind == "fence"), None)
    if fence is not None and not text[: fence.start].strip():
        return fence.end
    ends = [fence.start] if fence is not None else []
    if _LINE_ALONE.match(text, text.rfind("\n", 0, first) + 1) and (line_end := hidden.find("\n", first)) >= 0:
        ends.append(line_end + 1)
    if (match := _BLOCK_END.search(hidden, first)) is not None:
        ends.append(match.end())
    return min(ends, default=None)


def _sentence_end(text: str, hidden: str, settled: bool) -> int | None:
    """Return the end of the first sentence, where another begins."""
    line = hidden.rstrip().replace("\n", " ")
    start = 0
    for _, sentence_end in sentences(line)[:-1]:
        end = sentence_end
        if (marks := _MARKS.match(text, end, len(line))) is not None:
            end = marks.end()
        if end < start or _goes_on(line, end):
            continue
        rest = line[end:]
        if not settled and not (_WORD_AFTER.match(rest) or len(rest) >= _ENOUGH_AFTER):
            return None
        if rest.strip():
            return end + len(rest) - len(rest.lstrip())
        start = end
    return None


def _goes_on(line: str, end: int) -> bool:
    return any(found.start() < end <= found.end() for found in _JOINED.finditer(line, max(0, end - _NEAR), end + _NEAR))


def _pause_end(hidden: str, longest: int) -> int | None:
    """Return where a long sentence can be cut: behind its last comma, or else its last blank, that is near enough."""
    pauses = [match.end() for match in _PAUSE.finditer(hidden, 0, longest)]
    if pauses and pauses[-1] > longest // 3:
        return pauses[-1]
    if longest < LONGEST:
        return None
    blank = max(hidden.rfind(" ", 0, longest), hidden.rfind("\n", 0, longest))
    if blank > 0:
        return blank + 1
    after = re.compile(r"\s").search(hidden, longest)
    return after.end() if after else None
