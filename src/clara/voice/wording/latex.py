r"""LaTeX mathematics as tokens, once what can be written in several ways is written in one."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from clara.voice.wording.symbols import ACCENTS, STYLES

MOST_CHARS = 2_000
_DEEPEST = 40
FRACTIONS = frozenset(("\\frac", "\\dfrac", "\\tfrac", "\\cfrac"))

_TOKEN = re.compile(
    r"\\(?:text\w*|mathrm|operatorname|mbox|rm)\*?\s*\{(?P<words>[^{}\\^_$]*(?:\^\{?-?\d\}?[^{}\\^_$]*)*)\}"
    r"|\\ce\s*\{(?P<formula>(?:[^{}]|\{[^{}]*\})*)\}"
    r"|\\(?P<command>[A-Za-z]+\*?|.)|(?P<number>\d+(?:[.,]\d+)*)|(?P<letter>[^\W\d_][\u0300-\u036f]*)"
    r"|(?P<space>\s+)|(?P<mark>.)",
    re.DOTALL,
)
_ENVIRONMENT = re.compile(r"\\(begin|end)\s*\{([A-Za-z*]+)\}(?:\s*\{[lcr|@ ]*\})?")
_TABLES = {"matrix": r"\matrix", "vmatrix": r"\determinant", "Vmatrix": r"\determinant", "cases": r"\cases"}
_DEGREES = r"(?<![~\s])(?:\\[,;:! ]|~|\{\}|\s)*+\^?\s*\{?\s*(?:\\(?:circ|degree)(?![A-Za-z])|\u00b0)\s*\}?"


def _letter(letter: str) -> str:
    return rf"(?:\\(?:text|mathrm|rm)\s*\{{\s*{letter}\s*\}}|{letter}(?![A-Za-z]))"


_REWRITTEN: Sequence[tuple["re.Pattern[str]", str]] = [
    (re.compile(pattern), written)
    for pattern, written in (
        # Sizes of brackets; what stands between \left. and \right| is taken between bounds.
        (r"\\left\s*\.|\\right\s*\.", ""),
        (r"\\(?:left|right|[bB]igg?[lrm]?)(?![A-Za-z])\s*", ""),
        # Thousands: 1{,}000 and 1\,000.
        (r"(?<=\d)\{,\}(?=\d)", ","),
        (r"(?<=\d)(?:\\[,;: !]|~)(?=\d{3}(?!\d))", ""),
        (rf"{_DEGREES}[~\s]*{_letter('C')}", r"\\text{ degrees Celsius}"),
        (rf"{_DEGREES}[~\s]*{_letter('F')}", r"\\text{ degrees Fahrenheit}"),
        (rf"(?<=\d){_DEGREES}", r"\\text{ degrees}"),
        (r"\\\$\s?(\d[\d.,]*)", r"\1\\text{ dollars}"),
        # A whole number before a fraction of numbers is added to it.
        (r"(?<![\w.^_{])(\d+)\s*(?=\\[dt]?frac\s*(?:\{\d+\}\s*\{\d+\}|\d\d))", r"\1\\text{ and }"),
        (r"(?<![\w.,/}])(\d{1,3})/(\d{1,4})(?![\w/({\\]|\.\d)", r"\\frac{\1}{\2}"),
        (r"\\(?:overset|stackrel|underset|textcolor|color)\s*\{[^{}]*\}", ""),
        (r"\\xrightarrow\s*(?:\[[^\]]*\])?\s*\{([^{}\\]*)\}", r"\\text{goes, by \1, to}"),
        (r"\\xrightarrow\s*(?:\[[^\]]*\])?", r"\\text{goes to, by} "),
        (r"(?<=\d)\\,\s*\\Omega(?![A-Za-z])", "\\\\text{\u03a9}"),
        (r"\\mu\s*\\(text|mathrm)\s*\{(?=[A-Za-z])", "\\\\\\1{\u00b5"),
        (r"\u2033", r"^{\\prime\\prime}"),
        (r"\u2032", "'"),
        (r"\\not\s*=", r"\\neq "),
        (r"''", r"^{\\prime\\prime}"),
    )
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Token:
    """``kind`` is "words", "formula", "command", "number", "letter" or "mark"."""

    kind: str
    text: str


def tokens_of(latex: str) -> Sequence[Token]:
    """Return the tokens of the first ``MOST_CHARS`` characters, blanks left out. Never raises."""
    # A model that is stuck writes hundreds of blanks, and each pattern that allows some would try all their lengths.
    text = _ENVIRONMENT.sub(_environment, " ".join(latex[:MOST_CHARS].split()))
    if re.search(r"\\left\s*\.", text):
        text = re.sub(r"\\right\s*(?:\||\\vert)", r"\\evaluated ", text)
    for pattern, written in _REWRITTEN:
        text = pattern.sub(written, text)
    found: list[Token] = []
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or "mark"
        if kind != "space":
            said = match[kind]
            found.append(Token(kind, "\\" + said if kind == "command" else said.strip() if kind == "words" else said))
    return found


def _environment(match: "re.Match[str]") -> str:
    name = match[2].rstrip("*")
    table = _TABLES.get(name) or (_TABLES["matrix"] if name.endswith("matrix") or name == "array" else None)
    if table is None:
        return " "
    return f" {table}{{" if match[1] == "begin" else "} "


class Cursor:
    """Takes tokens from left to right; what is open at the end counts as closed."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = list(tokens)
        self._at = 0

    def _peek(self) -> Token | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def _digit(self) -> Sequence[Token]:
        r"""Take one digit of a number, as TeX does in \frac12."""
        token = self._peek()
        if token is None or token.kind != "number" or len(token.text) == 1:
            return ()
        self._tokens[self._at] = Token("number", token.text[1:].lstrip(".,") or token.text[-1])
        return (Token("number", token.text[0]),)

    def _argument(self, depth: int = 0) -> Sequence[Token]:
        """Take the next group, or the next token with what belongs to it."""
        token = self._peek()
        if token is None:
            return ()
        self._at += 1
        if token.text == "{":
            return self._group()
        takes = (
            2 if token.text in FRACTIONS else token.text == "\\sqrt" or token.text in STYLES or token.text in ACCENTS
        )
        if takes and depth < _DEEPEST:
            start = self._at - 1
            for _ in range(takes):
                self._argument(depth + 1)
            return self._tokens[start : self._at]
        return (token,)

    def _group(self) -> Sequence[Token]:
        return self._until("{", "}")

    def _until(self, opening: str, closing: str) -> Sequence[Token]:
        start, open_groups = self._at, 1
        while (token := self._peek()) is not None:
            self._at += 1
            if token.text == closing and closing != opening:
                open_groups -= 1
            elif token.text == opening:
                open_groups += 1 if closing != opening else -1
            if open_groups == 0:
                return self._tokens[start : self._at - 1]
        return self._tokens[start:]
