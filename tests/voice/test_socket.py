"""The voice socket: who gets in, and how a session begins and ends."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from websockets.exceptions import InvalidStatus

from clara.api.auth import session_cookie_name
from clara.core.credentials import digest
from clara.ops.limits import Rate, RateLimiter
from clara.store.status import voice_learners
from tests.voice.sockets import DEADLINE_S, KEY, Talking, talking
from tests.waiting import wait_for

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Talking]:
    async with talking(tmp_path_factory.mktemp("data")) as found:
        yield found


async def code_of(shared: Talking, user_id: str = "ana", query: str = "", **headers: str) -> tuple[str, int]:
    """Connect, and return the error's code and the code of the close."""
    async with shared.socket(user_id, query, headers=headers) as client:
        code = (await client.next("error"))["code"]
        return code, await client.closed()


class TestSession:
    async def test_begins_with_ready_and_answers(self, shared: Talking) -> None:
        async with shared.client("cleo", folder_id=None, audio="none") as client:
            assert client.socket.subprotocol == "clara.voice.v1"
            assert client.got[0] == client.ready
            assert (client.ready["seq"], client.ready["conversation_id"]) == (1, "chat_of_cleo")
            assert (client.ready["in_rate"], client.ready["out_rate"]) == (16_000, 24_000)
            assert await client.ask("Hi") == "Hi"

    async def test_carries_its_request_id(self, shared: Talking) -> None:
        async with shared.socket("cleo", headers=KEY | {"X-Request-ID": "made-by-a-client"}) as client:
            assert client.socket.response is not None
            assert client.socket.response.headers["x-request-id"] == "made-by-a-client"

    async def test_is_chosen_by_its_hello_too(self, shared: Talking) -> None:
        async with shared.socket("cleo", protocols=()) as client:
            await shared.greet(client)
            assert client.socket.subprotocol is None
            assert await client.is_well()

    async def test_sends_and_takes_sound(self, shared: Talking) -> None:
        async with shared.client("cleo") as client:
            await client.send(bytes(640), bytes(640), {"type": "text", "text": "say"}, {"type": "ping", "t": 1.5})
            assert (await client.next("pong"))["t"] == 1.5
            assert [(segment, offset) for segment, offset, _ in client.sound] == [(1, n * 480) for n in range(20)]
            assert shared.made[-1].heard == bytes(1280)

    async def test_ends_with_bye(self, shared: Talking) -> None:
        async with shared.client("cleo") as client:
            await client.send({"type": "bye"})
            assert await client.closed() == 1000
            assert client.got[-1]["type"] == "bye"
            assert [message["seq"] for message in client.got] == list(range(1, len(client.got) + 1))
        assert shared.made[-1].did == ["start", "close"]
        assert client.ready["session_id"] not in [live.id for live in shared.hub.lives]

    @pytest.mark.parametrize(("reason", "code"), [("over", 1000), ("broken", 1011)])
    async def test_ends_when_it_says_so(self, shared: Talking, reason: str, code: int) -> None:
        async with shared.client("cleo") as client:
            shared.made[-1].reason = reason
            shared.made[-1].ended.set()
            assert await client.closed() == code
            assert client.got[-1]["reason"] == reason


class TestTicket:
    async def test_is_given_for_a_minute_and_kept_as_a_digest(self, shared: Talking) -> None:
        answer = await shared.server.client.post("/v1/voice/tickets", headers=shared.server.headers("a b"), json={})
        body = answer.json()
        assert answer.status_code == 201
        assert body["url"] == "/voice/ws/a%20b"
        assert len(body["ticket"]) == 43
        store = shared.server.app.state.services.identities
        assert await store.take_ticket(body["ticket"], 0) is None
        assert await store.take_ticket(digest(body["ticket"]), 0) == ("a b", "voice")

    @pytest.mark.parametrize("where", ["query", "subprotocol"])
    async def test_lets_in_once(self, shared: Talking, where: str) -> None:
        ticket = await shared.ticket("tom")
        protocols = ("clara.voice.v1", f"ticket.{ticket}") if where == "subprotocol" else ("clara.voice.v1",)
        query = f"?ticket={ticket}" if where == "query" else "?"

        async with shared.socket("tom", query, protocols) as client:
            await shared.greet(client)
            assert client.socket.subprotocol == "clara.voice.v1"
            assert await client.is_well()
        async with shared.socket("tom", query, protocols) as client:
            assert (await client.next())["code"] == "invalid_ticket"
            assert await client.closed() == 4401

    async def test_of_another_learner_is_refused(self, shared: Talking) -> None:
        ticket = await shared.ticket("ana")
        assert await code_of(shared, "ben", f"?ticket={ticket}") == ("user_mismatch", 4403)

    async def test_beside_another_credential_is_refused(self, shared: Talking) -> None:
        ticket = await shared.ticket("ana")
        assert await code_of(shared, "ana", f"?ticket={ticket}", **KEY) == ("conflicting_credentials", 4401)

    @pytest.mark.parametrize("purpose", ["livekit", ""])
    async def test_for_something_else_is_refused(self, shared: Talking, purpose: str) -> None:
        clock = shared.server.app.state.services.clock
        store = shared.server.app.state.services.identities
        await store.create_ticket("ana", digest("other"), purpose, clock.now() + 60)
        assert await code_of(shared, "ana", "?ticket=other") == ("invalid_ticket", 4401)

    async def test_that_has_expired_is_refused(self, shared: Talking) -> None:
        services = shared.server.app.state.services
        await services.identities.create_ticket("ana", digest("late"), "voice", services.clock.now() - 0.01)
        assert await code_of(shared, "ana", "?ticket=late") == ("invalid_ticket", 4401)

    @pytest.mark.parametrize("ticket", ["", "x", "%00", "%ff%fe", "a" * 5000])
    async def test_that_is_none_is_refused(self, shared: Talking, ticket: str) -> None:
        code, close = await code_of(shared, "ana", f"?ticket={ticket}")
        assert (code, close) in {("invalid_ticket", 4401), ("invalid_text", 4400)}

    async def test_needs_its_store(self, tmp_path: Path) -> None:
        async with talking(tmp_path) as found:
            ticket = await found.ticket()
            found.server.app.state.services.database.close()
            refused = await found.server.client.post("/v1/voice/tickets", headers=found.server.headers("ana"))
            assert (refused.status_code, refused.json()["code"]) == (503, "database_unavailable")
            assert await code_of(found, "ana", f"?ticket={ticket}") == ("database_unavailable", 1013)


