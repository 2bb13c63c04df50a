"""A store on SQLite, and an answerer that the test directs."""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path

import pytest

from clara.rag.search import SearchEngine
from clara.testing import FakeClock, make_settings
from clara.tutor.answering import Question
from clara.tutor.events import AnswerEvent, TextEvent
from tests.stores import Store, open_store


class Scripted:
    """Answers with the texts that it is given, one event each, or else with ``events``; exceptions are raised.

    With ``waits`` it says nothing and never ends.
    """

    name = "scripted"

    def __init__(self) -> None:
        self.script: list[str | Exception] = ["Answered."]
        self.events: list[AnswerEvent | Exception] = []
        self.questions: list[Question] = []
        self.waits = False

    def __call__(self, search: SearchEngine) -> "Scripted":
        return self

    async def answer(self, question: Question) -> AsyncGenerator[AnswerEvent, None]:
        self.questions.append(question)
        if self.waits:
            await asyncio.Event().wait()
        for line in self.events or self.script:
            if isinstance(line, Exception):
                raise line
            yield TextEvent(line) if isinstance(line, str) else line


@pytest.fixture
def answerer() -> Scripted:
    return Scripted()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def store(tmp_path: Path, answerer: Scripted, clock: FakeClock) -> Iterator[Store]:
    """A store whose answerer is ``answerer``."""
    with open_store(make_settings(tmp_path / "data"), clock=clock, answerer=answerer) as store:
        yield store


@pytest.fixture
def quoting(tmp_path: Path) -> Iterator[Store]:
    """A store that answers with its best passage."""
    with open_store(make_settings(tmp_path / "data")) as store:
        yield store
