"""Every credential through every door: what is let in, as whom, and what is refused."""

import base64
from typing import Any

import pytest

from clara.core.caller import Scope
from clara.core.credentials import KEY_PREFIX, digest

SERVICE_KEY = "the-service-key-of-these-tests"
ORIGIN = {"Origin": "http://127.0.0.1:8000"}


def basic(key: str, user: str = "clara") -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{key}".encode()).decode()}


class TestNoCredential:
    def test_is_401_and_says_what_to_send(self, edge: Any, problem_of: Any) -> None:
        answer = edge.client().get("/v1/me")
        assert answer.status_code == 401
        assert problem_of(answer)["code"] == "unauthenticated"
        assert answer.headers["www-authenticate"] == 'Bearer realm="clara"'
        assert edge.metric("clara_identity_refused_total", code="unauthenticated") == 1

    @pytest.mark.parametrize("path", ["/health/live", "/open", "/openapi.json"])
    def test_is_enough_for_what_is_public(self, edge: Any, path: str) -> None:
        assert edge.client().get(path).status_code == 200

    @pytest.mark.parametrize("method", ["PUT", "OPTIONS", "TRACE", "BREW"])
    def test_is_401_before_405(self, edge: Any, method: str) -> None:
        assert edge.client().request(method, "/v1/me").status_code == 401

    def test_is_401_before_422(self, edge: Any) -> None:
        assert edge.client().get("/things/ana?limit=x").status_code == 401
        assert edge.client().post("/chat", content=b"{").status_code == 401

    def test_is_404_where_there_is_nothing(self, edge: Any, problem_of: Any) -> None:
        assert problem_of(edge.client().get("/nothing/here"))["code"] == "not_found"


class TestBearerToken:
    def test_acts_for_its_subject(self, edge: Any) -> None:
        answer = edge.client().get("/v1/me", headers=edge.bearer("ana"))
        assert answer.json() == {"owner": "ana", "via": "jwt", "scopes": ["files", "tutor"], "key": None}

    def test_the_scheme_has_no_case(self, edge: Any) -> None:
        header = {"Authorization": f"bEARER   {edge.issuer.mint('ana')} "}
        assert edge.client().get("/v1/me", headers=header).status_code == 200

    def test_expired_is_401(self, edge: Any, problem_of: Any) -> None:
        headers = edge.bearer("ana")
        edge.clock.time += 3600 + 30
        answer = edge.client().get("/v1/me", headers=headers)
        assert problem_of(answer)["code"] == "invalid_credential"
        assert 'error="invalid_token"' in answer.headers["www-authenticate"]

    @pytest.mark.parametrize(
        "header",
        ["", "Bearer", "Bearer ", "Token x", "Basic", "Basic !", "Basic Og==", "Basic YQ==", "Bearer a b", "ü"],
    )
    def test_anything_else_is_401(self, edge: Any, header: str, problem_of: Any) -> None:
        answer = edge.client().get("/v1/me", headers={"Authorization": header.encode("utf-8")})
        assert answer.status_code == 401
        assert problem_of(answer)["code"] == "invalid_credential"

    def test_is_never_an_operator(self, edge: Any, problem_of: Any) -> None:
        answer = edge.client().get("/operator", headers=edge.bearer("ana"))
        assert answer.status_code == 403
        assert problem_of(answer)["code"] == "scope_missing"


