"""A model's text made fit to show: the same however it is split, and nothing that a client could load."""

import html
import re
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from clara.tutor.markup.marks import Mark
from clara.tutor.markup.scanning import Scanner
from tests.tutor.shown import shown, tokens

# What links, images, tags, marks and code are made of, and what they hide behind.
PIECES = [
    "[", "]", "(", ")", "!", "<", ">", "`", "``", "```", "~~~", "\n", "\n\n", " ", "  ", "    ", "http", "https", "://",
    "//", "/", "www.", "evil.com", "x", "1", "2", '[1 "a b"]', '"', "“", "”", "[1]", "[2, 3]", "![", "](",
    "](http://evil.com/x)", "<img src=x>", '<a href="http://e.vil">', "</a>", "<b", "&#104;", "&colon;", "&sol;",
    "&amp;", "@", "a@b.com", "\\", "\\[", "\\]", "$", "$$", "|", "- ", "> ", "1. ", "mermaid", "```mermaid\n",
    "javascript:", "data:", "word", "w", "h", "ht", "tp", "s", ":", "[r]: ", "[r]", "\u200b", "\u00ad", "<!--", "-->",
    "<http://evil.com>", "<script>", "【1†x】", "'", ";", "=", "a[1]", "//evil.com", "\\/", "&#47;", "\t", "#",
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES), max_size=25).map("".join)
LIVE = re.compile(r"<(?:img|a|script|iframe)\b|<[^>]*(?:src|href)=", re.IGNORECASE)
LINKED_BY_ITSELF = re.compile(r"(?:https?|ftp)://\S|(?<![a-z0-9.])www\.[\w-]|://", re.IGNORECASE)


def rendered(text: str) -> str:
    """Return the HTML that a client which takes raw HTML makes of a text, without its code."""
    markdown = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    return re.sub(r"(?s)<code[^>]*>.*?</code>", " ", markdown.render(text))


class TestSplits:
    @settings(max_examples=400, deadline=None)
    @given(text=TEXTS, cuts=st.sets(st.integers(1, 200)))
    @example(text="[a `b] c` d](http://evil.com)x", cuts={6, 8})
    @example(text='\n\n[1\n\n"q"]', cuts={4, 5})
    def test_change_nothing(self, text: str, cuts: set[int]) -> None:
        assert tokens(text, cuts) == tokens(text)

    def test_letter_by_letter(self) -> None:
        text = 'Plants [1 "a "b" [c]"] see [it](http://e.com/?q=1) at https://e.org/x. `a[1]` <b>x</b>\n'
        text += "```mermaid\nx\n```\nend"
        assert tokens(text, range(len(text))) == tokens(text)

    @pytest.mark.parametrize("delta", ["Plants", "Plants ", "- ", "**Plants", "1.", "植物"])
    def test_the_first_delta_is_shown_at_once(self, delta: str) -> None:
        assert "".join(map(str, Scanner(lambda number: True).feed(delta))) == delta.rstrip(" ")

    def test_prose_comes_as_it_is_written(self) -> None:
        scanner = Scanner(lambda number: True)
        assert [scanner.feed(piece) for piece in ("It", " is", " (so", ") ", "*said*")] == [
            ["It"], [" is"], [" (so"], [")"], [" *said*"],
        ]  # fmt: skip


class TestWhatOnlyLooksLikeACitation:
    """Clients read [n] as citation n: only what was checked may read so, outside of code."""

    @pytest.mark.parametrize(
        ("written", "seen"),
        [
            ("see x[1] there", "see x[1 ] there"),
            ("ATP [[1]].", "ATP [[1 ]]."),
            ("ATP [<b>1</b>].", "ATP [1 ]."),
            ("ATP [&#49;].", "ATP [1 ]."),
            ('ATP [1[2 "nowhere"]].', "ATP [1 ]."),
            ("ATP [1![](http://evil.com/x)].", "ATP [1 ]."),
            ("in 1953 [1953], $x \\in [0, 1]$, `a[1]`", "in 1953 [1953], $x \\in [0, 1]$, `a[1]`"),
        ],
    )
    def test_is_set_apart(self, written: str, seen: str) -> None:
        assert shown(written) == seen

    @settings(max_examples=400, deadline=None)
    @given(text=TEXTS.filter(lambda text: not set(text) & set("\\&")))
    def test_nothing_else_reads_so(self, text: str) -> None:
        assert not re.search(r"\[[0-9]{1,3}\](?!\()", rendered(shown(text, passages=2)))


