"""Pictures: told by their first bytes, and how large they say they are. Nothing is decoded.

Layouts: PNG (RFC 2083 §4.1.1), GIF89a §18, JPEG (ITU T.81 §B.2.2), WebP (RFC 9649 §2.5 to §2.7).
"""

import struct
from collections.abc import Callable

from clara.rag.extract.media import MediaType

Size = tuple[int, int]

_STANDALONE = frozenset({0x01, *range(0xD0, 0xD8)})
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_FURTHER_ON: Size = (-1, -1)


def picture_type(head: bytes) -> MediaType | None:
    """Return the kind of picture that a signature says."""
    if head.startswith(b"RIFF") and head.startswith(b"WEBP", 8):
        return MediaType.WEBP
    return next((kind for signature, kind in _SIGNATURES.items() if head.startswith(signature)), None)


def picture_size(kind: MediaType, head: bytes, *, is_whole: bool) -> Size | None:
    """Return (width, height) in pixels as the header says, None where it is no header of a picture.

    Of a JPEG that isn't whole they may be unknown, behind a preview or a colour profile: then it is one pixel.
    """
    try:
        size = _SIZES[kind](head)
    except (struct.error, IndexError):
        return None
    if size == _FURTHER_ON:
        return None if is_whole else (1, 1)
    return size if size and min(size) > 0 else None


def _png(head: bytes) -> Size | None:
    return struct.unpack_from(">II", head, 16) if head[12:16] == b"IHDR" else None


def _gif(head: bytes) -> Size | None:
    width, height, *_ = struct.unpack_from("<HHBBB", head, 6)
    return width, height


def _jpeg(head: bytes) -> Size | None:
    """Walk from marker to marker up to the frame's header."""
    at = 2
    while at + 4 <= len(head):
        if head[at] != 0xFF:
            return None
        marker = head[at + 1]
        if marker == 0xFF or marker in _STANDALONE:
            at += 1 if marker == 0xFF else 2
            continue
        if marker in _FRAMES:
            height, width = struct.unpack_from(">HH", head, at + 5)
            return width, height
        length = int.from_bytes(head[at + 2 : at + 4], "big")
        if length < 2 or marker in (0xD9, 0xDA):
            return None
        at += 2 + length
    return _FURTHER_ON


def _webp(head: bytes) -> Size | None:
    match head[12:16]:
        case b"VP8 " if head[23:26] == b"\x9d\x01\x2a":
            width, height = struct.unpack_from("<HH", head, 26)
            return width & 0x3FFF, height & 0x3FFF
        case b"VP8L" if head[20] == 0x2F:
            bits = int.from_bytes(head[21:25], "little")
            return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case b"VP8X":
            return int.from_bytes(head[24:27], "little") + 1, int.from_bytes(head[27:30], "little") + 1
    return None


_SIGNATURES = {
    b"\x89PNG\r\n\x1a\n": MediaType.PNG,
    b"\xff\xd8\xff": MediaType.JPEG,
    b"GIF87a": MediaType.GIF,
    b"GIF89a": MediaType.GIF,
}
_SIZES: dict[MediaType, Callable[[bytes], Size | None]] = {
    MediaType.PNG: _png,
    MediaType.JPEG: _jpeg,
    MediaType.GIF: _gif,
    MediaType.WEBP: _webp,
}
