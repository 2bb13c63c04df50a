"""Running text in English as it is read: what is written in signs, figures and short forms becomes words.

Each finding is said as a whole; the words between are said as they stand.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from html import unescape

from clara.voice.wording.chemistry import formula_in, say_formula
from clara.voice.wording.maths import say_fraction, say_maths
from clara.voice.wording.measures import AMOUNT, MONEY, UNIT, say_amount, say_money, say_unit
from clara.voice.wording.numbers import say_ordinal
from clara.voice.wording.symbols import FUNCTIONS, GREEK
from clara.voice.wording.writing import COMPARED, MONTHS, RULERS, SHORT_FORMS, SIGNS

_SUPERSCRIPTS, _SUBSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱᵐ", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₙᵢₘₓₖⱼ"
_PLAIN = str.maketrans(_SUPERSCRIPTS + _SUBSCRIPTS, "0123456789+-=()nim" + "0123456789+-=()nimxkj")
_ROMAN = re.compile(r"(X{0,3})(IX|IV|V?I{0,3})\Z")
_ONES = {"": 0, "I": 1, "II": 2, "III": 3, "IV": 4, "V": 5, "VI": 6, "VII": 7, "VIII": 8, "IX": 9}
_COUNTED = "War|Chapter|Part|Book|Volume|Act|Type|Phase|Stage|Class|Section|Unit|Article|Table|Figure|Grade|Complex"
_BEFORE, _BEHIND = re.compile(r"[^\s(\u201c\u2018\[/-]"), re.compile(r"[^\s,.;:!?'\"\u2019\u201d)\]/-]")
_GREEK_LETTERS = "".join(GREEK)

Say = Callable[["re.Match[str]"], str | None]


def _scripted(found: "re.Match[str]") -> str | None:
    """Say a word with raised and lowered signs: x², H₂O, Ca²⁺, 10⁻³."""
    latex = re.sub(f"[{_SUPERSCRIPTS}]+", lambda raised: f"^{{{raised[0].translate(_PLAIN)}}}", found[0])
    latex = re.sub(f"[{_SUBSCRIPTS}]+", lambda lowered: f"_{{{lowered[0].translate(_PLAIN)}}}", latex)
    formula = formula_in(latex, surely=True)
    if formula is not None:
        return say_formula(formula)
    if (word := re.match(r"[A-Za-z]{2,}", latex)) is not None and f"\\{word[0]}" in FUNCTIONS:
        return say_maths(f"\\{latex}")
    if (word := re.match(r"[A-Za-z]{3,}", latex)) is not None:
        return f"{word[0]} {say_maths(f'x{latex[word.end() :]}').removeprefix('x').strip()}"
    return say_maths(latex)


def _function(found: "re.Match[str]") -> str | None:
    return None if re.search(r"[A-Za-z]{3}", found[0]) else say_maths(found[0])


def _fraction(found: "re.Match[str]") -> str | None:
    whole, above, below = re.fullmatch(r"(?:(\d+) )?(\d+)/(\d+)", found[0]).groups()  # type: ignore[union-attr]
    named = say_fraction(int(above), int(below))
    return named and (f"{whole} and {named}" if whole else named)


def _vulgar(found: "re.Match[str]") -> str:
    return ("and " if found.start() and found.string[found.start() - 1].isdecimal() else "") + SIGNS[found[0]]


def _range(found: "re.Match[str]") -> str | None:
    first, last = re.split(r"[-\u2013]", found[0])
    if "-" in found[0] and (len(first) not in (len(last), 1, 2) or last[0] == "0" or float(first) >= float(last)):
        return None
    return f"{first} to {last}"


def _roman(found: "re.Match[str]") -> str | None:
    name, numeral = found[0].split()
    match = _ROMAN.match(numeral)
    number = 10 * len(match[1]) + _ONES[match[2]] if match else 0
    if not number or (len(numeral) == 1 and not re.fullmatch(_COUNTED, name)):
        return None
    return f"{name} the {say_ordinal(number)}" if name in RULERS else f"{name} {number}"


def _date(found: "re.Match[str]") -> str | None:
    year, month, day = map(int, found[0].split("-"))
    return f"{MONTHS[month - 1]} {day}, {year}" if 1 <= month <= 12 and 1 <= day <= 31 else None


def _entity(found: "re.Match[str]") -> str:
    sign = unescape(found[0])
    return COMPARED.get(sign) or SIGNS.get(sign) or sign


def _money(found: "re.Match[str]") -> str:
    adjective = re.match(r"[\s-](?:bill|note|coin|ticket)\b", found.string[found.end() : found.end() + 8]) is not None
    return say_money(found[0], adjective)


def _short_form(found: "re.Match[str]") -> str:
    return next(said for short, said in SHORT_FORMS if re.match(short, found[0] + found.string[found.end() :]))


def _compared(found: "re.Match[str]") -> str:
    return f" {COMPARED[found[0].strip()]} "


def _latex(found: "re.Match[str]") -> str:
    return say_maths(re.sub(r"\^\((.*)\)\Z", r"^{\1}", found[0]))


_GROUP = r"\{(?:[^{}]|\{[^{}]*\})*\}"
_SCRIPTS = _SUPERSCRIPTS + _SUBSCRIPTS
_ARROWS = "|".join(map(re.escape, sorted((sign for sign in COMPARED if len(sign) > 1), key=len, reverse=True)))
_RULES: Sequence[tuple[str, Say]] = (
    (r"&(?:[A-Za-z]{2,8}|\#\d{1,5}|\#x[0-9A-Fa-f]{1,5});", _entity),
    (rf"\\[A-Za-z]{{2,}}(?:\s?(?:{_GROUP}|\[[^\[\]\n]*\]))*(?:[_^](?:{_GROUP}|\w))*", _latex),
    (r"\\[,;:!](?![\s,;:!])", lambda found: " "),
    (MONEY, _money),
    (r"(?<![\w/.-])\d{4}-\d\d-\d\d(?![\w/-])", _date),
    (AMOUNT, lambda found: say_amount(found[0])),
    (rf"(?<=[{_SUPERSCRIPTS}] )(?:{UNIT})(?![A-Za-z0-9])", lambda found: say_unit(found[0])),
    (
        rf"(?<![\w{_SCRIPTS}])(?:\w|\([A-Za-z]{{1,6}}\)){{0,12}}?[{_SCRIPTS}]"
        rf"(?:[A-Za-z0-9{_SCRIPTS}]|\([A-Za-z0-9{_SCRIPTS}]{{1,8}}\)(?=[{_SCRIPTS}])|\((?:s|l|g|aq)\))*",
        _scripted,
    ),
    (rf"(?<!\w)[A-Za-z0-9]{{1,12}}\^(?:-?[A-Za-z0-9]{{1,6}}|{_GROUP}|\([^()\n]{{1,40}}\))", _latex),
    (r"(?<![\w.])[fghFGHP](?:['\u2032\u2033]|'')?\([^()\n]{1,30}\)(?!\w)", _function),
    (r"(?<![\w.,/])(?:\d+ )?\d{1,2}/\d{1,4}(?![\w/]|\.\d)", _fraction),
    (r"[\u00bc-\u00be\u2150-\u215e]", _vulgar),
    (r"(?<![\w.,/-])\d+(?:\.\d+)?\u2013\d+(?:\.\d+)?(?![\w/\u2013-]|\.\d)", _range),
    (r"(?<!\) )(?<![\w.,/:-])\d{1,4}-\d{1,4}(?![\w/\u2013-]|\.\d)", _range),
    (r"(?<![\w\u2013-])\d+ ?x ?\d+(?!\w)", lambda found: re.sub(r" ?x ?", " by ", found[0])),
    (r"(?:\A|(?<=[\s(=,:]))[-\u2212](?=\.?\d)", lambda found: "minus "),
    (r"(?:\A|(?<=[\s(]))[<>](?=\.?\d)", lambda found: "less than " if found[0] == "<" else "more than "),
    (r"(?<!\w)~ ?(?=\d)", lambda found: "about "),
    (r"(?<!\w)\#(?=\d)", lambda found: "number "),
    (r"(?<=\b[A-G])[\#\u266f](?!\w)", lambda found: " sharp"),
    (r"(?<=\b[A-G])\u266d", lambda found: " flat"),
    (rf"\b(?:{_COUNTED}) [IVX]{{1,6}}(?![\w'])|\b[A-Z][a-z]+ [IVX]{{2,6}}(?![\w'])", _roman),
    ("(?<!\\w)(?:" + "|".join(short for short, _ in SHORT_FORMS) + ")", _short_form),
    (rf"\s*(?:{_ARROWS})(?=[\s\w(.$\u2212-])", _compared),
    (r"(?:\A|(?<=[\w)\]\u2032\u00b0% ])) *[=<>] *(?=[\w(\u2212.\\$|+\u00b1\u221a-])", _compared),
    (r"(?<=[\w)⁺⁻] )\+(?= ?[\w(\\])|(?<=\w)\+(?=\w)|(?:\A|(?<=\s))\+(?=\d)", _compared),
    (rf"(?<![\u0386-\u03ce])[{_GREEK_LETTERS}](?![\u0300-\u036f\u0386-\u03ce])", lambda found: GREEK[found[0]]),
    ("|".join(map(re.escape, sorted(SIGNS, key=len, reverse=True))), lambda found: SIGNS[found[0]]),
)
"""What is found, and how it is said (None: as it stands); the first that fits holds."""

_FOUND = re.compile("|".join(f"(?P<r{at}>{pattern})" for at, (pattern, _) in enumerate(_RULES)))


def say_prose(text: str) -> Iterator[tuple[str, str | None]]:
    """Yield a text's parts, and how each is said: None where that is as it is written."""
    at = 0
    for found in _FOUND.finditer(text):
        assert found.lastgroup is not None
        said = _RULES[int(found.lastgroup[1:])][1](found)
        if said is None:
            continue
        if found.start() > at:
            yield text[at : found.start()], None
        before = " " if _BEFORE.search(text, max(0, found.start() - 1), found.start()) and said[:1].isalnum() else ""
        behind = " " if _BEHIND.match(text, found.end()) and said[-1:].isalnum() else ""
        yield found[0], f"{before}{said}{behind}"
        at = found.end()
    if at < len(text):
        yield text[at:], None
