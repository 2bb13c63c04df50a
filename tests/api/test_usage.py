"""GET /v1/usage: what of a day's tokens is used."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from clara.providers.chat import Spent
from clara.testing import RunningApp, make_settings, running_app
from clara.testing.fakes import FakeChatModel
from tests.contract.declared import declare
from tests.learners import Learner

pytestmark = pytest.mark.anyio


@pytest.fixture
async def limited(tmp_path: Path) -> AsyncIterator[RunningApp]:
    async with running_app(make_settings(tmp_path / "data", models={"tokens_per_day": 10_000}), work=False) as app:
        declare(app.client, app.app)
        yield app


class TestUsage:
    async def test_nobody_is_told_without_a_caller(self, shared_clara: RunningApp) -> None:
        assert (await shared_clara.client.get("/v1/usage")).status_code == 401

    async def test_without_a_budget_there_is_no_limit(self, ana: Learner) -> None:
        usage = (await ana.get("/v1/usage")).json()
        assert (usage["used"], usage["reserved"], usage["limit"], usage["left"]) == (0, 0, None, None)

    async def test_shows_what_is_used_and_reserved_and_left(self, limited: RunningApp) -> None:
        budget = limited.app.state.services.budget
        await budget.settle(await budget.reserve("ana", 100, 900), Spent(300, 40))
        await budget.reserve("ana", 500, 1500)
        usage = (await Learner(limited, "ana").get("/v1/usage")).json()
        assert (usage["used"], usage["reserved"], usage["limit"], usage["left"]) == (340, 2000, 10_000, 7660)
        assert (usage["input_tokens"], usage["output_tokens"], usage["answers"]) == (300, 40, 1)
        assert usage["resets_at"] > usage["day"]
        assert usage["resets_at"].endswith("T00:00:00.000Z")

    async def test_another_learner_sees_their_own(self, limited: RunningApp) -> None:
        budget = limited.app.state.services.budget
        await budget.reserve("ana", 500, 1500)
        assert (await Learner(limited, "ben").get("/v1/usage")).json()["reserved"] == 0


@pytest.fixture
async def broke(tmp_path: Path) -> AsyncIterator[RunningApp]:
    """A class where a day's tokens are too few for one question."""
    settings = make_settings(tmp_path / "data", models={"tokens_per_day": 100})
    async with running_app(settings, work=False, chat_model=FakeChatModel()) as app:
        declare(app.client, app.app)
        yield app


ASKED = "What do plants make?"
IN_OPENAIS = {"model": "clara", "messages": [{"role": "user", "content": ASKED}]}
IN_A_CONVERSATION = {"metadata": {"conversation_id": "c"}}
DOORS: dict[str, tuple[str, dict[str, Any], dict[str, str]]] = {
    "our own": ("/v1/chats/{chat}/messages", {"content": ASKED}, {}),
    "our own, streamed": ("/v1/chats/{chat}/messages", {"content": ASKED}, {"Accept": "text/event-stream"}),
    "existing clients'": ("/homework/chat-rag", {"message": ASKED}, {}),
    "the AI SDK's": (
        "/v1/ui/chat", {"id": "c", "messages": [{"role": "user", "parts": [{"type": "text", "text": ASKED}]}]}, {},
    ),
    "OpenAI's": ("/openai/v1/chat/completions", IN_OPENAIS, {}),
    "OpenAI's, streamed": ("/openai/v1/chat/completions", IN_OPENAIS | {"stream": True}, {}),
    "OpenAI's, in a conversation": ("/openai/v1/chat/completions", IN_OPENAIS | IN_A_CONVERSATION, {}),
}  # fmt: skip


class TestUsedUp:
    @pytest.mark.parametrize("door", DOORS)
    async def test_is_429_at_every_door_and_says_what_is_left_until_when(self, broke: RunningApp, door: str) -> None:
        path, body, headers = DOORS[door]
        ana = Learner(broke, "ana")
        chat = await ana.chat()

        refused = await ana.post(path.format(chat=chat), json=body, headers=headers)

        assert refused.status_code == 429, refused.text
        answer = refused.json()
        told = answer.get("error", answer)
        assert told["code"] == "budget_used_up"
        resets_at = (await ana.get("/v1/usage")).json()["resets_at"]
        said = told.get("message") or told["detail"]
        assert "100 of today's 100 tokens are left" in said
        assert resets_at in said
        assert int(refused.headers["retry-after"]) > 0
        if "error" not in answer:
            assert (answer["left"], answer["limit"], answer["resets_at"]) == (100, 100, resets_at)

    @pytest.mark.parametrize("door", ["our own", "our own, streamed"])
    async def test_keeps_the_question(self, broke: RunningApp, door: str) -> None:
        path, body, headers = DOORS[door]
        ana = Learner(broke, "ana")
        chat = await ana.chat()

        await ana.post(path.format(chat=chat), json=body, headers=headers)

        (question,) = (await ana.get(f"/v1/chats/{chat}/messages")).json()["messages"]
        assert (question["content"], question["answered"]) == (ASKED, False)
