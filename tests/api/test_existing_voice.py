"""The voice routes of existing clients besides the socket, in the contract's shapes."""

from pathlib import Path
from typing import Any, ClassVar

import pytest

from clara.core.caller import Scope
from clara.store.voice_sessions import VoiceSession, note_connected, open_voice_session
from clara.testing import FakeChatModel, RunningApp, make_settings, running_app
from tests.contract.credentials import bound_key
from tests.learners import Learner
from tests.study.books import CELLS
from tests.voice.existing import talking

pytestmark = pytest.mark.anyio

QUESTION = "What does the mitochondrion make?"


@pytest.fixture
async def file_id(ana: Learner) -> str:
    return str((await ana.upload("cells.md", CELLS.encode()))["file_id"])


async def say(learner: Learner, message: str, **values: Any) -> dict[str, Any]:
    answer = await learner.post(f"/voice/chat/{learner.id}", json={"message": message} | values)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


class TestChat:
    async def test_answers_in_words_to_be_read_aloud(self, ana: Learner, file_id: str) -> None:
        answer = await say(ana, QUESTION, user_id=ana.id)

        assert answer.keys() == {"success", "response", "visual_content", "command_type", "timestamp"}
        assert (answer["success"], answer["visual_content"], answer["command_type"]) == (True, None, None)
        assert "ATP" in answer["response"]
        assert "see your cells" in answer["response"]
        assert not set("[]*#>_`").intersection(answer["response"])

    async def test_a_session_id_goes_on_with_a_conversation(self, ana: Learner, file_id: str) -> None:
        await say(ana, QUESTION, session_id="s-1")
        await say(ana, "What does the ribosome build?", session_id="s-1")

        messages = (await ana.get("/homework/conversations/s-1/messages")).json()["messages"]
        assert [message["role"] for message in messages] == ["user", "assistant"] * 2
        assert messages[0]["content"] == QUESTION
        assert "[1]" in messages[1]["content"]

    @pytest.mark.parametrize("session_id", [None, ""])
    async def test_without_one_each_message_stands_alone(
        self, ana: Learner, file_id: str, session_id: str | None
    ) -> None:
        for _ in range(2):
            await say(ana, QUESTION, session_id=session_id)

        assert len((await ana.get("/homework/conversations")).json()["conversations"]) == 2

    async def test_another_learners_session_id_is_ones_own_conversation(
        self, ana: Learner, ben: Learner, file_id: str
    ) -> None:
        await say(ana, QUESTION, session_id="s-1")
        answer = await say(ben, QUESTION, session_id="s-1")

        assert "ATP" not in answer["response"]
        assert len((await ben.get("/homework/conversations/s-1/messages")).json()["messages"]) == 2

    @pytest.mark.parametrize(
        ("command", "kind"),
        [
            ("Create a diagram of photosynthesis.", "diagram"),
            ("Make flashcards about osmosis", "flashcard"),
            ("quiz me on photosynthesis", "quiz"),
            ("mind map of cells", "mindmap"),
        ],
    )
    async def test_commands_make_visuals(self, ana: Learner, file_id: str, command: str, kind: str) -> None:
        answer = await say(ana, command)

        assert answer["command_type"] == answer["visual_content"]["type"] == kind
        assert "on your screen" in answer["response"]

    async def test_a_summary_is_read_out(self, ana: Learner, file_id: str) -> None:
        answer = await say(ana, "summarize photosynthesis")

        assert answer["visual_content"] is None
        assert "chloroplast" in answer["response"]
        assert "screen" not in answer["response"]

    async def test_an_unknown_folder_is_404(self, ana: Learner) -> None:
        answer = await ana.post(f"/voice/chat/{ana.id}", json={"message": "x", "folder_id": "fld_none"})

        assert (answer.status_code, answer.json()["code"]) == (404, "folder_not_found")

    @pytest.mark.parametrize("body", [{}, {"message": ""}, {"message": 5}, {"message": "x", "session_id": "s" * 129}])
    async def test_is_checked(self, ana: Learner, body: dict[str, Any]) -> None:
        assert (await ana.post(f"/voice/chat/{ana.id}", json=body)).status_code == 422

    async def test_a_lock_holds_here_too(self, ana: Learner, file_id: str) -> None:
        assert (await ana.put("/v1/locks", json={"mode": "hints"})).status_code == 200
        answer = await say(ana, "make flashcards about osmosis")

        assert answer["visual_content"] is None
        assert (await ana.get("/v1/study")).json()["sets"] == []

    async def test_a_used_up_budget_is_429(self, tmp_path: Path) -> None:
        settings = make_settings(tmp_path / "data", models={"tokens_per_day": 100})
        async with running_app(settings, chat_model=FakeChatModel()) as app:
            ana = Learner(app, "ana")
            await ana.upload("cells.md", CELLS.encode())
            answer = await ana.post("/voice/chat/ana", json={"message": QUESTION})
            async with talking(app, "ana") as client:
                await client.send({"type": "text", "text": QUESTION})
                error, response = await client.next(), await client.next()

        assert (answer.status_code, answer.json()["code"]) == (429, "budget_used_up")
        assert (error["code"], response["text"]) == ("budget_used_up", answer.json()["detail"])

    async def test_another_learner_in_path_or_body_is_403(self, ana: Learner) -> None:
        in_path = await ana.post("/voice/chat/ben", json={"message": "x"})
        in_body = await ana.post(f"/voice/chat/{ana.id}", json={"message": "x", "user_id": "ben"})

        assert in_path.status_code == in_body.status_code == 403


