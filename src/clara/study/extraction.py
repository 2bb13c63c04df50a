"""A summary without a model: the sentences that say most about what each part of the material is about."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from clara.rag.chunks import HEADING_SEPARATOR
from clara.study.drafts import DraftItem, Quote
from clara.study.facts import UNSPACED, Fact, leans
from clara.study.terms import TermFinder

_GOOD_CHARS = 140
_LEAD = 0.4
_ALIKE = 0.5
_LEANING = 0.5
_MOST_SECTIONS = 12
_FEW_SECTIONS = 3


@dataclass(frozen=True, slots=True)
class _Point:
    at: int
    fact: Fact
    keys: frozenset[tuple[int, ...]]
    value: float


def make_points(facts: Sequence[Fact], finder: TermFinder, count: int) -> list[DraftItem]:
    """Return up to ``count`` sentences, by section, in the order of the text."""
    points = [_weigh(at, fact, facts, finder) for at, fact in enumerate(facts)]
    sections = list(_sections(points))
    if len(sections) > _MOST_SECTIONS:
        best = sorted(sections, key=lambda section: -sum(point.value for point in section[1][:3]))[:_MOST_SECTIONS]
        sections = [section for section in sections if section in best]
    each = max(1, count // max(1, len(sections)))
    items: list[DraftItem] = []
    for title, found in sections:
        for point in _choose(found, each):
            quote = Quote(point.fact.passage, point.fact.start, point.fact.end)
            items.append(DraftItem({"section": title, "text": point.fact.text}, [quote]))
    return items[:count]


def _weigh(at: int, fact: Fact, facts: Sequence[Fact], finder: TermFinder) -> _Point:
    terms = finder.find(fact)[:6]
    leads = at == 0 or facts[at - 1].passage.chunk_id != fact.passage.chunk_id
    long = len(fact.text) * (2.5 if fact.language in UNSPACED else 1)
    value = sum(term.value for term in terms[:4]) / (1 + abs(long - _GOOD_CHARS) / _GOOD_CHARS) + _LEAD * leads
    value *= _LEANING if leans(fact.text) else 1.0
    return _Point(at, fact, frozenset(term.key for term in terms), value)


def _sections(points: Sequence[_Point]) -> Iterator[tuple[str, list[_Point]]]:
    """Yield the points by the title above them, that of a file where there is none."""
    title, found = "", list[_Point]()
    several = len({point.fact.passage.document_id for point in points}) > 1
    depth = _depth(points)
    for point in points:
        passage = point.fact.passage
        own = next(reversed(passage.heading.split(HEADING_SEPARATOR)[: depth + 1]))
        own = own or (passage.file_name.rsplit(".", 1)[0] if several else "")
        if own != title and found:
            yield title, found
            found = []
        title = own
        found.append(point)
    if found:
        yield title, found


def _depth(points: Sequence[_Point]) -> int:
    """Return how deep the titles are that divide the material: the highest level that has several of them."""
    paths = {tuple(point.fact.passage.heading.split(HEADING_SEPARATOR)) for point in points}
    for depth in range(max(map(len, paths), default=1)):
        if len({path[: depth + 1] for path in paths}) >= _FEW_SECTIONS:
            return depth
    return max(map(len, paths), default=1) - 1


def _choose(points: Sequence[_Point], count: int) -> list[_Point]:
    """Return the best that don't say the same again, in the order of the text."""
    chosen: list[_Point] = []
    for point in sorted(points, key=lambda point: (-point.value, point.at)):
        said = any(len(point.keys & other.keys) > _ALIKE * max(1, len(point.keys)) for other in chosen)
        if not said and len(chosen) < count:
            chosen.append(point)
    return sorted(chosen, key=lambda point: point.at)
