"""Items of a model that hold: cited, not doubled, of the form of their kind. What doesn't is left out."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from clara.study.cleaning import clean, normal
from clara.study.comparing import option_key
from clara.study.drafts import DraftItem, Quote
from clara.study.evidence import Evidence
from clara.study.mermaid.diagrams import MAX_DETAILS, MAX_NODES
from clara.study.shapes import (
    BranchShape,
    CardShape,
    DiagramShape,
    NodeShape,
    PointShape,
    QuestionShape,
)
from clara.study.shuffling import positions, shuffled

OPTIONS = range(2, 7)
TEXT, LABEL, TITLE = 600, 120, 120
MAX_DEPTH = 4
MAX_BRANCHES = 40
_ALL_OR_NONE = re.compile(
    r"(?:all|none|both|neither|any) of (?:the |these |them)?(?:above|below|options|answers|these)?|a (?:and|or) b"
    r"|alle (?:genannten|oben|antworten|der genannten)\w*.*|keine (?:der|davon).*|nichts davon|beides"
    r"|tod[oa]s (?:las|los) anteriores|ningun[oa] de (?:las|los) anteriores|ambas.*"
    r"|toutes (?:ces|les) réponses.*|aucune (?:de ces|des) .*|tutte le (?:precedenti|risposte).*|nessuna delle .*"
    r"|todas as (?:anteriores|alternativas|opções).*|nenhuma das .*|al(?:le|les) (?:bovenstaande|van).*|geen van .*"
    r"|все (?:вышеперечисленн|перечисленн|ответы|варианты).*|ничего из .*"
    r"|以上(?:都|皆|全|均).*|以上(?:すべて|のいずれ).*"
    r"|(?:どれも|すべて).{0,6}|(?:كل|جميع) ما سبق|لا شيء مما سبق|उपरोक्त (?:सभी|में से कोई नहीं)",
    re.IGNORECASE,
)


def hold_cards(cards: Iterable[CardShape], evidence: Evidence) -> list[DraftItem]:
    held: dict[str, DraftItem] = {}
    for card in cards:
        front, back = clean(card.front, TEXT), clean(card.back, TEXT)
        quote = evidence.find(card, back, front) if front and back else None
        gives_away = (len(back) > 2 and normal(back) in normal(front)) or evidence.same_words(back, front)
        if quote is not None and not gives_away:
            held.setdefault(normal(front), DraftItem({"front": front, "back": back}, [quote]))
    return list(held.values())


def hold_questions(questions: Iterable[QuestionShape], evidence: Evidence) -> list[DraftItem]:
    """Return questions with exactly one right option, whose place in the order is as often each as any other."""
    held: dict[str, tuple[dict[str, Any], Quote]] = {}
    for asked in questions:
        question = clean(asked.question, TEXT)
        options = [clean(option, 300) for option in asked.options]
        answer = _right(clean(asked.answer, 300), options)
        if not question or answer is None:
            continue
        if options:
            kept = {
                option_key(one): one for one in options if one == answer or not _ALL_OR_NONE.fullmatch(one.strip(" ."))
            }
            several = len({option_key(one) for one in options}) == len(options) and len(kept) in OPTIONS
            if not several or _ALL_OR_NONE.fullmatch(answer.strip(" .")):
                continue
            options = list(kept.values())
        elif asked.type == "choice":
            continue
        quote = evidence.find(asked, answer, question)
        if quote is None or (len(answer) > 2 and normal(answer) in normal(question)):
            continue
        body = {
            "question": question,
            "type": "choice" if options else "short",
            "options": options,
            "answer": answer,
            "explanation": clean(asked.explanation, TEXT),
        }
        held.setdefault(normal(question), (body, quote))
    return _balanced(list(held.values()))


def hold_points(points: Iterable[PointShape], evidence: Evidence) -> list[DraftItem]:
    held: dict[str, DraftItem] = {}
    for point in points:
        text = clean(point.text, TEXT)
        quote = evidence.find(point, text) if text else None
        if quote is not None:
            body = {"section": clean(point.section, TITLE), "text": text}
            held.setdefault(normal(text), DraftItem(body, [quote]))
    return list(held.values())


def hold_branches(nodes: Sequence[BranchShape], evidence: Evidence) -> list[DraftItem]:
    """Return a forest of bounded depth and size, parents first; what has no parent left hangs below the next above."""
    parents = {node.id: node.parent for node in nodes}
    found: dict[str, tuple[str, Quote]] = {}
    said: set[tuple[str | None, str]] = set()
    for node in nodes:
        label = clean(node.label, LABEL)
        quote = evidence.find(node, label) if label else None
        if quote is not None and node.id not in found and (node.parent, normal(label)) not in said:
            said.add((node.parent, normal(label)))
            found[node.id] = (label, quote)
    chains = {id_: _above(id_, parents, found) for id_ in found}
    ordered = [id_ for id_ in sorted(found, key=lambda id_: len(chains[id_])) if len(chains[id_]) < MAX_DEPTH]
    numbers = {id_: at for at, id_ in enumerate(ordered[:MAX_BRANCHES], 1)}
    return [
        DraftItem({"label": found[id_][0], "parent": numbers[chains[id_][0]] if chains[id_] else None}, [found[id_][1]])
        for id_ in numbers
    ]


def hold_diagram(drawn: DiagramShape, evidence: Evidence) -> tuple[list[DraftItem], Mapping[str, Any]]:
    """Return the nodes that hold, and the edges between them; no nodes where nothing connects them."""
    items: list[DraftItem] = []
    numbers: dict[str, int] = {}
    for node in drawn.nodes[:MAX_NODES]:
        item = _node(node, evidence)
        if item is not None and node.id not in numbers:
            items.append(item)
            numbers[node.id] = len(items)
    edges = [
        {"from": numbers[edge.start], "to": numbers[edge.end], "label": clean(edge.label, LABEL)}
        for edge in drawn.edges
        if edge.start in numbers and edge.end in numbers
    ]
    if len(items) < 2 or (not edges and drawn.type != "timeline"):
        return [], {}
    return items, {"type": drawn.type, "edges": edges}


def _node(node: NodeShape, evidence: Evidence) -> DraftItem | None:
    label = clean(node.label, LABEL)
    details = [text for text in (clean(detail, LABEL) for detail in node.details[:MAX_DETAILS]) if text]
    quote = evidence.find(node, label) if label else None
    return None if quote is None else DraftItem({"label": label, "parent": None, "details": details}, [quote])


def _above(id_: str, parents: Mapping[str, str | None], found: Mapping[str, Any]) -> list[str]:
    """Return the nodes above one that are there, nearest first; none of a circle."""
    chain: list[str] = []
    seen = {id_}
    at = parents.get(id_)
    while at is not None and at not in seen:
        seen.add(at)
        if at in found:
            chain.append(at)
        at = parents.get(at)
    return [] if at is not None else chain


def _right(answer: str, options: Sequence[str]) -> str | None:
    """Return the option that is meant: as it is written, or by its letter."""
    if not options:
        return answer or None
    meant = [option for option in options if option_key(option) == option_key(answer)]
    if not meant:
        meant = [option for option in options if normal(option) == normal(answer)]
    if not meant and re.fullmatch(r"[A-Fa-f][.)]?", answer):
        meant = list(options[ord(answer[0].upper()) - ord("A") :][:1])
    return meant[0] if len(meant) == 1 and meant[0] else None


def _balanced(questions: Sequence[tuple[dict[str, Any], Quote]]) -> list[DraftItem]:
    seed = "".join(body["question"] for body, _ in questions)
    places = {size: iter(positions(size, len(questions), seed)) for size in OPTIONS}
    items: list[DraftItem] = []
    for body, quote in questions:
        if body["options"]:
            others = [option for option in body["options"] if option != body["answer"]]
            others = shuffled(others, body["question"], str)
            place = next(places[len(others) + 1])
            body = body | {"options": [*others[:place], body["answer"], *others[place:]]}
        items.append(DraftItem(body, [quote]))
    return items
