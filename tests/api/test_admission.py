"""What is settled before a body is read: size, type, rate, drain; and that no route comes up undeclared."""

import http.client
import json
import socket
from collections.abc import Iterator
from typing import Annotated, Any

import pytest
from fastapi import APIRouter, FastAPI, File, Form, UploadFile
from pydantic import BaseModel
from starlette.staticfiles import StaticFiles

from clara.api.policy import Policy, allow, public
from clara.api.routes import check_routes, router
from clara.core.caller import Scope
from clara.ops.limits import Rate

JSON_BYTES = 10_000
UPLOAD_BYTES = 200_000
JSON = {"Content-Type": "application/json"}
MULTIPART = {"Content-Type": "multipart/form-data"}


class TestBodySize:
    def test_a_declared_length_over_the_limit_is_413(self, edge: Any, problem_of: Any) -> None:
        answer = edge.client().post("/chat", headers=edge.bearer() | JSON, content=b"x" * (JSON_BYTES + 1))
        assert answer.status_code == 413
        assert problem_of(answer)["max_bytes"] == JSON_BYTES

    def test_a_body_of_just_the_limit_is_read(self, edge: Any) -> None:
        body = json.dumps({"message": "hi"}).encode()
        body += b" " * (JSON_BYTES - len(body))
        assert edge.client().post("/chat", headers=edge.bearer() | JSON, content=body).status_code == 200

    def test_uploads_have_their_own_limit(self, edge: Any) -> None:
        headers = edge.bearer() | MULTIPART
        assert edge.client().post("/upload", headers=headers, content=b"x" * UPLOAD_BYTES).status_code == 200
        assert edge.client().post("/upload", headers=headers, content=b"x" * (UPLOAD_BYTES + 1)).status_code == 413

    def test_json_of_an_upload_route_may_be_limited_further(self, edge: Any, problem_of: Any) -> None:
        answer = edge.client().post("/upload", headers=edge.bearer(), json={"message": "x" * 5000})
        assert problem_of(answer)["max_bytes"] == 5000

    def test_a_body_where_none_is_read_is_limited_too(self, edge: Any) -> None:
        answer = edge.client().request("GET", "/v1/me", headers=edge.bearer(), content=b"x" * (JSON_BYTES + 1))
        assert answer.status_code == 413

    @pytest.mark.parametrize("path", ["/chat", "/upload"])
    def test_chunks_are_counted(self, edge: Any, path: str, problem_of: Any) -> None:
        sent = 0

        def chunks() -> Iterator[bytes]:
            nonlocal sent
            for _ in range(1000):
                sent += 1000
                yield b"x" * 1000

        media_type = JSON if path == "/chat" else MULTIPART
        with edge.serving() as port, edge.client(f"http://127.0.0.1:{port}"):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            connection.request("POST", path, chunks(), edge.bearer() | media_type, encode_chunked=True)
            answer = connection.getresponse()
            assert answer.status == 413
            assert json.loads(answer.read())["code"] == "body_too_large"
            connection.close()


class TestBodyType:
    @pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", "", "json", "a/b+json"])
    def test_another_type_is_415(self, edge: Any, media_type: str, problem_of: Any) -> None:
        headers = edge.bearer() | {"Content-Type": media_type}
        answer = edge.client().post("/chat", headers=headers, content=b'{"message": "hi"}')
        assert answer.status_code == 415
        assert problem_of(answer)["detail"] == "Send the body as application/json."
        assert edge.reached == []

    def test_no_type_is_415(self, edge: Any) -> None:
        assert edge.client().post("/chat", headers=edge.bearer(), content=b'{"message": "hi"}').status_code == 415

    @pytest.mark.parametrize(
        "media_type", ["application/json", "Application/JSON; charset=utf-8", "application/vnd.x+json"]
    )
    def test_json_in_any_spelling_is_read(self, edge: Any, media_type: str) -> None:
        headers = edge.bearer() | {"Content-Type": media_type}
        assert edge.client().post("/chat", headers=headers, content=b'{"message": "hi"}').status_code == 200

    def test_a_compressed_body_is_415(self, edge: Any, problem_of: Any) -> None:
        headers = edge.bearer() | JSON | {"Content-Encoding": "gzip"}
        answer = edge.client().post("/chat", headers=headers, content=b"x")
        assert problem_of(answer)["code"] == "unsupported_encoding"

    def test_an_upload_names_what_it_takes(self, edge: Any, problem_of: Any) -> None:
        answer = edge.client().post("/upload", headers=edge.bearer() | {"Content-Type": "text/plain"}, content=b"x")
        assert problem_of(answer)["detail"] == "Send the body as multipart/form-data or application/json."

    def test_no_body_at_all_is_a_validation_matter(self, edge: Any, problem_of: Any) -> None:
        answer = edge.client().post("/chat", headers=edge.bearer())
        assert answer.status_code == 422
        assert problem_of(answer)["errors"][0]["loc"] == ["body"]


