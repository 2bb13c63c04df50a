"""Plain text: as it stands, in parts."""

from collections.abc import Iterator
from pathlib import Path
from typing import IO

from clara.rag.documents import Page
from clara.rag.extract.characters import clean, decode, guess_encoding
from clara.rag.extract.failures import ReadFailed
from clara.rag.extract.limits import ExtractLimits
from clara.rag.extract.messages import DocumentInfo
from clara.rag.extract.parts import break_long_lines, read_parts

_BLOCK_BYTES = 1024 * 1024
_HEAD_BYTES = 64 * 1024


def read(path: Path, limits: ExtractLimits) -> Iterator[DocumentInfo | Page]:
    return read_parts(break_long_lines(read_text(path, limits)), [], None)


def read_text(path: Path, limits: ExtractLimits, declared: str | None = None) -> str:
    """Return a text file's cleaned text, read as UTF-8 where it is that, else in the encoding that it declares.

    Raises ReadFailed: too_much_text, unreadable_text.
    """
    if path.stat().st_size > 4 * limits.max_chars + 4:  # no encoding that is read takes more than 4 bytes a character
        raise ReadFailed("too_much_text")
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
        encoding = guess_encoding(head, is_whole=len(head) < _HEAD_BYTES)
        try:
            return _decoded(file, _but_declared(encoding, declared), limits)
        except ReadFailed as failed:
            if encoding != "utf-8" or failed.code != "unreadable_text":
                raise
        # After a head of ASCII comes what isn't UTF-8: then the whole file tells.
        file.seek(0)
        return _decoded(file, _but_declared(guess_encoding(file.read()), declared), limits)


def _but_declared(guess: str | None, declared: str | None) -> str:
    encoding = declared if declared and guess in (None, "cp1252") else guess
    if encoding is None:
        raise ReadFailed("unreadable_text")
    return encoding


def _decoded(file: IO[bytes], encoding: str, limits: ExtractLimits) -> str:
    file.seek(0)
    text = decode(iter(lambda: file.read(_BLOCK_BYTES), b""), encoding, limits.max_chars)
    if "\0" in text:
        raise ReadFailed("unreadable_text")
    return clean(text)
