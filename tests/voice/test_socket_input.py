"""What a voice client shouldn't send: it is told so, its session goes on where it safely can, and no other suffers."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clara.ops.limits import Rate, RateLimiter
from clara.voice.sockets import doorway
from clara.voice.sockets.connection import MOST_ENDS, MOST_ERRORS, MOST_MESSAGES
from clara.voice.wire.messages import MOST_FRAME_BYTES, MOST_MESSAGE_CHARS
from tests.voice.sockets import Client, Talking, talking

pytestmark = pytest.mark.anyio

SECOND = bytes(32_000)


@pytest.fixture(scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Talking]:
    async with talking(tmp_path_factory.mktemp("data")) as found:
        yield found


@pytest.fixture
async def bystander(shared: Talking) -> AsyncIterator[Client]:
    """Another learner's session, which must go on."""
    async with shared.client("bystander") as client:
        yield client
        assert await client.is_well()


class TestMessages:
    @pytest.mark.parametrize(
        "sent",
        [
            "",
            "{",
            "null",
            "[]",
            '"text"',
            "1e999",
            "{}",
            '{"type": "unknown"}',
            '{"type": ["text"]}',
            '{"type": "text"}',
            '{"type": "text", "text": ""}',
            '{"type": "text", "text": 5}',
            '{"type": "text", "text": "a\\u0000b"}',
            '{"type": "text", "text": "\\ud800"}',
            '{"type": "text", "text": "Hi", "more": 1}',
            json.dumps({"type": "text", "text": "x" * 5001}),
            '{"type": "played", "segment": -1, "ms": 5}',
            '{"type": "played", "segment": 1, "ms": 1e400}',
            '{"type": "mic", "muted": "yes"}',
            '{"type": "hello"}',
            '{"type": "audio", "audio": "!!!"}',
            '{"type": "session_start"}',
            "[" * 20_000,
        ],
    )
    async def test_that_are_none_are_told_of(self, shared: Talking, bystander: Client, sent: str) -> None:
        async with shared.client() as client:
            assert await client.error(sent) == "voice_bad_message"
            assert await client.is_well()

    async def test_too_long_is_told_of(self, shared: Talking) -> None:
        async with shared.client() as client:
            sent = json.dumps({"type": "text", "text": "x" * MOST_MESSAGE_CHARS})
            assert await client.error(sent) == "voice_message_too_long"
            assert await client.is_well()

    async def test_of_ten_megabytes_is_told_of(self, shared: Talking, bystander: Client) -> None:
        async with shared.client() as client:
            sent = json.dumps({"type": "text", "text": "x" * 10_000_000})
            assert await client.error(sent) == "voice_message_too_long"
            assert await client.is_well()

    async def test_of_ten_megabytes_instead_of_hello_is_told_of(self, shared: Talking, bystander: Client) -> None:
        async with shared.socket() as client:
            sent = json.dumps({"type": "hello", "x": "x" * 10_000_000})
            assert await client.error(sent) == "voice_message_too_long"

    async def test_beyond_all_measure_ends_the_socket(self, shared: Talking, bystander: Client) -> None:
        async with shared.client() as client:
            await client.flood("x" * 13_000_000)
            assert await client.closed() == 1009

    async def test_that_are_no_text_end_the_socket(self, shared: Talking, bystander: Client) -> None:
        async with shared.client() as client:
            async with client.socket.send_context():
                client.socket.protocol.send_text(b"\xff\xfe")
            assert await client.closed() == 1007

    async def test_in_pieces_are_one(self, shared: Talking) -> None:
        async with shared.client() as client:
            await client.socket.send(iter(['{"type": "te', 'xt", "text"', ': "Hi"}']))
            assert (await client.next("turn"))["text"] == "Hi"

    async def test_many_that_are_none_end_the_socket(self, shared: Talking, bystander: Client) -> None:
        async with shared.client() as client:
            await client.flood(*["{"] * (MOST_ERRORS * 2))
            assert await client.closed() == 4400
            errors = [message for message in client.got if message["type"] == "error"]
            assert MOST_ERRORS < len(errors) <= MOST_ERRORS * 2

    async def test_much_faster_than_anybody_ends_the_socket(self, shared: Talking, bystander: Client) -> None:
        async with shared.client() as client:
            await client.flood(*[{"type": "interrupt"}] * (MOST_MESSAGES * 2))
            assert await client.closed() == 4413
            assert client.got[-1]["code"] == "voice_too_fast"

    @pytest.mark.parametrize("sent", [{"type": "audio_end"}, {"type": "mic", "muted": True}])
    async def test_silence_again_and_again_ends_the_socket(
        self, shared: Talking, bystander: Client, sent: dict[str, Any]
    ) -> None:
        async with shared.client() as client:
            await client.send(*[sent] * MOST_ENDS)
            assert await client.is_well()
            await client.flood(*[sent] * 5)
            assert await client.closed() == 4413
            assert client.got[-1]["code"] == "voice_too_fast"

    async def test_that_crash_a_session_say_nothing_of_why(self, shared: Talking, bystander: Client) -> None:
        async with shared.client() as client:
            assert await client.error({"type": "text", "text": "crash"}) == "internal"
            assert "secret" not in str(client.got)
            assert await client.closed() == 1011

    async def test_questions_count_as_at_every_door(self, tmp_path: Path) -> None:
        async with talking(tmp_path) as found:
            services = found.server.app.state.services
            object.__setattr__(services.doorway, "limiter", RateLimiter({Rate.CHAT: 2}))
            async with found.client() as client:
                assert [await client.ask("1"), await client.ask("2")] == ["1", "2"]
                assert await client.error({"type": "text", "text": "3"}) == "too_many_requests"
                await client.send({"type": "ping", "t": 1})
                await client.next("pong")

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(sent=st.one_of(st.text(), st.binary(), st.dictionaries(st.text(), st.text()).map(json.dumps)))
    async def test_of_any_kind_leave_the_session_well(self, shared: Talking, sent: str | bytes) -> None:
        async with shared.client() as client:
            await client.send(sent, {"type": "ping", "t": 0})
            await client.next("pong")
            assert {message["type"] for message in client.got} <= {"ready", "error", "pong"}