class TestBeforeTheBody:
    """Over a real socket: the answer comes while the body has not been sent."""

    @pytest.mark.parametrize(
        ("headers", "status"),
        [
            ({}, 401),
            ({"Authorization": "Bearer wrong"}, 401),
            ({"X-Clara-User": "bob"}, 403),
            ({"Content-Length": "100000000"}, 413),
            ({"Content-Type": "text/plain"}, 415),
        ],
    )
    def test_a_refusal_does_not_wait_for_it(self, edge: Any, headers: dict[str, str], status: int) -> None:
        if status != 401:
            headers = edge.bearer("ana") | headers
        with edge.serving() as port:
            answer, rest = self.raw(port, {"Content-Length": "5000", "Content-Type": "application/json"} | headers)
        assert answer.startswith(f"HTTP/1.1 {status} ".encode())
        assert b"100 Continue" not in answer + rest
        assert edge.reached == []

    def test_only_an_admitted_request_is_told_to_continue(self, edge: Any) -> None:
        with edge.serving() as port:
            headers = edge.bearer("ana") | {"Content-Length": "17", "Content-Type": "application/json"}
            answer, rest = self.raw(port, headers, b'{"message": "hi"}')
        assert answer.startswith(b"HTTP/1.1 100 Continue")
        assert b"HTTP/1.1 200 " in answer + rest

    def test_a_client_that_sends_on_gets_the_answer_and_keeps_the_connection(self, edge: Any) -> None:
        with edge.serving() as port:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
            connection.request("POST", "/upload", b"x" * 5_000_000, MULTIPART)
            refused = connection.getresponse()
            assert refused.status == 401
            refused.read()
            connection.request("GET", "/v1/me", headers=edge.bearer("ana"))
            assert connection.getresponse().status == 200
            connection.close()

    @staticmethod
    def raw(port: int, headers: dict[str, str], body: bytes = b"") -> tuple[bytes, bytes]:
        """Send the head, wait for the first answer, then send the body, and read the rest."""
        lines = {"Host": f"127.0.0.1:{port}", "Expect": "100-continue"} | headers
        head = "POST /chat HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in lines.items()) + "\r\n"
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            connection.sendall(head.encode())
            answer = connection.recv(65536)
            rest = b""
            if body:
                connection.sendall(body)
                while b"}" not in rest:
                    rest += connection.recv(65536)
            return answer, rest


class TestStalledBody:
    def test_is_given_up(self, edge_with: Any) -> None:
        edge = edge_with(body_idle_s=0.1)
        with edge.serving() as port, socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
            head = {"Host": "127.0.0.1", "Content-Length": "50", "Content-Type": "application/json"} | edge.bearer()
            lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
            connection.sendall(f"POST /chat HTTP/1.1\r\n{lines}\r\n{{".encode())
            answer = connection.recv(65536)
        assert answer.startswith(b"HTTP/1.1 408 ")
        assert b"connection: close" in answer


