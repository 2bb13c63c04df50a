"""GET /v1/usage: what of a day's tokens is used."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from clara.providers.chat import Spent
from clara.testing import RunningApp, make_settings, running_app
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
