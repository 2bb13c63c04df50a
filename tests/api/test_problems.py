"""Everything that can go wrong is answered with a problem, and none tells what it should not."""

import json
from typing import Any

import pytest

from clara.api.problems import problem, problem_responses
from clara.core.errors import ClaraError, Conflict, Invalid, NotFound, Unreadable

JSON = {"Content-Type": "application/json"}


class TestProblem:
    def test_has_the_standard_members_and_the_facts(self) -> None:
        error = NotFound("No such file.", code="file_not_found", file_id="f1")
        assert problem(error, "r1") == {
            "type": "urn:clara:problem:file_not_found",
            "title": "Not found",
            "status": 404,
            "detail": "No such file.",
            "code": "file_not_found",
            "instance": "r1",
            "file_id": "f1",
        }

    def test_a_fact_never_replaces_a_member_and_is_always_json(self, edge: Any, problem_of: Any) -> None:
        answer = edge.client().get("/missing", headers=edge.bearer())
        body = problem_of(answer)
        assert answer.status_code == 404
        assert (body["thing"], body["score"]) == ("x", None)

    def test_odd_facts_do_not_break_it(self) -> None:
        from clara.api.problems import problem_response

        error = Invalid("\ud800", when=float("inf"), what=object(), deep={"x": float("nan")})
        assert json.loads(problem_response(error, None).body)["code"] == "invalid"


class TestResponses:
    def test_joins_errors_of_one_status(self) -> None:
        declared = problem_responses(NotFound, Invalid, Unreadable, Conflict)
        assert list(declared) == [404, 409, 422]
        assert declared[422]["description"] == "The request is malformed or The content can't be read"

    def test_the_document_has_the_schema_that_they_refer_to(self, edge: Any) -> None:
        document = edge.client().get("/openapi.json").json()
        assert {"type", "title", "status", "detail", "code"} <= set(
            document["components"]["schemas"]["Problem"]["required"]
        )
        assert "FieldError" in document["components"]["schemas"]
        assert set(document["components"]["securitySchemes"]) == {"bearer", "basic", "session"}
        assert "HTTPValidationError" not in json.dumps(document)

    def test_every_reference_leads_somewhere(self, edge: Any) -> None:
        document = edge.client().get("/openapi.json").json()
        for reference in {part.split('"')[0] for part in json.dumps(document).split("#/components/schemas/")[1:]}:
            assert reference in document["components"]["schemas"]


class TestValidation:
    def test_says_where_and_what(self, edge: Any, problem_of: Any) -> None:
        answer = edge.client().post("/chat", headers=edge.bearer(), json={"message": 5, "count": "many"})
        body = problem_of(answer)
        assert answer.status_code == 422
        assert body["errors"] == [
            {"loc": ["body", "message"], "msg": "Input should be a valid string"},
            {"loc": ["body", "count"], "msg": "Input should be a valid integer, unable to parse string as an integer"},
        ]

    def test_query_and_path_too(self, edge: Any, problem_of: Any) -> None:
        body = problem_of(edge.client().get("/things/ana?limit=51", headers=edge.bearer()))
        assert body["errors"][0]["loc"] == ["query", "limit"]

    def test_never_echoes_the_input(self, edge: Any) -> None:
        answer = edge.client().post("/chat", headers=edge.bearer(), json={"message": "secret words " * 500})
        assert answer.status_code == 422
        assert "secret" not in answer.text
        assert len(answer.content) < 1000

    def test_is_cut_to_size(self, edge: Any, problem_of: Any) -> None:
        headers = edge.bearer()
        answer = edge.client().post("/chat", headers=headers, json={"message": "x", "count": 5, "score": [1] * 4000})
        assert answer.status_code == 422
        assert len(answer.content) < 1000


