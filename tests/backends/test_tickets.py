"""Tickets: used once by one of two that try at once, never late, and gone once they have expired."""

import asyncio

import pytest
import sqlalchemy as sa

from clara.library.purge import sweep
from clara.store.identity import StoredIdentities
from clara.store.tables import tickets
from tests.stores import Store

pytestmark = pytest.mark.anyio


@pytest.fixture
def identities(store: Store) -> StoredIdentities:
    return StoredIdentities(store.database)


class TestTicket:
    async def test_is_used_once(self, identities: StoredIdentities) -> None:
        await identities.create_ticket("ana", "hash", "voice", 160)

        assert await identities.take_ticket("hash", 100) == ("ana", "voice")
        assert await identities.take_ticket("hash", 100) is None

    async def test_is_used_by_one_of_many_at_once(self, identities: StoredIdentities) -> None:
        await identities.create_ticket("ana", "hash", "voice", 160)

        taken = await asyncio.gather(*(identities.take_ticket("hash", 100) for _ in range(8)))

        assert sorted(taken, key=str) == [("ana", "voice"), *[None] * 7]

    async def test_does_not_hold_after_its_time(self, identities: StoredIdentities) -> None:
        await identities.create_ticket("ana", "hash", "voice", 160)

        assert await identities.take_ticket("hash", 160.1) is None

    async def test_that_is_unknown_is_nobodys(self, identities: StoredIdentities) -> None:
        assert await identities.take_ticket("hash", 100) is None

    async def test_is_forgotten_when_it_has_expired(self, identities: StoredIdentities, store: Store) -> None:
        for number, expires_at in enumerate((159, 161)):
            await identities.create_ticket("ana", f"hash {number}", "voice", expires_at)

        await asyncio.to_thread(sweep, store.database, lambda: 160)

        left = await store.database.read(lambda tx: list(tx.execute(sa.select(tickets.c.token_hash)).scalars()))
        assert left == ["hash 1"]
