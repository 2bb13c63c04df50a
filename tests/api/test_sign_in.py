"""The sign-in link: once, in time, hashed, over POST; and the cookie that it becomes."""

import asyncio
from collections.abc import Iterator
from http.cookies import SimpleCookie
from typing import Any

import httpx
import pytest

from clara.api.sign_in import LINK_LIFE_S, SESSION_LIFE_S, LocalSignIn
from clara.core.credentials import digest
from clara.core.errors import Invalid
from clara.ops.limits import Rate

BASE = "http://127.0.0.1:8000"
ORIGIN = {"Origin": BASE}


@pytest.fixture
def local(edge: Any) -> LocalSignIn:
    return edge.app.state.local_sign_in


def link_token(local: LocalSignIn, user_id: str = "ana") -> str:
    return asyncio.run(local.link(BASE, user_id)).partition("#sign-in=")[2]


def cookie_of(answer: Any) -> Any:
    (morsel,) = SimpleCookie(answer.headers["set-cookie"]).values()
    return morsel


class TestLink:
    def test_has_its_token_in_the_fragment(self, edge: Any, local: LocalSignIn) -> None:
        link = asyncio.run(local.link(f"{BASE}/", "ana"))
        assert link.startswith(f"{BASE}/#sign-in=")
        assert len(link.partition("=")[2]) >= 43

    def test_is_kept_as_a_digest(self, edge: Any, local: LocalSignIn) -> None:
        token = link_token(local)
        assert list(edge.store.links) == [digest(token)]
        assert token not in repr(edge.store.links)

    def test_is_for_a_possible_user_only(self, local: LocalSignIn) -> None:
        with pytest.raises(Invalid):
            link_token(local, "a/b")


class TestSignIn:
    def test_becomes_a_cookie_that_signs_in(self, edge: Any, local: LocalSignIn) -> None:
        client = edge.client()
        answer = client.post("/v1/sign-in", json={"token": link_token(local)}, headers=ORIGIN)
        assert (answer.status_code, answer.content) == (204, b"")
        assert client.get("/v1/me").json()["owner"] == "ana"

    def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(self, edge: Any, local: LocalSignIn) -> None:
        answer = edge.client().post("/v1/sign-in", json={"token": link_token(local)})
        cookie = cookie_of(answer)
        assert cookie.key == "clara_session_8000"
        assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "strict", "/")
        assert (cookie["secure"], cookie["domain"], cookie["max-age"]) == ("", "", str(SESSION_LIFE_S))
        assert list(edge.store.sessions) == [digest(cookie.value)]

    def test_over_https_it_is_secure(self, edge: Any, local: LocalSignIn) -> None:
        client = edge.client("https://127.0.0.1:8000")
        assert cookie_of(client.post("/v1/sign-in", json={"token": link_token(local)}))["secure"] is True

    @pytest.mark.parametrize("late_s", [0, LINK_LIFE_S - 1])
    def test_within_ten_minutes(self, edge: Any, local: LocalSignIn, late_s: int) -> None:
        token = link_token(local)
        edge.clock.time += late_s
        assert edge.client().post("/v1/sign-in", json={"token": token}).status_code == 204

    def test_used_late_and_unknown_look_the_same(self, edge: Any, local: LocalSignIn, problem_of: Any) -> None:
        client, used, late = edge.client(), link_token(local), link_token(local)
        assert client.post("/v1/sign-in", json={"token": used}).status_code == 204
        edge.clock.time += LINK_LIFE_S
        answers = [client.post("/v1/sign-in", json={"token": token}) for token in (used, late, "guess")]
        bodies = [problem_of(answer) | {"instance": ""} for answer in answers]
        assert bodies[0] == bodies[1] == bodies[2]
        assert bodies[0]["code"] == "sign_in_failed"
        assert all("set-cookie" not in answer.headers for answer in answers)

    def test_of_many_at_once_one_gets_in(self, edge: Any, local: LocalSignIn) -> None:
        async def race() -> list[int]:
            token = (await local.link(BASE, "ana")).partition("=")[2]
            async with httpx.AsyncClient(transport=httpx.ASGITransport(edge.app), base_url=BASE) as client:
                posts = (client.post("/v1/sign-in", json={"token": token}) for _ in range(8))
                return sorted(answer.status_code for answer in await asyncio.gather(*posts))

        assert asyncio.run(race()) == [204] + [401] * 7
        assert len(edge.store.sessions) == 1

    def test_from_a_foreign_page_is_403(self, edge: Any, local: LocalSignIn) -> None:
        token = link_token(local)
        answer = edge.client().post("/v1/sign-in", json={"token": token}, headers={"Origin": "https://evil.test"})
        assert answer.status_code == 403
        assert edge.client().post("/v1/sign-in", json={"token": token}, headers=ORIGIN).status_code == 204

    @pytest.mark.parametrize("body", [{}, {"token": ""}, {"token": None}, {"token": 5}, {"token": "x" * 201}, []])
    def test_malformed_is_422(self, edge: Any, body: Any) -> None:
        assert edge.client().post("/v1/sign-in", json=body).status_code == 422

    def test_a_form_is_415(self, edge: Any) -> None:
        assert edge.client().post("/v1/sign-in", data={"token": "x"}).status_code == 415

    def test_by_get_is_405(self, edge: Any) -> None:
        assert edge.client().get("/v1/sign-in").status_code == 405


