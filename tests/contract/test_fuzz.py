"""What the OpenAPI document says, held against a running server: values that fit it, and values that don't."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from clara.app import create_app
from clara.testing import make_settings, running_server
from tests.rag.documents_made import make_pdf

EXAMPLES = 8
"""Of each kind, an operation: values that fit, values that fit with ids that exist, values that don't fit."""

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
STREAMS = {"chat_in_ui", "follow_turn", "resume_in_ui", "watch_file"}


def _document() -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(make_settings(Path(folder)))
        app.state.services.database.close()
        return dict(app.openapi())


SCHEMA = schemathesis.openapi.from_dict(_document())
OPERATIONS = {
    operation.definition.raw["operationId"]: operation
    for operation in (found.ok() for found in SCHEMA.get_all_operations())
}


class Fuzzed:
    """A server with a learner who has one of everything."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.headers = {"Authorization": "Bearer test-service-key-0123456789", "X-Clara-User": "fuzz"}
        self.made = 0

    def ids(self) -> dict[str, str]:
        """Make new things where those from before may have been deleted; return their ids by parameter."""
        self.made += 1
        with httpx.Client(base_url=self.url, headers=self.headers) as client:
            folder = client.post("/v1/folders", json={"name": "f"}).json()["id"]
            chat = client.post("/v1/chats", json={}).json()["id"]
            turn = client.post(f"/v1/chats/{chat}/messages", json={"content": "Hi"}).json()
            book = make_pdf([f"The human heart of book {self.made} pumps blood through all the arteries of the body."])
            form = {"files": {"file": ("b.pdf", book)}, "data": {"folder_id": folder}}
            file = client.post("/homework/upload-rag", **form).json()["file_id"]  # type: ignore[arg-type]
            client.get(f"/v1/files/{file}/events")  # Ends when the file is read.
            made = client.post("/v1/study", json={"kind": "flashcards", "file_id": file})
            assert made.status_code == 201, made.text
            cards = made.json()
        return {
            "folder_id": folder,
            "chat_id": chat,
            "conversation_id": chat,
            "file_id": file,
            "cache_key": file,
            "set_id": cards["id"],
            "card_id": cards["cards"][0]["id"],
            "message_id": turn["message"]["id"],
            "turn_id": turn["turn_id"],
            "user_id": "fuzz",
            "number": "1",
            "model": "clara",
        }


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fuzzed]:
    plenty = {f"CLARA_LIMITS__{name}_PER_MINUTE": "1000000" for name in ("CHAT", "UPLOADS", "READS", "FAILED_SIGN_INS")}
    with running_server(tmp_path_factory.mktemp("data"), CLARA_FILES__WAIT_S="0.2", **plenty) as server:
        yield Fuzzed(server.url)
        assert server.process.poll() is None
        assert "Traceback" not in server.log


def run(fuzzed: Fuzzed, name: str, checks: list[Any], **options: Any) -> None:
    @seed(20261123)
    @settings(
        max_examples=EXAMPLES,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=OPERATIONS[name].as_strategy(**options))
    def check(case: Any) -> None:
        case.call_and_validate(base_url=fuzzed.url, headers=fuzzed.headers, checks=checks)

    check()


@pytest.mark.serial
@pytest.mark.parametrize("name", sorted(set(OPERATIONS) - STREAMS))
class TestOperation:
    def test_values_that_fit(self, fuzzed: Fuzzed, name: str) -> None:
        run(fuzzed, name, CHECKS)

    def test_values_that_fit_for_things_that_exist(self, fuzzed: Fuzzed, name: str) -> None:
        wanted = {parameter.name for parameter in OPERATIONS[name].path_parameters}
        if wanted:
            ids = {key: value for key, value in fuzzed.ids().items() if key in wanted}
            run(fuzzed, name, CHECKS, path_parameters=ids)

    def test_values_that_do_not_fit(self, fuzzed: Fuzzed, name: str) -> None:
        if OPERATIONS[name].definition.raw.keys() & {"parameters", "requestBody"}:
            strict = [negative_data_rejection] if OPERATIONS[name].path.startswith("/v1/") else []
            run(fuzzed, name, CHECKS + strict, generation_mode=GenerationMode.NEGATIVE)
