"""Quizzes marked by the server: a choice by its option, a short answer by what the page says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from clara.core.clock import Clock
from clara.core.errors import Conflict, Invalid
from clara.core.ids import new_id
from clara.rag.tokenizer import Tokenizer
from clara.store.database import Database, Tx
from clara.store.learners import lock_known_learner
from clara.store.progress import AttemptRow, add_attempt, count_attempts, list_attempts
from clara.study.comparing import option_key, says_the_same
from clara.study.scope import Kind
from clara.study.sets import Item, StudySet
from clara.study.studio import read_set, require_set

MAX_ATTEMPTS = 1_000
"""Of one quiz that are kept; further ones are marked and not kept."""
MAX_ANSWER = 500


@dataclass(frozen=True, slots=True)
class Marked:
    """One question as it was answered; ``given`` is None where it wasn't."""

    item: Item
    given: str | None
    right: bool


@dataclass(frozen=True, slots=True)
class Attempt:
    """``id`` is None for one that was marked but is not kept."""

    id: str | None
    marked: Sequence[Marked]
    created_at: float

    @property
    def right(self) -> int:
        return sum(one.right for one in self.marked)


class Marker:
    """Marks attempts at quizzes of one learner at a time; someone else's are NotFound."""

    def __init__(self, database: Database, clock: Clock, tokenizer: Tokenizer) -> None:
        self._database = database
        self._clock = clock
        self._tokenizer = tokenizer

    async def mark(self, owner_id: str, set_id: str, answers: Mapping[int, str]) -> Attempt:
        """Mark answers by item and keep the attempt; what isn't answered is wrong. Invalid for unknown items."""

        def mark(tx: Tx) -> Attempt:
            lock_known_learner(tx, owner_id)
            return self.mark_quiz(tx, owner_id, read_set(tx, owner_id, set_id), answers)

        return await self._database.write(mark)

    def mark_quiz(self, tx: Tx, owner_id: str, quiz: StudySet, answers: Mapping[int, str]) -> Attempt:
        """As ``mark``, of a quiz that was read in this transaction. The caller holds the learner's lock."""
        marked, now = self._mark(quiz, answers), self._clock.now()
        if count_attempts(tx, owner_id, quiz.id) >= MAX_ATTEMPTS:
            return Attempt(None, marked, now)
        attempt = Attempt(new_id("try"), marked, now)
        stored = [_stored(one) for one in marked]
        row = AttemptRow(attempt.id or "", quiz.id, stored, attempt.right, len(marked), now)
        add_attempt(tx, owner_id, row)
        return attempt

    async def attempts(self, owner_id: str, set_id: str, limit: int = 100) -> Sequence[AttemptRow]:
        """Return the latest attempts, latest first."""

        def read(tx: Tx) -> Sequence[AttemptRow]:
            require_set(tx, owner_id, set_id)
            return list_attempts(tx, owner_id, set_id, limit)

        return await self._database.read(read)

    def _mark(self, quiz: StudySet, answers: Mapping[int, str]) -> list[Marked]:
        if quiz.kind is not Kind.QUIZ:
            raise Conflict("Only a quiz can be attempted; cards are reviewed.", code="not_a_quiz")
        unknown = answers.keys() - {item.number for item in quiz.items}
        if unknown:
            raise Invalid(f"The quiz has no question {min(unknown)}. Answer by its items.", code="unknown_item")
        return [self._mark_one(item, answers.get(item.number), quiz.language) for item in quiz.items]

    def _mark_one(self, item: Item, given: str | None, language: str) -> Marked:
        if given is None or not given.strip():
            return Marked(item, None, False)
        answer = item.body["answer"]
        if item.body["type"] == "choice":
            return Marked(item, given, option_key(given) == option_key(answer))
        page = " ".join(source.quote or "" for source in item.sources)
        return Marked(item, given, says_the_same(self._tokenizer, given, answer, page, language, item.body["question"]))


def _stored(marked: Marked) -> dict[str, object]:
    """Return what is kept of an answer: never its text, which may be the file's own."""
    stored: dict[str, object] = {"item": marked.item.number, "right": marked.right}
    options = [option_key(option) for option in marked.item.body["options"]]
    if marked.given is not None and option_key(marked.given) in options:
        stored["option"] = options.index(option_key(marked.given))
    return stored
