"""Hybrid search of one learner's 10,000 chunks of ~1,000 characters, in this process, warm and alone.

A search is `SearchEngine.search` over a SQLite store: the question tokenised and embedded, the version checked, all
chunks scored by BM25 and cosine, the best eight texts read. Floor: the bare scan of the int8 vectors and the two
reads.
"""

import asyncio
import tempfile
import time
from pathlib import Path

import numpy as np

from bench.corpus import HOW, Asked, library
from bench.filling import Filler, new_store
from bench.measure import interleaved, quiet
from bench.report import Figure, Options, of_rounds, percentile
from clara.core.clock import SystemClock
from clara.rag.embedder import StaticEmbedder
from clara.rag.kernels import kernel
from clara.rag.search import SearchEngine
from clara.store.database import Database
from clara.store.passages import corpus_version, get_chunks

OWNER = "ana"


def run(options: Options) -> list[Figure]:
    books, questions = library(100, 20 if options.quick else 100, 1000)
    chunks = sum(map(len, books))
    print(f"{chunks} chunks: {HOW}")
    with tempfile.TemporaryDirectory() as folder:
        database = new_store(Path(folder))
        Filler(database).fill(OWNER, books)
        engine = SearchEngine(database, StaticEmbedder(), SystemClock())
        figures = asyncio.run(_measure(engine, database, questions, chunks, 3 if options.quick else 10))
        cold = [_cold(engine, database) for _ in range(7)]
        figures.append(Figure(f"shard of {chunks} chunks built cold", percentile(cold, 0.5), "ms"))
        database.close()
    return figures


async def _measure(
    engine: SearchEngine, database: Database, questions: list[Asked], chunks: int, rounds: int
) -> list[Figure]:
    found = 0
    for asked in questions[:300]:
        result = await engine.search(OWNER, asked.text)
        found += any(hit.document_id == f"doc_{asked.book:05}" and hit.seq == asked.passage for hit in result.hits)
        assert 0 < len(result.passages) <= 8
        assert result.corpus_chunks == chunks
    times: list[list[float]] = []
    worked: list[list[float]] = []
    marked: list[list[float]] = []
    with quiet():
        for at in range(rounds):
            for rows in (times, worked, marked):
                rows.append([])
            for asked in questions[at * 100 : at * 100 + 100] * 3:
                started, working = time.perf_counter_ns(), time.thread_time_ns()
                result = await engine.search(OWNER, asked.text)
                worked[-1].append((time.thread_time_ns() - working) / 1e6)
                ended = time.perf_counter_ns()
                engine.mark(result)
                times[-1].append((ended - started) / 1e6)
                marked[-1].append((time.perf_counter_ns() - ended) / 1e6)
    floor = _floor(database, chunks)
    name = f"hybrid search of {chunks:,} chunks, 8 texts, alone"
    return [
        Figure(f"{name}: p50", of_rounds(times, 0.5), "ms", at_most=0.8, against=floor),
        Figure(f"{name}: p99", of_rounds(times, 0.99), "ms", at_most=2.5, against=f"max {max(map(max, times)):.1f} ms"),
        Figure("the same in processor time, waits for a processor left out: p99", of_rounds(worked, 0.99), "ms"),
        Figure("offsets of matched words in 8 texts (only where they are shown): p50", of_rounds(marked, 0.5), "ms"),
        Figure("the passage that a question was made of is among the 8", found / min(len(questions), 300) * 100, "%"),
    ]


def _floor(database: Database, chunks: int) -> str:
    vectors = np.random.default_rng(1).integers(-127, 127, (chunks, StaticEmbedder.dim)).astype(np.int8)
    keys = [(f"doc_{number:05}", 7) for number in range(8)]
    dot = kernel()[1]

    def reads(call: int) -> None:
        database.read_now(lambda tx: (corpus_version(tx, OWNER), get_chunks(tx, OWNER, keys)))

    times = interleaved({"scan": lambda call: dot(vectors, vectors[call]), "reads": reads}, 3, 200)
    scan, read = of_rounds(times["scan"], 0.5), of_rounds(times["reads"], 0.5)
    return f"scan {scan:.2f} ms + reads {read:.2f} ms"


def _cold(engine: SearchEngine, database: Database) -> float:
    engine.corpora.forget(OWNER)
    started = time.perf_counter_ns()
    database.read_now(lambda tx: engine.corpora.read(tx, OWNER, engine.corpora.moment))
    return (time.perf_counter_ns() - started) / 1e6
