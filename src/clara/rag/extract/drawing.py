"""A PDF's page as a PNG, inside the confined process."""

import struct
import zlib
from pathlib import Path
from typing import Any

import pypdfium2

from clara.rag.extract.failures import ReadFailed
from clara.rag.extract.limits import ExtractLimits
from clara.rag.extract.pdf import open_document

MAX_PIXELS = 6_000_000
"""An A4 page 2,000 pixels wide has 5.7 million."""
MAX_HEIGHT = 8_000


def draw(path: Path, limits: ExtractLimits, page: int, width: int) -> bytes:
    """Return the page (from 1) as a PNG. Raises ReadFailed: no_such_page, or why the document can't be opened."""
    document = open_document(path)
    if not 1 <= page <= len(document):
        raise ReadFailed("no_such_page")
    try:
        drawn = document[page - 1]
        page_width, page_height = (max(side, 1.0) for side in drawn.get_size())
        scale = min(width / page_width, (MAX_PIXELS / (page_width * page_height)) ** 0.5, MAX_HEIGHT / page_height)
        return _png(drawn.render(scale=scale, rev_byteorder=True, prefer_bgrx=False))
    except pypdfium2.PdfiumError:
        raise ReadFailed("damaged_pdf") from None


def _png(bitmap: Any) -> bytes:
    """Encode 8-bit grey or RGB rows, padded to a stride, as the PNG specification's simplest kind of file."""
    row_bytes = bitmap.width * bitmap.n_channels
    rows = memoryview(bitmap.buffer)
    packed = zlib.compressobj(6)
    data = bytearray()
    for top in range(0, bitmap.height * bitmap.stride, bitmap.stride):
        data += packed.compress(b"\0" + rows[top : top + row_bytes])
    data += packed.flush()
    color = {1: 0, 3: 2}[bitmap.n_channels]
    header = struct.pack(">IIBBBBB", bitmap.width, bitmap.height, 8, color, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", bytes(data)) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
