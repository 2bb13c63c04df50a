"""What answers say besides their body: when to come back, which methods there are, HEAD."""

import contextlib
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from clara.api.routes import WEBSOCKET
from clara.testing import RunningApp, make_settings, running_app
from tests.contract.test_isolation import code_in
from tests.learners import Learner

pytestmark = pytest.mark.anyio


@contextlib.asynccontextmanager
async def limited(folder: Path, **limits: int) -> AsyncIterator[Learner]:
    async with running_app(make_settings(folder, limits=limits), work=False) as app:
        yield Learner(app, "ana")


class TestTooManyRequests:
    @pytest.mark.parametrize(
        ("limit", "method", "address"),
        [
            ("reads_per_minute", "GET", "/v1/files"),
            ("chat_per_minute", "POST", "/homework/chat-rag"),
            ("uploads_per_minute", "POST", "/v1/files/x/retry"),
        ],
    )
    async def test_says_when_to_come_back(self, tmp_path: Path, limit: str, method: str, address: str) -> None:
        async with limited(tmp_path, **{limit: 2}) as ana:
            body = {"json": {"message": "Hi"}} if "chat" in address else {}
            answers = [await ana.request(method, address, **body) for _ in range(3)]
            other = Learner(ana.app, "ben")
            elsewhere = await other.request(method, address, **body)

        assert [answer.status_code for answer in answers].count(429) == 1
        last = answers[-1]
        assert last.status_code == 429
        assert last.json()["code"] == "too_many_requests"
        assert 1 <= int(last.headers["retry-after"]) <= 60
        assert last.json()["retry_after_s"] == int(last.headers["retry-after"])
        assert last.headers["ratelimit-limit"] == "2"
        assert last.headers["ratelimit-remaining"] == "0"
        assert answers[0].headers["ratelimit-remaining"] == "1"
        assert elsewhere.status_code != 429, "another learner has an allowance of their own"

    async def test_failed_sign_ins_are_limited_by_address(self, tmp_path: Path) -> None:
        async with limited(tmp_path, failed_sign_ins_per_minute=2) as ana:
            answers = [await ana.app.client.post("/v1/sign-in", json={"token": "x"}) for _ in range(3)]

        assert [answer.status_code for answer in answers] == [401, 401, 429]
        assert int(answers[2].headers["retry-after"]) >= 1


class TestUnavailable:
    async def test_draining_refuses_all_but_health(self, clara: RunningApp) -> None:
        ana = Learner(clara, "ana")
        clara.app.state.services.drain.begin()

        for method, address in (("GET", "/v1/files"), ("POST", "/homework/chat-rag"), ("GET", "/docs")):
            answer = await ana.request(method, address)
            assert (answer.status_code, answer.json()["code"]) == (503, "draining")
            assert answer.headers["retry-after"] == "2"

    async def test_without_a_database_says_when_to_come_back(self, tmp_path: Path) -> None:
        async with running_app(make_settings(tmp_path), work=False) as app:
            app.app.state.services.database.close()
            ana = Learner(app, "ana")

            for method, address in (("GET", "/v1/files"), ("GET", "/homework/folders/ana"), ("DELETE", "/v1/chats/x")):
                answer = await ana.request(method, address)
                assert (answer.status_code, answer.json()["code"]) == (503, "database_unavailable")
                assert int(answer.headers["retry-after"]) >= 1

    async def test_without_storage_says_when_to_come_back(self, clara: RunningApp) -> None:
        ana = Learner(clara, "ana")
        folder = clara.settings.data_dir / "files"
        folder.rmdir()
        folder.write_text("not a folder")

        answer = await ana.post("/v1/files", files={"file": ("a.md", b"# A\n\ntext")})

        assert (answer.status_code, answer.json()["code"]) == (503, "storage_unavailable")
        assert int(answer.headers["retry-after"]) >= 1
        assert "/" not in answer.json()["detail"].replace("https://", "")
        folder.unlink()
        folder.mkdir()
        again = await ana.post("/v1/files", files={"file": ("a.md", b"# A\n\ntext")})
        assert again.status_code == 202


class TestMethods:
    async def test_405_lists_the_methods_of_the_address(self, ana: Learner) -> None:
        table: dict[str, set[str]] = {}
        for name in ana.app.app.state.policies:
            method, path = name.split(" ")
            if method == WEBSOCKET:
                continue
            also = {"HEAD"} if method == "GET" else set()
            table.setdefault(re.sub(r"{[^}]*}", ana.id, path), set()).update({method} | also)
        del table["/openapi.json"], table["/metrics"], table["/v1/flags"]

        for address, methods in table.items():
            answer = await ana.request("PROPFIND", address)
            assert answer.status_code == 405, address
            assert code_in(answer) == "method_not_allowed"
            assert set(answer.headers["allow"].split(", ")) == methods, address

    async def test_head_is_get_without_the_body(self, ana: Learner) -> None:
        for address in (
            "/",
            "/health",
            "/docs",
            "/openapi.json",
            "/v1/me",
            "/v1/files",
            "/homework/folders/",
            "/v1/search?q=x",
        ):
            get, head = await ana.get(address), await ana.request("HEAD", address)
            assert (head.status_code, get.status_code) == (200, 200), address
            assert head.headers["content-type"] == get.headers["content-type"]

    async def test_unknown_addresses_are_problems(self, ana: Learner) -> None:
        for address in ("/nothing", "/v1", "/v1/files/x/y/z", "/homework", "/v1//files", "/.git/config"):
            for learner in (ana.headers, {}):
                answer = await ana.app.client.get(address, headers=learner)
                assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), address
