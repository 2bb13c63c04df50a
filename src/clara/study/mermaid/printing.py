"""Each type of diagram as Mermaid text."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from clara.study.mermaid.diagrams import MAX_DETAILS, Diagram, DiagramType, Node
from clara.study.mermaid.labels import label, name, opening_label

MAX_DEPTH = 6
_NO_CALL = str.maketrans("()", "（）")
"""A class's member with parentheses is read as a method."""


def print_mermaid(diagram: Diagram) -> str:
    """Return the diagram as Mermaid text, each line of a form that ``allowed`` knows."""
    if not diagram.nodes:
        raise ValueError("a diagram without nodes")
    return "\n".join(_PRINTERS[diagram.type](diagram)) + "\n"


def _flowchart(diagram: Diagram) -> Iterator[str]:
    yield "flowchart TD"
    for node in diagram.by_number.values():
        yield f'  n{node.number}["{label(node.label)}"]'
    for edge in diagram.whole_edges:
        middle = f'|"{label(edge.label, 60)}"| ' if edge.label.strip() else ""
        yield f"  n{edge.start} --> {middle}n{edge.end}"
    known = diagram.by_number
    for node in known.values():
        if node.parent in known:
            yield f"  n{node.parent} --> n{node.number}"


def _sequence(diagram: Diagram) -> Iterator[str]:
    yield "sequenceDiagram"
    for node in diagram.by_number.values():
        yield f"  participant n{node.number} as {opening_label(node.label, 60)}"
    for edge in diagram.whole_edges:
        yield f"  n{edge.start}->>n{edge.end}: {opening_label(edge.label or '…', 100)}"


def _class(diagram: Diagram) -> Iterator[str]:
    yield "classDiagram"
    for node in diagram.by_number.values():
        yield f'  class n{node.number}["{label(node.label, 60)}"]'
        for detail in node.details[:MAX_DETAILS]:
            yield f"  n{node.number} : {opening_label(detail.translate(_NO_CALL), 60)}"
    for edge in diagram.whole_edges:
        yield f"  n{edge.start} --> n{edge.end} : {opening_label(edge.label or '…', 60)}"


def _state(diagram: Diagram) -> Iterator[str]:
    yield "stateDiagram-v2"
    for node in diagram.by_number.values():
        yield f'  state "{label(node.label, 60)}" as n{node.number}'
    reached = {edge.end for edge in diagram.whole_edges if edge.end != edge.start}
    first = next((node for node in diagram.by_number.values() if node.number not in reached), diagram.nodes[0])
    yield f"  [*] --> n{first.number}"
    for edge in diagram.whole_edges:
        yield f"  n{edge.start} --> n{edge.end}" + (f" : {opening_label(edge.label, 60)}" if edge.label.strip() else "")


def _er(diagram: Diagram) -> Iterator[str]:
    yield "erDiagram"
    for node in diagram.by_number.values():
        yield f'  n{node.number}["{label(node.label, 60)}"] {{'
        for detail in node.details[:MAX_DETAILS]:
            yield f"    field {name(detail)}"
        yield "  }"
    for edge in diagram.whole_edges:
        yield f'  n{edge.start} ||--o{{ n{edge.end} : "{label(edge.label or "…", 60)}"'


def _mindmap(diagram: Diagram) -> Iterator[str]:
    yield "mindmap"
    yield f'  root["{label(diagram.title, 80)}"]'
    known = diagram.by_number
    children: dict[int | None, list[Node]] = {}
    for node in known.values():
        children.setdefault(node.parent if node.parent in known and node.parent != node.number else None, []).append(
            node
        )
    yield from _branches(children, None, 1, set())


def _branches(
    children: Mapping[int | None, Sequence[Node]], parent: int | None, depth: int, printed: set[int]
) -> Iterator[str]:
    if depth > MAX_DEPTH:
        return
    for node in children.get(parent, ()):
        if node.number not in printed:
            printed.add(node.number)
            yield f'{"  " * (depth + 1)}n{node.number}["{label(node.label, 80)}"]'
            yield from _branches(children, node.number, depth + 1, printed)


def _timeline(diagram: Diagram) -> Iterator[str]:
    yield "timeline"
    yield f"  title {opening_label(diagram.title, 80)}"
    for node in diagram.by_number.values():
        details = node.details[:MAX_DETAILS] or ["…"]
        yield f"  {opening_label(node.label, 60)} : " + " : ".join(opening_label(detail, 80) for detail in details)


_PRINTERS: Mapping[DiagramType, Callable[[Diagram], Iterator[str]]] = {
    DiagramType.FLOWCHART: _flowchart,
    DiagramType.SEQUENCE: _sequence,
    DiagramType.CLASS: _class,
    DiagramType.STATE: _state,
    DiagramType.ER: _er,
    DiagramType.MINDMAP: _mindmap,
    DiagramType.TIMELINE: _timeline,
}
