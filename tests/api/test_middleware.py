"""Request ids, headers of every answer, Host allow-list, CORS, access lines, metrics."""

import io
import json
import logging
import socket
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from clara.ops.logs import configure_logging


@pytest.fixture
def log_lines() -> Iterator[Any]:
    """Gives what was logged so far, as objects."""
    stream = io.StringIO()
    root = logging.getLogger()
    before, configured = (root.handlers, root.level), structlog.get_config()
    configure_logging("INFO", readable=False, stream=stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.handlers, root.level = before
    structlog.configure(**configured)


class TestRequestId:
    def test_is_made(self, edge: Any) -> None:
        first, second = (edge.client().get("/open").headers["x-request-id"] for _ in range(2))
        assert first != second
        assert len(first) == 32

    def test_a_sane_one_is_kept(self, edge: Any) -> None:
        answer = edge.client().get("/nothing", headers={"X-Request-ID": "trace-1234.abc_D"})
        assert answer.headers["x-request-id"] == answer.json()["instance"] == "trace-1234.abc_D"

    @pytest.mark.parametrize("given", ["", "short", "x" * 65, "a b c d e f", "<script>alert(1)</script>", "ünüsüäl-id"])
    def test_any_other_is_replaced(self, edge: Any, given: str) -> None:
        answer = edge.client().get("/open", headers={"X-Request-ID": given.encode()})
        assert answer.headers["x-request-id"] != given

    @pytest.mark.parametrize("path", ["/open", "/nothing", "/v1/me", "/crash", "/openapi.json"])
    def test_is_on_every_answer_once(self, edge: Any, path: str) -> None:
        assert len(edge.client().get(path).headers.get_list("x-request-id")) == 1


class TestSecurityHeaders:
    @pytest.mark.parametrize("path", ["/open", "/nothing", "/v1/me", "/crash", "/openapi.json"])
    def test_are_on_every_answer(self, edge: Any, path: str) -> None:
        headers = edge.client().get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert headers["cache-control"] == "no-store"
        assert "server" not in headers

    def test_do_not_replace_a_routes_own(self, edge: Any) -> None:
        async def no_events() -> Any:
            return
            yield

        edge.events = no_events
        headers = edge.client().get("/events", headers=edge.bearer()).headers
        assert headers.get_list("cache-control") == ["no-cache, no-transform"]


class TestHost:
    @pytest.mark.parametrize("host", ["127.0.0.1", "localhost:8000", "LOCALHOST", "[::1]", "[::1]:8000"])
    def test_a_loopback_name_is_let_in(self, edge: Any, host: str) -> None:
        assert edge.client().get("/open", headers={"Host": host}).status_code == 200

    @pytest.mark.parametrize(
        "host", ["evil.test", "127.0.0.1.evil.test", "localhost.evil.test:8000", "[::2]", "", "@127.0.0.1"]
    )
    def test_any_other_is_421(self, edge: Any, host: str, problem_of: Any) -> None:
        answer = edge.client().get("/v1/me", headers=edge.bearer() | {"Host": host})
        assert answer.status_code == 421
        assert problem_of(answer)["code"] == "misdirected"

    def test_none_or_two_are_421(self, edge: Any) -> None:
        with edge.serving() as port:
            for hosts in (b"", b"Host: 127.0.0.1\r\nHost: evil.test\r\n"):
                with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
                    connection.sendall(b"GET /open HTTP/1.1\r\n" + hosts + b"\r\n")
                    assert connection.recv(4096).startswith((b"HTTP/1.1 421 ", b"HTTP/1.1 400 "))

    def test_where_any_may_come_any_comes(self, edge_with: Any) -> None:
        assert edge_with(hosts=None).client().get("/open", headers={"Host": "any.test"}).status_code == 200


class TestCors:
    def test_an_allowed_origin_may_read_answers_and_limits(self, edge: Any) -> None:
        answer = edge.client().get("/v1/me", headers=edge.bearer() | {"Origin": "https://app.test"})
        assert answer.headers["access-control-allow-origin"] == "https://app.test"
        assert "access-control-allow-credentials" not in answer.headers
        exposed = answer.headers["access-control-expose-headers"]
        for name in ("RateLimit-Remaining", "Retry-After", "X-Request-ID", "Location"):
            assert name in exposed

    @pytest.mark.parametrize("path", ["/v1/me", "/nothing", "/crash"])
    def test_and_errors(self, edge: Any, path: str) -> None:
        answer = edge.client().get(path, headers={"Origin": "https://app.test"})
        assert answer.status_code >= 400
        assert answer.headers["access-control-allow-origin"] == "https://app.test"

    @pytest.mark.parametrize("origin", ["https://evil.test", "https://app.test.evil.test", "http://app.test", "null"])
    def test_another_may_not(self, edge: Any, origin: str) -> None:
        answer = edge.client().get("/v1/me", headers=edge.bearer() | {"Origin": origin})
        assert "access-control-allow-origin" not in answer.headers

    def test_preflight(self, edge: Any) -> None:
        asked = {
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization,content-type",
        }
        answer = edge.client().options("/chat", headers=asked | {"Origin": "https://app.test"})
        assert answer.status_code == 200
        assert "POST" in answer.headers["access-control-allow-methods"]
        assert edge.client().options("/chat", headers=asked | {"Origin": "https://evil.test"}).status_code == 400

    def test_preflight_of_openais_sdk_in_a_browser(self, edge: Any) -> None:
        names = ("arch", "lang", "os", "package-version", "retry-count", "runtime", "runtime-version", "timeout")
        sent = ["authorization", "content-type", "accept", *(f"x-stainless-{name}" for name in names)]
        asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": ",".join(sent)}
        answer = edge.client().options("/chat", headers=asked | {"Origin": "https://app.test"})
        assert answer.status_code == 200, answer.text


class TestAccessLine:
    def test_one_a_request_with_the_template(self, edge: Any, log_lines: Any) -> None:
        edge.client().get("/things/ana?limit=3&q=private", headers=edge.bearer("ana"))
        (line,) = [line for line in log_lines() if line["event"] == "request.answered"]
        assert line["route"] == "/things/{user_id}"
        assert (line["method"], line["status"], line["via"], line["code"]) == ("GET", 200, "jwt", None)
        assert line["bytes"] > 0
        assert line["ms"] >= 0
        assert "ana" not in json.dumps(line)
        assert "private" not in json.dumps(line)

    def test_a_refusal_says_its_code(self, edge: Any, log_lines: Any) -> None:
        edge.client().get("/v1/me")
        edge.client().get("/nothing/secret-path")
        first, second = (line for line in log_lines() if line["event"] == "request.answered")
        assert (first["status"], first["code"]) == (401, "unauthenticated")
        assert (second["status"], second["route"]) == (404, "unmatched")
        assert "secret-path" not in json.dumps(second)

    def test_a_crash_is_logged_with_frames_and_without_what_they_held(self, edge: Any, log_lines: Any) -> None:
        answer = edge.client().get("/crash")
        (crash,) = [line for line in log_lines() if line["event"] == "request.crashed"]
        assert crash["request_id"] == answer.headers["x-request-id"]
        assert crash["exception"][0]["exc_type"] == "RuntimeError"
        assert crash["exception"][0]["frames"][-1]["name"] == "crash"
        assert "locals" not in crash["exception"][0]["frames"][-1]


class TestMetrics:
    def test_count_by_template_never_by_path_or_user(self, edge: Any) -> None:
        client = edge.client()
        client.get("/things/ana", headers=edge.bearer("ana"))
        client.get("/things/bob", headers=edge.bearer("bob"))
        client.get("/nothing/1")
        client.get("/openapi.json")
        client.request("BREW", "/open")
        text = edge.metrics.render()[0].decode()
        assert 'clara_http_requests_total{method="GET",route="/things/{user_id}",status="200"} 2.0' in text
        assert 'clara_http_requests_total{method="GET",route="unmatched",status="404"} 1.0' in text
        assert 'clara_http_requests_total{method="GET",route="mounted",status="200"} 1.0' in text
        assert 'clara_http_requests_total{method="other",route="/open",status="405"} 1.0' in text
        for word in ("ana", "bob", "nothing", "BREW"):
            assert word not in text

    def test_a_stream_counts_when_it_ends(self, edge: Any) -> None:
        async def no_events() -> Any:
            return
            yield

        edge.events = no_events
        edge.client().get("/events", headers=edge.bearer())
        assert edge.metric("clara_http_request_seconds_count", method="GET", route="/events") == 1
