"""Plain text: as it stands, in parts."""

from collections.abc import Iterator
from pathlib import Path

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


def read_text(path: Path, limits: ExtractLimits, encoding: str | None = None) -> str:
    """Return a text file's cleaned text. Raises ReadFailed: too_much_text, unreadable_text."""
    if path.stat().st_size > 4 * limits.max_chars + 4:  # no encoding that is read takes more than 4 bytes a character
        raise ReadFailed("too_much_text")
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
        encoding = encoding or guess_encoding(head, is_whole=len(head) < _HEAD_BYTES)
        if encoding is None:
            raise ReadFailed("unreadable_text")
        blocks = iter(lambda: file.read(_BLOCK_BYTES), b"")
        try:
            file.seek(0)
            text = decode(blocks, encoding, limits.max_chars)
        except ReadFailed as failed:
            if encoding != "utf-8" or failed.code != "unreadable_text":
                raise
            # A stray byte after a head of valid UTF-8, or of ASCII: then the whole decides.
            file.seek(0)
            encoding = guess_encoding(file.read())
            if encoding is None:
                raise
            file.seek(0)
            text = decode(blocks, encoding, limits.max_chars)
    text = clean(text)
    if "\0" in text:
        raise ReadFailed("unreadable_text")
    return text
