"""Forms as they stream in: the same parts however the network cut them, and a limit on everything."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterable, Sequence

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from clara.api import multipart
from clara.api.multipart import Multipart
from clara.core.errors import Invalid

BOUNDARY = "x-boundary"
TYPE = f"multipart/form-data; boundary={BOUNDARY}"
Parts = list[tuple[str, str | None, bytes]]


class Body:
    """A body that arrives in pieces; ``taken`` says how many were asked for."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self.taken = 0

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        self.taken += 1
        for piece in self._pieces:
            return piece
        raise StopAsyncIteration


def part(name: str, content: bytes, filename: str | None = None) -> bytes:
    ending = f'; filename="{filename}"' if filename is not None else ""
    return f'Content-Disposition: form-data; name="{name}"{ending}\r\n\r\n'.encode() + content


def form(*parts: bytes) -> bytes:
    lines = b"".join(b"--" + BOUNDARY.encode() + b"\r\n" + content + b"\r\n" for content in parts)
    return lines + b"--" + BOUNDARY.encode() + b"--\r\n"


def read(pieces: Iterable[bytes], content_type: str = TYPE) -> Parts:
    async def reading() -> Parts:
        found: Parts = []
        async for one in Multipart(content_type, Body(pieces)).parts():
            found.append((one.name, one.filename, b"".join([data async for data in one.content()])))
        return found

    return asyncio.run(reading())


def outcome(pieces: Iterable[bytes]) -> Parts | str:
    try:
        return read(pieces)
    except Invalid as error:
        return f"{error.problem_code}: {error.detail}"


def cut(body: bytes, places: Sequence[int]) -> list[bytes]:
    edges = [0, *sorted(place % (len(body) + 1) for place in places), len(body)]
    return [body[start:end] for start, end in itertools.pairwise(edges)]


TRICKY = st.lists(
    st.sampled_from(
        [b"\r", b"\n", b"\r\n", b"-", b"--", b"--x-boundary", b"--x-boundar", b"\r\n--x-bound", b"x", b"\0"]
    )
    | st.binary(max_size=8),
    max_size=12,
).map(b"".join)
PLACES = st.lists(st.integers(0, 5000), max_size=20)


class TestParts:
    def test_fields_and_files_come_in_order(self) -> None:
        body = form(part("user_id", b"ana"), part("file", b"%PDF-1.7", "a.pdf"), part("folder_id", b""))

        assert read([body]) == [("user_id", None, b"ana"), ("file", "a.pdf", b"%PDF-1.7"), ("folder_id", None, b"")]

    def test_preamble_epilogue_and_padding_are_skipped(self) -> None:
        body = b"preamble\r\n" + form(part("a", b"1")).replace(b"x-boundary\r\n", b"x-boundary \t\r\n", 1) + b"epilogue"

        assert read([body]) == [("a", None, b"1")]

    def test_a_form_may_be_empty(self) -> None:
        assert read([b"--x-boundary--"]) == []

    def test_boundary_may_be_quoted(self) -> None:
        assert read([b"--a b\r\n" + part("a", b"1") + b"\r\n--a b--"], 'multipart/form-data; BOUNDARY="a b"')

    def test_what_a_reader_leaves_is_skipped(self) -> None:
        body = form(part("file", b"x" * 100_000, "a"), part("user_id", b"ana"))

        async def names() -> list[str]:
            found = []
            async for one in Multipart(TYPE, Body(cut(body, range(0, 100_000, 1000)))).parts():
                found.append(one.name)
                if one.name == "file":
                    assert await anext(one.content())
            return found

        assert asyncio.run(names()) == ["file", "user_id"]

    @pytest.mark.parametrize(
        ("disposition", "filename"),
        [
            ('form-data; name="file"; filename="a \\"b\\".pdf"', 'a "b".pdf'),
            ('form-data; name="file"; filename="a %22b%22.pdf"', 'a "b".pdf'),
            ('form-data; name="file"; filename="C:\\dir\\a.pdf"', "C:\\dir\\a.pdf"),
            ('form-data; name="file"; filename="a;b=c.pdf"', "a;b=c.pdf"),
            ("form-data; filename=a.pdf; name=file", "a.pdf"),
            ('form-data; name="file"; filename="e.pdf"; filename*=UTF-8\'\'%E2%82%AC.pdf', "€.pdf"),
            ('FORM-DATA; NAME="file"; FILENAME="Ünïcode.pdf"', "Ünïcode.pdf"),
            ('form-data; name="file"; filename=""', ""),
            ('form-data; name="file"', None),
        ],
    )
    def test_file_names_are_read_as_clients_write_them(self, disposition: str, filename: str | None) -> None:
        body = form(f"Content-Disposition: {disposition}\r\nContent-Type: text/plain\r\n\r\nx".encode())

        assert read([body]) == [("file", filename, b"x")]

    def test_file_name_in_another_encoding_is_latin_1(self) -> None:
        assert read([form(part("file", b"x", "é.pdf").replace("é".encode(), b"\xe9"))])[0][1] == "é.pdf"

    @given(st.lists(TRICKY, min_size=1, max_size=4), PLACES)
    @example([b"\r\n--x-boundar", b"\r"], [3, 70, 75, 90])
    def test_any_cut_gives_the_same_parts(self, contents: list[bytes], places: list[int]) -> None:
        body = form(*(part("file", content, "a") for content in contents))
        whole = outcome([body])

        assert outcome(cut(body, places)) == whole
        assert outcome(bytes([byte]) for byte in body) == whole
        if not any(b"\r\n--x-boundary" in b"\r\n" + content + b"\r\n" for content in contents):
            assert whole == [("file", "a", content) for content in contents]

    @settings(max_examples=200)
    @given(st.data(), PLACES)
    def test_any_damage_is_malformed_or_read_alike(self, data: st.DataObject, places: list[int]) -> None:
        body = form(part("user_id", b"ana"), part("file", b"content", "a.md"))
        for _ in range(data.draw(st.integers(1, 3))):
            at = data.draw(st.integers(0, len(body) - 1))
            body = body[:at] + data.draw(TRICKY) + body[at + data.draw(st.integers(0, 3)) :]

        assert outcome(cut(body, places)) == outcome([body])

    @given(st.binary(max_size=400), PLACES)
    def test_any_bytes_are_malformed_or_read_alike(self, body: bytes, places: list[int]) -> None:
        assert outcome(cut(body, places)) == outcome([body])


