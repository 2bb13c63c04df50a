"""Is this quote on that page? Word for word, whatever line breaks, hyphenation and typography did to it."""

import re
import unicodedata
import zlib
from dataclasses import dataclass

_SOFT = "\u00ad"
_TYPOGRAPHY = (
    dict.fromkeys("\u2018\u2019\u201a\u201b\u02bc\u2032\u2039\u203a`\u00b4", "'")
    | dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb\u301d\u301e\u301f\uff02", '"')
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2043\ufe58\ufe63\uff0d", "-")
    | dict.fromkeys("\u00ad\ufffe\x02", _SOFT)
    | dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff", "")
    | {"\u2026": "...", "\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl"}
    | {"\ufb05": "st", "\ufb06": "st"}
)
_UNIT = re.compile(r"(?P<plain>[!-,.-_a-~]+)|(?P<blank>\s+)|(?P<other>.)", re.DOTALL)
_SEPARATORS = re.compile(f"[ \n{_SOFT}-]+")
_LINE_END_HYPHEN = re.compile(r"-\n")
_UNSPACED = re.compile(
    "[\u0e01-\u0e4e\u0e80-\u0ecf\u1000-\u109f\u1780-\u17d3\u3005-\u3007\u3041-\u30ff\u3105-\u312f"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff]"
)
_WORK_A_CHARACTER = 64
"""How often a character may be compared, on average, before a search gives up: keeps hostile text linear."""


def quote_crc(quote: str) -> int:
    """Return a checksum, below 2**32, by which a quote is known again where only its place was kept."""
    return zlib.crc32(quote.encode("utf-8", "surrogatepass"))


def find_quote(quote: str, text: str) -> tuple[int, int] | None:
    """Return the (start, end) offsets of the quote in ``text``, or None if it isn't there word for word.

    White space, hyphenation at line ends, ligatures and the shapes of quotation marks and dashes may differ; letters,
    their case, digits and all other marks may not. Neither a word nor a number is found inside a longer one.
    """
    quote = quote.strip()
    if not any(character.isalnum() for character in quote):
        return None
    return _find_exactly(quote, text) or _find_folded(_fold(quote), _fold(text), text)


def _find_exactly(quote: str, text: str) -> tuple[int, int] | None:
    work = _WORK_A_CHARACTER * len(text)
    at = text.find(quote)
    while at >= 0 and work > 0:
        if _stands_alone(text, at, at + len(quote)):
            return at, at + len(quote)
        work -= len(quote)
        at = text.find(quote, at + 1)
    return None


@dataclass(frozen=True, slots=True)
class _Folded:
    """Characters to compare, where each stands in the original, and which have a hyphen before them.

    ``hyphens`` maps an index in ``text`` to True for a hyphen that belongs to the word, to False for a line end's.
    """

    text: str
    offsets: list[int]
    hyphens: dict[int, bool]


def _find_folded(quote: _Folded, page: _Folded, original: str) -> tuple[int, int] | None:
    size = len(quote.text)
    work = _WORK_A_CHARACTER * len(page.text)
    at = page.text.find(quote.text) if size else -1
    while at >= 0 and work > 0:
        if _same_hyphens(quote, page, at) and _whole_characters(page, at, at + size):
            start, end = page.offsets[at], page.offsets[at + size - 1] + 1
            if _stands_alone(original, start, end):
                return start, end
        work -= size
        at = page.text.find(quote.text, at + 1)
    return None


def _same_hyphens(quote: _Folded, page: _Folded, at: int) -> bool:
    if not quote.hyphens and not page.hyphens:
        return True
    return all(
        {quote.hyphens.get(index), page.hyphens.get(at + index)} != {True, None} for index in range(1, len(quote.text))
    )


def _whole_characters(page: _Folded, start: int, end: int) -> bool:
    if start > 0 and page.offsets[start - 1] == page.offsets[start]:
        return False
    return end >= len(page.text) or (
        page.offsets[end] != page.offsets[end - 1] and not unicodedata.combining(page.text[end])
    )


