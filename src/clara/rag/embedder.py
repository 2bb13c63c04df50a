"""Text to vectors: what an embedder is, the one that runs without a key, and none at all."""

import heapq
import json
import mmap
import re
import struct
import threading
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from clara.core.errors import Unavailable

Vectors = npt.NDArray[np.float32]

_BATCH = 64
_CACHED_PIECES = 30_000
_LONGEST_CACHED = 40
_ENTRY = re.compile(rb'("(?:[^"\\]|\\.)*"): ?([0-9]+)')


class Embedder(Protocol):
    """Turns texts into vectors. ``name`` is stored beside them: vectors of different names are never compared."""

    @property
    def name(self) -> str: ...

    @property
    def dim(self) -> int: ...

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return an array of shape (len(texts), dim), each row of length 1, or 0 where the text says nothing."""
        ...


class NoEmbedder:
    """Search by words alone: no vectors are made or stored."""

    name = "none"
    dim = 0

    def embed(self, texts: Sequence[str]) -> Vectors:
        return np.zeros((len(texts), 0), dtype=np.float32)


class StaticEmbedder:
    """Means of static token vectors, from the weights that the wordllama wheel carries. Loads at first use.

    The wheel's own loader looks for its tokenizer in a wrong folder, then tries to download it, and gives NaN for empty
    text. Here the table stays a memory map, so that only the rows in use are resident.
    """

    name = "wordllama-256"
    dim = 256

    def __init__(self) -> None:
        self._loading = threading.Lock()
        self._loaded: tuple[_Pieces, npt.NDArray[np.float16]] | None = None

    def embed(self, texts: Sequence[str]) -> Vectors:
        pieces, table = self._load()
        vectors = np.zeros((len(texts), self.dim), dtype=np.float32)
        for first in range(0, len(texts), _BATCH):
            ids = [pieces.ids(text) for text in texts[first : first + _BATCH]]
            # Half floats convert slowly: each token's row once a batch, not once an occurrence.
            used, places = np.unique(np.fromiter(chain.from_iterable(ids), dtype=np.intp), return_inverse=True)
            rows = table[used].astype(np.float32)
            ends = np.cumsum([len(of_text) for of_text in ids])
            for row, end in enumerate(ends):
                np.add.reduce(rows.take(places[end - len(ids[row]) : end], axis=0), axis=0, out=vectors[first + row])
        lengths = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
        vectors /= np.where(lengths > 0, lengths, 1)[:, None]
        return vectors

    def _load(self) -> tuple["_Pieces", npt.NDArray[np.float16]]:
        if self._loaded is None:
            with self._loading:
                if self._loaded is None:
                    folder = _package_folder()
                    vocabulary = _read_vocabulary(folder / "tokenizers" / "l2_supercat_tokenizer_config.json")
                    self._loaded = _Pieces(vocabulary), _map_table(folder / "weights" / "l2_supercat_256.safetensors")
        return self._loaded


def _package_folder() -> Path:
    spec = find_spec("wordllama")
    if spec is None or not spec.submodule_search_locations:
        raise Unavailable("The package wordllama is not installed; install it, or set embeddings to none.")
    return Path(spec.submodule_search_locations[0])


def _map_table(path: Path) -> npt.NDArray[np.float16]:
    """Map the one f16 tensor of a safetensors file: 8 bytes of header length, a JSON header, raw little-endian data."""
    with path.open("rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        tensor = json.loads(file.read(length))["embedding.weight"]
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    if tensor["dtype"] != "F16":
        raise Unavailable("The static embedding weights have an unknown type; install wordllama 0.4.")
    rows, columns = tensor["shape"]
    offset = 8 + length + tensor["data_offsets"][0]
    return np.frombuffer(mapped, dtype="<f2", count=rows * columns, offset=offset).reshape(rows, columns)


def _read_vocabulary(path: Path) -> dict[str, int]:
    """Return the token ids alone, 5 MB; reading the whole file as JSON leaves 15 MB behind, its merges most of them.

    The merges follow from the ids (see _Pieces).
    """
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text:
        start, end = text.find(b'"vocab"'), text.find(b'"merges"')
        found = {_token(match[1]): int(match[2]) for match in _ENTRY.finditer(text, start, end)}
    if start < 0 or end < start or len(found) != len(set(found.values())):
        raise Unavailable("The static embedder's vocabulary can't be read; install wordllama 0.4.")
    return found


def _token(quoted: bytes) -> str:
    return str(json.loads(quoted)) if b"\\" in quoted else quoted[1:-1].decode()


class _Pieces:
    """Byte-pair encoding with byte fallback, as the tokenizer file describes it: the same ids as its library gives.

    Two facts about this vocabulary make it short. Merges are ordered by the id of what they make, then by the id of
    their left part (merges of blanks come last). And neighbours that stand together in no token, such as a letter and
    a digit or mark after it, can't be merged across, so that a text falls into small independent pieces.
    """

    _NOT_TEXT = re.compile("<unk>|<s>|</s>|<0x..>")
    _SPECIAL = re.compile("(<unk>|<s>|</s>)")
    _WORD = re.compile(r"\u2581*(?:[^\W\d_]+|(?:(?!\u2581)[\W\d_])+)|\u2581+")

    def __init__(self, vocabulary: dict[str, int]) -> None:
        self._ids = vocabulary
        self._bytes = [vocabulary[f"<0x{byte:02X}>"] for byte in range(256)]
        whole = (token for token in vocabulary if not self._NOT_TEXT.fullmatch(token))
        self._neighbours = {token[at : at + 2] for token in whole for at in range(len(token) - 1)}
        self._known: dict[str, tuple[int, ...]] = {}

    def ids(self, text: str) -> list[int]:
        ids: list[int] = []
        for part in self._SPECIAL.split(text) if "<" in text else (text,):
            if part in ("<unk>", "<s>", "</s>"):
                ids.append(self._ids[part])
            elif part:
                self._append_ids(ids, "\u2581" + part.replace(" ", "\u2581"))
        return ids

    def _append_ids(self, ids: list[int], text: str) -> None:
        known = self._known
        for word in self._WORD.findall(text):
            found = known.get(word)
            if found is None:
                found = tuple(token for piece in self._cut(word) for token in self._merge(piece))
                if len(word) <= _LONGEST_CACHED:
                    if len(known) >= _CACHED_PIECES:
                        known = self._known = {}
                    known[word] = found
            ids += found

    def _cut(self, word: str) -> Iterator[str]:
        start = 0
        for at in range(1, len(word)):
            if word[at - 1 : at + 1] not in self._neighbours:
                yield word[start:at]
                start = at
        yield word[start:]

    def _merge(self, piece: str) -> list[int]:
        """Merge neighbours, lowest rank first, leftmost of equals; ``following`` and ``before`` link what is left."""
        tokens: list[str] = list(piece)
        before = list(range(-1, len(piece) - 1))
        following = [*range(1, len(piece)), -1]
        heap: list[tuple[tuple[bool, int, int], int, str]] = []

        def offer(left: int) -> None:
            if left >= 0 and (right := following[left]) >= 0:
                merged = tokens[left] + tokens[right]
                if (made := self._ids.get(merged)) is not None:
                    blank = not merged.strip("\u2581")
                    heapq.heappush(heap, ((blank, made, self._ids[tokens[left]]), left, merged))

        for at in range(len(piece) - 1):
            offer(at)
        while heap:
            _, left, merged = heapq.heappop(heap)
            right = following[left]
            if not tokens[left] or right < 0 or tokens[left] + tokens[right] != merged:
                continue
            tokens[left], tokens[right] = merged, ""
            following[left] = following[right]
            if following[left] >= 0:
                before[following[left]] = left
            offer(left)
            offer(before[left])
        return [token for text in tokens if text for token in self._token_ids(text)]

    def _token_ids(self, text: str) -> list[int]:
        if (found := self._ids.get(text)) is not None:
            return [found]
        return [self._bytes[byte] for byte in text.encode("utf-8", "surrogatepass")]


def make_embedder(name: str | None) -> Embedder:
    """Return the embedder that CLARA_EMBEDDING_MODEL names: None is the static one, "none" is none."""
    return NoEmbedder() if name == "none" else StaticEmbedder()
