"""Text of a model, so that it is only text: no markup that loads or links, one line, not too long."""

import re
import unicodedata

_IMAGE_OR_LINK = re.compile(r"!?\[([^\]\n]{0,300})\]\([^)\n]{0,2000}\)")
_TAG = re.compile(r"<[A-Za-z!/][^>\n]{0,2000}>")
_ADDRESS = re.compile(r"(?:https?|ftp|file)://\S+|javascript:\S+|\bdata:\S+|\bwww\.\S+", re.IGNORECASE)
_OPEN_TAG = re.compile(r"<(?=[A-Za-z/!?])")
_COMMAND = re.compile(r"\\(?:href|url|includegraphics|style|class|cssId|html[A-Z][a-z]+|require)(?![A-Za-z])")
"""Of LaTeX, by which formulas link or load where a client lets them."""
_PASSES = 4
_NOT_WORDS = re.compile(r"[\W_]+")
_MARK = re.compile(r"\s*\[\d{1,3}(?:\s*,\s*\d{1,3})*\]")


def clean(text: str, max_chars: int) -> str:
    """Return plain text of one line, at most so long; marks like [3] that cite passages are taken out."""
    text = "".join(character if unicodedata.category(character)[0] != "C" else " " for character in text[:20_000])
    for _ in range(_PASSES):
        before, text = text, _ADDRESS.sub("", _TAG.sub("", _IMAGE_OR_LINK.sub(r"\1", text)))
        if text == before:
            break
    else:
        # Written to leave something behind however often it is cleaned.
        text = text.replace("<", "‹").replace("://", ": ")
    text = _OPEN_TAG.sub("< ", _COMMAND.sub("", text)).replace("](", "] (")
    text = " ".join(_MARK.sub("", text).split())
    return text if len(text) <= max_chars else text[: max_chars - 1].rstrip() + "…"


def normal(text: str) -> str:
    """Return the text without case, marks and doubled blanks; alone its marks where it has nothing else."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return _NOT_WORDS.sub(" ", folded).strip() or " ".join(folded.split())
