"""Fractions in words: "3 Viertel", "trois quarts", "四分之三"."""

import re
from collections.abc import Iterator

_PARTS = {
    2: "half|halves|halbe|mitad|medios?|demies?|demis?|mezz[io]|meios?|helften",
    3: "thirds?|drittel|tercios?|tercios|tiers|terz[io]|tercos?|derden?|трети|третьих|третьи",
    4: "fourths?|quarters?|viertel|cuartos?|quarts?|quart[io]|quartos?|kwart(?:en)?|vierden?|четверти|четвертых",
    5: "fifths?|funftel|quintos?|cinquiemes?|quint[io]|vijfden?|пятых",
    6: "sixths?|sechstel|sextos?|sixiemes?|sest[io]|zesden?|шестых",
    7: "sevenths?|siebtel|septimos?|septiemes?|settim[io]|setimos?|zevenden?|седьмых",
    8: "eighths?|achtel|octavos?|huitiemes?|ottav[io]|oitavos?|achtsten?|восьмых",
    9: "ninths?|neuntel|novenos?|neuviemes?|non[io]|nonos?|negenden?|девятых",
    10: "tenths?|zehntel|decimos?|dixiemes?|decim[io]|tienden?|десятых",
    12: "twelfths?|zwolftel|doceavos?|douziemes?|dodicesim[io]|twaalfden?",
    16: "sixteenths?|sechzehntel|dieciseisavos?|seiziemes?|sedicesim[io]",
    20: "twentieths?|zwanzigstel|veinteavos?|vingtiemes?|ventesim[io]",
    100: "hundredths?|hundertstel|centesimos?|centiemes?|centesim[io]|honderdsten?|сотых",
}
_PATTERNS = [(re.compile(rf"(?<![\d/])(\d+)[ -]?(?:{words})(?![^\W_])"), parts) for parts, words in _PARTS.items()]
_HAN_PARTS = re.compile(r"(\d+)\s*分[之の]\s*(\d+)")
_POINT = re.compile(
    r"(?<![\d.])(\d*) ?\b(?:point|komma|virgule|coma|virgola|virgula|запятая) ?((?:\d ?){1,9})(?![\d/])"
)


def fractions_in_signs(text: str) -> str:
    """Return a text whose numbers are digits with its fractions as "3/4", and "0 point 75" as "0.75"."""
    for pattern, parts in _PATTERNS:
        text = pattern.sub(rf"\1/{parts}", text)
    text = _HAN_PARTS.sub(r" \2/\1 ", text)
    return _POINT.sub(lambda found: f"{found[1] or 0}.{found[2].replace(' ', '')} ", text)


def han_fraction_digits(text: str, digits: str) -> Iterator[tuple[int, int]]:
    """Yield where the numerals of fractions of Chinese or Japanese stand: they are numbers there for certain."""
    for found in re.finditer(rf"([{digits}]{{1,3}})\s*分[之の]\s*([{digits}]{{1,3}})", text):
        yield found.span(1)
        yield found.span(2)
