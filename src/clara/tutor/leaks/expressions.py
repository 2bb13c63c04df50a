"""Arithmetic and algebra in a text: what an expression comes to, without running anything."""

import math
import re
from collections.abc import Iterator, Mapping

MAX_TOKENS = 60
MAX_EXPONENT = 64
MAX_DEPTH = 30
_TOKEN = re.compile(r"\s*(?:(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\.\d+)|(sqrt|pi)|([a-zA-Z])|(\*\*|[-+*/^()!%]))")
_WORD = r"[^\W\d_]"
_PIECE = re.compile(
    rf"sqrt|pi(?!{_WORD})|\d+(?:,\d{{3}})+(?:\.\d+)?|\d+[.,]\d+(?:[eE][+-]?\d+)?|\d+(?:[eE][+-]?\d+(?!{_WORD}))?|\.\d+"
    rf"|(?<!{_WORD})[a-zA-Z](?!{_WORD})|(?<=[\d)])[a-zA-Z](?!{_WORD})|\*\*|[-+*/^()!%]"
)


class NoExpression(ValueError):
    """The text isn't an expression, or one too large to work out."""


def value_of(text: str, variables: Mapping[str, float] | None = None) -> float:
    """Work out an expression of numbers, + - * / ^ ! % sqrt, pi and single letters; raise NoExpression."""
    return _Parser(text, variables or {}).result()


def expressions(text: str, variables: str = "") -> Iterator[str]:
    """Yield the longest expressions that a plain text holds and that have an operator; letters are those given."""
    run: list[str] = []
    end = 0
    for found in _PIECE.finditer(text):
        piece = found[0]
        if piece.isalpha() and len(piece) == 1 and piece not in variables:
            continue
        if text[end : found.start()].strip(" ") and run:
            yield from _trimmed(run)
            run = []
        run.append(piece.replace(",", "") if re.fullmatch(r"\d+(,\d{3})+(\.\d+)?", piece) else piece.replace(",", "."))
        end = found.end()
    yield from _trimmed(run)


def _trimmed(run: list[str]) -> Iterator[str]:
    """Drop what can't begin or end an expression, such as a dash before it or an open bracket after it."""
    while run and run[-1] in "-+*/^(**":
        run = run[:-1]
    while run and run[0] in "+*/^)!%**":
        run = run[1:]
    while run.count(")") > run.count("(") and ")" in run:
        run = run[: len(run) - 1 - run[::-1].index(")")]
    while run.count("(") > run.count(")") and run[0] == "(":
        run = run[1:]
    if 1 < len(run) <= MAX_TOKENS and any(piece in "+-*/^!**" or piece == "sqrt" for piece in run):
        yield " ".join(run)


class _Parser:
    def __init__(self, text: str, variables: Mapping[str, float]) -> None:
        self._variables = variables
        self._tokens: list[str] = []
        self._at = 0
        self._depth = 0
        position = 0
        text = text.rstrip()
        while position < len(text):
            found = _TOKEN.match(text, position)
            if found is None or len(self._tokens) >= MAX_TOKENS:
                raise NoExpression(text)
            self._tokens.append(found[0].strip())
            position = found.end()

    def result(self) -> float:
        try:
            value = self._sum()
        except (ZeroDivisionError, OverflowError, ValueError, TypeError) as error:
            raise NoExpression(str(error)) from None
        if self._at != len(self._tokens) or isinstance(value, complex) or not math.isfinite(value):
            raise NoExpression("left over")
        return value

    def _peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _next(self) -> str:
        piece = self._peek()
        self._at += 1
        return piece

    def _sum(self) -> float:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise NoExpression("too deep")
        value = self._product()
        while self._peek() in ("+", "-"):
            value = value + self._product() if self._next() == "+" else value - self._product()
        self._depth -= 1
        return value

    def _product(self) -> float:
        value = self._signed()
        while True:
            piece = self._peek()
            if piece == "*":
                self._next()
                value *= self._signed()
            elif piece == "/":
                self._next()
                value /= self._signed()
            elif piece == "(" or piece[:1].isalpha():
                value *= self._power()
            else:
                return value

    def _signed(self) -> float:
        if self._peek() in ("-", "+"):
            self._depth += 1
            if self._depth > MAX_DEPTH:
                raise NoExpression("too deep")
            return -self._signed() if self._next() == "-" else self._signed()
        return self._power()

    def _power(self) -> float:
        base = self._postfix()
        if self._peek() in ("^", "**"):
            self._next()
            exponent = self._signed()
            if abs(exponent) > MAX_EXPONENT:
                raise NoExpression("too large")
            powered = base**exponent
            if isinstance(powered, complex):
                raise NoExpression("not real")
            return float(powered)
        return base

    def _postfix(self) -> float:
        value = self._atom()
        while self._peek() in ("!", "%"):
            if self._next() == "%":
                value /= 100
            elif value != int(value) or not 0 <= value <= 100:
                raise NoExpression("too large")
            else:
                value = float(math.factorial(int(value)))
        return value

    def _atom(self) -> float:
        piece = self._next()
        if piece == "(":
            value = self._sum()
            if self._next() != ")":
                raise NoExpression("bracket")
            return value
        if piece == "sqrt":
            return math.sqrt(self._atom())
        if piece == "pi":
            return math.pi
        if piece in self._variables:
            return self._variables[piece]
        if not piece or not (piece[0].isdigit() or piece[0] == "."):
            raise NoExpression(piece)
        return self._mixed(float(piece))

    def _mixed(self, whole: float) -> float:
        """ "1 1/2" is one and a half."""
        following = self._tokens[self._at : self._at + 3]
        if len(following) == 3 and following[1] == "/" and following[0].isdigit() and following[2].isdigit():
            if int(following[2]) == 0:
                raise NoExpression("division by zero")
            self._at += 3
            return whole + int(following[0]) / int(following[2])
        return whole
