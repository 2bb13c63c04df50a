"""Cards and questions without a model: a sentence of the material with its term left out."""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from clara.rag.tokenizer import Tokenizer
from clara.study import rows
from clara.study.drafts import DraftItem, Quote
from clara.study.facts import UNSPACED, Fact, leans
from clara.study.hangul import ends_closed
from clara.study.shuffling import positions, shuffled
from clara.study.terms import Term, TermFinder

BLANK = "_____"
DISTRACTORS = 3
_OPTIONS_A_FACT = 5
"""Terms of a sentence that may be options elsewhere: the weaker ones are hardly terms."""
_MOST_BLANKS = 2
_KINDS_ALIKE = {
    "plural": ("word",),
    "word": ("plural",),
    "acronym": ("name",),
    "kanji": ("mixed",),
    "mixed": ("kanji",),
    "han3": ("han2", "han4"),
    "han4": ("han3", "han5"),
    "han5": ("han4",),
}
_AS_NEAR = 0.5
"""By so much less like the right one may an option be than the third best, so that it isn't always the same three."""
_VOWELS = "aeiouAEIOU"
_LEANING = 0.6
"""What is left of the worth of a sentence that speaks of "these cells"."""

_Terms = dict[tuple[str, str], dict[tuple[int, ...], tuple[Term, Fact]]]
"""Of each document and kind, with the chunk of each: a question's options must go with the file that it stands in."""


@dataclass(frozen=True, slots=True)
class Cloze:
    """A fact, the term that is left out of it, and the text without."""

    fact: Fact
    term: Term
    front: str

    @property
    def quote(self) -> Quote:
        return Quote(self.fact.passage, self.fact.start, self.fact.end)


def make_clozes(facts: Sequence[Fact], finder: TermFinder, tokenizer: Tokenizer, count: int) -> list[Cloze]:
    """Return up to ``count``, of the best terms, spread over the material and in its order, each term once."""
    found: list[tuple[float, int, Cloze]] = []
    for at, fact in enumerate(facts):
        for term in finder.find(fact)[:3]:
            cloze = _without(fact, term, tokenizer)
            if cloze is not None:
                found.append((term.value * (_LEANING if leans(fact.text) else 1.0), at, cloze))
    found.sort(key=lambda one: (-one[0], one[1]))
    chosen: dict[int, Cloze] = {}
    keys: set[tuple[int, ...]] = set()
    for most in (1, 2, 99):
        used = _count(cloze.fact.passage.chunk_id for cloze in chosen.values())
        for _, at, cloze in found:
            place = cloze.fact.passage.chunk_id
            if len(chosen) >= count or at in chosen or cloze.term.key in keys or used.get(place, 0) >= most:
                continue
            chosen[at] = cloze
            keys.add(cloze.term.key)
            used[place] = used.get(place, 0) + 1
    return [chosen[at] for at in sorted(chosen)]


def make_cards(clozes: Iterable[Cloze]) -> list[DraftItem]:
    return [DraftItem({"front": cloze.front, "back": cloze.term.text}, [cloze.quote]) for cloze in clozes]


def make_questions(clozes: Sequence[Cloze], facts: Sequence[Fact], finder: TermFinder) -> list[DraftItem]:
    """Return a question for each: one of four terms of its kind, or, where there are too few, a blank to fill in."""
    terms: _Terms = {}
    for fact in facts:
        for term in finder.find(fact)[:_OPTIONS_A_FACT]:
            terms.setdefault((fact.passage.document_id, term.kind), {}).setdefault(term.key, (term, fact))
    items: list[DraftItem] = []
    places = iter(positions(1 + DISTRACTORS, len(clozes), seed="".join(cloze.front for cloze in clozes)))
    for cloze in clozes:
        others = _distractors(cloze, terms)
        body: dict[str, Any] = {"question": cloze.front, "explanation": ""}
        if len(others) < DISTRACTORS:
            body |= {"type": "short", "options": [], "answer": cloze.term.text}
        else:
            others, place = [_in_case(other, cloze, finder) for other in others], next(places)
            options = [*others[:place], cloze.term.text, *others[place:]]
            body |= {"type": "choice", "options": options, "answer": cloze.term.text}
        items.append(DraftItem(body, [cloze.quote]))
    return items


