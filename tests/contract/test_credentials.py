"""A credential by configuration alone, end to end over a real socket: what an untouched client can be made to send."""

import base64
from collections.abc import AsyncIterator
from urllib.parse import quote

import httpx
import pytest

from clara.core.clock import SystemClock
from clara.providers.tokens import LocalIssuer
from clara.testing import make_settings
from tests.contract.served import Served, served

pytestmark = pytest.mark.anyio

KEY = "a/b+c=d:e@f%20-0123456789"
"""With every character that a base64 secret, or a careless one, may have."""


@pytest.fixture(scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    settings = make_settings(tmp_path_factory.mktemp("data"), port=0, service_key=KEY)
    async with served(settings) as running:
        yield running


def basic(user: str, password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


class TestNoCredential:
    async def test_todays_untouched_client_is_let_in_nowhere(self, server: Served) -> None:
        for address in ("/rag/context/ana?query=x", "/homework/files/ana", "/homework/folders/ana"):
            answer = await server.client.get(address)
            assert answer.status_code == 401
            assert answer.json()["code"] == "unauthenticated"
        assert (
            await server.client.post("/homework/chat-rag", json={"message": "Hi", "user_id": "ana"})
        ).status_code == 401

    async def test_is_refused_before_the_body_is_read(self, server: Served) -> None:
        async with server.connect() as wire:
            headers = {"Content-Type": "application/json", "Content-Length": "1000"}
            await wire.request("POST /homework/chat-rag", headers)

            status, _ = await wire.head()

        assert status == 401


class TestBasic:
    @pytest.mark.parametrize("user", ["clara", "", "anything", "ana", "ünï"])
    async def test_key_is_the_password_of_any_user_name(self, server: Served, user: str) -> None:
        answer = await server.client.get("/homework/files/ana", headers=basic(user, KEY))

        assert answer.status_code == 200

    async def test_key_in_the_url_is_enough(self, server: Served) -> None:
        url = f"http://clara:{quote(KEY, safe='')}@127.0.0.1:{server.port}"
        async with httpx.AsyncClient(base_url=url) as agent:
            context = await agent.get("/rag/context/ana", params={"query": "cells"})
            search = await agent.get("/rag/search/ana", params={"query": "cells", "class_id": "", "limit": 5})

        assert (context.status_code, search.status_code) == (200, 200)
        assert context.json()["user_id"] == "ana"

    async def test_scheme_is_not_case_sensitive(self, server: Served) -> None:
        value = basic("clara", KEY)["Authorization"].replace("Basic ", "bAsIc  ")

        assert (await server.client.get("/homework/files/ana", headers={"Authorization": value})).status_code == 200

    @pytest.mark.parametrize("value", ["Basic", "Basic !!!", "Basic Y2xhcmE=", "Basic Og==", "Basic /w==", "Digest x"])
    async def test_anything_else_is_refused(self, server: Served, value: str) -> None:
        answer = await server.client.get("/homework/files/ana", headers={"Authorization": value})

        assert answer.status_code == 401

    async def test_wrong_key_is_refused(self, server: Served) -> None:
        assert (await server.client.get("/homework/files/ana", headers=basic("clara", KEY + "x"))).status_code == 401
        assert (await server.client.get("/homework/files/ana", headers=basic(KEY, ""))).status_code == 401


class TestBearer:
    async def test_service_key_acts_for_whom_the_request_names(self, server: Served) -> None:
        headers = {"Authorization": f"Bearer {KEY}"}

        assert (await server.client.get("/homework/files/ana", headers=headers)).status_code == 200
        nobody = await server.client.get("/homework/files", headers=headers)
        assert (nobody.status_code, nobody.json()["code"]) == (422, "user_required")
        named = await server.client.get("/homework/files", headers=headers | {"X-Clara-User": "ana"})
        assert named.status_code == 200

    async def test_header_that_disagrees_is_refused(self, server: Served) -> None:
        headers = basic("clara", KEY) | {"X-Clara-User": "ben"}

        for answer in (
            await server.client.get("/homework/files/ana", headers=headers),
            await server.client.get("/homework/files?user_id=ana", headers=headers),
            await server.client.post("/homework/folders", headers=headers, json={"name": "x", "user_id": "ana"}),
            await server.client.post(
                "/file-upload/", headers=headers, files={"file": ("a.txt", b"x")}, data={"user_id": "ana"}
            ),
        ):
            assert (answer.status_code, answer.json()["code"]) == (403, "user_mismatch")

    async def test_token_is_its_own_learner(self, server: Served, tmp_path_factory: pytest.TempPathFactory) -> None:
        folder = server.app.state.services.settings.data_dir
        headers = {"Authorization": f"Bearer {LocalIssuer(folder, SystemClock()).mint('user|2abc')}"}

        assert (await server.client.get("/v1/me", headers=headers)).json()["user_id"] == "user|2abc"
        assert (await server.client.get("/homework/files/user%7C2abc", headers=headers)).status_code == 200
        assert (await server.client.get("/homework/files/ana", headers=headers)).status_code == 403

    async def test_two_credentials_that_disagree_are_refused(self, server: Served) -> None:
        pairs = [("Authorization", basic("x", KEY)["Authorization"]), ("Authorization", "Bearer other")]

        answer = await server.client.get("/homework/files/ana", headers=pairs)

        assert (answer.status_code, answer.json()["code"]) == (401, "conflicting_credentials")


class TestCookie:
    async def test_signs_in_and_writes_with_its_origin_only(self, server: Served) -> None:
        origin = f"http://127.0.0.1:{server.port}"
        link = await server.app.state.local_sign_in.link(origin, "ana")
        async with httpx.AsyncClient(base_url=origin) as browser:
            signed_in = await browser.post("/v1/sign-in", json={"token": link.partition("#sign-in=")[2]})
            assert signed_in.status_code == 204
            assert (await browser.get("/v1/me")).json()["user_id"] == "ana"
            own = await browser.post("/v1/folders", json={"name": "x"}, headers={"Origin": origin})
            foreign = await browser.post("/v1/folders", json={"name": "x"}, headers={"Origin": "https://evil.test"})
            without = await browser.post("/v1/folders", json={"name": "x"})

        assert [answer.status_code for answer in (own, foreign, without)] == [201, 403, 403]
