"""Conversations and the lease of a turn: the same on every backend."""

import asyncio
import threading
from collections.abc import AsyncIterator

import pytest

from clara.core.errors import Conflict, NotFound
from clara.store import conversations as stored
from clara.store.database import Tx
from clara.tutor.answering import Question
from clara.tutor.events import TextEvent
from clara.tutor.showing import DELETED
from tests.stores import Store, open_store
from tests.waiting import wait_for

pytestmark = pytest.mark.anyio


class Gated:
    """Answers once it is let."""

    name = "gated"

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.may_answer = asyncio.Event()

    async def answer(self, question: Question) -> AsyncIterator[TextEvent]:
        self.asked.set()
        await self.may_answer.wait()
        yield TextEvent("Answered.")


class TestConversations:
    async def test_keep_question_and_answer_in_order(self, store: Store) -> None:
        file_id = await store.add("ana", "Mitochondria make ATP.")
        chat, answered = await store.ask("ana", "What do mitochondria make? 🔋")
        await store.ask("ana", "And what are mitochondria?", chat)

        page = await store.conversations.messages("ana", chat)

        assert [(m.seq, m.role) for m in page.items] == [(1, "user"), (2, "assistant"), (3, "user"), (4, "assistant")]
        assert page.items[0].content == "What do mitochondria make? 🔋"
        assert page.items[1].content == answered.content == "“Mitochondria make ATP.” [1]"
        assert [(c.file_id, c.quote) for c in page.items[1].citations] == [(file_id, "Mitochondria make ATP.")]

    async def test_paging_shows_each_once(self, store: Store) -> None:
        made = [(await store.conversations.create("ana", f"Chat {n}")).id for n in range(11)]
        seen: list[str] = []
        cursor = None
        while True:
            page = await store.conversations.list("ana", limit=4, cursor=cursor)
            seen += [conversation.id for conversation in page.items]
            await store.conversations.create("ana", "newer")
            if (cursor := page.next_cursor) is None:
                break

        assert seen == made[::-1]

    async def test_messages_come_in_pages(self, store: Store) -> None:
        chat, _ = await store.ask("ana", "question 0")
        for n in range(1, 6):
            await store.ask("ana", f"question {n}", chat)
        seen: list[int] = []
        cursor = None
        while True:
            page = await store.conversations.messages("ana", chat, limit=5, cursor=cursor)
            seen = [message.seq for message in page.items] + seen
            if (cursor := page.next_cursor) is None:
                break

        assert seen == list(range(1, 13))

    async def test_of_another_learner_are_not_there(self, store: Store) -> None:
        chat, _ = await store.ask("ana", "Mine?")

        for call in (
            store.conversations.get("ben", chat),
            store.conversations.messages("ben", chat),
            store.conversations.change("ben", chat, "His", None),
            store.conversations.delete("ben", chat),
        ):
            with pytest.raises(NotFound):
                await call
        assert (await store.conversations.get("ana", chat)).title == "Mine?"

    async def test_the_same_id_of_two_learners_is_two_conversations(self, store: Store) -> None:
        chat = "e" * 127 + "é"
        await store.ask("ana", "Ana's question", chat)
        await store.ask("ben", "Ben's question", chat)

        assert (await store.conversations.messages("ana", chat)).items[0].content == "Ana's question"
        assert (await store.conversations.messages("ben", chat)).items[0].content == "Ben's question"

    async def test_delete_leaves_nothing(self, store: Store) -> None:
        await store.add("ana", "Mitochondria make ATP.")
        chat, _ = await store.ask("ana", "mitochondria")

        await store.conversations.delete("ana", chat)

        assert [store.count(table) for table in ("conversations", "messages", "citations")] == [0, 0, 0]