class TestGuarding:
    @settings(max_examples=400, deadline=None)
    @given(TEXTS)
    @example(']\n[1 "a b"]: //evil.com')
    @example(': [1 "a b"]//evil.com')
    @example("www\\.evil.com and http\\://evil.com and http:/\\/evil.com and w&#119;w.evil.com")
    def test_leaves_nothing_that_a_client_loads_or_links(self, text: str) -> None:
        for mark in ("", "[1]"):
            out = "".join(
                token if isinstance(token, str) else (token.blank + mark if mark else "") for token in tokens(text)
            )
            made = rendered(out)
            assert not LIVE.search(made), out
            assert not LINKED_BY_ITSELF.search(html.unescape(re.sub(r"<[^>]*>", "", made))), out

    @pytest.mark.parametrize(
        ("written", "seen"),
        [
            ("![a chart](http://e.com/x.png?q=secret)", "a chart"),
            ("![](//e.com/x.png)", ""),
            ("see [the page](http://e.com/?q=1) now", "see the page now"),
            ("see [the page]( <http://e.com/a b> 'title' )", "see the page"),
            ("[![alt](http://e.com/i.png)](http://e.com)", "alt"),
            ("[go](javascript:alert(1))", "go"),
            ("![x](data:image/png;base64,AAAA)", "x"),
            ("see https://en.wikipedia.org/wiki/X?y=1.", "see en.wikipedia.org."),
            ("see HTTPS://user:pass@E.com:80/x, ok", "see E.com, ok"),
            ("see www.www.e.com/x", "see e.com"),
            ("see //e.com/x now", "see e.com now"),
            ("<https://e.com/x> and <me@e.com>", "e.com and me @ e.com"),
            ("write to me@uni.edu", "write to me @ uni.edu"),
            ("http\u200bs://e.com/x", "e.com"),
            ("&#104;ttps&colon;//e.com/x", "https e.com"),
            ("<b>bold</b> and H<sub>2</sub>O", "bold and H2O"),
            ('<img src="http://e.com/x" onerror="y">', ""),
            ("<IMG\nSRC=http://e.com/x>", ""),
            ("<script>alert(1)</script>", "alert(1)"),
            ("a<!-- hidden -->b", "ab"),
            ("one<br>two", "one\ntwo"),
            ("x<y and y>z, a < b", "x< y and y>z, a < b"),
        ],
    )
    def test_takes_links_and_html_apart(self, written: str, seen: str) -> None:
        assert shown(written) == seen

    @pytest.mark.parametrize(
        "text",
        [
            "```python\nx = [1](2) # <div> https://e.com ![a](http://e.com)\n```\n",
            "`<div>` and `http://e.com` and ``a`b``",
            "1. Do:\n\n   ```c\n   #include <stdio.h>\n   int a[1];\n   ```\n",
            "| a | b |\n|---|---|\n| `x` | 5 |",
            "R&D, AT&T and 5 > 3; and/or he//she 7//2 // note",
            "**bold** _it_ ~~no~~ $a_1$ \\$5 \\(x\\) C:\\path",
            "note: this [is] [^a]\n\n> quoted\n\n# Title",
            "price: 3:1, at 10:30, f(x)=[a]",
        ],
    )
    def test_leaves_code_and_prose_alone(self, text: str) -> None:
        assert shown(text) == text

    def test_definitions_of_links_are_none(self) -> None:
        assert "<a" not in rendered(shown("[it][r]\n\n[r]: evil 'x'"))

    @pytest.mark.parametrize("info", ["mermaid", " Mermaid", "{.mermaid}", "mmd", "MERMAID title"])
    def test_diagrams_are_taken_out(self, info: str) -> None:
        stripped: list[str] = []
        assert shown(f"Before\n\n```{info}\ngraph TD\n A-->B\n```\nafter", stripped=stripped) == "Before\n\nafter"
        assert stripped == ["diagram"]

    def test_a_diagram_without_an_end_is_taken_out_to_the_last(self) -> None:
        assert shown("Before\n~~~mermaid\ngraph TD\n click A href") == "Before\n"

    def test_links_to_allowed_hosts_stay(self) -> None:
        hosts = frozenset({"en.wikipedia.org"})
        text = "[a](https://en.wikipedia.org/wiki/X) ![b](https://en.wikipedia.org/b.png) https://en.wikipedia.org/x"
        assert shown(text, hosts=hosts) == text
        for other in (
            "[a](https://en.wikipedia.org.evil.com/x)",
            "[a](https://en.wikipedia.org@evil.com/x)",
            "[a](//en.wikipedia.org/x)",
            "[a](https://evil.com/?en.wikipedia.org)",
        ):
            assert shown(other, hosts=hosts) == "a"

    def test_says_what_it_took_out(self) -> None:
        stripped: list[str] = []
        shown("![a](http://e.com) [b](http://e.com) http://e.com <b>", stripped=stripped)
        assert stripped == ["image", "link", "url", "html"]

    def test_a_mark_keeps_a_line_from_becoming_a_fence(self) -> None:
        found = tokens('[1 "q"]```\n<img src=x>\n```\n')
        assert isinstance(found[0], Mark)
        assert found[1:] == ["\n```\n<img src=x>\n```\n"]

    def test_long_texts_take_no_longer_a_letter(self) -> None:
        for hostile in ("[" * 20_000, "`" * 20_000, "<a" * 10_000, "![](" * 5_000, "&#1" * 7_000, '[1 "' * 5_000):
            assert len(shown(hostile, cuts=range(0, len(hostile), 500))) <= 2 * len(hostile)

    @pytest.mark.parametrize("piece", [" ", "\t", "\n ", "! ", "~", "\\"])
    def test_a_model_that_repeats_itself_for_ever_takes_no_longer_a_letter(self, piece: str) -> None:
        def seconds(letters: int) -> float:
            scanner = Scanner(lambda number: True)
            began = time.process_time()
            for letter in (piece * letters)[:letters]:
                scanner.feed(letter)
            return time.process_time() - began

        assert seconds(3000) < 40 * max(seconds(300), 0.003)

    @pytest.mark.parametrize("command", ["href{javascript:x}{y}", "includegraphics{x.png}", "style{background:red}{y}"])
    def test_formulas_link_and_load_nothing(self, command: str) -> None:
        text = shown(f"so $\\frac{{1}}{{2}} \\{command}$", cuts=range(40))
        assert "\\frac{1}{2}" in text
        assert f"\\{command.partition('{')[0]}" not in text
