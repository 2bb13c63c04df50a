"""Tokens a learner and day: reserved, settled, refused; under concurrency, after failures, and after a crash."""

import asyncio
import threading
from contextlib import aclosing
from typing import Any

import pytest
import sqlalchemy as sa
from pydantic import BaseModel

from clara.core.errors import ProviderFailed, TooManyRequests
from clara.library.budget import LEAST_ANSWER_TOKENS, Budget, Usage
from clara.library.metering import MeteredModel
from clara.providers.chat import ChatEvent, ChatMessage, ChatRequest, Spent, Stopped, TextDelta
from clara.store.system import sweep_reservations
from clara.store.tables import usage_reservations
from clara.testing import FakeChatModel, FakeClock
from tests.stores import Store

pytestmark = pytest.mark.anyio

ANSWER = (TextDelta("Cells need "), TextDelta("glucose."), Spent(100, 20), Stopped("end"))
QUESTION = ChatRequest("", [ChatMessage("user", "x" * 400)], max_tokens=1000)
"""About 100 tokens."""


class Nothing(BaseModel):
    pass


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def budget_over(store: Store, clock: FakeClock, tokens: int | None = 10_000) -> Budget:
    return Budget(store.database, clock, tokens, answer_s=60)


async def answer(budget: Budget, model: Any, owner_id: str = "ana", request: ChatRequest = QUESTION) -> list[ChatEvent]:
    async with aclosing(MeteredModel(budget, owner_id, model).stream(request)) as events:
        return [event async for event in events]


def counts(usage: Usage) -> tuple[int, int, int]:
    return usage.counted.used, usage.counted.reserved, usage.counted.answers


class TestAnswer:
    async def test_is_counted(self, store: Store, clock: FakeClock) -> None:
        budget = budget_over(store, clock)
        assert await answer(budget, FakeChatModel(*ANSWER)) == list(ANSWER)
        usage = await budget.usage("ana")
        assert counts(usage) == (120, 0, 1)
        assert (usage.counted.input_tokens, usage.counted.output_tokens, usage.left) == (100, 20, 9880)

    async def test_ends_before_it_is_counted(self, store: Store, clock: FakeClock) -> None:
        budget, begun, slow = budget_over(store, clock, None), threading.Event(), threading.Event()
        holding = asyncio.create_task(store.database.write(lambda tx: begun.set() or slow.wait(10)))
        await asyncio.to_thread(begun.wait, 10)
        assert await answer(budget, FakeChatModel(*ANSWER)) == list(ANSWER)
        assert not holding.done()
        impatient = asyncio.create_task(budget.usage("ana"))
        await asyncio.sleep(0)
        impatient.cancel()
        slow.set()
        await holding
        assert counts(await budget.usage("ana")) == (120, 0, 1)

    async def test_is_reserved_while_it_is_written(self, store: Store, clock: FakeClock) -> None:
        budget = budget_over(store, clock)
        async with aclosing(MeteredModel(budget, "ana", FakeChatModel(*ANSWER)).stream(QUESTION)) as events:
            await anext(events)
            usage = await budget.usage("ana")
            assert counts(usage) == (0, 1100, 0)
            assert usage.left == 8900

    async def test_belongs_to_one_learner(self, store: Store, clock: FakeClock) -> None:
        budget = budget_over(store, clock)
        await answer(budget, FakeChatModel(*ANSWER), "ana")
        assert counts(await budget.usage("ben")) == (0, 0, 0)

    async def test_belongs_to_a_day(self, store: Store, clock: FakeClock) -> None:
        budget = budget_over(store, clock)
        await answer(budget, FakeChatModel(*ANSWER))
        today = await budget.usage("ana")
        assert 0 < today.resets_at - clock.now() <= 86_400
        clock.advance(today.resets_at - clock.now())
        tomorrow = await budget.usage("ana")
        assert counts(tomorrow) == (0, 0, 0)
        assert tomorrow.day > today.day

    @pytest.mark.parametrize("tokens", [None, 0])
    async def test_without_a_limit_it_is_only_counted(self, store: Store, clock: FakeClock, tokens: int | None) -> None:
        budget = budget_over(store, clock, tokens)
        async with aclosing(MeteredModel(budget, "ana", FakeChatModel(*ANSWER)).stream(QUESTION)) as events:
            await anext(events)
            assert counts(await budget.usage("ana")) == (0, 0, 0)
            async for _ in events:
                pass
        usage = await budget.usage("ana")
        assert counts(usage) == (120, 0, 1)
        assert (usage.limit, usage.left) == (None, None)

    async def test_a_typed_answer_is_counted(self, store: Store, clock: FakeClock) -> None:
        budget = budget_over(store, clock)
        await MeteredModel(budget, "ana", FakeChatModel(*ANSWER)).fill(QUESTION, Nothing)
        assert counts(await budget.usage("ana")) == (120, 0, 1)