class TestCaller:
    async def test_without_a_credential_is_refused(self, shared: Talking) -> None:
        assert await code_of(shared, "ana", "?") == ("unauthenticated", 4401)

    async def test_with_a_wrong_credential_is_refused(self, shared: Talking) -> None:
        assert await code_of(shared, "ana", Authorization="Bearer clara_sk_x_y") == ("invalid_credential", 4401)

    async def test_is_the_one_of_the_path(self, shared: Talking) -> None:
        headers = KEY | {"X-Clara-User": "ben"}
        assert await code_of(shared, "ana", **headers) == ("user_mismatch", 4403)

    async def test_from_a_foreign_origin_is_refused(self, shared: Talking) -> None:
        for headers in (KEY, {}):
            query = "" if headers else f"?ticket={await shared.ticket()}"
            found = await code_of(shared, "ana", query, Origin="https://evil.test", **headers)
            assert found == ("origin_not_allowed", 4403)

    async def test_from_its_own_origin_is_let_in(self, shared: Talking) -> None:
        origin = f"http://127.0.0.1:{shared.server.port}"
        async with shared.socket("ana", headers=KEY | {"Origin": origin}) as client:
            await shared.greet(client)

    async def test_signed_in_on_this_page_is_let_in_from_it_alone(self, shared: Talking) -> None:
        services = shared.server.app.state.services
        await services.identities.create_session(digest("secret"), "ana", services.clock.now() + 60)
        cookie = {"Cookie": f"{session_cookie_name(0)}=secret"}
        own = {"Origin": f"http://127.0.0.1:{shared.server.port}"}
        async with shared.socket("ana", headers=cookie | own) as client:
            await shared.greet(client)
        assert await code_of(shared, "ben", **cookie, **own) == ("user_mismatch", 4403)
        assert await code_of(shared, "ana", **cookie) == ("origin_not_allowed", 4403)
        assert await code_of(shared, "ana", **cookie, Origin="https://evil.test") == ("origin_not_allowed", 4403)

    async def test_of_a_foreign_host_is_refused(self, shared: Talking) -> None:
        with pytest.raises(InvalidStatus):
            async with shared.socket("ana", headers=KEY | {"Host": "evil.test"}):
                pass

    async def test_may_connect_only_so_often(self, tmp_path: Path) -> None:
        async with talking(tmp_path) as found:
            found.server.app.state.admission.limiter = RateLimiter({Rate.VOICE: 2})
            for _ in range(2):
                async with found.client():
                    pass
            assert await code_of(found) == ("too_many_requests", 4429)

    async def test_is_sent_away_while_the_server_goes_down(self, tmp_path: Path) -> None:
        async with talking(tmp_path) as found:
            found.server.app.state.services.drain.begin()
            assert await code_of(found) == ("draining", 1001)


class TestPresence:
    async def test_is_in_health_and_told_to_operators(self, shared: Talking) -> None:
        async def seen() -> tuple[int, bool]:
            health = (await shared.server.client.get("/health")).json()
            learners = await shared.server.app.state.services.database.read(voice_learners)
            return health["active_voice_connections"], "pat" in learners

        await wait_for(lambda: not shared.hub.connections)
        async with shared.client("pat"), shared.client("quin"):
            assert await seen() == (2, True)
        await wait_for(lambda: all("detach" in session.did for session in shared.made[-2:]))
        async with asyncio.timeout(DEADLINE_S):
            while await seen() != (0, False):
                await asyncio.sleep(0.01)


class TestMe:
    async def test_tells_what_holds(self, shared: Talking) -> None:
        me = (await shared.server.client.get("/v1/me", headers=shared.server.headers("ana"))).json()
        assert (me["voice"]["hears"], me["voice"]["speaks"]) == (False, False)
        assert (me["voice"]["sessions"], me["voice"]["max_s"]) == (1, 600)
        assert me["voice"]["study_session_s"] == 600
