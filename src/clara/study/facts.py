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
from clara.study import thai
from clara.study.rows import cells

UNSPACED = frozenset(("zh", "ja", "th", "ko"))
"""Languages whose words aren't told apart by blanks: in Korean their particles are written with them."""

_CHARS = (45, 260)
_UNSPACED_CHARS = (14, 120)
_LEAST_WORDS = 6
_LETTER_SHARE, _UNSPACED_LETTER_SHARE = 0.75, 0.6
"""A year is four of twenty characters where a word has two."""
_END = re.compile(r"[.!。．！।؟۔]['\"’”»」』)\]]*(?:\[[0-9, –-]+\])*\Z")
_WORD = re.compile(r"\w+")
_POINTS_ELSEWHERE = re.compile(
    r"\b(?:(?:figures?|fig\.|tables?|box|chapters?|sections?|exercises?|pages?|listings?|appendix)\s*(?:\d|[A-Z]\b)"
    r"|(?:in )?this (?:chapter|section|book|manual|document|page|figure|table|example|list|exercise)"
    r"|the (?:following|preceding|previous|next|above|below) (?:\w+ )?(?:chapter|section|page|table|figure|example|list"
    r"|paragraph|code|exercise|command|line)s?"
    r"|(?:as|shown|see|described|given|listed|mentioned|discussed) (?:above|below|also)"
    r"|see (?:the|section|chapter|also)|(?:above|below|the following)(?=[.,;:)])"
    r"|abbildung|abb\.|tabelle|siehe|oben|unten|folgende\w*|kapitels?|abschnitts?|seite|aufgabe"
    r"|figuras?|tabla|véase|arriba|abajo|siguientes?|anterior|capítulos?|página|ejercicio"
    r"|tableau|voir|ci-dessus|ci-dessous|suivante?s?|précédente?|chapitres?|exercice"
    r"|figura|tabella|vedi|sopra|sotto|seguent[ei]|precedente|capitol[oi]|pagina|esercizio"
    r"|tabela|ver|acima|abaixo|seguintes?|exercício|zie|hierboven|hieronder|volgende|vorige|hoofdstuk"
    r"|рис\.|таблиц\w*|см\.|выше|ниже|следующ\w*|глав[аеуы]|страниц\w*"
    r"|we will|we shall|we'll|let us|let's|you will|you'll)\b|图|表\d|如下|上述|以下|次の|上の|図|表",
    re.IGNORECASE,
)
_GOES_ON = re.compile(
    r"[\"“('‘]*(?:(?:more|less|most|even|as an?|in the|on the|at the) (?:\w+ly|more|same|other|former|latter|case)\b"
    r"|(?:later|here|now|again|further|finally|similarly|conversely|rather|otherwise|next|also|hence|often|note that"
    r"|another|others|note|and|or|for (?:example|instance|this)|in (?:addition|fact|particular|contrast)|as a result"
    r"|on the (?:other|one) hand|after (?:this|that)|of course"
    r"|entonces|tampoco|también|así|además|finalmente|por (?:otro|ejemplo|eso)|sin embargo|en cambio|más tarde"
    r"|otr[oa]s?|ensuite|enfin|ainsi|aussi|par exemple|en effet|d'autres?|inoltre|infine|quindi|anche|ad esempio"
    r"|altr[oiae]"
    r"|assim|também|além|finalmente|por exemplo|outr[oa]s?"
    r"|schließlich|später|danach|ebenso|auch|hier|nun|zudem|andere[rs]?|weitere[rs]?|zum beispiel|so)\b)",
    re.IGNORECASE,
)
"""How sentences begin that go on with the one before them."""
_LEANS = re.compile(
    r"\b(?:this|these|those|such|diese[mnrs]?|est[aeo]s?|es[ao]s?|cette|cet|ces|quest[aeio]|quell[aeio]|deze|dit|эт[аои]\w*)\s\w",
    re.IGNORECASE,
)
_REFERENCE = re.compile(
    r"^.{0,90}\((?:1[89]|20)\d\d[a-z]?\)[,.:]|\b(?:Press|Verlag|Publishers?|Editorial), |\bISBN\b|et al\."
)
_CUT = re.compile(r"\b(?:e\.g|i\.e|z\.\s?B|etc|cf|vgl|p\.\s?ej)\.[)'\"’”]*\Z")
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
            if cells(text) or (not is_broken(quote) and stands_alone(text, language)):
                yield Fact(passage, start, end, text, language)


def stands_alone(text: str, language: str) -> bool:
    """Tell whether a sentence is whole, is prose, and points at nothing before it or elsewhere in the book."""
    least, most = _UNSPACED_CHARS if language in ("zh", "ja", "ko") else _CHARS
    ended = thai.says(text) if language == "th" else _END.search(text) is not None and not _CUT.search(text)
    if not least <= len(text) <= most or "\n" in text or not ended:
        return False
    first = text.lstrip("\"'“‘«¿¡「《(")[:1]
    if not first.isalpha() or first.islower():
        return False
    if language != "th" and is_bare(text):
        return False
    if is_symbolic(text) or asks(text) or points_back(text, language) or _GOES_ON.match(text):
        return False
    if _POINTS_ELSEWHERE.search(text) or _REFERENCE.search(text) or _MARKUP.search(text) or not _is_balanced(text):
        return False
    letters = sum(unicodedata.category(character)[0] in "LM" for character in text)
    shouted = sum(map(str.isupper, text)) > letters * 0.4
    share = _UNSPACED_LETTER_SHARE if language in UNSPACED else _LETTER_SHARE
    if shouted or letters < share * (len(text) - text.count(" ")):
        return False
    return language in UNSPACED or len(_WORD.findall(text)) >= _LEAST_WORDS


def leans(text: str) -> bool:
    """Tell whether a sentence speaks of something before it: "these cells"."""
    return _LEANS.search(text) is not None


def _is_balanced(text: str) -> bool:
    return all(text.count(opening) == text.count(closing) for opening, closing in _PAIRS) and text.count('"') % 2 == 0