class TestMalformedJson:
    @pytest.mark.parametrize(
        ("body", "code"),
        [
            (b"{", "invalid_json"),
            (b"", "invalid"),
            (b"null", "invalid"),
            (b"5", "invalid"),
            (b'"x"', "invalid"),
            (b"[]", "invalid"),
            (b"{} {}", "invalid_json"),
            (b"{'message': 'hi'}", "invalid_json"),
            (b'{"message": "hi", "score": NaN}', "invalid_json"),
            (b'{"message": "hi", "score": Infinity}', "invalid_json"),
            (b'{"message": "hi", "score": 1e999}', "invalid_number"),
            (b'{"message": "hi", "score": -1e999}', "invalid_number"),
            (b'{"message": "hi", "count": 9223372036854775808}', "invalid_number"),
            (b'{"message": "hi", "other": [{"deep": 99999999999999999999}]}', "invalid_number"),
            (b'{"message": "hi", "count": ' + b"9" * 5000 + b"}", "invalid_json"),
            (b'{"message": ' + b"[" * 4000 + b"]" * 4000 + b"}", "invalid_json"),
            (b'{"message": "\\ud800"}', "invalid_json"),
            (b'{"message": "\\udc00 \\ud800"}', "invalid_json"),
            (b'{"message": "\xff"}', "invalid_json"),
            (b'{"message": "\xed\xa0\x80"}', "invalid_json"),
            (b'{"message": "a\\u0000b"}', "invalid_text"),
            (b'{"message": "hi", "a\\u0000": 1}', "invalid_text"),
            (b'{"message": "hi", "x": [["a\\u0000"]]}', "invalid_text"),
            (b'{"message": "a\x00b"}', "invalid_json"),
            ('{"message": "hi"}'.encode("utf-16"), "invalid_json"),
        ],
    )
    def test_is_422(self, edge: Any, body: bytes, code: str, problem_of: Any) -> None:
        answer = edge.client().post("/chat", headers=edge.bearer() | JSON, content=body)
        assert answer.status_code == 422
        assert problem_of(answer)["code"] == code
        assert edge.reached == []

    @pytest.mark.parametrize(
        "body",
        [
            b'\xef\xbb\xbf{"message": "hi"}',
            b'{"message": "\\\\u0000"}',
            b'{"message": "\\ud83d\\ude00"}',
            b'{"message": "hi", "count": 9, "x": 9223372036854775807, "y": -9223372036854775807}',
            b' \r\n\t{"message": "hi"}\n',
        ],
    )
    def test_what_only_looks_odd_is_read(self, edge: Any, body: bytes) -> None:
        assert edge.client().post("/chat", headers=edge.bearer() | JSON, content=body).status_code == 200

    @pytest.mark.parametrize("path", ["/things/ana?limit=%00", "/v1/me?q=a%00b", "/open?x=%00"])
    def test_nul_in_an_address_is_422(self, edge: Any, path: str, problem_of: Any) -> None:
        assert problem_of(edge.client().get(path, headers=edge.bearer()))["code"] == "invalid_text"

    @pytest.mark.parametrize("query", ["limit=99999999999999999999", "limit=NaN", "limit=1e5", "limit=%FF", "limit=١٢"])
    def test_odd_numbers_in_a_query_are_no_crash(self, edge: Any, query: str) -> None:
        assert edge.client().get(f"/things/ana?{query}", headers=edge.bearer()).status_code in (200, 422)


class TestUnexpected:
    def test_a_crash_shows_a_request_id_and_no_more(self, edge: Any, problem_of: Any) -> None:
        answer = edge.client().get("/crash")
        assert answer.status_code == 500
        assert set(problem_of(answer)) == {"type", "title", "status", "detail", "code", "instance"}
        assert "secret" not in answer.text

    def test_the_framework_has_no_words_of_its_own(self, edge: Any, problem_of: Any) -> None:
        for path in ("/", "/health/live/", "//", "/%2e%2e/etc", "/open/x"):
            answer = edge.client().get(path)
            assert answer.status_code == 404
            problem_of(answer)

    def test_every_error_class_makes_a_problem(self) -> None:
        for kind in ClaraError.__subclasses__():
            assert problem(kind(), "r")["status"] == kind.status
