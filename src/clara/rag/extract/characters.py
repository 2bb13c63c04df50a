"""Characters: bytes to text, and the control characters and line ends that no text may keep."""

import codecs
import re
from collections.abc import Iterable

from clara.rag.extract.failures import ReadFailed

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CONTROL_BYTES = bytes(b for b in range(32) if b not in b"\t\n\r\f\x08\x1b\x1a")
_HIGH_BYTES = bytes(range(0x80, 0x100))
_UNDEFINED_IN_CP1252 = b"\x81\x8d\x8f\x90\x9d"
MAX_CONTROL_SHARE = 0.002
MAX_HIGH_SHARE = 0.3
"""Of a text in a western 8-bit encoding: French has about 0.04. Cyrillic or Chinese in one is over 0.5."""

_ODD = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff\ufdd0-\ufdef]")
_UNWANTED = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff\ufffe\uffff\ud800-\udfff\ufdd0-\ufdef]")
_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")


def clean(text: str) -> str:
    """Return the text with newlines as the only line ends and without control characters and noncharacters."""
    text = text.replace("\r\n", "\n")
    return _UNWANTED.sub("", _LINE_ENDS.sub("\n", text)) if _ODD.search(text) else text


def clean_title(text: str) -> str:
    return " ".join(clean(text).split())


def guess_encoding(data: bytes, *, is_whole: bool = True) -> str | None:
    """Return "utf-8", "cp1252" or the encoding that a BOM names; None where the bytes aren't plausibly text.

    ``is_whole`` is False for the head of a longer file, which may end inside a character.
    """
    bom = next((encoding for bom, encoding in _BOMS if data.startswith(bom)), None)
    encoding = bom or "utf-8"
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(data, is_whole)
    except UnicodeError:
        return None if bom or not _is_western(data) else "cp1252"
    controls = sum(map(text.count, map(chr, _CONTROL_BYTES)))
    return encoding if controls <= len(text) * MAX_CONTROL_SHARE and (bom or "\0" not in text) else None


def is_mostly_high(data: bytes) -> bool:
    """Whether the bytes look like text in an 8-bit or double-byte encoding that isn't read, not like binary data."""
    return _controls(data) == 0 and _share(data, _HIGH_BYTES) > MAX_HIGH_SHARE


def decode(blocks: Iterable[bytes], encoding: str, max_chars: int) -> str:
    """Return the text of the blocks. Raises ReadFailed: too_much_text as soon as it is, unreadable_text."""
    decoder = codecs.getincrementaldecoder(encoding)("strict" if encoding.startswith("utf") else "replace")
    pieces, chars = [], 0
    try:
        for block in blocks:
            pieces.append(decoder.decode(block))
            chars += len(pieces[-1])
            if chars > max_chars:
                raise ReadFailed("too_much_text")
        pieces.append(decoder.decode(b"", True))
    except UnicodeError:
        raise ReadFailed("unreadable_text") from None
    return "".join(pieces)


def _is_western(data: bytes) -> bool:
    return (
        _controls(data) <= len(data) * MAX_CONTROL_SHARE
        and b"\0" not in data
        and _share(data, _HIGH_BYTES) <= MAX_HIGH_SHARE
        and _share(data, _UNDEFINED_IN_CP1252) <= MAX_CONTROL_SHARE
    )


def _controls(data: bytes) -> int:
    return len(data) - len(data.translate(None, _CONTROL_BYTES))


def _share(data: bytes, wanted: bytes) -> float:
    return (len(data) - len(data.translate(None, wanted))) / max(len(data), 1)
