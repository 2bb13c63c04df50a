"""Learners' shards in memory: the least recently used leave when the bytes run out; each is built once at a time."""

import asyncio
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import structlog

from clara.core.clock import Clock
from clara.ops.memory import allowed_bytes
from clara.rag.segments import CorruptSegment, Segment, StaleSegment
from clara.rag.shard import Shard
from clara.store.database import Database, Tx
from clara.store.files import Status, change_document, get_document
from clara.store.jobs import EMBED, INGEST, enqueue, enqueue_once
from clara.store.learners import change_corpus, lock_known_learner
from clara.store.passages import Placed, corpus_version, ready_files, ready_segments

log = structlog.get_logger()

MOST_BYTES = 512 * 2**20
SHARE_OF_MEMORY = 4
FILE_BYTES = 400
"""A file's entry in a corpus, roughly; measured with tracemalloc."""


@dataclass(frozen=True, slots=True)
class Corpus:
    """Everything of a learner's that can be searched, at one version. ``files`` are by document id, oldest first.

    ``labelled`` says of documents that were found so far whether they have printed page numbers: most have none, and
    to look for them would be a fourteenth of a search.
    """

    version: str | None
    shard: Shard
    files: Mapping[str, Sequence[Placed]]
    labelled: dict[str, bool] = field(default_factory=dict)

    @property
    def nbytes(self) -> int:
        return self.shard.nbytes + FILE_BYTES * (1 + sum(len(placed) for placed in self.files.values()))


@dataclass(frozen=True, slots=True)
class Outdated:
    """Documents to be indexed again: unusable ones, and those that have no vectors of the embedder in use."""

    unusable: Sequence[str]
    without_vectors: Sequence[str]


def default_cache_bytes() -> int:
    """Return 512 MiB, but at most a quarter of the memory that the cgroup allows."""
    return min(MOST_BYTES, allowed_bytes() // SHARE_OF_MEMORY)


class Corpora:
    """A cache of corpora. Its methods may be called from any thread; ``load`` belongs to the event loop.

    ``embedder``: the name of the one in use; None when documents' vectors don't matter.
    """

    def __init__(
        self, database: Database, clock: Clock, max_bytes: int | None = None, embedder: str | None = None
    ) -> None:
        self._database = database
        self._clock = clock
        self._embedder = embedder
        self.max_bytes = max_bytes or default_cache_bytes()
        self._cached: OrderedDict[str, Corpus] = OrderedDict()
        self._sizes = 0
        self._lock = threading.Lock()
        self._loading: dict[str, asyncio.Task[Corpus]] = {}
        self._forgotten = 0

    @property
    def moment(self) -> int:
        """Return what tells a snapshot that was begun before a corpus was forgotten."""
        return self._forgotten

    @property
    def nbytes(self) -> int:
        return self._sizes

    def __len__(self) -> int:
        return len(self._cached)

    def get(self, owner_id: str, version: str | None) -> Corpus | None:
        """Return the corpus if it is in memory at exactly this version."""
        with self._lock:
            corpus = self._cached.get(owner_id)
            if corpus is None or corpus.version != version:
                return None
            self._cached.move_to_end(owner_id)
            return corpus

    def forget(self, owner_id: str) -> None:
        """Drop a learner's corpus, as after a deletion; one that is being built now isn't kept either."""
        with self._lock:
            self._forgotten += 1
            self._drop(owner_id)

    async def forget_outdated(self) -> bool:
        """Drop the corpora that another process has changed since; return True if there were any."""
        with self._lock:
            held = {owner_id: corpus.version for owner_id, corpus in self._cached.items()}
        if not held:
            return False
        current = await self._database.scan(lambda tx: {owner_id: corpus_version(tx, owner_id) for owner_id in held})
        outdated = [owner_id for owner_id, version in held.items() if current[owner_id] != version]
        for owner_id in outdated:
            self.forget(owner_id)
        return bool(outdated)

    async def load(self, owner_id: str) -> Corpus:
        """Build the corpus from the store, off the event loop; callers that come meanwhile wait for the same one."""
        task = self._loading.get(owner_id)
        if task is None:
            task = self._loading[owner_id] = asyncio.create_task(self._build(owner_id))
            task.add_done_callback(lambda _: self._loading.pop(owner_id, None))
        return await asyncio.shield(task)

    async def _build(self, owner_id: str) -> Corpus:
        moment = self.moment
        corpus, outdated = await self._database.scan(lambda tx: self.read(tx, owner_id, moment))
        if outdated.unusable:
            await self._database.write(lambda tx: self._index_again(tx, owner_id, outdated.unusable))
        if outdated.without_vectors:
            await self._database.write(lambda tx: self._embed_again(tx, owner_id, outdated.without_vectors))
        return corpus

    def read(self, tx: Tx, owner_id: str, moment: int) -> tuple[Corpus, Outdated]:
        """Build the corpus in this snapshot and keep it; also return what must be indexed again.

        ``moment`` is that of before the snapshot: what was forgotten since isn't kept.
        """
        version = corpus_version(tx, owner_id)
        parts: list[tuple[str, Segment]] = []
        unusable: dict[str, None] = {}
        without: dict[str, None] = {}
        for document_id, data in ready_segments(tx, owner_id):
            try:
                segment = Segment.from_bytes(data)
                parts.append((document_id, segment))
                if segment.embedder != self._embedder:
                    without[document_id] = None
            except (CorruptSegment, StaleSegment) as error:
                log.warning("segment.unusable", document=document_id, code=error.problem_code)
                unusable[document_id] = None
        files: dict[str, list[Placed]] = {}
        for placed in ready_files(tx, owner_id):
            files.setdefault(placed.document_id, []).append(placed)
        usable = [part for part in parts if part[0] in files and part[0] not in unusable]
        folders = {document: [placed.folder_id for placed in places] for document, places in files.items()}
        corpus = Corpus(version, Shard(usable, folders), files)
        self._keep(owner_id, corpus, moment)
        behind = [document for document in without if document not in unusable] if self._embedder else []
        return corpus, Outdated(list(unusable), behind)

    def _index_again(self, tx: Tx, owner_id: str, documents: Sequence[str]) -> None:
        lock_known_learner(tx, owner_id)
        for document_id in documents:
            document = get_document(tx, owner_id, document_id)
            if document is not None and document.status is Status.READY:
                change_document(tx, owner_id, document_id, self._clock.now(), status=Status.QUEUED)
                enqueue(tx, owner_id, INGEST, document_id)
        change_corpus(tx, owner_id)

    def _embed_again(self, tx: Tx, owner_id: str, documents: Sequence[str]) -> None:
        for document_id in documents:
            enqueue_once(tx, owner_id, EMBED, document_id)

    def _keep(self, owner_id: str, corpus: Corpus, moment: int) -> None:
        with self._lock:
            self._drop(owner_id)
            if corpus.nbytes > self.max_bytes or moment != self._forgotten:
                return
            self._cached[owner_id] = corpus
            self._sizes += corpus.nbytes
            while self._sizes > self.max_bytes:
                self._drop(next(iter(self._cached)))

    def _drop(self, owner_id: str) -> None:
        corpus = self._cached.pop(owner_id, None)
        if corpus is not None:
            self._sizes -= corpus.nbytes
