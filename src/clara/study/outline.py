"""A tree of the material without a model: its headings, or, where it has none, its terms."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile

from clara.rag.chunks import HEADING_SEPARATOR
from clara.rag.documents import Passage
from clara.rag.layout import lay_out
from clara.rag.parts import split
from clara.rag.quotes import find_quote
from clara.rag.statements import says_something
from clara.study.drafts import DraftItem, Quote
from clara.study.facts import Fact, stands_alone
from clara.study.nouns import Key
from clara.study.rows import cells
from clara.study.terms import Term, TermFinder

MAX_NODES = 40
MAX_DEPTH = 3
MAX_CHILDREN = 8
LONGEST_LABEL = 80
_BRANCHES = 7
_LEAVES = 3
_FEW_NODES = 14
"""So few titles make a thin map."""


@dataclass(slots=True)
class _Node:
    label: str
    quote: Quote
    children: "dict[str, _Node]"


def make_tree(passages: Sequence[Passage], facts: Sequence[Fact], finder: TermFinder) -> list[DraftItem]:
    """Return nodes {"label", "parent"}: parents first, ``parent`` the number of an item (from 1), None at the top."""
    root = _of_rows(facts) or _of_headings(passages)
    if len(root) < 2:
        inner = next(iter(root.values()), None)
        if inner is not None and len(inner.children) > 1:
            return list(_flat(_grown({inner.label: inner}, facts, finder)[inner.label].children))
        return list(_flat(_of_terms(facts, finder) or root))
    return list(_flat(_grown(root, facts, finder)))


def _of_rows(facts: Sequence[Fact]) -> dict[str, _Node]:
    """Return the rows by their first cells, with the other cells below them; nothing where most text is no table."""
    root: dict[str, _Node] = {}
    for fact in facts:
        first, *others = cells(fact.text) or (None,)
        if first is None or not first.value:
            continue
        quote = Quote(fact.passage, fact.start, fact.end)
        below = {
            label: _Node(label, quote, {}) for cell in others if (label := _shorter(f"{cell.column}: {cell.value}"))
        }
        root.setdefault(_shorter(first.value), _Node(_shorter(first.value), quote, below))
    return root if len(root) > len(facts) / 2 else {}


def _of_headings(passages: Sequence[Passage]) -> dict[str, _Node]:
    root: dict[str, _Node] = {}
    several = len({passage.document_id for passage in passages}) > 1
    for passage in passages:
        level = root
        for title, label in _path(passage, several):
            node = level.get(label)
            if node is None:
                node = level[label] = _Node(label, _place_of(title, passage), {})
            level = node.children
    return root


def _path(passage: Passage, several: bool) -> list[tuple[str, str]]:
    """Return the titles above a passage with their labels, below its file's name where there are several files."""
    path = passage.heading.split(HEADING_SEPARATOR) if passage.heading else []
    if several:
        path.insert(0, passage.file_name.rsplit(".", 1)[0])
    labels = [(title, _shorter(" ".join(title.split()))) for title in path[:MAX_DEPTH]]
    return list(takewhile(lambda pair: pair[1], labels))


def _grown(root: dict[str, _Node], facts: Sequence[Fact], finder: TermFinder) -> dict[str, _Node]:
    """Hang the best terms of each section below its title, where the titles alone are few."""
    several = len({fact.passage.document_id for fact in facts}) > 1
    found: dict[int, tuple[_Node, dict[Key, tuple[Term, Fact]]]] = {}
    for fact in facts if _size(root) <= _FEW_NODES else ():
        level, node = root, None
        for _, label in _path(fact.passage, several):
            node = level.get(label, node)
            level = node.children if node is not None else {}
        for term in finder.find(fact)[:2] if node is not None else ():
            titled = term.kind == "year" or term.text.casefold() in fact.passage.heading.casefold()
            if node is not None and not titled:
                _, terms = found.setdefault(id(node), (node, {}))
                terms.setdefault(term.key, (term, fact))
    for node, terms in found.values():
        best = sorted(terms, key=lambda key: -terms[key][0].value)[: _LEAVES if not node.children else 0]
        for term, fact in (terms[key] for key in terms if key in best):
            node.children[term.text] = _Node(term.text, Quote(fact.passage, fact.start, fact.end), {})
    return root


def _size(level: Mapping[str, _Node]) -> int:
    return sum(1 + _size(node.children) for node in level.values())


def _place_of(title: str, passage: Passage) -> Quote:
    """Return where a title is printed, or the first sentence below it."""
    found = find_quote(title, passage.text)
    if found is not None:
        return Quote(passage, *found)
    spans = [span for span in split(passage.text, passage.heading) if says_something(passage.text[slice(*span)])]
    prose = [span for span in spans if stands_alone(lay_out(passage.text[slice(*span)]), "")]
    return Quote(passage, *next(iter(prose or spans), (0, len(passage.text))))


def _of_terms(facts: Sequence[Fact], finder: TermFinder) -> dict[str, _Node]:
    """Return the best terms, each above those that are said beside it."""
    best: dict[tuple[int, ...], tuple[float, Fact, str]] = {}
    for fact in facts:
        for term in finder.find(fact)[:4]:
            if term.kind != "year" and (term.key not in best or best[term.key][0] < term.value):
                best[term.key] = (term.value, fact, term.text)
    ranked = sorted(best, key=lambda key: (-best[key][0], best[key][2]))
    root: dict[str, _Node] = {}
    used: set[tuple[int, ...]] = set()
    for key in ranked:
        if len(root) >= _BRANCHES:
            break
        if key in used:
            continue
        _, fact, label = best[key]
        used.add(key)
        node = root[label] = _Node(label, Quote(fact.passage, fact.start, fact.end), {})
        for other in [other for other in facts if any(term.key == key for term in finder.find(other))]:
            for term in finder.find(other)[:3]:
                if len(node.children) < _LEAVES and term.key not in used and term.kind != "year":
                    used.add(term.key)
                    place = Quote(other.passage, other.start, other.end)
                    node.children[term.text] = _Node(term.text, place, {})
    return root


def _flat(root: dict[str, _Node]) -> Iterator[DraftItem]:
    """Yield the nodes level by level. A tree too large loses its leaves: the last of those with most beside them."""
    level: list[tuple[int | None, _Node]] = [(None, node) for node in list(root.values())[: MAX_CHILDREN * 2]]
    number = 0
    while level:
        kept = set(map(id, _fairly(level, MAX_NODES - number)))
        following: list[tuple[int | None, _Node]] = []
        for parent, node in (pair for pair in level if id(pair) in kept):
            number += 1
            yield DraftItem({"label": node.label, "parent": parent}, [node.quote])
            following += [(number, child) for child in list(node.children.values())[:MAX_CHILDREN]]
        level = following


def _fairly(level: Sequence[tuple[int | None, _Node]], most: int) -> list[tuple[int | None, _Node]]:
    """Return so many nodes, of each parent as many as of the others: first every first child, then every second."""
    places: dict[int | None, int] = {}
    turns: list[tuple[int, tuple[int | None, _Node]]] = []
    for pair in level:
        places[pair[0]] = places.get(pair[0], 0) + 1
        turns.append((places[pair[0]], pair))
    return [pair for _, pair in sorted(turns, key=lambda turn: turn[0])[:most]]


def _shorter(label: str) -> str:
    return label if len(label) <= LONGEST_LABEL else label[: LONGEST_LABEL - 1].rstrip() + "…"
