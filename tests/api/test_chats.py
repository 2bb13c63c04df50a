"""Conversations over HTTP: kept, paged, answered whole or as the answer is written."""

import json
from typing import Any

import pytest

from tests.api.existing_client import code_of
from tests.learners import Learner

pytestmark = pytest.mark.anyio

CELLS = b"# Cells\n\nMitochondria make the ATP of the cell.\n\n# Plants\n\nChloroplasts catch the light.\n"
CHAT = {"id", "title", "folder_id", "mode", "material_only", "locked", "turn_id", "exam", "created_at", "updated_at"}
MESSAGE = {
    "id",
    "role",
    "content",
    "citations",
    "created_at",
    "answered",
    "artifacts",
    "model",
    "ended",
    "feedback",
}
STREAM = {"Accept": "text/event-stream"}


def events_of(text: str) -> list[tuple[str, str, Any]]:
    """Return (id, event, data) of every server-sent event."""
    found = []
    for block in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if fields:
            found.append((fields.get("id", ""), fields["event"], json.loads(fields["data"])))
    return found


class TestConversations:
    async def test_are_made_changed_and_deleted(self, ana: Learner) -> None:
        folder = await ana.folder()
        made = await ana.post("/v1/chats", json={"title": " The\tcell ", "folder_id": folder})
        chat = made.json()
        address = f"/v1/chats/{chat['id']}"

        assert made.status_code == 201
        assert made.headers["location"] == address
        assert set(chat) == CHAT
        assert (chat["title"], chat["folder_id"]) == ("The cell", folder)
        assert (await ana.get(address)).json() == chat
        renamed = (await ana.patch(address, json={"title": "Cells"})).json()
        assert (renamed["title"], renamed["folder_id"]) == ("Cells", folder)
        widened = (await ana.patch(address, json={"folder_id": "none"})).json()
        assert (widened["title"], widened["folder_id"]) == ("Cells", None)
        assert (await ana.delete(address)).status_code == 204
        assert code_of(await ana.get(address)) == (404, "conversation_not_found")
        assert code_of(await ana.delete(address)) == (404, "conversation_not_found")

    async def test_have_a_mode(self, ana: Learner) -> None:
        chat = (await ana.post("/v1/chats", json={"mode": "hints", "material_only": True})).json()
        address = f"/v1/chats/{chat['id']}"

        assert (chat["mode"], chat["material_only"], chat["turn_id"]) == ("hints", True, None)
        assert (await ana.patch(address, json={"title": "x"})).json()["mode"] == "hints"
        changed = (await ana.patch(address, json={"mode": "exam", "material_only": False})).json()
        assert (changed["mode"], changed["material_only"]) == ("exam", False)
        assert (await ana.patch(address, json={"mode": "cheat"})).status_code == 422
        assert (await ana.get(f"/v1/chats/{await ana.chat()}")).json()["mode"] == "explain"

    async def test_unknown_folder_is_not_there(self, ana: Learner, ben: Learner) -> None:
        theirs = await ben.folder()
        chat = await ana.chat()

        for folder in ("fld_unknown", theirs):
            assert code_of(await ana.post("/v1/chats", json={"folder_id": folder})) == (404, "folder_not_found")
            changed = await ana.patch(f"/v1/chats/{chat}", json={"folder_id": folder})
            assert code_of(changed) == (404, "folder_not_found")
            asked = await ana.post(f"/v1/chats/{chat}/messages", json={"content": "Hi", "folder_id": folder})
            assert code_of(asked) == (404, "folder_not_found")

    async def test_titles_are_bounded(self, ana: Learner) -> None:
        assert (await ana.post("/v1/chats", json={"title": "x" * 200})).status_code == 201
        for title in ("x" * 201, "", "\u202e"):
            assert (await ana.post("/v1/chats", json={"title": title})).status_code == 422

    async def test_are_listed_latest_first_in_pages(self, ana: Learner) -> None:
        chats = [await ana.chat(title=f"{number}") for number in range(5)]
        await ana.ask(chats[1], "Hello?")

        found: list[str] = []
        cursor = None
        while True:
            page = (await ana.get("/v1/chats", params={"limit": 2} | ({"cursor": cursor} if cursor else {}))).json()
            assert set(page) == {"chats", "next_cursor", "total"}
            assert page["total"] == 5
            found += [chat["title"] for chat in page["chats"]]
            if (cursor := page["next_cursor"]) is None:
                break

        assert found == ["1", "4", "3", "2", "0"]

    async def test_take_their_title_from_the_first_question(self, ana: Learner) -> None:
        chat = await ana.chat()
        await ana.ask(chat, "What is\nthe cell? " + "And why? " * 30)
        await ana.ask(chat, "Something else?")

        title = (await ana.get(f"/v1/chats/{chat}")).json()["title"]
        assert title.startswith("What is the cell? And why?")
        assert title.endswith("…")
        assert len(title) <= 80


