"""A model's text as it comes, made fit to show: citation marks read out of it, and nothing left that clients load.

One pass over the text. However it is split into deltas, what comes out is the same; held back is only what may still
turn out to be a mark, a link, a tag or a piece of code, each up to a bound.
"""

import re
from collections.abc import Callable, Collection

from clara.tutor import guarding
from clara.tutor.fences import MOST_INFO, MOST_LINE, Fence, language_of, open_fence, stands_alone
from clara.tutor.guarding import HELD, NOTHING, joins
from clara.tutor.marks import Mark, Verdict, read_mark

Token = str | Mark

MOST_BRACKET = 400
MOST_CODE = 400
_LONGEST_HEAD = 60
_LINE = 300
"""So much of the line that is being written is remembered."""

_SCHEMES = "https?|ftps?|wss?"
_SPECIAL = re.compile(
    r"(?P<bracket>[ \t]*!?[\[【［])|(?P<close>\])|(?P<ticks>`+|~{3,})|(?P<tag><)|(?P<entity>&)|(?P<mail>@)"
    rf"|(?P<escape>\\)|(?P<math>\$\$)|(?P<url>(?:(?:(?<![a-z0-9])(?:{_SCHEMES}))?:)?//|(?<![a-z0-9])www\.)",
    re.IGNORECASE,
)
_SCHEME_SO_FAR = "h(?:t(?:t(?:ps?)?)?)?|f(?:t(?:ps?)?)?|w(?:ss?|ww?)?"
_TAIL = re.compile(
    rf"(?:[ \t]+!?|!|/|~+|\$|(?:(?<![a-z0-9])(?:{_SCHEME_SO_FAR}))?:/?|(?<![a-z0-9])(?:{_SCHEME_SO_FAR}))\Z",
    re.IGNORECASE,
)
_URL = re.compile(r"[^\s<>\"'`|\[\]{}()，。；）】》」]*")
_URL_ENDS = ".,;:!?*_~"
_BARE_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)*\.[^\W\d_]{2,}\Z")
_IN_BRACKETS = re.compile(r"\\[^\n]|`+|[\[\]]|\n[ \t]*\n")
_TICKS = re.compile("`+")
_WORD_BEFORE = re.compile(r"[\w\[\]]*\Z")
_SHORT_WORD = 3
_MATHS = re.compile(
    r"[=∈⊂(\[{,+*/<>≤≥∪∩:∞^-]\s*\Z|(?<!\w)(?:interval|range|vector|list|array|intervall|intervalle|intervalo|intervallo"
    r"|bereich|vektor|liste|lista|vecteur|区间|区間)\s*\Z",
    re.IGNORECASE,
)


