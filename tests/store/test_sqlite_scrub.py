"""Nothing of a deleted row is left in SQLite's file, and nothing else of the file is touched."""

import random
import re
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clara.core.errors import Unavailable
from clara.store.database import Tx
from clara.store.sqlite import SqliteDatabase
from clara.store.sqlite_scrub import Scrubber, dirty_areas

SCHEMA = (
    "CREATE TABLE parts (document TEXT, seq INTEGER, name TEXT, text TEXT, PRIMARY KEY (document, seq))",
    "CREATE INDEX names ON parts (name, document)",
    "CREATE TABLE rows (document TEXT, seq INTEGER, text TEXT, PRIMARY KEY (document, seq)) WITHOUT ROWID",
)
SIZES = (0, 1, 3, 15, 60, 150, 300, 450, 1200, 4000)
"""In marks of about six bytes: within a page, filling one, and over several."""


@pytest.fixture
def database(tmp_path: Path) -> Iterator[SqliteDatabase]:
    database = make(tmp_path)
    yield database
    database.close()


def make(folder: Path) -> SqliteDatabase:
    database = SqliteDatabase(folder / "test.db", busy_timeout_s=5)
    for statement in SCHEMA:
        database.write_now(lambda tx, s=statement: tx.exec_driver_sql(s))
    return database


class Library:
    """Documents that come, change and go; every text and name of one says whose it is."""

    def __init__(self, database: SqliteDatabase, chance: random.Random, prefix: str = "d") -> None:
        self.live: list[str] = []
        self._database = database
        self._chance = chance
        self._prefix = prefix
        self._made = 0

    def step(self) -> None:
        choice = self._chance.random()
        if choice < 0.7 or not self.live:
            self.add()
        elif choice < 0.8:
            self._change(self._chance.choice(self.live))
        else:
            self.delete(self._chance.choice(self.live))

    def add(self) -> None:
        """Add to a recent document, between other rows of it, or to a new one."""
        new = not self.live or self._chance.random() < 0.6
        document = f"{self._prefix}{self._made}" if new else self._chance.choice(self.live[-6:])
        self._made += 1
        rows = [
            (document, self._made * 100 + n, f"<{document}>{n}", f"<{document}>" * self._chance.choice(SIZES))
            for n in range(self._chance.randrange(1, 15))
        ]
        short = [(row[0], row[1], row[3][:900]) for row in rows]
        self._write(("INSERT INTO parts VALUES (?, ?, ?, ?)", rows), ("INSERT INTO rows VALUES (?, ?, ?)", short))
        if new:
            self.live.append(document)

    def _change(self, document: str) -> None:
        text = f"<{document}>" * self._chance.choice(SIZES)
        self._write(("UPDATE parts SET text = ? WHERE document = ? AND seq % 3 = 0", [(text, document)]))

    def delete(self, document: str) -> None:
        self.live.remove(document)
        tables = ("parts", "rows")
        self._write(*((f"DELETE FROM {table} WHERE document = ?", [(document,)]) for table in tables))

    def _write(self, *statements: tuple[str, list[tuple[object, ...]]]) -> None:
        def write(tx: Tx) -> None:
            for statement, rows in statements:
                tx.exec_driver_sql(statement, rows)

        self._database.write_now(write)


def traces(folder: Path) -> set[str]:
    """Return the documents of which the raw files hold anything."""
    data = b"".join(path.read_bytes() for path in folder.iterdir())
    return {found.decode() for found in re.findall(rb"<([a-z]\d+)>", data)}


def check_whole(path: Path, live: set[str]) -> None:
    with closing(sqlite3.connect(path)) as file:
        assert file.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        for table in ("parts", "rows"):
            rows = file.execute(f"SELECT document, text FROM {table}").fetchall()
            assert {row[0] for row in rows} == live
            assert all(set(re.findall(r"<(\w+)>", text)) <= {document} for document, text in rows)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**9), steps=st.integers(1, 250))