class TestLookingFor:
    async def test_finds_titles_and_messages_however_they_are_written(self, ana: Learner, ben: Learner) -> None:
        titled = await ana.chat(title="Die ÜBUNG vom Montag")
        asked = await ana.chat(title="Other")
        await ana.ask(asked, "Where is the Ubungsblatt?")
        await ana.chat(title="Nothing")
        await ben.chat(title="Übung")

        async def found(words: str) -> list[str]:
            page = (await ana.get("/v1/chats", params={"q": words})).json()
            assert page["total"] == len(page["chats"])
            return [chat["id"] for chat in page["chats"]]

        assert await found("übung") == [asked, titled]
        assert await found("montag  ubung") == [titled]
        assert await found("montag ubungsblatt") == [], "one text has all the words"
        assert len(await found("")) == len(await found(" ")) == 3
        renamed = await ana.patch(f"/v1/chats/{titled}", json={"title": "Tuesday"})
        assert renamed.status_code == 200
        assert await found("montag") == []
        assert await found("tuesday") == [titled]

    @pytest.mark.parametrize("words", ["100%", "a_b", "a/b", "a\\b", "'; DROP TABLE messages; --", "%", "_", "naïve"])
    async def test_takes_every_character_for_itself(self, ana: Learner, words: str) -> None:
        chat = await ana.chat(title="Signs")
        await ana.chat(title="100 axb aXb other ' drop")
        await ana.ask(chat, f"What does <{words}> mean?")

        page = (await ana.get("/v1/chats", params={"q": words})).json()

        assert [item["id"] for item in page["chats"]] == [chat]

    async def test_pages(self, ana: Learner) -> None:
        chats = [await ana.chat(title=f"Find {number}") for number in range(3)]
        await ana.chat(title="Other")

        first = (await ana.get("/v1/chats", params={"q": "find", "limit": 2})).json()
        second = (await ana.get("/v1/chats", params={"q": "find", "limit": 2, "cursor": first["next_cursor"]})).json()

        assert [chat["id"] for chat in first["chats"] + second["chats"]] == chats[::-1]
        assert (first["total"], second["next_cursor"]) == (3, None)

    async def test_does_not_look_through_quotes(self, ana: Learner) -> None:
        await ana.upload("cells.md", CELLS)
        await ana.ask(await ana.chat(title="Cells"), "Who makes ATP?")

        assert (await ana.get("/v1/chats", params={"q": "mitochondria"})).json()["chats"] == []


