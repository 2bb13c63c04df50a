"""Search with an endpoint's embeddings, through the whole app."""

import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from clara.testing import RunningApp, make_settings, running_app
from clara.testing.openai_server import ScriptedServer, scripted_server
from clara.testing.scripts import Hang
from tests.learners import Learner

pytestmark = pytest.mark.anyio


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with scripted_server(key="k") as server:
        yield server


@pytest.fixture
async def clara(tmp_path: Path, server: ScriptedServer) -> AsyncIterator[RunningApp]:
    settings = make_settings(
        tmp_path / "data",
        openai_api_key="k",
        openai_base_url=server.url,
        embedding_model="openai:embedder",
        models={"embedding_question_s": 0.5},
    )
    async with running_app(settings) as app:
        yield app


class TestSearch:
    async def test_finds_by_the_endpoint_s_vectors(self, clara: RunningApp, server: ScriptedServer) -> None:
        ana = Learner(clara, "ana")
        await ana.upload("cells.md", b"# Cells\nCells need glucose.\n\n# France\nThe revolution began in 1789.")
        answer = await ana.get("/v1/search", params={"q": "glucose for a cell"})
        assert "glucose" in answer.json()["passages"][0]["text"]
        assert server.asked[-1].body["input"] == ["glucose for a cell"]

    async def test_an_endpoint_that_hangs_costs_its_deadline_once(
        self, clara: RunningApp, server: ScriptedServer
    ) -> None:
        ana = Learner(clara, "ana")
        await ana.upload("cells.md", b"# Cells\nCells need glucose.")
        server.embed = lambda asked: Hang()
        started = time.monotonic()
        for _ in range(3):
            answer = await ana.get("/v1/search", params={"q": "glucose"})
            assert "glucose" in answer.json()["passages"][0]["text"]
        assert time.monotonic() - started < 3
        metrics = clara.app.state.services.metrics.render()[0].decode()
        assert 'clara_searches_without_vectors_total{code="embedding_timeout"} 1.0' in metrics
        assert 'clara_searches_without_vectors_total{code="embedding_unavailable"} 2.0' in metrics
