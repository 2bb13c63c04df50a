"""What of Markdown could make a reader's client load or link something, told piece by piece."""

import html
import re
from collections.abc import Collection

LONGEST_URL = 2048
LONGEST_TAG = 1000
HELD, NOTHING = None, -1
"""Of what is read: not there yet; not what it seemed to be."""

INVISIBLE = dict.fromkeys(
    [*range(0x09), *range(0x0B, 0x20), 0x7F, 0xAD, 0x180E, 0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F),
     *range(0x2060, 0x2070), 0xFEFF, *range(0xFFF9, 0xFFFC), *range(0xE0000, 0xE0080)]
)  # fmt: skip
"""For ``str.translate``: control characters, blanks of no width, marks of direction, tags. Joiners stay: letters of
Persian and Hindi, and emoji, need them."""

_HTML = (
    "a abbr acronym address applet area article aside audio b base basefont bdi bdo big blink blockquote body br "
    "button canvas caption center cite code col colgroup data datalist dd del details dfn dialog dir div dl dt em "
    "embed fieldset figcaption figure font footer form frame frameset h1 h2 h3 h4 h5 h6 head header hr html i "
    "iframe image img input ins kbd label legend li link main map mark marquee math menu meta meter nav noembed "
    "noframes noscript object ol optgroup option output p param picture plaintext portal pre progress q rp rt "
    "ruby s samp script search section select slot small source span strike strong style sub summary sup svg "
    "table tbody td template textarea tfoot th thead time title tr track tt u ul var video wbr xmp "
)
_NAMES = frozenset(_HTML.split())
_NAME = re.compile(r"</?([A-Za-z][A-Za-z0-9-]*)")
_NO_ATTRIBUTE = re.compile(r"\s+[^\s=>/\"'<]+\s+[^\s=>/]")
_REST_OF_TAG = re.compile(r"(?:[^\"'<>]|\"[^\"]*\"|'[^']*')*>")
_AUTOLINK = re.compile(r"<[A-Za-z][A-Za-z0-9+.-]{1,31}:[^\s<>]*>|<[^\s<>@]+@[^\s<>]+>")
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_ENTITY_SO_FAR = re.compile(r"&#?[A-Za-z0-9]{0,32}\Z")
_IN_DESTINATION = re.compile(r"\\[^\n]|[()<>]|\n[ \t]*\n")
_SCHEME = re.compile(r"\A[A-Za-z0-9+.-]*:?//")
_BLANK_LINE = re.compile(r"\n[ \t]*\n")
_HOST = re.compile(r"[^\W_][\w.-]*")
_EXTERNAL = re.compile(r"\](?=\(\s*<?\s*(?:[A-Za-z][A-Za-z0-9+.-]*:|[/\\]{2}|www\.))", re.IGNORECASE)
_SUSPECT = re.compile(r"//|www\.|<[A-Za-z/!?]|\]\(|\]:|&|@|\\[/:]", re.IGNORECASE)
_LOADING = re.compile(
    r"<(?=/?(?:a|applet|audio|base|body|embed|form|frame|iframe|image|img|input|link|meta|object|picture|script|source"
    r"|style|svg|table|td|track|video)\b|[A-Za-z][A-Za-z0-9+.-]*:|[^\s<>@]+@)",
    re.IGNORECASE,
)


def visible(text: str) -> str:
    """Return the text without characters that nobody sees and that hide what a link is."""
    return text if text.isascii() and text.isprintable() else text.translate(INVISIBLE)


def joins(before: str, after: str) -> bool:
    """Tell whether two characters, with what stood between them gone, could make a sign of Markdown's."""
    match before:
        case "]":
            return after in "(["
        case "!":
            return after in "[【"
        case "<" | "&" | "@" | "\\" | "`" | "~" | "$":
            return not after.isspace()
        case ":" | "/":
            return after in "/\\"
        case "w" | "W":
            return after in "wW."
    return after in "@`~" and not before.isspace()


def host_of(url: str) -> str:
    """Return the plain name of a link's host, "" when there is none that could be read."""
    rest = re.split(r"[/?#\\]", _SCHEME.sub("", url), maxsplit=1)[0].rsplit("@", 1)[-1]
    host = _HOST.match(rest)
    plain = host[0] if host else ""
    while plain[:4].lower() == "www.":
        plain = plain[4:]
    return plain.strip(".-")


