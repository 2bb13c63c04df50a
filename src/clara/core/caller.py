"""Who is asking, as every door settles it before anything else."""

from dataclasses import dataclass, field
from enum import StrEnum


class Scope(StrEnum):
    """What a caller may do. Learners have TUTOR and FILES; OPERATOR reads metrics and other people's counts."""

    TUTOR = "tutor"
    FILES = "files"
    OPERATOR = "operator"


LEARNER_SCOPES = frozenset({Scope.TUTOR, Scope.FILES})


@dataclass(frozen=True, slots=True)
class Caller:
    """The learner that a request acts for, and by what right.

    ``owner_id`` is empty only for an operator's key that acts for nobody. ``via`` is the kind of credential:
    ``jwt``, ``service_key``, ``session`` or ``ticket``.
    """

    owner_id: str
    via: str
    scopes: frozenset[Scope] = field(default=LEARNER_SCOPES)
    key_id: str | None = None
