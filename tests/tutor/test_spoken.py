"""Turns that are answered aloud: what was heard is stored, once, however the answer ends."""

import asyncio

import pytest

from clara.core.errors import ClaraError, ProviderFailed
from clara.tutor.events import (
    AnswerEvent,
    ArtifactEvent,
    CitationEvent,
    Cited,
    DoneEvent,
    ProgressEvent,
    TextEvent,
)
from clara.tutor.turns.spoken import SpokenTurn
from tests.stores import Store
from tests.tutor.conftest import Scripted
from tests.waiting import wait_for

OWNER = "learner"


def cited(n: int) -> CitationEvent:
    return CitationEvent(Cited(n, "f", "a.pdf", "d", 0, 1, 1, "", "q", 0, 1))


async def begin(store: Store, message: str = "Why?", goes_on: str | None = None, heard: str = "") -> SpokenTurn:
    turn = await store.tutor.begin(OWNER, "talk", message, create=True, goes_on=goes_on, aloud=True)
    return store.tutor.speak(turn, lambda: heard, lambda by: None)


async def answered(spoken: SpokenTurn) -> list[AnswerEvent]:
    return [event async for event in spoken.answer()]


async def said(store: Store) -> list[tuple[str, str]]:
    shown = await store.conversations.messages(OWNER, "talk")
    return [(message.role, message.content) for message in shown.items]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


pytestmark = pytest.mark.anyio


class TestKeeping:
    async def test_what_was_heard_is_stored_as_that_answer(self, store: Store, answerer: Scripted) -> None:
        answerer.script = ["It is light. ", "And more."]
        spoken = await begin(store)
        await answered(spoken)
        done = await store.tutor.keep_spoken(spoken, "It is", interrupted=True)
        assert done is not None
        assert (done.message_id, done.question_id) == (spoken.turn.message_id, spoken.turn.question_id)
        assert done.ended == "stopped"
        assert await said(store) == [("user", "Why?"), ("assistant", "It is")]
        assert answerer.questions[0].aloud

    async def test_a_whole_answer_ends_as_it_ended(self, store: Store, answerer: Scripted) -> None:
        spoken = await begin(store)
        await answered(spoken)
        done = await store.tutor.keep_spoken(spoken, "Answered.")
        assert done is not None
        assert done.ended == "end"

    async def test_nothing_heard_stores_nothing_and_frees_the_conversation(
        self, store: Store, answerer: Scripted
    ) -> None:
        spoken = await begin(store)
        await answered(spoken)
        assert await store.tutor.keep_spoken(spoken, "", interrupted=True) is None
        assert await said(store) == [("user", "Why?")]
        again = await begin(store, "And now?")
        await store.tutor.keep_spoken(again, "")

    async def test_what_was_made_is_kept_with_its_answer(self, store: Store, answerer: Scripted) -> None:
        answerer.events = [ArtifactEvent("set", "diagram", "Cycle", {}), TextEvent("There it is.")]
        spoken = await begin(store)
        await answered(spoken)
        assert await store.tutor.keep_spoken(spoken, "There it is.") is not None
        shown = await store.conversations.messages(OWNER, "talk")
        assert shown.items[-1].artifacts == ["set"]

    async def test_the_mode_remembers_what_it_made_of_the_question(self, store: Store, answerer: Scripted) -> None:
        answerer.events = [TextEvent("Right. "), TextEvent("Next question."), ProgressEvent({"asked": 2})]
        spoken = await begin(store)
        await answered(spoken)
        await store.tutor.keep_spoken(spoken, "Right.", interrupted=True)
        following = await begin(store, "Go on")
        assert following.turn.question.progress == {"asked": 2}
        await store.tutor.keep_spoken(following, "")

    async def test_keeping_twice_stores_once(self, store: Store, answerer: Scripted) -> None:
        spoken = await begin(store)
        await answered(spoken)
        first, second = await asyncio.gather(
            store.tutor.keep_spoken(spoken, "Answered."), store.tutor.keep_spoken(spoken, "")
        )
        assert first == second
        assert len(await said(store)) == 2

    async def test_an_answer_that_broke_off_is_kept_as_far_as_it_was_heard(
        self, store: Store, answerer: Scripted
    ) -> None:
        answerer.script = ["It is ", ProviderFailed("Gone.")]
        spoken = await begin(store)
        with pytest.raises(ProviderFailed):
            await answered(spoken)
        done = await store.tutor.keep_spoken(spoken, "It is Sorry, that went wrong.")
        assert done is not None
        assert done.ended == "broken"
        assert (await said(store))[-1] == ("assistant", "It is ")


