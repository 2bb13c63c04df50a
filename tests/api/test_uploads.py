"""Uploads of either form, over HTTP in any pieces. What clients send and get: test_existing, test_files."""

import base64
import itertools
import json
from collections.abc import AsyncIterator, Sequence
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clara.api.uploads import JSON_UPLOAD_BYTES
from tests.api.existing_client import code_of
from tests.learners import Learner

pytestmark = pytest.mark.anyio

MIB = 2**20
NOTES = b"# Notes\r\n\r\n--b is not the boundary\r\n--\r\n\r\ntext\r\n"
FORM = (
    b'--b\r\nContent-Disposition: form-data; name="user_id"\r\n\r\n%s\r\n'
    b'--b\r\nContent-Disposition: form-data; name="file"; filename="notes.md"\r\nContent-Type: text/markdown\r\n\r\n'
    + NOTES
    + b'\r\n--b\r\nContent-Disposition: form-data; name="folder_id"\r\n\r\n\r\n--b--\r\n'
).replace(b"--b is", b"--c is")


async def send(learner: Learner, pieces: Sequence[bytes]) -> httpx.Response:
    async def body() -> AsyncIterator[bytes]:
        for piece in pieces:
            yield piece

    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    return await learner.post("/v1/files", content=body(), headers=headers)


class TestForm:
    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(places=st.lists(st.integers(0, len(FORM) + 40), max_size=12))
    async def test_in_any_pieces_is_the_same_file(self, ana: Learner, places: list[int]) -> None:
        body = FORM % ana.id.encode()
        edges = [0, *sorted(place % len(body) for place in places), len(body)]

        answer = await send(ana, [body[start:end] for start, end in itertools.pairwise(edges)])

        assert answer.status_code == 202, answer.text
        file = answer.json()
        assert (file["name"], file["size"], file["folder_id"]) == ("notes.md", len(NOTES), None)
        assert (await ana.get("/v1/files")).json()["total"] == 1

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(damages=st.lists(st.tuples(st.integers(0, 400), st.binary(max_size=4), st.integers(0, 4)), min_size=1))
    async def test_damaged_is_refused_or_read_and_never_fails(
        self, ana: Learner, damages: list[tuple[int, bytes, int]]
    ) -> None:
        body = FORM % ana.id.encode()
        for at, put, cut in damages[:4]:
            body = body[:at] + put + body[at + cut :]

        answer = await send(ana, [body])

        assert answer.status_code in (202, 403, 404, 415, 422), answer.text


class TestJson:
    async def test_of_the_size_that_existing_clients_send_is_taken(self, ana: Learner) -> None:
        content = base64.b64encode(b"%PDF-1.7\n" + bytes(10 * MIB)).decode()
        body = {"filename": "a.pdf", "content": content, "content_type": "binary"}

        answer = await ana.post("/homework/upload-rag", json=body)

        assert code_of(answer) == (422, "damaged_pdf"), "taken, and found to be no PDF when it was read"

    async def test_larger_than_memory_should_hold_is_refused_unread(self, ana: Learner) -> None:
        asked = 0

        async def body() -> AsyncIterator[bytes]:
            nonlocal asked
            yield b'{"filename": "a.txt", "content": "'
            while asked < 4 * JSON_UPLOAD_BYTES:
                asked += MIB
                yield b"x" * MIB

        headers = {"Content-Type": "application/json"}
        answer = await ana.post("/homework/upload-rag", content=body(), headers=headers)
        declared = await ana.post(
            "/homework/upload-rag", content=b"", headers=headers | {"Content-Length": str(JSON_UPLOAD_BYTES + 1)}
        )

        assert code_of(answer) == code_of(declared) == (413, "body_too_large")

    @pytest.mark.parametrize("content_type", ["application/json", "application/vnd.api+json; charset=utf-8"])
    async def test_of_any_json_type_is_taken(self, ana: Learner, content_type: str) -> None:
        body: dict[str, Any] = {"filename": "a.txt", "content": "ä"}

        answer = await ana.post(
            "/homework/upload-rag", content=json.dumps(body), headers={"Content-Type": content_type}
        )

        assert answer.status_code == 200


class TestTypes:
    @pytest.mark.parametrize(
        ("name", "data"),
        [
            ("a.jpg", b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(100)),
            ("a.png", b"\x89PNG\r\n\x1a\n" + bytes(100)),
            ("a.gif", b"GIF89a" + bytes(100)),
            ("a.webp", b"RIFF\x00\x00\x00\x00WEBPVP8 " + bytes(100)),
        ],
    )
    async def test_that_are_no_pictures_though_they_begin_like_some(self, ana: Learner, name: str, data: bytes) -> None:
        answer = await ana.post("/homework/upload-rag", files={"file": (name, data)})

        assert code_of(answer) == (415, "unsupported_type")
        assert answer.json()["read"] == ["PDF", "DOCX", "HTML", "Markdown", "plain text", "CSV"]
        assert "PDF, DOCX, HTML" in answer.json()["detail"]