class TestRate:
    def test_every_answer_says_what_is_left(self, edge: Any) -> None:
        answer = edge.client().get("/v1/me", headers=edge.bearer())
        assert answer.headers["ratelimit-limit"] == "6000"
        assert answer.headers["ratelimit-remaining"] == "5999"
        assert 1 <= int(answer.headers["ratelimit-reset"]) <= 60

    @pytest.mark.parametrize("path", ["/missing", "/things/ana?limit=x"])
    def test_an_error_says_so_too(self, edge: Any, path: str) -> None:
        answer = edge.client().get(path, headers=edge.bearer())
        assert answer.status_code in (404, 422)
        assert answer.headers["ratelimit-limit"] == "6000"

    def test_over_the_limit_is_429_before_the_body(self, edge_with: Any, problem_of: Any) -> None:
        edge = edge_with(per_minute={Rate.CHAT: 3})
        client = edge.client()
        for left in ("2", "1", "0"):
            answer = client.post("/chat", headers=edge.bearer("ana"), json={"message": "hi"})
            assert answer.headers["ratelimit-remaining"] == left
        answer = client.post("/chat", headers=edge.bearer("ana") | JSON, content=b"{")
        assert answer.status_code == 429
        body = problem_of(answer)
        assert body["code"] == "too_many_requests"
        assert answer.headers["retry-after"] == str(body["retry_after_s"])
        assert answer.headers["ratelimit-remaining"] == "0"
        assert edge.metric("clara_rate_limited_total", rate="chat") == 1

    def test_counts_learners_and_classes_apart(self, edge_with: Any) -> None:
        edge = edge_with(per_minute={Rate.CHAT: 1})
        client, body = edge.client(), {"message": "hi"}
        assert client.post("/chat", headers=edge.bearer("ana"), json=body).status_code == 200
        assert client.post("/chat", headers=edge.bearer("ana"), json=body).status_code == 429
        assert client.get("/v1/me", headers=edge.bearer("ana")).status_code == 200
        assert client.post("/chat", headers=edge.bearer("bob"), json=body).status_code == 200

    def test_counts_the_learner_that_a_service_key_acts_for(self, edge_with: Any) -> None:
        edge = edge_with(per_minute={Rate.CHAT: 1, Rate.UPLOAD: 1})
        client = edge.client()
        for user_id, status in (("ana", 200), ("bob", 200), ("ana", 429)):
            answer = client.post("/chat", headers=edge.service(), json={"message": "hi", "user_id": user_id})
            assert answer.status_code == status
        headers = edge.service() | MULTIPART
        for user_id, status in (("ana", 200), ("bob", 200), ("ana", 429)):
            answer = client.post("/upload", headers=headers, content=b"x" * 300 + f"user_id={user_id}".encode())
            assert answer.status_code == status

    def test_counts_one_request_once(self, edge: Any) -> None:
        answer = edge.client().post("/chat", headers=edge.service(X_Clara_User="ana"), json={"message": "hi"})
        assert answer.headers.get_list("ratelimit-remaining") == ["59"]

    @pytest.mark.parametrize("path", ["/health/live", "/open", "/nothing"])
    def test_public_answers_are_not_counted(self, edge: Any, path: str) -> None:
        assert "ratelimit-limit" not in edge.client().get(path, headers=edge.bearer()).headers


class TestDrain:
    def test_new_work_is_503_and_health_still_answers(self, edge: Any, problem_of: Any) -> None:
        edge.drain.begin()
        for request in (("GET", "/v1/me"), ("POST", "/chat"), ("GET", "/open")):
            answer = edge.client().request(*request, headers=edge.bearer())
            assert answer.status_code == 503
            assert problem_of(answer)["code"] == "draining"
            assert answer.headers["retry-after"] == "2"
            assert answer.headers["connection"] == "close"
        assert edge.client().get("/health/live").status_code == 200