class TestVisual:
    FIELDS: ClassVar[dict[str, set[str]]] = {
        "diagram": {"components", "relationships"},
        "flashcard": {"cards"},
        "quiz": {"questions"},
        "mindmap": {"central_topic", "branches"},
    }

    @pytest.mark.parametrize("topic", [{}, {"topic": None}, {"topic": ""}])
    async def test_without_a_topic_it_is_of_all_files(
        self, ana: Learner, file_id: str, topic: dict[str, str | None]
    ) -> None:
        answer = (await ana.post("/voice/generate-visual", json={"command_type": "diagram"} | topic)).json()

        assert answer["success"]
        assert answer["text"] == "I've drawn a diagram of your files; it's on your screen."

    async def test_a_long_topic_is_cut(self, ana: Learner, file_id: str) -> None:
        body = {"command_type": "diagram", "topic": "photosynthesis " * 50}
        answer = await ana.post("/voice/generate-visual", json=body)

        assert answer.status_code == 200
        assert len(answer.json()["visual_content"]["title"]) <= 300

    @pytest.mark.parametrize("command", ["diagram", "flashcard", "quiz", "mindmap"])
    async def test_has_the_fields_of_its_type(self, ana: Learner, file_id: str, command: str) -> None:
        body = {"command_type": command, "topic": "cells", "context": "said before", "user_id": ana.id}
        answer = (await ana.post("/voice/generate-visual", json=body)).json()

        assert answer.keys() == {"success", "text", "visual_content", "command_type", "timestamp"}
        assert (answer["success"], answer["command_type"]) == (True, command)
        visual = answer["visual_content"]
        assert visual.keys() == {"type", "title", "description", "generated_at"} | self.FIELDS[command]
        assert (visual["type"], visual["title"]) == (command, "cells")
        for part in self.FIELDS[command]:
            assert visual[part]
        if command == "quiz":
            for question in visual["questions"]:
                assert question.keys() == {"question", "options", "correct_answer", "explanation"}
        if command == "mindmap":
            assert all(branch.keys() == {"topic", "subtopics"} for branch in visual["branches"])

    async def test_without_material_says_so(self, ana: Learner) -> None:
        answer = await ana.post("/voice/generate-visual", json={"command_type": "quiz", "topic": "cells"})

        assert answer.status_code == 200
        body = answer.json()
        assert (body["success"], body["visual_content"]) == (False, None)
        assert "Upload a file" in body["text"]

    async def test_an_exam_closes_it(self, ana: Learner, file_id: str) -> None:
        assert (await ana.put("/v1/locks", json={"mode": "exam"})).status_code == 200

        answer = await ana.post("/voice/generate-visual", json={"command_type": "quiz", "topic": "cells"})

        assert (answer.status_code, answer.json()["code"]) == (403, "locked")