class TestNamedUser:
    """Another learner's id, wherever it stands, is 403, and the endpoint is not reached."""

    @pytest.mark.parametrize("path", ["/things/bob", "/things/Ana", "/things/ana%20", "/things/ana%00"])
    def test_in_the_path(self, edge: Any, path: str) -> None:
        assert edge.client().get(path, headers=edge.bearer("ana")).status_code == 403
        assert edge.reached == []

    @pytest.mark.parametrize(
        "query",
        ["user_id=bob", "userId=bob", "user_id=ana&user_id=bob", "%75ser_id=bob", "user_id=", "user_id=ana&userId=bob"],
    )
    def test_in_the_query(self, edge: Any, query: str) -> None:
        assert edge.client().get(f"/v1/me?{query}", headers=edge.bearer("ana")).status_code == 403
        assert edge.reached == []

    @pytest.mark.parametrize("body", [{"user_id": "bob"}, {"userId": "bob"}, {"user_id": "ana", "userId": "bob"}])
    def test_in_the_body(self, edge: Any, body: dict[str, str], problem_of: Any) -> None:
        answer = edge.client().post("/chat", headers=edge.bearer("ana"), json={"message": "hi"} | body)
        assert problem_of(answer)["code"] == "user_mismatch"
        assert edge.reached == []

    def test_in_the_body_beside_other_mistakes(self, edge: Any) -> None:
        answer = edge.client().post("/chat", headers=edge.bearer("ana"), json={"message": 5, "user_id": "bob"})
        assert answer.status_code == 403

    def test_in_a_body_that_says_it_twice(self, edge: Any) -> None:
        raw = b'{"message": "hi", "user_id": "ana", "user_id": "bob"}'
        headers = edge.bearer("ana") | {"Content-Type": "application/json"}
        assert edge.client().post("/chat", headers=headers, content=raw).status_code == 403

    def test_in_a_field_after_the_file(self, edge: Any) -> None:
        headers = edge.bearer("ana") | {"Content-Type": "multipart/form-data"}
        answer = edge.client().post("/upload", headers=headers, content=b"x" * 500 + b"user_id=bob")
        assert answer.status_code == 403

    def test_in_a_streamed_json_body(self, edge: Any) -> None:
        answer = edge.client().post("/upload", headers=edge.bearer("ana"), json={"message": "hi", "userId": "bob"})
        assert answer.status_code == 403

    def test_in_the_header(self, edge: Any) -> None:
        answer = edge.client().get("/v1/me", headers=edge.bearer("ana") | {"X-Clara-User": "bob"})
        assert answer.status_code == 403

    def test_ones_own_is_fine_everywhere(self, edge: Any) -> None:
        headers = edge.bearer("ana") | {"X-Clara-User": "ana"}
        assert edge.client().get("/things/ana?user_id=ana", headers=headers).status_code == 200
        body = {"message": "hi", "user_id": "ana", "userId": "ana"}
        assert edge.client().post("/chat?userId=ana", headers=headers, json=body).status_code == 200

    def test_null_names_nobody(self, edge: Any) -> None:
        body = {"message": "hi", "user_id": None}
        assert edge.client().post("/chat", headers=edge.bearer("ana"), json=body).json()["owner"] == "ana"

    @pytest.mark.parametrize("user_id", [5, True, [], {"a": 1}, ["ana"]])
    def test_no_text_is_422(self, edge: Any, user_id: Any, problem_of: Any) -> None:
        answer = edge.client().post("/chat", headers=edge.bearer("ana"), json={"message": "hi", "user_id": user_id})
        assert problem_of(answer)["code"] == "invalid_user_id"

    def test_beyond_ascii(self, edge: Any) -> None:
        headers = edge.bearer("аня") | {"X-Clara-User": "аня".encode()}
        assert edge.client().get("/things/аня", headers=headers).json()["owner"] == "аня"


class TestServiceKey:
    def test_acts_for_the_user_of_the_path(self, edge: Any) -> None:
        answer = edge.client().get("/things/bob", headers=edge.service())
        assert answer.json()["owner"] == "bob"

    def test_acts_for_the_user_of_the_body(self, edge: Any) -> None:
        answer = edge.client().post("/chat", headers=edge.service(), json={"message": "hi", "user_id": "bob"})
        assert answer.json()["owner"] == "bob"

    def test_acts_for_the_user_of_a_late_field(self, edge: Any) -> None:
        headers = edge.service() | {"Content-Type": "multipart/form-data"}
        answer = edge.client().post("/upload", headers=headers, content=b"x" * 500 + b"user_id=bob")
        assert answer.json()["owner"] == "bob"

    def test_else_for_the_header(self, edge: Any) -> None:
        answer = edge.client().get("/v1/me", headers=edge.service(X_Clara_User="bob"))
        assert answer.json() == {
            "owner": "bob",
            "via": "service_key",
            "scopes": ["files", "tutor"],
            "key": "environment",
        }

    @pytest.mark.parametrize("path", ["/things/ana", "/v1/me?user_id=ana"])
    def test_disagreement_is_403(self, edge: Any, path: str, problem_of: Any) -> None:
        answer = edge.client().get(path, headers=edge.service(X_Clara_User="bob"))
        assert problem_of(answer)["code"] == "user_mismatch"
        assert edge.reached == []

    def test_disagreement_of_body_and_header_is_403(self, edge: Any) -> None:
        body = {"message": "hi", "user_id": "ana"}
        assert edge.client().post("/chat", headers=edge.service(X_Clara_User="bob"), json=body).status_code == 403

    def test_two_headers_that_disagree_are_403(self, edge: Any) -> None:
        headers = [("Authorization", f"Bearer {SERVICE_KEY}"), ("X-Clara-User", "ana"), ("X-Clara-User", "bob")]
        assert edge.client().get("/v1/me", headers=headers).status_code == 403

    @pytest.mark.parametrize("method", ["get", "post"])
    def test_nobody_named_is_422(self, edge: Any, method: str, problem_of: Any) -> None:
        answer = edge.client().get("/v1/me", headers=edge.service())
        assert problem_of(answer)["code"] == "user_required"
        answer = edge.client().post("/chat", headers=edge.service(), json={"message": "hi"})
        assert problem_of(answer)["code"] == "user_required"
        headers = edge.service() | {"Content-Type": "multipart/form-data"}
        answer = edge.client().post("/upload", headers=headers, content=b"x")
        assert problem_of(answer)["code"] == "user_required"

    @pytest.mark.parametrize("user_id", ["a%2Fb", "%00", "x" * 129, "a%0Ab"])
    def test_an_impossible_user_id_is_422(self, edge: Any, user_id: str, problem_of: Any) -> None:
        answer = edge.client().get(f"/v1/me?user_id={user_id}", headers=edge.service())
        assert problem_of(answer)["code"] == "invalid_user_id"

    def test_as_basic_password_of_any_user(self, edge: Any) -> None:
        for user in ("clara", "", "x@y"):
            assert edge.client().get("/things/bob", headers=basic(SERVICE_KEY, user)).status_code == 200
        assert edge.client().get("/things/bob", headers=basic("wrong" * 5)).status_code == 401

    def test_in_the_urls_user_info(self, edge: Any) -> None:
        client = edge.client(base_url=f"http://clara:{SERVICE_KEY}@127.0.0.1:8000")
        assert client.get("/things/bob").status_code == 200

    def test_a_token_is_no_basic_password(self, edge: Any) -> None:
        assert edge.client().get("/v1/me", headers=basic(edge.issuer.mint("ana"))).status_code == 401

    def test_the_settings_key_is_no_operator(self, edge: Any) -> None:
        assert edge.client().get("/operator", headers=edge.service()).status_code == 403


