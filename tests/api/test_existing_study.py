"""The shapes that existing clients read: tool calls, summaries, sessions, visuals."""

import re
from typing import Any, ClassVar

import pytest

from tests.learners import Learner
from tests.study.books import CELLS

pytestmark = pytest.mark.anyio

NOTE = "Made without a language model, in the words of your files."


async def ask(learner: Learner, message: str, **values: Any) -> dict[str, Any]:
    answer = await learner.post("/homework/chat-rag", json={"message": message} | values)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


@pytest.fixture
async def file_id(ana: Learner) -> str:
    return str((await ana.upload("cells.md", CELLS.encode()))["file_id"])


class TestToolCalls:
    async def test_flashcards(self, ana: Learner, file_id: str) -> None:
        answer = await ask(ana, "make flashcards about photosynthesis")

        call = answer["tool_calls"][0]
        assert call.keys() == {"type", "data", "id"}
        assert call["type"] == call["data"]["type"] == "flashcards"
        assert call["data"].keys() == {"type", "title", "cards", "description", "validated"}
        assert all(card.keys() == {"front", "back"} for card in call["data"]["cards"])
        assert (call["data"]["title"], call["data"]["description"]) == ("photosynthesis", NOTE)
        assert call["data"]["validated"] is True
        assert answer["context_used"] is True
        assert {cited["file_id"] for cited in answer["citations"]} == {file_id}
        assert (await ana.get(f"/v1/study/{call['id']}")).status_code == 200

    async def test_quiz(self, ana: Learner, file_id: str) -> None:
        data = (await ask(ana, "quiz me on photosynthesis"))["tool_calls"][0]["data"]

        assert data.keys() == {"type", "title", "questions", "description", "validated"}
        for question in data["questions"]:
            assert question.keys() == {"question", "type", "options", "correct_answer", "explanation"}
            assert question["correct_answer"] in question["options"]

    @pytest.mark.parametrize("thing", ["mind map", "diagram"])
    async def test_mermaid(self, ana: Learner, file_id: str, thing: str) -> None:
        data = (await ask(ana, f"make a {thing} of cells"))["tool_calls"][0]["data"]

        assert data.keys() == {"type", "title", "content", "description", "validated"}
        assert data["type"] == "mermaid_diagram"
        assert data["content"].startswith(("mindmap\n", "flowchart TD\n"))

    async def test_a_summary_is_text(self, ana: Learner, file_id: str) -> None:
        answer = await ask(ana, "summarise photosynthesis")

        assert answer["tool_calls"] == []
        assert (
            "Photosynthesis turns the energy of light into chemical energy in the chloroplast.” [" in answer["response"]
        )

    async def test_come_with_the_conversation(self, ana: Learner, file_id: str) -> None:
        answer = await ask(ana, "quiz me", conversation_id="one")

        messages = (await ana.get("/homework/conversations/one/messages")).json()["messages"]
        assert [message["tool_calls"] for message in messages] == [[], answer["tool_calls"]]
        await ana.delete(f"/v1/study/{answer['tool_calls'][0]['id']}")
        messages = (await ana.get("/homework/conversations/one/messages")).json()["messages"]
        assert [message["tool_calls"] for message in messages] == [[], []]

    async def test_go_with_the_file(self, ana: Learner, file_id: str) -> None:
        await ask(ana, "make flashcards", conversation_id="two")

        await ana.delete(f"/homework/files/{file_id}")

        messages = (await ana.get("/homework/conversations/two/messages")).json()["messages"]
        assert messages[1]["tool_calls"] == []

    async def test_what_is_not_there_is_answered_in_words(self, ana: Learner, file_id: str) -> None:
        answer = await ask(ana, "make flashcards about volcanoes")

        assert answer["tool_calls"] == []
        assert answer["response"]


class TestSummary:
    async def test_is_made_once_and_goes_with_the_file(self, ana: Learner, file_id: str) -> None:
        first, second = [(await ana.get(f"/summary/{file_id}")).json() for _ in range(2)]

        assert first == second
        assert first.keys() == {"title", "notes", "diagram"}
        assert first["title"] == "cells"
        assert re.search(r"^## .+\n- .+", first["notes"], re.MULTILINE)
        assert first["diagram"].startswith("mindmap\n")
        assert (await ana.get("/v1/study", params={"kind": "summary"})).json()["total"] == 1
        await ana.delete(f"/v1/files/{file_id}")
        assert (await ana.get(f"/summary/{file_id}")).status_code == 404
        assert (await ana.get("/v1/study")).json()["total"] == 0


class TestStudySession:
    SESSION: ClassVar[dict[str, Any]] = {
        "sessionId": "session-1",
        "duration": 600,
        "confidenceScore": 0.75,
        "classesCovered": ["Biology"],
        "topicsCovered": ["osmosis"],
        "keyConcepts": ["turgor"],
        "summaryText": "We spoke about water.",
    }

    async def test_is_kept_once(self, ana: Learner) -> None:
        answers = [await ana.post("/study-session/complete", json=self.SESSION) for _ in range(2)]

        assert [answer.status_code for answer in answers] == [200, 200]
        assert answers[0].json() == {
            "success": True,
            "status": "success",
            "message": "The study session was kept.",
            "sessionId": "session-1",
        }
        progress = (await ana.get("/v1/progress")).json()
        assert (progress["sessions"], progress["session_s"]) == (1, 600.0)

    async def test_is_each_learners_own(self, ana: Learner, ben: Learner) -> None:
        for learner in (ana, ben):
            await learner.post("/study-session/complete", json=self.SESSION)
            assert (await learner.get("/v1/progress")).json()["sessions"] == 1

    @pytest.mark.parametrize(
        "wrong",
        [
            {"duration": 3601},
            {"duration": -1},
            {"confidenceScore": 1.1},
            {"sessionId": ""},
            {"keyConcepts": "turgor"},
            {"summaryText": "x" * 20_001},
        ],
    )
    async def test_is_checked(self, ana: Learner, wrong: dict[str, Any]) -> None:
        answer = await ana.post("/study-session/complete", json=self.SESSION | wrong)

        assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
