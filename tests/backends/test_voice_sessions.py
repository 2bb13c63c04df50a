"""Voice sessions in the store: the newest of a learner, who is there on all replicas, and what can be taken up."""

from dataclasses import replace

import pytest

from clara.store.database import Tx
from clara.store.status import count_voice, voice_learners
from clara.store.system import beat_voice, sweep_voice_sessions
from clara.store.tables import db_now, voice_sessions
from clara.store.voice_sessions import (
    LAPSED_S,
    RESTORABLE_S,
    Presence,
    VoiceSession,
    find_voice_session,
    note_connected,
    open_voice_session,
    release_voice_session,
    remove_voice_session,
    voice_presence,
)
from tests.stores import Store

pytestmark = pytest.mark.anyio

SESSION = VoiceSession("one", "chat", None, "en", "pcm16", 1, "hash", "here")


async def opened(store: Store, owner_id: str, session_id: str = "one", most: int = 1, replica: str = "here") -> object:
    session = replace(SESSION, id=session_id, replica=replica)
    return await store.database.write(lambda tx: open_voice_session(tx, owner_id, session, most, 0))


async def silent_for(store: Store, seconds: float) -> None:
    await store.database.write(lambda tx: tx.execute(voice_sessions.update().values(heard_at=db_now() - seconds)))


async def presence(store: Store, owner_id: str) -> Presence:
    return await store.database.read(lambda tx: voice_presence(tx, owner_id))


class TestOpen:
    async def test_is_found_by_its_learner_alone(self, store: Store) -> None:
        await opened(store, "ana")

        assert await store.database.read(lambda tx: find_voice_session(tx, "ana", "one")) == SESSION
        assert await store.database.read(lambda tx: find_voice_session(tx, "ben", "one")) is None

    async def test_takes_the_place_of_the_learners_oldest(self, store: Store) -> None:
        for session_id in ("one", "two"):
            assert await opened(store, "ana", session_id, most=2) == []
        await opened(store, "ben", "bens")

        assert await opened(store, "ana", "three", most=2) == ["one"]
        assert await store.database.write(lambda tx: beat_voice(tx, "here")) == {
            ("ana", "two"),
            ("ana", "three"),
            ("ben", "bens"),
        }


class TestPresence:
    async def test_counts_on_all_replicas(self, store: Store) -> None:
        await opened(store, "ana", replica="here")
        await opened(store, "ben", replica="there")
        await store.database.write(lambda tx: note_connected(tx, "ben", "one", False))

        assert await store.database.read(count_voice) == Presence(connections=1, agents=2)
        assert await store.database.read(voice_learners) == ["ana"]
        assert await presence(store, "ana") == Presence(1, 1)
        assert await presence(store, "ben") == Presence(0, 1)
        assert await presence(store, "cleo") == Presence(0, 0)

    async def test_of_a_dead_replica_lapses(self, store: Store) -> None:
        await opened(store, "ana")
        await silent_for(store, LAPSED_S + 1)

        assert await store.database.read(count_voice) == Presence(0, 0)
        assert await store.database.read(voice_learners) == []

        await store.database.write(lambda tx: beat_voice(tx, "here"))
        assert await store.database.read(count_voice) == Presence(1, 1)


class TestRelease:
    async def test_leaves_what_can_be_taken_up(self, store: Store) -> None:
        await opened(store, "ana")
        await store.database.write(lambda tx: release_voice_session(tx, "ana", "one", "here"))

        found = await store.database.read(lambda tx: find_voice_session(tx, "ana", "one"))
        assert found == replace(SESSION, replica=None, connected=False)
        assert await presence(store, "ana") == Presence(0, 0)

    async def test_is_of_ones_own_only(self, store: Store) -> None:
        await opened(store, "ana", replica="there")
        await store.database.write(lambda tx: release_voice_session(tx, "ana", "one", "here"))

        assert await presence(store, "ana") == Presence(1, 1)


class TestForget:
    async def test_is_done_once(self, store: Store) -> None:
        await opened(store, "ana")

        def remove(tx: Tx) -> bool:
            return remove_voice_session(tx, "ana", "one")

        assert [await store.database.write(remove) for _ in range(2)] == [True, False]

    async def test_comes_with_time(self, store: Store) -> None:
        await opened(store, "ana")
        await store.database.write(sweep_voice_sessions)
        assert await store.database.read(lambda tx: find_voice_session(tx, "ana", "one"))

        await silent_for(store, RESTORABLE_S + 1)
        assert await store.database.read(lambda tx: find_voice_session(tx, "ana", "one")) is None
        await store.database.write(sweep_voice_sessions)
        assert await store.database.write(lambda tx: beat_voice(tx, "here")) == set()