class Scanner:
    """``is_passage`` tells which numbers a mark may name. Links to ``hosts`` stay; ``on_stripped`` hears of others."""

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

    def _gap_closed(self, following: str, final: bool) -> bool:
        """Keep a bracket apart from what would make a link or a definition of it; False: wait for more."""
        if following == "(":
            end = guarding.read_destination(self._text, self._at + 1, final)
            if end is HELD:
                return False
            if end != NOTHING and guarding.is_link(self._text[self._at + 1 : end - 1]):
                self._strip("link", end)
            else:
                self._gap = False
                self._emit(" (")
                self._at += 1
        elif following == ":" and self._in_label:
            self._gap = False
            self._emit(" ")
        return True

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

    def _link(self, found: re.Match[str], close: int, end: int, image: bool) -> bool:
        """Take a link apart, unless it leads to where links may lead."""
        text, at = self._text, found.end() - 1
        destination = text[close + 2 : end - 1]
        if end == NOTHING or not (image or guarding.is_link(destination)):
            return self._pass(found)
        inner = text[at + 1 : close]
        if guarding.is_allowed(destination, self._hosts) and not set(inner) & set("[]`<&\\\n"):
            self._emit(text[found.start() : end])
            self._before, self._at = ")", end
            return True
        self._on_stripped("image" if image else "link")
        blank = found[0][: len(found[0]) - 1 - image]
        if blank:
            self._emit(blank)
        self._replace(end, inner)
        return True

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
        return self._pass(found)

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

    def _tag(self, found: re.Match[str], final: bool) -> bool:
        text, at = self._text, found.start()
        read = guarding.read_tag(text, at, final)
        if read is None:
            return False
        kind, end = read
        if kind == "text":
            following = text[at + 1 : at + 2]
            risky = following.isascii() and (following.isalpha() or following in ("/", "!", "?", "`"))
            self._emit("< " if risky else "<")
            self._at = at + 1
        elif kind == "drop":
            if guarding.tag_name(text[at:end]) == "br":
                self._emit(" " if "|" in self._line else "\n")
            self._strip("html", end)
        elif guarding.is_allowed(text[at + 1 : end - 1], self._hosts):
            self._emit(text[at:end])
            self._at = end
        else:
            self._on_stripped("link")
            link = text[at + 1 : end - 1]
            self._replace(
                end, guarding.host_of(link) if "//" in link else link.removeprefix("mailto:").partition("?")[0]
            )
        return True

    def _entity(self, found: re.Match[str], final: bool) -> bool:
        read = guarding.read_entity(self._text, found.start(), final)
        if read is None:
            return False
        sign, end = read
        if sign == self._text[found.start() : end]:
            self._emit(sign)
            self._at = end
        else:
            self._replace(end, sign)
        return True

    def _mail(self, found: re.Match[str], final: bool) -> bool:
        following = self._text[found.end() : found.end() + 1]
        if not following and not final:
            return False
        before = self._before[-1]
        address = following.isalnum() and (before.isalnum() or before in ".!#$%&'*+/=?^_`{|}~-")
        self._emit(" @ " if address else "@")
        self._at = found.end()
        return True

    def _escape(self, found: re.Match[str], final: bool) -> bool:
        """Pass an escaped sign, which is no sign any more, unless it hides a link."""
        text, at = self._text, found.start()
        following = text[at + 1 : at + 3]
        if len(following) < 2 and not final:
            return False
        sign, then = following[:1], following[1:]
        if sign == "@" or (sign in ("/", ":") and (then in ("/", "\\") or self._before[-1] in "/:")):
            self._replace(at + 2, sign)
            return True
        if sign == "." and self._line[-3:].lower() == "www":
            self._emit(" .")
        elif sign.isascii() and sign and not sign.isalnum() and not sign.isspace():
            self._emit("\\< " if sign == "<" else text[at : at + 2])
            self._before = sign if sign in ":/" else " "
            self._in_math = sign == "[" or (self._in_math and sign != "]")
        else:
            self._emit("\\")
            self._at = at + 1
            return True
        self._at = at + 2
        return True

    def _math(self, found: re.Match[str], final: bool) -> bool:
        self._in_math = not self._in_math
        return self._pass(found)

    def _url(self, found: re.Match[str], final: bool) -> bool:
        text, at = self._text, found.start()
        limit = found.end() + guarding.LONGEST_URL
        url = _URL.match(text, found.end(), limit)
        assert url is not None
        if url.end() == len(text) and url.end() < limit and not final:
            return False
        end = found.end() + len(url[0].rstrip(_URL_ENDS))
        link = text[at:end]
        if found[0] == "//" and not _BARE_HOST.match(re.split(r"[/?#:]", link[2:], maxsplit=1)[0]):
            return self._pass(found)
        if guarding.is_allowed(link, self._hosts):
            self._emit(link)
            self._at = end
            return True
        self._on_stripped("url")
        apart = " " if found[0][:1] == ":" and self._before[-1].isalnum() else ""
        self._gap = True
        self._emit(apart + guarding.host_of(link))
        self._gap = True
        self._at = end
        return True

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
