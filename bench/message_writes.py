"""32 tasks writing messages to SQLite, each waiting for its commit, as a turn does.

Every write is `store.conversations.add_message` in a transaction of `Database.write` (WAL, synchronous=FULL, in
both), to one of 32 conversations of 32 learners. Floor: the same rows by bare sqlite3, one commit each.
"""

import asyncio
import json
import sqlite3
import tempfile
import time
from pathlib import Path

from bench.filling import new_store
from bench.report import Figure, Options, of_rounds, percentile
from clara.core.ids import NO_FOLDER, new_id
from clara.store.conversations import Conversation, add_conversation, add_message
from clara.store.database import Database, Tx
from clara.store.learners import lock_learner

TASKS = 32
PARTS = [{"text": "The Normans were the people who gave their name to Normandy. " * 4}]


def run(options: Options) -> list[Figure]:
    each, rounds = (50, 2) if options.quick else (200, 7)
    with tempfile.TemporaryDirectory() as folder:
        database = new_store(Path(folder))
        rates, times, bare = [], [], []
        for number in range(TASKS):
            database.write_now(lambda tx, n=number: _open(tx, n))  # type: ignore[misc]
        for at in range(rounds):
            rate, took = asyncio.run(_round(database, each))
            bare.append(_bare(Path(folder) / f"bare-{at}.db"))
            if at or rounds == 1:
                rates.append(rate)
                times.append(took)
        database.close()
    floor = f"bare sqlite3, a commit each: {percentile(bare, 0.5):,.0f} / s"
    return [
        Figure("messages written a second, 32 tasks", percentile(rates, 0.5), "/ s", at_least=3000, against=floor),
        Figure("a message written and committed: p50", of_rounds(times, 0.5), "ms"),
        Figure("a message written and committed: p99", of_rounds(times, 0.99), "ms", at_most=50),
    ]


async def _round(database: Database, each: int) -> tuple[float, list[float]]:
    times: list[float] = []

    async def write(number: int) -> None:
        owner, conversation = f"learner-{number}", f"chat-{number}"
        for _ in range(each):
            message, now = new_id("msg"), time.time()
            started = time.perf_counter_ns()
            await database.write(lambda tx: add_message(tx, owner, conversation, message, "user", PARTS, now))  # noqa: B023
            times.append((time.perf_counter_ns() - started) / 1e6)

    started = time.monotonic()
    await asyncio.gather(*(write(number) for number in range(TASKS)))
    return TASKS * each / (time.monotonic() - started), times


def _open(tx: Tx, number: int) -> None:
    owner, now = f"learner-{number}", time.time()
    lock_learner(tx, owner, now)
    add_conversation(tx, owner, Conversation(f"chat-{number}", "A chat", NO_FOLDER, now, now))


def _bare(path: Path) -> float:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE messages (id TEXT PRIMARY KEY, parts TEXT)")
    started, count = time.monotonic(), 500
    for number in range(count):
        connection.execute("INSERT INTO messages VALUES (?, ?)", (str(number), json.dumps(PARTS)))
    rate = count / (time.monotonic() - started)
    connection.close()
    return rate