def _stands_alone(text: str, start: int, end: int) -> bool:
    return not _continues(text[max(0, start - 4) : start][::-1], text[start]) and not _continues(
        text[end : end + 4], text[end - 1], after=True
    )


def _continues(outside: str, edge: str, *, after: bool = False) -> bool:
    """Tell whether the word or number at a quote's edge goes on; ``outside`` reads away from the quote."""
    if not outside:
        return False
    near = outside[0]
    if near in "\u00ad\ufffe\x02" or unicodedata.combining(near):
        return _is_spaced_letter(edge)
    if _is_spaced_letter(near):
        return _is_spaced_letter(edge)
    beyond = outside[1:2]
    if edge.isdigit() and beyond.isdigit() and near in ".,:/'\u2019\u2044-\u2010\u2011\u2013":
        return True
    if after:
        if edge.isdigit() and near in "%‰°":
            return True
        return edge.isalpha() and near in "-\u2010" and beyond in ("\n", "\r") and outside[-1].islower()
    if edge.isdigit() and near in "-\u2212\u2010\u2011\u2013":
        return not beyond or not (beyond.isalnum() or beyond in ")]")
    return edge.islower() and bool(re.match(r"[ \t]?\n\r?[-\u2010]\w", outside))


def _is_spaced_letter(character: str) -> bool:
    return character.isalnum() and not _UNSPACED.match(character)


def _fold(text: str) -> _Folded:
    return _join(*_units(text))


def _units(text: str) -> tuple[str, list[int]]:
    """Return the text with one code for each kind of separator, and each character's offset."""
    units: list[str] = []
    offsets: list[int] = []
    for match in _UNIT.finditer(text):
        at = match.start()
        if match["plain"]:
            unit = match["plain"]
            offsets.extend(range(at, match.end()))
        elif match["blank"]:
            unit = "\n" if "\n" in match["blank"] or "\r" in match["blank"] else " "
            offsets.append(at)
        else:
            character = match["other"]
            unit = _TYPOGRAPHY.get(character)
            if unit is None:
                unit = unicodedata.normalize("NFD", character)
            offsets.extend([at] * len(unit))
        units.append(unit)
    return "".join(units), offsets


def _join(units: str, offsets: list[int]) -> _Folded:
    """Drop blanks except between words, and hyphens between letters, which ``hyphens`` remembers."""
    kept: list[str] = []
    places: list[int] = []
    hyphens: dict[int, bool] = {}
    at = 0
    for match in _SEPARATORS.finditer(units):
        kept.append(units[at : match.start()])
        places.extend(offsets[at : match.start()])
        at = match.end()
        before, after = units[max(0, match.start() - 1) : match.start()], units[at : at + 1]
        mark = _separator(match[0], before, after)
        if mark in ("-", " "):
            kept.append(mark)
            places.append(offsets[match.start() + max(match[0].find(mark), 0)])
        elif mark:
            hyphens[len(places)] = mark == "hyphen"
    kept.append(units[at:])
    places.extend(offsets[at:])
    return _Folded("".join(kept), places, hyphens)


def _separator(run: str, before: str, after: str) -> str:
    """Return what a run of blanks and hyphens counts as: "-", " ", "", or between letters "hyphen" or "line end"."""
    letters = _is_letter(before) and _is_letter(after)
    if "-" in run:
        if not letters:
            return "-"
        return "line end" if run.lstrip(_SOFT).startswith("-\n") and run.count("-") == 1 else "hyphen"
    if _SOFT in run and (run[-1] in (_SOFT, "\n")):
        return "line end" if letters else ""
    return " " if before and after and _is_word(before) and _is_word(after) else ""


def _is_letter(character: str) -> bool:
    return character.isalpha() or bool(character and unicodedata.combining(character))


def _is_word(character: str) -> bool:
    return _is_spaced_letter(character) or bool(unicodedata.combining(character))