class TestMalformed:
    @pytest.mark.parametrize(
        "content_type",
        [
            "",
            "multipart/form-data",
            "multipart/form-data; boundary=",
            'multipart/form-data; boundary="',
            "multipart/form-data; boundary=" + "x" * 71,
            "multipart/form-data; boundary=é",
            'multipart/form-data; boundary="a\r\nb"',
        ],
    )
    def test_content_type_must_name_a_boundary(self, content_type: str) -> None:
        with pytest.raises(Invalid, match="names no boundary"):
            read([form()], content_type)

    @pytest.mark.parametrize(
        ("body", "why"),
        [
            (b"", "ends before its last boundary"),
            (form(part("file", b"x", "a"))[:-6], "ends before its last boundary"),
            (form(part("file", b"x", "a"))[:60], "ends before its last boundary"),
            (form(part("file", b"x", "a")).replace(b"\r\n", b"\n"), "ends before its last boundary"),
            (form(part("file", b"x", "a")).replace(b"--x-boundary\r\n", b"--x-boundary.\r\n"), "follows a boundary"),
            (form(b"\r\nx"), "no Content-Disposition"),
            (form(b"Content-Type: text/plain\r\n\r\nx"), "no Content-Disposition"),
            (form(b"Content-Disposition: attachment; name=a\r\n\r\nx"), "not form-data with a name"),
            (form(b"Content-Disposition: form-data\r\n\r\nx"), "not form-data with a name"),
            (form(b"no header\r\n\r\nx"), "a line that is no header"),
            (form(b" folded: header\r\n\r\nx"), "a line that is no header"),
            (form(*[part("a", b"1")] * 33), "at most 32 parts"),
            (form(b"X: " + b"a" * 20_000 + b"\r\n\r\nx"), "header is longer"),
            (form(b"X: a\r\n" * 4000 + b"\r\nx"), "header is longer"),
            (b"x" * 70_000 + form(), "something else than its boundary"),
            (form() + b"x" * 70_000, "goes on after its last boundary"),
        ],
    )
    def test_says_why(self, body: bytes, why: str) -> None:
        for pieces in ([body], cut(body, range(0, len(body), 997))):
            with pytest.raises(Invalid, match=why):
                read(pieces)

    def test_endless_header_is_given_up_early(self) -> None:
        endless = Body([b"--x-boundary\r\nX: ", *[b"a" * 1024] * 10_000])

        async def reading() -> None:
            async for _ in Multipart(TYPE, endless).parts():
                pass

        with pytest.raises(Invalid, match="header is longer"):
            asyncio.run(reading())
        assert endless.taken <= 2 + multipart.MAX_HEADER_BYTES // 1024 + 1

    def test_many_open_quotes_take_no_time(self) -> None:
        header = b'Content-Disposition: form-data; name="a"' + b';a="\\' * 3000
        body = form(*[header + b"\r\n\r\nx"] * 32)

        assert read([body]) == [("a", None, b"x")] * 32


class TestText:
    @staticmethod
    def text(content: bytes) -> str:
        async def reading() -> str:
            async for one in Multipart(TYPE, Body([form(part("user_id", content))])).parts():
                return await one.text()
            raise AssertionError

        return asyncio.run(reading())

    def test_is_utf_8(self) -> None:
        assert self.text("Zoë".encode()) == "Zoë"
        with pytest.raises(Invalid, match="not UTF-8"):
            self.text(b"\xff\xfe")

    def test_is_short(self) -> None:
        assert len(self.text(b"x" * multipart.MAX_FIELD_BYTES)) == multipart.MAX_FIELD_BYTES
        with pytest.raises(Invalid, match="longer than"):
            self.text(b"x" * (multipart.MAX_FIELD_BYTES + 1))
