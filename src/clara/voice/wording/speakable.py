"""What a written answer sounds like: Markdown, marks and LaTeX as words, each tied to the text that it stands for."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from clara.tutor.events import Cited
from clara.voice.wording.maths import say_maths
from clara.voice.wording.notation import plain_maths, plain_prose
from clara.voice.wording.numbers import say_number
from clara.voice.wording.places import say_place
from clara.voice.wording.prose import say_prose
from clara.voice.wording.written import Atom, atoms

_SHOWN = {"mermaid": "There is a diagram on the screen. "}
_CODE = "There is code on the screen. "
_UNSPOKEN = re.compile(r"[\\`*_#|~^{}\[\]\u25a0-\u27bf\u2b00-\u2bff]+|(?<!R)\$(?! ?\d)|={2,}|[<>](?![ \d])")
_KEPT = "°℃℉№"
_SKIN = dict.fromkeys(range(0x1F3FB, 0x1F400), " ")
_BY_WORD = re.compile(
    r"\s*(?:[\u3040-\u30ff\u3400-\u9fff][\u3001\u3002\uff01\uff0c\uff1a\uff1b\uff1f\u300d\u300f\uff09]*|[^\s\u3040-\u30ff\u3400-\u9fff]+)"
    r"|\s+"
)
"""A word; in scripts without blanks a character, for want of a better knowledge."""
_TIDY = (
    (re.compile(r"\s+"), " "),
    (
        re.compile(r"\s+([,.;:?!)](?![\w/\\])|[\u3001\u3002\uff01\uff0c\uff1a\uff1b\uff1f\u060c\u061b\u061f\u0964])"),
        r"\1",
    ),
    (re.compile(r"\( "), "("),
    # "the x -axis", "the n th term", "to the power n -th".
    (re.compile(r"(?<=\b[A-Za-z]) -(?=[a-z]{2})"), "-"),
    (re.compile(r"(?<=\b[A-Za-z]) (?=(?:th|st|nd|rd)\b)"), ""),
)
_GOING_ON = (",", "\u3001", "\uff0c")
"""A unit that ends so was cut within its sentence: its voice isn't to fall."""
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
    for pattern, tidy in _TIDY:
        said = pattern.sub(tidy, said)
    said = re.sub(r"([,;:])(?:\s*[,;:])+", r"\1", said)
    goes_on = "".join(piece.written for piece in pieces[-3:]).rstrip().endswith(_GOING_ON)
    said = re.sub(r"[,;:]\s*([.?!])", r"\1", said).strip(" ,;:\u3001\uff0c")
    if not any(character.isalnum() for character in said):
        return ""
    return said if _ENDS.search(said) else f"{said}," if goes_on else f"{said}."


class Speaker:
    """Turns one answer's units into words of a language (ISO 639-1), English in full.

    In other languages mathematics keeps its signs, and a citation is the language's word for page, the number and the
    file. A place that was just named isn't named again.
    """

    def __init__(self, language: str = "en") -> None:
        self._language = language
        self._english = language in ("en", "und", "")
        self._read = say_prose if self._english else plain_prose
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
            if atom.kind == "text":
                yield from self._text(atom.text)
                continue
            spoken = self._marks(atom, places) if atom.kind == "mark" else self._atom(atom)
            places += atom.kind == "mark" and bool(spoken)
            yield Piece(atom.text, spoken)

    def _text(self, text: str) -> Iterator[Piece]:
        for written, said in self._read(text):
            if said is None:
                yield from (Piece(word, _clean(word)) for word in _BY_WORD.findall(written))
            else:
                yield Piece(written, _clean(said))

    def _atom(self, atom: Atom) -> str:
        match atom.kind:
            case "display" | "inline":
                return f" {self._maths(atom.text)} "
            case "code":
                return self._line(atom.text.strip("`").replace("**", "^").replace("_", " "))
            case "link":
                return self._line(atom.value)
            case "url":
                return atom.text.strip("<>").split("//")[-1].split("/")[0].split("@")[-1].removeprefix("www.")
            case "raised":
                return self._raised(atom.value) if "sup" in atom.text else f" {atom.value} "
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

    def _line(self, text: str) -> str:
        """Return what is said for a text that is kept whole or not at all."""
        return "".join(piece.spoken for piece in self._text(text))

    def _maths(self, text: str) -> str:
        inner = text if text.startswith(("\\b", "\\c", "|")) else text.strip("$") if text[0] == "$" else text[2:-2]
        return _clean(say_maths(inner) if self._english else plain_maths(inner))

    def _raised(self, text: str) -> str:
        """Return what is said for something above the line: of a letter before it, without that letter."""
        said = say_maths(f"x^{{{text}}}") if self._english else plain_maths(f"x^{{{text}}}")
        return f" {_clean(said[1:])} " if self._english else _clean(said[1:])

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
        " "
        if character not in _KEPT and unicodedata.category(character) in ("So", "Cs", "Co", "Cn", "Cc")
        else character
        for character in text.translate(_SKIN)
        if unicodedata.category(character) != "Cf" and not 0xFE00 <= ord(character) <= 0xFE0F
    )
    return _UNSPOKEN.sub(" ", seen)
