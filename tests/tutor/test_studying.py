"""Study sets in conversations: by command without a model, by a tool with one."""

import json
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest

from clara.core.errors import TooManyRequests, Unavailable
from clara.study.shapes import CardShape, CardsShape
from clara.testing import FakeChatModel, RunningApp, make_settings, running_app
from clara.testing.openai_server import scripted_server
from clara.testing.scripts import Asked, Call, CallTools, ChatAnswer, Say
from clara.tutor.answering import Question
from clara.tutor.events import AnswerEvent, ArtifactEvent, TextEvent, ToolEvent
from clara.tutor.studying import TOOL, StudyingAnswerer, study_tools
from clara.tutor.turns.foreseen import Foreseen
from tests.learners import Learner
from tests.study.books import CELLS
from tests.waiting import wait_for

pytestmark = pytest.mark.anyio

ATP = "The mitochondrion makes most of the ATP that a cell uses for its work."
CARDS = CardsShape(cards=[CardShape(front="What makes ATP?", back="The mitochondrion", passage=1, quote=ATP)])


class Otherwise:
    name = "none"

    async def answer(self, question: Question) -> AsyncGenerator[AnswerEvent, None]:
        yield TextEvent("otherwise")


async def events_of(app: RunningApp, text: str, model: FakeChatModel | None = None, **values: Any) -> list[AnswerEvent]:
    answerer = StudyingAnswerer(Otherwise(), app.app.state.services.studio, lambda owner_id: model)
    return [event async for event in answerer.answer(Question("ana", text, None, (), **values))]


class TestCommands:
    async def test_make_and_show_a_set(self, clara: RunningApp) -> None:
        await Learner(clara, "ana").upload("cells.md", CELLS.encode())

        events = await events_of(clara, "make 2 flashcards about photosynthesis")

        assert events[:2] == [ToolEvent(TOOL, "started", "photosynthesis"), ToolEvent(TOOL, "ended", "photosynthesis")]
        artifact = next(event for event in events if isinstance(event, ArtifactEvent))
        assert (artifact.kind, artifact.title, len(artifact.content["cards"])) == ("flashcards", "photosynthesis", 2)
        assert TextEvent("otherwise") not in events

    async def test_aloud_it_says_in_a_sentence_what_is_on_the_screen(self, clara: RunningApp) -> None:
        await Learner(clara, "ana").upload("cells.md", CELLS.encode())

        events = await events_of(clara, "Um, make two flashcards about photosynthesis.", aloud=True)

        assert isinstance(events[2], ArtifactEvent)
        assert events[3:] == [TextEvent("I've made 2 flashcards about photosynthesis; they are on your screen.")]

    @pytest.mark.parametrize("mode", ["hints", "exam"])
    async def test_not_in_modes_that_hold_back(self, clara: RunningApp, mode: str) -> None:
        await Learner(clara, "ana").upload("cells.md", CELLS.encode())

        assert await events_of(clara, "quiz me", mode=mode) == [TextEvent("otherwise")]

    async def test_without_material_the_other_answers(self, clara: RunningApp) -> None:
        assert (await events_of(clara, "quiz me"))[-1] == TextEvent("otherwise")

    async def test_with_a_model_it_makes_what_names_its_topic(self, clara: RunningApp) -> None:
        await Learner(clara, "ana").upload("cells.md", CELLS.encode())
        model = FakeChatModel(filled=[CARDS])

        named = await events_of(clara, "make 2 flashcards about organelles", model)
        unnamed = await events_of(clara, "make flashcards about it", model)

        artifact = next(event for event in named if isinstance(event, ArtifactEvent))
        assert artifact.content["made_by"] == "fake:model"
        assert artifact.content["cards"][0]["front"] == "What makes ATP?"
        assert unnamed == [TextEvent("otherwise")]

    async def test_where_the_model_fails_the_materials_own_words_are_taken(self, clara: RunningApp) -> None:
        await Learner(clara, "ana").upload("cells.md", CELLS.encode())

        events = await events_of(clara, "quiz me on photosynthesis", FakeChatModel(Unavailable("It is away.")))

        artifact = next(event for event in events if isinstance(event, ArtifactEvent))
        assert artifact.content["made_by"] == "none"

    async def test_a_used_up_budget_is_said(self, clara: RunningApp) -> None:
        await Learner(clara, "ana").upload("cells.md", CELLS.encode())

        with pytest.raises(TooManyRequests):
            await events_of(clara, "quiz me on photosynthesis", FakeChatModel(TooManyRequests("Spent.")))

    async def test_a_question_is_the_others(self, clara: RunningApp) -> None:
        assert await events_of(clara, "What is a quiz?") == [TextEvent("otherwise")]


