"""The immutable index part of one batch of chunks of one document, and its form in the database."""

import math
import re
import struct
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt

from clara.core.errors import Internal
from clara.rag import tokenizer as terms
from clara.rag.chunks import HEADING_SEPARATOR
from clara.rag.documents import Chunk
from clara.rag.embedder import Vectors
from clara.rag.tokenizer import Tokenizer
from clara.store.passages import ChunkRow

MAX_CHUNKS = 65_535

_MAGIC = b"CLSG"
_FORMAT = 2
_HEADER = struct.Struct("<4sHHIIIIIHHI")
"""Magic, format, tokenizer version; counts of chunks, terms, postings, words and dimensions; bytes of the embedder's
name and of the language; CRC-32."""
_NUMBERING = re.compile(r"\A(?:[^\W\d_]+ )?\d+(?:\.\d+)*[.:]?\s+")
"""What stands before a heading's own words: "2.1", "Chapter 3:"."""
_WITHOUT_BLANKS = frozenset({"zh", "ja", "ko", "th"})
"""Languages whose terms are overlapping grams: each already says what stands beside it."""


class CorruptSegment(Internal):
    """Stored bytes that are no segment, or not the one that was written: index the document again."""

    code, title = "corrupt_segment", "A part of the index is damaged"


class StaleSegment(Internal):
    """A segment of an older form, or of another version of the tokenizer: index the document again."""

    code, title = "stale_segment", "A part of the index is out of date"


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """n chunks, t distinct terms, p postings.

    ``seqs``, ``lengths`` (in terms), ``titles`` (the ``title_code`` of the heading that each stands under, or 0) and
    ``scales`` are (n,); ``vectors`` is (n, dim) int8, and a row times its scale
    has length 1, or 0 for an empty row. ``hashes`` (t,) ascend; the postings of term i are ``chunks`` (index into seqs,
    ascending) and ``counts`` (at most 255) from ``starts[i]`` to ``starts[i + 1]``. ``words`` holds each chunk's terms
    in reading order as ``word_code`` gives them and a 0 after each chunk, or nothing.
    """

    language: str
    embedder: str
    seqs: npt.NDArray[np.uint32]
    lengths: npt.NDArray[np.uint32]
    titles: npt.NDArray[np.uint32]
    scales: npt.NDArray[np.float32]
    vectors: npt.NDArray[np.int8]
    hashes: npt.NDArray[np.uint32]
    starts: npt.NDArray[np.uint32]
    chunks: npt.NDArray[np.uint16]
    counts: npt.NDArray[np.uint8]
    words: npt.NDArray[np.uint16]

    def to_bytes(self) -> bytes:
        """Return the segment as little-endian bytes with a checksum."""
        name, language = self.embedder.encode(), self.language.encode()
        arrays = (getattr(self, field).astype(dtype, copy=False) for field, dtype in _LAYOUT)
        body = b"".join((name, language, *(array.tobytes() for array in arrays)))
        counts = (len(self.seqs), len(self.hashes), len(self.chunks), len(self.words), self.vectors.shape[1])
        sizes = (*counts, len(name), len(language))
        return (
            _HEADER.pack(_MAGIC, _FORMAT, terms.VERSION, *sizes, zlib.crc32(body, zlib.crc32(repr(sizes).encode())))
            + body
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> "Segment":
        """Return the segment as views into ``data``. Raises CorruptSegment or StaleSegment."""
        if len(data) < _HEADER.size:
            raise CorruptSegment("A segment is cut off.")
        magic, form, version, *sizes, checksum = _HEADER.unpack_from(data)
        body = memoryview(data)[_HEADER.size :]
        if magic == _MAGIC and form < _FORMAT:
            raise StaleSegment(f"A segment has the form {form}, today's is {_FORMAT}.")
        if magic != _MAGIC or form != _FORMAT or checksum != zlib.crc32(body, zlib.crc32(repr(tuple(sizes)).encode())):
            raise CorruptSegment("A segment's checksum doesn't fit.")
        if version != terms.VERSION:
            raise StaleSegment(f"A segment was made by tokenizer {version}, this is {terms.VERSION}.")
        return cls._parse(body, *sizes)

    @classmethod
    def _parse(cls, body: memoryview, n: int, t: int, p: int, w: int, dim: int, name: int, language: int) -> "Segment":
        sizes = {"seqs": n, "lengths": n, "titles": n, "scales": n, "vectors": n * dim, "hashes": t, "starts": t + 1}
        sizes |= {"chunks": p, "counts": p, "words": w}
        if len(body) != name + language + sum(sizes[field] * np.dtype(dtype).itemsize for field, dtype in _LAYOUT):
            raise CorruptSegment("A segment's length doesn't fit its header.")
        at = name + language
        arrays: dict[str, Any] = {}
        for field, dtype in _LAYOUT:
            arrays[field] = np.frombuffer(body, dtype=dtype, count=sizes[field], offset=at)
            at += arrays[field].nbytes
        arrays["vectors"] = arrays["vectors"].reshape(n, dim)
        return cls(language=str(body[name : name + language], "utf-8"), embedder=str(body[:name], "utf-8"), **arrays)


_LAYOUT = (
    ("scales", "<f4"),
    ("seqs", "<u4"),
    ("hashes", "<u4"),
    ("starts", "<u4"),
    ("lengths", "<u4"),
    ("titles", "<u4"),
    ("chunks", "<u2"),
    ("words", "<u2"),
    ("counts", "u1"),
    ("vectors", "i1"),
)


def indexed_text(chunk: Chunk | ChunkRow) -> str:
    """Return what is indexed and embedded for a chunk: its heading path and its text."""
    return f"{chunk.heading}\n{chunk.text}" if chunk.heading else chunk.text


def build_segment(
    chunks: Sequence[Chunk], *, language: str, tokenizer: Tokenizer, embedder: str, vectors: Vectors
) -> Segment:
    """Index at most 65,535 chunks. ``vectors`` are those of their ``indexed_text``, shape (n, dim), dim 0 for none."""
    if len(chunks) > MAX_CHUNKS or len(vectors) != len(chunks):
        raise ValueError(f"{len(chunks)} chunks and {len(vectors)} vectors make no segment")
    texts = [tokenizer.terms(indexed_text(chunk), language) for chunk in chunks]
    lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
    found = np.fromiter(chain.from_iterable(texts), dtype=np.uint32, count=int(lengths.sum()))
    keys = (found.astype(np.uint64) << np.uint64(16)) | np.repeat(np.arange(len(texts), dtype=np.uint64), lengths)
    postings, counts = np.unique(keys, return_counts=True)
    hashes, starts = np.unique(postings >> np.uint64(16), return_index=True)
    rows, scales = quantise(vectors)
    return Segment(
        language=language,
        embedder=embedder,
        seqs=np.array([chunk.seq for chunk in chunks], dtype=np.uint32),
        lengths=lengths.astype(np.uint32),
        titles=_titles(chunks, language, tokenizer),
        scales=scales,
        vectors=rows,
        hashes=hashes.astype(np.uint32),
        starts=np.append(starts, len(postings)).astype(np.uint32),
        chunks=(postings & np.uint64(0xFFFF)).astype(np.uint16),
        counts=np.minimum(counts, 255).astype(np.uint8),
        words=_in_order(found, lengths) if language not in _WITHOUT_BLANKS else np.zeros(0, dtype=np.uint16),
    )


def _titles(chunks: Sequence[Chunk], language: str, tokenizer: Tokenizer) -> npt.NDArray[np.uint32]:
    names = [_NUMBERING.sub("", chunk.heading.rpartition(HEADING_SEPARATOR)[2]) for chunk in chunks]
    codes = {name: title_code(tokenizer.terms(name, language)) for name in set(names)}
    return np.array([codes[name] for name in names], dtype=np.uint32)


def title_code(found: Iterable[int]) -> int:
    """Return 32 bits for the terms of a title, whatever their order or number; 0 for none."""
    distinct = set(found)
    return (sum(distinct) & 0xFFFFFFFF) or 1 if distinct else 0


def title_codes(words: Sequence[int]) -> Iterator[int]:
    """Yield the ``title_code`` of the first word, the first two, and so on."""
    distinct: set[int] = set()
    total = 0
    for word in words:
        if word not in distinct:
            distinct.add(word)
            total += word
        yield (total & 0xFFFFFFFF) or 1


def word_code(terms: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint16]:
    """Return 16 bits of each term, never 0: enough to tell which words stand side by side in a few passages."""
    codes: npt.NDArray[np.uint16] = np.maximum(terms & np.uint32(0xFFFF), 1).astype(np.uint16)
    return codes


def _in_order(found: npt.NDArray[np.uint32], lengths: npt.NDArray[np.int64]) -> npt.NDArray[np.uint16]:
    return np.insert(word_code(found), np.cumsum(lengths), 0)


def quantise_one(vector: npt.NDArray[np.float32]) -> tuple[npt.NDArray[np.int8], np.float32]:
    """Return ``quantise`` of one vector of finite numbers that isn't 0, in a third of the time."""
    row = np.rint(vector / np.abs(vector).max() * 127).astype(np.int8)
    wide = row.astype(np.int32)
    return row, np.float32(1 / math.sqrt(int((wide * wide).sum())))


def quantise(vectors: Vectors) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.float32]]:
    """Return int8 rows, each stretched to ±127, and the scale that makes a row's length 1. Not a number counts as 0."""
    vectors = np.nan_to_num(np.asarray(vectors, dtype=np.float32), nan=0.0, posinf=0.0, neginf=0.0)
    if vectors.shape[1] == 0:
        return vectors.astype(np.int8), np.zeros(len(vectors), dtype=np.float32)
    peaks = np.abs(vectors).max(axis=1, keepdims=True)
    rows = np.rint(vectors / np.where(peaks > 0, peaks, 1) * 127).astype(np.int8)
    squares = np.einsum("ij,ij->i", rows, rows, dtype=np.int64)
    return rows, np.where(squares > 0, 1 / np.sqrt(np.maximum(squares, 1)), 0).astype(np.float32)
