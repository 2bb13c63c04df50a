"""Bad input over a real socket: a clear error, nothing lost, nothing half-made, no word of the inside."""

import asyncio
import base64
import contextlib
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from clara.rag.search import SearchEngine
from clara.testing import make_settings
from clara.tutor.answering import Question
from clara.tutor.events import TextEvent
from tests.contract.served import DEADLINE_S, Served, served
from tests.rag.documents_made import make_docx_bomb, make_pdf, make_pdf_without_pages

pytestmark = pytest.mark.anyio

MIB = 2**20
JSON = {"Content-Type": "application/json"}
INSIDE = re.compile(
    r"Traceback|\.py\b|sqlalchemy|sqlite|pydantic|/(?:work|tmp|home|root|usr)/|0x[0-9a-f]{8}", re.IGNORECASE
)
ODD_NAMES = [
    "../../etc/passwd",
    "..\\..\\boot.ini",
    "%2e%2e%2fetc%2fpasswd",
    "/",
    ".",
    "..",
    "a\0b.md",
    "a\r\nb.md",
    "x" * 5000 + ".md",
    "\u202egpj.md",
    "😀" * 300 + ".md",
    " ",
    "",
    "CON",
    "a;b=c\"d'.md",
    "<script>alert(1)</script>.md",
]


ODD = [
    "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    "..%2f..%2fetc%2fpasswd",
    "%00",
    "a%00b",
    "%ff%fe",
    "x" * 5000,
    "%E2%80%AE",
    "%F0%9F%98%80",
    "%0d%0aX-Injected:%201",
    "%25%32%66",
    "none",
    "'%20OR%201=1--",
    "-1",
]


class WaitingAnswerer:
    """Answers when it is told to."""

    name = "waiting"

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.go = asyncio.Event()

    def __call__(self, search: SearchEngine) -> "WaitingAnswerer":
        return self

    async def answer(self, question: Question) -> AsyncIterator[TextEvent]:
        yield TextEvent("Let me think. ")
        self.asked.set()
        await self.go.wait()
        yield TextEvent("That is it.")


