"""What a diagram is made of, before it is printed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class DiagramType(StrEnum):
    """The diagrams that can be printed."""

    FLOWCHART = "flowchart"
    SEQUENCE = "sequence"
    CLASS = "class"
    STATE = "state"
    ER = "er"
    MINDMAP = "mindmap"
    TIMELINE = "timeline"


MAX_NODES = 60
MAX_EDGES = 120
MAX_DETAILS = 12


@dataclass(frozen=True, slots=True)
class Node:
    """``details``: a class's members, an entity's attributes, what happened at a time. ``parent``: of a mind map."""

    number: int
    label: str
    details: Sequence[str] = ()
    parent: int | None = None


@dataclass(frozen=True, slots=True)
class Edge:
    """From one node to another, by their numbers."""

    start: int
    end: int
    label: str = ""


@dataclass(frozen=True, slots=True)
class Diagram:
    """Edges name nodes that are there; others are left out when it is printed."""

    type: DiagramType
    title: str
    nodes: Sequence[Node]
    edges: Sequence[Edge] = ()

    @property
    def by_number(self) -> Mapping[int, Node]:
        return {node.number: node for node in self.nodes[:MAX_NODES]}

    @property
    def whole_edges(self) -> Sequence[Edge]:
        """Return the edges both of whose ends are there."""
        known = self.by_number
        return [edge for edge in self.edges if edge.start in known and edge.end in known][:MAX_EDGES]
