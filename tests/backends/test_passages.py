"""The reads on the path of every search, which go to the driver itself: the same on every backend."""

import asyncio
import sqlite3

import pytest
import sqlalchemy as sa

from clara.core.errors import Unavailable
from clara.store.database import Tx, fetch_all
from clara.store.learners import change_corpus
from clara.store.passages import ChunkRow, PageRow, add_chunks, add_pages, corpus_version, get_chunks, get_labels
from tests.stores import Store

pytestmark = pytest.mark.anyio

TEXTS = "One.\fTwo.\fThree."


async def _document(store: Store, owner_id: str, content: str = TEXTS) -> str:
    await store.add(owner_id, content, name="book.txt")
    return str(store.database.read_now(lambda tx: fetch_all(tx, _first(store), (owner_id,)))[0][0])


def _first(store: Store) -> str:
    mark = "?" if store.database.dialect == "sqlite" else "%s"
    return f"SELECT id FROM documents WHERE owner_id = {mark}"


class TestGetChunks:
    async def test_gives_those_that_are_named_and_the_learners(self, store: Store) -> None:
        document, other = await _document(store, "ana"), await _document(store, "ben", "Four.")

        def write_more(tx: Tx) -> None:
            add_chunks(tx, "ana", [ChunkRow(document, seq, 1, 1, 0, 1, "", f"text {seq}") for seq in range(10, 500)])

        store.database.write_now(write_more)
        keys = [(document, seq) for seq in range(10, 430)]
        found = store.database.read_now(lambda tx: get_chunks(tx, "ana", [*keys, (document, 999), (other, 0)]))

        assert sorted(found) == keys
        assert found[document, 209] == ChunkRow(document, 209, 1, 1, 0, 1, "", "text 209")
        assert store.database.read_now(lambda tx: get_chunks(tx, "ana", [])) == {}

    async def test_looks_each_up_instead_of_reading_them_all(self, store: Store) -> None:
        if store.database.dialect == "sqlite":
            plan = store.database.read_now(_plan_of_get_chunks)

            assert [step for step in plan if step.startswith("SEARCH")]
            assert all("seq=?" in step for step in plan if step.startswith(("SEARCH", "SCAN")))


class TestGetLabels:
    async def test_gives_those_that_are_printed_and_the_learners(self, store: Store) -> None:
        document, other = await _document(store, "ana"), await _document(store, "ben", "Four.")

        def write(tx: Tx) -> None:
            add_pages(tx, "ana", document, [PageRow(n, f"p{n}" if n % 2 else None, n, "") for n in range(10, 600)])

        store.database.write_now(write)
        places = [(document, n) for n in range(700)] + [(other, 1), ("doc_none", 1)]
        found = store.database.read_now(lambda tx: get_labels(tx, "ana", [*places, *places]))

        assert found == {(document, n): f"p{n}" for n in range(11, 600, 2)}
        assert store.database.read_now(lambda tx: get_labels(tx, "ana", [])) == {}


def _plan_of_get_chunks(tx: Tx) -> list[str]:
    driver: sqlite3.Connection = tx.connection.driver_connection  # type: ignore[assignment]
    statements: list[str] = []
    driver.set_trace_callback(statements.append)
    get_chunks(tx, "ana", [("a", 1), ("b", 2)])
    driver.set_trace_callback(None)
    return [str(row[3]) for row in driver.execute(f"EXPLAIN QUERY PLAN {statements[0]}")]


class TestFetchAll:
    async def test_an_error_of_the_driver_is_what_sqlalchemy_would_raise(self, store: Store) -> None:
        with pytest.raises(Unavailable, match="being prepared"):
            store.database.read_now(lambda tx: fetch_all(tx, "SELECT 1 FROM nowhere", ()))
        with pytest.raises(sa.exc.DBAPIError):
            store.database.read_now(lambda tx: fetch_all(tx, "SELECT nonsense(", ()))

        assert store.database.read_now(lambda tx: corpus_version(tx, "nobody")) is None

    async def test_reads_the_same_snapshot_as_everything_else(self, store: Store) -> None:
        await store.add("ana")

        def read(tx: Tx) -> tuple[str | None, str | None]:
            first = corpus_version(tx, "ana")
            store.database.write_now(lambda other: change_corpus(other, "ana"))
            return first, corpus_version(tx, "ana")

        first, again = await asyncio.to_thread(store.database.read_now, read)

        assert first == again != store.version("ana")
