"""A page of a PDF as a picture, drawn by a confined process."""

import base64
import binascii
import json
from collections.abc import Callable
from pathlib import Path

from clara.core.errors import NotFound
from clara.rag.extract.failures import CODES
from clara.rag.extract.limits import ExtractLimits
from clara.rag.extract.media import MediaType
from clara.rag.extract.messages import MAX_PICTURE_BYTES
from clara.rag.extract.process import ConfinedProcess, TimedOut
from clara.rag.extract.sandbox import cause_of_death, explained, never

MIN_WIDTH = 100
MAX_WIDTH = 2_000
DRAWING = ExtractLimits(memory_bytes=1024**3, cpu_s=20, wall_s=30.0)


def render_page(
    path: Path, page: int, width: int, limits: ExtractLimits = DRAWING, stop: Callable[[], bool] = never
) -> bytes:
    """Return a PNG of page ``page`` (from 1), ``width`` pixels wide within MIN_WIDTH and MAX_WIDTH.

    A page of an absurd shape comes out narrower. Blocks for some tenths of a second: call it in a thread. Raises
    NotFound (no_such_page), and what sandbox.extract raises.
    """
    width = max(MIN_WIDTH, min(width, MAX_WIDTH))
    job = {"task": "draw", "path": str(path.absolute()), "page": page, "width": width}
    with ConfinedProcess(job, limits, stop, max_line_bytes=MAX_PICTURE_BYTES) as process:
        try:
            line = process.readline()
            kind, body = _message(line) if line else ("failed", cause_of_death(process))
        except TimedOut:
            kind, body = "failed", "parser_timeout"
        if kind == "failed" and body == "no_such_page":
            raise NotFound("The document has no such page. Ask for another.", code="no_such_page")
        if kind == "failed":
            raise explained(body if body in CODES else "internal", process, MediaType.PDF, limits)
        try:
            return base64.b64decode(body, validate=True)
        except binascii.Error:
            raise explained("parser_crashed", process, MediaType.PDF, limits) from None


def _message(line: bytes) -> tuple[str, str]:
    """The process isn't trusted: whatever it sends is a picture's base64 or a code."""
    try:
        message = json.loads(line)
    except (ValueError, RecursionError):
        message = None
    match message:
        case {"png": str(png)} if png.startswith("iVBORw0KGgo"):
            return "png", png
        case {"failed": str(code)}:
            return "failed", code
    return "failed", "parser_crashed"
