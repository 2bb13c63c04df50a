"""An exam with questions: asked in turn, answers taken, no help, marked at its end."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from clara.core.clock import SystemClock
from clara.library.budget import Budget
from clara.rag.search import SearchEngine
from clara.study.scope import Kind, Scope
from clara.study.sets import StudySet
from clara.study.studio import Studio
from clara.testing import FakeChatModel, RunningApp, make_settings, running_app
from clara.tutor.answering import Answerer
from clara.tutor.modes.by_mode import ByMode
from clara.tutor.modes.examining import ExamAnswerer, option_of
from clara.tutor.modes.keyless_hints import KeylessHints
from clara.tutor.quotes.quoting import QuotingAnswerer
from tests.learners import Learner

pytestmark = pytest.mark.anyio

TEXT = b"""# Cells

Mitochondria are the organelles of the cell that make adenosine triphosphate. Ribosomes are the particles that build
proteins from amino acids. The nucleus is the organelle that holds the chromosomes of the cell. Chloroplasts are the
organelles of plants that take up light. Lysosomes are the vesicles that digest waste of the cell. The membrane is the
layer that surrounds the cytoplasm. Vacuoles are the spaces that store water in plants.
"""


class WithoutModel(Studio):
    """Makes the same sets whether or not there is a model."""

    async def make(self, owner_id: str, kind: Kind, scope: Scope, *args: Any, **more: Any) -> StudySet:
        return await super().make(owner_id, kind, scope, 3)


def answerer(engine: SearchEngine) -> Answerer:
    quoting, clock = QuotingAnswerer(engine), SystemClock()
    budget = Budget(engine.database, clock, None, 60)
    exam = ExamAnswerer(WithoutModel(engine, clock), FakeChatModel(), budget)
    return ByMode(quoting, KeylessHints(engine.database, quoting), exam)


@pytest.fixture
async def app(tmp_path: Path) -> AsyncIterator[RunningApp]:
    async with running_app(make_settings(tmp_path), answerer=answerer) as running:
        yield running


async def test_does_not_begin_without_questions_while_the_budget_is_used_up(tmp_path: Path) -> None:
    poor = make_settings(tmp_path, models={"tokens_per_day": 100})
    async with running_app(poor, chat_model=FakeChatModel()) as app:
        ana = Learner(app, "ana")
        await ana.upload("cells.md", TEXT)
        chat = await ana.chat(mode="exam")

        refused = await ana.post(f"/v1/chats/{chat}/messages", json={"content": "I am ready"})

        assert (refused.status_code, refused.json()["code"]) == (429, "budget_used_up")
        found = await app.app.state.services.conversations.get("ana", chat)
        assert not found.progress


class TestExam:
    async def test_from_the_first_question_to_the_marks(self, app: RunningApp) -> None:
        ana = Learner(app, "ana")
        await ana.upload("cells.md", TEXT)
        chat = await ana.chat(mode="exam")

        first = (await ana.ask(chat, "I am ready"))["message"]["content"]
        assert first.startswith("Question 1 of 3:")
        declined = (await ana.ask(chat, "Can you give me a hint?"))["message"]["content"]
        assert "exam" in declined
        assert first in declined
        quiz = (await ana.get("/v1/study")).json()["sets"][0]
        questions = (await ana.get(f"/v1/study/{quiz['id']}")).json()["questions"]

        right = (await ana.ask(chat, questions[0]["answer"]))["message"]["content"]
        assert right.startswith("Your answer is noted.")
        assert "Question 2 of 3:" in right
        await ana.ask(chat, "I really don't remember this")
        last = (await ana.ask(chat, "nonsense"))["message"]["content"]
        assert "last question" in last
        assert "last question" in (await ana.ask(chat, "one more thing"))["message"]["content"]

        marked = (await ana.post(f"/v1/chats/{chat}/mark")).json()
        assert marked["content"].startswith("1/3")
        assert "Question 1: right." in marked["content"]
        assert "Question 2: not right." in marked["content"]
        assert {c["file_name"] for c in marked["citations"]} == {"cells.md"}

    async def test_other_learners_and_no_exam(self, app: RunningApp) -> None:
        ana, ben = Learner(app, "ana"), Learner(app, "ben")
        chat = await ana.chat(mode="exam")

        assert (await ben.post(f"/v1/chats/{chat}/mark")).json()["code"] == "conversation_not_found"
        assert (await ana.post(f"/v1/chats/{await ana.chat()}/mark")).json()["code"] == "not_an_exam"


class TestOptions:
    @pytest.mark.parametrize(
        ("given", "meant"),
        [("B", "two"), ("b)", "two"), ("(B) two", "two"), ("B cells", "B cells"), ("two", "two"), ("Z", "Z")],
    )
    def test_a_letter_is_its_option(self, given: str, meant: str) -> None:
        from clara.study.sets import Item

        assert option_of(Item(1, {"options": ["one", "two", "three"]}, ()), given) == meant
