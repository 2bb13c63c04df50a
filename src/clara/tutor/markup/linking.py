"""Addresses and HTML in a model's text: taken apart, so that no client loads or links anything."""

import re

from clara.tutor.markup import guarding
from clara.tutor.markup.guarding import HELD, NOTHING
from clara.tutor.markup.passing import Passing

_URL = re.compile(r"[^\s<>\"'`|\[\]{}()，。；）】》」]*")
_URL_ENDS = ".,;:!?*_~"
_BARE_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)*\.[^\W\d_]{2,}\Z")

_LOADING_COMMANDS = frozenset(
    (
        "href",
        "url",
        "includegraphics",
        "style",
        "class",
        "cssId",
        "htmlClass",
        "htmlData",
        "htmlId",
        "htmlStyle",
        "require",
    )
)
"""Of LaTeX, by which formulas link or load where a client lets them; what they are given stays as text."""
_LONGEST_COMMAND = 16
_COMMAND = re.compile("[A-Za-z]+")


class Linking(Passing):
    """Reads links, tags, entities, addresses and escaped signs."""

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
        command = _COMMAND.match(text, at + 1, at + 1 + _LONGEST_COMMAND)
        if command and command.end() == len(text) and not final:
            return False
        if command and command[0] in _LOADING_COMMANDS:
            self._strip("link", command.end())
            return True
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
