"""What a DOCX says elsewhere about a paragraph: the heading level of its style, and its number in a list."""

import re
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from clara.rag.extract.ooxml import attribute, child, read_whole, tag, value
from clara.rag.extract.zipped import Archive

_HEADING_NAME = re.compile(r"heading ([1-9])")
_MAX_DEPTH = 10
_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"))
_ROMAN_ONES = ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))


@dataclass(frozen=True, slots=True)
class ListLevel:
    """How the items of one level are numbered: ``text`` has %1 to %9 for the numbers of the levels."""

    form: str
    text: str
    start: int


@dataclass(frozen=True, slots=True)
class NumberedList:
    """A use of a definition; lists with one definition count on together, except at the levels that it ``restarts``."""

    definition: str
    levels: dict[int, ListLevel]
    restarts: dict[int, int]


@dataclass(slots=True)
class Styles:
    """Paragraph styles and lists. ``label`` counts: ask for each paragraph once, in the document's order."""

    _styles: dict[str, Element] = field(default_factory=dict)
    _lists: dict[str, NumberedList] = field(default_factory=dict)
    _counters: dict[str, dict[int, int]] = field(default_factory=dict)
    _started: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, archive: Archive, folder: str) -> "Styles":
        styles = cls()
        if f"{folder}styles.xml" in archive:
            for style in read_whole(archive, f"{folder}styles.xml"):
                styles._styles[attribute(style, "styleId") or ""] = style
        if f"{folder}numbering.xml" in archive:
            styles._lists = _lists(read_whole(archive, f"{folder}numbering.xml"))
        return styles

    def level(self, paragraph: Element) -> int | None:
        """Return 1 for the outermost headings (and the title), None for text."""
        outline = value(paragraph, "pPr", "outlineLvl")
        for style in self._chain(paragraph):
            name = (value(style, "name") or "").lower()
            if outline is None and (heading := _HEADING_NAME.fullmatch(name)):
                return int(heading[1])
            if outline is None and name == "title":
                return 1
            outline = outline or value(style, "pPr", "outlineLvl")
        level = _integer(outline, 9)  # 9 is how a paragraph of a heading's style says that it is text
        return level + 1 if level < 9 else None

    def label(self, paragraph: Element) -> str | None:
        """Return "-", "3.", "2.1" or what the list prints before the paragraph; None where it isn't in a list."""
        number, depth = None, None
        for source in (paragraph, *self._chain(paragraph)):
            number = number or value(source, "pPr", "numPr", "numId")
            depth = depth or value(source, "pPr", "numPr", "ilvl")
        numbered = self._lists.get(number or "0")
        at = _integer(depth, 0)
        if number is None or not numbered or at not in numbered.levels:
            return None
        counters = self._counters.setdefault(numbered.definition, {})
        if number not in self._started:
            self._started.add(number)
            counters.update({level: start - 1 for level, start in numbered.restarts.items()})
        return _count(counters, numbered.levels, at)

    def _chain(self, paragraph: Element) -> list[Element]:
        """The paragraph's style, the style that it is based on, and so on."""
        chain: list[Element] = []
        name = value(paragraph, "pPr", "pStyle")
        while name is not None and name in self._styles and len(chain) < _MAX_DEPTH:
            chain.append(self._styles[name])
            name = value(chain[-1], "basedOn")
        return chain


def _count(counters: dict[int, int], levels: dict[int, ListLevel], at: int) -> str | None:
    counters[at] = counters.get(at, levels[at].start - 1) + 1
    for deeper in [depth for depth in counters if depth > at]:
        del counters[deeper]
    level = levels[at]
    if level.form == "bullet":
        return "-"
    if level.form == "none":
        return None

    def printed(match: re.Match[str]) -> str:
        depth = int(match[1]) - 1
        above = levels.get(depth, level)
        return _number(counters.get(depth, above.start), above.form)

    return re.sub(r"%([1-9])", printed, level.text).strip() or None


def _lists(numbering: Element) -> dict[str, NumberedList]:
    definitions: dict[str, dict[int, ListLevel]] = {}
    lists: dict[str, NumberedList] = {}
    for element in numbering:  # the definitions come first
        if tag(element) == "abstractNum":
            definitions[attribute(element, "abstractNumId") or ""] = _levels(element)
        elif tag(element) == "num":
            definition = value(element, "abstractNumId") or ""
            restarts = {
                _integer(attribute(override, "ilvl"), 0): _integer(value(override, "startOverride"), 1)
                for override in element
                if tag(override) == "lvlOverride" and value(override, "startOverride")
            }
            number = attribute(element, "numId") or ""
            lists[number] = NumberedList(definition, definitions.get(definition, {}), restarts)
    return lists


def _levels(definition: Element) -> dict[int, ListLevel]:
    return {
        _integer(attribute(level, "ilvl"), 0): ListLevel(
            form=value(level, "numFmt") or "decimal",
            text=(attribute(child(level, "lvlText"), "val") or "")[:40],
            start=_integer(value(level, "start"), 1),
        )
        for level in definition
        if tag(level) == "lvl"
    }


def _integer(text: str | None, default: int) -> int:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 7 else default


def _number(count: int, form: str) -> str:
    if form in ("lowerLetter", "upperLetter") and count > 0:
        letters = chr(ord("a") + (count - 1) % 26) * min((count - 1) // 26 + 1, 4)
        return letters if form == "lowerLetter" else letters.upper()
    if form in ("lowerRoman", "upperRoman") and 0 < count < 4000:
        roman = ""
        for size, digits in _ROMAN + _ROMAN_ONES:
            roman += digits * (count // size)
            count %= size
        return roman if form == "lowerRoman" else roman.upper()
    return f"{count:02d}" if form == "decimalZero" else str(count)