class TestSound:
    @pytest.mark.parametrize("sent", [b"", b"x", bytes(641), bytes(MOST_FRAME_BYTES + 2)])
    async def test_that_is_none_is_told_of(self, shared: Talking, bystander: Client, sent: bytes) -> None:
        async with shared.client() as client:
            assert await client.error(sent) == "voice_bad_audio"
            assert await client.is_well()
        assert shared.made[-1].heard == b""

    async def test_ten_times_faster_than_real_time_ends_the_socket(self, shared: Talking, bystander: Client) -> None:
        async with shared.client() as client:
            await client.flood(*[SECOND] * 25)
            assert await client.closed() == 4413
            assert client.got[-1]["code"] == "voice_too_fast"
        assert len(shared.made[-1].heard) <= 11 * len(SECOND)

    async def test_of_a_recorded_question_may_come_at_once(self, shared: Talking) -> None:
        async with shared.client() as client:
            for _ in range(9):
                await client.send(SECOND)
            assert await client.is_well()
        assert len(shared.made[-1].heard) == 9 * len(SECOND)

    async def test_is_refused_where_none_was_asked_for(self, shared: Talking) -> None:
        async with shared.client(audio="none") as client:
            assert await client.error(bytes(640)) == "voice_not_hearing"
            assert await client.is_well()

    async def test_is_refused_where_nobody_hears(self, tmp_path: Path) -> None:
        async with talking(tmp_path, hears=False) as found, found.client() as client:
            assert not client.ready["hears"]
            assert await client.error(bytes(640)) == "voice_not_hearing"
            assert await client.is_well()


class TestHello:
    async def test_that_does_not_come_ends_the_socket(
        self, shared: Talking, bystander: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        object.__setattr__(shared.server.app.state.services.doorway, "hello_s", 0.2)
        try:
            async with shared.socket() as client:
                assert (await client.next("error"))["code"] == "voice_no_hello"
                assert await client.closed() == 4400
        finally:
            object.__setattr__(shared.server.app.state.services.doorway, "hello_s", doorway.HELLO_S)

    @pytest.mark.parametrize(
        ("first", "code"),
        [
            (bytes(640), "voice_no_hello"),
            ({"type": "text", "text": "Hi"}, "voice_no_hello"),
            ("{", "voice_bad_message"),
            ({"type": "hello", "v": 2}, "voice_bad_message"),
            ({"type": "hello", "language": "english"}, "voice_bad_message"),
            ({"type": "hello", "audio": "mp3"}, "voice_bad_message"),
            ({"type": "hello", "conversation_id": "a\0b"}, "voice_bad_message"),
            ({"type": "hello", "resume": {"session_id": "x", "token": "y", "last_seq": -1}}, "voice_bad_message"),
        ],
    )
    async def test_that_is_none_ends_the_socket(
        self, shared: Talking, bystander: Client, first: Any, code: str
    ) -> None:
        async with shared.socket() as client:
            assert await client.error(first) == code
            assert await client.closed() == 4400

    async def test_may_be_the_last_thing(self, shared: Talking, bystander: Client) -> None:
        async with shared.socket() as client:
            await client.send({"type": "hello"})
        async with shared.socket():
            pass


class TestOldDialect:
    @pytest.mark.parametrize(
        ("audio", "code"),
        [("!!!", "recording_not_base64"), (base64.b64encode(b"no sound" * 50).decode(), "recording_unreadable")],
    )
    async def test_recordings_that_are_none_are_told_of(
        self, shared: Talking, bystander: Client, audio: str, code: str
    ) -> None:
        async with shared.socket(protocols=()) as client:
            await client.send({"type": "session_start"})
            assert (await client.next())["type"] == "session_started"
            found = await client.error({"type": "audio", "audio": audio})
            assert found in {code, "speech_not_configured"}
            await client.send({"type": "session_end"})
            assert (await client.next("session_ended"))["type"] == "session_ended"

    async def test_is_counted_and_in_nobodys_way(self, shared: Talking) -> None:
        async with shared.socket(protocols=()) as old:
            await old.send({"type": "session_start"})
            await old.next("session_started")
            async with shared.client() as client:
                assert shared.hub.connections == 2
                assert await client.is_well()
                await old.send({"type": "session_end"})
                assert (await old.next("session_ended"))["type"] == "session_ended"


class TestManyAtOnce:
    async def test_of_all_kinds_disturb_nobody(self, shared: Talking, bystander: Client) -> None:
        async def misbehave(number: int) -> None:
            async with shared.client(f"bad-{number}") as client:
                bad: list[Any] = [b"x", "{", bytes(641), {"type": "unknown"}]
                await client.flood(*[bad[number % len(bad)]] * 30)
                await client.closed()

        async def be_well() -> None:
            for _ in range(20):
                assert await bystander.is_well()

        await asyncio.gather(be_well(), *(misbehave(number) for number in range(8)))
