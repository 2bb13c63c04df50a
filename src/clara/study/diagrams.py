"""A study set as a diagram."""

from dataclasses import replace

from clara.study.mermaid.allowed import is_allowed
from clara.study.mermaid.diagrams import Diagram, DiagramType, Edge, Node
from clara.study.mermaid.printing import print_mermaid
from clara.study.scope import Kind
from clara.study.sets import StudySet

_POINT_CHARS = 70


def diagram_of(found: StudySet) -> str | None:
    """Return a set as Mermaid text; None for cards and quizzes, and where nothing is left to draw."""
    drawn = draw(found)
    if drawn is None or not drawn.nodes:
        return None
    text = print_mermaid(drawn)
    if not is_allowed(text):
        raise ValueError("a diagram was printed that isn't of the known form")
    return text


def draw(found: StudySet) -> Diagram | None:
    match found.kind:
        case Kind.MINDMAP:
            return Diagram(DiagramType.MINDMAP, found.title, _nodes(found))
        case Kind.DIAGRAM:
            edges = [Edge(edge["from"], edge["to"], edge.get("label", "")) for edge in found.extra.get("edges", ())]
            kind = DiagramType(found.extra.get("type", "flowchart"))
            return Diagram(kind, found.title, _nodes(found) if edges else _rooted(found), edges)
        case Kind.SUMMARY:
            return _outline(found)
    return None


def _nodes(found: StudySet) -> list[Node]:
    return [
        Node(item.number, item.body["label"], item.body.get("details", ()), item.body.get("parent"))
        for item in found.items
    ]


def _rooted(found: StudySet) -> list[Node]:
    """Return the nodes of a tree below its title, so that it hangs together."""
    nodes = _nodes(found)
    known = {node.number for node in nodes}
    tops = [node for node in nodes if node.parent not in known]
    if len(tops) < 2 or found.extra.get("type") == DiagramType.TIMELINE:
        return nodes
    return [Node(0, found.title), *(replace(node, parent=0) if node in tops else node for node in nodes)]


def _outline(found: StudySet) -> Diagram:
    """Return a summary as a mind map: its headings, and its points shortened."""
    nodes: list[Node] = []
    sections: dict[str, int] = {}
    for item in found.items:
        section = item.body["section"]
        if section and section not in sections:
            sections[section] = 1000 + len(sections)
            nodes.append(Node(sections[section], section))
        nodes.append(Node(item.number, _shorter(item.body["text"]), parent=sections.get(section)))
    return Diagram(DiagramType.MINDMAP, found.title, nodes)


def _shorter(text: str) -> str:
    return text if len(text) <= _POINT_CHARS else text[: _POINT_CHARS - 1].rsplit(" ", 1)[0] + "…"
