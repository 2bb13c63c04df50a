"""An exam with questions: asked in turn, answers taken, no help, marked at its end."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from clara.core.clock import SystemClock
from clara.library.budget import Budget
from clara.rag.search import SearchEngine
from clara.store.conversations import change_conversation
from clara.store.database import Tx
from clara.store.study import remove_set
from clara.study.scope import Kind, Scope
from clara.study.sets import StudySet
from clara.study.studio import Studio
from clara.testing import FakeChatModel, RunningApp, make_settings, running_app
from clara.tutor.answering import Answerer
from clara.tutor.modes.by_mode import ByMode
from clara.tutor.modes.examining import ExamAnswerer, option_of
from clara.tutor.modes.exams import Exam
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

    async def make(  # type: ignore[override]
        self, owner_id: str, kind: Kind, scope: Scope, count: int, language: None, model: Any, exam_id: str
    ) -> StudySet:
        return await super().make(owner_id, kind, scope, 3, exam_id=exam_id)


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


async def set_of(app: RunningApp, chat: str) -> str:
    found = await app.app.state.services.conversations.get("ana", chat)
    return Exam.of(found.progress).set_id


async def quiz_of(app: RunningApp, chat: str) -> StudySet:
    found: StudySet = await app.app.state.services.studio.get("ana", await set_of(app, chat), chat)
    return found


class TestExam:
    async def test_from_the_first_question_to_the_marks(self, app: RunningApp) -> None:
        ana = Learner(app, "ana")
        await ana.upload("cells.md", TEXT)
        chat = await ana.chat(mode="exam")
        assert (await ana.get(f"/v1/chats/{chat}")).json()["exam"] is None

        first = (await ana.ask(chat, "I am ready"))["message"]["content"]
        assert first.startswith("Question 1 of 3:")
        declined = (await ana.ask(chat, "Can you give me a hint?"))["message"]["content"]
        assert "exam" in declined
        assert first in declined
        quiz = await quiz_of(app, chat)
        running = {"state": "running", "questions": 3, "answered": 0, "locked": False, "study_set_id": None}
        assert (await ana.get(f"/v1/chats/{chat}")).json()["exam"] == running

        right = (await ana.ask(chat, quiz.items[0].body["answer"]))["message"]["content"]
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
        over = running | {"state": "marked", "answered": 3, "study_set_id": quiz.id}
        assert (await ana.get("/v1/chats")).json()["chats"][0]["exam"] == over

    async def test_other_learners_and_no_exam(self, app: RunningApp) -> None:
        ana, ben = Learner(app, "ana"), Learner(app, "ben")
        chat = await ana.chat(mode="exam")

        assert (await ben.post(f"/v1/chats/{chat}/mark")).json()["code"] == "conversation_not_found"
        assert (await ana.post(f"/v1/chats/{await ana.chat()}/mark")).json()["code"] == "not_an_exam"


class TestItsQuiz:
    async def begun(self, app: RunningApp) -> tuple[Learner, str, str]:
        ana = Learner(app, "ana")
        await ana.upload("cells.md", TEXT)
        chat = await ana.chat(mode="exam")
        await ana.ask(chat, "I am ready")
        return ana, chat, f"/v1/study/{await set_of(app, chat)}"

    async def test_is_closed_at_every_door_until_it_is_marked(self, app: RunningApp) -> None:
        ana, chat, quiz = await self.begun(app)

        assert (await ana.get("/v1/study")).json() == {"sets": [], "next_cursor": None, "total": 0}
        assert (await ana.get("/v1/progress")).json()["folders"] == []
        refused = [
            await ana.get(quiz),
            await ana.get(f"{quiz}?answers=false"),
            await ana.get(f"{quiz}/export"),
            await ana.get(f"{quiz}/attempts"),
            await ana.post(f"{quiz}/attempts", json={"answers": []}),
            await ana.patch(quiz, json={"title": "Mine"}),
            await ana.delete(quiz),
        ]
        assert {(answer.status_code, answer.json()["code"]) for answer in refused} == {(403, "locked")}
        assert (await Learner(app, "ben").get(quiz)).status_code == 404

        await ana.post(f"/v1/chats/{chat}/mark")

        assert (await ana.get(quiz)).json()["questions"][0]["answer"]
        assert len((await ana.get(f"{quiz}/attempts")).json()["attempts"]) == 1
        assert (await ana.get("/v1/study")).json()["total"] == 1

    async def test_of_a_beginning_that_came_to_nothing_goes(self, app: RunningApp) -> None:
        ana, chat, quiz = await self.begun(app)
        services = app.app.state.services

        def forget(tx: Tx) -> None:
            change_conversation(tx, "ana", chat, progress={})

        await services.database.write(forget)
        await ana.ask(chat, "I am ready")
        again = f"/v1/study/{await set_of(app, chat)}"
        assert again != quiz
        assert [(await ana.get(one)).status_code for one in (quiz, again)] == [404, 403]

        await services.database.write(forget)
        await ana.patch(f"/v1/chats/{chat}", json={"mode": "explain"})
        assert (await ana.get(again)).status_code == 404

    async def test_goes_with_the_conversation(self, app: RunningApp) -> None:
        ana, chat, quiz = await self.begun(app)
        services = app.app.state.services
        await services.database.write(lambda tx: change_conversation(tx, "ana", chat, progress={}))

        assert (await ana.delete(f"/v1/chats/{chat}")).status_code == 204
        assert (await ana.get(quiz)).status_code == 404

    async def test_where_it_is_gone_the_answers_are_set_beside_the_pages(self, app: RunningApp) -> None:
        ana, chat, _ = await self.begun(app)
        await ana.ask(chat, "Mitochondria make adenosine triphosphate")
        set_id = await set_of(app, chat)
        await app.app.state.services.database.write(lambda tx: remove_set(tx, "ana", set_id))

        marked = (await ana.post(f"/v1/chats/{chat}/mark")).json()

        assert marked["content"].startswith("Question 1: compare your answer with the pages.")


class TestOptions:
    @pytest.mark.parametrize(
        ("given", "meant"),
        [("B", "two"), ("b)", "two"), ("(B) two", "two"), ("B cells", "B cells"), ("two", "two"), ("Z", "Z")],
    )
    def test_a_letter_is_its_option(self, given: str, meant: str) -> None:
        from clara.study.sets import Item

        assert option_of(Item(1, {"options": ["one", "two", "three"]}, ()), given) == meant