@pytest.fixture(scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    settings = make_settings(
        tmp_path_factory.mktemp("data"),
        port=0,
        files={"max_bytes": MIB, "max_pages": 50, "max_unzipped_bytes": 8 * MIB},
        limits={"uploads_per_minute": 100_000, "chat_per_minute": 100_000},
    )
    async with served(settings) as running:
        yield running


@pytest.fixture(autouse=True)
async def nothing_is_half_made(server: Served) -> AsyncIterator[None]:
    """After every test: no upload under way, no blob that is nobody's, and the server answers."""
    yield
    await server.until_nothing_is_half_made()
    assert (await server.client.get("/health/ready")).status_code == 200


@pytest.fixture
def ana(server: Served) -> dict[str, str]:
    return server.headers("ana")


def refused(answer: httpx.Response, *statuses: int) -> str:
    """Check that this is a problem that tells nothing of the inside; return its code."""
    assert answer.status_code in statuses, (answer.status_code, answer.text)
    assert answer.headers["content-type"] == "application/problem+json"
    assert not INSIDE.search(answer.text), answer.text
    body = answer.json()
    assert body["status"] == answer.status_code
    assert body["detail"]
    return str(body["code"])


class TestFiles:
    @pytest.mark.parametrize(
        ("name", "data", "status", "code"),
        [
            ("empty.pdf", b"", 422, "empty_file"),
            ("random.pdf", bytes(range(256)) * 20, 415, "unsupported_type"),
            ("picture.docx", b"\x89PNG\r\n\x1a\n" + bytes(100), 415, "unsupported_type"),
            ("program.txt", b"\x7fELF\x02\x01\x01" + bytes(100), 415, "unsupported_type"),
            ("page.svg", b"<svg xmlns='http://www.w3.org/2000/svg'></svg>", 415, "unsupported_type"),
            ("large.txt", b"x" * (MIB + 1), 413, "file_too_large"),
        ],
    )
    async def test_that_no_reader_takes_are_refused_at_once(
        self, server: Served, ana: dict[str, str], name: str, data: bytes, status: int, code: str
    ) -> None:
        answer = await server.client.post("/v1/files", headers=ana, files={"file": (name, data)})

        assert refused(answer, status) == code

    @pytest.mark.parametrize(
        ("name", "data", "code"),
        [
            ("none.pdf", make_pdf_without_pages(), "empty_document"),
            ("secret.pdf", make_pdf(["secret"], user_password="pw"), "encrypted_pdf"),
            ("cut.pdf", make_pdf(["text"] * 5)[:-900], None),
            ("half.pdf", make_pdf(["text"] * 5)[:500], "damaged_pdf"),
            ("start.pdf", b"%PDF-1.7\n", "damaged_pdf"),
            ("long.pdf", make_pdf(["x"] * 51), "too_many_pages"),
            ("bomb.docx", make_docx_bomb(9), "zip_bomb"),
            ("liar.docx", make_docx_bomb(9, claimed_bytes=10), "damaged_docx"),
        ],
    )
    async def test_that_cannot_be_read_end_failed_with_the_reason(
        self, server: Served, ana: dict[str, str], name: str, data: bytes, code: str | None
    ) -> None:
        answer = await server.client.post("/homework/upload-rag", headers=ana, files={"file": (name, data)})

        if code is None:
            assert answer.status_code in (200, 422)
            return
        assert refused(answer, 422) == code
        file = (await server.client.get(f"/v1/files/{answer.json()['file_id']}", headers=ana)).json()
        assert (file["status"], file["error"]["code"]) == ("failed", code)
        assert not INSIDE.search(file["error"]["detail"])

    @pytest.mark.parametrize("name", ODD_NAMES)
    async def test_with_odd_names_are_kept_under_tame_ones(
        self, server: Served, ana: dict[str, str], name: str
    ) -> None:
        body = {"filename": name or "x", "content": f"# Title\n\n{name!r}", "user_id": "ana"}

        answer = await server.client.post("/homework/upload-rag", headers=ana, json=body)

        if "\0" in name:
            assert refused(answer, 422) == "invalid_text"
            return
        kept = answer.json()["filename"]
        assert answer.status_code == 200
        assert 1 <= len(kept) <= 255
        assert not re.search(r"[/\\\x00-\x1f\u202e]|^\.", kept)
        shown = await server.client.get(f"/v1/files/{answer.json()['file_id']}/content", headers=ana)
        assert shown.status_code == 200
        assert "\n" not in shown.headers["content-disposition"]

    @pytest.mark.parametrize("name", ["../../x.md", "a\0b.md", "x" * 5000 + ".md", "\u202egpj.md", "😀.md"])
    async def test_with_odd_names_in_forms(self, server: Served, ana: dict[str, str], name: str) -> None:
        disposition = f'form-data; name="file"; filename="{name}"'.encode()
        body = b"--b\r\nContent-Disposition: " + disposition + b"\r\n\r\n# Title\r\n--b--\r\n"
        headers = ana | {"Content-Type": "multipart/form-data; boundary=b"}

        answer = await server.client.post("/v1/files", headers=headers, content=body)

        assert answer.status_code == 202, answer.text
        assert not re.search(r"[/\\\x00-\x1f\u202e]|^\.", answer.json()["name"])


class TestAddresses:
    @pytest.mark.parametrize("odd", ODD)
    async def test_odd_ids_are_not_there(self, server: Served, ana: dict[str, str], odd: str) -> None:
        for address in (
            f"/v1/files/{odd}",
            f"/v1/files/{odd}/content",
            f"/v1/files/{odd}/pages/1",
            f"/v1/folders/{odd}",
            f"/v1/chats/{odd}",
            f"/homework/conversations/{odd}/messages",
            f"/assets/{odd}",
        ):
            answer = await server.client.get(address, headers=ana)
            assert refused(answer, 404, 422), address
            assert "x-injected" not in answer.headers
        assert refused(await server.client.delete(f"/v1/files/{odd}", headers=ana), 404, 422)

    @pytest.mark.parametrize("odd", ODD)
    async def test_odd_queries_are_refused_or_find_nothing(self, server: Served, ana: dict[str, str], odd: str) -> None:
        for address in (
            f"/v1/search?q={odd}",
            f"/v1/search?q=x&folder_id={odd}",
            f"/v1/files?cursor={odd}",
            f"/v1/files?limit={odd}",
            f"/v1/files?status={odd}",
            f"/v1/chats?cursor={odd}",
            f"/rag/search/ana?query={odd}",
            f"/rag/context/ana?query=x&max_tokens={odd}",
            f"/homework/files/ana?class_id={odd}",
            f"/homework/files?user_id={odd}",
        ):
            answer = await server.client.get(address, headers=ana)
            assert answer.status_code in (200, 403, 404, 422), (address, answer.text)
            assert not INSIDE.search(answer.text)

    @pytest.mark.parametrize("number", ["0", "-1", "1.5", "9" * 30, "NaN", "1e3", "%20"])
    async def test_odd_page_numbers_are_refused(self, server: Served, ana: dict[str, str], number: str) -> None:
        for ending in ("", "/image"):
            assert refused(await server.client.get(f"/v1/files/x/pages/{number}{ending}", headers=ana), 404, 422)

    async def test_cursors_are_opaque_and_checked(self, server: Served, ana: dict[str, str]) -> None:
        chat = (await server.client.post("/v1/chats", json={}, headers=ana)).json()["id"]
        for value in (
            '[1.0, "x"]',
            "[1e400, 1]",
            '[1e400, "a"]',
            '[NaN, "a"]',
            '{"a": 1}',
            "[" * 300,
            '["a", "b"]',
            "null",
            "[1.5, null]",
            '[-1e308, "\\u0000"]',
            '[1.5, "\\ud800"]',
            '[1e308, "a"]',
            '[-1e308, "a"]',
            "\xff",
        ):
            cursor = base64.urlsafe_b64encode(value.encode()).decode()
            for address in ("/v1/files", "/v1/folders", "/v1/chats", f"/v1/chats/{chat}/messages"):
                answer = await server.client.get(address, params={"cursor": cursor}, headers=ana)
                assert answer.status_code in (200, 422), (value, answer.text)


class TestJson:
    ADDRESSES = ("/v1/folders", "/v1/chats", "/homework/chat-rag", "/homework/folders")

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"{",
            b"nul",
            b"[]",
            b'"text"',
            b"5",
            b"null",
            b'{"name": "a",}',
            b"{'name': 'a'}",
            b'{"name": NaN}',
            b'{"name": Infinity, "message": -Infinity}',
            b'{"name": 1e999, "message": 1e999}',
            b'{"name": ' + b"9" * 5000 + b"}",
            b'{"name": "a\x00b", "message": "x\x00"}',
            b'{"name": "a\\u0000b", "message": "\\u0000", "title": "\\u0000"}',
            b'{"name": "\\ud800", "message": "\\udfff", "title": "\\ud800"}',
            b'{"name": "\xff\xfe"}',
            b"\xff\xfe{\x00}\x00",
            b'{"a":' * 100_000,
            b"[" * 500_000,
            b'{"name":' + b"[" * 190 + b"]" * 190 + b', "message": [], "title": []}',
            b'{"name": true, "message": false, "title": 1}',
            b'{"name": {"a": 1}, "message": {}, "title": {}}',
        ],
    )
    async def test_of_another_shape_is_refused(self, server: Served, ana: dict[str, str], body: bytes) -> None:
        for address in self.ADDRESSES:
            answer = await server.client.post(address, headers=ana | JSON, content=body)
            assert refused(answer, 422), address

    async def test_unknown_fields_are_refused_on_our_own_routes(self, server: Served, ana: dict[str, str]) -> None:
        answer = await server.client.post("/v1/folders", headers=ana, json={"name": "x", "colour": "red"})

        assert refused(answer, 422) == "invalid"
        assert answer.json()["errors"][0]["loc"] == ["body", "colour"]

    async def test_unknown_fields_are_let_through_where_existing_clients_call(
        self, server: Served, ana: dict[str, str]
    ) -> None:
        folder = {"name": "x", "colour": "red", "user_id": "ana"}
        question = {"message": "Hi", "model": "gpt", "temperature": 0.5, "nested": {"a": [1]}}

        assert (await server.client.post("/homework/folders", headers=ana, json=folder)).status_code == 200
        assert (await server.client.post("/homework/chat-rag", headers=ana, json=question)).status_code == 200

    @pytest.mark.parametrize(
        "content_type",
        [None, "", "text/plain", "application/xml", "multipart/form-data", "application/jsonp", "x" * 900],
    )
    async def test_of_another_content_type_is_refused(
        self, server: Served, ana: dict[str, str], content_type: str | None
    ) -> None:
        headers = ana | ({"Content-Type": content_type} if content_type is not None else {})

        for address in self.ADDRESSES:
            answer = await server.client.post(address, headers=headers, content=b'{"name": "x", "message": "x"}')
            assert refused(answer, 415) == "unsupported_media_type"

    async def test_packed_bodies_are_refused(self, server: Served, ana: dict[str, str]) -> None:
        headers = ana | JSON | {"Content-Encoding": "gzip"}

        assert refused(await server.client.post("/v1/folders", headers=headers, content=b"x"), 415)

    async def test_same_name_twice_is_one_value_for_all(self, server: Served, ana: dict[str, str]) -> None:
        body = b'{"name": "x", "user_id": "ben", "user_id": "ana"}'
        mine = await server.client.post("/homework/folders", headers=ana | JSON, content=body)
        theirs = await server.client.post(
            "/homework/folders", headers=ana | JSON, content=body.replace(b"ben", b"x").replace(b'"ana"', b'"ben"')
        )

        assert mine.json()["folder"]["user_id"] == "ana"
        assert refused(theirs, 403) == "user_mismatch"

    @pytest.mark.parametrize("user_id", ["", "a/b", "x" * 129, "a\nb", "\u202eana", 5, ["ana"], {"a": 1}, True])
    async def test_odd_user_ids_are_refused(self, server: Served, user_id: Any) -> None:
        headers = {"Authorization": server.headers("")["Authorization"]}

        answer = await server.client.post("/homework/folders", headers=headers, json={"name": "x", "user_id": user_id})

        assert refused(answer, 422) == "invalid_user_id"


