"""Text to vectors: what an embedder is, the one that runs without a key, and none at all."""

import json
import mmap
import struct
import threading
from collections.abc import Sequence
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from clara.core.errors import Unavailable
from clara.rag.bytepairs import BytePairs, read_vocabulary
from clara.settings import OPENAI_URL, Settings

Vectors = npt.NDArray[np.float32]

_BATCH = 64
_FEW_TOKENS = 200
"""So few, as of a question, are summed sooner than the distinct ones are found."""
_MOST_TOKENS = 8_192


class Embedder(Protocol):
    """Turns texts into vectors. ``name`` is stored beside them: vectors of different names are never compared.

    ``is_remote``: vectors take time and money, so that they are kept, and may fail to come.
    """

    @property
    def name(self) -> str: ...

    @property
    def is_remote(self) -> bool: ...

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return an array of shape (len(texts), dim), each row of length 1, or 0 where the text says nothing.

        For documents, in a thread. A remote one raises ProviderFailed, ProviderTimeout or Unavailable.
        """
        ...

    async def embed_question(self, texts: Sequence[str]) -> Vectors:
        """As ``embed``, on the event loop, for a question and those before it."""
        ...

    def warm(self) -> None:
        """Load what takes long to load, in a thread."""
        ...

    def forget(self) -> None:
        """Drop the words seen so far: they may be a deleted file's."""
        ...

    async def close(self) -> None: ...


class LocalEmbedder:
    """What embedders share that work in this process, in less time than it takes to go to another thread."""

    is_remote = False

    def embed(self, texts: Sequence[str]) -> Vectors:
        raise NotImplementedError

    async def embed_question(self, texts: Sequence[str]) -> Vectors:
        return self.embed(texts)

    def warm(self) -> None:
        self.embed(["warm"])

    def forget(self) -> None:
        """No words are kept."""

    async def close(self) -> None:
        """Nothing is open."""


class NoEmbedder(LocalEmbedder):
    """Search by words alone: no vectors are made or stored."""

    name = "none"
    dim = 0

    def embed(self, texts: Sequence[str]) -> Vectors:
        return np.zeros((len(texts), 0), dtype=np.float32)


class StaticEmbedder(LocalEmbedder):
    """Means of a text's static token vectors (its first 8,192), of the wordllama wheel's weights. Loads at first use.

    The wheel's own loader looks for its tokenizer in a wrong folder, then tries to download it, and gives NaN for empty
    text. Here the table stays a memory map, so that only the rows in use are resident.
    """

    name = "wordllama-256"
    dim = 256

    def __init__(self) -> None:
        self._loading = threading.Lock()
        self._loaded: tuple[BytePairs, npt.NDArray[np.float16]] | None = None

    def embed(self, texts: Sequence[str]) -> Vectors:
        tokenizer, table = self._load()
        vectors = np.zeros((len(texts), self.dim), dtype=np.float32)
        for first in range(0, len(texts), _BATCH):
            ids = [tokenizer.ids(text)[:_MOST_TOKENS] for text in texts[first : first + _BATCH]]
            if sum(map(len, ids)) < _FEW_TOKENS:
                for row, of_text in enumerate(ids, first):
                    np.add.reduce(table[of_text].astype(np.float32), axis=0, out=vectors[row])
                continue
            # Half floats convert slowly: each token's row once a batch, not once an occurrence.
            used, places = np.unique(np.fromiter(chain.from_iterable(ids), dtype=np.intp), return_inverse=True)
            rows = table[used].astype(np.float32)
            ends = np.cumsum([len(of_text) for of_text in ids])
            for row, end in enumerate(ends):
                np.add.reduce(rows.take(places[end - len(ids[row]) : end], axis=0), axis=0, out=vectors[first + row])
        lengths = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
        vectors /= np.where(lengths > 0, lengths, 1)[:, None]
        return vectors

    def forget(self) -> None:
        """Drop the words seen so far: they may be a deleted file's."""
        if self._loaded is not None:
            self._loaded[0].forget()

    def _load(self) -> tuple[BytePairs, npt.NDArray[np.float16]]:
        if self._loaded is None:
            with self._loading:
                if self._loaded is None:
                    folder = _package_folder()
                    vocabulary = read_vocabulary(folder / "tokenizers" / "l2_supercat_tokenizer_config.json")
                    self._loaded = BytePairs(vocabulary), _map_table(folder / "weights" / "l2_supercat_256.safetensors")
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


def make_embedder(settings: Settings) -> Embedder:
    """Return the embedder that CLARA_EMBEDDING_MODEL names; unset, the static one."""
    name, of = settings.embedding_model, settings.models
    if name == "none":
        return NoEmbedder()
    if name is None or name == "static":
        return StaticEmbedder()
    from clara.providers.embeddings import EmbeddingModel, Patience

    own = of.embedding_base_url is not None
    url = of.embedding_base_url or settings.openai_base_url or OPENAI_URL
    key = of.embedding_api_key or (None if own else settings.openai_api_key)
    return EmbeddingModel(name, url, key.get_secret_value() if key else None, Patience(of.embedding_question_s))
