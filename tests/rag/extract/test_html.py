from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clara.rag.documents import Page
from clara.rag.extract.failures import ReadFailed
from clara.rag.extract.html import Writer, read
from clara.rag.extract.limits import ExtractLimits
from clara.rag.extract.messages import DocumentInfo
from tests.rag.documents_made import write

LIMITS = ExtractLimits(max_chars=100_000)


def text(html: str) -> str:
    return Writer(LIMITS).written(html).draft.text()


class TestText:
    def test_blocks_are_set_apart_and_spaces_folded(self) -> None:
        assert (
            text("<p>one\n  <b>two</b>&nbsp;three<p>four<br>five<div>six</div>") == "one two three\n\nfour\nfive\n\nsix"
        )

    def test_entities(self) -> None:
        assert text("<p>R&amp;D 5 &lt; 6 &eacute; &#x1D465;") == "R&D 5 < 6 é 𝑥"

    def test_what_a_reader_does_not_see_is_left_out(self) -> None:
        page = (
            "<head><title>T</title><style>p{}</style><script>alert('<p>no</p>')</script></head><nav><a>Menu</a></nav>"
            "<p hidden>no</p><div style='display: none'>no <div>no</div> no</div><noscript>no</noscript>"
            "<template><p>no</p></template><svg><text>no</text></svg><!-- no --><p>yes"
        )
        assert text(page) == "yes"

    def test_a_hidden_paragraph_without_end_hides_itself_only(self) -> None:
        assert text("<p hidden>no<p>yes") == "yes"

    def test_a_navigation_without_end_hides_nothing(self, tmp_path: Path) -> None:
        items = list(read(write(tmp_path, "a.html", b"<nav><a>Menu</a><h1>Title</h1><p>text"), LIMITS))
        assert [item.text for item in items if isinstance(item, Page)] == ["Menu\n\nTitle\n\ntext"]

    def test_lists(self) -> None:
        assert text("<ul><li>a<li><p>b</p></ul><ol start=3><li>c</li><li>d<ul><li>e</ul></ol>") == (
            "- a\n- b\n3. c\n4. d\n- e"
        )

    def test_tables_are_rows_of_cells(self) -> None:
        page = "<table><tr><th>name<th>age</tr><tr><td><p>Ada</p><p>L.</p><td>36</table>after"
        assert text(page) == "name | age\nAda L. | 36\n\nafter"

    def test_tables_for_the_layout_are_paragraphs(self) -> None:
        paragraphs = "".join(f"<p>{'word ' * 150}</p>" for _ in range(3))
        assert text(f"<table><tr><td>{paragraphs}</td></tr></table>").count("\n\n") == 2

    def test_preformatted_text_keeps_its_lines(self) -> None:
        assert text("<pre><code>def f():\n    return 1\n</code></pre>") == "def f():\n    return 1"

    def test_raised_and_lowered_text(self) -> None:
        assert text("10<sup>-3</sup> H<sub>2</sub>O x<sub>ij</sub> 1<sup>st</sup> e<sup>2x</sup>") == (
            "10⁻³ H₂O x_(ij) 1st e^(2x)"
        )

    def test_formulas_by_their_tex(self) -> None:
        assert text(r'<p>is <math alttext="{\displaystyle a^2}"><mi>a</mi></math>.') == "is $a^2$."
        tex = '<annotation encoding="application/x-tex">b^3</annotation>'
        drawn = '<span aria-hidden="true"><span>b</span>3</span>'
        assert text(f"<p>is <math><semantics><mi>b</mi>{tex}</semantics></math>{drawn}.") == "is $b^3$."
        assert text("<p><math><mi>x</mi><mo>=</mo><mn>2</mn></math>") == "x=2"


class TestRead:
    def test_headings_and_title(self, tmp_path: Path) -> None:
        page = "<title>My\npage</title><h1>One &amp; <i>all</i></h1><p>text<h2>Two</h2>text<h3> </h3>"
        info, part = read(write(tmp_path, "a.html", page.encode()), LIMITS)
        assert info == DocumentInfo(paged=False, pages_total=1, title="My page")
        assert isinstance(part, Page)
        assert [(h.level, h.title) for h in part.headings] == [(1, "One & all"), (2, "Two")]
        assert all(part.text[h.offset :].startswith(h.title) for h in part.headings)

    @pytest.mark.parametrize(
        ("declared", "encoding", "words"),
        [
            ("windows-1251", "cp1251", "Привет, мир"),
            ("Shift_JIS", "shift_jis", "日本語の文章です"),
            ("gb2312", "gb2312", "这是一个句子"),
            ("iso-8859-1", "utf-8", "Größe"),
            ("zlib_codec", "utf-8", "Größe"),
        ],
    )
    def test_the_declared_encoding_counts_unless_it_is_utf_8(
        self, tmp_path: Path, declared: str, encoding: str, words: str
    ) -> None:
        page = f'<html><meta http-equiv="Content-Type" content="text/html; charset={declared}"><p>{words}'
        _, part = read(write(tmp_path, "a.html", page.encode(encoding)), LIMITS)
        assert isinstance(part, Page)
        assert part.text == words

    def test_too_much_text(self) -> None:
        with pytest.raises(ReadFailed, match="too_much_text"):
            text("<p>" + "word " * 30_000)


PIECES = r"""
<p> <h1> </h1> <td> <tr> <table> </table> <li> <ol> </ol> <sup> </sup> <math> </math> <nav> </nav> <pre> </pre> <title>
<![foo[x]]> <!-- --> <! </ <script> </script> <br> &amp; &#0; <p/hidden> x < <annotation> <div/style="display:none">
"""


class TestAnyPage:
    pieces = st.sampled_from([*PIECES.split(), " ", "\n"])

    @given(st.lists(pieces, max_size=40).map("".join))
    def test_is_read_without_an_error(self, html: str) -> None:
        writer = Writer(LIMITS).written(html)
        whole = writer.draft.text()
        assert all(whole[mark.offset :].startswith(mark.title) for mark in writer.draft.marks)
