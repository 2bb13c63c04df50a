"""A lock holds at every door."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from clara.store.conversations import end_turn
from clara.testing import RunningApp, make_settings, running_app
from clara.tutor.showing import CLOSED
from tests.learners import Learner

pytestmark = pytest.mark.anyio

TEXT = b"# Cells\n\nMitochondria are the organelles of the cell that make ATP. Muscles use it.\n"


@pytest.fixture
async def app(tmp_path: Path) -> AsyncIterator[RunningApp]:
    async with running_app(make_settings(tmp_path)) as running:
        yield running


@pytest.fixture
async def ana(app: RunningApp) -> Learner:
    return Learner(app, "ana")


async def token_of(app: RunningApp, user_id: str) -> dict[str, str]:
    """Return the headers of the learner's own session, as a page sends them."""
    from clara.core.credentials import digest

    services = app.app.state.services
    await services.identities.create_session(digest("secret-session"), user_id, services.clock.now() + 1000)
    return {"Cookie": f"clara_session_{app.settings.port}=secret-session", "Origin": "http://127.0.0.1"}


class TestSetting:
    async def test_a_learner_and_a_folder_are_locked_and_unlocked(self, ana: Learner) -> None:
        folder = await ana.folder()
        assert (await ana.put("/v1/locks", json={"material_only": True})).status_code == 200
        assert (await ana.put(f"/v1/locks/{folder}", json={"mode": "hints"})).json()["set_by"] == "environment"
        found = (await ana.get("/v1/locks")).json()["locks"]
        assert [(lock["folder_id"], lock["mode"], lock["material_only"]) for lock in found] == [
            (None, None, True),
            (folder, "hints", False),
        ]
        assert (await ana.get("/v1/me")).json()["locked"] == {"mode": None, "material_only": True}

        assert (await ana.delete("/v1/locks")).status_code == 204
        assert (await ana.delete("/v1/locks")).json()["code"] == "lock_not_found"
        assert (await ana.get("/v1/me")).json()["locked"] is None

    async def test_only_a_service_key_may(self, app: RunningApp, ana: Learner) -> None:
        folder = await ana.folder()
        await ana.put("/v1/locks", json={"mode": "hints"})
        own = await token_of(app, "ana")

        for method, address in (("PUT", "/v1/locks"), ("PUT", f"/v1/locks/{folder}"), ("DELETE", "/v1/locks")):
            body = {"json": {"mode": "explain"}} if method == "PUT" else {}
            answer = await app.client.request(method, address, headers=own, **body)  # type: ignore[arg-type]
            assert (answer.status_code, answer.json()["code"]) == (403, "service_key_required")
        seen = await app.client.get("/v1/locks", headers=own)
        assert seen.json()["locks"][0]["mode"] == "hints"

    async def test_what_can_t_be_locked(self, ana: Learner) -> None:
        assert (await ana.put("/v1/locks/fld_nope", json={"mode": "hints"})).json()["code"] == "folder_not_found"
        assert (await ana.put("/v1/locks", json={})).status_code == 422
        assert (await ana.put("/v1/locks", json={"mode": "nap"})).status_code == 422


class TestHints:
    async def test_conversations_show_it_and_can_t_leave(self, ana: Learner) -> None:
        chat = await ana.chat()
        await ana.put("/v1/locks", json={"mode": "hints", "material_only": True})

        shown = (await ana.get(f"/v1/chats/{chat}")).json()
        assert (shown["mode"], shown["material_only"], shown["locked"]) == ("hints", True, True)
        for change in ({"material_only": False},):
            assert (await ana.patch(f"/v1/chats/{chat}", json=change)).json()["code"] == "locked"
        assert (await ana.patch(f"/v1/chats/{chat}", json={"mode": "exam"})).json()["mode"] == "exam"
        assert (await ana.patch(f"/v1/chats/{chat}", json={"mode": "explain"})).json()["code"] == "locked"

    @pytest.mark.parametrize("door", ["chats", "chat-rag", "openai", "openai with a conversation", "ui"])
    async def test_holds_at_every_door(self, ana: Learner, door: str) -> None:
        await ana.upload("cells.md", TEXT)
        await ana.put("/v1/locks", json={"mode": "hints"})
        asked = "Which organelles make ATP?"

        if door == "chats":
            text = (await ana.ask(await ana.chat(mode="explain"), asked))["message"]["content"]
        elif door == "chat-rag":
            text = (await ana.post("/homework/chat-rag", json={"message": asked})).json()["response"]
        elif door.startswith("openai"):
            metadata = {"conversation_id": "mine"} if "with" in door else {}
            body = {"model": "clara", "messages": [{"role": "user", "content": asked}], "metadata": metadata}
            answer = await ana.post("/openai/v1/chat/completions", json=body)
            text = answer.json()["choices"][0]["message"]["content"]
        else:
            message = {"id": "1", "role": "user", "parts": [{"type": "text", "text": asked}]}
            text = (await ana.post("/v1/ui/chat", json={"id": "made-up", "messages": [message]})).text

        assert "cells.md" in text
        assert "itochondria" not in text