class TestFailure:
    async def test_counts_what_was_spent_until_then(self, store: Store, clock: FakeClock) -> None:
        budget = budget_over(store, clock)
        model = FakeChatModel(TextDelta("Cells"), Spent(100, 1), ProviderFailed("broken"))
        with pytest.raises(ProviderFailed):
            await answer(budget, model)
        assert counts(await budget.usage("ana")) == (101, 0, 1)

    async def test_that_cost_nothing_counts_nothing(self, store: Store, clock: FakeClock) -> None:
        budget = budget_over(store, clock)
        with pytest.raises(ProviderFailed):
            await answer(budget, FakeChatModel(Spent(), ProviderFailed("no key")))
        assert counts(await budget.usage("ana")) == (0, 0, 0)

    async def test_of_a_typed_answer_counts_too(self, store: Store, clock: FakeClock) -> None:
        budget = budget_over(store, clock)
        with pytest.raises(ProviderFailed):
            await MeteredModel(budget, "ana", FakeChatModel(Spent(100, 20), ProviderFailed("bad"))).fill(
                QUESTION, Nothing
            )
        assert counts(await budget.usage("ana")) == (120, 0, 1)


class TestLeaving:
    async def test_counts_an_estimate(self, store: Store, clock: FakeClock) -> None:
        budget = budget_over(store, clock)
        async with aclosing(MeteredModel(budget, "ana", FakeChatModel(TextDelta("x" * 40))).stream(QUESTION)) as events:
            await anext(events)
        assert counts(await budget.usage("ana")) == (110, 0, 1)

    async def test_after_the_end_counts_nothing_more(self, store: Store, clock: FakeClock) -> None:
        budget = budget_over(store, clock)
        async with aclosing(MeteredModel(budget, "ana", FakeChatModel(*ANSWER)).stream(QUESTION)) as events:
            async for event in events:
                if isinstance(event, Stopped):
                    break
        assert counts(await budget.usage("ana")) == (120, 0, 1)

    async def test_by_cancelling_settles(self, store: Store, clock: FakeClock) -> None:
        budget = budget_over(store, clock)
        model = FakeChatModel(Spent(300, 10), hangs=True)
        task = asyncio.create_task(answer(budget, model))
        await asyncio.wait_for(model.hanging.wait(), 20)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert counts(await budget.usage("ana")) == (410, 0, 1)

    async def test_before_anything_is_held_holds_nothing(self, store: Store, clock: FakeClock) -> None:
        budget = budget_over(store, clock)
        writing, going_on = threading.Event(), threading.Event()

        def hold(_: Any) -> None:
            writing.set()
            assert going_on.wait(20)

        holding = asyncio.create_task(store.database.write(hold))
        await asyncio.to_thread(writing.wait, 20)
        task = asyncio.create_task(answer(budget, FakeChatModel(*ANSWER)))
        for _ in range(10):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        going_on.set()
        await holding
        # What was being reserved is written by now, if anything is.
        await store.database.write(lambda tx: None)
        assert counts(await budget.usage("ana")) == (0, 0, 0)
        assert await store.database.read(lambda tx: tx.execute(sa.select(usage_reservations.c.id)).all()) == []