def session(session_id: str, replica: str | None = "there") -> VoiceSession:
    return VoiceSession(session_id, "c-1", None, None, "pcm16", 1, "0" * 64, replica)


async def connect(app: RunningApp, owner_id: str, session_id: str, replica: str | None = "there") -> None:
    """Connect a learner by voice, on another replica."""
    row = session(session_id, replica)
    database = app.app.state.services.database
    await database.write(lambda tx: open_voice_session(tx, owner_id, row, 5, 1.0))


class TestStatus:
    async def test_tells_who_is_connected_on_any_replica(self, ana: Learner, ben: Learner) -> None:
        await connect(ana.app, ana.id, "vs-1")
        there = (await ana.get(f"/voice/status/{ana.id}")).json()
        elsewhere = (await ben.get(f"/voice/status/{ben.id}")).json()

        assert there.keys() == {"user_id", "is_connected", "has_agent", "timestamp"}
        assert (there["user_id"], there["is_connected"], there["has_agent"]) == (ana.id, True, True)
        assert (elsewhere["user_id"], elsewhere["is_connected"], elsewhere["has_agent"]) == (ben.id, False, False)

    async def test_a_session_is_held_for_one_whose_connection_broke(self, ana: Learner) -> None:
        await connect(ana.app, ana.id, "vs-1")
        database = ana.app.app.state.services.database
        await database.write(lambda tx: note_connected(tx, ana.id, "vs-1", False))
        answer = (await ana.get(f"/voice/status/{ana.id}")).json()

        assert (answer["is_connected"], answer["has_agent"]) == (False, True)

    async def test_one_that_no_replica_has_is_gone(self, ana: Learner) -> None:
        await connect(ana.app, ana.id, "vs-1", replica=None)
        answer = (await ana.get(f"/voice/status/{ana.id}")).json()

        assert (answer["is_connected"], answer["has_agent"]) == (False, False)


class TestStats:
    @pytest.fixture
    async def clara(self, tmp_path: Path) -> Any:
        async with running_app(make_settings(tmp_path / "data"), work=False) as app:
            yield app

    async def test_learners_are_told_how_many_and_not_who(self, clara: RunningApp) -> None:
        await connect(clara, "ben", "vs-1")
        await connect(clara, "cleo", "vs-2")
        answer = (await Learner(clara, "ana").get("/voice/stats")).json()

        assert answer.keys() == {"active_connections", "active_agents", "connected_users", "timestamp"}
        assert (answer["active_connections"], answer["active_agents"], answer["connected_users"]) == (2, 2, [])

    async def test_a_key_need_name_nobody(self, clara: RunningApp) -> None:
        headers = clara.learner("ana")
        del headers["X-Clara-User"]

        assert (await clara.client.get("/voice/stats", headers=headers)).status_code == 200

    async def test_an_operator_is_told_who(self, clara: RunningApp) -> None:
        await connect(clara, "ben", "vs-1")
        for scopes in ({Scope.OPERATOR}, {Scope.OPERATOR, Scope.TUTOR}):
            headers = await bound_key(clara, None, frozenset(scopes))
            answer = await clara.client.get("/voice/stats", headers=headers)

            assert answer.status_code == 200, answer.text
            assert answer.json()["connected_users"] == ["ben"]

    async def test_a_key_for_files_alone_is_refused(self, clara: RunningApp) -> None:
        headers = await bound_key(clara, None, frozenset({Scope.FILES}))
        answer = await clara.client.get("/voice/stats", headers=headers)

        assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")
