"""What a study session came to."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from clara.library.budget import Budget
from clara.store.progress import AttemptRow, add_attempt
from clara.store.tables import study_sets
from clara.testing import FakeChatModel, make_settings
from clara.tutor.debriefing import Debriefing, Review, Studied
from tests.stores import Store, open_store
from tests.tutor.conftest import Scripted

pytestmark = pytest.mark.anyio
REVIEW = Review.model_validate(
    {
        "summary": "You asked about ATP.  It is what cells live on.",
        "ideas": [{"name": "ATP", "said": True}, {"name": "Mitochondria", "said": False}],
    }
)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    answerer = Scripted()
    answerer.script = ["Cells live on ATP."]
    with open_store(make_settings(tmp_path / "data"), answerer=answerer) as store:
        yield store


async def talk(store: Store, *questions: str, mode: str | None = None) -> None:
    for question in questions:
        await store.tutor.answer(await store.tutor.begin("ana", "talk", question, create=True, mode=mode))


def debriefing(store: Store, model: FakeChatModel) -> Debriefing:
    return Debriefing(store.database, model, Budget(store.database, store.clock, 1_000_000, 60))


async def answer_quiz(store: Store, right: int, total: int, exam_id: str | None = None) -> None:
    now, name = store.clock.now(), f"set{exam_id}"
    values = {column.name: "" for column in study_sets.columns if not column.nullable}
    values |= {"owner_id": "ana", "id": name, "kind": "quiz", "exam_id": exam_id, "folder_id": "none"}

    def add(tx: object) -> None:
        tx.execute(study_sets.insert().values(**values | {"created_at": now, "updated_at": now}))  # type: ignore[attr-defined]
        add_attempt(tx, "ana", AttemptRow(f"a{name}", name, [], right, total, now))  # type: ignore[arg-type]

    await store.database.write(add)


class TestWithoutAModel:
    async def test_the_summary_is_what_was_asked_and_nobody_knows_how_sure(self, store: Store) -> None:
        await talk(store, "What is ATP?", "Who makes it?")
        debrief = await Debriefing(store.database).of(Studied("ana", "talk", None, 0.0))
        assert debrief.report == {
            "classes": [],
            "topics": ["What is ATP?", "Who makes it?"],
            "concepts": [],
            "summary": "What is ATP? Who makes it?",
        }
        assert debrief.confidence == 0.5

    async def test_what_was_asked_before_it_is_no_part_of_it(self, store: Store) -> None:
        await talk(store, "What is ATP?")
        debrief = await Debriefing(store.database).of(Studied("ana", "talk", None, time.time() + 60))
        assert debrief.topics == []

    async def test_quizzes_say_how_sure_the_learner_can_be(self, store: Store) -> None:
        await talk(store, "What is ATP?")
        await answer_quiz(store, 3, 4)
        await answer_quiz(store, 0, 9, exam_id="exam")
        debrief = await Debriefing(store.database).of(Studied("ana", "talk", None, 0.0))
        assert debrief.confidence == 0.75


class TestWithAModel:
    async def test_reads_questions_and_answers_and_what_was_taught_back(self, store: Store) -> None:
        await talk(store, "What is ATP?")
        model = FakeChatModel(filled=[REVIEW])
        debrief = await debriefing(store, model).of(Studied("ana", "talk", None, 0.0, ["ATP is energy"]))
        assert debrief.summary == "You asked about ATP. It is what cells live on."
        assert debrief.concepts == ["ATP", "Mitochondria"]
        assert debrief.confidence == 0.5
        (request,) = model.asked
        read = request.messages[-1].text
        assert "Learner: What is ATP?\nTutor: Cells live on ATP." in read
        assert "ATP is energy" in read

    async def test_key_ideas_that_were_told_count_with_quizzes(self, store: Store) -> None:
        await talk(store, "What is ATP?")
        await answer_quiz(store, 2, 2)
        made = debriefing(store, FakeChatModel(filled=[REVIEW]))
        assert (await made.of(Studied("ana", "talk", None, 0.0, ["ATP is energy"]))).confidence == 0.75
        assert (await made.of(Studied("ana", "talk", None, 0.0))).confidence == 1.0

    async def test_who_taught_nothing_back_has_not_failed_to(self, store: Store) -> None:
        await talk(store, "What is ATP?")
        review = Review.model_validate({"ideas": [{"name": "ATP", "said": False}]})
        debrief = await debriefing(store, FakeChatModel(filled=[review])).of(Studied("ana", "talk", None, 0.0))
        assert debrief.confidence == 0.5

    async def test_the_learners_own_summary_stays(self, store: Store) -> None:
        await talk(store, "What is ATP?")
        studied = Studied("ana", "talk", None, 0.0, ["ATP it is."], "ATP it is.")
        assert (await debriefing(store, FakeChatModel(filled=[REVIEW])).of(studied)).summary == "ATP it is."

    @pytest.mark.parametrize("mode", ["hints", "exam"])
    async def test_of_what_was_not_to_be_told_it_makes_nothing(self, store: Store, mode: str) -> None:
        await talk(store, "What is ATP?", mode=mode)
        model = FakeChatModel(filled=[REVIEW])
        debrief = await debriefing(store, model).of(Studied("ana", "talk", None, 0.0))
        assert (model.asked, debrief.summary) == ([], "What is ATP?")

    async def test_who_leaves_waits_for_no_model(self, store: Store) -> None:
        await talk(store, "What is ATP?")
        model = FakeChatModel(filled=[REVIEW])
        assert (await debriefing(store, model).of(Studied("ana", "talk", None, 0.0), quick=True)).concepts == []
        assert model.asked == []
