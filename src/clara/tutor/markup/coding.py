"""Code in a model's text: passed as it stands where every client sees that it is code."""

import re

from clara.tutor.markup import guarding
from clara.tutor.markup.fences import MOST_INFO, MOST_LINE, Fence, language_of, open_fence, stands_alone
from clara.tutor.markup.guarding import HELD, NOTHING
from clara.tutor.markup.passing import Passing

MOST_CODE = 400

_TICKS = re.compile("`+")


class Coding(Passing):
    """Reads blocks of code and code within a line."""

    def _ticks(self, found: re.Match[str], final: bool) -> bool:
        text, run = self._text, found[0]
        if found.end() == len(text) and not final:
            return False
        if len(run) >= 3 and stands_alone(self._line):
            end = text.find("\n", found.end(), found.end() + MOST_INFO)
            if end < 0 and not final and len(text) < found.end() + MOST_INFO:
                return False
            info = text[found.end() : end if end >= 0 else found.end() + MOST_INFO]
            if end < 0 and len(text) > found.end() + MOST_INFO:
                self._unsure = True
            elif run[0] == "~" or "`" not in info:
                return self._open(found, info, end)
        return self._pass(found) if run[0] == "~" else self._span(found, final)

    def _open(self, found: re.Match[str], info: str, end: int) -> bool:
        """Begin a block of code."""
        fence = open_fence(found[0], self._line, info, self._in_math)
        if self._unsure and not fence.drawn:
            return self._pass(found)
        self._at = end + 1 if end >= 0 else len(self._text)
        if fence.drawn:
            self._on_stripped("diagram")
            self._gap = True
        else:
            apart = "\n" if self._after_mark else ""
            self._emit(apart + found[0] + language_of(info) + ("\n" if end >= 0 else ""))
        self._fence, self._line_begins = fence, True
        return True

    def _span(self, found: re.Match[str], final: bool) -> bool:
        """Pass a piece of code within a line, or a sign that begins none."""
        close = self._closing_ticks(found, final)
        if close is HELD:
            return False
        if close == NOTHING:
            self._odd_ticks = True
            return self._pass(found)
        assert isinstance(close, re.Match)
        code = self._text[found.end() : close.start()]
        sure = not (self._unsure or self._odd_ticks or "|" in code or "$" in self._line + code)
        if not sure and guarding.loads(code):
            self._odd_ticks = True
            return self._pass(found)
        self._emit(found[0] + code + close[0])
        self._at = close.end()
        return True

    def _closing_ticks(self, opening: re.Match[str], final: bool) -> re.Match[str] | int | None:
        """Return the run of signs that closes a piece of code on the same line; NOTHING: there is none."""
        text, limit = self._text, opening.end() + MOST_CODE
        line_end = text.find("\n", opening.end(), limit)
        for run in _TICKS.finditer(text, opening.end(), len(text) if line_end < 0 else line_end):
            if run.start() >= limit:
                break
            if run.end() == len(text) and not final:
                return HELD
            if len(run[0]) == len(opening[0]):
                return run
        return NOTHING if final or line_end >= 0 or len(text) >= limit else HELD

    def _math(self, found: re.Match[str], final: bool) -> bool:
        self._in_math = not self._in_math
        return self._pass(found)

    def _code(self, final: bool) -> bool:
        fence, text, at = self._fence, self._text, self._at
        assert fence is not None
        if self._line_begins:
            end = fence.closing(text, at, final)
            if end is None:
                return False
            if end >= 0:
                self._fence = None
                self._show_code(fence, text[at:end])
                self._at = end
                return True
        end = text.find("\n", at, at + MOST_LINE) + 1
        whole = end > 0 or final or len(text) >= at + MOST_LINE
        if not fence.plain and not whole:
            return False
        end = end or min(len(text), at + MOST_LINE)
        if self._line_begins and not fence.plain and fence.leaves(text[at:end]):
            # Outside of its list or quotation: for some clients the code ends here, for others it doesn't.
            self._unsure, self._fence = True, None
            return True
        self._show_code(fence, text[at:end] if fence.plain else guarding.disarmed(text[at:end]))
        self._line_begins = text[end - 1] == "\n"
        self._at = end
        return True

    def _show_code(self, fence: Fence, code: str) -> None:
        if not fence.drawn:
            self._emit(code)
            self._before = "\n" if code[-1] == "\n" else " "
