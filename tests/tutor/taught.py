"""The answerer with a model, over a real store and a scripted model server that is asked with the real SDK."""

import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from clara.core.errors import ClaraError
from clara.library.budget import Budget
from clara.providers.prompts import Limits
from clara.providers.requests import Patience
from clara.testing import make_settings
from clara.testing.openai_server import ScriptedServer, scripted_server
from clara.testing.scripts import Asked, text_of
from clara.tutor.answering import Question, Said
from clara.tutor.events import (
    AnswerEvent,
    ArtifactEvent,
    CitationEvent,
    Cited,
    EndedEvent,
    TextEvent,
    ToolEvent,
    UsageEvent,
)
from clara.tutor.teaching import TeachingAnswerer, Watch
from tests.providers.models import QUICK, model_over, settings_for
from tests.stores import Store, open_store


@dataclass
class Answer:
    """What an answerer yielded; ``error`` is what it raised, ``held`` the texts that came before any citation."""

    events: list[AnswerEvent] = field(default_factory=list)
    error: ClaraError | None = None

    def of(self, kind: type[Any]) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def text(self) -> str:
        return "".join(event.text for event in self.of(TextEvent))

    @property
    def cited(self) -> list[Cited]:
        return [event.citation for event in self.of(CitationEvent)]

    @property
    def tools(self) -> list[tuple[str, str, str]]:
        return [(event.name, event.state, event.detail) for event in self.of(ToolEvent)]

    @property
    def ended(self) -> str:
        return "".join(event.ended for event in self.of(EndedEvent)) or "end"

    @property
    def usage(self) -> UsageEvent:
        found: UsageEvent = self.of(UsageEvent)[-1]
        return found

    @property
    def artifacts(self) -> list[ArtifactEvent]:
        return self.of(ArtifactEvent)


@dataclass
class Class:
    """Ana asks; ``server`` is the model. ``marks`` and ``stripped`` are what became of them."""

    store: Store
    server: ScriptedServer
    answerer: TeachingAnswerer
    marks: list[str]
    stripped: list[str]

    async def ask(self, text: str, *, history: Sequence[Said] = (), **about: Any) -> Answer:
        owner_id = about.pop("owner_id", "ana")
        question = Question(owner_id, text, about.pop("folder_id", None), history, **about)
        answer = Answer()
        try:
            async with aclosing(self.answerer.answer(question)) as events:
                async for event in events:
                    answer.events.append(event)
        except ClaraError as error:
            answer.error = error
        return answer

    @property
    def asked(self) -> list[Asked]:
        return self.server.asked_for("/chat/completions")

    def told(self, request: int = -1) -> list[tuple[str, str]]:
        """Return (role, text) of the messages of a request."""
        return [(message["role"], text_of(message)) for message in self.asked[request].body["messages"]]


@asynccontextmanager
async def a_class(
    folder: Path, patience: Patience = QUICK, tokens_per_day: int | None = None, max_tokens: int = 4000, **options: Any
) -> AsyncIterator[Class]:
    marks: list[str] = []
    stripped: list[str] = []
    with scripted_server() as server:
        model = model_over(settings_for(server), patience, Limits(max_tokens))
        with open_store(make_settings(folder)) as store:
            budget = Budget(store.database, store.clock, tokens_per_day, 60)
            watch = Watch(marks.append, stripped.append)
            answerer = TeachingAnswerer(store.search, model, budget, watch=watch, **options)
            try:
                yield Class(store, server, answerer, marks, stripped)
            finally:
                await model.close()


def numbered(asked: Asked) -> dict[int, str]:
    """Return the passages that a request gives, by number."""
    text = "\n".join(text_of(message) for message in asked.body["messages"])
    return {int(n): body.strip() for n, body in re.findall(r"⟦passage (\d+):[^⟧]*⟧\n([^⟦]*)", text)}


def citing(words: str, answer: Callable[[int, str], str]) -> Callable[[Asked], str]:
    """Return what writes an answer from the number and text of the passage that holds these words."""

    def write(asked: Asked) -> str:
        number, text = next((n, text) for n, text in numbered(asked).items() if words in text)
        return answer(number, text)

    return write
