"""What is printed for Mermaid; tests/browser draws it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clara.study.mermaid.allowed import is_allowed
from clara.study.mermaid.diagrams import Diagram, DiagramType, Edge, Node
from clara.study.mermaid.labels import MAX_CHARS, label
from clara.study.mermaid.printing import print_mermaid

EVIL = '"]; click n1 href "https://evil.example" %%{init: {}}%% <script>x</script> #quot; `b` | --> \n end'


def diagram(kind: DiagramType, *labels: str) -> Diagram:
    nodes = [Node(number, text, [text], number - 1 or None) for number, text in enumerate(labels, 1)]
    return Diagram(kind, labels[0], nodes, [Edge(1, len(nodes), labels[-1]), Edge(1, 99, "nowhere")])


class TestPrint:
    @pytest.mark.parametrize("kind", list(DiagramType))
    def test_is_of_the_allowed_form(self, kind: DiagramType) -> None:
        assert is_allowed(print_mermaid(diagram(kind, "Cells", EVIL, "")))

    @given(kind=st.sampled_from(DiagramType), labels=st.lists(st.text(), min_size=1, max_size=5))
    def test_whatever_the_labels(self, kind: DiagramType, labels: list[str]) -> None:
        assert is_allowed(print_mermaid(diagram(kind, *labels)))

    def test_edges_to_nowhere_are_left_out(self) -> None:
        assert "n99" not in print_mermaid(diagram(DiagramType.FLOWCHART, "a", "b"))

    def test_a_flowchart(self) -> None:
        assert print_mermaid(diagram(DiagramType.FLOWCHART, "Light", "Leaf (green)")) == (
            'flowchart TD\n  n1["Light"]\n  n2["Leaf (green)"]\n  n1 --> |"Leaf (green)"| n2\n  n1 --> n2\n'
        )

    def test_circles_in_a_mind_map_are_cut(self) -> None:
        circle = Diagram(DiagramType.MINDMAP, "x", [Node(1, "a", parent=2), Node(2, "b", parent=1), Node(3, "c")])

        assert print_mermaid(circle) == 'mindmap\n  root["x"]\n    n3["c"]\n'


class TestAllowed:
    @pytest.mark.parametrize(
        "text",
        [
            "pie\n  a\n",
            'flowchart TD\n  n1["a"]\n  click n1 href "x"\n',
            'flowchart TD\n  n1["a"b"]\n',
            "flowchart TD\n%%{init: {}}%%\n",
            'flowchart TD\n  n1["<b>"]\n',
            'mindmap\n  root["`x`"]\n',
            "sequenceDiagram\n  n1->>n2: a; b\n",
        ],
    )
    def test_refuses_all_else(self, text: str) -> None:
        assert not is_allowed(text)


class TestLabel:
    @given(st.text())
    def test_is_one_short_line_that_is_not_empty(self, text: str) -> None:
        found = label(text)

        assert 0 < len(found) <= MAX_CHARS + 2
        assert "\n" not in found

    def test_keeps_what_can_be_kept(self) -> None:
        assert label("f(x) = a/b + 50, isn't it? No!") == "f(x) = a/b + 50, isn't it? No!"
