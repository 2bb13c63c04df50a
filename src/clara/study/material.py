"""The passages that something is made of: those found on a topic, else an even spread; in the order of the text."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from clara.core.errors import Conflict, Invalid
from clara.core.ids import NO_FOLDER
from clara.rag.documents import Passage
from clara.rag.embedder import StaticEmbedder
from clara.rag.languages import detect_language
from clara.rag.passages import passage_of
from clara.rag.ranking import Query
from clara.rag.search import MOST, SearchEngine
from clara.rag.statements import is_contents
from clara.store.database import Tx
from clara.store.files import Status, require_file
from clara.store.folders import get_folder, require_folder
from clara.store.passages import corpus_version, get_chunks, get_page
from clara.store.spread import Extent, list_sections, ready_extents, seqs_on_pages
from clara.study.scope import Scope
from clara.study.sections import is_number, named_sections

CHUNK_CHARS = 1_000
"""About what a chunk has."""
SCANNED_CHUNKS = 3_000
"""Of a file, looked through for a topic that search finds in other files first."""
_ENOUGH = 4
_COVERED = 0.5
"""Share of the topic's words, by rarity, that a passage must have to be about it."""
_NEAR = 0.45
"""Cosine from which a passage counts as about the topic, for embedders that know more than English."""


@dataclass(frozen=True, slots=True)
class Material:
    """Passages in the order of the text, and ``extents``: all that the scope holds.

    ``name`` is the file's or the folder's; of several files there is none, so that no set keeps a deleted file's name.
    """

    passages: Sequence[Passage]
    language: str
    name: str
    extents: Sequence[Extent]

    @property
    def texts(self) -> Sequence[str]:
        return [passage.text for passage in self.passages]