def _without(fact: Fact, term: Term, tokenizer: Tokenizer) -> Cloze | None:
    """Leave the term out wherever it stands; None where too much would be gone, or its words still be there."""
    if term.kind.startswith(rows.KIND):
        return Cloze(fact, term, fact.text[: term.start] + BLANK + fact.text[term.end :])
    whole = re.escape(term.text) if fact.language in UNSPACED else rf"(?<!\w){re.escape(term.text)}(?!\w)"
    spans = [match.span() for match in re.finditer(whole, fact.text)]
    if (term.start, term.end) not in spans:
        return None
    if len(spans) > _MOST_BLANKS:
        return None
    front = fact.text
    for start, end in reversed(spans):
        front = front[:start] + BLANK + front[end:]
    left, key = set(tokenizer.terms(front, fact.language)), set(term.key)
    # Grams of a script without blanks are in many words: all of them together are this one.
    stands = key <= left if fact.language in UNSPACED else left & key
    if stands or term.text.casefold() in front.casefold():
        return None
    words = len(front) // 3 if fact.language in UNSPACED else len(front.split())
    return Cloze(fact, term, front) if words >= 5 else None


def _distractors(cloze: Cloze, terms: _Terms) -> list[str]:
    """Return three terms that are like the right one, stand in the same document, and not in this sentence."""
    term, text = cloze.term, cloze.fact.text.casefold()
    found: dict[str, tuple[Term, Fact]] = {}
    document_id = cloze.fact.passage.document_id
    alike = _KINDS_ALIKE.get(term.kind, ())
    if term.kind.startswith("thai"):
        alike = tuple(kind for document, kind in terms if document == document_id and kind.startswith("thai"))
    for kind in (term.kind, *alike):
        for other, fact in terms.get((document_id, kind), {}).values():
            if _can_stand_for(other, term, text):
                found.setdefault(other.text.casefold(), (other, fact))
        if len(found) >= DISTRACTORS:
            break
    near = sorted((_unlike(*other, cloze), other[0].text) for other in found.values())[: 2 * DISTRACTORS]
    most = near[DISTRACTORS - 1][0] + _AS_NEAR if len(near) >= DISTRACTORS else math.inf
    return shuffled([text for unlike, text in near if unlike <= most], cloze.front, str)[:DISTRACTORS]


def _can_stand_for(other: Term, term: Term, text: str) -> bool:
    """Tell whether it isn't right too, nor seen in the sentence. Of a table's column every other value will do."""
    if term.kind.startswith(rows.KIND):
        return other.text.casefold() != term.text.casefold()
    apart = set(other.key).isdisjoint(term.key) and other.text.casefold() not in text
    return apart and not _alike(other.text, term.text)


def _in_case(option: str, cloze: Cloze, finder: TermFinder) -> str:
    """Return an option as it would be written in the blank: a capital, or none, would tell which one is right."""
    if cloze.fact.language == "de" or cloze.term.kind not in ("word", "plural", "phrase"):
        return option
    if cloze.term.text[0].isupper():
        return option[0].upper() + option[1:]
    plain = option[0].lower() + option[1:]
    return option if finder.is_name(option) or not plain[1:2].islower() else plain


def _alike(one: str, other: str) -> bool:
    one, other = one.casefold(), other.casefold()
    return one in other or other in one


def _unlike(other: Term, fact: Fact, cloze: Cloze) -> float:
    """Return how easily an option is told apart from the right one: by place, length, worth, "a" or "an" before it."""
    term = cloze.term
    unlike = min(abs(fact.passage.seq - cloze.fact.passage.seq), 20) / 10
    unlike += abs(len(other.text) - len(term.text)) / 10 + abs(other.value - term.value) / 2
    unlike += abs(other.text.count(" ") - term.text.count(" ")) * 0.5
    before = _before(cloze.fact, term)
    # People do, places are "in" and "the": what stands behind the same word is more often of one kind.
    unlike += 0.8 * (before != _before(fact, other))
    if before in ("a", "an") and (other.text[0] in _VOWELS) != (term.text[0] in _VOWELS):
        unlike += 3
    if term.kind in ("kanji", "mixed", "han2", "han3", "han4", "han5"):
        # What ends alike is of one kind: 光合作用 and 呼吸作用.
        unlike += 0.8 * (other.text[-1] != term.text[-1])
    if term.kind == "korean":
        unlike += 3 * (ends_closed(other.text) != ends_closed(term.text))
    if term.kind == "year":
        unlike += min(abs(int(other.text) - int(term.text)), 400) / 100
    return unlike


def _before(fact: Fact, term: Term) -> str:
    """Return the word before a term, "" at a sentence's beginning."""
    return fact.text[: term.start].rstrip().rsplit(" ", 1)[-1].casefold()


def _count(places: Iterable[str]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for place in places:
        counts[place] = counts.get(place, 0) + 1
    return counts
