"""Answers without a model: is the gold answer in a cited quote, and are questions about other books turned away?

SQuAD's passages are one learner's files, a file a title, cut and indexed as uploads are, and each question goes to
QuotingAnswerer over SQLite. "Other books": four more learners lack a quarter of the titles each, and are asked about
those. The constants were fitted on every other title ("fitted" below); the goals are for the titles between them. The
chapters of the one textbook among the titles count as one book, which is fitted. XQuAD, of which only the first half of
the Chinese passages was looked at, has no gold answers here: the right passage must be cited.
"""

import asyncio
import json
import statistics
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.filling import new_store
from bench.report import Figure, Options, Skipped
from clara.core.clock import SystemClock
from clara.core.ids import NO_FOLDER
from clara.rag.chunks import chunk_pages
from clara.rag.documents import Chunk, Heading, Page
from clara.rag.embedder import StaticEmbedder
from clara.rag.languages import detect_language
from clara.rag.search import SearchEngine
from clara.rag.segments import build_segment, indexed_text
from clara.rag.tokenizer import Tokenizer
from clara.store.database import Database, Tx
from clara.store.files import Document, Status, add_document, add_file
from clara.store.learners import change_corpus, lock_learner
from clara.store.passages import ChunkRow, add_chunks, add_segment
from clara.tutor.answering import Question
from clara.tutor.events import CitationEvent
from clara.tutor.quotes.quoting import QuotingAnswerer

QUARTERS = 4
TEXTBOOK = "a textbook of economics"
PASSAGES_A_FILE = 5
"""XQuAD takes five passages in a row from each article, and names none."""


@dataclass(frozen=True)
class Book:
    """Passages of one title; ``quarter``: the learner who lacks it; ``fitted``: constants were fitted on it."""

    title: str
    passages: Sequence[Mapping[str, Any]]
    quarter: int
    fitted: bool


@dataclass
class Tally:
    """What became of some questions."""

    asked: int = 0
    right: int = 0
    placed: int = 0
    abstained: int = 0
    quotes: int = 0
    chars: int = 0
    times: list[float] = field(default_factory=list)

    def share(self, count: int) -> float:
        return 100 * count / max(self.asked, 1)

    @property
    def answered(self) -> int:
        return max(self.asked - self.abstained, 1)


def run(options: Options) -> list[Figure]:
    if options.data is None:
        raise Skipped("needs --data, a folder with squad_passages.jsonl and squad_queries.jsonl")
    with tempfile.TemporaryDirectory() as folder:
        database = new_store(Path(folder))
        try:
            squad = _measure(database, options, "squad")
            figures = _figures(squad)
            for name in ("xquad_es", "xquad_zh"):
                if (options.data / f"{name}_passages.jsonl").exists():
                    figures += _told(name, _measure(database, options, name))
        finally:
            database.close()
    return figures


