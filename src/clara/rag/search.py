"""From a question to passages, in one snapshot: version check, exact scoring, texts."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum

import numpy as np
import structlog

from clara.core.clock import Clock
from clara.core.errors import ClaraError, ProviderFailed, ProviderTimeout, Unavailable
from clara.rag.corpora import Corpora, Corpus
from clara.rag.documents import Passage
from clara.rag.embedder import Embedder, NoEmbedder, Vectors
from clara.rag.passages import passage_of
from clara.rag.ranking import EARLIER_WEIGHTS, make_query
from clara.rag.shard import Hit
from clara.rag.tokenizer import Tokenizer
from clara.store.database import Database, Tx
from clara.store.folders import require_folder
from clara.store.passages import ChunkRow, Placed, corpus_version, get_chunks, get_labels, has_labels

log = structlog.get_logger()

INLINE_CHUNKS = 20_000
"""A corpus larger than this is scored in a thread: about a millisecond of the event loop."""
MOST = 50
KEEP_CURRENT_S = 60.0


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Passages, best first, with the evidence for each (same order), and whether there was anything to search in.

    ``terms`` are the question's term hashes with their weights, ``languages`` those that the corpus holds.
    ``words`` are the question's words and those of earlier questions: weight, chunks that hold it, terms.
    """

    passages: tuple[Passage, ...]
    hits: tuple[Hit, ...]
    corpus_chunks: int
    searched_chunks: int
    terms: Mapping[int, float]
    languages: Sequence[str]
    words: Sequence[tuple[float, int, tuple[int, ...]]]


