"""Text as it is meant, for comparing: without markup, LaTeX, look-alike letters, or characters that nobody sees."""

import html
import re
import unicodedata
from functools import cache

WORD = re.compile(r"(?:[^\W_]|[\u0900-\u0dff\u0e31-\u0e4e])+")
"""Scripts of India and Thai write vowels as marks, which are no letters to a pattern."""
_LOOKALIKES = dict(
    zip(
        "абвгеёзікмнорстуухцјѕһԁԛԝᴀʙᴄᴅᴇɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢαβεηικνορτυχωɑɡıℓ",
        "a6breeziкmhopctyyxцjshdqwabcdeghijklmnoprstuvwyzabenikvoptuxwagil",
        strict=True,
    )
)
_SUPERSCRIPTS = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿ", "0123456789+-n", strict=True))
_VULGAR = {mark: unicodedata.normalize("NFKC", mark).replace("\u2044", "/") for mark in "½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅐⅛⅜⅝⅞⅑⅒"}
_SIGNS = str.maketrans(
    {"×": "*", "·": "*", "⋅": "*", "∙": "*", "÷": "/", "∕": "/", "⁄": "/", "−": "-", "–": "-", "—": "-", "‒": "-"}
    | {"‐": "-", "‑": "-", "π": "pi", "√": "sqrt", "≈": "=", "≅": "=", "≃": "=", "≡": "=", "⇒": "=", "→": "="}
    | {"’": "'", "‘": "'", "“": '"', "”": '"', "٫": ".", "٬": ",", "،": ",", "。": ". ", "、": ", "}
)
_COMMANDS = {
    "times": "*", "cdot": "*", "ast": "*", "div": "/", "pm": "±", "pi": "pi", "approx": "=", "equiv": "=", "simeq": "=",
    "Rightarrow": "=", "implies": "=", "to": "=", "rightarrow": "=", "percent": "%", "degree": "°", "circ": "°",
    "infty": "infinity", "quad": " ", "qquad": " ", "ldots": "...", "dots": "...", "therefore": "", "because": "",
}  # fmt: skip
_GROUP = r"\{((?:[^{}]|\{[^{}]*\})*)\}"
_FRACTION = re.compile(rf"\\(?:[dtcsx]?frac|nicefrac)\s*(?:{_GROUP}\s*{_GROUP}|(\d)\s*(\d))")
_MIXED = re.compile(r"(?<=\d)(?=\\[dtc]?frac)")
_ROOT = re.compile(rf"\\sqrt\s*(?:\[(\d+)\])?\s*(?:{_GROUP}|(\w))")
_WRAPPED = re.compile(
    rf"\\(?:text|textbf|textit|mathrm|mathbf|mathit|mathsf|mathtt|operatorname|boxed|fbox|underline|overline|hbox|mbox"
    rf"|emph|bm|color\s*\{{\w+\}}|ce|hspace|vspace|phantom)\s*{_GROUP}"
)
_COMMAND = re.compile(r"\\([A-Za-z]+)\s?|\\([,;:! ])|\\([%$&#_{}|])|\\[()\[\]]")
_BRACED = re.compile(r"\{([0-9.,]*)\}")
_POWER = re.compile(rf"\^\s*{_GROUP}")
_SUPERSCRIPT = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿ]+")
_EMPHASIS = re.compile(
    r"(?<![A-Za-z0-9)\s])[*_~`]+|[*_~`]{2,}|[`]|(?<=\w)[*_](?=[\s.,;:!?)]|$)|(?<=\s)[*_](?=[^\W\d_])", re.M
)
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,200}>|<!--|-->")
_URL_CODE = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_ESCAPE = re.compile(r"\\u\{?([0-9A-Fa-f]{4,6})\}?|\\x([0-9A-Fa-f]{2})")


def plain(text: str) -> str:
    """Return what a reader takes a text for: one line a line, its formulas in ASCII ("(3)/(4)", "x^(2)", "sqrt(2)")."""
    text = _ESCAPE.sub(_unescape, _URL_CODE.sub(_from_url, html.unescape(text)))
    text = "".join(character for character in text if _is_seen(character))
    text = _SUPERSCRIPT.sub(lambda found: f"^({''.join(_SUPERSCRIPTS[c] for c in found[0])})", text)
    for mark, fraction in _VULGAR.items():
        text = text.replace(mark, f" {fraction} ")
    text = unicodedata.normalize("NFKC", text).translate(_SIGNS)
    text = _digits(_without_latex(_TAG.sub(" ", text)))
    return _EMPHASIS.sub("", text.replace("|", " "))


def letters(text: str) -> str:
    """Return plain text in small letters, without accents, and with Latin letters for those that look like them."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(c for c in decomposed if not unicodedata.combining(c) or c > "\u0900")
    return unicodedata.normalize("NFC", "".join(_word_in_latin(word) for word in re.split(r"(\W+)", bare)))


def _word_in_latin(word: str) -> str:
    """A word that mixes Latin with another script is meant as Latin; a Russian or Greek one stays."""
    if word.isascii() or not any("a" <= c <= "z" for c in word):
        return word if word.isascii() else _wholly_alike(word)
    return "".join(_LOOKALIKES.get(c, c) for c in word)


@cache
def _alike_only() -> frozenset[str]:
    return frozenset("аеорсухіјѕһԁԛԝᴀʙᴄᴅᴇɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢɑɡıℓ")


def _wholly_alike(word: str) -> str:
    return "".join(_LOOKALIKES[c] for c in word) if word and set(word) <= _alike_only() else word


def _is_seen(character: str) -> bool:
    if character in "\n\t ":
        return True
    category = unicodedata.category(character)
    if category in ("Cc", "Cf", "Co", "Cn", "Me") or 0xFE00 <= ord(character) <= 0xFE0F:
        return False
    return character not in "\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0"


def _digits(text: str) -> str:
    if text.isascii():
        return text
    return "".join(str(unicodedata.digit(c)) if c.isdigit() and not c.isascii() else c for c in text)


def _from_url(found: re.Match[str]) -> str:
    return bytes.fromhex(found[0].replace("%", "")).decode("utf-8", "ignore") or found[0]


def _unescape(found: re.Match[str]) -> str:
    code = int(found[1] or found[2], 16)
    return chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else ""


def _without_latex(text: str) -> str:
    if "\\" in text:
        text = text.replace("\\left", "").replace("\\right", "").replace("{,}", ",")
        text = _MIXED.sub(" ", text)
        for _ in range(4):
            before = text
            text = _WRAPPED.sub(lambda found: found[1], text)
            text = _FRACTION.sub(lambda found: f"({found[1] or found[3]})/({found[2] or found[4]})", text)
            text = _ROOT.sub(_root, text)
            if text == before:
                break
        text = _COMMAND.sub(_command, text)
    text = _POWER.sub(lambda found: f"^({found[1]})", text)
    text = _BRACED.sub(r"\1", text)
    return text.replace("$", " ") if text.count("$") > 1 else text


def _root(found: re.Match[str]) -> str:
    inner = found[2] or found[3]
    return f"(({inner})^(1/{found[1]}))" if found[1] else f"sqrt({inner})"


def _command(found: re.Match[str]) -> str:
    if found[1]:
        return _COMMANDS.get(found[1], f" {found[1]} ")
    return found[3] or ("" if found[2] else " ")