class TestTool:
    async def test_makes_and_shows(self, tmp_path: Path) -> None:
        model = FakeChatModel(filled=[CARDS])
        async with running_app(make_settings(tmp_path), chat_model=model) as app:
            await Learner(app, "ana").upload("cells.md", CELLS.encode())
            shown: list[AnswerEvent] = []
            toolbox = study_tools(app.app.state.services.studio, lambda owner_id: model)
            tools = toolbox(Question("ana", "x", None, ()), shown.append)

            said = await tools[0].run({"kind": "flashcards", "topic": "", "count": 1})
            failed = await tools[0].run({"kind": "flashcards", "topic": "volcanoes"})

        assert tools[0].name == TOOL
        assert said.startswith("Made and shown to the learner: 1 items")
        assert [event.kind for event in shown if isinstance(event, ArtifactEvent)] == ["flashcards"]
        assert failed.startswith("Not made: Nothing in this material is about that.")

    async def test_in_a_conversation_with_a_real_client_of_a_model(self, tmp_path: Path) -> None:
        def script(asked: Asked) -> ChatAnswer:
            if TOOL not in [tool["function"]["name"] for tool in asked.body.get("tools") or ()]:
                return Say(CARDS.model_dump_json())
            if asked.body["messages"][-1]["role"] == "tool":
                return Say("Here is a card about the cell.")
            return CallTools([Call(TOOL, {"kind": "flashcards", "topic": "", "count": 1})])

        with scripted_server(script) as server:
            settings = make_settings(tmp_path, openai_base_url=server.url, chat_model="openai:scripted")
            async with running_app(settings) as app:
                ana = Learner(app, "ana")
                await ana.upload("cells.md", CELLS.encode())
                answer = await ana.post("/homework/chat-rag", json={"message": "Cards about the cell would be nice"})

        assert answer.status_code == 200, answer.text
        call = answer.json()["tool_calls"][0]
        assert call["data"]["cards"] == [{"front": "What makes ATP?", "back": "The mitochondrion"}]
        assert "Here is a card about the cell." in answer.json()["response"]

    async def test_is_not_there_in_modes_that_hold_back(self, clara: RunningApp) -> None:
        toolbox = study_tools(clara.app.state.services.studio, lambda owner_id: None)

        assert toolbox(Question("ana", "x", None, (), mode="exam"), lambda event: None) == ()


class TestForeseen:
    """A spoken wish that is only foreseen makes nothing: what was begun stops before a tool runs."""

    @pytest.mark.parametrize("wish", ["make 2 flashcards about photosynthesis", "Cards about the cell would be nice"])
    async def test_nothing_is_made_until_it_is_asked(self, tmp_path: Path, wish: str) -> None:
        making: list[str] = []

        def script(asked: Asked) -> ChatAnswer:
            if '"front"' in json.dumps(asked.body):
                making.append(wish)
                return Say(CARDS.model_dump_json())
            last = asked.body["messages"][-1]
            if last["role"] == "user" and wish in last["content"]:
                return CallTools([Call(TOOL, {"kind": "flashcards", "topic": "", "count": 1})])
            return Say("There you are.")

        with scripted_server(script) as server:
            settings = make_settings(tmp_path, openai_base_url=server.url, chat_model="openai:scripted")
            async with running_app(settings) as app:
                ana, tutor = Learner(app, "ana"), app.app.state.services.tutor
                await ana.upload("cells.md", CELLS.encode())

                async def answered(message: str, foreseen: Foreseen | None = None) -> list[AnswerEvent]:
                    turn = await tutor.begin("ana", "talk", message, create=True, aloud=True)
                    spoken = tutor.speak(turn, lambda: "", lambda by: None, foreseen)
                    events = [event async for event in spoken.answer()]
                    await tutor.keep_spoken(spoken, "There you are.")
                    return events

                await answered("What is a cell?")
                foreseen = tutor.foresee("ana", "talk", wish, aloud=True)
                await wait_for(lambda: foreseen.question)
                with pytest.raises(TimeoutError):
                    await wait_for(lambda: making, timeout_s=1)
                events = await answered(wish, foreseen)
                made = (await ana.get("/v1/study")).json()["sets"]

        assert making
        assert [event.kind for event in events if isinstance(event, ArtifactEvent)] == ["flashcards"]
        assert len(made) == 1
