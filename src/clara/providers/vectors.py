"""The vectors in an endpoint's answer, checked: as many as asked for, all of one length, all finite."""

import json
from typing import Any

import numpy as np
import numpy.typing as npt

from clara.core.errors import ProviderFailed

MOST_DIMENSIONS = 16_384

Vectors = npt.NDArray[np.float32]


def vectors_in(body: bytes, count: int, dim: int | None) -> Vectors:
    """Return an array of shape (count, dim) with rows of length 1; ``dim`` None takes what comes.

    Raises ProviderFailed for everything else.
    """
    try:
        rows = _rows(json.loads(body), count)
        with np.errstate(over="ignore"):
            vectors = np.array(rows, dtype=np.float32)
    except (ValueError, TypeError, KeyError, IndexError, RecursionError):
        raise _bad("no list of vectors") from None
    if vectors.ndim != 2 or not 0 < vectors.shape[1] <= MOST_DIMENSIONS:
        raise _bad("vectors of different lengths")
    if dim is not None and vectors.shape[1] != dim:
        raise _bad(f"vectors of {vectors.shape[1]} numbers where there were {dim}")
    if not np.isfinite(vectors).all():
        raise _bad("numbers that are not finite")
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors /= np.where(lengths > 0, lengths, 1)
    return vectors


def _rows(answer: Any, count: int) -> list[list[float]]:
    """Return the rows in the order of the texts, which isn't always that of the answer."""
    data = answer["data"]
    if len(data) != count:
        raise _bad(f"{len(data)} vectors for {count} texts")
    rows: list[Any] = [None] * count
    for at, one in enumerate(data):
        rows[one.get("index", at)] = one["embedding"]
    return rows


def _bad(what: str) -> ProviderFailed:
    return ProviderFailed(f"The embedding endpoint gave {what}.", code="embedding_bad_output")