class Gatherer:
    """Gathers one learner's material at a time; folders and files of others are NotFound."""

    def __init__(self, search: SearchEngine) -> None:
        self._search = search

    async def gather(self, owner_id: str, scope: Scope, max_chars: int) -> Material:
        """Return about ``max_chars`` of the scope, at most; Conflict if there is nothing, or nothing on the topic."""
        most = max(_ENOUGH, max_chars // CHUNK_CHARS)
        database = self._search.database
        found = await self._found(owner_id, scope) if scope.topic else ()
        material = await database.scan(lambda tx: self._gather(tx, owner_id, scope, found, most))
        if not material.passages:
            raise _nothing(scope, material)
        return replace(material, passages=_within(material.passages, max_chars))

    async def rarity(self, owner_id: str, terms: Iterable[int]) -> tuple[int, Mapping[int, int]]:
        """Return how many chunks the learner has, and how many of them hold each term."""
        version = await self._search.database.read(lambda tx: corpus_version(tx, owner_id))
        corpora = self._search.corpora
        corpus = corpora.get(owner_id, version) or await corpora.load(owner_id)
        wanted = tuple(dict.fromkeys(terms))
        query = Query(dict.fromkeys(wanted, 1.0), words=tuple((1.0, (term,)) for term in wanted))
        return corpus.shard.size, dict(zip(wanted, corpus.shard.holders(query), strict=True))

    async def _found(self, owner_id: str, scope: Scope) -> Sequence[Passage]:
        """Return the passages that are about the topic, best first."""
        result = await self._search.search(owner_id, scope.topic, folder_id=scope.folder_id, limit=MOST)
        knows_more = self._search.embedder.name != StaticEmbedder.name
        return [
            passage
            for passage, hit in zip(result.passages, result.hits, strict=True)
            if hit.coverage >= _COVERED or (knows_more and hit.cosine is not None and hit.cosine >= _NEAR)
        ]

    def _gather(self, tx: Tx, owner_id: str, scope: Scope, found: Sequence[Passage], most: int) -> Material:
        name = _name(tx, owner_id, scope)
        extents = ready_extents(tx, owner_id, scope.folder_id, scope.file_id)
        pages = _on_pages(tx, owner_id, scope, extents)
        if scope.topic:
            keys = self._about(tx, owner_id, scope, extents, found)
            keys = [key for key in keys if pages is None or key in pages][:most]
            keys = _in_order(keys, extents)
        elif pages is not None:
            keys = _spread(list(pages), most)
        else:
            keys = _spread_over(extents, most)
        passages = _read(tx, owner_id, keys, extents)
        if pages is not None:
            passages = [part for passage in passages for part in _within_pages(tx, owner_id, passage, scope)]
        language = detect_language(" ".join(passage.text for passage in passages[:20]))
        return Material(passages, language, name, extents)

    def _about(
        self, tx: Tx, owner_id: str, scope: Scope, extents: Sequence[Extent], found: Sequence[Passage]
    ) -> list[tuple[str, int]]:
        """Return the chunks on a topic, best first: sections of that title, and with few of them what was found."""
        within = {extent.placed.document_id for extent in extents}
        keys: dict[tuple[str, int], None] = {}
        for extent in extents:
            document_id = extent.placed.document_id
            for section in named_sections(scope.topic, list_sections(tx, owner_id, document_id)):
                keys.update(dict.fromkeys((document_id, seq) for seq in range(section.first, section.last + 1)))
        if len(keys) >= _ENOUGH or (keys and is_number(scope.topic)):
            return list(keys)
        keys.update(dict.fromkeys((p.document_id, p.seq) for p in found if p.document_id in within))
        if len(keys) < _ENOUGH and scope.file_id is not None:
            keys.update(dict.fromkeys(self._scan(tx, owner_id, scope.topic, extents)))
        return list(keys)

    def _scan(self, tx: Tx, owner_id: str, topic: str, extents: Sequence[Extent]) -> list[tuple[str, int]]:
        """Return the chunks of one file that hold most of the topic's words, those that hold more of them first."""
        held: list[tuple[int, tuple[str, int]]] = []
        for extent in extents:
            keys = [(extent.placed.document_id, seq) for seq in range(min(extent.chunks, SCANNED_CHUNKS))]
            for passage in _read(tx, owner_id, keys, extents):
                language = detect_language(passage.text)
                wanted = set(self._search.tokenizer.terms(topic, language))
                count = len(wanted & set(self._search.tokenizer.terms(passage.text, language)))
                if count and (count > _COVERED * len(wanted) or len(wanted) == 1):
                    held.append((-count, (passage.document_id, passage.seq)))
        return [key for _, key in sorted(held)]


def _name(tx: Tx, owner_id: str, scope: Scope) -> str:
    if scope.folder_id is not None:
        require_folder(tx, owner_id, scope.folder_id)
    if scope.file_id is None:
        if scope.page_from is not None or scope.page_to is not None:
            raise Invalid("Pages are those of a file: name it in file_id.", code="pages_without_file")
        folder = get_folder(tx, owner_id, scope.folder_id) if scope.folder_id not in (None, NO_FOLDER) else None
        return folder.name if folder else ""
    file = require_file(tx, owner_id, scope.file_id)
    if not file.document.status.final:
        raise Conflict("The file is still being read. Try again when it is ready.", code="not_ready")
    if file.document.status is not Status.READY:
        raise Conflict("The file has no text that could be read. Upload a copy with text.", code="no_material")
    return file.name.rsplit(".", 1)[0]


def _on_pages(tx: Tx, owner_id: str, scope: Scope, extents: Sequence[Extent]) -> dict[tuple[str, int], None] | None:
    """Return the chunks on the scope's pages, None for all pages."""
    if scope.page_from is None and scope.page_to is None:
        return None
    first, last = scope.page_from or 1, scope.page_to or 2**31 - 1
    if last < first:
        raise Invalid("The last page comes before the first. Exchange them.", code="invalid_pages")
    if not all(extent.placed.paged for extent in extents):
        raise Invalid("This file has no pages. Leave out page_from and page_to.", code="no_pages")
    return {
        (extent.placed.document_id, seq): None
        for extent in extents
        for seq in seqs_on_pages(tx, owner_id, extent.placed.document_id, first, last)
    }


def _within_pages(tx: Tx, owner_id: str, passage: Passage, scope: Scope) -> Iterator[Passage]:
    """Yield what of a passage stands on the scope's pages: a passage may begin before them and end after them."""
    first = get_page(tx, owner_id, passage.document_id, scope.page_from or 1)
    last = get_page(tx, owner_id, passage.document_id, scope.page_to) if scope.page_to else None
    start = max(passage.start, first.start if first else 0)
    end = min(passage.end, last.start + len(last.text) if last else passage.end)
    text = passage.text[start - passage.start : end - passage.start]
    if text.strip():
        yield replace(passage, text=text, start=start, end=end)


def _spread(keys: Sequence[tuple[str, int]], most: int) -> list[tuple[str, int]]:
    if len(keys) <= most:
        return list(keys)
    return [keys[int((at + 0.5) * len(keys) / most)] for at in range(most)]


def _spread_over(extents: Sequence[Extent], most: int) -> list[tuple[str, int]]:
    """Return chunks at even distances over all documents, without a list of all of them."""
    total = sum(extent.chunks for extent in extents)
    step = max(1.0, total / most)
    keys: list[tuple[str, int]] = []
    first, wanted = 0, step / 2 if total > most else 0.0
    for extent in extents:
        while wanted < first + extent.chunks:
            keys.append((extent.placed.document_id, int(wanted) - first))
            wanted += step
        first += extent.chunks
    return keys


def _in_order(keys: Sequence[tuple[str, int]], extents: Sequence[Extent]) -> list[tuple[str, int]]:
    order = {extent.placed.document_id: at for at, extent in enumerate(extents)}
    return sorted(keys, key=lambda key: (order.get(key[0], len(order)), key[1]))


def _read(tx: Tx, owner_id: str, keys: Sequence[tuple[str, int]], extents: Sequence[Extent]) -> list[Passage]:
    placed = {extent.placed.document_id: extent.placed for extent in extents}
    rows = get_chunks(tx, owner_id, keys)
    found = ((rows.get(key), placed.get(key[0])) for key in keys)
    return [passage_of(row, place) for row, place in found if row and place and not is_contents(row.text)]


def _within(passages: Sequence[Passage], max_chars: int) -> Sequence[Passage]:
    """Return the passages that fit, at least one; fewer of them, but as evenly spread, where chunks are long."""
    if sum(len(passage.text) for passage in passages) <= max_chars:
        return passages
    mean = sum(len(passage.text) for passage in passages) / len(passages)
    most = max(1, int(max_chars / mean))
    return [passages[int((at + 0.5) * len(passages) / most)] for at in range(most)]


def _nothing(scope: Scope, material: Material) -> Conflict:
    if scope.topic and material.extents:
        return Conflict(
            "Nothing in this material is about that. Name the topic in its words, or choose other material.",
            code="topic_not_covered",
        )
    if material.extents and not scope.is_whole:
        return Conflict("There is no text on those pages. Choose others.", code="no_material")
    return Conflict("There is no text yet to make this of. Upload a file with text first.", code="no_material")
