"""How much of conversations a learner may keep."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from clara.core.errors import Conflict
from clara.settings.sections import ChatSettings
from clara.tutor.conversations import Conversations
from clara.tutor.turns.tutor import Tutor
from tests.stores import FirstPassage, Store

pytestmark = pytest.mark.anyio

LIMITS = ChatSettings(max_per_learner=2, max_messages=4)


@pytest.fixture
async def tutor(store: Store) -> AsyncIterator[Tutor]:
    tutor = Tutor(store.database, FirstPassage(store.search), store.clock, limits=LIMITS)
    yield tutor
    await tutor.close()


@pytest.fixture
def conversations(store: Store) -> Conversations:
    return Conversations(store.database, store.clock, LIMITS)


class TestConversations:
    async def test_one_too_many_is_refused_whichever_way(
        self, store: Store, tutor: Tutor, conversations: Conversations
    ) -> None:
        await conversations.create("ana", "One")
        await tutor.begin("ana", "mine", "What is light?", create=True)

        for attempt in (conversations.create("ana", "Three"), tutor.begin("ana", "other", "Why?", create=True)):
            with pytest.raises(Conflict) as caught:
                await attempt
            assert caught.value.problem_code == "quota_conversations"
            assert caught.value.facts == {"max_conversations": 2}
        assert store.count("conversations") == 2

    async def test_there_is_room_after_a_deletion_and_for_others(self, conversations: Conversations) -> None:
        first = await conversations.create("ana", "One")
        await conversations.create("ana", "Two")
        await conversations.create("ben", "One")
        await conversations.delete("ana", first.id)

        assert (await conversations.create("ana", "Three")).title == "Three"

    async def test_holds_when_many_are_made_at_once(self, store: Store, conversations: Conversations) -> None:
        outcomes = await asyncio.gather(
            *(conversations.create("ana", str(n)) for n in range(8)), return_exceptions=True
        )

        assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == 6
        assert store.count("conversations") == 2


class TestMessages:
    async def test_a_question_without_room_for_its_answer_is_refused(self, store: Store, tutor: Tutor) -> None:
        chat = ""
        for n in range(2):
            turn = await tutor.begin("ana", chat or None, f"What is light {n}?", create=True)
            chat = turn.conversation.id
            await tutor.answer(turn)
        with pytest.raises(Conflict) as caught:
            await tutor.begin("ana", chat, "And a third?")

        assert caught.value.problem_code == "quota_messages"
        assert caught.value.facts == {"max_messages": 4}
        assert store.count("messages") == 4
        # Nobody holds the conversation: its messages can be changed all the same.
        assert store.count("conversations", "turn_id IS NOT NULL AND turn_lease_until > 0") == 0
