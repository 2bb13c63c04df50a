"""A model's text as it comes, made fit to show: citation marks read out of it, and nothing left that clients load.

One pass over the text. However it is split into deltas, what comes out is the same; held back is only what may still
turn out to be a mark, a link, a tag or a piece of code, each up to a bound.
"""

import re

from clara.tutor.markup import guarding
from clara.tutor.markup.coding import Coding
from clara.tutor.markup.fences import stands_alone
from clara.tutor.markup.guarding import HELD, NOTHING
from clara.tutor.markup.linking import Linking
from clara.tutor.markup.marks import Mark, Verdict, read_mark
from clara.tutor.markup.passing import Token

MOST_BRACKET = 400
_LONGEST_HEAD = 60
"""Characters of a mark before its quote."""
_SCHEMES = "https?|ftps?|wss?"
_SPECIAL = re.compile(
    r"(?P<bracket>[ \t]{0,3}!?[\[【［])|(?P<close>\])|(?P<ticks>`+|~{3,})|(?P<tag><)|(?P<entity>&)|(?P<mail>@)"
    rf"|(?P<escape>\\)|(?P<math>\$\$)|(?P<url>(?:(?:(?<![a-z0-9])(?:{_SCHEMES}))?:)?//|(?<![a-z0-9])www\.)",
    re.IGNORECASE,
)
_SCHEME_SO_FAR = "h(?:t(?:t(?:ps?)?)?)?|f(?:t(?:ps?)?)?|w(?:ss?|ww?)?"
_TAIL = re.compile(
    rf"(?:[ \t]{{1,3}}!?|!|/|~+|\$|(?:(?<![a-z0-9])(?:{_SCHEME_SO_FAR}))?:/?|(?<![a-z0-9])(?:{_SCHEME_SO_FAR}))\Z",
    re.IGNORECASE,
)
_IN_BRACKETS = re.compile(r"\\[^\n]|`+|[\[\]]|\n[ \t]*\n")
_LIKE_A_CITATION = re.compile(r"\[[0-9]{1,3}\Z")
"""What clients would read as a citation if it closed here; it is the model's own, and no quote was checked for it."""
_WORD_BEFORE = re.compile(r"[\w\[\]]*\Z")
_SHORT_WORD = 3
_MATHS = re.compile(
    r"[=∈⊂(\[{,+*/<>≤≥∪∩:∞^-]\s*\Z|(?<!\w)(?:interval|range|vector|list|array|intervall|intervalle|intervalo|intervallo"
    r"|bereich|vektor|liste|lista|vecteur|区间|区間)\s*\Z",
    re.IGNORECASE,
)


class Scanner(Coding, Linking):
    """Takes a text in pieces; gives back what can be shown of it, and its marks."""

    def feed(self, delta: str) -> list[Token]:
        """Take a piece of the text; return what can be shown by now."""
        self._text += guarding.visible(delta)
        return self._scan(final=False)

    def end(self) -> list[Token]:
        """Return what was held back."""
        return self._scan(final=True)

    def _scan(self, final: bool) -> list[Token]:
        while self._at < len(self._text):
            going = self._code(final) if self._fence else self._prose(final)
            if not going:
                break
        kept = max(0, self._at - 1)
        self._text, self._at = self._text[kept:], self._at - kept
        self._end_piece()
        tokens, self._tokens = self._tokens, []
        return tokens

    def _prose(self, final: bool) -> bool:
        """Take one step; False: wait for more."""
        text, at = self._text, self._at
        if "]" in self._before:
            if not self._gap_closed(text[at], final):
                return False
            if self._at > at:
                return True
        found = _SPECIAL.search(text, at)
        end = found.start() if found else len(text)
        if found is None and not final and (tail := _TAIL.search(text, at)):
            end = tail.start()
        if end > at:
            self._emit(text[at:end])
            self._at = end
            return True
        if found is None:
            return False
        going: bool = getattr(self, f"_{found.lastgroup}")(found, final)
        return going

    def _bracket(self, found: re.Match[str], final: bool) -> bool:
        text, at = self._text, found.end() - 1
        blank, image = found[0][:-1].rstrip("!"), found[0][-2:-1] == "!"
        read = Verdict.NO_MARK if image else read_mark(text, at, final)
        if read is Verdict.UNDECIDED:
            return False
        if not isinstance(read, Verdict) and self._cites(read[0], blank):
            self._add_mark(Mark(read[0].cites, blank, read[0].problem), read[1])
            return True
        if text[at] != "[":
            undecided = not final and len(text) < at + _LONGEST_HEAD and not re.search("[】］]", text[at:])
            return not undecided and self._pass(found)
        close = self._closing_bracket(at, final)
        if close is HELD or (close != NOTHING and close + 1 == len(text) and not final):
            return False
        if close == NOTHING or text[close + 1 : close + 2] != "(":
            return self._pass(found)
        end = guarding.read_destination(text, close + 2, final)
        if end is HELD:
            return False
        return self._link(found, close, end, image)

    def _cites(self, mark: Mark, blank: str) -> bool:
        """Tell whether what looks like a mark is one, and not an index, an interval or a list of numbers."""
        if mark.problem != "bare":
            return True
        if not all(self._is_passage(number) for number, _ in mark.cites):
            return False
        before = _WORD_BEFORE.search(self._line)
        word = before[0] if before and not blank and not self._gap else ""
        attached = bool(word) and (len(word) <= _SHORT_WORD or not word.isalpha())
        return not attached and not _MATHS.search(self._line) and self._line.count("$") % 2 == 0

    def _add_mark(self, mark: Mark, end: int) -> None:
        self._end_piece()
        self._tokens.append(mark)
        self._before = "]" + self._before[-1]
        self._gap = self._after_mark = True
        self._in_label = self._in_label or stands_alone(self._line + mark.blank)
        self._at = end

    def _closing_bracket(self, at: int, final: bool) -> int | None:
        """Return where the bracket at ``at`` closes; NOTHING: nowhere near."""
        depth, skip_to = 0, at
        limit = at + MOST_BRACKET
        if (final or len(self._text) >= limit) and self._text.find("]", at, limit) < 0:
            return NOTHING
        for found in _IN_BRACKETS.finditer(self._text, at, limit):
            sign = found[0]
            if found.start() < skip_to:
                continue
            if sign[0] == "\n":
                return NOTHING
            if sign[0] == "`":
                close = self._closing_ticks(found, final)
                if close is HELD:
                    return HELD
                skip_to = close.end() if isinstance(close, re.Match) and close.end() <= limit else skip_to
            depth += (sign == "[") - (sign == "]")
            if depth == 0 and sign == "]":
                return found.start()
        return NOTHING if final or len(self._text) >= limit else HELD

    def _close(self, found: re.Match[str], final: bool) -> bool:
        if _LIKE_A_CITATION.search(self._line):
            self._emit(" ")
        return self._pass(found)