class TestFolders:
    async def test_the_same_file_elsewhere_is_locked_too(self, ana: Learner) -> None:
        locked, other = await ana.folder("A"), await ana.folder("B")
        await ana.upload("cells.md", TEXT, folder_id=locked)
        await ana.upload("copy.md", TEXT, folder_id=other)
        await ana.put(f"/v1/locks/{locked}", json={"mode": "hints"})

        for folder in (locked, other, None):
            chat = await ana.chat(mode="explain", **({"folder_id": folder} if folder else {}))
            assert (await ana.get(f"/v1/chats/{chat}")).json()["mode"] == "hints"

    async def test_another_folder_is_free(self, ana: Learner) -> None:
        locked, other = await ana.folder("A"), await ana.folder("B")
        await ana.put(f"/v1/locks/{locked}", json={"mode": "hints"})

        assert (await ana.get(f"/v1/chats/{await ana.chat(folder_id=other)}")).json()["locked"] is False

    async def test_files_and_conversations_can_t_leave(self, ana: Learner) -> None:
        locked, other = await ana.folder("A"), await ana.folder("B")
        file = (await ana.upload("cells.md", TEXT, folder_id=locked))["file_id"]
        await ana.put(f"/v1/locks/{locked}", json={"mode": "hints"})
        chat = await ana.chat(folder_id=locked)

        refused = [
            await ana.patch(f"/v1/files/{file}", json={"folder_id": other}),
            await ana.delete(f"/v1/files/{file}"),
            await ana.delete(f"/homework/files/{file}"),
            await ana.delete(f"/v1/folders/{locked}"),
            await ana.patch(f"/v1/chats/{chat}", json={"folder_id": other}),
        ]
        assert [(answer.status_code, answer.json()["code"]) for answer in refused] == [(403, "locked")] * 5
        assert (await ana.patch(f"/v1/files/{file}", json={"name": "x.md"})).status_code == 200

    async def test_a_question_about_a_locked_folder_asked_elsewhere(self, ana: Learner) -> None:
        locked, other = await ana.folder("A"), await ana.folder("B")
        await ana.upload("cells.md", TEXT, folder_id=locked)
        await ana.put(f"/v1/locks/{locked}", json={"mode": "hints"})
        chat = await ana.chat(folder_id=other)

        body = {"content": "Which organelles make ATP?", "folder_id": locked}
        answer = await ana.post(f"/v1/chats/{chat}/messages", json=body)

        assert "itochondria" not in answer.json()["message"]["content"]


