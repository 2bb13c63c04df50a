"""What a written answer sounds like: Markdown, marks and LaTeX as words, each tied to the text that it stands for."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from clara.tutor.events import Cited
from clara.voice.wording.maths import say_maths
from clara.voice.wording.notation import plain_maths
from clara.voice.wording.numbers import say_number
from clara.voice.wording.places import say_place
from clara.voice.wording.written import Atom, atoms

_SHOWN = {"mermaid": "There is a diagram on the screen. "}
_CODE = "There is code on the screen. "
_SIGNS = {
    "×": " times ", "÷": " divided by ", "±": " plus or minus ", "≤": " is at most ", "≥": " is at least ",
    "≠": " is not equal to ", "≈": " is about ", "→": " to ", "⇒": " implies ", "−": " minus ", "√": " the root of ",
    "∞": " infinity ", "°C": " degrees Celsius ", "°F": " degrees Fahrenheit ", "°": " degrees ", "&": " and ",
    "½": " one half ", "⅓": " one third ", "⅔": " two thirds ", "¼": " one quarter ", "¾": " three quarters ",
    "π": " pi ", "Δ": " delta ", "²": " squared ", "³": " cubed ", "·": " times ", "∑": " the sum of ",
    "∫": " the integral of ",
}  # fmt: skip
_SIGN = re.compile("|".join(map(re.escape, _SIGNS)))
_BARE_POWER = re.compile(r"(?<!\w)([A-Za-z0-9]{1,12})\^(-?[A-Za-z0-9]{1,6}|\{[^{}]{1,40}\}|\([^()]{1,40}\))")
_BETWEEN = re.compile(r"(?<=[\w)\u00b2\u00b3 ]) *(<=|>=|!=|=|<|>|\+) *(?=[\w(-])")
_COMPARED = {
    "=": "equals", "<": "is less than", ">": "is greater than", "+": "plus", "<=": "is at most", ">=": "is at least",
    "!=": "is not equal to",
}  # fmt: skip
_PRICE = re.compile(r"\$(\d[\d,]*(?:\.\d+)?)")
_UNSPOKEN = re.compile(r"[\\`*_#|~^{}\[\]\u25a0-\u27bf\u2b00-\u2bff]+|\$(?!\d)|[<>](?![ \d])")
_ENDS = re.compile(r"[.!?\u2026\u3002\uff01\uff1f\u0964\u061f\u06d4\u0589][\"'\u2019\u201d)\u00bb]*\s*\Z")


@dataclass(frozen=True, slots=True)
class Piece:
    """Text as it is written, and as it is spoken ("" where it is silent)."""

    written: str
    spoken: str


def spoken_text(pieces: Sequence[Piece]) -> str:
    """Return what is said for some pieces, as one line; "" when nothing of it can be said."""
    said = ""
    for piece in pieces:
        if piece.spoken.startswith(", "):
            # The mark stands behind the full stop; its place is said before it.
            said = _ENDS.sub("", said)
        said += piece.spoken
    said = re.sub(r"\s+([,.;:?!])", r"\1", re.sub(r"\s+", " ", said))
    said = re.sub(r"([,;:])(?:\s*[,;:])+", r"\1", said)
    said = re.sub(r"[,;:]\s*([.?!])", r"\1", said).strip(" ,;:")
    if not any(character.isalnum() for character in said):
        return ""
    return said if _ENDS.search(said) else f"{said}."


class Speaker:
    """Turns one answer's units into words of a language (ISO 639-1), English in full.

    In other languages mathematics keeps its signs, and a citation is the language's word for page, the number and the
    file. A place that was just named isn't named again.
    """

    def __init__(self, language: str = "en") -> None:
        self._language = language
        self._english = language in ("en", "und", "")
        self._cited: dict[int, Cited] = {}
        self._named = ""

    def cite(self, cited: Cited) -> None:
        """Tell where the mark of that number points; it must be known before its unit is said."""
        self._cited[cited.n] = cited

    def say(self, unit: str) -> tuple[Piece, ...]:
        """Return a unit's pieces; their written forms, joined, are the unit. Never raises."""
        return tuple(self._pieces(unit))

    def _pieces(self, unit: str) -> Iterator[Piece]:
        places = 0
        for atom in atoms(unit):
            spoken = self._atom(atom)
            if atom.kind == "mark":
                spoken = self._marks(atom, places)
                places += bool(spoken)
            if atom.kind in ("text", "link", "code", "cell") or not spoken:
                yield from _by_word(atom.text, spoken)
            else:
                yield Piece(atom.text, spoken)

    def _atom(self, atom: Atom) -> str:
        match atom.kind:
            case "text":
                return self._plain(atom.text)
            case "display" | "inline":
                return f" {self._maths(atom.text)} "
            case "code":
                return self._plain(atom.text.strip("`").replace("_", " "))
            case "link":
                return self._plain(atom.value)
            case "url":
                return self._plain(atom.text.split("/")[2].split("@")[-1].removeprefix("www."))
            case "fence":
                return self._fence(atom.text)
            case "item":
                number = int(atom.value)
                return f"{say_number(number).capitalize()}: " if self._english else f"{number}: "
            case "times":
                return " times " if self._english else " × "
            case "cell":
                return ", "
        return " " if atom.kind in ("tag", "rule", "bullet") else ""

    def _maths(self, text: str) -> str:
        inner = text[2:-2] if text.startswith(("$$", "\\")) else text[1:-1]
        return _clean(say_maths(inner) if self._english else plain_maths(inner))

    def _fence(self, text: str) -> str:
        if not self._english:
            return ""
        language = text.strip().lstrip("`~").split("\n", 1)[0].strip().lower()
        return _SHOWN.get(language, _CODE)

    def _marks(self, mark: Atom, places: int) -> str:
        named = []
        for number in _numbers(mark.text):
            cited = self._cited.get(number)
            place = say_place(cited, self._language if not self._english else "en") if cited else ""
            if place and place != self._named:
                named.append(_clean(place))
                self._named = place
        if not named:
            return ""
        joined = (" and " if self._english else ", ").join(named)
        lead = ("and " if places else "see ") if self._english else ""
        return f", {lead}{joined}"

    def _plain(self, text: str) -> str:
        say = say_maths if self._english else plain_maths
        text = _BARE_POWER.sub(lambda found: f" {say(found[0])} ", text)
        if self._english:
            text = _PRICE.sub(r"\1 dollars", text)
            text = _BETWEEN.sub(lambda found: f" {_COMPARED[found[1]]} ", text)
            text = _SIGN.sub(lambda found: _SIGNS[found[0]], text)
        return _clean(text)


