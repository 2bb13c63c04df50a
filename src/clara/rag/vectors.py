"""Vectors of a document's texts: from the embedder, or, where that is remote, as far as can be from what was kept."""

import hashlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from clara.core.errors import ClaraError
from clara.rag.embedder import Embedder, Vectors
from clara.rag.segments import quantise
from clara.store.database import Database
from clara.store.embeddings import find_embeddings

REST_S = 60.0
"""For so long a remote embedder isn't asked after it failed: a book has a hundred batches, which would each wait."""
_HASH_BYTES = 16


class NoVectors(Exception):
    """The embedder could not be used; ``error`` says why."""

    def __init__(self, error: ClaraError) -> None:
        super().__init__(error.detail)
        self.error = error


@dataclass(frozen=True, slots=True)
class Embedded:
    """Vectors of texts, one a row, and what is to be kept of them: int8 rows by the text's hash."""

    embedder: str
    vectors: Vectors
    kept: Mapping[bytes, bytes]


class DocumentVectors:
    """Embeds in batches of any size, in a thread."""

    def __init__(self, database: Database, embedder: Embedder) -> None:
        self.embedder = embedder
        self._database = database
        self._rests_until = 0.0
        self._failure: ClaraError | None = None

    def none(self, texts: Sequence[str]) -> Embedded:
        """Return no vectors, for texts that are found by their words alone for now."""
        return Embedded("none", np.zeros((len(texts), 0), dtype=np.float32), {})

    def of(self, owner_id: str, texts: Sequence[str]) -> Embedded:
        """Return the vectors of texts of this learner's; raise NoVectors when a remote embedder fails."""
        if not self.embedder.is_remote:
            return Embedded(self.embedder.name, self.embedder.embed(texts), {})
        hashes = [_hash(text) for text in texts]
        by_hash = dict(zip(hashes, texts, strict=True))
        rows = dict(self._database.read_now(lambda tx: find_embeddings(tx, owner_id, self.embedder.name, hashes)))
        if len({len(row) for row in rows.values()}) > 1:
            rows.clear()
        rows |= self._made([one for one in by_hash if one not in rows], by_hash)
        if len({len(row) for row in rows.values()}) > 1:
            # The endpoint has another model behind the same name now.
            rows = self._made(list(by_hash), by_hash)
        matrix = np.array([np.frombuffer(rows[one], dtype=np.int8) for one in hashes], dtype=np.float32)
        lengths = np.linalg.norm(matrix, axis=1, keepdims=True)
        matrix /= np.where(lengths > 0, lengths, 1)
        return Embedded(self.embedder.name, matrix, rows)

    def _made(self, wanted: Sequence[bytes], texts: Mapping[bytes, str]) -> dict[bytes, bytes]:
        if not wanted:
            return {}
        if self._failure is not None and time.monotonic() < self._rests_until:
            raise NoVectors(self._failure)
        try:
            vectors = self.embedder.embed([texts[one] for one in wanted])
        except ClaraError as error:
            self._failure, self._rests_until = error, time.monotonic() + REST_S
            raise NoVectors(error) from error
        quantised, _ = quantise(vectors)
        return {one: row.tobytes() for one, row in zip(wanted, quantised, strict=True)}


def _hash(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_HASH_BYTES).digest()