def is_allowed(url: str, hosts: Collection[str]) -> bool:
    """Tell whether a link may stay: plain http or https to one of these hosts."""
    found = re.fullmatch(r"https?://([A-Za-z0-9.-]+)(?::\d{1,5})?(?:[/?#][!-~]*)?", url, re.IGNORECASE)
    return bool(found and found[1].lower() in hosts and not set(url) & set("<>()[]\\\"'`|"))


def is_link(destination: str) -> bool:
    """Tell whether what stands in the parentheses behind brackets can be meant as a link's destination."""
    plain = destination.strip()
    if any(character.isspace() for character in plain) and not re.search(r"[/\\:<]|[\"']\s*\Z", plain):
        return False
    return not plain or any(character in ":/\\.#?%&@<" for character in plain)


def read_destination(text: str, at: int, final: bool) -> int | None:
    """Return where the destination ends that begins at ``at``, behind its parenthesis; NOTHING: it isn't closed."""
    if text.find(")", at, at + LONGEST_URL) < 0:
        whole = final or len(text) >= at + LONGEST_URL
        return NOTHING if whole or _BLANK_LINE.search(text, at, at + LONGEST_URL) else HELD
    depth = 0
    for found in _IN_DESTINATION.finditer(text, at, at + LONGEST_URL):
        if found[0][0] == "\n":
            return NOTHING
        depth += (found[0] == "(") - (found[0] == ")")
        if depth < 0:
            return found.end()
    return NOTHING if final or len(text) >= at + LONGEST_URL else HELD


def read_tag(text: str, at: int, final: bool) -> tuple[str, int] | None:
    """Read what "<" begins: ("drop", end) for HTML, ("link", end) for a link in angle brackets, ("text", at) else."""
    complete = final or len(text) >= at + LONGEST_TAG
    window = text[at : at + LONGEST_TAG]
    undecided = None if not complete else ("text", at)
    if window[1:2] in ("!", "?"):
        return _read_declaration(window, at, complete)
    name = _NAME.match(window)
    if name is None:
        return undecided if window in ("<", "</") else ("text", at)
    if name.end() == len(window):
        return undecided
    after = window[name.end()]
    if after in ":@.+_":
        link = _AUTOLINK.match(window)
        if link:
            return "link", at + link.end()
        return undecided if not re.search(r"[\s>]", window) and "<" not in window[1:] else ("text", at)
    known = name[1].lower() in _NAMES
    if not known or not (after.isspace() or after in "/>") or _NO_ATTRIBUTE.match(window, name.end()):
        return "text", at
    rest = _REST_OF_TAG.match(window, name.end())
    if rest:
        return "drop", at + rest.end()
    return undecided


def _read_declaration(window: str, at: int, complete: bool) -> tuple[str, int] | None:
    if not complete and len(window) < 4:
        return None
    ends = "-->" if window.startswith("<!--") else ">"
    end = window.find(ends, 2)
    if end >= 0:
        return "drop", at + end + len(ends)
    return ("text", at) if complete else None


def tag_name(tag: str) -> str:
    found = _NAME.match(tag)
    return found[1].lower() if found else ""


def read_entity(text: str, at: int, final: bool) -> tuple[str, int] | None:
    """Read what "&" begins: the sign that it stands for, where that could be part of a link, else itself; and its end.

    A sign that nobody sees is "".
    """
    found = _ENTITY.match(text, at)
    if found is None:
        return None if _ENTITY_SO_FAR.match(text, at) and not final else ("&", at + 1)
    sign = html.unescape(found[0])
    if len(sign) == 1 and ((sign.isascii() and sign.isalnum()) or sign in ":/.@\\"):
        return sign, found.end()
    return ("" if len(sign) == 1 and ord(sign) in INVISIBLE else found[0]), found.end()


def loads(code: str) -> bool:
    """Tell whether a reader who takes code for prose could load or link anything of it."""
    return _SUSPECT.search(code) is not None


def disarmed(code: str) -> str:
    """Return code such that a reader who takes it for prose loads nothing: signs of links and tags taken apart."""
    return _LOADING.sub("< ", _EXTERNAL.sub("] ", code))
