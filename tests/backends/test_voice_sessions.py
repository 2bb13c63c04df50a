"""Voice sessions in the store: the newest of a learner, who is there on all replicas, and what can be taken up."""

from dataclasses import replace

import pytest

from clara.store.database import Tx
from clara.store.status import count_voice, voice_learners
from clara.store.system import beat_voice, sweep_voice_sessions, voice_of
from clara.store.tables import db_now, voice_sessions
from clara.store.voice_sessions import (
    LAPSED_S,
    RESTORABLE_S,
    Presence,
    VoiceSession,
    find_voice_session,
    leave_voice,
    note_connected,
    open_voice_session,
    release_voice_session,
    remove_voice_session,
    take_left,
    voice_presence,
)
from tests.stores import Store

pytestmark = pytest.mark.anyio

SESSION = VoiceSession("one", "chat", None, "en", "pcm16", 1, "hash", "here")


async def opened(store: Store, owner_id: str, session_id: str = "one", most: int = 1, replica: str = "here") -> object:
    session = replace(SESSION, id=session_id, replica=replica)
    return await store.database.write(lambda tx: open_voice_session(tx, owner_id, session, most, 0))


async def visited(store: Store, owner_id: str, session_id: str, most: int = 5, replica: str = "here") -> object:
    session = replace(SESSION, id=session_id, dialect=0, token_hash="", replica=replica)
    return await store.database.write(lambda tx: open_voice_session(tx, owner_id, session, most, 0))


async def left(store: Store, owner_id: str, session_id: str, conversation_id: str = "chat") -> None:
    await store.database.write(lambda tx: leave_voice(tx, owner_id, session_id, "here", conversation_id))


async def taken(store: Store, owner_id: str) -> str | None:
    return await store.database.write(lambda tx: take_left(tx, owner_id, 30))


async def silent_for(store: Store, seconds: float) -> None:
    await store.database.write(lambda tx: tx.execute(voice_sessions.update().values(heard_at=db_now() - seconds)))


async def presence(store: Store, owner_id: str) -> Presence:
    return await store.database.read(lambda tx: voice_presence(tx, owner_id))


class TestOpen:
    async def test_the_one_that_is_restored_takes_no_place_of_another(self, store: Store) -> None:
        for session_id in ("one", "two"):
            await opened(store, "ana", session_id, most=2)
        again = replace(SESSION, id="three")
        over = await store.database.write(lambda tx: open_voice_session(tx, "ana", again, 2, 0, restores="two"))
        assert over == []
        found = [
            await store.database.read(lambda tx, id_=id_: find_voice_session(tx, "ana", id_))
            for id_ in ("one", "three")
        ]
        assert None not in found

    async def test_is_found_by_its_learner_alone(self, store: Store) -> None:
        await opened(store, "ana")

        assert await store.database.read(lambda tx: find_voice_session(tx, "ana", "one")) == SESSION
        assert await store.database.read(lambda tx: find_voice_session(tx, "ben", "one")) is None

    async def test_takes_the_place_of_the_learners_oldest(self, store: Store) -> None:
        for session_id in ("one", "two"):
            assert await opened(store, "ana", session_id, most=2) == []
        await opened(store, "ben", "bens")

        assert await opened(store, "ana", "three", most=2) == ["one"]
        assert await store.database.read(lambda tx: voice_of(tx, "here")) == {
            ("ana", "two"),
            ("ana", "three"),
            ("ben", "bens"),
        }

    async def test_dialects_are_counted_apart(self, store: Store) -> None:
        await opened(store, "ana", "one")
        await visited(store, "ana", "old")

        assert await opened(store, "ana", "two") == ["one"]
        assert await presence(store, "ana") == Presence(2, 2)

    async def test_one_that_nobody_has_goes_before_an_older_one_that_somebody_has(self, store: Store) -> None:
        for session_id in ("one", "two"):
            await visited(store, "ana", session_id)
        await left(store, "ana", "two")

        assert await visited(store, "ana", "three", most=2) == ["two"]


class TestLeft:
    """Sockets of dialect 0, which come back without saying so."""

    async def test_goes_on_once_in_the_conversation_that_it_was_in(self, store: Store) -> None:
        await visited(store, "ana", "one")
        await left(store, "ana", "one", "chat-2")

        assert await presence(store, "ana") == Presence(0, 0)
        assert await taken(store, "ben") is None
        assert await taken(store, "ana") == "chat-2"
        assert await taken(store, "ana") is None

    async def test_of_several_nobody_knows_which_it_was(self, store: Store) -> None:
        for session_id in ("one", "two"):
            await visited(store, "ana", session_id)
            await left(store, "ana", session_id)

        assert await taken(store, "ana") is None

    async def test_not_after_long(self, store: Store) -> None:
        await visited(store, "ana", "one")
        await left(store, "ana", "one")
        await silent_for(store, 31)

        assert await taken(store, "ana") is None

    async def test_not_while_somebody_is_there_nor_in_the_other_dialect(self, store: Store) -> None:
        await visited(store, "ana", "one")
        await opened(store, "ana", "two")
        await store.database.write(lambda tx: release_voice_session(tx, "ana", "two", "here"))

        assert await taken(store, "ana") is None

    async def test_what_another_replica_has_is_not_left(self, store: Store) -> None:
        await visited(store, "ana", "one", replica="there")
        await left(store, "ana", "one")

        assert await presence(store, "ana") == Presence(1, 1)


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
        assert await store.database.read(lambda tx: voice_of(tx, "here")) == set()
