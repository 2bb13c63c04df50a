"""What a question asks for, told by its words, and whether a sentence holds something of that kind."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import Enum

from clara.rag.cues import CUES
from clara.rag.languages import UNKNOWN, detect_language, question_language
from clara.rag.statements import cue_pattern

READ_CHARS = 2_000
"""A question's words stand near its beginning, whatever is pasted behind it."""

_FIELD = re.compile(
    r" (?:in|within|im|en|dans|au|aux|nel|nella|nell['’]|em|no|na|i|в|во)(?= |(?<=['’])).*", re.IGNORECASE | re.DOTALL
)
_TITLE_WORDS = 3
_TITLE_CHARS = 8

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


def read_question(
    text: str, expected: Callable[[], str] = lambda: UNKNOWN, corpus: Collection[str] | None = None
) -> Asked:
    """Read a message about documents in the languages of ``corpus``, if those are known.

    ``expected`` gives its language if the message is too short to tell.
    """
    text = text.strip()[:READ_CHARS]
    language = detect_language(text) if corpus is None else question_language(text, corpus)
    if language == UNKNOWN:
        language = expected()
    folded = " ".join(text.casefold().split()).lstrip("¿¡ ")
    tasks = cue_pattern(language, "tasks")
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
        pattern = cue_pattern(language, field)
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


def answer_test(asked: Asked) -> Callable[[str], bool] | None:
    """Return a test of a sentence: has it a time, number, name or reason that the question hasn't? None if unknown."""
    field = {Kind.TIME: "times", Kind.NUMBER: "numbers", Kind.REASON: "reasons"}.get(asked.kind)
    known = asked.text.casefold()
    if asked.kind is Kind.NAME and asked.text.upper() != asked.text.lower() and asked.language != "de":
        # German writes every noun with a capital.
        return lambda sentence: any(match[0].casefold() not in known for match in _NAME.finditer(sentence))
    pattern = cue_pattern(asked.language, field) if field else None
    if pattern is None:
        return None
    return lambda sentence: any(match[0] not in known for match in pattern.finditer(sentence.casefold()))


def subject_of(asked: Asked) -> str:
    """Return the question without the words that only say what to do ("explain", "make a quiz", "什么是")."""
    text = asked.text.casefold()
    for field in ("tasks", "requests"):
        pattern = cue_pattern(asked.language, field)
        if pattern is not None:
            text = pattern.sub(" ", text)
    return text


def head_of(asked: Asked) -> str:
    """Return a question without the field that it asks in: "a factor" of "a factor in R"."""
    return _FIELD.sub("", asked.text)