class TestStoredServiceKey:
    def test_acts_like_the_settings_key(self, edge: Any) -> None:
        key = edge.new_key()
        assert edge.client().get("/things/bob", headers=edge.service(key)).json()["owner"] == "bob"
        assert edge.client().get("/things/bob", headers=basic(key)).status_code == 200

    def test_only_a_digest_is_kept(self, edge: Any) -> None:
        key = edge.new_key()
        record = next(iter(edge.store.keys.values()))
        assert key.startswith(f"{KEY_PREFIX}{record.id}_")
        assert record.secret_hash == digest(key.rsplit("_", 1)[1])
        assert key.rsplit("_", 1)[1] not in repr(record)

    def test_has_only_its_scopes(self, edge: Any) -> None:
        headers = edge.service(edge.new_key(Scope.FILES), X_Clara_User="bob")
        assert edge.client().get("/things/bob", headers=headers).status_code == 200
        assert edge.client().get("/v1/me", headers=headers).status_code == 403

    def test_an_operator_needs_no_learner(self, edge: Any) -> None:
        answer = edge.client().get("/operator", headers=edge.service(edge.new_key(Scope.OPERATOR)))
        assert answer.json() == {"owner": ""}

    def test_an_operator_is_no_learner(self, edge: Any) -> None:
        headers = edge.service(edge.new_key(Scope.OPERATOR))
        assert edge.client().get("/things/bob", headers=headers).status_code == 403

    def test_bound_to_a_learner_it_acts_for_nobody_else(self, edge: Any) -> None:
        headers = edge.service(edge.new_key(learner_id="bob"))
        assert edge.client().get("/v1/me", headers=headers).json()["owner"] == "bob"
        assert edge.client().get("/things/bob", headers=headers).status_code == 200
        assert edge.client().get("/things/ana", headers=headers).status_code == 403
        assert edge.client().get("/v1/me", headers=headers | {"X-Clara-User": "ana"}).status_code == 403

    def test_revoked_unknown_and_wrong_look_the_same(self, edge: Any, problem_of: Any) -> None:
        from dataclasses import replace

        key = edge.new_key()
        record = next(iter(edge.store.keys.values()))
        wrong, unknown = key[:-1] + ("a" if key[-1] != "a" else "b"), f"{KEY_PREFIX}nobody_{'x' * 32}"
        seen = [edge.client().get("/things/bob", headers=edge.service(other)) for other in (wrong, unknown)]
        edge.store.keys[record.id] = replace(record, revoked=True)
        seen.append(edge.client().get("/things/bob", headers=edge.service(key)))
        bodies = [problem_of(answer) | {"instance": None} for answer in seen]
        assert bodies[0] == bodies[1] == bodies[2]
        assert {answer.status_code for answer in seen} == {401}

    @pytest.mark.parametrize(
        "key", [KEY_PREFIX, f"{KEY_PREFIX}a", f"{KEY_PREFIX}a_", f"{KEY_PREFIX}_a", f"{KEY_PREFIX}{'a' * 9000}_b"]
    )
    def test_malformed_is_401(self, edge: Any, key: str) -> None:
        assert edge.client().get("/things/bob", headers=edge.service(key)).status_code == 401


