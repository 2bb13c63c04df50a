"""What a citation mark stands for: the claim that was written before it."""

import re

from clara.rag.sentences import sentences

MOST_CHARS = 1000

_MARK = re.compile(r"[ \t]?\[\d+\]")
_LABEL = re.compile(r"\A[\W_]*(?:\d{1,3}[.)]\s+)?[\W_]*(?:(?:[^\W\d_]{1,12}\s+)?\d{1,2}\s*[.):–-]\s+)?")
_PLACE = re.compile(
    r"\b(?:pp?|pages?|seiten?|s|págs?|página|pagina|стр|figures?|figs?|tables?|chapters?|sections?|equations?|eqs?"
    r"|abb|abbildung|tabelle|kapitel|abschnitt|figura|tabla|capítulo|tableau|chapitre)\b\.?\s*\d[\d.,–-]*"
    r"|第?\s*\d+\s*(?:页|頁|ページ)",
    re.IGNORECASE,
)
_LATEX = re.compile(r"\\(?:text|mathrm|mathbf|operatorname)\b|\\[A-Za-z]+|(?<!\w)_|_(?!\w)|[${}*`~|#]")
_QUOTED = re.compile(r"[\"“”„«»]")


class Claims:
    """Remembers what was shown since the last sentence or mark."""

    def __init__(self) -> None:
        self._text = ""
        self._last = ""

    def say(self, text: str) -> None:
        self._text = (self._text + text)[-2 * MOST_CHARS :]

    def claim(self) -> str:
        """Return the claim of a mark that stands here; marks side by side have one claim."""
        if any(map(str.isalnum, self._text)):
            spans = sentences(self._text)
            said = [self._text[start:end] for start, end in spans]
            at = next((at for at in range(len(said) - 1, -1, -1) if _says_something(said[at])), len(said) - 1)
            self._last = _plain(said[at]) if said else ""
            self._text = ""
        return self._last


def _says_something(sentence: str) -> bool:
    return sum(map(str.isalpha, _MARK.sub("", sentence))) > 2


def _plain(sentence: str) -> str:
    """Return a sentence without its marks, formatting, numbering and pointers to places."""
    text = _QUOTED.sub(" ", _LATEX.sub("", _PLACE.sub(" ", _MARK.sub("", sentence))))
    return _LABEL.sub("", text, count=1).strip()
