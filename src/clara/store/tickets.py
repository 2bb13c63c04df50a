"""Tickets: a learner's credential for one connection of one purpose. Using one up is in ``system``, by its hash."""

from clara.store.database import Tx
from clara.store.tables import tickets


def add_ticket(tx: Tx, owner_id: str, token_hash: str, purpose: str, expires_at: float) -> None:
    tx.execute(
        tickets.insert().values(owner_id=owner_id, token_hash=token_hash, purpose=purpose, expires_at=expires_at)
    )
