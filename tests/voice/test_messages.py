import contextlib
import json
import re
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

import clara
from clara.core.errors import ClaraError, Conflict, Invalid
from clara.voice.wire.messages import (
    MOST_MESSAGE_CHARS,
    Bye,
    ClientMessage,
    ClientText,
    CloseCode,
    Hello,
    Ping,
    Played,
    ServerMessage,
    Turn,
    failure_of,
    pack_audio,
    read_message,
    unpack_audio,
    write_message,
)

DOCS = (Path(clara.__file__).parents[2] / "docs" / "protocol.md").read_text()


def documented(heading: str) -> dict[str, list[str]]:
    section = DOCS.split(f"## {heading}\n")[1].split("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)` \|([^|]*)\|", section, re.MULTILINE)
    return {name: re.findall(r"`(\w+)`", members) for name, members in rows}


def defined(union: Any) -> dict[str, list[str]]:
    return {
        model.model_fields["type"].default: [name for name in model.model_fields if name != "type"]
        for model in get_args(union)
    }


class TestDocs:
    @pytest.mark.parametrize(
        ("heading", "union"), [("From the client", ClientMessage), ("From the server", ServerMessage)]
    )
    def test_messages_and_their_members_are_those_of_the_code(self, heading: str, union: Any) -> None:
        assert documented(heading) == defined(union)

    def test_close_codes_are_those_of_the_code(self) -> None:
        rows = re.findall(r"^\| (\d{4}) \| (\w+) \|", DOCS, re.MULTILINE)
        assert {name: int(code) for code, name in rows} == {code.name: code.value for code in CloseCode}


ERRORS = (Path(clara.__file__).parents[2] / "docs" / "errors.md").read_text()
LASTS = """
    budget_used_up gave_up migration_failed migrations_behind model_context_exceeded model_misconfigured model_refused
    embedding_misconfigured parser_unavailable speech_misconfigured speech_not_configured storage_full
    study_not_installed voice_not_installed
"""
PASSES = """
    too_many_requests voice_busy voice_too_fast internal provider_failed provider_timeout model_failed model_empty
    model_bad_output model_timeout model_overloaded embedding_failed embedding_bad_output embedding_timeout
    embedding_unavailable speech_failed speech_timeout speech_overloaded unavailable draining busy turn_interrupted
    database_unavailable migrating storage_unavailable issuer_unreachable voice_full
"""


def codes_of(*statuses: str) -> set[str]:
    """Return the codes that docs/errors.md has under headings that begin with these."""
    sections = re.split(r"^## ", ERRORS, flags=re.MULTILINE)
    found = [section for section in sections if section.startswith(statuses)]
    assert len(found) == len(statuses)
    return {code for section in found for code in re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)}


class Failing(ClaraError):
    status = 503


class TestFailures:
    def test_of_each_failure_it_is_said_whether_to_try_again(self) -> None:
        codes = codes_of("429", "500", "503")
        told = {code: failure_of(Failing("", code=code)).retryable for code in codes}
        assert {code for code, retryable in told.items() if not retryable} == set(LASTS.split())
        assert {code for code, retryable in told.items() if retryable} == set(PASSES.split())

    def test_what_is_wrong_with_a_request_stays_wrong_unless_it_came_too_early(self) -> None:
        codes = codes_of("403", "404", "409", "413", "422")
        assert {code for code in codes if failure_of(Conflict("", code=code)).retryable} == {
            "turn_running",
            "voice_nothing_heard",
        }


class TestReading:
    def test_each_kind(self) -> None:
        assert read_message('{"type":"hello","v":1,"language":"en"}') == Hello(language="en")
        assert read_message('{"type":"text","text":"Hi"}') == ClientText(text="Hi")
        assert read_message('{"type":"played","segment":1,"ms":20}') == Played(segment=1, ms=20)
        assert read_message('{"type":"ping","t":1.5}') == Ping(t=1.5)

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "{",
            "[]",
            "null",
            '{"type":"nothing"}',
            '{"text":"Hi"}',
            '{"type":"text","text":""}',
            '{"type":"text","text":"Hi","more":1}',
            '{"type":"played","segment":-1,"ms":1}',
            '{"type":"played","segment":1,"ms":NaN}',
            '{"type":"played","segment":1}',
            '{"type":"played","segment":1,"ms":5,"id":"m","chars":3}',
            '{"type":"played","id":"m","ms":3}',
            '{"type":"played"}',
            '{"type":"played","segment":1,"ms":1e999}',
            '{"type":"mic","muted":"yes"}',
            '{"type":"hello","v":2}',
            '{"type":"hello","language":"english"}',
            '{"type":"text","text":"\\ud800"}',
            "[" * 10_000,
        ],
    )
    def test_what_is_none_is_refused_with_a_code(self, text: str) -> None:
        with pytest.raises(Invalid) as caught:
            read_message(text)
        assert caught.value.problem_code == "voice_bad_message"

    def test_a_long_one_is_refused_unread(self) -> None:
        with pytest.raises(Invalid) as caught:
            read_message("x" * (MOST_MESSAGE_CHARS + 1))
        assert caught.value.problem_code == "voice_message_too_long"

    @given(st.text(max_size=200))
    def test_any_text_is_a_message_or_refused(self, text: str) -> None:
        with pytest.raises(Invalid):
            read_message(text)

    @given(
        st.recursive(
            st.none() | st.booleans() | st.floats() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)
        )
    )
    def test_any_json_is_a_message_or_refused(self, value: Any) -> None:
        with contextlib.suppress(Invalid):
            read_message(json.dumps({"type": "hello", "resume": value}))


class TestWriting:
    def test_a_message_carries_its_number(self) -> None:
        sent = json.loads(write_message(Turn(id="t", role="user", text="Höre \ud83d\ude42"), 7))
        assert sent == {
            "type": "turn",
            "id": "t",
            "role": "user",
            "text": "Höre \ud83d\ude42",
            "interrupted": False,
            "seq": 7,
        }
        assert json.loads(write_message(Bye(reason="done"), 8)) == {"type": "bye", "reason": "done", "seq": 8}


class TestSound:
    @given(st.integers(0, 65_535), st.integers(0, 2**32 - 1), st.binary())
    def test_what_is_packed_is_unpacked(self, segment: int, offset: int, pcm: bytes) -> None:
        assert unpack_audio(pack_audio(segment, offset, pcm)) == (segment, offset, pcm)

    @pytest.mark.parametrize("packed", [b"", b"1234567", b"\2\1" + bytes(6), b"\1\2" + bytes(6)])
    def test_what_is_no_sound_is_refused(self, packed: bytes) -> None:
        with pytest.raises(ValueError):
            unpack_audio(packed)
