from hypothesis import given
from hypothesis import strategies as st

from clara.rag.documents import Page
from clara.rag.extract.messages import DocumentInfo
from clara.rag.extract.parts import MAX_LINE_CHARS, PART_CHARS, Mark, break_long_lines, read_parts, split

lines = st.one_of(st.text("ab #\n", max_size=30), st.integers(0, 3000).map("x".__mul__), st.just("\n"))
texts = st.lists(lines, max_size=60).map("\n".join)


class TestSplit:
    @given(texts, st.lists(st.integers(0, 20_000), max_size=10))
    def test_the_spans_joined_by_newlines_are_the_text(self, text: str, offsets: list[int]) -> None:
        spans = split(text, sorted(offset for offset in offsets if offset < len(text)))
        assert "\n".join(text[start:end] for start, end in spans) == text
        assert all(end - start <= PART_CHARS + MAX_LINE_CHARS for start, end in spans)

    @given(texts)
    def test_only_the_last_span_is_short(self, text: str) -> None:
        assert all(end - start >= PART_CHARS // 2 for start, end in split(text)[:-1])

    def test_an_empty_text_is_one_empty_part(self) -> None:
        assert split("") == [(0, 0)]

    def test_a_heading_begins_a_part(self) -> None:
        text = "word\n" * 600 + "Heading\n" + "word\n" * 600
        (_, first_end), (second_start, _) = split(text, [text.index("Heading")])
        assert text[second_start:].startswith("Heading")
        assert first_end == second_start - 1

    def test_otherwise_an_empty_line_ends_one(self) -> None:
        text = "word\n" * 700 + "\n" + "word\n" * 700
        spans = split(text)
        assert text[spans[0][1] - 1 : spans[0][1] + 1] == "\n\n"


class TestBreakLongLines:
    @given(texts)
    def test_no_line_stays_too_long_and_no_word_is_lost(self, text: str) -> None:
        broken = break_long_lines(text * 3)
        assert max(map(len, broken.split("\n"))) <= MAX_LINE_CHARS
        assert "".join(broken.split()) == "".join((text * 3).split())

    def test_a_line_is_broken_at_a_space(self) -> None:
        assert set(break_long_lines("abcd " * 5000).split()) == {"abcd"}

    def test_a_line_in_a_script_without_spaces_is_broken_after_a_sentence(self) -> None:
        text = "这是一个句子。" * 3000
        assert all(line.endswith("。") for line in break_long_lines(text).split("\n"))

    def test_short_lines_stay_as_they_are(self) -> None:
        assert break_long_lines("one\n\n  two \n") == "one\n\n  two \n"


class TestReadParts:
    @given(st.lists(st.tuples(st.integers(1, 6), st.integers(0, 2000)), max_size=30))
    def test_every_heading_stands_in_its_part(self, sections: list[tuple[int, int]]) -> None:
        text, marks = "", []
        for number, (level, words) in enumerate(sections):
            marks.append(Mark(level, f"Heading {number}", len(text)))
            text += f"Heading {number}\n" + "word\n" * words
        items = list(read_parts(text, marks, "Title"))
        info, pages = items[0], [item for item in items if isinstance(item, Page)]
        assert info == DocumentInfo(paged=False, pages_total=len(pages), title="Title")
        found = [heading for page in pages for heading in page.headings]
        assert [(heading.level, heading.title) for heading in found] == [(m.level, m.title) for m in marks]
        for heading in found:
            assert heading.offset is not None
            assert pages[heading.page - 1].text[heading.offset :].startswith(heading.title)