class SearchEngine:
    """Searches one learner's documents; correct right after an upload or a deletion on any process.

    ``on_lexical`` is told the error's code when a question could not be embedded and words alone decide.
    """

    def __init__(
        self,
        database: Database,
        embedder: Embedder,
        clock: Clock,
        cache_bytes: int | None = None,
        on_lexical: Callable[[str], None] = lambda code: None,
    ) -> None:
        in_use = None if embedder.name == NoEmbedder.name else embedder.name
        self.corpora = Corpora(database, clock, cache_bytes, in_use)
        self.tokenizer = Tokenizer()
        self.embedder = embedder
        self.database = database
        self._on_lexical = on_lexical

    async def search(
        self,
        owner_id: str,
        question: str,
        *,
        folder_id: str | None = None,
        earlier: Sequence[str] = (),
        leans: bool = False,
        limit: int = 8,
    ) -> SearchResult:
        """Return the best passages. ``earlier`` are questions before this one, oldest first: they count for less.

        ``leans``: the question leaves its subject to the last of them ("How big is it?"). Raises NotFound for a folder
        that isn't the learner's.
        """
        latest_first = list(earlier)[: -len(EARLIER_WEIGHTS) - 1 : -1]
        vectors = await self._embed([question, *latest_first])
        asked = _Asked(owner_id, question, tuple(latest_first), leans, vectors, folder_id, min(limit, MOST))
        found = await self.database.read(lambda tx: self._at_once(tx, asked))
        if isinstance(found, SearchResult):
            return found
        built = await self.corpora.load(owner_id) if found is _Why.NOT_IN_MEMORY else None
        moment = self.corpora.moment
        return await self.database.scan(lambda tx: self._current(tx, asked, built, moment))

    def forget(self, owner_id: str) -> None:
        """Drop what is in memory of a learner's files, as after a deletion, and the words seen in anybody's."""
        self.corpora.forget(owner_id)
        self._forget_words()

    async def keep_current(self, every_s: float = KEEP_CURRENT_S) -> None:
        """Now and then drop what other processes' deletions have left in this one's memory; until cancelled."""
        while True:
            await asyncio.sleep(every_s)
            try:
                if await self.corpora.forget_outdated():
                    self._forget_words()
            except ClaraError as error:
                log.warning("corpora.not_checked", code=error.problem_code)

    def _forget_words(self) -> None:
        self.tokenizer.forget()
        self.embedder.forget()

    def mark(self, result: SearchResult) -> SearchResult:
        """Add to each passage the offsets of the words that matched."""
        languages = result.languages
        passages = tuple(
            replace(passage, marks=tuple(self.tokenizer.spans(passage.text, result.terms, languages)))
            for passage in result.passages
        )
        return replace(result, passages=passages)

    async def _embed(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors of questions; none, so that words alone decide, when a remote embedder fails."""
        try:
            return await self.embedder.embed_question(texts)
        except (ProviderFailed, ProviderTimeout, Unavailable) as error:
            self._on_lexical(error.problem_code)
            return np.zeros((len(texts), 0), dtype=np.float32)

    def _at_once(self, tx: Tx, asked: "_Asked") -> "SearchResult | _Why":
        corpus = self.corpora.get(asked.owner_id, corpus_version(tx, asked.owner_id))
        if corpus is None:
            return _Why.NOT_IN_MEMORY
        if corpus.shard.size > INLINE_CHUNKS:
            return _Why.TOO_LARGE
        return self._search(tx, corpus, asked)

    def _current(self, tx: Tx, asked: "_Asked", built: Corpus | None, moment: int) -> SearchResult:
        """Search at this snapshot's version: in what was just built, or is in memory, or else is built once more."""
        version = corpus_version(tx, asked.owner_id)
        corpus = built if built and built.version == version else self.corpora.get(asked.owner_id, version)
        if corpus is None:
            corpus, _ = self.corpora.read(tx, asked.owner_id, moment)
        return self._search(tx, corpus, asked)

    def _search(self, tx: Tx, corpus: Corpus, asked: "_Asked") -> SearchResult:
        if asked.folder_id is not None:
            require_folder(tx, asked.owner_id, asked.folder_id)
        shard = corpus.shard
        vectors = {self.embedder.name: asked.vectors} if asked.vectors.shape[1] else {}
        query = make_query(self.tokenizer, shard.languages, asked.question, asked.earlier, vectors, leans=asked.leans)
        found = shard.find(query)
        hits = shard.search(query, asked.folder_id, asked.limit, found)
        rows = get_chunks(tx, asked.owner_id, [(hit.document_id, hit.seq) for hit in hits])
        places = {hit.document_id: _place(corpus, hit.document_id, asked.folder_id) for hit in hits}
        labels = self._labels(
            tx, corpus, asked.owner_id, [row for row in rows.values() if places[row.document_id].paged]
        )
        passages = tuple(
            passage_of(rows[hit.document_id, hit.seq], places[hit.document_id], hit.score, labels) for hit in hits
        )
        held = shard.holders(query, found)
        words = [(weight, holders, terms) for (weight, terms), holders in zip(query.words, held, strict=True)]
        searched = shard.size_of(asked.folder_id)
        return SearchResult(passages, tuple(hits), shard.size, searched, query.terms, shard.languages, words)

    @staticmethod
    def _labels(tx: Tx, corpus: Corpus, owner_id: str, rows: Sequence[ChunkRow]) -> Mapping[tuple[str, int], str]:
        """Return the printed numbers of the pages that these chunks begin and end on."""
        known = corpus.labelled
        for row in rows:
            if row.document_id not in known:
                known[row.document_id] = has_labels(tx, owner_id, row.document_id)
        ends = [
            (row.document_id, page) for row in rows if known[row.document_id] for page in (row.page_from, row.page_to)
        ]
        return get_labels(tx, owner_id, ends) if ends else {}


class _Why(Enum):
    """Why a question can't be answered on the event loop."""

    NOT_IN_MEMORY = 1
    TOO_LARGE = 2


@dataclass(frozen=True, slots=True)
class _Asked:
    owner_id: str
    question: str
    earlier: tuple[str, ...]
    leans: bool
    vectors: Vectors
    folder_id: str | None
    limit: int


def _place(corpus: Corpus, document_id: str, folder_id: str | None) -> Placed:
    places = corpus.files[document_id]
    return next((placed for placed in places if placed.folder_id == folder_id), places[0])
