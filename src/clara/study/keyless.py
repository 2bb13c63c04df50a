"""Sets without a model: everything in them is the material's own words, so that it is cited by construction."""

import math
from collections.abc import Mapping, Sequence

from clara.core.errors import Conflict
from clara.rag.languages import UNKNOWN
from clara.rag.tokenizer import Tokenizer
from clara.study.cloze import make_cards, make_clozes, make_questions
from clara.study.drafts import Draft, DraftItem
from clara.study.extraction import make_points
from clara.study.facts import Fact, find_facts
from clara.study.labels import kind_label, no_model_note
from clara.study.material import Material
from clara.study.outline import make_tree
from clara.study.scope import Kind, Scope
from clara.study.terms import TermFinder

MAX_CHARS = 150_000
"""Of the material that is read: more than a chapter, and of a book an even spread."""
_UNSEEN = 50

Held = tuple[int, Mapping[int, int]]
"""How many chunks the learner has, and how many of them hold each term."""


def terms_of(material: Material, tokenizer: Tokenizer) -> set[int]:
    """Return the term hashes whose rarity decides what is asked for."""
    return {term for text in material.texts for term in tokenizer.terms(text, material.language)}


def make_draft(kind: Kind, scope: Scope, material: Material, count: int, tokenizer: Tokenizer, corpus: Held) -> Draft:
    """Return a set of this kind; Conflict where the material has too little prose for it. Takes a thread a while."""
    size, holders = corpus
    rarity = {term: math.log((size + _UNSEEN + 1) / (held + 0.5)) for term, held in holders.items()}
    facts = find_facts(material.passages, "en" if material.language == UNKNOWN else material.language)
    finder = TermFinder(tokenizer, facts, rarity)
    items = _items(kind, material, facts, finder, tokenizer, count)
    if not items:
        raise Conflict(
            "This material has too few whole sentences to make that of them without a language model. "
            "Choose more of it, or something else to make.",
            code="no_material",
        )
    title = scope.topic or material.name or kind_label(kind, material.language)
    extra = {"type": "flowchart"} if kind is Kind.DIAGRAM else {}
    return Draft(title[:200], no_model_note(material.language), items, material.language, extra)


def _items(
    kind: Kind, material: Material, facts: Sequence[Fact], finder: TermFinder, tokenizer: Tokenizer, count: int
) -> Sequence[DraftItem]:
    match kind:
        case Kind.FLASHCARDS:
            return make_cards(make_clozes(facts, finder, tokenizer, count))
        case Kind.QUIZ:
            return make_questions(make_clozes(facts, finder, tokenizer, count), facts, finder)
        case Kind.SUMMARY:
            return make_points(facts, finder, count)
        case Kind.MINDMAP | Kind.DIAGRAM:
            return make_tree(material.passages, facts, finder)