def test_no_trace_of_what_was_deleted_stays(seed: int, steps: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        database = make(folder)
        library = Library(database, random.Random(seed))
        for _ in range(2):
            for _ in range(steps):
                library.step()
            database.scrub()
            assert traces(folder) <= set(library.live)
        database.close()
        check_whole(folder / "test.db", set(library.live))


def test_secure_delete_alone_leaves_traces(database: SqliteDatabase, tmp_path: Path) -> None:
    """Why there is a scrub at all; should SQLite change, it may go."""
    library = Library(database, random.Random(5))
    for _ in range(600):
        library.step()
    with closing(sqlite3.connect(database.path)) as file:
        file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert traces(tmp_path) - set(library.live)


class TestBesideOthers:
    def test_that_read_and_write(self, database: SqliteDatabase, tmp_path: Path) -> None:
        library = Library(database, random.Random(1))
        for _ in range(400):
            library.step()
        for document in library.live[::2]:
            library.delete(document)
        kept = set(library.live)
        with Others(tmp_path) as others:
            for _ in range(5):
                database.scrub()
                assert {found for found in traces(tmp_path) if found.startswith("d")} <= kept
        assert others.failed == []
        assert others.reads
        kept |= set(others.library.live)
        check_whole(database.path, kept)
        database.scrub()
        check_whole(database.path, kept)
        assert traces(tmp_path) <= kept

    def test_that_hold_an_old_state_is_tried_later(self, database: SqliteDatabase) -> None:
        library = Library(database, random.Random(1))
        library.add()
        with closing(sqlite3.connect(database.path, isolation_level=None)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM parts").fetchone()
            library.add()
            with pytest.raises(Unavailable):
                Scrubber(database.path, patience_s=0.2).scrub()
            reader.execute("ROLLBACK")
        database.scrub()
        check_whole(database.path, set(library.live))

    @pytest.mark.skipif(sys.platform == "win32", reason="POSIX locks")
    def test_leaves_this_process_its_locks(self, database: SqliteDatabase) -> None:
        """Were they lost, another process would take itself for the only one: here, it could change the journal."""
        library = Library(database, random.Random(1))
        library.add()
        database.scrub()
        program = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1], 0.1); c.execute('PRAGMA journal_mode=DELETE')"
        done = subprocess.run(
            [sys.executable, "-c", program, database.path], capture_output=True, text=True, check=False
        )
        assert "database is locked" in done.stderr


class Others:
    """Two threads with connections of their own: one writes documents, one reads them."""

    def __init__(self, folder: Path) -> None:
        self.reads = 0
        self.failed: list[BaseException] = []
        self._database = SqliteDatabase(folder / "test.db")
        self.library = Library(self._database, random.Random(2), prefix="e")
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(target=self._guarded, args=[work]) for work in (self.library.step, self._read)
        ]

    def __enter__(self) -> "Others":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join()
        self._database.close()

    def _guarded(self, work: object) -> None:
        while not self._stopping.is_set():
            try:
                work()  # type: ignore[operator]
            except BaseException as error:
                self.failed.append(error)
                return

    def _read(self) -> None:
        rows = self._database.read_now(lambda tx: tx.exec_driver_sql("SELECT document, text FROM parts").all())
        assert all(set(re.findall(r"<(\w+)>", text)) <= {document} for document, text in rows)
        self.reads += 1


class TestSize:
    def test_a_file_that_is_mostly_free_is_made_small(self, database: SqliteDatabase) -> None:
        library = Library(database, random.Random(1))
        for _ in range(60):
            library.add()
        for document in library.live[2:]:
            library.delete(document)
        database.scrub()
        before = database.path.stat().st_size

        Scrubber(database.path, patience_s=5, shrink_bytes=0).scrub()

        assert database.path.stat().st_size < before / 2
        check_whole(database.path, set(library.live))


class TestDirtyAreas:
    """Pages by hand: a header (type, first free block, cells, where they begin, fragments), the cells' places."""

    HEADER = bytes([13, 0, 0, 0, 1, 0, 28, 0])

    def test_gap_between_places_and_cells(self) -> None:
        page = self.HEADER + bytes([0, 28]) + b"old bytes of a row" + b"cell"
        assert dirty_areas(page, 0, len(page)) == [(10, 28)]
        assert dirty_areas(b"...." + page, 4, len(page)) == [(10, 28)]
        assert dirty_areas(self.HEADER + bytes([0, 28]) + bytes(18) + b"cell", 0, 32) == []

    def test_free_blocks(self) -> None:
        header = bytes([13, 0, 20, 0, 1, 0, 12, 0])
        block = bytes([0, 0, 0, 8]) + b"rest"
        page = header + bytes([0, 12]) + bytes(2) + b"longcell" + block + b"cell"
        assert dirty_areas(page, 0, len(page)) == [(24, 28)]

    @pytest.mark.parametrize(
        "header",
        [
            bytes([1, 0, 0, 0, 1, 0, 28, 0]),
            bytes([13, 0, 0, 0, 20, 0, 28, 0]),
            bytes([13, 0, 0, 0, 1, 0, 99, 0]),
            bytes([13, 0, 31, 0, 1, 0, 28, 0]),
            bytes([13, 0, 12, 0, 1, 0, 28, 0]),
        ],
        ids=["no b-tree", "too many cells", "cells beyond the end", "block beyond the end", "block without a length"],
    )
    def test_what_is_no_such_page_is_left_alone(self, header: bytes) -> None:
        page = header + bytes([0, 28]) + b"\0\0\0\0" + b"some more bytes" + b"cell"
        assert not dirty_areas(page, 0, 32)