class TestTurn:
    async def test_one_at_a_time(self, store: Store) -> None:
        answerer = Gated()
        with open_store(store.settings, answerer=lambda _: answerer) as slow:
            chat = (await slow.conversations.create("ana")).id
            turn = await slow.tutor.begin("ana", chat, "First?")
            answering = asyncio.create_task(slow.tutor.answer(turn))
            await answerer.asked.wait()

            with pytest.raises(Conflict) as caught:
                await slow.tutor.begin("ana", chat, "Second?")
            assert caught.value.problem_code == "turn_running"

            answerer.may_answer.set()
            assert (await answering).content == "Answered."
            await slow.tutor.begin("ana", chat, "Third?")

    async def test_of_many_that_begin_at_once_one_does(self, store: Store) -> None:
        chat = (await store.conversations.create("ana")).id

        begun = await asyncio.gather(
            *(store.tutor.begin("ana", chat, f"Question {n}?") for n in range(8)), return_exceptions=True
        )

        assert [type(outcome).__name__ for outcome in begun].count("Turn") == 1
        assert [type(outcome).__name__ for outcome in begun].count("Conflict") == 7
        assert store.count("messages") == 1

    async def test_a_lapsed_lease_is_free_and_its_holder_writes_nothing_more(self, store: Store) -> None:
        answerer = Gated()
        with open_store(store.settings, answerer=lambda _: answerer) as slow:
            chat = (await slow.conversations.create("ana")).id
            turn = await slow.tutor.begin("ana", chat, "First?")
            answering = asyncio.create_task(slow.tutor.answer(turn))
            await answerer.asked.wait()
            lapse_turn(slow, "ana", chat)

            second = await slow.tutor.begin("ana", chat, "Second?")
            answerer.may_answer.set()

            with pytest.raises(Conflict) as caught:
                await answering
            assert caught.value.problem_code == "turn_lost"
            assert (await slow.tutor.answer(second)).content == "Answered."
            shown = (await slow.conversations.messages("ana", chat)).items
            assert [(m.role, m.content) for m in shown] == [
                ("user", "First?"),
                ("user", "Second?"),
                ("assistant", "Answered."),
            ]

    async def test_a_deleted_conversation_keeps_no_answer(self, store: Store) -> None:
        answerer = Gated()
        with open_store(store.settings, answerer=lambda _: answerer) as slow:
            chat = (await slow.conversations.create("ana")).id
            turn = await slow.tutor.begin("ana", chat, "First?")
            answering = asyncio.create_task(slow.tutor.answer(turn))
            await answerer.asked.wait()
            await slow.conversations.delete("ana", chat)
            answerer.may_answer.set()

            with pytest.raises(Conflict):
                await answering
            assert slow.count("messages") == 0

    async def test_deleting_while_an_answer_is_stored_takes_it_along(self, store: Store) -> None:
        """The deletion comes between the answer's message and its commit."""
        chat = (await store.conversations.create("ana")).id
        stored_message, go_on = threading.Event(), threading.Event()

        def answer(tx: Tx) -> None:
            stored.take_turn(tx, "ana", chat, "turn", 30)
            stored.add_message(tx, "ana", chat, "msg_1", "assistant", [{"text": "Answered."}], 1.0)
            stored_message.set()
            assert go_on.wait(20)

        answering = asyncio.create_task(asyncio.to_thread(store.database.write_now, answer))
        await wait_for(stored_message.is_set)
        deleting = asyncio.create_task(store.conversations.delete("ana", chat))
        await wait_for(lambda: is_blocked(store))
        go_on.set()

        await asyncio.gather(answering, deleting)
        assert store.count("messages") == store.count("conversations") == 0


class TestDeletedFile:
    async def test_is_no_longer_quoted(self, store: Store) -> None:
        file_id = await store.add("ana", "Mitochondria make ATP.")
        chat, _ = await store.ask("ana", "mitochondria")

        receipt = await store.files.delete("ana", file_id)

        assert [conversation_id for conversation_id, _ in receipt.conversations] == [chat]
        shown = (await store.conversations.messages("ana", chat)).items[-1]
        assert shown.content == f"{DELETED} [1]"
        assert [(c.file_id, c.file_name, c.quote) for c in shown.citations] == [(file_id, None, None)]


def lapse_turn(store: Store, owner_id: str, conversation_id: str) -> None:
    """What time does when a server dies in a turn."""

    def lapse(tx: Tx) -> None:
        stored.change_conversation(tx, owner_id, conversation_id, turn_lease_until=1.0)

    store.database.write_now(lapse)


def is_blocked(store: Store) -> bool:
    """True when a transaction waits for another's lock; SQLite's wait for their turn, which nothing shows."""
    return store.database.dialect == "sqlite" or store.count("pg_locks", "NOT granted") > 0
