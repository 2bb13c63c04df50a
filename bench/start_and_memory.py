"""From `python -m clara serve` to the first 200 of /health/ready, on an empty folder and on a migrated store; memory.

Start: the median of seven starts each, in turns; the clock begins before the process does, and the server asks nothing
of the network. Memory: the server and everything below it after its first search of a learner's 500 chunks and two
seconds of rest, as RSS (shared pages counted in each process) and, told only, as PSS. Floor: `python -c pass`, and
the same for the imports that a web server of this kind can't do without.
"""

import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

import psutil

from bench.corpus import library
from bench.filling import Filler, new_store
from bench.measure import UNLIMITED, in_milliseconds, proportional_tree, resident_tree
from bench.report import Figure, Options, percentile
from bench.serving import client
from clara.testing import free_port, running_server

OWNER = "ana"
IMPORTS = "import uvicorn, fastapi, sqlalchemy, pydantic_settings, numpy"


def run(options: Options) -> list[Figure]:
    books, questions = library(5, 100, 50)
    first, again, bare, imports = [], [], [], []
    for at in range(3 if options.quick else 7):
        with TemporaryDirectory() as folder:
            first.append(_start_s(Path(folder) / "data"))
            again.append(_start_s(Path(folder) / "data"))
        bare.append(in_milliseconds(lambda: subprocess.run([sys.executable, "-c", "pass"], check=True)))
        imports.append(in_milliseconds(lambda: subprocess.run([sys.executable, "-c", IMPORTS], check=True)))
        print(f"start {at + 1}: first {first[-1]:.2f} s, migrated {again[-1]:.2f} s", flush=True)
    floor = f"python {percentile(bare, 0.5) / 1000:.2f} s, imports {percentile(imports, 0.5) / 1000:.2f} s"
    with TemporaryDirectory() as folder:
        database = new_store(Path(folder))
        Filler(database).fill(OWNER, books)
        database.close()
        figures = _memory(Path(folder), [asked.text for asked in questions])
    return [
        Figure("start to first 200, migrated store", percentile(again, 0.5), "s", at_most=1.5, against=floor),
        Figure("start to first 200, first start", percentile(first, 0.5), "s", at_most=3, against=floor),
        *figures,
    ]


def _start_s(folder: Path) -> float:
    started = time.monotonic()
    with running_server(folder, free_port(), **UNLIMITED):
        return time.monotonic() - started


def _memory(folder: Path, questions: list[str]) -> list[Figure]:
    with running_server(folder, **UNLIMITED) as server:
        one = client(server, OWNER)
        one.get(f"/rag/search/{OWNER}?query={quote(questions[0])}")
        time.sleep(2)
        alone, everything = resident_tree(server.process.pid)
        shared = proportional_tree(server.process.pid)
        processes = [psutil.Process(server.process.pid), *psutil.Process(server.process.pid).children(recursive=True)]
        used = [sum(process.cpu_times()[:2]) for process in processes]
        time.sleep(5)
        idle = sum(sum(process.cpu_times()[:2]) - before for process, before in zip(processes, used, strict=True)) / 5
        one.close()
    return [
        Figure("resident after one search: the server", alone, "MiB", at_most=160),
        Figure(
            "resident after one search: all processes", everything, "MiB", at_most=260, against=f"PSS {shared:.0f} MiB"
        ),
        Figure("idle: share of one processor, all processes", idle * 100, "%"),
    ]
