"""A learner's row: made at the first write, and the version of what they have to search in."""

import secrets

import sqlalchemy as sa

from clara.core.ids import NO_FOLDER
from clara.store.database import Tx, insert_new
from clara.store.tables import folders, learners


def lock_learner(tx: Tx, owner_id: str, now: float) -> None:
    """Make the learner's row and "no folder" if need be, and keep other writers of this learner's library out."""
    if lock_known_learner(tx, owner_id):
        return
    if insert_new(tx, learners, owner_id=owner_id, corpus_version=_token(), created_at=now):
        insert_new(
            tx, folders, owner_id=owner_id, id=NO_FOLDER, name="", description="", created_at=now, updated_at=now
        )
    lock_known_learner(tx, owner_id)


# Built once, as are others of the path of every answer: building a statement costs more than running it.
_LOCK = sa.select(learners.c.owner_id).where(learners.c.owner_id == sa.bindparam("owner_id")).with_for_update()


def lock_known_learner(tx: Tx, owner_id: str) -> bool:
    """Keep other writers of this learner's library out, until the end of the transaction; False if there is no row.

    First in a transaction: what else is locked (jobs, documents, files) is locked after the learner by everybody.
    """
    return tx.execute(_LOCK, {"owner_id": owner_id}).scalar() is not None


def change_corpus(tx: Tx, owner_id: str) -> None:
    """Give the learner's corpus a new version, in the transaction that changes it: every shard of it is stale after."""
    tx.execute(learners.update().where(learners.c.owner_id == owner_id).values(corpus_version=_token()))


def _token() -> str:
    # Random, never counted: a learner restored from a backup must not meet the shard of a version that was undone.
    return secrets.token_hex(12)