class TestForms:
    @staticmethod
    def type_of(boundary: str) -> dict[str, str]:
        return {"Content-Type": f"multipart/form-data; boundary={boundary}"}

    @pytest.mark.parametrize(
        ("content_type", "body"),
        [
            ("multipart/form-data", b"--b\r\n\r\n--b--"),
            ("multipart/form-data; boundary=", b"--\r\n\r\n----"),
            ("multipart/form-data; boundary=" + "x" * 300, b""),
            ("multipart/form-data; boundary=b", b""),
            ("multipart/form-data; boundary=b", b"--b--"),
            ("multipart/form-data; boundary=b", b"x" * 100_000),
            (
                "multipart/form-data; boundary=b",
                b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n',
            ),
            (
                "multipart/form-data; boundary=b",
                b'--b\r\nContent-Disposition: form-data; name="file"\r\n\r\nx\r\n--c--',
            ),
            ("multipart/form-data; boundary=b", b"--b\r\n" + b"X: y\r\n" * 5000 + b"\r\n"),
            ("multipart/form-data; boundary=b", b"--b\r\nX: " + b"y" * 300_000),
            ("multipart/form-data; boundary=b", b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n' * 500),
            (
                "multipart/form-data; boundary=b",
                b'--b\r\nContent-Disposition: form-data; name="user_id"\r\n\r\n' + b"x" * 9000,
            ),
        ],
    )
    async def test_malformed_is_refused(
        self, server: Served, ana: dict[str, str], content_type: str, body: bytes
    ) -> None:
        for address in ("/v1/files", "/homework/upload-rag", "/file-upload/"):
            answer = await server.client.post(address, headers=ana | {"Content-Type": content_type}, content=body)
            assert refused(answer, 422) in ("invalid_multipart", "no_file")

    async def test_wrong_user_after_the_file_keeps_nothing(self, server: Served, ana: dict[str, str]) -> None:
        before = (await server.client.get("/v1/files", headers=ana)).json()["total"]
        parts = [("file", ("a.md", b"# A\n\n" + b"text " * 100_000)), ("user_id", (None, "ben"))]

        for address in ("/v1/files", "/homework/upload-rag"):
            assert refused(await server.client.post(address, headers=ana, files=parts), 403) == "user_mismatch"

        assert (await server.client.get("/v1/files", headers=ana)).json()["total"] == before
        assert (await server.client.get("/v1/files", headers=server.headers("ben"))).json()["total"] == 0

    async def test_wrong_user_before_the_file_is_refused_without_waiting_for_it(self, server: Served) -> None:
        head = b'--b\r\nContent-Disposition: form-data; name="user_id"\r\n\r\nben\r\n--b\r\n'
        headers = server.headers("ana") | self.type_of("b") | {"Content-Length": "500000"}
        async with server.connect() as wire:
            await wire.request("POST /v1/files", headers, head)

            status, _ = await wire.head()

        assert status == 403

    async def test_byte_by_byte_is_read_alike(self, server: Served) -> None:
        body = (
            b'--b\r\nContent-Disposition: form-data; name="file"; filename="slow.md"\r\n\r\n# Slow\n\r\n--a\r\n--\r\n'
            b'--b\r\nContent-Disposition: form-data; name="user_id"\r\n\r\nana\r\n--b--\r\n'
        )
        headers = server.headers("ana") | self.type_of("b") | {"Transfer-Encoding": "chunked"}
        async with server.connect() as wire:
            await wire.request("POST /v1/files", headers)
            for byte in body:
                await wire.send(b"1\r\n%c\r\n" % byte)
            await wire.send(b"0\r\n\r\n")
            status, _ = await wire.head()

        assert status == 202


class TestSize:
    async def test_declared_length_is_refused_before_the_body(self, server: Served, ana: dict[str, str]) -> None:
        for address, length in (("/v1/folders", 2 * MIB), ("/v1/files", 200 * MIB), ("/homework/upload-rag", 10**18)):
            kind = JSON if address == "/v1/folders" else TestForms.type_of("b")
            async with server.connect() as wire:
                await wire.request(f"POST {address}", ana | kind | {"Content-Length": str(length)})
                status, _ = await wire.head()
            assert status == 413

    @pytest.mark.parametrize("address", ["/v1/folders", "/v1/files"])
    async def test_chunked_body_is_cut_at_the_limit(self, server: Served, ana: dict[str, str], address: str) -> None:
        kind = JSON if address == "/v1/folders" else TestForms.type_of("b")
        start = (
            b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n' if kind != JSON else b'"'
        )
        async with server.connect() as wire:
            await wire.request(f"POST {address}", ana | kind | {"Transfer-Encoding": "chunked"})
            sent = 0
            with contextlib.suppress(ConnectionError):
                await wire.send(b"%x\r\n%b\r\n" % (len(start), start))
                while sent < 50 * MIB and not wire.reader._buffer:  # type: ignore[attr-defined]
                    await wire.send(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")
                    sent += 0x10000
            status, _ = await wire.head()

        assert status == 413
        assert sent < 10 * MIB

    async def test_headers_are_bounded(self, server: Served) -> None:
        async with server.connect() as wire:
            with contextlib.suppress(ConnectionError):
                await wire.send(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n")
                for _ in range(1000):
                    await wire.send(b"X-Bomb: " + b"x" * 10_000 + b"\r\n")
                pytest.fail("the server takes headers without an end")

    @pytest.mark.parametrize(
        "request_",
        [
            b"\x16\x03\x01\x02\x00\x01\x00\x01",
            b"GET\r\n\r\n",
            b"GET / HTTP/9.9\r\nHost: 127.0.0.1\r\n\r\n",
            b"POST /v1/folders HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: -5\r\n\r\n",
            b"POST /v1/folders HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
            b"POST /v1/folders HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
            b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nBad Header: 1\r\n\r\n",
        ],
    )
    async def test_what_is_no_http_is_answered_and_closed(self, server: Served, request_: bytes) -> None:
        async with server.connect() as wire:
            await wire.send(request_)
            with contextlib.suppress(ConnectionError):
                answer = await asyncio.wait_for(wire.reader.read(12), DEADLINE_S)
                assert answer[:9] in (b"", b"HTTP/1.1 ")
                assert answer[9:10] in (b"", b"4")


class TestSlowness:
    async def test_slow_uploads_hold_up_nobody_else(self, server: Served) -> None:
        slow = server.headers("slow")
        body = b'{"filename": "a.md", "content": "' + b"x" * 10_000
        async with contextlib.AsyncExitStack() as stack:
            for kind, start in ((JSON, body), (TestForms.type_of("b"), b"--b\r\n")) * 8:
                wire = await stack.enter_async_context(server.connect())
                headers = slow | kind | {"Content-Length": "900000"}
                await wire.request("POST /homework/upload-rag", headers, start)

            quick = {"filename": "quick.md", "content": "# Quick", "user_id": "quick"}
            answer = await server.client.post("/homework/upload-rag", headers=server.headers("quick"), json=quick)

            assert answer.status_code == 200


class TestDisconnect:
    @pytest.mark.parametrize("chunked", [True, False])
    async def test_in_the_middle_of_an_upload_leaves_nothing(self, server: Served, chunked: bool) -> None:
        headers = server.headers("gone") | TestForms.type_of("b")
        start = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.md"\r\n\r\n' + b"# text\n" * 30_000
        async with server.connect() as wire:
            if chunked:
                await wire.request("POST /v1/files", headers | {"Transfer-Encoding": "chunked"})
                await wire.send(b"%x\r\n%b\r\n" % (len(start), start))
            else:
                await wire.request("POST /v1/files", headers | {"Content-Length": str(MIB)}, start)
            async with asyncio.timeout(DEADLINE_S):
                while not await server.uploads_under_way():
                    await asyncio.sleep(0.01)
            wire.writer.transport.abort()

        await server.until_nothing_is_half_made()
        assert (await server.client.get("/v1/files", headers=server.headers("gone"))).json()["total"] == 0

    async def test_in_the_middle_of_json_leaves_nothing(self, server: Served) -> None:
        headers = server.headers("gone") | JSON | {"Content-Length": "900000"}
        async with server.connect() as wire:
            await wire.request(
                "POST /homework/upload-rag", headers, b'{"filename": "a.md", "content": "' + b"x" * 99_999
            )
            wire.writer.transport.abort()

        assert (await server.client.get("/v1/files", headers=server.headers("gone"))).json()["total"] == 0

    async def test_in_the_middle_of_a_stream_ends_it(self, server: Served) -> None:
        ben = server.headers("watcher")
        file = {"file": ("a.md", b"# A\n\ntext")}
        file_id = (await server.client.post("/v1/files", headers=ben, files=file)).json()["id"]
        async with server.connect() as wire:
            await wire.request(f"GET /v1/files/{file_id}/events", ben)
            assert (await wire.head())[0] == 200
            wire.writer.transport.abort()

        async with asyncio.timeout(DEADLINE_S):
            while server.app.state.services.drain.streams:
                await asyncio.sleep(0.01)


class TestTwice:
    async def test_the_same_upload_at_once_is_one_file(self, server: Served) -> None:
        async def upload() -> httpx.Response:
            file = {"file": ("same.md", b"# Same\n\nThe same bytes.")}
            return await server.client.post("/homework/upload-rag", headers=server.headers("twin"), files=file)

        answers = await asyncio.gather(*(upload() for _ in range(8)))

        assert {answer.status_code for answer in answers} == {200}
        assert len({answer.json()["file_id"] for answer in answers}) == 1
        assert (await server.client.get("/v1/files", headers=server.headers("twin"))).json()["total"] == 1

    async def test_the_same_folder_at_once_is_made_each_time(self, server: Served) -> None:
        async def make() -> httpx.Response:
            return await server.client.post("/v1/folders", headers=server.headers("twin"), json={"name": "Same"})

        answers = await asyncio.gather(*(make() for _ in range(8)))

        assert {answer.status_code for answer in answers} == {201}
        assert len({answer.json()["id"] for answer in answers}) == 8

    async def test_the_same_deletion_at_once_is_done_once(self, server: Served) -> None:
        headers = server.headers("twin2")
        file = {"file": ("same.md", b"# Same\n\nThe same bytes.")}
        file_id = (await server.client.post("/homework/upload-rag", headers=headers, files=file)).json()["file_id"]

        answers = await asyncio.gather(
            *(server.client.delete(f"/v1/files/{file_id}", headers=headers) for _ in range(8))
        )

        assert sorted(answer.status_code for answer in answers) == [200] + [404] * 7

    async def test_the_same_message_at_once_is_answered_once(self, tmp_path: Path) -> None:
        answerer = WaitingAnswerer()
        async with served(make_settings(tmp_path, port=0), answerer=answerer) as server:
            headers = server.headers("ana")
            chat = (await server.client.post("/v1/chats", headers=headers, json={})).json()["id"]
            ask = {"url": f"/v1/chats/{chat}/messages", "headers": headers, "json": {"content": "Why?"}}
            first = asyncio.create_task(server.client.post(**ask))
            await asyncio.wait_for(answerer.asked.wait(), DEADLINE_S)

            second = await server.client.post(**ask)
            other = {"message": "Why?", "conversation_id": chat}
            third = await server.client.post("/homework/chat-rag", headers=headers, json=other)
            answerer.go.set()

            assert (await first).status_code == 200
            for answer in (second, third):
                assert refused(answer, 409) == "turn_running"
                assert answer.headers["retry-after"] == "1"
            messages = (await server.client.get(f"/v1/chats/{chat}/messages", headers=headers)).json()["messages"]
            assert [message["role"] for message in messages] == ["user", "assistant"]

    async def test_two_first_questions_of_a_made_up_conversation(self, server: Served) -> None:
        async def ask(number: int) -> httpx.Response:
            body = {"message": f"Question {number}?", "conversation_id": "made-up"}
            return await server.client.post("/homework/chat-rag", headers=server.headers("racer"), json=body)

        answers = await asyncio.gather(*(ask(number) for number in range(8)))

        answered = sum(answer.status_code == 200 for answer in answers)
        assert {answer.status_code for answer in answers} <= {200, 409}
        headers = server.headers("racer")
        messages = (await server.client.get("/v1/chats/made-up/messages", headers=headers)).json()["messages"]
        assert len(messages) == 2 * answered
        assert (await server.client.get("/v1/chats", headers=headers)).json()["total"] == 1


class TestStreamedAnswer:
    async def test_is_finished_when_nobody_listens_any_more(self, tmp_path: Path) -> None:
        answerer = WaitingAnswerer()
        async with served(make_settings(tmp_path, port=0), answerer=answerer) as server:
            headers = server.headers("ana")
            chat = (await server.client.post("/v1/chats", headers=headers, json={})).json()["id"]
            body = json.dumps({"content": "Why?"}).encode()
            sent = headers | JSON | {"Accept": "text/event-stream", "Content-Length": str(len(body))}
            async with server.connect() as wire:
                await wire.request(f"POST /v1/chats/{chat}/messages", sent, body)
                assert (await wire.head())[0] == 200
                await asyncio.wait_for(wire.reader.readuntil(b"Let me think."), DEADLINE_S)
                wire.writer.transport.abort()
            async with asyncio.timeout(DEADLINE_S):
                while server.app.state.services.drain.streams:
                    await asyncio.sleep(0.01)
            answerer.go.set()

            async with asyncio.timeout(DEADLINE_S):
                messages: list[Any] = []
                while len(messages) < 2:
                    answer = await server.client.get(f"/v1/chats/{chat}/messages", headers=headers)
                    messages = answer.json()["messages"]
            assert messages[1]["content"] == "Let me think. That is it."
