import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clara.rag.documents import Heading, Page
from clara.rag.extract.limits import MAX_LEVEL, MAX_PART_CHARS, ExtractLimits
from clara.rag.extract.messages import (
    MAX_LINE_BYTES,
    Decoder,
    DocumentInfo,
    Done,
    Failed,
    Garbage,
    encode_done,
    encode_failed,
    encode_info,
    encode_pages,
)

LIMITS = ExtractLimits(max_pages=5, max_chars=2_000)
labels = st.none() | st.text("ivx1", max_size=32)
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=200)


def line(message: Any) -> bytes:
    return json.dumps(message).encode() + b"\n"


def after_info() -> Decoder:
    decoder = Decoder(LIMITS)
    decoder.decode(encode_info(DocumentInfo(paged=True, pages_total=None, title=None)))
    return decoder


class TestWhatAnHonestParserSends:
    @given(
        st.builds(DocumentInfo, st.booleans(), st.none() | st.integers(0, 10**6), st.none() | texts),
        st.lists(
            st.tuples(st.none() | texts.map(lambda text: text[:32]), texts, st.integers(1, MAX_LEVEL)), max_size=5
        ),
    )
    def test_comes_out_as_it_went_in(self, info: DocumentInfo, contents: list[tuple[str | None, str, int]]) -> None:
        pages = [
            Page(number, label, text, (Heading(level, text[:50], number, len(text)), Heading(1, "x", number, None)))
            for number, (label, text, level) in enumerate(contents, 1)
        ]
        decoder = Decoder(LIMITS)
        assert decoder.decode(encode_info(info)) == info
        assert decoder.decode(encode_pages(pages[:2])) == pages[:2]
        assert decoder.decode(encode_pages(pages[2:])) == pages[2:]
        assert decoder.decode(encode_done(len(pages))) == Done(len(pages))

    def test_a_failure_can_come_at_any_time(self) -> None:
        assert Decoder(LIMITS).decode(encode_failed("encrypted_pdf")) == Failed("encrypted_pdf")
        assert after_info().decode(encode_failed("internal")) == Failed("internal")


class TestGarbage:
    @pytest.mark.parametrize(
        "message",
        [
            [1],
            {},
            {"pages": [], "done": 0},
            {"pages": [[2, None, "x", []]]},
            {"pages": [[1, None, "x", []], [1, None, "x", []]]},
            {"pages": [[n, None, "x", []] for n in range(1, 7)]},
            {"pages": [[1, None, "x" * 2_001, []]]},
            {"pages": [[1, None, "x" * (MAX_PART_CHARS + 1), []]]},
            {"pages": [[1, None, "x\0", []]]},
            {"pages": [[1, None, "\ud800", []]]},
            {"pages": [[1, "x" * 33, "x", []]]},
            {"pages": [[1, 7, "x", []]]},
            {"pages": [[True, None, "x", []]]},
            {"pages": [[1.0, None, "x", []]]},
            {"pages": [[1, None, "x"]]},
            {"pages": [[1, None, "x", [[0, "x", 0]]]]},
            {"pages": [[1, None, "x", [[1, "x", 2]]]]},
            {"pages": [[1, None, "x", [[1, "x", -1]]]]},
            {"pages": [[1, None, "x", [[1, "x", True]]]]},
            {"pages": [[1, None, "x", [[1, "x" * 301, 0]]]]},
            {"pages": [[1, None, "", [[1, "x", 0]] * 2_001]]},
            {"pages": {"1": "x"}},
            {"done": 1},
            {"done": False},
            {"info": [True, None, None]},
            {"failed": "you have been hacked"},
            {"failed": ["encrypted_pdf"]},
            {"eval": "1"},
        ],
    )
    def test_is_refused(self, message: Any) -> None:
        with pytest.raises(Garbage):
            after_info().decode(line(message))

    @pytest.mark.parametrize(
        "data",
        [
            b"\n",
            b"\xff\n",
            b'{"done":0}',
            b"[" * 100_000 + b"\n",
            b'{"done":' + b"9" * 10_000 + b"}\n",
            b'{"pages":[[NaN,null,"x",[]]]}\n',
            b" " * (MAX_LINE_BYTES + 1) + b"\n",
        ],
        ids=["empty", "no text", "cut off", "nested", "huge number", "NaN", "too long"],
    )
    def test_that_is_no_message_is_refused(self, data: bytes) -> None:
        with pytest.raises(Garbage):
            after_info().decode(data)

    def test_pages_before_the_info_are_refused(self) -> None:
        with pytest.raises(Garbage):
            Decoder(LIMITS).decode(encode_pages([]))

    @pytest.mark.parametrize(
        "info", [[1, None, None], [True, -1, None], [True, 1.5, None], [True, None, "x" * 301], [], "x"]
    )
    def test_a_malformed_info_is_refused(self, info: Any) -> None:
        with pytest.raises(Garbage):
            Decoder(LIMITS).decode(line({"info": info}))
