"""What a learner has done with study sets: attempts at quizzes, study sessions, and both added up by folder."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from clara.store.database import Tx, insert_new
from clara.store.tables import quiz_attempts, reviews, study_cards, study_sessions, study_sets


@dataclass(frozen=True, slots=True)
class AttemptRow:
    """``answers``: for each item {"item", "right" and "option" or "text"}."""

    id: str
    set_id: str
    answers: Sequence[Mapping[str, Any]]
    right: int
    total: int
    created_at: float


@dataclass(frozen=True, slots=True)
class SessionRow:
    id: str
    duration_s: float
    confidence: float
    report: Mapping[str, Any]
    completed_at: float


UNFINISHED_S = -1.0
"""The duration of a study session that was begun, and of which nothing else is known yet."""


@dataclass(slots=True)
class FolderProgress:
    """Counts of one folder's sets. ``learned`` cards are those that the scheduler asks again days later."""

    sets: int = 0
    cards: int = 0
    new: int = 0
    due: int = 0
    learned: int = 0
    reviews: int = 0
    attempts: int = 0
    right: int = 0
    answered: int = 0


_LEARNED = 2


def add_attempt(tx: Tx, owner_id: str, row: AttemptRow) -> None:
    values = {name: getattr(row, name) for name in AttemptRow.__slots__}
    tx.execute(quiz_attempts.insert().values(owner_id=owner_id, **values))


def list_attempts(tx: Tx, owner_id: str, set_id: str, limit: int) -> Sequence[AttemptRow]:
    """Latest first."""
    query = (
        sa.select(*(quiz_attempts.c[name] for name in AttemptRow.__slots__))
        .where(quiz_attempts.c.owner_id == owner_id, quiz_attempts.c.set_id == set_id)
        .order_by(quiz_attempts.c.created_at.desc(), quiz_attempts.c.id.desc())
        .limit(limit)
    )
    return [AttemptRow(*row) for row in tx.execute(query)]


def count_attempts(tx: Tx, owner_id: str, set_id: str) -> int:
    query = sa.select(sa.func.count()).select_from(quiz_attempts)
    return tx.execute(query.where(quiz_attempts.c.owner_id == owner_id, quiz_attempts.c.set_id == set_id)).scalar_one()


def add_session(tx: Tx, owner_id: str, row: SessionRow) -> bool:
    """Keep a study session; False when one of this id is kept already, which stays as it is."""
    values = {name: getattr(row, name) for name in SessionRow.__slots__}
    return insert_new(tx, study_sessions, owner_id=owner_id, **values)


def put_session(tx: Tx, owner_id: str, row: SessionRow) -> None:
    """Keep a study session, in place of what was kept of it before."""
    remove_session(tx, owner_id, row.id)
    add_session(tx, owner_id, row)


def remove_session(tx: Tx, owner_id: str, session_id: str) -> None:
    table = study_sessions.c
    tx.execute(study_sessions.delete().where(table.owner_id == owner_id, table.id == session_id))


def remove_unfinished(tx: Tx, owner_id: str, before: float) -> None:
    """Remove sessions that were begun before then, and of which nothing came."""
    table = study_sessions.c
    query = study_sessions.delete().where(table.owner_id == owner_id, table.duration_s < 0)
    tx.execute(query.where(table.completed_at < before))


def latest_sessions(tx: Tx, owner_id: str, limit: int) -> Sequence[SessionRow]:
    """Return the latest that were kept, the last first."""
    query = sa.select(*(study_sessions.c[name] for name in SessionRow.__slots__))
    query = query.where(study_sessions.c.owner_id == owner_id).order_by(study_sessions.c.completed_at.desc())
    return [SessionRow(*row) for row in tx.execute(query.limit(limit))]


def quiz_results(tx: Tx, owner_id: str, since: float) -> tuple[int, int]:
    """Return how many questions of quizzes were answered right since then, and how many there were; exams aside."""
    tried = quiz_attempts.join(study_sets, _joins(quiz_attempts.c.set_id, quiz_attempts.c.owner_id))
    right, total = (
        sa.func.coalesce(sa.func.sum(column), 0) for column in (quiz_attempts.c.right, quiz_attempts.c.total)
    )
    query = (
        sa.select(right, total)
        .select_from(tried)
        .where(
            quiz_attempts.c.owner_id == owner_id, quiz_attempts.c.created_at >= since, study_sets.c.exam_id.is_(None)
        )
    )
    row = tx.execute(query).one()
    return int(row[0]), int(row[1])


def count_sessions(tx: Tx, owner_id: str) -> tuple[int, float, float | None]:
    """Return how many sessions there were, their seconds, and when the last was completed."""
    query = sa.select(
        sa.func.count(),
        sa.func.coalesce(sa.func.sum(study_sessions.c.duration_s), 0.0),
        sa.func.max(study_sessions.c.completed_at),
    ).where(study_sessions.c.owner_id == owner_id, study_sessions.c.duration_s >= 0)
    row = tx.execute(query).one()
    return int(row[0]), float(row[1]), row[2]


def folder_progress(tx: Tx, owner_id: str, now: float) -> Mapping[str, FolderProgress]:
    """Return the counts of every folder that has sets; those of exams that aren't marked yet don't count."""
    found: dict[str, FolderProgress] = {}
    folder, one = study_sets.c.folder_id, sa.func.count()
    own = sa.and_(study_sets.c.owner_id == owner_id, study_sets.c.exam_id.is_(None))
    for row in tx.execute(sa.select(folder, one).where(own).group_by(folder)):
        found.setdefault(row[0], FolderProgress()).sets = row[1]
    cards = study_sets.join(study_cards, _joins(study_cards.c.set_id, study_cards.c.owner_id))
    state, due = study_cards.c.state, study_cards.c.due_at
    query = sa.select(
        folder, one, _count_if(state == 0), _count_if(due <= now), _count_if(state == _LEARNED)
    ).select_from(cards)
    for row in tx.execute(query.where(own).group_by(folder)):
        counts = found[row[0]]
        counts.cards, counts.new, counts.due, counts.learned = map(int, row[1:])
    reviewed = cards.join(
        reviews, sa.and_(reviews.c.owner_id == study_cards.c.owner_id, reviews.c.card_id == study_cards.c.id)
    )
    for row in tx.execute(sa.select(folder, one).select_from(reviewed).where(own).group_by(folder)):
        found[row[0]].reviews = row[1]
    tried = study_sets.join(quiz_attempts, _joins(quiz_attempts.c.set_id, quiz_attempts.c.owner_id))
    query = sa.select(folder, one, sa.func.sum(quiz_attempts.c.right), sa.func.sum(quiz_attempts.c.total))
    for row in tx.execute(query.select_from(tried).where(own).group_by(folder)):
        counts = found[row[0]]
        counts.attempts, counts.right, counts.answered = map(int, row[1:])
    return found


def _joins(set_id: sa.Column[Any], owner_id: sa.Column[Any]) -> sa.ColumnElement[bool]:
    return sa.and_(owner_id == study_sets.c.owner_id, set_id == study_sets.c.id)


def _count_if(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.coalesce(sa.func.sum(sa.case((condition, 1), else_=0)), 0)