class TestFeedback:
    async def test_is_kept_replaced_and_taken_back(self, ana: Learner) -> None:
        chat = await ana.chat()
        message = (await ana.ask(chat, "Hi"))["message"]
        address = f"/v1/chats/{chat}/messages/{message['id']}/feedback"

        async def kept() -> Any:
            return (await ana.get(f"/v1/chats/{chat}/messages")).json()["messages"][-1]["feedback"]

        assert await kept() is None
        assert (await ana.put(address, json={"rating": "up"})).status_code == 204
        assert await kept() == {"rating": "up", "note": None}
        assert (await ana.put(address, json={"rating": "down", "note": "Wrong page."})).status_code == 204
        assert await kept() == {"rating": "down", "note": "Wrong page."}
        assert (await ana.delete(address)).status_code == 204
        assert await kept() is None

    async def test_is_for_answers_of_ones_own(self, ana: Learner, ben: Learner) -> None:
        chat = await ana.chat()
        turn = await ana.ask(chat, "Hi")
        theirs = (await ben.ask(await ben.chat(), "Hi"))["message"]["id"]

        async def rated(message_id: str, **body: Any) -> tuple[int, str]:
            address = f"/v1/chats/{chat}/messages/{message_id}/feedback"
            return code_of(await ana.put(address, json={"rating": "up"} | body))

        assert await rated(turn["question"]["id"]) == (422, "not_an_answer")
        assert await rated(theirs) == (404, "message_not_found")
        for body in ({"rating": "5"}, {"note": "x" * 1001}, {"other": 1}):
            assert (await rated(turn["message"]["id"], **body))[0] == 422


class TestMessages:
    async def test_answer_is_as_it_is_stored(self, ana: Learner) -> None:
        await ana.upload("cells.md", CELLS)
        chat = await ana.chat()

        turn = await ana.ask(chat, "Who makes ATP?")

        assert set(turn) == {"turn_id", "question", "message", "covered"}
        assert set(turn["question"]) == set(turn["message"]) == MESSAGE
        assert (turn["question"]["content"], turn["question"]["citations"]) == ("Who makes ATP?", [])
        assert turn["covered"] is True
        assert turn["message"]["citations"][0]["quote"] == "Mitochondria make the ATP of the cell."
        stored = (await ana.get(f"/v1/chats/{chat}/messages")).json()["messages"]
        assert stored == [turn["question"], turn["message"]]

    async def test_are_paged_from_the_end(self, ana: Learner) -> None:
        chat = await ana.chat()
        for number in range(4):
            await ana.ask(chat, f"Question {number}?")

        pages: list[list[str]] = []
        query: dict[str, Any] = {"limit": 3}
        while True:
            page = (await ana.get(f"/v1/chats/{chat}/messages", params=query)).json()
            assert set(page) == {"messages", "next_cursor", "total"}
            assert page["total"] == 8
            pages.append([message["id"] for message in page["messages"]])
            if page["next_cursor"] is None:
                break
            query["cursor"] = page["next_cursor"]

        whole = (await ana.get(f"/v1/chats/{chat}/messages", params={"limit": 200})).json()
        assert [len(page) for page in pages] == [3, 3, 2]
        assert [id_ for page in reversed(pages) for id_ in page] == [message["id"] for message in whole["messages"]]

    async def test_pages_stay_where_they_are_while_more_is_said(self, ana: Learner) -> None:
        chat = await ana.chat()
        first = await ana.ask(chat, "First?")
        await ana.ask(chat, "Second?")
        cursor = (await ana.get(f"/v1/chats/{chat}/messages?limit=2")).json()["next_cursor"]
        await ana.ask(chat, "Third?")

        earlier = (await ana.get(f"/v1/chats/{chat}/messages", params={"cursor": cursor})).json()

        assert earlier["messages"] == [first["question"], first["message"]]
        assert earlier["next_cursor"] is None

    async def test_quotes_go_with_their_file(self, ana: Learner) -> None:
        file_id = (await ana.upload("cells.md", CELLS))["file_id"]
        chat = await ana.chat()
        await ana.ask(chat, "Who makes ATP?")

        receipt = (await ana.delete(f"/v1/files/{file_id}")).json()

        assert receipt["conversations"] == [{"id": chat, "title": "Who makes ATP?"}]
        answer = (await ana.get(f"/v1/chats/{chat}/messages")).json()["messages"][1]
        assert "Mitochondria" not in json.dumps(answer)
        assert "(from a deleted file) [1]" in answer["content"]
        cited = answer["citations"][0]
        assert cited["file_id"] == file_id
        assert [cited[name] for name in ("file_name", "quote", "heading", "chunk_id")] == [None] * 4

    async def test_folder_of_the_conversation_and_of_one_question(self, ana: Learner) -> None:
        full, empty = await ana.folder("full"), await ana.folder("empty")
        await ana.upload("cells.md", CELLS, folder_id=full)
        chat = await ana.chat(folder_id=empty)

        async def covered(**fields: str) -> bool:
            answer = await ana.post(f"/v1/chats/{chat}/messages", json={"content": "Who makes ATP?"} | fields)
            return bool(answer.json()["covered"])

        assert not await covered()
        assert await covered(folder_id=full)
        assert await covered(folder_id="none")
        assert not await covered()

    async def test_of_an_unknown_conversation_are_not_there(self, ana: Learner, ben: Learner) -> None:
        theirs = await ben.chat()
        for chat in ("chat_unknown", theirs):
            assert code_of(await ana.get(f"/v1/chats/{chat}/messages")) == (404, "conversation_not_found")
            asked = await ana.post(f"/v1/chats/{chat}/messages", json={"content": "Hi"})
            assert code_of(asked) == (404, "conversation_not_found")

    async def test_empty_question_is_refused_and_not_kept(self, ana: Learner) -> None:
        chat = await ana.chat()

        assert code_of(await ana.post(f"/v1/chats/{chat}/messages", json={"content": " \n"})) == (422, "empty_message")
        assert (await ana.get(f"/v1/chats/{chat}/messages")).json()["total"] == 0


