"""Does search find the passage that answers? Usage: python -m bench.retrieval_quality DATA_FOLDER

The folder holds NAME_passages.jsonl {id, title, text} and NAME_queries.jsonl {id, text, rel: {passage id: 1}} for the
names below. Every passage is cut, indexed and embedded as an uploaded document is, its title as its first heading, all
of one collection in one learner's shard; a passage's rank is that of its best chunk. Constants were chosen on the half
of the questions whose passage's hash is even; the goals are for the other half. Exits with 1 if one is missed.
"""

import hashlib
import json
import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.report import Figure, Options, Skipped, table
from clara.rag.chunks import chunk_pages
from clara.rag.documents import Heading, Page
from clara.rag.embedder import StaticEmbedder
from clara.rag.languages import detect_language
from clara.rag.ranking import make_query
from clara.rag.segments import build_segment, indexed_text
from clara.rag.shard import Shard
from clara.rag.tokenizer import Tokenizer

DEPTH = 10
GOALS = {
    "squad": {"MRR@10": 88.5, "R@1": 83.0},
    "xquad_es": {"R@1": 90.0},
    "xquad_zh": {"R@1": 92.0},
}
METRICS = ("R@1", "R@5", "MRR@10", "nDCG@10")


@dataclass(frozen=True)
class Engine:
    tokenizer: Tokenizer
    embedder: StaticEmbedder

    def index(self, passages: Sequence[dict[str, Any]]) -> Shard:
        parts = []
        for passage in passages:
            title = passage.get("title")
            headings = (Heading(1, title, 1, 0),) if title else ()
            chunks = list(chunk_pages([Page(1, None, passage["text"], headings)]))
            vectors = self.embedder.embed([indexed_text(chunk) for chunk in chunks])
            segment = build_segment(
                chunks,
                language=detect_language(passage["text"]),
                tokenizer=self.tokenizer,
                embedder=self.embedder.name,
                vectors=vectors,
            )
            parts.append((passage["id"], segment))
        return Shard(parts, {})

    def rank(self, shard: Shard, question: dict[str, Any]) -> int | None:
        """Return the place, from 0, of the first relevant passage among the ten best, or None."""
        vectors = {self.embedder.name: self.embedder.embed([question["text"]])}
        query = make_query(self.tokenizer, shard.languages, question["text"], (), vectors)
        found = dict.fromkeys(hit.document_id for hit in shard.search(query, limit=3 * DEPTH))
        return next((place for place, id_ in enumerate(list(found)[:DEPTH]) if id_ in question["rel"]), None)


def measure(ranks: Sequence[int | None]) -> dict[str, float]:
    found = [rank for rank in ranks if rank is not None]
    sums = (
        sum(rank < 1 for rank in found),
        sum(rank < 5 for rank in found),
        sum(1 / (rank + 1) for rank in found),
        sum(1 / math.log2(rank + 2) for rank in found),
    )
    return {metric: 100 * total / len(ranks) for metric, total in zip(METRICS, sums, strict=True)}


def read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def tuned_on(question: dict[str, Any]) -> bool:
    return hashlib.md5(next(iter(question["rel"])).encode()).digest()[0] % 2 == 0


def figures_of(engine: Engine, name: str, folder: Path) -> list[Figure]:
    shard = engine.index(read(folder / f"{name}_passages.jsonl"))
    questions = read(folder / f"{name}_queries.jsonl")
    other = [question for question in questions if not tuned_on(question)]
    reached = measure([engine.rank(shard, question) for question in other])
    before = measure([engine.rank(shard, question) for question in questions if tuned_on(question)])
    return [
        Figure(
            f"{name}, {len(other)} questions: {metric}",
            reached[metric],
            at_least=GOALS[name].get(metric),
            against=f"half that constants were chosen on: {before[metric]:.1f}",
        )
        for metric in METRICS
    ]


def run(options: Options) -> list[Figure]:
    if options.data is None:
        raise Skipped("needs --data FOLDER with SQuAD and XQuAD passages and questions")
    engine = Engine(Tokenizer(), StaticEmbedder())
    return [figure for name in GOALS for figure in figures_of(engine, name, options.data)]


def main(folder: Path) -> int:
    figures = run(Options(folder))
    print(table(figures))
    return 0 if all(figure.met for figure in figures) else 1


if __name__ == "__main__":
    if len(sys.argv) != 2 or not Path(sys.argv[1]).is_dir():
        sys.exit(__doc__)
    sys.exit(main(Path(sys.argv[1])))
