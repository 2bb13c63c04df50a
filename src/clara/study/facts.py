"""Sentences of the material that say something and can be read alone: what is made without a model is made of these."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from clara.rag.documents import Passage
from clara.rag.languages import UNKNOWN, detect_language
from clara.rag.layout import lay_out
from clara.rag.parts import split
from clara.rag.statements import asks, is_bare, is_broken, is_symbolic, points_back

UNSPACED = frozenset(("zh", "ja", "th"))
"""Languages whose words aren't told apart by blanks."""

_CHARS = (45, 260)
_UNSPACED_CHARS = (14, 120)
_LEAST_WORDS = 6
_LETTER_SHARE = 0.75
_END = re.compile(r"[.!。．！।؟۔]['\"’”»」』)\]]*(?:\[[0-9, –-]+\])*\Z")
_WORD = re.compile(r"\w+")
_POINTS_ELSEWHERE = re.compile(
    r"\b(?:figures?|fig\.|tables?|box|see|above|below|following|preceding|previous|next|chapters?|sections?|exercises?|page|pages|listing|appendix"
    r"|abbildung|abb\.|tabelle|siehe|oben|unten|folgende\w*|kapitels?|abschnitts?|seite|aufgabe"
    r"|figuras?|tabla|véase|arriba|abajo|siguientes?|anterior|capítulos?|página|ejercicio"
    r"|tableau|voir|ci-dessus|ci-dessous|suivante?s?|précédente?|chapitres?|exercice"
    r"|figura|tabella|vedi|sopra|sotto|seguent[ei]|precedente|capitol[oi]|pagina|esercizio"
    r"|tabela|ver|acima|abaixo|seguintes?|exercício|zie|hierboven|hieronder|volgende|vorige|hoofdstuk"
    r"|рис\.|таблиц\w*|см\.|выше|ниже|следующ\w*|глав[аеуы]|страниц\w*"
    r"|we will|we shall|we'll|let us|let's|you will|you'll|in this)\b|图|表\d|如下|上述|以下|次の|上の|図|表",
    re.IGNORECASE,
)
_MARKUP = re.compile(r"https?:|www\.|[@|\\{}<>_^~=]|\.\.\.|…|\[\d|\d\]")
_PAIRS = (("(", ")"), ("[", "]"), ("“", "”"), ("«", "»"), ("（", "）"), ("「", "」"), ("《", "》"))


@dataclass(frozen=True, slots=True)
class Fact:
    """A sentence: characters ``start`` to ``end`` of its passage's text; ``text`` is it laid out on one line."""

    passage: Passage
    start: int
    end: int
    text: str
    language: str


def find_facts(passages: Sequence[Passage], language: str) -> list[Fact]:
    """Return the sentences that stand alone, in order, none twice."""
    seen: set[str] = set()
    facts: list[Fact] = []
    for fact in _all(passages, language):
        plain = fact.text.casefold()
        if plain not in seen:
            seen.add(plain)
            facts.append(fact)
    return facts


def _all(passages: Sequence[Passage], usual: str) -> Iterator[Fact]:
    for passage in passages:
        own = detect_language(passage.text)
        language = usual if own == UNKNOWN else own
        for start, end in split(passage.text, passage.heading):
            quote = passage.text[start:end]
            text = lay_out(quote)
            if not is_broken(quote) and stands_alone(text, language):
                yield Fact(passage, start, end, text, language)


def stands_alone(text: str, language: str) -> bool:
    """Tell whether a sentence is whole, is prose, and points at nothing before it or elsewhere in the book."""
    least, most = _UNSPACED_CHARS if language in UNSPACED else _CHARS
    if not least <= len(text) <= most or "\n" in text or not _END.search(text):
        return False
    first = text.lstrip("\"'“‘«¿¡「《(")[:1]
    if not first.isalpha() or first.islower():
        return False
    if is_bare(text) or is_symbolic(text) or asks(text) or points_back(text, language):
        return False
    if _POINTS_ELSEWHERE.search(text) or _MARKUP.search(text) or not _is_balanced(text):
        return False
    letters = sum(unicodedata.category(character)[0] in "LM" for character in text)
    shouted = sum(map(str.isupper, text)) > letters * 0.4
    if shouted or letters < _LETTER_SHARE * (len(text) - text.count(" ")):
        return False
    return language in UNSPACED or len(_WORD.findall(text)) >= _LEAST_WORDS


def _is_balanced(text: str) -> bool:
    return all(text.count(opening) == text.count(closing) for opening, closing in _PAIRS) and text.count('"') % 2 == 0
