"""A tree of the material without a model: its headings, or, where it has none, its terms."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from clara.rag.chunks import HEADING_SEPARATOR
from clara.rag.documents import Passage
from clara.rag.layout import lay_out
from clara.rag.parts import split
from clara.rag.quotes import find_quote
from clara.rag.statements import says_something
from clara.study.drafts import DraftItem, Quote
from clara.study.facts import Fact, stands_alone
from clara.study.terms import TermFinder

MAX_NODES = 40
MAX_DEPTH = 3
MAX_CHILDREN = 8
LONGEST_LABEL = 80
_BRANCHES = 7
_LEAVES = 3


@dataclass(slots=True)
class _Node:
    label: str
    quote: Quote
    children: "dict[str, _Node]"


def make_tree(passages: Sequence[Passage], facts: Sequence[Fact], finder: TermFinder) -> list[DraftItem]:
    """Return nodes {"label", "parent"}: parents first, ``parent`` the number of an item (from 1), None at the top."""
    root = _of_headings(passages)
    if len(root) < 2:
        inner = next(iter(root.values()), None)
        root = inner.children if inner is not None and len(inner.children) > 1 else _of_terms(facts, finder) or root
    return list(_flat(root))


def _of_headings(passages: Sequence[Passage]) -> dict[str, _Node]:
    root: dict[str, _Node] = {}
    several = len({passage.document_id for passage in passages}) > 1
    for passage in passages:
        path = passage.heading.split(HEADING_SEPARATOR) if passage.heading else []
        if several:
            path.insert(0, passage.file_name.rsplit(".", 1)[0])
        level = root
        for title in path[:MAX_DEPTH]:
            label = _shorter(" ".join(title.split()))
            if not label:
                break
            node = level.get(label)
            if node is None:
                node = level[label] = _Node(label, _place_of(title, passage), {})
            level = node.children
    return root


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
    """Yield the nodes level by level, so that a tree too large loses its leaves."""
    level: list[tuple[int | None, _Node]] = [(None, node) for node in list(root.values())[: MAX_CHILDREN * 2]]
    number = 0
    while level:
        following: list[tuple[int | None, _Node]] = []
        for parent, node in level:
            if number >= MAX_NODES:
                return
            number += 1
            yield DraftItem({"label": node.label, "parent": parent}, [node.quote])
            following += [(number, child) for child in list(node.children.values())[:MAX_CHILDREN]]
        level = following


def _shorter(label: str) -> str:
    return label if len(label) <= LONGEST_LABEL else label[: LONGEST_LABEL - 1].rstrip() + "…"