class TestGoingOn:
    async def test_a_question_that_goes_on_replaces_the_one_that_stands_there(
        self, store: Store, answerer: Scripted
    ) -> None:
        first = await begin(store, "What is the")
        await store.tutor.keep_spoken(first, "", interrupted=True)
        second = await begin(store, "powerhouse of the cell", goes_on=first.turn.question_id)
        assert second.turn.question.text == "What is the powerhouse of the cell"
        assert second.turn.question_id == first.turn.question_id
        assert second.turn.conversation.title == "What is the powerhouse of the cell"
        await answered(second)
        await store.tutor.keep_spoken(second, "Answered.")
        assert await said(store) == [("user", "What is the powerhouse of the cell"), ("assistant", "Answered.")]

    async def test_an_answered_question_stays(self, store: Store, answerer: Scripted) -> None:
        first = await begin(store, "What is it?")
        await answered(first)
        await store.tutor.keep_spoken(first, "Answered.")
        second = await begin(store, "And that?", goes_on=first.turn.question_id)
        await store.tutor.keep_spoken(second, "")
        assert [text for role, text in await said(store) if role == "user"] == ["What is it?", "And that?"]


class TestHolding:
    async def test_the_conversation_is_held_while_it_is_spoken(self, store: Store, answerer: Scripted) -> None:
        spoken = await begin(store)
        with pytest.raises(ClaraError) as refused:
            await store.tutor.begin(OWNER, "talk", "Mine first")
        assert refused.value.problem_code == "turn_running"
        await store.tutor.keep_spoken(spoken, "")

    async def test_who_follows_hears_what_was_kept(self, store: Store, answerer: Scripted) -> None:
        answerer.script = ["It is light. ", "And more."]
        spoken = await begin(store)
        following = asyncio.create_task(_all(store, spoken))
        await answered(spoken)
        await store.tutor.keep_spoken(spoken, "It is light.", interrupted=True)
        events = await following
        assert "".join(event.text for event in events if isinstance(event, TextEvent)).rstrip() == "It is light."
        assert isinstance(events[-1], DoneEvent)

    async def test_stopping_it_from_elsewhere_cuts_it(self, store: Store, answerer: Scripted) -> None:
        cuts: list[str] = []
        turn = await store.tutor.begin(OWNER, "talk", "Why?", create=True)
        spoken = store.tutor.speak(turn, lambda: "", cuts.append)
        stopping = asyncio.create_task(store.tutor.stop(OWNER, "talk"))
        await wait_for(lambda: cuts == ["stopped"])
        await store.tutor.keep_spoken(spoken, "", interrupted=True)
        assert await stopping == turn.id
        assert isinstance(spoken.error, ClaraError)

    async def test_a_server_that_goes_down_keeps_what_was_heard(self, store: Store, answerer: Scripted) -> None:
        spoken = await begin(store, heard="Answered")
        await answered(spoken)
        await store.tutor.close()
        assert (await said(store))[-1] == ("assistant", "Answered")


async def _all(store: Store, spoken: SpokenTurn) -> list[object]:
    return [heard.event async for heard in store.tutor.follow(spoken.turn)]
