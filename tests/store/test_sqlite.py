"""The one writer that commits in groups, held against a dictionary; and reads in snapshots beside it."""

import asyncio
import sqlite3
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from clara.core.errors import NotFound, Unavailable
from clara.store.database import Tx
from clara.store.sqlite import SqliteDatabase
from tests.waiting import wait_for

pytestmark = pytest.mark.anyio


def make(path: Path) -> SqliteDatabase:
    database = SqliteDatabase(path)

    def create(tx: Tx) -> None:
        tx.exec_driver_sql("CREATE TABLE words (id INTEGER PRIMARY KEY, word TEXT UNIQUE)")
        tx.exec_driver_sql("CREATE TABLE notes (word_id INTEGER NOT NULL REFERENCES words)")

    database.write_now(create)
    return database


@pytest.fixture
def database(tmp_path: Path) -> Iterator[SqliteDatabase]:
    database = make(tmp_path / "test.db")
    yield database
    database.close()


def add(tx: Tx, word: str) -> str:
    tx.exec_driver_sql("INSERT INTO words (word) VALUES (?)", (word,))
    return word


def words(tx: Tx) -> list[str]:
    return [row[0] for row in tx.exec_driver_sql("SELECT word FROM words ORDER BY id")]


class Gate:
    """A write that holds the writer up, so that what is written meanwhile shares its commit."""

    def __init__(self) -> None:
        self.entered, self.opened = threading.Event(), threading.Event()

    def __call__(self, tx: Tx) -> None:
        self.entered.set()
        assert self.opened.wait(20)


def break_the_commit(tx: Tx) -> None:
    """Refer to a word that isn't there, which SQLite then finds out at the commit."""
    tx.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
    tx.exec_driver_sql("INSERT INTO notes VALUES (999)")


async def grouped(database: SqliteDatabase, *works: object) -> list[object]:
    """Run writes in one group; return their outcomes."""
    gate = Gate()
    held = asyncio.create_task(database.write(gate))
    await wait_for(gate.entered.is_set)
    waiting = [asyncio.create_task(database.write(work)) for work in works]  # type: ignore[arg-type]
    await asyncio.sleep(0)
    gate.opened.set()
    return list(await asyncio.gather(held, *waiting, return_exceptions=True))[1:]


