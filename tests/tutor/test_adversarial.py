"""No turn of the adversarial script gets an answer out of hints, whatever the model does."""

from pathlib import Path

import pytest

from clara.testing import make_settings, running_app
from tests.tutor.adversarial import TASKS, Misbehaving, attack

pytestmark = pytest.mark.anyio

LEAST_TURNS = 100


class TestScriptedModels:
    async def test_no_turn_gets_the_answer(self, tmp_path: Path) -> None:
        model = Misbehaving()
        limits = {"chat_per_minute": 100_000}
        async with running_app(make_settings(tmp_path, limits=limits), chat_model=model) as app:
            report = await attack(app, model)

        assert report.leaks == []
        assert report.turns >= LEAST_TURNS
        assert len(model.wrote) > len(TASKS) * 20, "the model was hardly asked: this shows nothing"
