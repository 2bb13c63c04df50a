"""Deleting a file: one transaction over every table that holds something of it."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from clara.store.conversations import conversations_citing, forget_answers
from clara.store.database import Tx
from clara.store.embeddings import remove_embeddings
from clara.store.files import Document, get_file
from clara.store.jobs import EMBED, INGEST, PURGE, enqueue, enqueue_scrub, remove_job
from clara.store.learners import change_corpus
from clara.store.passages import remove_text
from clara.store.study_deletion import cite_instead, forget_file
from clara.store.tables import citations, documents, files
from clara.store.turns import clear_turns


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a deletion removed. ``document_kept`` says that the same bytes lie in another folder of the learner's.

    ``conversations`` cite the file, ``study`` are sets that a model wrote from it: (id, title) of what stays.
    """

    file_id: str
    deleted: dict[str, int]
    document_kept: bool
    conversations: Sequence[tuple[str, str]]
    study: Sequence[tuple[str, str]] = ()


def delete_file(tx: Tx, owner_id: str, file_id: str) -> Receipt | None:
    """Delete a file, and its document with all text and index when no other file refers to it; None: no such file.

    The blob, what is left of rows in the database's files, and backups are left to a job of this transaction. The
    caller holds the learner's lock.
    """
    file = get_file(tx, owner_id, file_id)
    if file is None:
        return None
    citing = conversations_citing(tx, owner_id, file_id)
    forgotten = forget_file(tx, owner_id, file_id)
    tx.execute(files.delete().where(files.c.owner_id == owner_id, files.c.id == file_id))
    kept = _is_referred_to(tx, owner_id, file.document.id)
    counts = {} if kept else _delete_document(tx, owner_id, file.document)
    if kept:
        enqueue_scrub(tx, owner_id)
    clear_turns(tx, owner_id)
    forget_answers(tx, owner_id)
    change_corpus(tx, owner_id)
    if forgotten.items:
        counts["study_items"] = forgotten.items
    return Receipt(file_id, {"files": 1, **counts}, kept, citing, forgotten.kept)


def merge_file(tx: Tx, owner_id: str, file_id: str, same_as: str) -> Receipt:
    """Delete a file for another of the same document, which is cited in its place from now on."""
    tx.execute(
        citations.update()
        .where(citations.c.owner_id == owner_id, citations.c.file_id == file_id)
        .values(file_id=same_as)
    )
    cite_instead(tx, owner_id, file_id, same_as)
    tx.execute(files.delete().where(files.c.owner_id == owner_id, files.c.id == file_id))
    enqueue_scrub(tx, owner_id)
    return Receipt(file_id, {"files": 1}, document_kept=True, conversations=())


def _is_referred_to(tx: Tx, owner_id: str, document_id: str) -> bool:
    query = sa.select(1).where(files.c.owner_id == owner_id, files.c.document_id == document_id).limit(1)
    return tx.execute(query).scalar() is not None


def _delete_document(tx: Tx, owner_id: str, document: Document) -> dict[str, int]:
    # The job first: its worker holds it while it writes, and writes nothing more once it is gone.
    for kind in (INGEST, EMBED):
        remove_job(tx, owner_id, kind, document.id)
    counts = remove_text(tx, owner_id, document.id)
    if vectors := remove_embeddings(tx, owner_id, document.id):
        counts |= {"embeddings": vectors}
    tx.execute(documents.delete().where(documents.c.owner_id == owner_id, documents.c.id == document.id))
    enqueue(tx, owner_id, PURGE, document.blob_key)
    return counts | {"documents": 1, "blobs": 1}