class TestSessionCookie:
    def test_acts_for_its_user(self, edge: Any) -> None:
        answer = edge.client().get("/v1/me", headers=edge.new_session("ana"))
        assert answer.json()["owner"] == "ana"
        assert answer.json()["via"] == "session"

    def test_expired_or_unknown_is_401(self, edge: Any) -> None:
        headers = edge.new_session("ana", life_s=10)
        edge.clock.time += 10
        assert edge.client().get("/v1/me", headers=headers).status_code == 401
        assert edge.client().get("/v1/me", headers={"Cookie": "clara_session_8000=guess"}).status_code == 401

    def test_another_servers_cookie_is_not_looked_at(self, edge: Any, problem_of: Any) -> None:
        answer = edge.client().get("/v1/me", headers={"Cookie": "clara_session_8001=x; other=y"})
        assert problem_of(answer)["code"] == "unauthenticated"

    @pytest.mark.parametrize(
        "origin", [None, "null", "https://evil.test", "http://127.0.0.1:9999", "http://127.0.0.1", ""]
    )
    def test_a_write_from_elsewhere_is_403(self, edge: Any, origin: str | None, problem_of: Any) -> None:
        headers = edge.new_session("ana") | ({"Origin": origin} if origin is not None else {})
        for method, path in (("POST", "/chat"), ("DELETE", "/things/ana")):
            answer = edge.client().request(method, path, headers=headers, json={"message": "hi"})
            assert answer.status_code == 403
            assert problem_of(answer)["code"] == "origin_not_allowed"
        assert edge.reached == []

    @pytest.mark.parametrize("origin", ["http://127.0.0.1:8000", "https://127.0.0.1:8000", "https://app.test"])
    def test_a_write_from_its_own_pages_is_done(self, edge: Any, origin: str) -> None:
        headers = edge.new_session("ana") | {"Origin": origin}
        assert edge.client().post("/chat", headers=headers, json={"message": "hi"}).status_code == 200

    def test_over_https_a_plain_origin_is_not_ones_own(self, edge: Any) -> None:
        client = edge.client(base_url="https://127.0.0.1:8000")
        headers = edge.new_session("ana")
        assert client.post("/chat", headers=headers | ORIGIN, json={"message": "hi"}).status_code == 403

    def test_a_bearer_needs_no_origin(self, edge: Any) -> None:
        assert edge.client().post("/chat", headers=edge.bearer(), json={"message": "hi"}).status_code == 200


class TestSeveralCredentials:
    def test_two_headers_are_refused(self, edge: Any, problem_of: Any) -> None:
        token = edge.issuer.mint("ana")
        headers = [("Authorization", f"Bearer {token}"), ("Authorization", f"Bearer {token}")]
        answer = edge.client().get("/v1/me", headers=headers)
        assert answer.status_code == 401
        assert problem_of(answer)["code"] == "conflicting_credentials"

    def test_two_cookies_of_the_name_are_refused(self, edge: Any) -> None:
        headers = edge.new_session("ana")
        headers["Cookie"] += "; clara_session_8000=tossed"
        assert edge.client().get("/v1/me", headers=headers).status_code == 401

    def test_header_and_cookie_of_one_learner_are_fine(self, edge: Any) -> None:
        headers = edge.bearer("ana") | edge.new_session("ana")
        assert edge.client().get("/v1/me", headers=headers).json()["via"] == "jwt"

    def test_header_and_cookie_of_two_are_refused(self, edge: Any, problem_of: Any) -> None:
        answer = edge.client().get("/v1/me", headers=edge.bearer("ana") | edge.new_session("bob"))
        assert problem_of(answer)["code"] == "conflicting_credentials"

    def test_a_stale_cookie_does_not_spoil_a_header(self, edge: Any) -> None:
        headers = edge.bearer("ana") | {"Cookie": "clara_session_8000=stale"}
        assert edge.client().get("/v1/me", headers=headers).status_code == 200

    def test_a_bad_header_is_not_saved_by_a_cookie(self, edge: Any) -> None:
        headers = {"Authorization": "Bearer x"} | edge.new_session("ana")
        assert edge.client().get("/v1/me", headers=headers).status_code == 401
