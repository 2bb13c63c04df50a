"""Attempts at quizzes, reviews of cards, and progress on the wire."""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field, StrictInt, StrictStr, StringConstraints

from clara.api.schemas.chats import CitationAnswer
from clara.api.schemas.fields import Answer, Body, folder_on_the_wire
from clara.api.schemas.study import CardAnswer, cited, state_of
from clara.core.clock import iso
from clara.store.cards import CardRow
from clara.store.progress import AttemptRow, FolderProgress
from clara.study.marking import MAX_ANSWER, Attempt, Marked
from clara.study.reviewing import Due, DueCard, Progress
from clara.study.studio import MAX_ITEMS


class QuizAnswer(Body):
    """An answer to one question: an option's text, or a short answer."""

    item: StrictInt
    answer: Annotated[StrictStr, StringConstraints(max_length=MAX_ANSWER)]


class NewAttempt(Body):
    """Answers to a quiz; what is left out is wrong."""

    answers: Annotated[list[QuizAnswer], Field(max_length=MAX_ITEMS)]


class MarkedAnswer(Answer):
    """One question, marked, with where the answer stands."""

    item: int
    right: bool
    given: str | None
    answer: str
    explanation: str
    citations: list[CitationAnswer]

    @classmethod
    def of(cls, marked: Marked) -> "MarkedAnswer":
        body = marked.item.body
        return cls(
            item=marked.item.number,
            right=marked.right,
            given=marked.given,
            answer=body["answer"],
            explanation=body["explanation"],
            citations=cited(marked.item.sources),
        )


class AttemptAnswer(Answer):
    """An attempt at a quiz, marked."""

    id: str | None = Field(description="Null when as many attempts are kept as may be.")
    right: int
    total: int
    created_at: str
    results: list[MarkedAnswer]

    @classmethod
    def of(cls, attempt: Attempt) -> "AttemptAnswer":
        return cls(
            id=attempt.id,
            right=attempt.right,
            total=len(attempt.marked),
            created_at=iso(attempt.created_at),
            results=[MarkedAnswer.of(marked) for marked in attempt.marked],
        )


class AttemptSummary(Answer):
    """The score of an attempt."""

    id: str
    right: int
    total: int
    created_at: str


class AttemptList(Answer):
    """Attempts at a quiz, latest first."""

    attempts: list[AttemptSummary]

    @classmethod
    def of(cls, rows: Sequence[AttemptRow]) -> "AttemptList":
        return cls(
            attempts=[
                AttemptSummary(id=row.id, right=row.right, total=row.total, created_at=iso(row.created_at))
                for row in rows
            ]
        )


class DueCardAnswer(CardAnswer):
    """A card that is due, and the set that it belongs to."""

    set_id: str
    set_title: str

    @classmethod
    def of_due(cls, due: DueCard) -> "DueCardAnswer":
        card = CardAnswer.of(due.card, due.item.sources)
        return cls(**dict(card), set_id=due.card.set_id, set_title=due.title)


class DueCards(Answer):
    """The cards that are due, those that wait longest first."""

    cards: list[DueCardAnswer]
    total: int
    next_due_at: str | None = Field(description="When the next card that isn't due yet will be.")

    @classmethod
    def of(cls, due: Due) -> "DueCards":
        following = iso(due.next_at) if due.next_at is not None else None
        return cls(cards=[DueCardAnswer.of_due(card) for card in due.cards], total=due.total, next_due_at=following)


class NewReview(Body):
    """How well a card was known."""

    rating: Literal["again", "hard", "good", "easy"]


class ReviewedCard(Answer):
    """A card after a review."""

    id: str
    state: Literal["new", "learning", "review", "relearning"]
    due_at: str

    @classmethod
    def of(cls, card: CardRow) -> "ReviewedCard":
        return cls(id=card.id, state=state_of(card), due_at=iso(card.due_at))


class FolderProgressAnswer(Answer):
    """What was done with a folder's study sets."""

    folder_id: str | None = Field(description="Null: sets that belong to no folder.")
    sets: int
    cards: int
    new: int
    due: int
    learned: int = Field(description="Cards that are asked again days later.")
    reviews: int
    quiz_attempts: int
    quiz_score: float | None = Field(description="Share of right answers, from 0 to 1; null before the first attempt.")

    @classmethod
    def of(cls, folder_id: str, counts: FolderProgress) -> "FolderProgressAnswer":
        return cls(
            folder_id=folder_on_the_wire(folder_id),
            sets=counts.sets,
            cards=counts.cards,
            new=counts.new,
            due=counts.due,
            learned=counts.learned,
            reviews=counts.reviews,
            quiz_attempts=counts.attempts,
            quiz_score=round(counts.right / counts.answered, 4) if counts.answered else None,
        )


class ProgressAnswer(Answer):
    """A learner's progress by folder, and their study sessions."""

    folders: list[FolderProgressAnswer]
    sessions: int
    session_s: float
    last_session_at: str | None

    @classmethod
    def of(cls, progress: Progress) -> "ProgressAnswer":
        last = progress.last_session_at
        return cls(
            folders=[FolderProgressAnswer.of(*item) for item in sorted(progress.folders.items())],
            sessions=progress.sessions,
            session_s=progress.session_s,
            last_session_at=iso(last) if last is not None else None,
        )
