"""LaTeX mathematics as English words: "x squared plus one half"."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from clara.voice.wording.symbols import ACCENTS, BIG, FUNCTIONS, NAMES, OPERATORS, SILENT, STYLES

_TOKEN = re.compile(
    r"\\(?:text\w*|mathrm|operatorname|mbox|ce)\*?\s*\{(?P<words>[^{}]*)\}"
    r"|\\(?P<command>[A-Za-z]+\*?|.)|(?P<number>\d+(?:[.,]\d+)*)|(?P<letter>[^\W\d_])|(?P<space>\s+)|(?P<mark>.)",
    re.DOTALL,
)
_MARKUP = re.compile(r"[\\{}$^_&~]+")
_MOST_CHARS = 2_000
_DEEPEST = 40
_ORDINALS = {2: "half", 3: "third", 4: "quarter", 5: "fifth", 6: "sixth", 7: "seventh", 8: "eighth", 9: "ninth"}
_ORDINALS |= {10: "tenth", 100: "hundredth", 1000: "thousandth"}
_SMALL = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_POWERS = {"2": "squared", "3": "cubed"}
_PRIMES = {"\\prime": "prime", "'": "prime", "\\circ": "degrees", "*": "star", "\\dagger": "dagger", "+": "plus"}
_BRACKETS = {"(": ")", "[": "]", "\\{": "\\}", "\\langle": "\\rangle", "\\lfloor": "\\rfloor", "\\lceil": "\\rceil"}
_ROOTS = {"": "square", "2": "square", "3": "cube", "4": "fourth"}
_APPLIED = frozenset("fghFGHPp")
_ENVIRONMENT = re.compile(r"\\(begin|end)\s*\{([A-Za-z*]+)\}(?:\{[^}]*\})?")


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str


def say_maths(latex: str) -> str:
    """Return LaTeX mathematics as English words.

    School and first-year notation is covered; a command that isn't known is said by its name. Never raises.
    """
    cleaned = _ENVIRONMENT.sub(_environment, latex[:_MOST_CHARS])
    words = _Reader(_tokens(cleaned)).read()
    return re.sub(r"\s+([,.;:?!])", r"\1", re.sub(r",(\s*,)+", ",", _MARKUP.sub(" ", " ".join(words)))).strip(" ,")


def say_fraction(numerator: int, denominator: int) -> str | None:
    """Return "three quarters" for a fraction of small numbers that has such a name, else None."""
    if not 1 <= numerator <= 10 or denominator not in _ORDINALS:
        return None
    name = _ORDINALS[denominator]
    if numerator > 1:
        name = "halves" if denominator == 2 else f"{name}s"
    return f"{_SMALL[numerator]} {name}"


def _environment(match: "re.Match[str]") -> str:
    name = match[2].rstrip("*")
    if match[1] == "end" or name in ("aligned", "align", "equation", "gather", "split"):
        return " "
    return r" \matrix " if name.endswith("matrix") else r" \cases " if name == "cases" else " "


def _tokens(latex: str) -> Sequence[_Token]:
    found: list[_Token] = []
    for match in _TOKEN.finditer(latex):
        if match["words"] is not None:
            found.append(_Token("words", match["words"].strip()))
        elif match["command"] is not None:
            found.append(_Token("command", "\\" + match["command"]))
        elif match["number"] is not None:
            found.append(_Token("number", match["number"]))
        elif match["letter"] is not None:
            found.append(_Token("letter", match["letter"]))
        elif match["mark"] is not None:
            found.append(_Token("mark", match["mark"]))
    return found


class _Reader:
    """Reads tokens from left to right; what is open at the end counts as closed."""

    def __init__(self, tokens: Sequence[_Token], depth: int = 0) -> None:
        self._tokens = list(tokens)
        self._at = 0
        self._depth = depth

    def read(self) -> list[str]:
        words: list[str] = []
        while (token := self._peek()) is not None:
            before = self._at
            words += self._item(token, first=not words or words[-1] in _BEFORE_A_SIGN)
            if self._at == before:
                self._at += 1
        return words

    def _peek(self) -> _Token | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def _item(self, token: _Token, first: bool) -> list[str]:
        """Say one thing with its sub- and superscripts."""
        self._at += 1
        if token.text in BIG:
            return self._big(BIG[token.text])
        if token.kind == "mark" and token.text == "-":
            return ["minus"] if not first else ["negative"]
        if token.text in OPERATORS:
            return [OPERATORS[token.text]]
        words = self._atom(token)
        return [*words, *self._scripts(len(words))] if words else []

    def _atom(self, token: _Token) -> list[str]:
        text = token.text
        if text in _BRACKETS:
            return self._bracketed(text)
        if text == "|" or text == "\\vert":
            return self._between_bars(text)
        if token.kind in ("number", "letter", "words"):
            return [text, *self._applied(text)]
        if text == "{":
            return self._inner(self._group())
        if token.kind == "command":
            return self._command(text)
        return [] if text in "}_^&~$" else [text]

    def _command(self, name: str) -> list[str]:
        if name in SILENT:
            return []
        if name in ("\\frac", "\\dfrac", "\\tfrac", "\\cfrac"):
            return self._fraction()
        if name in ("\\binom", "\\dbinom"):
            return [*self._inner(self._argument()), "choose", *self._inner(self._argument())]
        if name == "\\sqrt":
            return self._root()
        if name in FUNCTIONS:
            return self._function(FUNCTIONS[name])
        if name in ACCENTS:
            inner = self._inner(self._argument())
            return [ACCENTS[name], *inner] if ACCENTS[name] == "vector" else [*inner, ACCENTS[name]]
        if name in STYLES:
            return self._inner(self._argument())
        return [NAMES.get(name, name.lstrip("\\"))]

    def _digit(self) -> Sequence[_Token]:
        r"""Take one digit of a number, as TeX does in \frac12."""
        token = self._peek()
        if token is None or token.kind != "number" or len(token.text) == 1:
            return ()
        self._tokens[self._at] = _Token("number", token.text[1:].lstrip(".,") or token.text[-1])
        return (_Token("number", token.text[0]),)

    def _argument(self) -> Sequence[_Token]:
        """Take the next group, or the next token."""
        token = self._peek()
        if token is None:
            return ()
        self._at += 1
        if token.text == "{":
            return self._group()
        if token.text in ("\\frac", "\\sqrt", "\\text", "\\mathrm", "\\mathbf", "\\vec", "\\bar"):
            start = self._at - 1
            self._argument()
            if token.text == "\\frac":
                self._argument()
            return self._tokens[start : self._at]
        return (token,)

    def _group(self) -> Sequence[_Token]:
        return self._until("{", "}")

    def _until(self, opening: str, closing: str) -> Sequence[_Token]:
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

    def _inner(self, tokens: Sequence[_Token]) -> list[str]:
        if self._depth >= _DEEPEST:
            return []
        return _Reader(tokens, self._depth + 1).read()

    def _fraction(self) -> list[str]:
        above, below = self._digit() or self._argument(), self._digit() or self._argument()
        if len(above) == len(below) == 1 and above[0].text.isdecimal() and below[0].text.isdecimal():
            named = say_fraction(int(above[0].text), int(below[0].text))
            if named is not None:
                return [named]
        over, under = self._inner(above), self._inner(below)
        if len(over) <= 2 and len(under) <= 2:
            return [*over, "over", *under]
        return ["the fraction", *over, "over", *under, ","]

    def _root(self) -> list[str]:
        degree = ""
        if (token := self._peek()) is not None and token.text == "[":
            self._at += 1
            degree = " ".join(self._inner(self._until("[", "]")))
        inner = self._inner(self._argument())
        kind = _ROOTS.get(degree, f"{degree}-th")
        return ["the", kind, "root of", *inner, *([","] if len(inner) > 2 else [])]

    def _function(self, name: str) -> list[str]:
        raised = self._scripts(1)
        if name == "log" and raised[:1] == ["sub"]:
            raised[0] = "base"
        return [name, *raised, *([] if self._peek() is None else ["of"])]

    def _applied(self, name: str) -> list[str]:
        """Say "of x" after a function's letter: f(x)."""
        start = self._at
        primes: list[str] = []
        while (token := self._peek()) is not None and token.text == "'":
            self._at += 1
            primes.append("prime")
        if name not in _APPLIED or token is None or token.text not in ("(", "\\left"):
            self._at = start
            return []
        if token.text == "\\left":
            self._at += 1
            token = self._peek()
        if token is None or token.text != "(":
            self._at = start
            return []
        self._at += 1
        return [*primes, "of", *self._inner(self._until("(", ")"))]

    def _bracketed(self, opening: str) -> list[str]:
        inner = self._inner(self._until(opening, _BRACKETS[opening]))
        if not inner:
            return []
        if opening == "\\{":
            return ["the set of", *inner]
        if opening in ("\\lfloor", "\\lceil"):
            return ["the", opening[2:], "of", *inner]
        return inner if len(inner) == 1 else ["the quantity", *inner, ","]

    def _between_bars(self, bar: str) -> list[str]:
        inner = self._inner(self._until(bar, bar))
        return ["the absolute value of", *inner] if inner else []

    def _big(self, name: str) -> list[str]:
        """Say a sum, a product, an integral or a limit with what stands above and below it."""
        below, above = self._below_and_above()
        if name == "the limit":
            return [name, *(["as", *below] if below else []), "of"]
        bounds = (["from", *below] if below and above else ["over", *below] if below else []) + (
            ["to", *above] if above else []
        )
        return [name, *bounds, "of"]

    def _below_and_above(self) -> tuple[list[str], list[str]]:
        below: list[str] = []
        above: list[str] = []
        while (token := self._peek()) is not None and token.text in ("_", "^", "\\limits", "\\nolimits"):
            self._at += 1
            if token.text == "_":
                below = self._inner(self._argument())
            elif token.text == "^":
                above = self._inner(self._argument())
        return below, above

    def _scripts(self, size: int) -> list[str]:
        words: list[str] = []
        pause = [","] if size > 3 else []
        while (token := self._peek()) is not None and token.text in ("_", "^", "'", "!"):
            self._at += 1
            if token.text == "_":
                words += ["sub", *self._inner(self._argument())]
            elif token.text == "^":
                words += pause + self._power(self._argument())
            else:
                words.append("prime" if token.text == "'" else "factorial")
        return words

    def _power(self, exponent: Sequence[_Token]) -> list[str]:
        text = "".join(token.text for token in exponent)
        if text in _POWERS:
            return [_POWERS[text]]
        if text in _PRIMES:
            return [_PRIMES[text]]
        return ["to the power", *self._inner(exponent), *([","] if len(exponent) > 2 else [])]


_BEFORE_A_SIGN = frozenset(OPERATORS.values()) - {","} | {"negative", "of", "to the power", "as", "over", "from", "to"}
