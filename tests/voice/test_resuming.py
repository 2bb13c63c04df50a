"""Sessions that outlive their socket: resumed, restored, taken over, limited, and ended in time."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from clara.core.errors import NotFound
from clara.core.ids import NO_FOLDER
from clara.library.locks import Locks
from clara.store.tables import db_now, voice_sessions
from clara.voice.sockets import live, registry
from clara.voice.sockets.presence import Presences
from clara.voice.wire.outbox import KEPT
from tests.voice.sockets import DEADLINE_S, Client, Scripted, Talking, talking
from tests.waiting import wait_for

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Talking]:
    async with talking(tmp_path_factory.mktemp("data")) as found:
        yield found


async def drop(client: Client) -> None:
    """Break a connection, without a close."""
    client.socket.transport.abort()
    await client.socket.wait_closed()


async def gone(session: Scripted) -> None:
    await wait_for(lambda: session.did[-1] == "detach")


class TestResume:
    async def test_goes_on_with_what_was_missed(self, shared: Talking) -> None:
        async with shared.client("ana") as client:
            assert await client.ask("one") == "one"
            await drop(client)
        session = shared.made[-1]
        await gone(session)
        for text in ("two", "three"):
            session.take(said(text))

        async with shared.socket("ana") as again:
            await again.send({"type": "hello", "resume": client.resume})
            ready = await again.next("ready")
            assert [message.get("text") for message in again.got] == ["two", "three", None]
            assert [message["seq"] for message in again.got] == [client.last_seq + 1 + n for n in range(3)]
            assert not ready["restored"]
            assert ready["session_id"] == client.ready["session_id"]
            assert ready["conversation_id"] == client.ready["conversation_id"]
            assert await again.is_well()
        assert shared.made[-1] is session
        assert session.did[:3] == ["start", "detach", "attach"]

    async def test_takes_the_session_from_a_socket_that_still_has_it(self, shared: Talking) -> None:
        async with shared.client("ana") as one, shared.socket("ana") as other:
            await other.send({"type": "hello", "resume": one.resume})
            assert not (await other.next("ready"))["restored"]
            assert await one.closed() == 4409
            assert await other.is_well()
            assert shared.made[-1].did == ["start", "detach", "attach"]

    async def test_replays_no_sound(self, shared: Talking) -> None:
        async with shared.client("ana") as client:
            await drop(client)
        session = shared.made[-1]
        await gone(session)
        session.take(said("say"))

        async with shared.socket("ana") as again:
            await again.send({"type": "hello", "resume": client.resume}, {"type": "ping", "t": 1})
            await again.next("pong")
            assert [message["type"] for message in again.got] == ["audio_start", "ready", "pong"]
            assert again.sound == []

    async def test_that_missed_too_much_is_restored(self, shared: Talking) -> None:
        async with shared.client("ana") as client:
            await drop(client)
        session = shared.made[-1]
        await gone(session)
        for number in range(KEPT + 1):
            session.take(said(str(number)))

        async with shared.socket("ana") as again:
            await again.send({"type": "hello", "resume": client.resume})
            ready = await again.next()
            assert (ready["type"], ready["restored"]) == ("ready", True)
            assert ready["session_id"] == client.ready["session_id"]
            assert await again.is_well()

    async def test_that_missed_as_much_as_is_kept_misses_nothing(self, shared: Talking) -> None:
        async with shared.client("ana") as client:
            await drop(client)
        session = shared.made[-1]
        await gone(session)
        for number in range(KEPT):
            session.take(said(str(number)))

        async with shared.socket("ana") as again:
            await again.send({"type": "hello", "resume": client.resume})
            assert not (await again.next("ready"))["restored"]
            assert [message["seq"] for message in again.got] == [client.last_seq + 1 + n for n in range(KEPT + 1)]

    async def test_that_misses_too_much_while_it_is_noted_is_restored(
        self, shared: Talking, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with shared.client("ana") as client:
            await drop(client)
        session = shared.made[-1]
        await gone(session)
        noting, noted = asyncio.Event(), asyncio.Event()

        async def wait(presences: object, one: object, connected: bool) -> None:
            noting.set()
            await noted.wait()

        with monkeypatch.context() as patch:
            patch.setattr(Presences, "connected", wait)
            async with shared.socket("ana") as again:
                await again.send({"type": "hello", "resume": client.resume})
                await noting.wait()
                for number in range(KEPT + 1):
                    session.take(said(str(number)))
                noted.set()
                ready = await again.next()
                assert (ready["type"], ready["restored"]) == ("ready", True)

    async def test_repeats_nothing_that_an_exam_has_closed(self, shared: Talking) -> None:
        async with shared.client("eve") as client:
            await drop(client)
        await gone(shared.made[-1])
        shared.made[-1].take(said("what stands in the book"))
        locks = Locks(shared.server.app.state.services.database, shared.server.app.state.services.clock)
        await locks.put("eve", NO_FOLDER, "exam", False, "teacher")

        async with shared.socket("eve") as again:
            await again.send({"type": "hello", "resume": client.resume})
            ready = await again.next()
            assert (ready["type"], ready["restored"]) == ("ready", True)
            assert ready["session_id"] == client.ready["session_id"]
            assert await again.is_well()
            assert "what stands in the book" not in [message.get("text") for message in again.got]

    @pytest.mark.parametrize("change", [{"token": "x"}, {"session_id": "voice_x"}])
    async def test_of_an_unknown_session_opens_another(self, shared: Talking, change: dict[str, str]) -> None:
        async with shared.client("ana") as client:
            await drop(client)
        await gone(shared.made[-1])

        async with shared.socket("ana") as again:
            await again.send({"type": "hello", "resume": client.resume | change, "conversation_id": "mine"})
            ready = await again.next("ready")
            assert (await again.next("error"))["code"] == "voice_session_unknown"
            assert ready["session_id"] != client.ready["session_id"]
            assert (ready["conversation_id"], ready["restored"]) == ("mine", False)
            assert await again.is_well()

    async def test_of_another_learners_session_is_of_an_unknown_one(self, shared: Talking) -> None:
        async with shared.client("ana") as anas:
            async with shared.socket("ben") as bens:
                await bens.send({"type": "hello", "resume": anas.resume})
                ready = await bens.next("ready")
                assert (await bens.next("error"))["code"] == "voice_session_unknown"
                assert ready["session_id"] != anas.ready["session_id"]
                assert ready["conversation_id"] == "chat_of_ben"
            assert await anas.is_well()

    async def test_loses_and_doubles_nothing(self, shared: Talking) -> None:
        await drops_and_resumes(shared, "rita", drops=40)


async def drops_and_resumes(shared: Talking, user_id: str, drops: int) -> None:
    """Break a connection in the middle of what is sent, again and again; every message comes once, and in order."""
    rng = random.Random(5)
    got: list[dict[str, Any]] = []
    said_so_far = 0
    hello: dict[str, Any] = {"type": "hello"}
    for _ in range(drops + 1):
        async with shared.socket(user_id) as client:
            client.got = got
            await client.send(hello)
            ready = await client.next("ready")
            assert not ready["restored"]
            hello = {"type": "hello", "resume": {"session_id": ready["session_id"], "token": ready["resume_token"]}}
            more = rng.randrange(12)
            for _ in range(more):
                shared.made[-1].take(said(str(said_so_far)))
                said_so_far += 1
            for _ in range(rng.randrange(more + 1)):
                await client.next()
            await drop(client)
        hello["resume"]["last_seq"] = got[-1]["seq"]
    async with shared.socket(user_id) as client:
        client.got = got
        await client.send(hello, {"type": "ping", "t": 0})
        await client.next("pong")
    assert [message["seq"] for message in got] == list(range(1, len(got) + 1))
    assert [message["text"] for message in got if message["type"] == "turn"] == [str(n) for n in range(said_so_far)]


def said(text: str) -> Any:
    from clara.voice.wire.messages import ClientText

    return ClientText(text=text)


class TestHeld:
    async def test_it_is_no_longer_once_its_client_is_back(self, tmp_path: Path) -> None:
        async with talking(tmp_path, hold_s=1) as server:
            async with server.client() as client:
                resume = client.resume
                client.socket.transport.abort()
            await wait_for(lambda: not server.hub.connections)
            async with server.client(resume=resume) as client:
                await asyncio.sleep(2)
                assert await client.is_well()

    async def test_it_is_not_for_ever_though_all_others_have_just_ended(self, tmp_path: Path) -> None:
        async with talking(tmp_path, hold_s=0.1) as server:
            for _ in range(4):
                async with server.client() as client:
                    await drop(client)
                await wait_for(lambda: not server.hub.lives)
                await asyncio.sleep((registry.TICK_S + registry.LOOK_S) / 3)


class TestRestore:
    async def test_after_the_session_was_held_in_vain(self, tmp_path: Path) -> None:
        async with talking(tmp_path, hold_s=0.1) as found:
            async with found.client("ana", conversation_id="mine", language="fr") as client:
                await drop(client)
            await wait_for(lambda: found.made[-1].did[-1] == "close")
            await wait_for(lambda: not found.hub.lives)
            await self.restored(found, client)

    async def test_after_a_restart_and_on_another_replica(self, tmp_path: Path) -> None:
        async with (
            talking(tmp_path) as one,
            one.client("ana", conversation_id="mine") as client,
            talking(tmp_path) as other,
        ):
            await self.restored(other, client)
        async with talking(tmp_path) as later, later.socket("ana") as again:
            await again.send({"type": "hello", "resume": client.resume})
            assert (await again.next("ready"))["conversation_id"] != "mine", "that token was used"

    async def test_after_the_server_died(self, tmp_path: Path) -> None:
        async with talking(tmp_path) as found, found.client("ana", conversation_id="mine") as client:
            pass
        async with talking(tmp_path) as found:
            as_it_died = voice_sessions.update().values(replica="dead", connected=True)
            await found.server.app.state.services.database.write(lambda tx: tx.execute(as_it_died))
            await self.restored(found, client)

    async def test_is_not_for_ever(self, tmp_path: Path) -> None:
        async with talking(tmp_path, hold_s=0) as found:
            async with found.client("ana", conversation_id="mine") as client:
                await drop(client)
            await wait_for(lambda: not found.hub.lives)
            long_ago = voice_sessions.update().values(heard_at=db_now() - 601)
            await found.server.app.state.services.database.write(lambda tx: tx.execute(long_ago))
            async with found.socket("ana") as again:
                await again.send({"type": "hello", "resume": client.resume})
                assert (await again.next("error"))["code"] == "voice_session_unknown"

    async def test_is_not_after_bye(self, shared: Talking) -> None:
        async with shared.client("ana", conversation_id="mine") as client:
            await client.send({"type": "bye"})
            await client.closed()
        async with shared.socket("ana") as again:
            await again.send({"type": "hello", "resume": client.resume})
            assert (await again.next("error"))["code"] == "voice_session_unknown"

    async def restored(self, found: Talking, client: Client) -> None:
        async with found.socket("ana") as again:
            await again.send({"type": "hello", "resume": client.resume})
            ready = await again.next()
            assert (ready["type"], ready["seq"], ready["restored"]) == ("ready", 1, True)
            assert ready["conversation_id"] == "mine"
            assert ready["session_id"] != client.ready["session_id"]
            assert await again.is_well()


async def rows(found: Talking) -> list[dict[str, Any]]:
    result: list[dict[str, Any]] = await found.server.app.state.services.database.read(
        lambda tx: [dict(row._mapping) for row in tx.execute(voice_sessions.select())]
    )
    return result


class TestTabs:
    async def test_the_newest_wins(self, shared: Talking) -> None:
        async with shared.client("ana") as one, shared.client("ana") as other:
            assert await one.closed() == 4409
            assert one.got[-1] == one.got[-1] | {"type": "bye", "reason": "replaced"}
            assert await other.is_well()
        assert shared.made[-2].did[-1] == "close"

    async def test_of_other_learners_go_on(self, shared: Talking) -> None:
        async with shared.client("ana") as one, shared.client("ben") as other:
            assert await one.is_well()
            assert await other.is_well()

    async def test_many_at_once_leave_one(self, shared: Talking) -> None:
        async with contextlib.AsyncExitStack() as stack:
            sockets = [await stack.enter_async_context(shared.socket("many")) for _ in range(8)]
            for socket in sockets:
                await socket.send({"type": "hello"})
            await wait_for(lambda: sum(s.socket.close_code is None for s in sockets) == 1)
            left = [one for one in shared.hub.lives if one.owner_id == "many"]
            assert len(left) == 1

    @pytest.mark.parametrize("backend", ["sqlite", "postgresql"])
    async def test_on_another_replica_wins_too(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest, backend: str
    ) -> None:
        monkeypatch.setattr(registry, "LOOK_S", 0.1)
        url = request.getfixturevalue("empty_postgresql") if backend == "postgresql" else None
        async with (
            talking(tmp_path, database_url=url) as one,
            talking(tmp_path, database_url=url) as other,
            one.client("ana") as old,
        ):
            assert await old.is_well()
            async with other.client("ana") as new:
                assert await old.closed() == 4409
                assert await new.is_well()
                assert len(await rows(one)) == 1

    async def test_may_be_several(self, tmp_path: Path) -> None:
        async with (
            talking(tmp_path, sessions_per_learner=2) as found,
            found.client() as one,
            found.client() as two,
        ):
            assert await one.is_well()
            async with found.client() as three:
                assert await one.closed() == 4409
                assert await two.is_well()
                assert await three.is_well()


class TestLimits:
    async def test_a_full_server_says_when_to_come_back(self, tmp_path: Path) -> None:
        async with talking(tmp_path, text_sessions_per_process=2) as found, found.client("a") as one, found.client("b"):
            async with found.socket("c") as more:
                await more.send({"type": "hello"})
                error = await more.next("error")
                assert (error["code"], error["retryable"]) == ("voice_full", True)
                assert await more.closed() == 1013
            async with found.client("b") as again:
                assert await again.is_well(), "one's own place counts"
            await drop(one)
            await wait_for(lambda: any("detach" in session.did for session in found.made))
            async with found.client("c") as instead:
                assert await instead.is_well(), "nobody waits for a session that is only held"

    async def test_of_many_who_come_at_once_each_takes_one_place(self, tmp_path: Path) -> None:
        async with talking(tmp_path, text_sessions_per_process=2) as found:
            async with found.client("a"), found.client("b"):
                pass
            await wait_for(lambda: all(live.dropped_at is not None for live in found.hub.lives))
            async with contextlib.AsyncExitStack() as stack:
                came = [await stack.enter_async_context(found.socket(user_id)) for user_id in "cdefg"]
                await asyncio.gather(*(client.send({"type": "hello"}) for client in came))
                first = await asyncio.gather(*(client.next("ready", "error") for client in came))
                assert sorted(message["type"] for message in first) == ["error"] * 3 + ["ready"] * 2
                assert len(found.hub.lives) == 2

    async def test_who_cannot_open_a_session_throws_nobody_out(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with talking(tmp_path, text_sessions_per_process=1) as found:
            async with found.client("ana") as ana:
                pass
            await wait_for(lambda: all(live.dropped_at is not None for live in found.hub.lives))

            async def fails(*_: Any) -> Any:
                raise NotFound("There is no such folder.", code="folder_not_found")

            with monkeypatch.context() as patched:
                patched.setattr(found.hub, "_make", fails)
                async with found.socket("eve") as eve:
                    await eve.send({"type": "hello", "folder_id": "hers"})
                    assert (await eve.next("error"))["code"] == "folder_not_found"
            async with found.socket("ana") as again:
                await again.send({"type": "hello", "resume": ana.resume})
                assert not (await again.next("ready"))["restored"]

    async def test_silence_ends_a_session(self, tmp_path: Path) -> None:
        async with talking(tmp_path, idle_s=0.5) as found, found.client() as client:
            await client.ask("Hi")
            for _ in range(3):
                await client.send(bytes(640), {"type": "ping", "t": 1})
            assert await client.closed() == 4408
            assert client.got[-1]["reason"] == "idle"

    async def test_a_learner_who_reads_keeps_a_study_session(self, tmp_path: Path) -> None:
        async with talking(tmp_path, idle_s=0.3) as found, found.client() as client:
            session = found.made[-1]
            session.studies = True
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(client.socket.wait_closed(), 1.2)
            session.studies = False
            assert await client.closed() == 4408

    async def test_a_session_lasts_only_so_long(self, tmp_path: Path) -> None:
        async with talking(tmp_path, max_s=0.6) as found, found.client() as client:
            async with asyncio.timeout(DEADLINE_S):
                with contextlib.suppress(Exception):
                    while True:
                        await client.ask("Hi")
                        await asyncio.sleep(0.02)
            assert client.socket.close_code == 4410

    async def test_its_last_answer_is_finished_and_the_conversation_goes_on_in_another(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with talking(tmp_path, max_s=0.3) as found:
            async with found.client(conversation_id="mine") as client:
                found.made[-1].is_quiet = False
                await asyncio.sleep(0.6)
                assert await client.is_well()
                found.made[-1].is_quiet = True
                assert await client.closed() == 4410
                assert client.got[-1]["reason"] == "expired"
            async with found.client(conversation_id="mine") as again:
                assert await again.is_well()
                found.made[-1].is_quiet = False
                monkeypatch.setattr(live, "LAST_WORDS_S", 0.1)
                assert await again.closed() == 4410, "nobody speaks for ever"

    async def test_a_client_that_does_not_read_ends_itself_alone(
        self, shared: Talking, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("clara.voice.wire.outbox.SEND_S", 0.3)
        async with shared.client("slow") as slow, shared.client("quick") as quick:
            session = shared.made[-2]
            slow.socket.transport.pause_reading()
            for _ in range(120):
                session.take(said("x" * 5000))
                await asyncio.sleep(0)
                assert await quick.is_well()
                for number in range(10):
                    session.outbox.audio(1, number, bytes(60_000))
                if session.did[-1] == "detach":
                    break
            await gone(session)
            assert await quick.is_well()
            slow.socket.transport.resume_reading()
            assert await slow.closed() == 1013


class TestSlowDatabase:
    async def test_keeps_no_session_longer(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(registry, "LOOK_S", 0.01)
        monkeypatch.setattr(registry, "BEAT_S", 0.01)
        async with talking(tmp_path) as found, found.client() as client:
            answers = asyncio.Event()

            async def wait(replica: object) -> None:
                await answers.wait()

            monkeypatch.setattr(Presences, "beat", wait)
            monkeypatch.setattr(Presences, "taken", wait)
            await asyncio.sleep(0.1)
            found.made[-1].ended.set()
            assert await client.closed() == 1000
            answers.set()


class TestWithoutDatabase:
    async def test_sessions_go_on_and_are_resumed(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(registry, "LOOK_S", 0.05)
        monkeypatch.setattr(registry, "BEAT_S", 0.05)
        async with talking(tmp_path) as found, found.client() as client:
            found.server.app.state.services.database.close()
            for _ in range(10):
                assert await client.is_well()
                await asyncio.sleep(0.05)
            await drop(client)
            await gone(found.made[-1])
            async with found.socket() as again:
                await again.send({"type": "hello", "resume": client.resume})
                assert not (await again.next("ready"))["restored"]
                assert await again.is_well()
                for user_id in ("ben", "ana"):
                    async with found.socket(user_id) as new:
                        await new.send({"type": "hello"})
                        assert (await new.next("error"))["code"] == "database_unavailable"
                        assert await new.closed() == 1013
                assert await again.is_well(), "what can't be opened takes nobody's place"
                await again.send({"type": "bye"})
                assert await again.closed() == 1000


class TestManySessions:
    async def test_leave_nothing_behind(self, shared: Talking) -> None:
        await wait_for(lambda: not shared.hub.connections)
        await shared.hub.close()
        before = len(asyncio.all_tasks())
        for first in range(0, 200, 20):
            async with contextlib.AsyncExitStack() as stack:
                for number in range(first, first + 20):
                    client = await stack.enter_async_context(shared.client(f"many-{number}"))
                    await client.send({"type": "bye"})
                    if number % 2:
                        await drop(client)
        await wait_for(lambda: not any(one.link for one in shared.hub.lives))
        await shared.hub.close()
        assert not shared.hub.lives
        assert shared.server.app.state.services.drain.streams == 0
        await wait_for(lambda: len(asyncio.all_tasks()) <= before)


class TestDrain:
    async def test_says_bye_and_keeps_what_was_heard(self, tmp_path: Path) -> None:
        async with talking(tmp_path) as found:
            async with found.client("ana", conversation_id="mine") as client, found.client("ben") as held:
                await drop(held)
                await gone(found.made[-1])
                drain = found.server.app.state.services.drain
                drain.begin()
                assert await client.closed() == 1001
                assert [message["type"] for message in client.got[-2:]] == ["state", "bye"]
                assert client.got[-1]["reason"] == "draining"
            assert await drain.wait_idle(DEADLINE_S)
            assert [session.did[-1] for session in found.made] == ["close", "close"]
            assert not found.hub.lives
        async with talking(tmp_path) as found, found.socket("ana") as again:
            await again.send({"type": "hello", "resume": client.resume})
            ready = await again.next("ready")
            assert (ready["restored"], ready["conversation_id"]) == (True, "mine")
