"""LaTeX mathematics as English words: "x squared plus one half"."""

import re
from collections.abc import Sequence

from clara.voice.wording.chemistry import formula_in, say_formula
from clara.voice.wording.latex import FRACTIONS, Cursor, Token, tokens_of
from clara.voice.wording.measures import say_unit
from clara.voice.wording.symbols import ACCENTS, BIG, FUNCTIONS, GREEK, NAMES, OPERATORS, RANGED, SILENT, STYLES

_MARKUP = re.compile(r"[\\{}$^_&~]+")
_DEEPEST = 40
_PAUSE = " ,"
_SUMS = {"plus", "minus", "plus or minus"}
_ORDINALS = {2: "half", 3: "third", 4: "quarter", 5: "fifth", 6: "sixth", 7: "seventh", 8: "eighth", 9: "ninth"}
_ORDINALS |= {10: "tenth", 100: "hundredth", 1000: "thousandth"}
_SMALL = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_POWERS = {
    "2": "squared", "3": "cubed", "\\prime": "prime", "'": "prime", "\\prime\\prime": "double prime", "*": "star",
    "\\circ": "degrees", "\\dagger": "dagger", "T": "transposed", "\\top": "transposed",
}  # fmt: skip
_MARKS_OF_FUNCTIONS = {text: _POWERS[text] for text in ("'", "\\prime", "\\prime\\prime")} | {"-1": "inverse"}
_CHARGE = re.compile(r"(\d*)([+\u2212-])\Z")
_PLACE = re.compile(r"(?:th|st|nd|rd)\Z", re.IGNORECASE)
_BRACKETS = {"(": ")", "[": "]", "\\{": "\\}", "\\langle": "\\rangle", "\\lfloor": "\\rfloor", "\\lceil": "\\rceil"}
_ROOTS = {"": "square", "2": "square", "3": "cube", "4": "fourth"}
_APPLIED = frozenset("fghuFGHNOPEL")
_TABLES = {"\\matrix": "the matrix", "\\determinant": "the determinant", "\\cases": "the cases"}


def say_maths(latex: str) -> str:
    """Return LaTeX mathematics as English words.

    School and first-year notation is covered; a command that isn't known is said by its name. Never raises.
    """
    if (formula := formula_in(latex)) is not None:
        return say_formula(formula)
    said = _MARKUP.sub(" ", " ".join(_Reader(tokens_of(latex)).read()))
    return re.sub(r"\s+([,.;:?!])", r"\1", re.sub(r"[,;](\s*[,;])+", ",", " ".join(said.split()))).strip(" ,;")


def say_fraction(numerator: int, denominator: int) -> str | None:
    """Return "three quarters" for a fraction of small numbers that has such a name, else None."""
    if not 1 <= numerator <= 10 or denominator not in _ORDINALS:
        return None
    name = _ORDINALS[denominator]
    if numerator > 1:
        name = "halves" if denominator == 2 else f"{name}s"
    return f"{_SMALL[numerator]} {name}"