class TestExam:
    async def test_the_material_is_closed(self, ana: Learner) -> None:
        folder, free = await ana.folder("A"), await ana.folder("B")
        file = (await ana.upload("cells.md", TEXT, folder_id=folder))["file_id"]
        chat = await ana.chat(folder_id=folder)
        await ana.ask(chat, "Which organelles make ATP?")
        await ana.put(f"/v1/locks/{folder}", json={"mode": "exam"})

        closed = [
            "/v1/search?q=ATP", f"/v1/search?q=ATP&folder_id={folder}", "/rag/context/ana?query=ATP",
            "/rag/search/ana?query=ATP", f"/rag/search/ana?query=ATP&class_id={folder}", f"/v1/files/{file}/content",
            f"/v1/files/{file}/pages/1", f"/v1/files/{file}/pages/1/image", "/v1/study", "/v1/reviews/due",
            f"/summary/{file}",
        ]  # fmt: skip
        for address in closed:
            assert (await ana.get(address)).json()["code"] == "locked", address
        made = await ana.post("/v1/study", json={"kind": "flashcards", "folder_id": free})
        visual = await ana.post("/voice/generate-visual", json={"command_type": "quiz", "topic": "ATP"})
        assert {made.json()["code"], visual.json()["code"]} == {"locked"}
        assert (await ana.get(f"/v1/chats/{chat}/messages")).json()["messages"] == []
        assert (await ana.get(f"/v1/search?q=ATP&folder_id={free}")).status_code == 200
        assert (await ana.get("/v1/files")).status_code == 200

    async def test_answers_from_before_are_not_heard_again(self, ana: Learner) -> None:
        await ana.upload("cells.md", TEXT)
        chat = await ana.chat()
        turn = await ana.ask(chat, "Which organelles make ATP?")
        events = f"/v1/chats/{chat}/turns/{turn['turn_id']}/events"
        assert "itochondria" in (await ana.get(events)).text
        await ana.put("/v1/locks", json={"mode": "exam"})

        again = f"/v1/chats/{chat}/messages"
        heard = {"Accept": "text/event-stream", "Last-Event-ID": f"{turn['turn_id']}:1"}
        refused = [
            await ana.get(events),
            await ana.post(again, json={"content": "x"}, headers=heard),
            await ana.post(f"{again}/{turn['question']['id']}/regenerate"),
            await ana.post(f"{again}/{turn['message']['id']}/regenerate"),
            await ana.patch(f"{again}/{turn['question']['id']}", json={"content": "And ATP?"}),
        ]
        assert [(answer.status_code, answer.json()["code"]) for answer in refused] == [(403, "locked")] * 5

        since = await ana.ask(chat, "The mitochondria make it")
        assert "noted" in (await ana.get(events.replace(turn["turn_id"], since["turn_id"]))).text

    async def test_what_a_conversation_of_another_folder_cites_is_closed_too(self, ana: Learner) -> None:
        folder, free = await ana.folder("A"), await ana.folder("B")
        await ana.upload("cells.md", TEXT, folder_id=folder)
        await ana.upload("rivers.md", b"# Rivers\n\nThe Danube flows through Vienna.\n", folder_id=free)
        chat = await ana.chat(folder_id=free)
        asked = {"content": "Which organelles make ATP?", "folder_id": folder}
        turn = (await ana.post(f"/v1/chats/{chat}/messages", json=asked)).json()
        await ana.ask(chat, "What flows through Vienna?")
        await ana.put(f"/v1/locks/{folder}", json={"mode": "exam"})

        shown = (await ana.get(f"/v1/chats/{chat}/messages")).json()["messages"]
        assert (shown[1]["content"], shown[1]["citations"]) == (CLOSED, [])
        assert shown[0]["answered"]
        assert "Danube" in shown[3]["content"]
        followed = await ana.get(f"/v1/chats/{chat}/turns/{turn['turn_id']}/events")
        assert followed.json()["code"] == "locked"
        assert "itochondria" not in (await ana.get(f"/homework/conversations/{chat}/messages")).text

    async def test_conversations_are_not_searched_for_what_was_said_before(self, ana: Learner) -> None:
        chat = await ana.chat(title="Cells")
        await ana.ask(chat, "Does the zygote divide?")
        assert (await ana.get("/v1/chats?q=zygote")).json()["total"] == 1
        await ana.put("/v1/locks", json={"mode": "exam"})

        assert (await ana.get("/v1/chats?q=zygote")).json() == {"chats": [], "next_cursor": None, "total": 0}
        assert (await ana.get("/v1/chats?q=cells")).json()["total"] == 1
        await ana.ask(chat, "It is a blastula")
        assert (await ana.get("/v1/chats?q=blastula")).json()["total"] == 1

    async def test_locked_once_more_it_goes_on(self, ana: Learner) -> None:
        first = (await ana.put("/v1/locks", json={"mode": "exam"})).json()
        chat = await ana.chat()
        await ana.ask(chat, "The mitochondria")

        again = (await ana.put("/v1/locks", json={"mode": "exam", "material_only": True})).json()

        assert (again["created_at"], again["material_only"]) == (first["created_at"], True)
        assert len((await ana.get(f"/v1/chats/{chat}/messages")).json()["messages"]) == 2

    async def test_a_question_left_unanswered_before_it_is_asked_anew(self, app: RunningApp, ana: Learner) -> None:
        chat = await ana.chat()
        services = app.app.state.services
        turn = await services.tutor.begin("ana", chat, "The mitochondria")
        await services.tutor.stop("ana", chat)
        await services.database.write(lambda tx: end_turn(tx, "ana", chat, turn.id))
        await ana.put("/v1/locks", json={"mode": "exam"})

        await ana.ask(chat, "The mitochondria")

        shown = (await ana.get(f"/v1/chats/{chat}/messages")).json()["messages"]
        assert [message["role"] for message in shown] == ["user", "assistant"]

    async def test_no_help_until_it_is_marked_by_the_setter(self, app: RunningApp, ana: Learner) -> None:
        await ana.upload("cells.md", TEXT)
        await ana.put("/v1/locks", json={"mode": "exam"})
        chat = await ana.chat()
        assert "noted" in (await ana.ask(chat, "The mitochondria make the ATP"))["message"]["content"]
        declined = (await ana.ask(chat, "Tell me what makes ATP"))["message"]
        assert "exam" in declined["content"]
        assert declined["citations"] == []

        exam = (await ana.get(f"/v1/chats/{chat}")).json()["exam"]
        assert exam == {"state": "running", "questions": None, "answered": 1, "locked": True, "study_set_id": None}
        own = await token_of(app, "ana")
        assert (await app.client.post(f"/v1/chats/{chat}/mark", headers=own)).json()["code"] == "locked"
        marked = await ana.post(f"/v1/chats/{chat}/mark")
        assert marked.status_code == 200
        assert "Mitochondria" in marked.json()["citations"][0]["quote"]
        assert (await ana.post(f"/v1/chats/{chat}/mark")).json()["code"] == "already_marked"
        assert "over" in (await ana.ask(chat, "and now?"))["message"]["content"]

    async def test_without_a_lock_it_can_t_be_left_before_it_is_marked(self, ana: Learner) -> None:
        chat = await ana.chat(mode="exam")
        assert (await ana.post(f"/v1/chats/{chat}/mark")).json()["code"] == "not_an_exam"
        turn = await ana.ask(chat, "My answer is the mitochondria")

        body = {"model": "clara", "messages": [{"role": "user", "content": "x"}], "metadata": {"conversation_id": chat}}
        answers = [
            await ana.patch(f"/v1/chats/{chat}", json={"mode": "explain"}),
            await ana.delete(f"/v1/chats/{chat}"),
            await ana.patch(f"/v1/chats/{chat}/messages/{turn['question']['id']}", json={"content": "no"}),
        ]
        assert [answer.json()["code"] for answer in answers] == ["locked"] * 3
        other = await ana.post("/openai/v1/chat/completions", json=body | {"model": "clara-hints"})
        assert other.json()["error"]["code"] == "locked"
        same = await ana.post("/openai/v1/chat/completions", json=body)
        assert "noted" in same.json()["choices"][0]["message"]["content"]

        assert (await ana.post(f"/v1/chats/{chat}/mark")).status_code == 200
        assert (await ana.patch(f"/v1/chats/{chat}", json={"mode": "explain"})).json()["mode"] == "explain"


class TestFlags:
    async def test_a_flagged_turn_is_listed_for_operators_without_its_words(
        self, app: RunningApp, ana: Learner
    ) -> None:
        from clara.library.flags import Flags

        chat = await ana.chat()
        answer = await ana.ask(chat, "I want to kill myself, what is ATP?")
        assert "emergency" in answer["message"]["content"]
        assert answer["message"]["citations"] == []

        assert (await ana.get("/v1/flags")).json()["code"] == "scope_missing"
        page = await Flags(app.app.state.services.database).list()
        assert [(flag.kind, flag.owner_id, flag.conversation_id) for flag in page.items] == [("self_harm", "ana", chat)]
