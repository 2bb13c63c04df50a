"""Credentials as they are kept: service keys, sign-in links, sessions and tickets, by digest only."""

from clara.core.caller import Scope
from clara.core.credentials import ServiceKeyRecord
from clara.store import system
from clara.store.database import Database
from clara.store.tickets import add_ticket


class StoredIdentities:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def service_key(self, key_id: str) -> ServiceKeyRecord | None:
        row = await self._database.read(lambda tx: system.get_key(tx, key_id))
        if row is None:
            return None
        scopes = frozenset(Scope(scope) for scope in row.scopes.split(","))
        return ServiceKeyRecord(row.id, row.secret_hash, scopes, row.learner_id, revoked=row.revoked_at is not None)

    async def create_sign_in(self, token_hash: str, user_id: str, expires_at: float) -> None:
        await self._database.write(lambda tx: system.add_sign_in_link(tx, token_hash, user_id, expires_at))

    async def take_sign_in(self, token_hash: str, now: float) -> str | None:
        """Use up a link and return its user id, or None; of two that try at once, one gets it."""
        return await self._database.write(lambda tx: system.take_sign_in_link(tx, token_hash, now))

    async def create_session(self, token_hash: str, user_id: str, expires_at: float) -> None:
        await self._database.write(lambda tx: system.add_session(tx, token_hash, user_id, expires_at))

    async def session(self, token_hash: str, now: float) -> str | None:
        return await self._database.read(lambda tx: system.session_user(tx, token_hash, now))

    async def delete_session(self, token_hash: str) -> None:
        await self._database.write(lambda tx: system.remove_session(tx, token_hash))

    async def create_ticket(self, owner_id: str, token_hash: str, purpose: str, expires_at: float) -> None:
        await self._database.write(lambda tx: add_ticket(tx, owner_id, token_hash, purpose, expires_at))

    async def take_ticket(self, token_hash: str, now: float) -> tuple[str, str] | None:
        """Use up a ticket and return (owner, purpose), or None; of two that try at once, one gets it."""
        return await self._database.write(lambda tx: system.take_ticket(tx, token_hash, now))
