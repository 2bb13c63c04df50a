"""The static embedder's tokens: byte-pair encoding without the tokenizer library, which takes thrice the memory."""

import heapq
import json
import mmap
import re
from collections.abc import Iterator
from pathlib import Path

from clara.core.errors import Unavailable

_CACHED_PIECES = 30_000
_LONGEST_CACHED = 40
_ENTRY = re.compile(rb'("(?:[^"\\]|\\.)*"): ?([0-9]+)')


def read_vocabulary(path: Path) -> dict[str, int]:
    """Return the token ids alone, 5 MB; reading the whole file as JSON leaves 15 MB behind, its merges most of them.

    The merges follow from the ids (see BytePairs).
    """
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text:
        start, end = text.find(b'"vocab"'), text.find(b'"merges"')
        found = {_token(match[1]): int(match[2]) for match in _ENTRY.finditer(text, start, end)}
    if start < 0 or end < start or len(found) != len(set(found.values())):
        raise Unavailable("The static embedder's vocabulary can't be read; install wordllama 0.4.")
    return found


def _token(quoted: bytes) -> str:
    return str(json.loads(quoted)) if b"\\" in quoted else quoted[1:-1].decode()


class BytePairs:
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
        """Return the text's token ids, without those that mark its beginning or end."""
        ids: list[int] = []
        for part in self._SPECIAL.split(text) if "<" in text else (text,):
            if part in ("<unk>", "<s>", "</s>"):
                ids.append(self._ids[part])
            elif part:
                self._append_ids(ids, "\u2581" + part.replace(" ", "\u2581"))
        return ids

    def forget(self) -> None:
        """Drop the words seen so far: they may be a deleted file's."""
        self._known = {}

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
