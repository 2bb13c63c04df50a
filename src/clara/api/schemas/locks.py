"""Locks and flags on the wire."""

from typing import Literal, Self, cast

from pydantic import Field, StrictBool, model_validator

from clara.api.schemas.chats import Mode
from clara.api.schemas.fields import Answer, Body, folder_on_the_wire
from clara.core.clock import iso
from clara.core.paging import PageOf
from clara.library.locks import Hold
from clara.store.flags import FlagRow
from clara.store.locks import Lock

FlagKind = Literal["self_harm", "abuse", "cheating"]


class NewLock(Body):
    """What is to be locked: a mode, answers from the material only, or both."""

    mode: Mode | None = Field(None, description="The freest mode that is left.")
    material_only: StrictBool = Field(False, description="Answers come from the learner's files alone.")

    @model_validator(mode="after")
    def _locks_something(self) -> Self:
        if self.mode is None and not self.material_only:
            raise ValueError("Name a mode, or set material_only.")
        return self


class LockAnswer(Answer):
    """A lock; of the learner where `folder_id` is null."""

    folder_id: str | None
    mode: Mode | None
    material_only: bool
    set_by: str = Field(description="The id of the service key that set it.")
    created_at: str

    @classmethod
    def of(cls, lock: Lock) -> "LockAnswer":
        return cls(
            folder_id=folder_on_the_wire(lock.folder_id),
            mode=cast(Mode | None, lock.mode),
            material_only=lock.material_only,
            set_by=lock.set_by,
            created_at=iso(lock.created_at),
        )


class LockList(Answer):
    """All locks of a learner, their own first."""

    locks: list[LockAnswer]


class HoldAnswer(Answer):
    """What is locked; a mode is the freest that is left."""

    mode: Mode | None
    material_only: bool

    @classmethod
    def of(cls, hold: Hold) -> "HoldAnswer | None":
        return cls(mode=cast(Mode | None, hold.mode), material_only=hold.material_only) if hold else None


class FlagAnswer(Answer):
    """A flagged message: ids and a kind, and nothing of what was said."""

    id: str
    kind: FlagKind
    user_id: str
    conversation_id: str | None = Field(description="Null for a question of which nothing was stored.")
    message_id: str | None
    created_at: str
    delivered_at: str | None = Field(description="When the webhook took it.")

    @classmethod
    def of(cls, flag: FlagRow) -> "FlagAnswer":
        return cls(
            id=flag.id,
            kind=cast(FlagKind, flag.kind),
            user_id=flag.owner_id,
            conversation_id=flag.conversation_id or None,
            message_id=flag.message_id or None,
            created_at=iso(flag.created_at),
            delivered_at=iso(flag.delivered_at) if flag.delivered_at is not None else None,
        )


class FlagList(Answer):
    """Flags of all learners, latest first."""

    flags: list[FlagAnswer]
    next_cursor: str | None

    @classmethod
    def of(cls, page: PageOf[FlagRow]) -> "FlagList":
        return cls(flags=[FlagAnswer.of(flag) for flag in page.items], next_cursor=page.next_cursor)
