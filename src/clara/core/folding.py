"""Text as it is looked for: without case, accents, widths and ligatures, with single blanks."""

import re
import unicodedata

_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")
_DROPPED = frozenset(("Mn", "Cc", "Cs"))


def fold(text: str) -> str:
    """Return the text's folded form; what folds alike is found alike.

    It has nothing that a database couldn't store as text: no NUL, no half of a surrogate pair.
    """
    text = _CONTROLS.sub(" ", text)
    if text.isascii():
        return " ".join(text.lower().split())
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    return " ".join("".join(c for c in apart if unicodedata.category(c) not in _DROPPED).split())
