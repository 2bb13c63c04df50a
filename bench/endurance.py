"""Whether memory grows: a server that takes in small files, searches, answers and deletes, again and again.

Every round a learner uploads files, searches and asks a few times, and deletes the files; then the processes' memory is
read. What the first rounds gain (caches filling up, code loaded at first use) isn't counted: the figure is what the
second half of the rounds added, for each thousand uploads.
"""

from urllib.parse import quote

from bench.corpus import Writer
from bench.measure import resident_tree
from bench.pdf_ingest import until_ready
from bench.report import Figure, Options
from bench.serving import client, serving

FILES, SEARCHES, QUESTIONS = 10, 40, 10


def run(options: Options) -> list[Figure]:
    rounds = 6 if options.quick else 24
    writer = Writer(seed=11)
    server_sizes, all_sizes = [], []
    with serving() as server:
        for at in range(rounds):
            one = client(server, f"learner-{at % 5}")
            texts = [writer.book(2) for _ in range(FILES)]
            ids = [one.upload(f"note-{at}-{n}.md", "\n\n".join(text).encode())["id"] for n, text in enumerate(texts)]
            for file_id in ids:
                until_ready(one, str(file_id))
            for n in range(SEARCHES):
                one.get(f"/v1/search?q={quote(writer.question(texts[n % FILES][0]))}")
            for n in range(QUESTIONS):
                one.post("/homework/chat-rag", {"message": writer.question(texts[n % FILES][1])})
            for file_id in ids:
                assert one.request("DELETE", f"/v1/files/{file_id}")[0] == 200
            one.close()
            alone, everything = resident_tree(server.process.pid)
            server_sizes.append(alone)
            all_sizes.append(everything)
    half = rounds // 2
    uploads = (rounds - half) * FILES
    told = f"{server_sizes[0]:.0f}, {server_sizes[half]:.0f}, {server_sizes[-1]:.0f} MiB at first, half, last"
    return [
        Figure(
            "the server's memory grows, a thousand uploads",
            _growth(server_sizes, half) / uploads * 1000,
            "MiB",
            against=told,
        ),
        Figure("all processes' memory grows, the same", _growth(all_sizes, half) / uploads * 1000, "MiB"),
    ]


def _growth(sizes: list[float], half: int) -> float:
    return sizes[-1] - sizes[half - 1]