def _numbers(mark: str) -> Iterator[int]:
    """Return the numbers of a mark: 1, 2 and 3 of [1-3], 1 and 4 of [1, 4]."""
    for part in mark.strip("[]").split(","):
        first, _, last = part.replace("\u2013", "-").partition("-")
        yield from range(int(first), min(int(last or first), int(first) + 9) + 1)


def _clean(text: str) -> str:
    """Return text without what no voice can say: leftover markup, pictures, characters that nobody sees."""
    if text.isascii():
        return _UNSPOKEN.sub(" ", text)
    seen = "".join(
        " " if character != "°" and unicodedata.category(character) in ("So", "Cs", "Co", "Cn", "Cc") else character
        for character in text
        if unicodedata.category(character) != "Cf" and not 0xFE00 <= ord(character) <= 0xFE0F
    )
    return _UNSPOKEN.sub(" ", seen)


def _by_word(written: str, spoken: str) -> Iterator[Piece]:
    """Tie what is spoken to what is written word by word, where the two have the same words; else as a whole."""
    words, said = re.findall(r"\s*\S+\s*?(?=\s|\Z)|\s+", written), spoken.split()
    bare = [_clean(word).strip() for word in words]
    if [word for word in bare if word] != said:
        yield Piece(written, spoken)
        return
    for word, sound in zip(words, bare, strict=True):
        yield Piece(word, (" " if word[:1].isspace() else "") + sound + (" " if word[-1:].isspace() else ""))
