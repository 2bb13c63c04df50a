"""JSON lines from every logger, and no credential in any."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from clara.ops.logs import REDACTED, configure_logging, redact

JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbmEifQ.c2ln-bmF0_dXJl"


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before, configured = (root.handlers, root.level), structlog.get_config()
    yield io.StringIO()
    root.handlers, root.level = before
    structlog.configure(**configured)


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


# Fixed, since a test's name is made of them and must be the same in every process of a run.
KEY = "clara_sk_L8uibEpnEDph_CmMWTenMyY7tNthighVQfeTing3ztvzM"
LINK_TOKEN = "tco_-MqCZqXfYf3jmYy61ldGzXoZtFo1BBwfA_8--Ag"


class TestRedact:
    @pytest.mark.parametrize(
        ("text", "secret"),
        [
            (f"key {KEY} added", KEY[9:]),
            (f"Authorization: Bearer {JWT}", JWT),
            (f"token {JWT} refused", JWT),
            ("authorization: bearer some-opaque-key", "some-opaque-key"),
            ("Authorization: Basic Y2xhcmE6c2VjcmV0", "Y2xhcmE6c2VjcmV0"),
            (f"http://127.0.0.1:8000/#sign-in={LINK_TOKEN}", LINK_TOKEN),
            ("/voice/ws/ana?ticket=abcDEF123&x=1", "abcDEF123"),
            ("https://x/?token=abcDEF123", "abcDEF123"),
            ("Cookie: clara_session_8000=abcDEF123; other=1", "abcDEF123"),
            ("could not reach postgres://clara:hunter2@db:5432/clara", "hunter2"),
            ("redis://:hunter2@cache:6379", "hunter2"),
            ("Incorrect API key: sk-proj-abcdefghijklmnop1234", "abcdefghijklmnop"),
        ],
    )
    def test_blacks_out(self, text: str, secret: str) -> None:
        assert REDACTED in redact(text)
        assert secret not in redact(text)

    @pytest.mark.parametrize(
        "text",
        [
            "request.answered",
            "GET /v1/files 200",
            "basic arithmetic",
            "the bearer of",
            "a task-list",
            "https://x.test/y",
        ],
    )
    def test_leaves_other_words(self, text: str) -> None:
        assert redact(text) == text

    @given(st.text())
    def test_never_fails(self, text: str) -> None:
        assert isinstance(redact(text), str)

    def test_a_line_stays_json(self, stream: io.StringIO) -> None:
        configure_logging(readable=False, stream=stream)
        structlog.get_logger("x").info("x.y", header=f"Bearer {JWT}", quote='Bearer a"b\\c', url="redis://u:p@h")
        (line,) = lines(stream)
        assert line["header"] == f"Bearer {REDACTED}"


class TestConfigure:
    def test_every_logger_writes_json(self, stream: io.StringIO) -> None:
        configure_logging(readable=False, stream=stream)
        structlog.get_logger("clara.x").info("file.uploaded", bytes=5)
        logging.getLogger("uvicorn.error").info("Started server process [%d]", 7, extra={"color_message": "x"})
        logging.getLogger("somewhere").warning("odd", extra={"more": 1})
        first, second, third = lines(stream)
        assert (first["event"], first["bytes"], first["level"], first["logger"]) == (
            "file.uploaded",
            5,
            "info",
            "clara.x",
        )
        assert second["event"] == "Started server process [7]"
        assert "color_message" not in second
        assert (third["event"], third["more"]) == ("odd", 1)
        assert all(line["timestamp"].endswith("Z") for line in (first, second, third))

    def test_a_traceback_has_frames_and_no_values(self, stream: io.StringIO) -> None:
        configure_logging(readable=False, stream=stream)
        what_the_learner_wrote = "my diary"
        try:
            raise ValueError(len(what_the_learner_wrote))
        except ValueError:
            logging.getLogger("x").exception("failed")
            structlog.get_logger("y").exception("failed")
        for line in lines(stream):
            assert line["exception"][0]["exc_type"] == "ValueError"
            assert line["exception"][0]["frames"]
        assert "my diary" not in stream.getvalue().replace('"my diary"', "")
        assert "locals" not in stream.getvalue()

    def test_the_level_holds(self, stream: io.StringIO) -> None:
        configure_logging("WARNING", readable=False, stream=stream)
        structlog.get_logger("x").info("a.b")
        logging.getLogger("y").info("c")
        assert stream.getvalue() == ""

    def test_twice_is_like_once(self, stream: io.StringIO) -> None:
        for _ in range(2):
            configure_logging(readable=False, stream=stream)
        structlog.get_logger("x").info("a.b")
        assert len(lines(stream)) == 1

    def test_uvicorn_repeats_nothing(self, stream: io.StringIO) -> None:
        configure_logging(readable=False, stream=stream)
        error = RuntimeError("x")
        error.__clara_logged__ = True  # type: ignore[attr-defined]
        logging.getLogger("uvicorn.error").error("Exception in ASGI application", exc_info=error)
        logging.getLogger("uvicorn.access").info("GET /secret/path")
        assert stream.getvalue() == ""

    def test_nothing_that_goes_over_a_socket_is_told(self, stream: io.StringIO) -> None:
        configure_logging("DEBUG", readable=False, stream=stream)
        server = logging.getLogger("uvicorn.error")
        server.info('%s - "WebSocket %s" [accepted]', "127.0.0.1", "/voice/ws/ana")
        server.info("connection open")
        server.error("Invalid UTF-8 sequence received from client.")
        server.debug("< TEXT %s", "my diary")
        logging.getLogger("livekit.agents").debug("received user transcript")
        assert stream.getvalue() == ""

    def test_what_was_said_is_left_out(self, stream: io.StringIO) -> None:
        configure_logging(readable=False, stream=stream)
        logging.getLogger("livekit.agents").warning("skipped", extra={"lk.pii.user_input": "my diary", "speech_id": 5})
        (line,) = lines(stream)
        assert line["speech_id"] == 5
        assert "my diary" not in stream.getvalue()

    def test_a_terminal_gets_readable_lines(self, stream: io.StringIO) -> None:
        configure_logging(readable=True, stream=stream)
        structlog.get_logger("x").info("server.started", link="http://127.0.0.1/#sign-in=abc")
        assert "server.started" in stream.getvalue()
        assert "abc" not in stream.getvalue()
