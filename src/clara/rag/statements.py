"""What the words and the mere shape of a sentence show of it, read alone."""

import re
import unicodedata
from functools import cache

from clara.rag.cues import CUES

_BRACKETS = r"[(（](?:[^()（）]|[(（][^()（）]{0,40}[)）]){0,120}[)）]"
_ASIDE = re.compile(rf"\A[\w]{{0,4}}[\s,\"'’”]*(?:{_BRACKETS}[\s,]*)?(?:which |that |also |usually |often )*")
_ASIDE_CHARS = 180
_ARTICLE_CHARS = 5
_YEAR = r"(?<![\d.,])(?:1\d{3}|20\d\d|[5-9]\d\d)(?![\d.,]*\d)"
_LEAST_LETTERS = 5
_BARE_CHARS = 60
_SYMBOLS = re.compile(r"[^\w\s.,;:!?'\"’“”()\-–]")
_SYMBOL_SHARE = 0.08
_LEADERS = re.compile(r"(?:\. ?){4,}")
_FEW_LEADERS = 2
_FURNITURE = re.compile(
    r"^(?:\s*\d{1,4}\s*|(?:chapter|section|part|appendix|kapitel|abschnitt|capítulo|sección|chapitre|capitolo|hoofdstuk"
    r"|глава|раздел)\s+\w{1,4}\b.{0,80})$",
    re.IGNORECASE | re.MULTILINE,
)


@cache
def cue_pattern(language: str, field: str) -> re.Pattern[str] | None:
    """Return the expressions of one field of a language's cues, for case-folded text; None without cues."""
    cues = CUES.get(language)
    if cues is None:
        return None
    body = getattr(cues, field)
    if field == "times":
        body += f"|{_YEAR}"
    elif field == "numbers":
        body = rf"\d[\d.,]*|{body}"
    return re.compile(rf"(?<!\w)(?:{body})(?!\w)" if cues.spaced else f"(?:{body})")


def points_back(sentence: str, language: str) -> bool:
    """Tell whether a sentence begins with a word like "it" or "however", so that it can't be read alone."""
    pattern = cue_pattern(language, "openers")
    return pattern is not None and pattern.match(sentence[:40].casefold()) is not None


def states(rest: str, language: str) -> bool:
    """Tell whether what follows a subject goes on like a definition: "is", "(MHz) means", ", which are"."""
    return told_after_copula(rest, language) is not None


def told_after_copula(rest: str, language: str) -> str | None:
    """Return what a definition says of its subject, case folded; None where ``rest`` doesn't go on like one."""
    pattern = cue_pattern(language, "copulas")
    plain = _ASIDE.sub("", rest[:_ASIDE_CHARS]).casefold()
    found = pattern.match(plain) if pattern is not None else None
    return plain[found.end() :] if found else None


def names(before: str, language: str) -> bool:
    """Tell whether what comes before a subject gives a name to something: "… is called a"."""
    pattern = cue_pattern(language, "callers")
    text = before[-_ASIDE_CHARS:].casefold().rstrip(" \"'“‘„«")
    return pattern is not None and any(len(text) - match.end() <= _ARTICLE_CHARS for match in pattern.finditer(text))


def says_something(text: str) -> bool:
    """Tell whether a part of a text is more than a mark, an initial or a number."""
    return sum(map(str.isalnum, text)) >= _LEAST_LETTERS


def is_bare(text: str) -> bool:
    """Tell whether it is a short line without an end mark: a heading, a running title or a cell."""
    return len(text) <= _BARE_CHARS and text[-1].isalnum()


def is_symbolic(text: str) -> bool:
    """Tell whether it is code or formulas rather than prose."""
    # Marks of Indic and Arabic scripts belong to their letters.
    symbols = [character for character in _SYMBOLS.findall(text) if unicodedata.category(character)[0] != "M"]
    return len(symbols) > _SYMBOL_SHARE * len(text)


def is_broken(text: str) -> bool:
    """Tell whether a running title or a page number stands in the middle of it."""
    return "\n" in text and _FURNITURE.search(text) is not None


def asks(text: str) -> bool:
    return text.endswith(("?", "？", "؟"))


def is_contents(text: str) -> bool:
    """Tell whether a passage is of a table of contents, by the dots between titles and pages."""
    return len(_LEADERS.findall(text)) > _FEW_LEADERS
