"""The diagrams that we print, drawn by Mermaid itself in Chromium, whatever their labels are."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clara.study.mermaid.allowed import is_allowed
from clara.study.mermaid.diagrams import Diagram, DiagramType, Edge, Node
from clara.study.mermaid.printing import print_mermaid
from tests.browser.conftest import ROOT
from tests.services import missing

MERMAID = ROOT / "web" / "node_modules" / "mermaid" / "dist" / "mermaid.min.js"

DRAW = """async ([texts, html]) => {
    mermaid.initialize({startOnLoad: false, securityLevel: 'strict', htmlLabels: html, flowchart: {htmlLabels: html},
        class: {htmlLabels: html}, maxTextSize: 500000, suppressErrorRendering: true});
    const drawn = [];
    for (const text of texts) {
        try {
            await mermaid.parse(text);
            const {svg} = await mermaid.render('d' + Math.floor(Math.random() * 1e9), text);
            const box = document.createElement('div');
            box.innerHTML = svg;
            document.body.appendChild(box);
            const elements = [...box.querySelectorAll('*')];
            drawn.push({
                tags: [...new Set(elements.map(element => element.tagName.toLowerCase()))],
                handlers: elements.flatMap(element => element.getAttributeNames())
                    .filter(name => name.startsWith('on')),
                links: elements.flatMap(element => [element.getAttribute('href'), element.getAttribute('xlink:href'),
                    element.getAttribute('src')]).filter(link => link && !link.startsWith('#')),
                text: elements.filter(element => !['style', 'defs'].includes(element.tagName.toLowerCase()))
                    .flatMap(element => [...element.childNodes]).filter(node => node.nodeType === 3)
                    .map(node => node.textContent).join(' '),
            });
            box.remove();
        } catch (error) {
            drawn.push({error: String(error)});
        }
    }
    return drawn;
}"""

HOSTILE = [
    'a "quoted" label',
    "brackets ] [ } { ) ( > <",
    "two\nlines\r\nand\u2028more",
    "end",
    "subgraph one",
    "click n1 callback",
    'click n1 href "https://evil.example"',
    "%%{init: {'theme': 'dark', 'securityLevel': 'loose'}}%%",
    "%% a comment",
    "---\ntitle: x\n---",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "<iframe src='https://evil.example'></iframe>",
    "[link](https://evil.example) and ![image](https://evil.example/x.png)",
    "`**bold** _markdown_`",
    '"`markdown`"',
    "1. a list",
    "- another",
    "# heading",
    "#quot;#lt;b#gt;#35;",
    "&lt;script&gt;&#60;b&#62;",
    "$$x^2$$ and $y$",
    "a --> b",
    "a ->> b: c",
    "n1 : n2",
    "fa:fa-car",
    "img: https://evil.example",
    "@{ shape: circle }",
    "style n1 fill:#f00;",
    "classDef x fill:#f00;",
    "linkStyle default stroke:#f00",
    "section one",
    "title two",
    "accTitle: three",
    "direction LR",
    "note left of n1: x",
    "participant",
    "root((x))",
    "::icon(fa fa-book)",
    ":::class",
    "|pipe|",
    ";;; semi; colons",
    "\\ back \\n slash \\u0000",
    "~tilde~ ^caret^ =equals=",
    "日本語とemoji 😀 und Ümläute",
    "العربية ونص من اليمين",
    "प्रकाश संश्लेषण",
    "\u202eright to left override\u202c \u200bzero\ufeff",
    "a very long label " * 60,
    "x" * 3000,
    "'",
    "   ",
    "🏴\u200d☠️ 👩\u200d🔬",
    "constructor",
    "__proto__",
    "undefined",
    "null",
    "default",
    "state",
    "class",
    "o",
    "x",
    "100 %",
    "C# and F♯",
    "a < b > c & d",
]


def diagram(kind: DiagramType, labels: list[str]) -> Diagram:
    nodes = [
        Node(number, text, details=[text, labels[-number]], parent=number // 2 or None)
        for number, text in enumerate(labels, 1)
    ]
    edges = [Edge(number, number % len(nodes) + 1, text) for number, text in enumerate(labels, 1)]
    return Diagram(kind, labels[0], nodes, [] if kind is DiagramType.MINDMAP else edges)


@pytest.fixture(scope="module")
def page(chromium: Any) -> Iterator[Any]:
    if not MERMAID.is_file():
        missing("mermaid", "npm ci in web/")
    context = chromium.new_context()
    page = context.new_page()
    page.requests = []
    page.on("request", lambda request: page.requests.append(request.url))
    page.on("dialog", lambda dialog: page.requests.append("a dialog"))
    page.set_content("<!doctype html><title>Mermaid</title><body></body>")
    page.add_script_tag(path=str(MERMAID))
    page.requests.clear()
    yield page
    context.close()


def draw(page: Any, texts: list[str], html: bool) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = page.evaluate(DRAW, [texts, html])
    return found


def check(drawn: dict[str, Any], text: str, html: bool) -> None:
    assert "error" not in drawn, (drawn.get("error"), text)
    forbidden = {"script", "a", "img", "image", "iframe", "object", "embed", "form", "input", "video", "audio", "link"}
    assert not forbidden & set(drawn["tags"]), (drawn["tags"], text)
    assert html or "foreignobject" not in drawn["tags"], text
    assert drawn["handlers"] == [], text
    assert drawn["links"] == [], text
    assert "Unsupported markdown" not in drawn["text"], text
    assert "Syntax error" not in drawn["text"], text


class TestDrawn:
    @pytest.mark.parametrize("kind", list(DiagramType))
    @pytest.mark.parametrize("html", [False, True])
    def test_hostile_labels_are_only_labels(self, page: Any, kind: DiagramType, html: bool) -> None:
        texts = [print_mermaid(diagram(kind, HOSTILE[at : at + 3])) for at in range(0, len(HOSTILE), 3)]
        assert all(map(is_allowed, texts))

        for drawn, text in zip(draw(page, texts, html), texts, strict=True):
            check(drawn, text, html)

        assert page.requests == []

    @pytest.mark.parametrize("kind", list(DiagramType))
    def test_labels_are_shown_as_they_are(self, page: Any, kind: DiagramType) -> None:
        label = "f(x) = a/b + 50, isn't it? No! — „h“ 日本"
        drawn = draw(page, [print_mermaid(diagram(kind, [label, "plain", "other"]))], html=False)[0]

        shown = re.sub(r"\s", "", drawn["text"])
        assert re.sub(r"\s", "", label) in shown

    @settings(max_examples=30, deadline=None, database=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(
        kind=st.sampled_from(DiagramType),
        labels=st.lists(
            st.one_of(
                st.text(max_size=60),
                st.lists(st.sampled_from(HOSTILE), min_size=1, max_size=3).map(" ".join),
                st.text(alphabet='"[](){}<>|;:#%&`$\\/-=~@*_!\n\t .,end0n1', max_size=40),
            ),
            min_size=1,
            max_size=6,
        ),
    )
    def test_any_labels(self, page: Any, kind: DiagramType, labels: list[str]) -> None:
        text = print_mermaid(diagram(kind, labels))
        assert is_allowed(text)

        check(draw(page, [text], html=False)[0], text, html=False)
        assert page.requests == []
