"""Answers that are begun before their question is asked for certain: taken where they fit, and else without a trace."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from clara.core.errors import ProviderFailed
from clara.store.learners import change_corpus, lock_learner
from clara.tutor.events import TextEvent
from clara.tutor.turns.apart import Ahead
from clara.tutor.turns.foreseen import Foreseen
from clara.tutor.turns.spoken import SpokenTurn
from tests.stores import Store
from tests.tutor.conftest import Scripted
from tests.waiting import wait_for

OWNER = "learner"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


pytestmark = pytest.mark.anyio


def foresee(store: Store, message: str) -> Foreseen:
    return store.tutor.foresee(OWNER, "talk", message, aloud=True)


async def ask(store: Store, message: str, foreseen: Foreseen | None = None) -> SpokenTurn:
    turn = await store.tutor.begin(OWNER, "talk", message, create=True, aloud=True)
    return store.tutor.speak(turn, lambda: "", lambda by: None, foreseen)


async def answer(spoken: SpokenTurn) -> str:
    return "".join([event.text async for event in spoken.answer() if isinstance(event, TextEvent)])


async def finish(store: Store, spoken: SpokenTurn) -> str:
    text = await answer(spoken)
    await store.tutor.keep_spoken(spoken, text)
    return text


async def tell(store: Store, message: str, foreseen: Foreseen | None = None) -> None:
    """Ask, and hear the answer to its end."""
    assert await finish(store, await ask(store, message, foreseen)) == "Answered."


async def asked(answerer: Scripted, *questions: str) -> None:
    """Wait until these were asked, and see that no others were."""
    await wait_for(lambda: len(answerer.questions) >= len(questions), timeout_s=5)
    assert [question.text for question in answerer.questions] == list(questions)


async def ended(foreseen: Foreseen) -> None:
    await asyncio.wait_for(foreseen.close(), 5)


class TestTaken:
    async def test_the_question_that_was_foreseen_is_asked_once(self, store: Store, answerer: Scripted) -> None:
        await tell(store, "Why?")
        answerer.script = ["Because ", "of light."]
        foreseen = foresee(store, "And how?")
        await asked(answerer, "Why?", "And how?")
        assert await finish(store, await ask(store, "And how?", foreseen)) == "Because of light."
        await asked(answerer, "Why?", "And how?")
        assert answerer.questions[1].aloud
        assert [said.text for said in answerer.questions[1].history] == ["Why?", "Answered."]
        shown = await store.conversations.messages(OWNER, "talk")
        assert [message.content for message in shown.items] == ["Why?", "Answered.", "And how?", "Because of light."]

    async def test_the_first_question_of_a_conversation(self, store: Store, answerer: Scripted) -> None:
        await store.database.write(lambda tx: lock_learner(tx, OWNER, 0))
        foreseen = foresee(store, "Why?")
        await asked(answerer, "Why?")
        assert (await store.conversations.list(OWNER)).items == []
        await tell(store, "Why?", foreseen)
        await asked(answerer, "Why?")

    async def test_a_second_answer_of_the_turn_is_written_anew(self, store: Store, answerer: Scripted) -> None:
        await tell(store, "Why?")
        foreseen = foresee(store, "How?")
        await asked(answerer, "Why?", "How?")
        spoken = await ask(store, "How?", foreseen)
        assert [await answer(spoken), await answer(spoken)] == ["Answered.", "Answered."]
        await asked(answerer, "Why?", "How?", "How?")
        await store.tutor.keep_spoken(spoken, "")

    async def test_what_fails_is_told_to_who_takes_it(self, store: Store, answerer: Scripted) -> None:
        await tell(store, "Why?")
        answerer.script = ["It ", ProviderFailed("Gone.")]
        foreseen = foresee(store, "How?")
        await asked(answerer, "Why?", "How?")
        spoken = await ask(store, "How?", foreseen)
        with pytest.raises(ProviderFailed):
            await answer(spoken)
        assert spoken.broke
        await store.tutor.keep_spoken(spoken, "")


class TestThrownAway:
    async def test_another_question_gets_its_own_answer(self, store: Store, answerer: Scripted) -> None:
        await tell(store, "Why?")
        foreseen = foresee(store, "What is")
        await asked(answerer, "Why?", "What is")
        await tell(store, "What is light?", foreseen)
        await asked(answerer, "Why?", "What is", "What is light?")
        shown = await store.conversations.messages(OWNER, "talk")
        assert [message.content for message in shown.items][2:] == ["What is light?", "Answered."]

    async def test_a_conversation_that_went_on_elsewhere_is_answered_as_it_is(
        self, store: Store, answerer: Scripted
    ) -> None:
        await tell(store, "Why?")
        foreseen = foresee(store, "How?")
        await asked(answerer, "Why?", "How?")
        await tell(store, "When?")
        await tell(store, "How?", foreseen)
        await asked(answerer, "Why?", "How?", "When?", "How?")
        assert [said.text for said in answerer.questions[-1].history][-2:] == ["When?", "Answered."]

    async def test_a_file_that_went_meanwhile_is_not_answered_from(self, store: Store, answerer: Scripted) -> None:
        await tell(store, "Why?")
        foreseen = foresee(store, "How?")
        await asked(answerer, "Why?", "How?")
        await store.database.write(lambda tx: change_corpus(tx, OWNER))
        await tell(store, "How?", foreseen)
        await asked(answerer, "Why?", "How?", "How?")

    async def test_nothing_of_another_learners_conversation_is_read(self, store: Store, answerer: Scripted) -> None:
        await tell(store, "Why?")
        await store.database.write(lambda tx: lock_learner(tx, "eve", 0))
        foreseen = store.tutor.foresee("eve", "talk", "How?", aloud=True)
        await asked(answerer, "Why?", "How?")
        assert (answerer.questions[1].owner_id, list(answerer.questions[1].history)) == ("eve", [])
        await tell(store, "How?", foreseen)
        await asked(answerer, "Why?", "How?", "How?")

    async def test_one_that_nobody_hears_ends_with_its_turn(self, store: Store, answerer: Scripted) -> None:
        await tell(store, "Why?")
        answerer.waits = True
        foreseen = foresee(store, "How?")
        await asked(answerer, "Why?", "How?")
        await store.tutor.keep_spoken(await ask(store, "How?", foreseen), "")
        assert [task for task in asyncio.all_tasks() if task.get_name() == "turn.once"] == []

    async def test_a_failure_that_nobody_hears_is_silent(self, store: Store, answerer: Scripted) -> None:
        await tell(store, "Why?")
        answerer.script = [ProviderFailed("Gone.")]
        foreseen = foresee(store, "How?")
        await asked(answerer, "Why?", "How?")
        await ended(foreseen)
        answerer.script = ["Light."]
        assert await finish(store, await ask(store, "How?")) == "Light."


class TestNotBegun:
    """Where what will be asked depends on what is yet to be stored, and where asking may have effects."""

    async def see_nothing(self, store: Store, answerer: Scripted) -> None:
        """See that nothing is begun, and that the question is answered all the same."""
        before = len(answerer.questions)
        foreseen = foresee(store, "How?")
        reading = [task for task in asyncio.all_tasks() if task.get_name() == "turn.once"]
        await asyncio.wait_for(asyncio.gather(*reading), 5)
        assert (foreseen.question, len(answerer.questions)) == (None, before)
        await ended(foreseen)

    async def test_for_somebody_who_is_new(self, store: Store, answerer: Scripted) -> None:
        await self.see_nothing(store, answerer)

    async def test_after_a_question_without_an_answer(self, store: Store, answerer: Scripted) -> None:
        await store.tutor.keep_spoken(await ask(store, "Why?"), "")
        await self.see_nothing(store, answerer)

    async def test_while_another_is_answered(self, store: Store, answerer: Scripted) -> None:
        spoken = await ask(store, "Why?")
        await self.see_nothing(store, answerer)
        await store.tutor.keep_spoken(spoken, "")

    @pytest.mark.parametrize("mode", ["hints", "exam"])
    async def test_hints_and_exams(self, store: Store, answerer: Scripted, mode: str) -> None:
        await tell(store, "Why?")
        turn = await store.tutor.begin(OWNER, "talk", "Now so", mode=mode)
        await finish(store, store.tutor.speak(turn, lambda: "", lambda by: None))
        await self.see_nothing(store, answerer)


class TestAhead:
    """How far something is read ahead."""

    def numbers(self, read: list[int]) -> AsyncGenerator[int, None]:
        async def count() -> AsyncGenerator[int, None]:
            try:
                for n in range(3):
                    read.append(n)
                    yield n
            finally:
                read.append(-1)

        return count()

    async def test_no_further_than_the_first_until_somebody_listens(self) -> None:
        read: list[int] = []
        ahead = Ahead(self.numbers(read))
        await wait_for(lambda: read, timeout_s=5)
        for _ in range(10):
            await asyncio.sleep(0)
        assert read == [0]
        assert [n async for n in ahead.items()] == [0, 1, 2]
        assert read == [0, 1, 2, -1]

    async def test_closing_closes_what_is_read(self) -> None:
        read: list[int] = []
        ahead = Ahead(self.numbers(read))
        await wait_for(lambda: read, timeout_s=5)
        await ahead.close()
        assert read == [0, -1]

    async def test_leaving_closes_what_is_read(self) -> None:
        read: list[int] = []
        items = Ahead(self.numbers(read)).items()
        assert await anext(items) == 0
        await items.aclose()
        assert read[-1] == -1