class _Reader(Cursor):
    """Says tokens from left to right; what is open at the end counts as closed."""

    def __init__(self, tokens: Sequence[Token], depth: int = 0) -> None:
        super().__init__(tokens)
        self._depth = depth
        self._before = ""

    def read(self) -> list[str]:
        words: list[str] = []
        while (token := self._peek()) is not None:
            at, self._before = self._at, words[-1] if words else ""
            words += self._item(token, first=not words or words[-1] in _BEFORE_A_SIGN)
            if self._at == at:
                self._at += 1
        return words

    def _item(self, token: Token, first: bool) -> list[str]:
        """Say one thing with its sub- and superscripts."""
        self._at += 1
        if token.text in BIG:
            return self._big(BIG[token.text])
        if token.text in ("^", "_"):
            # An isotope's numbers stand before its symbol.
            self._at -= 1
            return self._scripts(0)
        if token.kind in ("mark", "command"):
            if token.text == "-":
                return ["minus"] if not first else ["negative"]
            if token.text == ":" and not self._before.isdecimal():
                return [","]
            if token.text in OPERATORS:
                return ["divides" if token.text == "\\mid" and not self._depth else OPERATORS[token.text]]
        times = [] if first or token.text not in ("(", "|") else ["times"]
        words = self._atom(token)
        return [*times, *words, *self._scripts(len(words))] if words else self._scripts(0)

    def _atom(self, token: Token) -> list[str]:
        text = token.text
        if text in _BRACKETS:
            return self._bracketed(text)
        if text in ("|", "\\vert", "\\|"):
            return self._between_bars(text)
        match token.kind:
            case "formula":
                return [say_formula(text)]
            case "words":
                return self._words(text)
            case "number" | "letter":
                return [GREEK.get(text, text), *self._applied(text)]
            case "command":
                return self._command(text)
        if text == "{":
            return self._inner(self._group())
        return [] if text in "}_^&~$" else [text]

    def _words(self, text: str) -> list[str]:
        before = next((token for token in reversed(self._tokens[: self._at - 1]) if token.text not in SILENT), None)
        if before is not None and before.kind == "number" and (unit := say_unit(text, self._before == "1")):
            return [unit]
        if "^" in text:
            return self._inner(tokens_of(text.replace(" ", "\\ ")))
        following = self._peek()
        return [text, *(["of"] if text and following is not None and following.text in ("(", "[") else [])]

    def _command(self, name: str) -> list[str]:
        if name in SILENT:
            return []
        if name in FRACTIONS:
            return self._fraction()
        if name in _TABLES:
            return self._table(_TABLES[name])
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
            inner = self._inner(self._argument())
            following = self._peek()
            return [*inner, *(["of"] if following is not None and following.text in ("\\{", "[") else [])]
        return [NAMES.get(name, name.lstrip("\\"))]

    def _table(self, name: str) -> list[str]:
        """Say a matrix by its rows."""
        token = self._peek()
        rows: list[list[str]] = [[]]
        cell: list[Token] = []
        parts = self._argument() if token is not None and token.text == "{" else ()
        for part in parts:
            if part.text in ("&", "\\\\"):
                rows[-1] += [*self._inner(cell), ","]
                cell = []
                if part.text == "\\\\":
                    rows.append([])
            else:
                cell.append(part)
        rows[-1] += self._inner(cell)
        if name == "the matrix" and all(part.text != "&" for part in parts):
            name = "the column"
        between = "; next row," if name in ("the matrix", "the determinant") else ";"
        said = [word for at, row in enumerate(rows) if row for word in ([between] if at else []) + row]
        return [name, *said, ";"] if said else []

    def _inner(self, tokens: Sequence[Token]) -> list[str]:
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
        if over in (["d"], ["partial"]) and under[:1] == over:
            # A derivative that is still to be taken of what follows.
            return [*over, "by", *under, "of"]
        if len(over) <= 2 and len(under) <= 2:
            return [*over, "over", *under]
        return ["the fraction", *over, "over", *(["all of"] if _SUMS & {*under} else []), *under, _PAUSE]

    def _root(self) -> list[str]:
        degree = ""
        if (token := self._peek()) is not None and token.text == "[":
            self._at += 1
            degree = " ".join(self._inner(self._until("[", "]")))
        inner = self._inner(self._argument())
        kind = _ROOTS.get(degree, f"{degree}-th")
        return ["the", kind, "root of", *inner, *([_PAUSE] if len(inner) > 2 else [])]

    def _function(self, name: str) -> list[str]:
        raised = self._scripts(1)
        if raised[:1] == ["sub"]:
            raised[0] = "base" if name == "log" else "over" if name in RANGED else "sub"
        if raised == ["to the power", "negative", "1"]:
            return ["inverse", name, "of"]
        if self._peek() is None:
            return [RANGED.get(name, name), *raised]
        return [name, *raised, "of"]

    def _applied(self, name: str) -> list[str]:
        """Say "of x" after a function's letter: f(x), f'(x), x(t), P(A|B)."""
        start = self._at
        primes = self._primes()
        token = self._peek()
        closing = _BRACKETS.get(token.text, "") if token is not None and token.text in ("(", "[") else ""
        if token is not None and closing and primes is not None:
            self._at += 1
            inside = self._until(token.text, closing)
            given = (
                [Token("command", "\\mid") if part.text == "|" else part for part in inside] if name in "PE" else inside
            )
            alone = len(inside) == 1 and inside[0].kind == "letter"
            if (name in _APPLIED and (name == "E" or closing == ")")) or (alone and closing == ")"):
                return [*primes, "of", *self._inner(given), *([_PAUSE] if len(inside) > 1 else [])]
        self._at = start
        return []

    def _primes(self) -> list[str] | None:
        """Take what marks a function between its letter and its bracket, None where a power or an index does."""
        words: list[str] = []
        while (token := self._peek()) is not None and token.text in ("'", "^"):
            self._at += 1
            text = "".join(part.text for part in self._argument()) if token.text == "^" else "'"
            if text not in _MARKS_OF_FUNCTIONS:
                return None
            words.append(_MARKS_OF_FUNCTIONS[text])
        return words

    def _bracketed(self, opening: str) -> list[str]:
        inner = self._inner(self._until(opening, _BRACKETS[opening]))
        if not inner:
            return []
        if opening == "\\{" and self._before != "of":
            return ["the set of", *("such that" if word == "given" else word for word in inner)]
        if opening in ("\\lfloor", "\\lceil"):
            return ["the", opening[2:], "of", *inner]
        if opening == "[":
            return [*inner, *self._bounds()]
        if len(inner) == 1 or "," in inner:
            return inner
        return ["the quantity", *inner, _PAUSE]

    def _bounds(self) -> list[str]:
        """Say between which bounds something is taken, where there are two."""
        start = self._at
        marks: dict[str, Sequence[Token]] = {}
        # Nothing is said before it is certain: what is said twice at each of many levels would never end.
        while (token := self._peek()) is not None and token.text in ("_", "^") and token.text not in marks:
            self._at += 1
            marks[token.text] = self._argument()
        if len(marks) == 2:
            return [", from", *self._inner(marks["_"]), "to", *self._inner(marks["^"]), ","]
        self._at = start
        return []

    def _between_bars(self, bar: str) -> list[str]:
        inner = self._inner(self._until(bar, bar))
        return ["the norm of" if bar == "\\|" else "the absolute value of", *inner] if inner else []

    def _big(self, name: str) -> list[str]:
        """Say a sum, a product, an integral or a limit with what stands above and below it."""
        below, above = self._below_and_above()
        if name == "the limit":
            return [name, *(["as", *below] if below else []), "of"]
        if name == "evaluated":
            return [",", name, *(["from", *below, "to", *above] if above else ["at", *below]), ","]
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
        pause = [_PAUSE] if size > 3 else []
        while (token := self._peek()) is not None and token.text in ("_", "^", "'", "!"):
            self._at += 1
            if token.text == "_":
                words += [*(["sub"] if size else []), *self._inner(self._argument())]
            elif token.text == "^":
                words += (pause if size else []) + self._power(self._argument(), size)
            else:
                words.append("prime" if token.text == "'" else "factorial")
        return words

    def _power(self, exponent: Sequence[Token], size: int) -> list[str]:
        text = "".join(token.text for token in exponent)
        if not size:
            return self._inner(exponent)
        if text in _POWERS:
            return [_POWERS[text]]
        if (charge := _CHARGE.match(text)) is not None:
            return [*([charge[1]] if charge[1] else []), "plus" if charge[2] == "+" else "minus"]
        if _PLACE.match(text):
            return [f"-{text}"]
        return ["to the power", *self._inner(exponent), *([_PAUSE] if len(exponent) > 2 else [])]


_BEFORE_A_SIGN = frozenset(OPERATORS.values()) | frozenset(
    ("negative", "of", "to the power", "as", "over", "from", "to", ",", ";", "by", "all of")
)
