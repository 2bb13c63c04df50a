"""A written answer, as it streams in, cut into what is spoken at once: sentences, headings, items, rows, blocks."""

import re
from collections.abc import Sequence

from clara.rag.sentences import sentences
from clara.voice.wording.written import Atom, atoms, masked, open_from

LONGEST = 320
"""Characters of a unit; a longer sentence is cut at a pause, so that its first words needn't wait for its last."""

_WINDOW = 1_500
_END = re.compile(r"[.!?\n\u2026\u3002\uff01\uff1f\uff61\uff0e\u0964\u0965\u061f\u06d4\u0589\u1362\u104b\u17d4\u17d5]")
_FENCE = re.compile(r"\s*(?:```|~~~)")
_BLOCK_END = re.compile(
    r"\n[ \t]*(?=\n)|\n(?=[ \t]*(?:[-*+\u2022][ \t]|[>|]|\#{1,6}[ \t]|\d{1,3}[.)][ \t]|```|~~~|\$\$|\\\[))"
)
_LINE_ALONE = re.compile(r"[ \t]*(?:\#{1,6}[ \t]|\||```|~~~)")
_MARKS = re.compile(r"\s*(?:\[\d{1,3}(?:\s?[,\u2013-]\s?\d{1,3})*\](?!\()[.,;:!?]*\s*)+")
_WORD_AFTER = re.compile(r"\W*\w+\W")
_ENOUGH_AFTER = 26
_PAUSE = re.compile(r"[,;:\u2013\u2014\u3001\uff0c](?=\s|[\u3040-\u9fff])")
_NUMBERED = re.compile(r"\b(?:no|nos|nr|eq|ex|fig|p|pp|ch|sec|vol)\.\s*\Z", re.IGNORECASE)


class Units:
    """Takes the pieces of an answer and gives its units; joined they are the answer.

    However the answer is cut into pieces, the units are the same. A unit never ends inside mathematics, a number, an
    abbreviation, a link or a citation's mark; a mark behind a full stop belongs to the sentence before it.
    """

    def __init__(self) -> None:
        self._text = ""
        self._tried = 0

    def feed(self, piece: str) -> list[str]:
        """Return the units that are complete now."""
        self._text += piece
        return self._take(ended=False) if self._may_have_ended() else []

    def finish(self) -> list[str]:
        """Return what is left."""
        return self._take(ended=True)

    def _may_have_ended(self) -> bool:
        """Keep from reading the same text at every piece of it."""
        if _FENCE.match(self._text):
            return "```" in self._text[self._tried :] or "~~~" in self._text[self._tried :]
        return len(self._text) > LONGEST or _END.search(self._text) is not None

    def _take(self, ended: bool) -> list[str]:
        found: list[str] = []
        while self._text:
            fence = _FENCE.match(self._text)
            # All that can belong to one unit; a block of code may be longer.
            text = self._text if fence else self._text[:_WINDOW]
            end = _first_end(text, ended and text == self._text)
            if end is None:
                break
            found.append(self._text[:end])
            self._text = self._text[end:]
        self._tried = max(0, len(self._text) - 3)
        return found


def _first_end(text: str, ended: bool) -> int | None:
    """Return where the first unit ends, None while that isn't settled."""
    found = list(atoms(text))
    hidden = masked(found)
    block = _block_end(text, hidden, found)
    within = hidden[: len(text) if block is None else block]
    end = _sentence_end(text, within, settled=ended or block is not None)
    if end is None and (block is not None or ended):
        end = len(within)
    if (len(text) > LONGEST + _ENOUGH_AFTER or ended) and (end is None or end > LONGEST):
        end = _pause_end(hidden) or end
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
        if end < start or (_NUMBERED.search(line, 0, end) and line[end:].lstrip()[:1].isdigit()):
            continue
        rest = line[end:]
        if not settled and not (_WORD_AFTER.match(rest) or len(rest) >= _ENOUGH_AFTER):
            return None
        if rest.strip():
            return end + len(rest) - len(rest.lstrip())
        start = end
    return None


def _pause_end(hidden: str) -> int | None:
    """Return where a long sentence can be cut: behind its last comma, or else its last blank, that is near enough."""
    pauses = [match.end() for match in _PAUSE.finditer(hidden, 0, LONGEST)]
    if pauses and pauses[-1] > LONGEST // 3:
        return pauses[-1]
    blank = max(hidden.rfind(" ", 0, LONGEST), hidden.rfind("\n", 0, LONGEST))
    if blank > 0:
        return blank + 1
    after = re.compile(r"\s").search(hidden, LONGEST)
    return after.end() if after else None
