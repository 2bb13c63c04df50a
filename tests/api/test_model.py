"""The app with a model: who answers, what is said of it, and what is counted."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from clara.core.errors import Unavailable
from clara.providers.chat import Spent, Stopped, TextDelta
from clara.settings import Settings
from clara.testing import FakeChatModel, RunningApp, make_settings, running_app
from tests.contract.declared import declare

pytestmark = pytest.mark.anyio

TEXT = b"Plants turn light into sugar. Chlorophyll absorbs red light."
SAID = (
    'Plants make sugar from light [1 "Plants turn light into sugar"]. See ![x](http://e.com/?q=1) [1 "no such words"].'
)


class Teaching(FakeChatModel):
    """A model that notes whether it was warmed and closed; warming fails."""

    warmed = closed = False

    async def warm(self) -> None:
        self.warmed = True
        raise Unavailable("Its package isn't installed.", code="model_misconfigured")

    async def close(self) -> None:
        self.closed = True


@pytest.fixture
def model() -> Teaching:
    return Teaching(*(TextDelta(piece) for piece in SAID), Spent(50, 20), Stopped("end"))


@pytest.fixture
async def clara(settings: Settings, model: Teaching) -> AsyncIterator[RunningApp]:
    async with running_app(settings, chat_model=model) as app:
        declare(app.client, app.app)
        headers = app.learner("ana")
        await app.client.post("/v1/files", files={"file": ("plants.txt", TEXT)}, headers=headers)
        await app.until_idle()
        yield app


async def asked(app: RunningApp, **headers: str) -> Any:
    ana = app.learner("ana")
    chat = (await app.client.post("/v1/chats", json={"title": "Plants"}, headers=ana)).json()["id"]
    url = f"/v1/chats/{chat}/messages"
    return await app.client.post(url, json={"content": "What do plants make?"}, headers=ana | headers)


class TestModel:
    async def test_answers_with_citations_that_were_checked(self, clara: RunningApp) -> None:
        message = (await asked(clara)).json()["message"]
        assert message["content"] == "Plants make sugar from light [1]. See x."
        assert [citation["quote"] for citation in message["citations"]] == ["Plants turn light into sugar"]
        assert message["model"] == "fake:model"

    async def test_answers_as_events_with_a_citation_before_its_mark(self, clara: RunningApp) -> None:
        answer = await asked(clara, accept="text/event-stream")
        events = [block.split("\n") for block in answer.text.strip().split("\n\n")]
        kinds = [next(line[7:] for line in lines if line.startswith("event: ")) for lines in events]
        before = kinds.index("citation")
        texts = [json.loads(lines[-1][6:])["text"] for lines in events[:before]]
        assert "".join(texts) == "Plants make sugar from light"
        assert kinds[-1] == "done"

    async def test_is_named(self, clara: RunningApp) -> None:
        assert (await clara.client.get("/v1/me", headers=clara.learner("ana"))).json()["model"] == "fake:model"
        assert (await clara.client.get("/health")).json()["model"] == "fake:model"

    async def test_what_became_of_its_marks_and_links_is_counted(self, clara: RunningApp) -> None:
        await asked(clara)
        metrics, _ = clara.app.state.services.metrics.render()
        assert b'clara_citation_marks_total{outcome="shown"} 1.0' in metrics
        assert b'clara_citation_marks_total{outcome="not_found"} 1.0' in metrics
        assert b'clara_answers_stripped_total{kind="image"} 1.0' in metrics

    async def test_its_tokens_are_counted(self, clara: RunningApp) -> None:
        await asked(clara)
        usage = (await clara.client.get("/v1/usage", headers=clara.learner("ana"))).json()
        assert (usage["input_tokens"], usage["output_tokens"]) == (50, 20)

    async def test_its_tokens_are_estimated_where_a_client_cuts_the_answer(self, clara: RunningApp) -> None:
        messages = [{"role": "user", "content": "What do plants make?"}]
        body = {"model": "clara", "messages": messages, "stop": "from light"}
        answer = await clara.client.post("/openai/v1/chat/completions", json=body, headers=clara.learner("ana"))
        assert answer.json()["choices"][0]["message"]["content"] == "Plants make sugar "
        assert answer.json()["usage"] == {"prompt_tokens": 5, "completion_tokens": 4, "total_tokens": 9}

    async def test_is_warmed_beside_the_start_and_closed_at_the_end(self, settings: Settings, model: Teaching) -> None:
        async with running_app(settings, chat_model=model, work=False) as app:
            assert (await app.client.get("/health/ready")).status_code == 200
        assert model.closed


class TestWithoutModel:
    async def test_answers_are_quotes(self, settings: Settings) -> None:
        async with running_app(settings, work=False) as app:
            assert (await app.client.get("/health")).json()["model"] == "none"


class TestLinkHosts:
    def test_are_plain_hosts(self, tmp_path: Path) -> None:
        settings = make_settings(tmp_path, chats={"link_hosts": "EN.wikipedia.org, example.org"})
        assert settings.chats.link_hosts == ("en.wikipedia.org", "example.org")
        with pytest.raises(ValidationError, match="not a host"):
            make_settings(tmp_path, chats={"link_hosts": "https://example.org/x"})