class TestWrite:
    async def test_returns_what_the_work_returns(self, database: SqliteDatabase) -> None:
        assert await database.write(lambda tx: add(tx, "cell")) == "cell"
        assert database.write_now(lambda tx: add(tx, "atom")) == "atom"
        assert await database.read(words) == ["cell", "atom"]

    async def test_that_fails_is_undone_alone(self, database: SqliteDatabase) -> None:
        def refuse(tx: Tx) -> None:
            add(tx, "half-made")
            raise NotFound("There is no such thing.")

        outcomes = await grouped(
            database, lambda tx: add(tx, "before"), refuse, lambda tx: add(tx, "before"), lambda tx: add(tx, "after")
        )

        assert outcomes[0] == "before"
        assert isinstance(outcomes[1], NotFound)
        assert isinstance(outcomes[2], sa.exc.IntegrityError)
        assert outcomes[3] == "after"
        assert await database.read(words) == ["before", "after"]

    async def test_is_told_only_after_the_commit(self, database: SqliteDatabase) -> None:
        gate = Gate()
        first = asyncio.create_task(database.write(lambda tx: add(tx, "cell")))
        second = asyncio.create_task(database.write(gate))
        await wait_for(gate.entered.is_set)
        # Whether or not the two share a commit: what was told is there, what isn't there wasn't told.
        assert first.done() == ("cell" in await database.read(words))
        gate.opened.set()
        await asyncio.gather(first, second)
        assert await database.read(words) == ["cell"]

    async def test_nothing_of_a_group_stays_when_its_commit_fails(self, database: SqliteDatabase) -> None:
        outcomes = await grouped(
            database, lambda tx: add(tx, "one"), break_the_commit, lambda tx: add(tx, "two"), lambda tx: 5
        )

        assert all(isinstance(outcome, Exception) for outcome in outcomes)
        assert await database.read(words) == []
        assert await database.write(lambda tx: add(tx, "three")) == "three"

    async def test_of_a_caller_who_left_is_not_lost(self, database: SqliteDatabase) -> None:
        gate = Gate()
        held = asyncio.create_task(database.write(gate))
        await wait_for(gate.entered.is_set)
        left = asyncio.create_task(database.write(lambda tx: add(tx, "cell")))
        await asyncio.sleep(0)
        left.cancel()
        with pytest.raises(asyncio.CancelledError):
            await left
        gate.opened.set()
        await held

        await database.write(lambda tx: None)
        assert await database.read(words) == ["cell"]

    async def test_keeps_the_order(self, database: SqliteDatabase) -> None:
        await asyncio.gather(*(database.write(lambda tx, n=n: add(tx, str(n))) for n in range(300)))

        assert await database.read(words) == [str(n) for n in range(300)]

    async def test_from_many_threads_and_tasks(self, database: SqliteDatabase) -> None:
        with ThreadPoolExecutor(4) as pool:
            threads = pool.map(lambda n: database.write_now(lambda tx: add(tx, f"t{n}")), range(100))
            await asyncio.gather(*(database.write(lambda tx, n=n: add(tx, f"a{n}")) for n in range(100)))
            assert list(threads) == [f"t{n}" for n in range(100)]

        assert len(await database.read(words)) == 200

    async def test_a_bug_stays_a_bug(self, database: SqliteDatabase) -> None:
        with pytest.raises(sa.exc.OperationalError):
            await database.write(lambda tx: tx.exec_driver_sql("SELECT nonsense FROM words"))
        with pytest.raises(sa.exc.IntegrityError):
            await database.write(lambda tx: tx.exec_driver_sql("INSERT INTO notes VALUES (999)"))

    async def test_errors_do_not_quote_what_was_written(self, database: SqliteDatabase) -> None:
        await database.write(lambda tx: tx.execute(sa.text("INSERT INTO words (word) VALUES (:w)"), {"w": "secret"}))
        with pytest.raises(sa.exc.IntegrityError) as caught:
            await database.write(
                lambda tx: tx.execute(sa.text("INSERT INTO words (word) VALUES (:w)"), {"w": "secret"})
            )
        assert "secret" not in str(caught.value)

    async def test_waits_for_another_process_and_gives_up(self, database: SqliteDatabase) -> None:
        impatient = SqliteDatabase(database.path, busy_timeout_s=0.2)
        with closing(sqlite3.connect(database.path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(Unavailable) as caught:
                await impatient.write(lambda tx: add(tx, "cell"))
            assert caught.value.problem_code == "database_unavailable"
            other.execute("ROLLBACK")

        assert await impatient.write(lambda tx: add(tx, "cell")) == "cell"
        impatient.close()


class TestRead:
    async def test_sees_one_snapshot(self, database: SqliteDatabase) -> None:
        database.write_now(lambda tx: add(tx, "cell"))

        def twice(tx: Tx) -> tuple[list[str], list[str]]:
            before = words(tx)
            database.write_now(lambda other: add(other, "atom"))
            return before, words(tx)

        assert await database.scan(twice) == (["cell"], ["cell"])
        assert await database.read(words) == ["cell", "atom"]

    async def test_changes_nothing(self, database: SqliteDatabase) -> None:
        await database.read(lambda tx: add(tx, "cell"))

        assert await database.read(words) == []

    async def test_that_fails_leaves_the_next_unharmed(self, database: SqliteDatabase) -> None:
        def refuse(tx: Tx) -> None:
            raise NotFound("There is no such thing.")

        with pytest.raises(NotFound):
            await database.read(refuse)
        assert await database.read(words) == []

    async def test_of_a_schema_that_is_not_there_yet_is_unavailable(self, database: SqliteDatabase) -> None:
        with pytest.raises(Unavailable) as caught:
            await database.read(lambda tx: tx.exec_driver_sql("SELECT * FROM learners"))
        assert caught.value.problem_code == "migrations_behind"


class TestClose:
    async def test_finishes_what_was_accepted(self, tmp_path: Path) -> None:
        database = make(tmp_path / "test.db")
        gate = Gate()
        accepted = [asyncio.create_task(database.write(gate))]
        await wait_for(gate.entered.is_set)
        accepted += [asyncio.create_task(database.write(lambda tx, n=n: add(tx, str(n)))) for n in range(100)]
        await asyncio.sleep(0)
        closing_thread = threading.Thread(target=database.close)
        closing_thread.start()
        gate.opened.set()

        assert (await asyncio.gather(*accepted))[1:] == [str(n) for n in range(100)]
        closing_thread.join()
        with closing(sqlite3.connect(tmp_path / "test.db")) as file:
            assert file.execute("SELECT count(*) FROM words").fetchone() == (100,)

    async def test_accepts_nothing_after(self, tmp_path: Path) -> None:
        database = make(tmp_path / "test.db")
        database.close()
        database.close()

        for call in (database.write, database.read, database.scan):
            with pytest.raises(Unavailable):
                await call(words)

    async def test_leaves_no_write_hanging_that_came_at_the_same_time(self, tmp_path: Path) -> None:
        for n in range(20):
            database = make(tmp_path / f"{n}.db")
            with ThreadPoolExecutor(4) as pool:
                writes = [pool.submit(database.write_now, lambda tx, w=w: add(tx, str(w))) for w in range(40)]
                database.close()
                done = [write.exception(20) is None for write in writes]
            with closing(sqlite3.connect(tmp_path / f"{n}.db")) as file:
                assert file.execute("SELECT count(*) FROM words").fetchone() == (sum(done),)


KEYS = st.sampled_from("abcdef")
OPERATIONS = st.one_of(
    st.tuples(st.just("set"), KEYS, st.integers(0, 9)),
    st.tuples(st.just("delete"), KEYS, st.just(0)),
    st.tuples(st.just("fail"), KEYS, st.integers(0, 9)),
    st.tuples(st.just("add"), KEYS, st.integers(0, 9)),
    st.tuples(st.just("break"), KEYS, st.just(0)),
)


@settings(max_examples=60, deadline=None)
@given(bursts=st.lists(st.lists(st.tuples(OPERATIONS, st.booleans()), max_size=12), max_size=6))
def test_any_mix_of_writes_is_what_a_dictionary_would_hold(
    bursts: list[list[tuple[tuple[str, str, int], bool]]],
) -> None:
    """Writes in bursts, some failing, some breaking their group's commit, some whose caller leaves."""
    with tempfile.TemporaryDirectory() as folder:
        database = SqliteDatabase(Path(folder) / "test.db")
        try:
            asyncio.run(_play(database, bursts))
        finally:
            database.close()


async def _play(database: SqliteDatabase, bursts: list[list[tuple[tuple[str, str, int], bool]]]) -> None:
    await database.write(lambda tx: tx.exec_driver_sql("CREATE TABLE model (key TEXT PRIMARY KEY, value INTEGER)"))
    await database.write(lambda tx: tx.exec_driver_sql("CREATE TABLE orphans (key TEXT REFERENCES model)"))
    model: dict[str, int] = {}
    for burst in bursts:
        breaks = any(operation[0] == "break" for operation, _ in burst)
        tasks = [asyncio.create_task(database.write(lambda tx, o=operation: _apply(tx, *o))) for operation, _ in burst]
        await asyncio.sleep(0)
        if not breaks:
            for task, (_, leaves) in zip(tasks, burst, strict=True):
                if leaves:
                    task.cancel()
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        await database.write(lambda tx: None)
        for (operation, _), outcome in zip(burst, outcomes, strict=True):
            # In a burst without a broken commit a write that was accepted is done, whoever waited for it.
            done = not isinstance(outcome, Exception) if breaks else operation[0] != "fail"
            if done:
                _model(model, *operation)
        assert await database.read(_content) == model


def _apply(tx: Tx, name: str, key: str, value: int) -> None:
    if name == "delete":
        tx.exec_driver_sql("DELETE FROM model WHERE key = ?", (key,))
    elif name == "add":
        tx.exec_driver_sql("UPDATE model SET value = value + ? WHERE key = ?", (value, key))
    elif name == "break":
        tx.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        tx.exec_driver_sql("INSERT INTO orphans VALUES ('nobody')")
    else:
        tx.exec_driver_sql("INSERT OR REPLACE INTO model VALUES (?, ?)", (key, value))
    if name == "fail":
        raise ValueError("refused")


def _model(model: dict[str, int], name: str, key: str, value: int) -> None:
    if name == "delete":
        model.pop(key, None)
    elif name == "add" and key in model:
        model[key] += value
    elif name == "set":
        model[key] = value


def _content(tx: Tx) -> dict[str, int]:
    return {row[0]: row[1] for row in tx.exec_driver_sql("SELECT key, value FROM model")}
