"""1,000 learners of 500 chunks each, all warm, asked in random order in this process: time, and memory a learner.

Twenty libraries are written; each is stored for fifty learners, as rows and segments of their own, so that every shard
is built and kept for itself. Memory is what this process gained between the first search and the last learner's.
"""

import asyncio
import random
import tempfile
import time
from pathlib import Path

import psutil

from bench.corpus import HOW, library
from bench.filling import Filler, new_store
from bench.measure import MIB, quiet, resident
from bench.report import Figure, Options, of_rounds, percentile
from clara.core.clock import SystemClock
from clara.rag.embedder import StaticEmbedder
from clara.rag.search import SearchEngine
from clara.store.database import Database, Tx
from clara.store.tables import chunks, documents, files, folders, learners, segments

LIBRARIES = 20
CHUNKS = 500


def run(options: Options) -> list[Figure]:
    count = 100 if options.quick else 1000
    asked: list[list[str]] = []
    print(f"{count} learners × {CHUNKS} chunks: {HOW}")
    with tempfile.TemporaryDirectory() as folder:
        database = new_store(Path(folder))
        filler = Filler(database)
        for number in range(LIBRARIES):
            books, questions = library(5, CHUNKS // 5, 60, seed=number)
            filler.fill(_name(number), books)
            asked.append([question.text for question in questions])
        for number in range(LIBRARIES, count):
            _copy(database, _name(number % LIBRARIES), _name(number))
        figures = asyncio.run(_measure(database, asked, count, 3 if options.quick else 8))
        database.close()
    return figures


async def _measure(database: Database, asked: list[list[str]], count: int, rounds: int) -> list[Figure]:
    engine = SearchEngine(database, StaticEmbedder(), SystemClock(), cache_bytes=2 * 2**30)
    for number in range(LIBRARIES):
        for text in asked[number]:
            await engine.search(_name(number), text)
    process = psutil.Process()
    before, built = resident(process), []
    for number in range(LIBRARIES, count):
        started = time.perf_counter_ns()
        await engine.search(_name(number), asked[number % LIBRARIES][0])
        built.append((time.perf_counter_ns() - started) / 1e6)
    gained = (resident(process) - before) / (count - LIBRARIES)
    assert len(engine.corpora) == count
    chooser = random.Random(1)
    times: list[list[float]] = []
    with quiet():
        for _ in range(rounds):
            times.append([])
            for _ in range(600):
                number = chooser.randrange(count)
                text = chooser.choice(asked[number % LIBRARIES])
                started = time.perf_counter_ns()
                result = await engine.search(_name(number), text)
                times[-1].append((time.perf_counter_ns() - started) / 1e6)
                assert len(result.passages) <= 8
    name = f"search, {count:,} learners × {CHUNKS} chunks"
    arrays = f"arrays {engine.corpora.nbytes / MIB / count:.2f} MiB"
    return [
        Figure(
            f"{name}: p50", of_rounds(times, 0.5), "ms", at_most=0.4, against=f"p99 {of_rounds(times, 0.99):.2f} ms"
        ),
        Figure("resident a warm learner of 500 chunks", gained * MIB / 1e6, "MB", at_most=0.6, against=arrays),
        Figure("first search of a learner of 500 chunks (shard built): p50", percentile(built, 0.5), "ms"),
    ]


def _name(number: int) -> str:
    return f"learner-{number:04}"


def _copy(database: Database, source: str, target: str) -> None:
    """Store everything of one learner's for another too."""

    def copy(tx: Tx) -> None:
        for table in (learners, folders, documents, files, chunks, segments):
            names = ", ".join(f'"{column.name}"' for column in table.columns if column.name != "owner_id")
            tx.exec_driver_sql(
                f"INSERT INTO {table.name} (owner_id, {names}) SELECT ?, {names} FROM {table.name} WHERE owner_id = ?",
                (target, source),
            )

    database.write_now(copy)
