"""Voice keeps to what the conversation's mode, its locks and its material allow; and makes what it is told to make."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from clara.testing import FakeChatModel, RunningApp, make_settings, running_app
from clara.tutor.modes.phrases import mode_phrases
from clara.voice.talking.opening import open_session
from clara.voice.wire.messages import ClientText, Hello
from clara.voice.wording.phrases import phrases_of
from tests.learners import Learner
from tests.study.books import CELLS
from tests.waiting import wait_for

pytestmark = pytest.mark.anyio


class Client:
    """Whom a session talks to; ``session`` has the client's end."""

    def __init__(self, session: Any) -> None:
        self.session = session
        self.messages: list[dict[str, Any]] = []

    async def send_text(self, text: str) -> None:
        self.messages.append(json.loads(text))

    async def send_bytes(self, data: bytes) -> None:
        raise AssertionError("a session without sound sent some")

    def of(self, kind: str, **values: Any) -> list[dict[str, Any]]:
        wanted = {"type": kind, **values}
        return [message for message in self.messages if wanted.items() <= message.items()]

    async def ask(self, text: str) -> str:
        """Ask, and return what was answered and stored."""
        before = len(self.of("turn", role="assistant"))
        self.session.take(ClientText(text=text))
        await wait_for(lambda: len(self.of("turn", role="assistant")) > before)
        answer: str = self.of("turn", role="assistant")[-1]["text"]
        return answer


@contextlib.asynccontextmanager
async def talking(clara: RunningApp, mode: str | None = None) -> AsyncIterator[Client]:
    services = clara.app.state.services
    chat = await services.conversations.create("ana", mode=mode) if mode else None
    hello = Hello(audio="none", conversation_id=chat.id if chat else None)
    session = await open_session(services.voice, "ana", hello)
    client = Client(session)
    writing = asyncio.create_task(session.outbox.write(client))
    await session.start()
    try:
        yield client
    finally:
        await session.close()
        writing.cancel()
        await asyncio.gather(writing, return_exceptions=True)


@pytest.fixture
async def learner(clara: RunningApp) -> Learner:
    learner = Learner(clara, "ana")
    await learner.upload("cells.md", CELLS.encode())
    return learner


class TestModes:
    async def test_what_explains_cites(self, clara: RunningApp, learner: Learner) -> None:
        async with talking(clara) as client:
            answer = await client.ask("What makes most of the ATP?")
            assert "mitochondrion" in answer
            assert client.of("citation")

    async def test_hints_don_t_say_the_answer(self, clara: RunningApp, learner: Learner) -> None:
        async with talking(clara, "hints") as client:
            answer = await client.ask("What makes most of the ATP?")
        assert mode_phrases("en").where in answer
        assert "The mitochondrion makes most of the ATP" not in answer

    async def test_a_lock_holds_whatever_the_conversation_says(self, clara: RunningApp, learner: Learner) -> None:
        services = clara.app.state.services
        await services.locks.put("ana", "none", "hints", False, "teacher")
        async with talking(clara) as client:
            assert mode_phrases("en").where in await client.ask("What makes most of the ATP?")

    async def test_an_exam_makes_nothing_and_helps_with_nothing(self, clara: RunningApp, learner: Learner) -> None:
        async with talking(clara, "exam") as client:
            await client.ask("begin")
            for asked in ("make two flashcards about photosynthesis", "Quiz me on chapter two."):
                assert await client.ask(asked) == mode_phrases("en").declined
        assert client.of("visual") == []


class TestBudget:
    async def test_a_budget_that_is_used_up_is_said(self, tmp_path: Path) -> None:
        poor = make_settings(tmp_path, models={"tokens_per_day": 100})
        async with running_app(poor, chat_model=FakeChatModel()) as clara:
            await Learner(clara, "ana").upload("cells.md", CELLS.encode())
            async with talking(clara) as client:
                client.session.take(ClientText(text="What makes most of the ATP?"))
                await wait_for(lambda: client.of("transcript", role="assistant", final=True))
        assert [error["code"] for error in client.of("error")] == ["budget_used_up"]
        assert client.of("transcript")[-1]["text"] == phrases_of("en").spent
        assert client.of("turn", role="assistant") == []


class TestCommands:
    async def test_what_is_made_is_sent_and_named_in_a_sentence(self, clara: RunningApp, learner: Learner) -> None:
        async with talking(clara) as client:
            answer = await client.ask("Um, make two flashcards about photosynthesis.")
        assert answer == "I've made 2 flashcards about photosynthesis; they are on your screen."
        (visual,) = client.of("visual")
        assert (visual["kind"], len(visual["content"]["cards"])) == ("flashcards", 2)
        shown = await clara.app.state.services.conversations.messages("ana", client.session.conversation_id)
        assert shown.items[-1].artifacts == [visual["set_id"]]
