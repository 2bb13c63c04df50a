"""Any text as a label that Mermaid can only show: what could mean something to it is written with another character.

Mermaid's own way, codes like ``#35;``, shows them as they are wherever labels aren't HTML.
"""

import re
import unicodedata

MAX_CHARS = 120
PLAIN = " ,.()/+=!?'"
"""Characters besides letters, digits and what isn't ASCII that stay as they are."""
_ALIKE = str.maketrans(
    {
        '"': "”",
        "#": "＃",
        "$": "＄",
        "%": "％",
        "&": "＆",
        "*": "∗",
        "-": "‐",
        ":": "∶",
        ";": "；",
        "<": "‹",
        ">": "›",
        "@": "＠",
        "[": "［",
        "\\": "∖",
        "]": "］",
        "^": "ˆ",
        "_": "＿",
        "`": "‘",
        "{": "｛",
        "|": "∣",
        "}": "｝",
        "~": "∼",
    }
)
_START = "\u2060"
"""A word joiner, which isn't seen: no keyword begins with it."""
_JOINERS = "\u200c\u200d"
"""Scripts of India and Persia are misspelt without them."""
_NUMBERED = re.compile(r"^(\d+)\.")
_DIRECTION = re.compile(r"(direction)(?=\s+(?:TB|BT|LR|RL|TD))", re.IGNORECASE)
"""Taken for a direction wherever it stands in a line, a label included."""
_NAME = re.compile(r"[^\w]+")


def label(text: str, max_chars: int = MAX_CHARS) -> str:
    """Return a label of one line, at most so many characters of ``text``; never empty."""
    flat = " ".join("".join(map(_visible, text)).split())
    if len(flat) > max_chars:
        flat = flat[: max_chars - 1].rstrip() + "…"
    # "1. x" would begin a list.
    shown = _NUMBERED.sub(r"\1․", flat.translate(_ALIKE))
    return _DIRECTION.sub(rf"\1{_START}", shown) or "?"


def opening_label(text: str, max_chars: int = MAX_CHARS) -> str:
    """Return a label for where a keyword could stand."""
    return _START + label(text, max_chars)


def name(text: str) -> str:
    """Return a text as one word of letters, digits and low lines, which is no keyword either."""
    word = _NAME.sub("_", unicodedata.normalize("NFC", text))[:40].strip("_")
    return _START + (word or "x")


def _visible(character: str) -> str:
    if character in _JOINERS:
        return character
    return " " if unicodedata.category(character)[0] in "CZ" else character