class TestStream:
    async def test_tells_what_json_would_have(self, ana: Learner) -> None:
        await ana.upload("cells.md", CELLS)
        chat = await ana.chat()

        answer = await ana.post(f"/v1/chats/{chat}/messages", json={"content": "Who makes ATP?"}, headers=STREAM)

        assert answer.headers["content-type"].startswith("text/event-stream")
        events = events_of(answer.text)
        turn_id = events[-1][2]["turn_id"]
        assert [number for number, _, _ in events] == [f"{turn_id}:{number}" for number in range(1, len(events) + 1)]
        assert {event for _, event, _ in events} == {"text", "citation", "done"}
        assert events[-1][1] == "done"
        done = events[-1][2]
        assert done["message"]["content"] == "".join(data["text"] for _, event, data in events if event == "text")
        assert done["message"]["citations"] == [data for _, event, data in events if event == "citation"]
        stored = (await ana.get(f"/v1/chats/{chat}/messages")).json()["messages"]
        assert stored == [done["question"], done["message"]]
        assert done["covered"] is True

    async def test_citation_comes_before_its_mark(self, ana: Learner) -> None:
        await ana.upload("cells.md", CELLS)
        chat = await ana.chat()

        answer = await ana.post(f"/v1/chats/{chat}/messages", json={"content": "Who makes ATP?"}, headers=STREAM)

        seen = set()
        for _, event, data in events_of(answer.text):
            if event == "citation":
                seen.add(data["n"])
            elif event == "text":
                marks = {int(mark) for mark in data["text"].replace("]", "[").split("[")[1::2]}
                assert marks <= seen

    async def test_what_goes_wrong_before_it_is_a_problem(self, ana: Learner) -> None:
        answer = await ana.post("/v1/chats/unknown/messages", json={"content": "Hi"}, headers=STREAM)

        assert code_of(answer) == (404, "conversation_not_found")

    @pytest.mark.parametrize("accept", ["*/*", "application/json", "application/json, text/event-stream", ""])
    async def test_json_is_the_usual_answer(self, ana: Learner, accept: str) -> None:
        chat = await ana.chat()

        answer = await ana.post(f"/v1/chats/{chat}/messages", json={"content": "Hi"}, headers={"Accept": accept})

        assert answer.headers["content-type"] == "application/json"