class TestLimit:
    async def test_an_answer_is_shortened_to_what_is_left(self, store: Store, clock: FakeClock) -> None:
        budget, model = budget_over(store, clock, 600), FakeChatModel(*ANSWER)
        await answer(budget, model)
        assert model.asked[0].max_tokens == 500

    async def test_nobody_is_asked_when_too_little_is_left(self, store: Store, clock: FakeClock) -> None:
        budget, model = budget_over(store, clock, 100 + LEAST_ANSWER_TOKENS + 100), FakeChatModel(*ANSWER)
        await answer(budget, model)
        with pytest.raises(TooManyRequests) as raised:
            await answer(budget, model)
        error = raised.value
        assert len(model.asked) == 1
        assert error.problem_code == "budget_used_up"
        assert (error.facts["used"], error.facts["limit"], error.facts["left"]) == (120, 400, 280)
        wait_s = (await budget.usage("ana")).resets_at - clock.now()
        assert error.headers["Retry-After"] == str(int(wait_s) + 1)
        assert "280 of today's 400 tokens are left" in error.detail

    async def test_where_only_answers_in_progress_are_in_the_way_the_wait_is_short(
        self, store: Store, clock: FakeClock
    ) -> None:
        budget = budget_over(store, clock, 1200)
        async with aclosing(MeteredModel(budget, "ana", FakeChatModel(*ANSWER)).stream(QUESTION)) as events:
            await anext(events)
            with pytest.raises(TooManyRequests) as raised:
                await answer(budget, FakeChatModel(*ANSWER))
        assert raised.value.headers["Retry-After"] == "5"

    async def test_it_is_renewed_the_next_day(self, store: Store, clock: FakeClock) -> None:
        budget = budget_over(store, clock, 400)
        await answer(budget, FakeChatModel(*ANSWER))
        clock.advance(86_400)
        await answer(budget, FakeChatModel(*ANSWER))

    async def test_many_at_once_never_reserve_more_than_there_is(self, store: Store, clock: FakeClock) -> None:
        """Twenty askers, in two processes' budgets, for a day that holds four."""
        budgets = [budget_over(store, clock, 4 * 1100) for _ in range(2)]

        async def reserve(at: int) -> bool:
            try:
                await budgets[at % 2].reserve("ana", 100, 1000)
            except TooManyRequests:
                return False
            return True

        granted = await asyncio.gather(*(reserve(at) for at in range(20)))
        usage = await budgets[0].usage("ana")
        assert sum(granted) == 4
        assert counts(usage) == (0, 4400, 0)

    async def test_settling_at_once_loses_nothing(self, store: Store, clock: FakeClock) -> None:
        budget = budget_over(store, clock, 1_000_000)
        await asyncio.gather(*(answer(budget, FakeChatModel(*ANSWER)) for _ in range(20)))
        assert counts(await budget.usage("ana")) == (2400, 0, 20)


class TestCrash:
    async def test_a_reservation_nobody_settles_lapses(self, store: Store, clock: FakeClock) -> None:
        budget = budget_over(store, clock, 1200)
        await budget.reserve("ana", 100, 1000)
        await store.database.write(lambda tx: tx.execute(usage_reservations.update().values(expires_at=1.0)))
        assert counts(await budget.usage("ana")) == (0, 0, 0)
        await answer(budget, FakeChatModel(*ANSWER))

    async def test_and_is_swept(self, store: Store, clock: FakeClock) -> None:
        budget = budget_over(store, clock, 1200)
        await budget.reserve("ana", 100, 100)
        lapsing = await budget.reserve("ben", 100, 100)
        of_ben = usage_reservations.c.id == lapsing.id
        await store.database.write(
            lambda tx: tx.execute(usage_reservations.update().where(of_ben).values(expires_at=1.0))
        )
        await store.database.write(sweep_reservations)
        left = await store.database.read(lambda tx: tx.execute(usage_reservations.select()).all())
        assert [row.owner_id for row in left] == ["ana"]
