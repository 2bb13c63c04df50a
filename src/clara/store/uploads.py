"""Uploads under way: a row before the first byte is stored, so that a crash leaves nothing behind for ever."""

import sqlalchemy as sa

from clara.store.database import Tx
from clara.store.tables import db_now, uploads


def begin_upload(tx: Tx, owner_id: str, blob_key: str, life_s: float) -> None:
    tx.execute(uploads.insert().values(owner_id=owner_id, blob_key=blob_key, expires_at=db_now() + life_s))


def end_upload(tx: Tx, owner_id: str, blob_key: str) -> bool:
    """Take a blob out of the sweep, in the transaction that uses it; False when it is too late: expired or gone."""
    query = uploads.delete().where(_of(owner_id, blob_key), uploads.c.expires_at >= db_now())
    return tx.execute(query).rowcount == 1


def expire_upload(tx: Tx, owner_id: str, blob_key: str) -> bool:
    """Let nobody use the blob any more, and the next sweep take it; False when it was used or swept already."""
    query = uploads.update().where(_of(owner_id, blob_key)).values(expires_at=0)
    return tx.execute(query).rowcount == 1


def forget_upload(tx: Tx, owner_id: str, blob_key: str) -> None:
    """Drop the row of a blob that is gone, or about to be removed by a job of this transaction."""
    tx.execute(uploads.delete().where(_of(owner_id, blob_key)))


def _of(owner_id: str, blob_key: str) -> sa.ColumnElement[bool]:
    return sa.and_(uploads.c.owner_id == owner_id, uploads.c.blob_key == blob_key)
