"""Any text as a label that Mermaid can only show: letters, digits and blanks as they are, all else by number."""

import re
import unicodedata

MAX_CHARS = 120
_PLAIN = frozenset(" ,")
_JOINERS = "\u200c\u200d"
"""Scripts of India and Persia are misspelt without them."""
_NUMBERED = re.compile(r"(?<=\w)[.'’-](?=\w)")
_NAME = re.compile(r"[^\w]+")


def label(text: str, max_chars: int = MAX_CHARS) -> str:
    """Return a label of one line, at most so many characters of ``text``; never empty.

    What isn't a letter, digit or blank becomes Mermaid's ``#code;``, which it shows as that character and never reads:
    no quote ends the label, and no keyword, directive, link or tag begins.
    """
    flat = " ".join("".join(map(_visible, text)).split())
    if len(flat) > max_chars:
        flat = flat[: max_chars - 1].rstrip() + "…"
    inside = {match.start() for match in _NUMBERED.finditer(flat)}
    return "".join(
        character if character in _PLAIN or _is_word(character) or _is_dot(flat, at, inside) else f"#{ord(character)};"
        for at, character in enumerate(flat or "?")
    )


def opening_label(text: str, max_chars: int = MAX_CHARS) -> str:
    """Return a label for a line's beginning: its first letter by number, so that it is no keyword."""
    found = label(text, max_chars)
    return found if found[0] == "#" else f"#{ord(found[0])};{found[1:]}"


def name(text: str) -> str:
    """Return a text as one word of letters, digits and low lines that begins with a letter."""
    word = _NAME.sub("_", unicodedata.normalize("NFC", text))[:40].strip("_")
    return word if word and word[0].isalpha() else f"x{'_' if word else ''}{word}"


def _visible(character: str) -> str:
    if character in _JOINERS:
        return character
    return " " if unicodedata.category(character)[0] in "CZ" else character


def _is_word(character: str) -> bool:
    return unicodedata.category(character)[0] in "LMN" or character in _JOINERS


def _is_dot(text: str, at: int, inside: set[int]) -> bool:
    return at in inside and text[at] == "."
