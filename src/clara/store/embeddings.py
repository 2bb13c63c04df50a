"""Vectors that an endpoint made of a learner's texts: kept with each document that has the text, and gone with it."""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from clara.store.database import Tx, insert_missing
from clara.store.tables import embeddings


def find_embeddings(tx: Tx, owner_id: str, model: str, hashes: Sequence[bytes]) -> Mapping[bytes, bytes]:
    """Return the vectors, as int8 rows, of those texts that any document of the learner's has, by their hash."""
    query = sa.select(embeddings.c.text_hash, embeddings.c.vector).where(
        embeddings.c.owner_id == owner_id, embeddings.c.model == model, embeddings.c.text_hash.in_(hashes)
    )
    return {bytes(row[0]): bytes(row[1]) for row in tx.execute(query)}


def add_embeddings(tx: Tx, owner_id: str, document_id: str, model: str, rows: Mapping[bytes, bytes]) -> None:
    """Keep the vectors of a document's texts."""
    key = {"owner_id": owner_id, "document_id": document_id, "model": model}
    insert_missing(tx, embeddings, [key | {"text_hash": one, "vector": vector} for one, vector in rows.items()])


def remove_embeddings(tx: Tx, owner_id: str, document_id: str, keep_model: str | None = None) -> int:
    """Remove a document's vectors, but those of one model."""
    query = embeddings.delete().where(embeddings.c.owner_id == owner_id, embeddings.c.document_id == document_id)
    if keep_model is not None:
        query = query.where(embeddings.c.model != keep_model)
    return tx.execute(query).rowcount
