"""Uploads under way: a row before the first byte is stored, so that a crash leaves nothing behind for ever."""

import sqlalchemy as sa

from clara.store.database import Tx
from clara.store.tables import db_now, uploads


def begin_upload(tx: Tx, owner_id: str, blob_key: str, life_s: float) -> None:
    tx.execute(uploads.insert().values(owner_id=owner_id, blob_key=blob_key, expires_at=db_now() + life_s))


def end_upload(tx: Tx, owner_id: str, blob_key: str) -> bool:
    """Take the blob out of the sweep, in the transaction that uses it; False when it was swept already."""
    query = uploads.delete().where(uploads.c.owner_id == owner_id, uploads.c.blob_key == blob_key)
    return tx.execute(query).rowcount == 1


def expire_upload(tx: Tx, owner_id: str, blob_key: str) -> None:
    """Let the next sweep take the blob."""
    tx.execute(
        sa.update(uploads).where(uploads.c.owner_id == owner_id, uploads.c.blob_key == blob_key).values(expires_at=0)
    )
