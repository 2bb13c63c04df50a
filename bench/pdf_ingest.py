"""A text PDF of 1,200 pages from the first byte of its upload until it can be searched, keyless, on a real server.

The book is made by fpdf2 (about 3,500 characters a page, an outline of 300 entries). Each run is a new learner's, so
that nothing is remembered. In turns: the server idle; beside a learner with 10,000 chunks who searches every few
milliseconds, whose 99th percentile is compared with that of the same searches just before. Also: many small files.
"""

import statistics
import threading
import time
from collections.abc import Sequence
from urllib.parse import quote

from bench.corpus import HOW, Writer, library
from bench.made_pdf import chapter_of, made_pdf
from bench.measure import Client, quiet
from bench.report import Figure, Options, of_rounds, percentile
from bench.serving import client, serving
from clara.testing import RunningServer

OWNER = "ana"
THINK_S = 0.004
MARKED = (1, 333, 601, 1200)


def run(options: Options) -> list[Figure]:
    pages, runs = (200, 1) if options.quick else (1200, 5)
    content = made_pdf(pages).read_bytes()
    books, questions = library(100, 20 if options.quick else 100, 500)
    print(f"{pages} pages, {len(content) / 2**20:.1f} MiB; {sum(map(len, books))} chunks to search: {HOW}")
    paths = [f"/rag/search/{OWNER}?query={quote(asked.text)}" for asked in questions]
    idle, beside, before, during = [], [], [], []
    with serving({OWNER: books}) as server, quiet():
        for at in range(runs):
            idle.append(_ingest(server, f"idle-{at}", content, pages))
            with Searcher(server, paths) as searcher:
                time.sleep(2.5)
            before.append(searcher.times)
            with Searcher(server, paths) as searcher:
                beside.append(_ingest(server, f"beside-{at}", content, pages, pause_s=0.2))
            during.append(searcher.times)
            tails = f"p99 of searches {percentile(before[-1], 0.99):.2f}, then {percentile(during[-1], 0.99):.2f} ms"
            print(f"run {at + 1}: {idle[-1]:.2f} s idle, {beside[-1]:.2f} s beside searches; {tails}", flush=True)
        small = _small_files(server, 20 if options.quick else 150)
    rate = f"{pages / percentile(idle, 0.5):,.0f} pages a second"
    return [
        Figure(f"{pages:,}-page PDF to ready, idle", percentile(idle, 0.5), "s", at_most=4, against=rate),
        Figure(f"{pages:,}-page PDF to ready, beside searches", percentile(beside, 0.5), "s", at_most=8),
        _slower("p99 of searches beside it, to the same before", before, during, 0.99, at_most=2),
        _slower("the same for p50", before, during, 0.5),
        *small,
    ]


def _slower(
    name: str, before: list[list[float]], during: list[list[float]], share: float, at_most: float | None = None
) -> Figure:
    """Compare each run's searches with those just before it, and take the median run."""
    ratios = [percentile(b, share) / percentile(a, share) for a, b in zip(before, during, strict=True)]
    told = f"{of_rounds(during, share):.2f} to {of_rounds(before, share):.2f} ms, {sum(map(len, during))} searches"
    return Figure(name, statistics.median(ratios), "×", at_most=at_most, against=told)


def _ingest(server: RunningServer, owner_id: str, content: bytes, pages: int, pause_s: float = 0.025) -> float:
    one = client(server, owner_id)
    started = time.monotonic()
    file = one.upload("book.pdf", content)
    file = until_ready(one, file["id"], pause_s)
    took = time.monotonic() - started
    assert file["pages_total"] == pages
    for page in (page for page in MARKED if page <= pages):
        found = one.get(f"/v1/search?q=page-marker-{page}&limit=3")["passages"]
        assert any(p["page_from"] <= page <= p["page_to"] and f"marker-{page} " in p["text"] for p in found), page
        assert f"Chapter {chapter_of(page)}:" in found[0]["heading"], found[0]["heading"]
    one.close()
    return took


def until_ready(one: Client, file_id: str, pause_s: float = 0.025, timeout_s: float = 120) -> dict[str, object]:
    """Ask for the file's state again and again until it is final; raise if it isn't ready then."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        file: dict[str, object] = one.get(f"/v1/files/{file_id}")
        if file["status"] in ("ready", "failed", "needs_ocr"):
            assert file["status"] == "ready", file
            return file
        time.sleep(pause_s)
    raise TimeoutError(f"{file_id} isn't ready after {timeout_s} s")


class Searcher(threading.Thread):
    """A learner who searches, thinks for 4 ms, and searches again."""

    def __init__(self, server: RunningServer, paths: Sequence[str]) -> None:
        super().__init__(daemon=True)
        self._client = client(server, OWNER)
        self._paths = paths
        self._stopping = threading.Event()
        self.times: list[float] = []

    def __enter__(self) -> "Searcher":
        self._client.get(self._paths[0])
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self.join()
        self._client.close()

    def run(self) -> None:
        while not self._stopping.wait(THINK_S):
            path = self._paths[len(self.times) % len(self._paths)]
            started = time.perf_counter_ns()
            self._client.fetch(path)
            self.times.append((time.perf_counter_ns() - started) / 1e6)


def _small_files(server: RunningServer, count: int) -> list[Figure]:
    one = client(server, "small")
    writer = Writer(seed=3)
    texts = ["\n\n".join(writer.book(2)) for _ in range(count)]
    started = time.monotonic()
    ids = [one.upload(f"note-{at}.txt", text.encode())["id"] for at, text in enumerate(texts)]
    uploaded = time.monotonic() - started
    for file_id in ids:
        until_ready(one, file_id)
    ready = time.monotonic() - started
    one.close()
    return [
        Figure("small text files accepted a second, one client", count / uploaded, "/ s"),
        Figure(
            "small text files ready a second", count / ready, "/ s", against="each in a confined process of its own"
        ),
    ]
