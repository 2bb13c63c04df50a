"""Text as it is looked for: without case, accents, widths and ligatures, with single blanks."""

import unicodedata


def fold(text: str) -> str:
    """Return the text's folded form; what folds alike is found alike."""
    if text.isascii():
        return " ".join(text.lower().split())
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    return " ".join("".join(c for c in apart if unicodedata.category(c) != "Mn").split())
