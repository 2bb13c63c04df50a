"""An order that looks random and is the same every time."""

import hashlib
from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")


def shuffled(items: Sequence[T], seed: str, text_of: Callable[[T], str]) -> list[T]:
    """Return the items in an order that depends on their texts and the seed alone."""
    return sorted(items, key=lambda item: _hash(f"{seed}\0{text_of(item)}"))


def positions(places: int, count: int, seed: str) -> list[int]:
    """Return ``count`` positions below ``places``, each as often as the others, give or take one."""
    rounds = -(-count // places)
    found = [place for turn in range(rounds) for place in shuffled(range(places), f"{seed}\0{turn}", str)]
    return found[:count]


def _hash(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
