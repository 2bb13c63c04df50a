"""What goes of a learner's study sets when a file goes: the file's own words, and summaries of it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from clara.store.database import Tx
from clara.store.study import NO_MODEL, SetRow, change_set, get_sets, remove_set, sets_of_file
from clara.store.tables import quiz_attempts, reviews, study_cards, study_sets, study_sources

SUMMARY = "summary"


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How many items went, and (id, title) of the sets that a model wrote from the file, which stay."""

    items: int
    kept: Sequence[tuple[str, str]]


def forget_file(tx: Tx, owner_id: str, file_id: str) -> Forgotten:
    """Remove items that are a file's own words, and summaries of it; what a model wrote else stays."""
    citing: dict[str, set[int]] = {}
    query = sa.select(study_sources.c.set_id, study_sources.c.item).where(
        study_sources.c.owner_id == owner_id, study_sources.c.file_id == file_id
    )
    for set_id, item in tx.execute(query):
        citing.setdefault(set_id, set()).add(item)
    whole = {row.id: row for row in sets_of_file(tx, owner_id, file_id)}
    rows = {**whole, **get_sets(tx, owner_id, list(citing.keys() - whole.keys()))}
    items, kept = 0, []
    for row in sorted(rows.values(), key=lambda row: row.id):
        if row.made_by != NO_MODEL and row.kind != SUMMARY:
            kept.append((row.id, row.title))
        elif row.id in whole or len(citing[row.id]) >= row.items:
            items += row.items
            remove_set(tx, owner_id, row.id)
        else:
            items += len(citing[row.id])
            _remove_items(tx, owner_id, row, citing[row.id])
    return Forgotten(items, kept)


def cite_instead(tx: Tx, owner_id: str, file_id: str, same_as: str) -> None:
    """Let sets name another file of the same document in a file's place."""
    for table in (study_sources, study_sets):
        query = table.update().where(table.c.owner_id == owner_id, table.c.file_id == file_id)
        tx.execute(query.values(file_id=same_as))


def _remove_items(tx: Tx, owner_id: str, row: SetRow, gone: Collection[int]) -> None:
    for table in (study_cards, study_sources):
        place = (table.c.owner_id == owner_id, table.c.set_id == row.id, table.c.item.in_(gone))
        if table is study_cards:
            cards = sa.select(study_cards.c.id).where(*place)
            tx.execute(reviews.delete().where(reviews.c.owner_id == owner_id, reviews.c.card_id.in_(cards)))
        tx.execute(table.delete().where(*place))
    left = [item for item in row.content.get("items", ()) if item["item"] not in gone]
    content = {**row.content, "items": left}
    change_set(tx, owner_id, row.id, row.updated_at, content=content, items=row.items - len(gone))
    mine = sa.and_(quiz_attempts.c.owner_id == owner_id, quiz_attempts.c.set_id == row.id)
    for attempt_id, answers in tx.execute(sa.select(quiz_attempts.c.id, quiz_attempts.c.answers).where(mine)).all():
        kept = [answer for answer in answers if answer["item"] not in gone]
        tx.execute(quiz_attempts.update().where(mine, quiz_attempts.c.id == attempt_id).values(answers=kept))
