"""Titles by the model: made of the question, in the background, and never over the learner's own."""

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest

from clara.core.errors import ProviderFailed
from clara.library.budget import Budget
from clara.providers.chat import ChatEvent, ChatRequest, Spent, Stopped, TextDelta
from clara.testing import FakeChatModel, make_settings
from clara.tutor.turns.titles import MAX_TITLE, ROOM_TOKENS, Titler
from clara.tutor.turns.tutor import Tutor
from tests.stores import Store, open_store
from tests.tutor.conftest import Scripted
from tests.waiting import wait_for

pytestmark = pytest.mark.anyio


def titled(*said: str) -> FakeChatModel:
    return FakeChatModel(*map(TextDelta, said), Spent(50, 5), Stopped("end"))


async def title_of(tmp_path: Path, model: Any, tokens: int | None = None, title: str = "") -> tuple[str, Store]:
    with open_store(make_settings(tmp_path / "data")) as store:
        budget = Budget(store.database, store.clock, tokens, 60)
        tutor = Tutor(store.database, Scripted(), store.clock, titler=Titler(store.database, model, budget))
        chat = (await store.conversations.create("ana", title)).id
        await tutor.answer(await tutor.begin("ana", chat, "What do mitochondria do all day?"))
        await tutor.close()
        return (await store.conversations.get("ana", chat)).title, store


class TestTitler:
    @pytest.mark.parametrize(
        ("said", "title"),
        [
            (["What mito", "chondria do"], "What mitochondria do"),
            (["\n  “Mitochondria.”  \n\nI hope this helps!"], "Mitochondria"),
            (["**# Título**"], "Título"),
            (["线粒体的作用。"], "线粒体的作用。"),
        ],
    )
    async def test_names_a_conversation_after_its_first_answer(
        self, tmp_path: Path, said: list[str], title: str
    ) -> None:
        assert (await title_of(tmp_path, titled(*said)))[0] == title

    async def test_names_it_after_the_second_try_when_the_first_answer_failed(self, tmp_path: Path) -> None:
        model, answerer = titled("Mitochondria"), Scripted()
        with open_store(make_settings(tmp_path / "data")) as store:
            titler = Titler(store.database, model, Budget(store.database, store.clock, None, 60))
            tutor = Tutor(store.database, answerer, store.clock, titler=titler)
            chat = (await store.conversations.create("ana")).id
            answerer.script = [ProviderFailed("No.", code="model_failed")]
            with pytest.raises(ProviderFailed):
                await tutor.answer(await tutor.begin("ana", chat, "What do mitochondria do?"))
            answerer.script = ["They make ATP."]
            await tutor.answer(await tutor.begin("ana", chat, "What do mitochondria do?"))
            await tutor.close()
            assert (await store.conversations.get("ana", chat)).title == "Mitochondria"

    async def test_asks_with_the_question_alone(self, tmp_path: Path) -> None:
        model = titled("Mitochondria")
        await title_of(tmp_path, model)

        (asked,) = model.asked
        assert "What do mitochondria do all day?" in asked.messages[0].text
        assert "Answered." not in repr(asked), "a title stays when the files go that an answer quotes"

    @pytest.mark.parametrize("said", ["", " \n", "“”", "You said: <question>", "x" * (MAX_TITLE + 1)])
    async def test_useless_title_is_not_taken(self, tmp_path: Path, said: str) -> None:
        assert (await title_of(tmp_path, titled(said)))[0] == "What do mitochondria do all day?"

    async def test_failure_leaves_the_first_words(self, tmp_path: Path) -> None:
        failing = FakeChatModel(ProviderFailed("No.", code="model_failed"))
        assert (await title_of(tmp_path, failing))[0] == "What do mitochondria do all day?"

    async def test_none_is_made_of_the_last_of_a_budget(self, tmp_path: Path) -> None:
        model = titled("Mitochondria")
        assert (await title_of(tmp_path, model, tokens=ROOM_TOKENS - 1))[0] == "What do mitochondria do all day?"
        assert model.asked == []

    async def test_counts_and_holds_nothing_that_an_answer_may_take(self, tmp_path: Path) -> None:
        limit = ROOM_TOKENS + 100
        with open_store(make_settings(tmp_path / "data")) as store:
            budget = Budget(store.database, store.clock, limit, 60)

            class Asking(FakeChatModel):
                async def stream(self, request: ChatRequest) -> AsyncGenerator[ChatEvent, None]:
                    await budget.settle(await budget.reserve("ana", limit - 200, 200), Spent())
                    async for event in super().stream(request):
                        yield event

            titler = Titler(store.database, Asking(TextDelta("Mitochondria"), Spent(50, 5), Stopped("end")), budget)
            tutor = Tutor(store.database, Scripted(), store.clock, titler=titler)
            await tutor.answer(await tutor.begin("ana", "c", "What?", create=True))
            await tutor.close()

            assert (await store.conversations.get("ana", "c")).title == "Mitochondria"
            used = (await budget.usage("ana")).counted
            assert (used.input_tokens, used.output_tokens, used.reserved) == (50, 5, 0)

    async def test_given_title_is_left(self, tmp_path: Path) -> None:
        model = titled("Mitochondria")
        assert (await title_of(tmp_path, model, title="Mine"))[0] == "Mine"
        assert model.asked == []

    async def test_title_given_meanwhile_is_left(self, tmp_path: Path) -> None:
        with open_store(make_settings(tmp_path / "data")) as store:

            class Renaming(FakeChatModel):
                async def stream(self, request: ChatRequest) -> AsyncGenerator[ChatEvent, None]:
                    await store.conversations.change("ana", "c", "Mine")
                    async for event in super().stream(request):
                        yield event

            titler = Titler(
                store.database, Renaming(TextDelta("Theirs")), Budget(store.database, store.clock, None, 60)
            )
            tutor = Tutor(store.database, Scripted(), store.clock, titler=titler)
            await tutor.answer(await tutor.begin("ana", "c", "What?", create=True))
            await tutor.close()

            assert (await store.conversations.get("ana", "c")).title == "Mine"

    async def test_only_the_first_question_names_it(self, tmp_path: Path) -> None:
        model = titled("Mitochondria")
        with open_store(make_settings(tmp_path / "data")) as store:
            titler = Titler(store.database, model, Budget(store.database, store.clock, None, 60))
            tutor = Tutor(store.database, Scripted(), store.clock, titler=titler)
            for question in ("One?", "Two?"):
                await tutor.answer(await tutor.begin("ana", "c", question, create=True))
            await wait_for(lambda: model.asked)
            await tutor.close()
        assert len(model.asked) == 1