def _figures(tallies: Mapping[str, Tally]) -> list[Figure]:
    new, fitted = tallies["new"], tallies["fitted"]
    other, other_fitted = tallies["new, other books"], tallies["fitted, other books"]
    times = sorted(new.times)
    return [
        Figure("SQuAD: gold answer in a cited quote", new.share(new.right), "%", at_least=75),
        Figure("SQuAD: abstains on questions about other books", other.share(other.abstained), "%", at_least=85),
        Figure("SQuAD: abstains on answerable questions", new.share(new.abstained), "%", at_most=8),
        Figure("SQuAD: gold answer in a quote of the right passage", new.share(new.placed), "%"),
        Figure("the same on fitted titles: gold answer", fitted.share(fitted.right), "%"),
        Figure("the same on fitted titles: other books", other_fitted.share(other_fitted.abstained), "%"),
        Figure("the same on fitted titles: answerable", fitted.share(fitted.abstained), "%"),
        Figure("quotes an answer", new.quotes / new.answered),
        Figure("characters quoted an answer", new.chars / new.answered),
        Figure("search, choice and check of an answer: p50", 1000 * statistics.median(times), "ms"),
        Figure("the same: p99", 1000 * times[len(times) * 99 // 100], "ms"),
    ]


def _told(name: str, tallies: Mapping[str, Tally]) -> list[Figure]:
    new, other = tallies["new"], tallies["new, other books"]
    return [
        Figure(f"{name}: cites the right passage", new.share(new.placed), "%"),
        Figure(f"{name}: abstains on questions about other books", other.share(other.abstained), "%"),
        Figure(f"{name}: abstains on answerable questions", new.share(new.abstained), "%"),
    ]


def _measure(database: Database, options: Options, name: str) -> dict[str, Tally]:
    assert options.data is not None
    books = _books(_read(options.data / f"{name}_passages.jsonl"))
    questions = _read(options.data / f"{name}_queries.jsonl")[:: 10 if options.quick else 1]
    tokenizer, embedder = Tokenizer(), StaticEmbedder()
    indexed = [_index(book, tokenizer, embedder) for book in books]
    for quarter in (None, *range(QUARTERS)):
        for number, (book, made) in enumerate(zip(books, indexed, strict=True)):
            if book.quarter != quarter:
                database.write_now(lambda tx, q=quarter, n=number, b=book, m=made: _store(tx, f"{name}-{q}", n, b, m))  # type: ignore[misc]
    answerer = QuotingAnswerer(SearchEngine(database, embedder, SystemClock()))
    return asyncio.run(_ask_all(answerer, name, books, questions))


async def _ask_all(
    answerer: QuotingAnswerer, name: str, books: Sequence[Book], questions: Iterable[Mapping[str, Any]]
) -> dict[str, Tally]:
    book_of = {passage["id"]: book for book in books for passage in book.passages}
    text_of = {passage["id"]: passage["text"] for book in books for passage in book.passages}
    tallies: dict[str, Tally] = defaultdict(Tally)
    for question in questions:
        passage_id = next(iter(question["rel"]))
        book = book_of[passage_id]
        half = "fitted" if book.fitted else "new"
        gold = question.get("answers") or None
        for owner, tally in ((None, tallies[half]), (book.quarter, tallies[f"{half}, other books"])):
            started = time.perf_counter()
            quotes = await _ask(answerer, f"{name}-{owner}", question["text"])
            tally.times.append(time.perf_counter() - started)
            tally.asked += 1
            tally.abstained += not quotes
            tally.quotes += len(quotes)
            tally.chars += sum(map(len, quotes))
            placed = [quote for quote in quotes if _plain(quote) in _plain(text_of[passage_id])]
            tally.right += _holds(quotes, gold)
            tally.placed += _holds(placed, gold)
    return tallies


async def _ask(answerer: QuotingAnswerer, owner: str, text: str) -> list[str]:
    events = answerer.answer(Question(owner, text, None, ()))
    return [event.citation.quote async for event in events if isinstance(event, CitationEvent)]


def _holds(quotes: Sequence[str], gold: Sequence[str] | None) -> bool:
    """Tell whether a quote holds a gold answer; where there are none, whether there is a quote."""
    if gold is None:
        return bool(quotes)
    return any(_plain(answer) in _plain(quote) for answer in gold for quote in quotes)


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _books(passages: Sequence[Mapping[str, Any]]) -> list[Book]:
    titles: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for number, passage in enumerate(passages):
        titles[passage.get("title") or f"article {number // PASSAGES_A_FILE:03}"].append(passage)
    named = "title" in passages[0]
    books: list[Book] = []
    places: Counter[bool] = Counter()
    for number, title in enumerate(sorted(titles)):
        is_textbook = title.isupper()
        fitted = named and (number % 2 == 0 or is_textbook)
        quarter = 0 if is_textbook else places[fitted] % QUARTERS
        places[fitted] += not is_textbook
        books.append(Book(title, titles[title], quarter, fitted))
    return books


def _index(book: Book, tokenizer: Tokenizer, embedder: StaticEmbedder) -> tuple[list[Chunk], bytes]:
    text = "\n\n".join(passage["text"] for passage in book.passages)
    chunks = list(chunk_pages([Page(1, None, f"{book.title}\n\n{text}", (Heading(1, book.title, 1, 0),))]))
    segment = build_segment(
        chunks,
        language=detect_language("\n".join(chunk.text for chunk in chunks)),
        tokenizer=tokenizer,
        embedder=embedder.name,
        vectors=embedder.embed([indexed_text(chunk) for chunk in chunks]),
    )
    return chunks, segment.to_bytes()


def _store(tx: Tx, owner_id: str, number: int, book: Book, made: tuple[Sequence[Chunk], bytes]) -> None:
    now, (chunks, data) = time.time(), made
    document_id = f"doc_{number:05}"
    lock_learner(tx, owner_id, now)
    document = Document(
        document_id, f"{number:064}", "markdown", 1, f"blob_{number}",
        Status.READY, None, None, False, 1, 1, len(chunks),
    )  # fmt: skip
    add_document(tx, owner_id, document, now)
    add_file(tx, owner_id, f"file_{number:05}", NO_FOLDER, document_id, f"{book.title}.md", now)
    rows = [ChunkRow(document_id, c.seq, c.page_from, c.page_to, c.start, c.end, c.heading, c.text) for c in chunks]
    add_chunks(tx, owner_id, rows)
    add_segment(tx, owner_id, document_id, 0, data)
    change_corpus(tx, owner_id)
