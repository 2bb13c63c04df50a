"""The OpenAPI document: stable names, every answer described, and the page made of it."""

import re
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from typing import Any

import pytest

from clara.testing import RunningApp

pytestmark = pytest.mark.anyio

OPERATIONS = frozenset(
    re.findall(
        r"\w+",
        """
ask_existing attempt_quiz cancel_file change_chat change_file change_folder change_message change_study_set chat_in_ui
complete_session create_chat create_completion delete_study_set export_study_set generate_visual get_progress
get_lock list_flags list_locks lock_folder lock_learner mark_exam unlock_folder unlock_learner
get_study_set get_summary list_attempts list_due_cards list_study_sets make_study_set review_card
create_existing_folder create_folder delete_chat delete_existing_file delete_existing_file_of delete_file
delete_folder describe_existing_files download_file follow_turn get_chat get_file get_folder get_health get_liveness
get_me get_metrics get_model get_page get_page_image get_rag_context get_rag_search get_readiness get_service_card
get_usage list_chats list_existing_conversations list_existing_conversations_of list_existing_files
list_existing_files_of list_existing_folders list_existing_folders_of list_existing_messages list_files list_folders
list_messages list_models rate_message regenerate_message resume_in_ui retry_file search_files send_message sign_in
sign_out stop_turn unrate_message upload_existing upload_existing_too upload_file watch_file
chat_by_voice create_ticket get_voice_stats get_voice_status
""",
    )
)
"""Client libraries name their functions by these: one that is gone breaks them. Add new ones here."""

ERRORS = {
    False: ("application/problem+json", "#/components/schemas/Problem"),
    True: ("application/json", "#/components/schemas/OpenAIError"),
}
"""How an address says what is wrong, by whether it is in OpenAI's protocol."""

EXISTING = """
GET /  GET /health  POST /homework/chat-rag  POST /homework/upload-rag  POST /file-upload/
GET /homework/files/{user_id}  GET /homework/files  DELETE /homework/files/{file_id}/{user_id}
DELETE /homework/files/{file_id}  GET /homework/folders/{user_id}  GET /homework/folders  POST /homework/folders
GET /homework/conversations/{user_id}  GET /homework/conversations/{conversation_id}/messages
GET /summary/{cache_key}  POST /study-session/complete  POST /voice/generate-visual
POST /voice/chat/{user_id}  GET /voice/status/{user_id}  GET /voice/stats
GET /homework/context/{user_id}  GET /rag/context/{user_id}  GET /rag/search/{user_id}
"""
"""What existing clients call."""


@pytest.fixture
def document(shared_clara: RunningApp) -> dict[str, Any]:
    return shared_clara.app.openapi()


def operations(document: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


class TestDocument:
    async def test_is_public_and_the_same_as_the_apps(self, shared_clara: RunningApp) -> None:
        answer = await shared_clara.client.get("/openapi.json")

        assert answer.status_code == 200
        assert answer.json() == shared_clara.app.openapi()

    async def test_operation_ids_are_stable_and_unique(self, document: dict[str, Any]) -> None:
        assert sorted(operation["operationId"] for _, operation in operations(document)) == sorted(OPERATIONS)

    async def test_has_every_route_of_existing_clients(self, document: dict[str, Any]) -> None:
        names = {name for name, _ in operations(document)}

        assert set(re.findall(r"[A-Z]+ \S+", EXISTING)) <= names

    async def test_every_operation_says_what_it_does(self, document: dict[str, Any]) -> None:
        for name, operation in operations(document):
            assert operation.get("description", "").endswith("."), name
            assert operation["tags"], name
            for parameter in operation.get("parameters", ()):
                assert parameter["schema"], (name, parameter)

    async def test_every_problem_has_the_problems_schema(self, document: dict[str, Any]) -> None:
        for name, operation in operations(document):
            malformed = "400" if "/openai/" in name else "422"
            assert {malformed, "500"} <= operation["responses"].keys(), name
            assert "422" not in operation["responses"] or malformed == "422", name
            for status, answer in operation["responses"].items():
                if status >= "400":
                    kind, schema = ERRORS["/openai/" in name]
                    assert answer["content"] == {kind: {"schema": {"$ref": schema}}}, (name, status)

    async def test_who_needs_a_caller_says_so(self, document: dict[str, Any]) -> None:
        for name, operation in operations(document):
            needs = bool(operation.get("security"))
            assert needs == ({"401", "403", "429"} <= operation["responses"].keys() and name != "POST /v1/sign-in"), (
                name
            )
            assert needs != name.startswith(("GET /health", "POST /v1/sign-in")) or name == "GET /"

    async def test_every_good_answer_has_a_schema(self, document: dict[str, Any]) -> None:
        for name, operation in operations(document):
            for status, answer in operation["responses"].items():
                if status.startswith("2") and status != "204":
                    assert answer["content"], (name, status)
                    described = [content for kind, content in answer["content"].items() if kind != "text/html"]
                    assert all(content.get("schema") for content in described), (name, status)

    async def test_every_schema_and_reference_is_there(self, document: dict[str, Any]) -> None:
        schemas = document["components"]["schemas"]

        assert set(re.findall(r"#/components/schemas/([\w-]+)", repr(document))) <= schemas.keys()
        for name, schema in schemas.items():
            assert schema.get("description") or "enum" in schema, f"{name} has no docstring"

    async def test_names_no_inside(self, document: dict[str, Any]) -> None:
        assert not re.search(r"clara__|clara\.|sqlalchemy|\bTx\b|HTTPValidationError", repr(document))


class _Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: set[str] = set()
        self.links: set[str] = set()
        self.tags: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        values = dict(attrs)
        assert not {"src", "style"} & values.keys()
        assert not any(name.startswith("on") for name in values)
        if identity := values.get("id"):
            assert identity not in self.ids
            self.ids.add(identity)
        if link := values.get("href"):
            self.links.add(link)
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


class TestPage:
    async def test_is_public_and_needs_nothing_but_itself(self, shared_clara: RunningApp) -> None:
        answer = await shared_clara.client.get("/docs", headers={"Accept": "text/html"})

        assert answer.status_code == 200
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert not re.search(r"unsafe|https?:|\*", policy)
        page = _Page(answer.text)
        assert page.open == []
        assert not page.tags & {"script", "link", "img", "iframe", "object", "form"}

    async def test_describes_every_operation_and_schema(
        self, shared_clara: RunningApp, document: dict[str, Any]
    ) -> None:
        page = _Page((await shared_clara.client.get("/docs")).text)

        assert page.ids >= OPERATIONS
        assert {f"schema-{name}" for name in document["components"]["schemas"]} <= page.ids
        inner = {link[1:] for link in page.links if link.startswith("#")}
        assert inner <= page.ids
        assert page.links - {f"#{name}" for name in inner} == {"/openapi.json"}

    async def test_its_style_is_the_one_that_the_policy_lets_through(self, shared_clara: RunningApp) -> None:
        import base64
        import hashlib

        answer = await shared_clara.client.get("/docs")

        style = re.findall(r"<style>(.*?)</style>", answer.text, re.DOTALL)[0]
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in answer.headers["content-security-policy"]

    async def test_nothing_of_the_document_becomes_markup(self, document: dict[str, Any]) -> None:
        from clara.api.docs import render

        evil = {**document, "info": {"title": "<script>", "version": '"', "description": "`a` <b> & `<i>`"}}

        assert "<script>" not in render(evil)
        assert "<code>a</code> &lt;b&gt; &amp; <code>&lt;i&gt;</code>" in render(evil)
