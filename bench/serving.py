"""A server as a user would start it, over a store that was filled before, and what watches its event loop."""

import contextlib
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bench.filling import Filler, new_store
from bench.measure import UNLIMITED, Client
from clara.testing import RunningServer, running_server


@contextlib.contextmanager
def serving(stock: dict[str, Sequence[Sequence[str]]] | None = None, **environment: str) -> Iterator[RunningServer]:
    """Run a server whose store holds these books by learner; everything is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="clara-bench-"))
    try:
        if stock:
            database = new_store(folder)
            filler = Filler(database)
            for owner_id, books in stock.items():
                filler.fill(owner_id, books)
            database.close()
        variables: dict[str, Any] = UNLIMITED | environment
        with running_server(folder, **variables) as server:
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def client(server: RunningServer, owner_id: str) -> Client:
    return Client(server.url, server.learner(owner_id))


class Pinger(threading.Thread):
    """Asks /health/live again and again: how late it answers shows for how long the event loop was held."""

    def __init__(self, server: RunningServer, pause_s: float = 0.002) -> None:
        super().__init__(daemon=True)
        self._client = Client(server.url)
        self._pause_s = pause_s
        self._stopping = threading.Event()
        self.times: list[float] = []

    def __enter__(self) -> "Pinger":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self.join()
        self._client.close()

    def run(self) -> None:
        while not self._stopping.wait(self._pause_s):
            started = time.perf_counter_ns()
            self._client.fetch("/health/live")
            self.times.append((time.perf_counter_ns() - started) / 1e6)
