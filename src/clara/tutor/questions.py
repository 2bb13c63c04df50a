"""What a question asks for, told by its words, and whether a sentence holds something of that kind."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import cache

from clara.rag.languages import UNKNOWN, detect_language
from clara.tutor.cues import CUES

READ_CHARS = 2_000
"""A question's words stand near its beginning, whatever is pasted behind it."""

_TITLE_WORDS = 3
_TITLE_CHARS = 8
_ASIDE = re.compile(r"\A[\w]{0,4}[\s,\"'’”]*(?:[(（][^)）]{0,80}[)）][\s,]*)?(?:which |that |also |usually |often )*")
_ASIDE_CHARS = 140
_ARTICLE_CHARS = 5

_YEAR = r"(?<![\d.,])(?:1\d{3}|20\d\d|[5-9]\d\d)(?![\d.,]*\d)"
_NAME = re.compile(r"(?<!\A)(?<![.!?:\n•-] )(?<![\w'’])[A-ZÀ-ÖØ-ÞΑ-ΩА-ЯЁ][^\W\d_][\w'’.-]*")


class Kind(Enum):
    """What would answer a question."""

    DEFINITION = "definition"
    TIME = "time"
    NUMBER = "number"
    NAME = "name"
    REASON = "reason"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question's beginning, its language (ISO 639-1, "und" if it can't be told) and what it asks for.

    ``is_task``: it wants something written, such as a summary, which quotes can't replace.
    """

    text: str
    language: str
    kind: Kind
    is_task: bool


def read_question(text: str, expected: Callable[[], str] = lambda: UNKNOWN) -> Asked:
    """Read a message; ``expected`` gives its language if the message is too short to tell."""
    text = text.strip()[:READ_CHARS]
    language = detect_language(text)
    if language == UNKNOWN:
        language = expected()
    folded = " ".join(text.casefold().split()).lstrip("¿¡ ")
    tasks = _pattern(language, "tasks")
    is_task = tasks is not None and tasks.search(folded) is not None
    kind = _kind(folded, language)
    if kind is Kind.OTHER and (is_task or _is_title(folded, language)):
        kind = Kind.DEFINITION
    return Asked(text, language, kind, is_task)


def _is_title(text: str, language: str) -> bool:
    """Tell whether a message is but a name or a term: "black holes", "光合作用"."""
    cues = CUES.get(language)
    if text.endswith(("?", "？", "؟")):
        return False
    return len(text) <= _TITLE_CHARS if cues is not None and not cues.spaced else len(text.split()) <= _TITLE_WORDS


def _kind(text: str, language: str) -> Kind:
    for kind, field in _FIELDS:
        pattern = _pattern(language, field)
        if pattern is not None and pattern.search(text):
            return kind
    return Kind.OTHER


# In this order: "since when" is no "who", and "who was Darwin" asks what he was.
_FIELDS = (
    (Kind.TIME, "when"),
    (Kind.NUMBER, "how_many"),
    (Kind.REASON, "why"),
    (Kind.DEFINITION, "define"),
    (Kind.NAME, "who"),
)


@cache
def _pattern(language: str, field: str) -> re.Pattern[str] | None:
    cues = CUES.get(language)
    if cues is None:
        return None
    body = getattr(cues, field)
    if field == "times":
        body += f"|{_YEAR}"
    elif field == "numbers":
        body = rf"\d[\d.,]*|{body}"
    return re.compile(rf"(?<!\w)(?:{body})(?!\w)" if cues.spaced else f"(?:{body})")


def answer_test(asked: Asked) -> Callable[[str], bool] | None:
    """Return a test of a sentence: has it a time, number, name or reason that the question hasn't? None if unknown."""
    field = {Kind.TIME: "times", Kind.NUMBER: "numbers", Kind.REASON: "reasons"}.get(asked.kind)
    known = asked.text.casefold()
    if asked.kind is Kind.NAME and asked.text.upper() != asked.text.lower() and asked.language != "de":
        # German writes every noun with a capital.
        return lambda sentence: any(match[0].casefold() not in known for match in _NAME.finditer(sentence))
    pattern = _pattern(asked.language, field) if field else None
    if pattern is None:
        return None
    return lambda sentence: any(match[0] not in known for match in pattern.finditer(sentence.casefold()))


def points_back(sentence: str, language: str) -> bool:
    """Tell whether a sentence begins with a word like "it" or "however", so that it can't be read alone."""
    pattern = _pattern(language, "openers")
    return pattern is not None and pattern.match(sentence[:40].casefold()) is not None


def states(rest: str, language: str) -> bool:
    """Tell whether what follows a subject goes on like a definition: "is", "(MHz) means", ", which are"."""
    pattern = _pattern(language, "copulas")
    return pattern is not None and pattern.match(_ASIDE.sub("", rest[:_ASIDE_CHARS]).casefold()) is not None


def names(before: str, language: str) -> bool:
    """Tell whether what comes before a subject gives a name to something: "… is called a"."""
    pattern = _pattern(language, "callers")
    text = before[-_ASIDE_CHARS:].casefold().rstrip(" \"'“‘„«")
    return pattern is not None and any(len(text) - match.end() <= _ARTICLE_CHARS for match in pattern.finditer(text))


def subject_of(asked: Asked) -> str:
    """Return the question without the words that only say what to do ("explain", "make a quiz", "什么是")."""
    text = asked.text.casefold()
    for field in ("tasks", "requests"):
        pattern = _pattern(asked.language, field)
        if pattern is not None:
            text = pattern.sub(" ", text)
    return text
