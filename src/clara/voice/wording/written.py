"""What a written answer consists of for a voice: Markdown, LaTeX and marks as atoms that are never cut."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_INLINE = 300
_PRICE = 120
_DISPLAY = 1_000
_LINK = 500
"""How far, in characters, a mark that opens something reaches for what closes it; beyond, it is itself."""

_ATOM = re.compile(
    rf"""
    (?P<fence>(?:^|(?<=\n))[ \t]*(?P<ticks>`{{3,9}}|~{{3,9}})[^\n]*(?:\n(?:.*?\n)??[ \t]*(?P=ticks)[^\n]*|\Z|\n.*\Z))
    |(?P<display>\$\$(?:[^$\n]|\n(?![ \t]*\n)|\$(?!\$)){{1,{_DISPLAY}}}\$\$
        |\\\[(?:[^\\\n]|\n(?![ \t]*\n)|\\[^\[\]\n]){{1,{_DISPLAY}}}\\\]
        |\\begin\{{(?P<environment>[A-Za-z]{{1,12}}\*?)\}}
            (?:[^\n]|\n(?![ \t]*\n)){{0,{_DISPLAY}}}?\\end\{{(?P=environment)\}})
    |(?P<inline>\\\((?:[^\\\n]|\\[^()\n]){{1,{_INLINE}}}\\\)
        |(?<=[ (=+])\|[^\s|](?:[^|\n]{{0,18}}[^\s|])?\|(?![\w|])
        |\\ce\{{(?:[^{{}}\n]|\{{[^{{}}\n]{{0,40}}\}}){{0,{_INLINE}}}\}}
        |(?<![\\A-Za-z0-9_$])\$(?=[^\s\d$])(?:\\.|[^$\n\\]){{0,{_INLINE}}}?(?<![\s])\$(?!\d)
        |(?<![\\A-Za-z0-9_$])\$(?=\d)(?:\\.|[^$\n\\]){{0,{_PRICE}}}?(?<![\s])\$(?!\d))
    |(?P<code>(?P<quotes>`{{1,2}})[^`\n]{{1,{_INLINE}}}(?P=quotes))
    |(?P<note>\[\^[^\[\]\n]{{1,40}}\](?::[ \t]*)?
        |(?:^|(?<=\n))[ \t]*\[[^\[\]\n]{{1,40}}\]:[ \t]+\S+[ \t]*(?=\n|\Z))
    |(?P<mark>(?<!\u2208)(?<!\u2208[ ])(?<!\b(?:interval|sequence)[ ])(?<!\b(?:range|array)[ ])(?<!\blist[ ])
        \[(?!0)\d{{1,3}}(?:\s?[,\u2013-]\s?\d{{1,3}})*\](?!\())
    |(?P<link>!?\[(?P<label>[^\[\]\n]{{0,{_INLINE}}})\](?:\([^()\n]{{0,{_LINK}}}\)|\[(?!\d)[^\[\]\n]{{1,40}}\]))
    |(?P<url><?(?:https?://|www\.(?=\w))[^\s<>()\[\]]{{0,{_LINK}}}[^\s<>()\[\].,;:!?'"*_]>?)
    |(?P<raised><(?P<script>su[bp])>(?P<scripted>[^<>\n]{{1,20}})</(?P=script)>)
    |(?P<tag></?[A-Za-z](?![^<>\s]*@)[^<>\n]{{0,200}}>|<!--.{{0,200}}?-->)
    |(?P<rule>(?:^|(?<=\n))[ \t]*
        (?:(?:[-*_][ \t]*){{3,}}|={{3,}}[ \t]*|\|[ \t:|]*-[ \t:|-]*|:?-+:?[ \t]*\|[ \t:|-]*)(?=\n|\Z))
    |(?P<item>(?:^|(?<=\n))[ \t>]*(?P<number>\d{{1,3}})[.)][ \t]+)
    |(?P<bullet>(?:^|(?<=\n))[ \t]*
        (?:\#{{1,6}}[ \t]+|>[ \t]?|[-*+\u2022\u25e6\u25aa\u2023\u2013][ \t]+(?:\[[ xX]\][ \t]+)?)+)
    |(?P<times>(?<=\d)\*(?=\w)|(?<=(?<![\w*])\w)\*(?=\w(?![\w*]))|(?<=\s)\*(?=\s))
    |(?P<emphasis>\*{{1,3}}|(?<!\w)_{{1,3}}(?=\S)|(?<=\S)_{{1,3}}(?!\w)|~~|(?<!\S)==(?=\w)|(?<=\w)==(?=[\s.,;:!?)]|\Z))
    |(?P<cell>\|[ \t]*)
    """,
    re.DOTALL | re.VERBOSE,
)
_KINDS = frozenset(_ATOM.groupindex) - {"ticks", "quotes", "label", "number", "environment", "script", "scripted"}
_OPENER = re.compile(r"\$\$|\\\[|\\\(|\\begin\{|\\ce\{|\$|`|\[|<(?=[A-Za-z/!]|\Z)|\\[a-z]{0,5}\Z")
_NO_CUT = frozenset(("display", "inline", "code", "link", "url", "tag", "raised"))


@dataclass(frozen=True, slots=True)
class Atom:
    """A part of a text: ``kind`` is "text" or what the lexer calls it; ``value`` a label's or an item's own text."""

    kind: str
    start: int
    text: str
    value: str = ""

    @property
    def end(self) -> int:
        return self.start + len(self.text)


def atoms(text: str) -> Iterator[Atom]:
    """Yield the text's atoms in order; joined they are the text."""
    at = 0
    for match in _ATOM.finditer(text):
        kind = _kind(match)
        if match.start() > at:
            yield Atom("text", at, text[at : match.start()])
        yield Atom(kind, match.start(), match[0], match["label"] or match["number"] or match["scripted"] or "")
        at = match.end()
    if at < len(text):
        yield Atom("text", at, text[at:])


def _kind(match: "re.Match[str]") -> str:
    return next(name for name, value in match.groupdict().items() if value is not None and name in _KINDS)


def masked(found: Sequence[Atom]) -> str:
    """Return the atoms' text with letters for what must not be cut: sentences can be told apart in it.

    A formula that stands alone keeps its first sign: a block begins there, whether or not it is closed yet.
    """
    return "".join(_mask(atom) if atom.kind in _NO_CUT else atom.text for atom in found)


def _mask(atom: Atom) -> str:
    seen = 2 if atom.kind == "display" else 0
    return atom.text[:seen] + "Q" * (len(atom.text) - seen)


def open_from(text: str, found: Sequence[Atom], before: int) -> int | None:
    """Return where something begins before that offset that may still be closed by text to come, None if nothing."""
    for atom in found:
        if atom.start >= before:
            return None
        if atom.end == len(text) and atom.kind in ("fence", "mark", "inline", "url", "emphasis"):
            # A bracket, a digit, a letter may follow, and make something else of it.
            return atom.start
        if atom.kind != "text":
            continue
        for opener in _OPENER.finditer(atom.text):
            at = atom.start + opener.start()
            if at >= before:
                return None
            if _may_close(text, at, opener[0]):
                return at
    return None


def _may_close(text: str, at: int, opener: str) -> bool:
    rest = text[at + len(opener) :]
    if opener in ("$$", "\\[", "\\begin{"):
        return len(rest) <= _DISPLAY + 2 and not re.search(r"\n[ \t]*\n", rest)
    line, newline, _ = rest.partition("\n")
    if newline:
        return False
    if opener == "$":
        if line[:1].isspace():
            return False
        return len(line) <= (_PRICE if line[:1].isdigit() else _INLINE) + 1
    if opener == "[":
        return len(line) <= _INLINE + _LINK + 4 and (
            "]" not in line or "](" in line or "][" in line or line.endswith("]")
        )
    return len(line) <= (200 if opener == "<" else _INLINE) + 4
