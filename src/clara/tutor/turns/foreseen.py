"""An answer that is begun before its question is asked for certain, as voice agents' preemptive generation."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from clara.store.database import Database
from clara.tutor.answering import Answerer, Question
from clara.tutor.events import AnswerEvent
from clara.tutor.turns.apart import Ahead
from clara.tutor.turns.beginning import Asked, Turn, foresee_question


class Foreseen(Ahead[AnswerEvent]):
    """The answer to what may be asked next, as far as its first event; ``SpokenTurn`` takes it, or it is closed.

    ``question`` is what it answers, None until that is known and where it can't be told. Nothing is stored but what the
    answer takes of the learner's tokens. Only explanations are begun: in the other modes a question may have effects
    before the first event, and a tool's come after it.
    """

    def __init__(self, asked: Asked, database: Database, answerer: Answerer) -> None:
        self.question: Question | None = None
        self._corpus: str | None = None
        super().__init__(self._answer(asked, database, answerer))

    def answers(self, turn: Turn) -> bool:
        """Tell whether it is the answer to a turn's question, from the material as it is now."""
        return self.question == turn.question and self._corpus == turn.corpus

    async def _answer(self, asked: Asked, database: Database, answerer: Answerer) -> AsyncGenerator[AnswerEvent, None]:
        found = await database.read(lambda tx: foresee_question(tx, asked))
        if found is None or found[0].mode != "explain":
            return
        question, self._corpus = found
        self.question = question
        async with aclosing(answerer.answer(question)) as events:
            async for event in events:
                yield event
