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


def main(folder: Path) -> int:
    engine = Engine(Tokenizer(), StaticEmbedder())
    short = 0
    print(f"{'collection':10} {'half':6} {'questions':>9} " + " ".join(f"{metric:>8}" for metric in METRICS) + "  goal")
    for name, goals in GOALS.items():
        shard = engine.index(read(folder / f"{name}_passages.jsonl"))
        questions = read(folder / f"{name}_queries.jsonl")
        for half, is_tuned in (("tuned", True), ("other", False)):
            asked = [question for question in questions if tuned_on(question) == is_tuned]
            reached = measure([engine.rank(shard, question) for question in asked])
            missed = [metric for metric, goal in goals.items() if not is_tuned and reached[metric] < goal]
            short += len(missed)
            figures = " ".join(f"{reached[metric]:8.1f}" for metric in METRICS)
            wanted = "" if is_tuned else ", ".join(f"{metric} >= {goal}" for metric, goal in goals.items())
            verdict = f"  MISSED: {', '.join(missed)}" if missed else ""
            print(f"{name:10} {half:6} {len(asked):9} {figures}  {wanted}{verdict}")
    return 1 if short else 0


if __name__ == "__main__":
    if len(sys.argv) != 2 or not Path(sys.argv[1]).is_dir():
        sys.exit(__doc__)
    sys.exit(main(Path(sys.argv[1])))
