"""Who answers in which mode, and what comes first for somebody in distress."""

import re
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass

from clara.core.errors import ClaraError
from clara.library.budget import Budget
from clara.library.metering import MeteredModel
from clara.providers.chat import ChatMessage, ChatModel, ChatRequest, TextDelta
from clara.rag.languages import detect_language
from clara.tutor.answering import Answerer, Question
from clara.tutor.events import AnswerEvent, TextEvent
from clara.tutor.flags import Flag, flags_of
from clara.tutor.modes.holding import Units
from clara.tutor.modes.phrases import mode_phrases

EXPLAIN, HINTS, EXAM = MODES = ("explain", "hints", "exam")
"""From the freest to the strictest."""
SUPPORT_TOKENS = 250
_SUPPORT = """\
You are Clara, a learner's tutor. The learner's message says that they think of hurting themselves, or are in great \
distress. They were already told to turn to someone they trust, and to emergency services in danger. Add two or three \
warm, calm sentences in their language: you listen, they matter, the schoolwork can wait. Don't diagnose, don't \
promise anything, don't ask how, and name no phone numbers, addresses, websites or methods. \
Don't quote study material."""
_NUMBER = re.compile(r"\d{2,}|https?:|www\.")


def strictest(*modes: str | None) -> str:
    """Return the strictest of these modes; None is none."""
    return max((mode for mode in modes if mode is not None), key=MODES.index, default=EXPLAIN)


@dataclass(frozen=True, slots=True)
class Support:
    """What writes to somebody in distress."""

    model: ChatModel
    budget: Budget


class ByMode:
    """Answers as the question's mode says."""

    def __init__(self, explain: Answerer, hints: Answerer, exam: Answerer, support: Support | None = None) -> None:
        self._answerers = {EXPLAIN: explain, HINTS: hints, EXAM: exam}
        self._support = support

    @property
    def name(self) -> str:
        """The model's, or "none"."""
        return self._answerers[EXPLAIN].name

    async def answer(self, question: Question) -> AsyncGenerator[AnswerEvent, None]:
        """Yield the answer; somebody in distress hears nothing of the material."""
        if Flag.SELF_HARM in flags_of(question.text):
            async with aclosing(self._comfort(question)) as comfort:
                async for event in comfort:
                    yield event
            return
        async with aclosing(self._answerers[strictest(question.mode)].answer(question)) as events:
            async for event in events:
                yield event

    async def _comfort(self, question: Question) -> AsyncGenerator[AnswerEvent, None]:
        yield TextEvent(mode_phrases(detect_language(question.text)).support)
        if self._support is None:
            return
        request = ChatRequest(_SUPPORT, [ChatMessage("user", question.text[:4000])], max_tokens=SUPPORT_TOKENS)
        model, units = MeteredModel(self._support.budget, question.owner_id, self._support.model), Units()
        begun = False
        try:
            async with aclosing(model.stream(request)) as events:
                async for event in events:
                    for unit in units.feed(event.text) if isinstance(event, TextDelta) else ():
                        if not _NUMBER.search(unit):
                            yield TextEvent(unit if begun else f"\n\n{unit}")
                            begun = True
        except ClaraError:
            # What matters has been said.
            return
        rest = units.end()
        if rest and not _NUMBER.search(rest):
            yield TextEvent(rest if begun else f"\n\n{rest}")
