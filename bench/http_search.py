"""A search of 10,000 chunks over HTTP against /health/live of the same server, in turns on one keep-alive connection.

The server is a process of its own with its ingest child, started as `python -m clara serve`, authenticated by a service
key. The client is a bare socket in this process, and parses nothing, so that its own time hardly counts. Then: how long
the event loop was held (the worst answers of /health/live) while shards of 10,000 chunks are built and while 90 MiB are
uploaded.
"""

import threading
from urllib.parse import quote

from bench.corpus import HOW, library
from bench.measure import form_of, interleaved, quiet
from bench.report import Figure, Options, of_rounds, percentile
from bench.serving import Pinger, client, serving
from clara.testing import RunningServer

OWNER = "ana"
COLD = ("ben", "eva", "kim")


def run(options: Options) -> list[Figure]:
    books, questions = library(100, 20 if options.quick else 100, 500)
    chunks = sum(map(len, books))
    print(f"{chunks} chunks: {HOW}")
    paths = [f"/rag/search/{OWNER}?query={quote(asked.text)}" for asked in questions]
    with serving(dict.fromkeys((OWNER, *COLD), books)) as server:
        figures = _ratio(server, paths, chunks, 2 if options.quick else 5)
        with quiet():
            figures += _while_building(server, questions[0].text, chunks)
            figures += _while_uploading(server, 20 if options.quick else 90)
    return figures


def _ratio(server: RunningServer, paths: list[str], chunks: int, rounds: int) -> list[Figure]:
    one = client(server, OWNER)
    contestants = {
        "search": lambda call: one.fetch(paths[call % len(paths)]),
        "live": lambda call: one.fetch("/health/live"),
        "v1": lambda call: one.fetch(paths[call % len(paths)].replace(f"/rag/search/{OWNER}?query=", "/v1/search?q=")),
    }
    assert len(one.get(paths[0])["results"]) == 5
    interleaved(contestants, 1, 100)
    times = interleaved(contestants, rounds, 200)
    one.close()
    search, live = of_rounds(times["search"], 0.5), of_rounds(times["live"], 0.5)
    v1 = of_rounds(times["v1"], 0.5)
    return [
        Figure(
            f"/rag/search of {chunks:,} chunks to /health/live, p50",
            search / live,
            "×",
            at_most=4,
            against=f"{search:.2f} ms to {live:.2f} ms",
        ),
        Figure("/rag/search over HTTP: p99", of_rounds(times["search"], 0.99), "ms"),
        Figure("/v1/search (8 texts, matched words marked): p50", v1, "ms", against=f"{v1 / live:.1f} × /health/live"),
    ]


def _while_building(server: RunningServer, text: str, chunks: int) -> list[Figure]:
    held: list[float] = []
    for owner in COLD:
        other = client(server, owner)
        with Pinger(server) as pinger:
            other.get(f"/rag/search/{owner}?query={quote(text)}")
        held += pinger.times
        other.close()
    return [Figure(f"/health/live while a shard of {chunks:,} chunks is built: worst", max(held, default=0), "ms")]


def _while_uploading(server: RunningServer, mebibytes: int) -> list[Figure]:
    one = client(server, "upload")
    line = b"".join(b"%d is a number, and so is %d.\n" % (n, n * n) for n in range(20_000))
    form = form_of("long.txt", line * (mebibytes * 2**20 // len(line)))
    sent = threading.Thread(target=one.send_form, args=form)
    with Pinger(server) as pinger:
        sent.start()
        sent.join()
    one.close()
    times = pinger.times
    return [
        Figure(f"/health/live while {mebibytes} MiB are uploaded: p99", percentile(times, 0.99), "ms"),
        Figure(
            "the same: worst", max(times), "ms", against=f"p50 {percentile(times, 0.5):.2f} ms, {len(times)} answers"
        ),
    ]