class TestDeclaring:
    def test_a_route_without_a_policy_does_not_come_up(self) -> None:
        routes = router("x")

        async def undeclared() -> None: ...

        with pytest.raises(RuntimeError, match="undeclared needs @allow"):
            routes.get("/x")(undeclared)

    def test_a_plain_route_does_not_come_up(self) -> None:
        plain = APIRouter()

        @plain.get("/x")
        @public()
        async def endpoint() -> None: ...

        app = FastAPI(docs_url=None, redoc_url=None)
        app.include_router(plain)
        with pytest.raises(RuntimeError, match="/x is not admitted"):
            check_routes(app, open_paths={"/openapi.json"})

    def test_a_websocket_does_not_come_up(self) -> None:
        app = FastAPI(openapi_url=None)

        @app.websocket("/x")
        async def endpoint() -> None: ...

        with pytest.raises(RuntimeError, match="/x is not admitted"):
            check_routes(app)

    def test_a_prefix_at_include_does_not_come_up(self) -> None:
        routes = router("x")

        @routes.get("/x")
        @public()
        async def endpoint() -> None: ...

        app = FastAPI(openapi_url=None)
        app.include_router(routes, prefix="/v1")
        with pytest.raises(RuntimeError, match="/v1/x is not admitted"):
            check_routes(app)

    def test_a_form_is_read_by_its_route(self) -> None:
        routes = router("x")

        @allow(Scope.FILES)
        async def form(name: Annotated[str, Form()]) -> None: ...

        @allow(Scope.FILES)
        async def file(upload: Annotated[UploadFile, File()]) -> None: ...

        for endpoint in (form, file):
            # The framework refuses first where its own form parser is not installed, as here by default.
            with pytest.raises(RuntimeError, match=r"reads its body itself|python-multipart"):
                routes.post("/x")(endpoint)

    def test_a_streamed_body_has_no_body_parameters(self) -> None:
        class Model(BaseModel):
            a: int

        @allow(Scope.FILES, stream=("text/plain",))
        async def endpoint(body: Model) -> None: ...

        with pytest.raises(RuntimeError, match="reads its body itself"):
            router("x").post("/x")(endpoint)

    def test_a_streamed_body_cannot_forget_its_caller(self, edge: Any) -> None:
        headers = edge.bearer("ana") | {"Content-Type": "text/plain"}
        assert edge.client().post("/forgetful", headers=headers, content=b"x").status_code == 500

    def test_the_table_says_what_each_route_demands(self, edge: Any) -> None:
        table = check_routes(edge.app, open_paths={"/openapi.json"})
        assert table["GET /openapi.json"] is None
        assert table["GET /v1/me"] == Policy(Scope.TUTOR, Rate.READ)
        assert table["POST /chat"] == Policy(Scope.TUTOR, Rate.CHAT)
        assert table["GET /health/live"] == Policy(None, None, while_draining=True)

    def test_mounts_are_listed_by_hand(self, tmp_path: Any) -> None:
        app = FastAPI(openapi_url=None)
        app.mount("/assets", StaticFiles(directory=tmp_path))
        with pytest.raises(RuntimeError, match="/assets is not admitted"):
            check_routes(app)
        assert check_routes(app, open_paths={"/assets"}) == {"* /assets": None}

    def test_every_route_declares_its_errors(self, edge: Any) -> None:
        paths = edge.client().get("/openapi.json").json()["paths"]
        assert {"401", "403", "404", "413", "415", "422", "429", "500", "503"} <= set(
            paths["/chat"]["post"]["responses"]
        )
        assert "401" not in paths["/open"]["get"]["responses"]
        assert "503" not in paths["/health/live"]["get"]["responses"]
        assert list(paths["/chat"]["post"]["responses"]["422"]["content"]) == ["application/problem+json"]
        assert paths["/chat"]["post"]["security"] == [{"bearer": []}, {"basic": []}, {"session": []}]
        assert "security" not in paths["/open"]["get"]


class TestMethods:
    def test_405_names_every_method_of_the_address(self, edge: Any, problem_of: Any) -> None:
        answer = edge.client().put("/things/ana", headers=edge.bearer("ana"))
        assert answer.status_code == 405
        assert answer.headers["allow"] == "DELETE, GET, HEAD"
        assert problem_of(answer)["code"] == "method_not_allowed"

    def test_head_is_answered_like_get_without_a_body(self, edge: Any) -> None:
        with edge.serving() as port:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            connection.request("HEAD", "/v1/me", headers=edge.bearer("ana"))
            head = connection.getresponse()
            assert (head.status, head.read()) == (200, b"")
            connection.request("GET", "/v1/me", headers=edge.bearer("ana"))
            got = connection.getresponse()
            assert head.headers["content-length"] == str(len(got.read()))
            connection.request("HEAD", "/v1/me")
            assert connection.getresponse().status == 401
            connection.close()
        assert edge.metric("clara_http_requests_total", method="HEAD", route="/v1/me", status="200") == 1