class TestFailures:
    @pytest.fixture
    def strict(self, edge_with: Any) -> Iterator[Any]:
        return edge_with(per_minute={Rate.FAILED_SIGN_IN: 3})

    def test_are_counted_by_address(self, strict: Any, problem_of: Any) -> None:
        client = strict.client(client=("203.0.113.7", 5))
        for _ in range(3):
            assert client.post("/v1/sign-in", json={"token": "guess"}).status_code == 401
        answer = client.post("/v1/sign-in", json={"token": "guess"})
        assert answer.status_code == 429
        assert answer.headers["retry-after"] == str(problem_of(answer)["retry_after_s"])
        other = strict.client(client=("203.0.113.8", 5))
        assert other.post("/v1/sign-in", json={"token": "guess"}).status_code == 401

    def test_stop_the_right_token_too_and_do_not_use_it_up(self, strict: Any) -> None:
        local, client = strict.app.state.local_sign_in, strict.client()
        for _ in range(3):
            client.post("/v1/sign-in", json={"token": "guess"})
        token = link_token(local)
        assert client.post("/v1/sign-in", json={"token": token}).status_code == 429
        assert digest(token) in strict.store.links

    def test_successes_do_not_count(self, strict: Any) -> None:
        local, client = strict.app.state.local_sign_in, strict.client()
        for _ in range(6):
            assert client.post("/v1/sign-in", json={"token": link_token(local)}, headers=ORIGIN).status_code == 204

    def test_of_ipv6_the_network_counts(self, strict: Any) -> None:
        for address in ("2001:db8::1", "2001:db8::2", "2001:db8:0:0:ffff::3"):
            client = strict.client(client=(address, 5))
            assert client.post("/v1/sign-in", json={"token": "guess"}).status_code == 401
        same = strict.client(client=("2001:db8:0::ffff", 5))
        assert same.post("/v1/sign-in", json={"token": "guess"}).status_code == 429
        other = strict.client(client=("2001:db8:0:1::1", 5))
        assert other.post("/v1/sign-in", json={"token": "guess"}).status_code == 401

    def test_ipv4_in_ipv6_clothes_is_ipv4(self, strict: Any) -> None:
        for address in ("203.0.113.7", "::ffff:203.0.113.7", "203.0.113.7"):
            strict.client(client=(address, 5)).post("/v1/sign-in", json={"token": "guess"})
        same = strict.client(client=("::ffff:203.0.113.7", 5))
        assert same.post("/v1/sign-in", json={"token": "guess"}).status_code == 429
        other = strict.client(client=("::ffff:203.0.113.8", 5))
        assert other.post("/v1/sign-in", json={"token": "guess"}).status_code == 401


class TestSignOut:
    def test_ends_the_session_and_takes_the_cookie_back(self, edge: Any, local: LocalSignIn) -> None:
        client = edge.client()
        client.post("/v1/sign-in", json={"token": link_token(local)}, headers=ORIGIN)
        session = next(iter(client.cookies.jar)).value
        answer = client.post("/v1/sign-out", headers=ORIGIN)
        assert answer.status_code == 204
        assert cookie_of(answer)["max-age"] == "0"
        assert edge.store.sessions == {}
        answer = edge.client().get("/v1/me", headers={"Cookie": f"clara_session_8000={session}"})
        assert answer.status_code == 401

    def test_needs_a_caller_and_an_origin(self, edge: Any) -> None:
        assert edge.client().post("/v1/sign-out").status_code == 401
        assert edge.client().post("/v1/sign-out", headers=edge.new_session()).status_code == 403
        assert len(edge.store.sessions) == 1

    def test_without_a_session_is_fine(self, edge: Any) -> None:
        assert edge.client().post("/v1/sign-out", headers=edge.bearer()).status_code == 204
