"""The lines of JSON between the confined process and its parent.

The parent takes nothing on trust: a parser that has been taken over can send only well-formed, bounded text.
"""

import json
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from clara.rag.documents import Heading, Page
from clara.rag.extract.failures import CODES
from clara.rag.extract.limits import (
    MAX_HEADINGS_PER_PAGE,
    MAX_LABEL_CHARS,
    MAX_LEVEL,
    MAX_PART_CHARS,
    MAX_TITLE_CHARS,
    ExtractLimits,
)

MAX_LINE_BYTES = 8 * 1024**2
"""Holds a page of MAX_PART_CHARS with its headings, whatever its characters are."""
MAX_PICTURE_BYTES = 32 * 1024**2
"""Holds a picture of drawing.MAX_PIXELS that can't be packed, in base64."""


class Garbage(Exception):
    """The line isn't one that an honest parser sends."""


@dataclass(frozen=True, slots=True)
class DocumentInfo:
    """What is known before the first page. ``pages_total`` counts pages, or parts where there are no pages."""

    paged: bool
    pages_total: int | None
    title: str | None


@dataclass(frozen=True, slots=True)
class Failed:
    """The parser gave up, for a reason of failures.CODES, or "internal": a fault of ours, not of the file."""

    code: str


@dataclass(frozen=True, slots=True)
class Done:
    """Everything was sent: without it a parser that died looks like one that finished."""

    pages: int


Message = DocumentInfo | Failed | Done | list[Page]


def encode_info(info: DocumentInfo) -> bytes:
    return _line({"info": [info.paged, info.pages_total, info.title]})


def encode_pages(pages: Sequence[Page]) -> bytes:
    return _line(
        {"pages": [[p.number, p.label, p.text, [[h.level, h.title, h.offset] for h in p.headings]] for p in pages]}
    )


def encode_png(png: bytes) -> bytes:
    return _line({"png": b64encode(png).decode("ascii")})


def encode_failed(code: str) -> bytes:
    return _line({"failed": code})


def encode_done(pages: int) -> bytes:
    return _line({"done": pages})


class Decoder:
    """Checks the lines of one document, in order: info, pages numbered from 1 without a gap, done or failed."""

    def __init__(self, limits: ExtractLimits) -> None:
        self._limits = limits
        self._informed = False
        self._pages = 0
        self._chars = 0

    def decode(self, line: bytes) -> Message:
        """Return what the line says, or raise Garbage."""
        if len(line) > MAX_LINE_BYTES or not line.endswith(b"\n"):
            raise Garbage("line too long or cut off")
        try:
            message = json.loads(line)
        except (ValueError, RecursionError):
            raise Garbage("not JSON") from None
        if not isinstance(message, dict) or len(message) != 1:
            raise Garbage("not one message")
        ((kind, body),) = message.items()
        if kind == "failed" and isinstance(body, str) and (body in CODES or body == "internal"):
            return Failed(body)
        if kind == "info" and not self._informed:
            self._informed = True
            return self._info(body)
        if kind == "pages" and self._informed and isinstance(body, list):
            return [self._page(page) for page in body]
        if kind == "done" and self._informed and _is_int(body) and body == self._pages:
            return Done(self._pages)
        raise Garbage("unexpected message")

    def _info(self, body: Any) -> DocumentInfo:
        match body:
            case [bool(paged), total, title] if total is None or (_is_int(total) and total >= 0):
                return DocumentInfo(paged, total, None if title is None else _text(title, MAX_TITLE_CHARS))
        raise Garbage("malformed info")

    def _page(self, body: Any) -> Page:
        match body:
            case [number, label, text, list(headings)] if _is_int(number) and len(headings) <= MAX_HEADINGS_PER_PAGE:
                pass
            case _:
                raise Garbage("malformed page")
        text = _text(text, MAX_PART_CHARS)
        self._pages += 1
        self._chars += len(text)
        if number != self._pages or number > self._limits.max_pages or self._chars > self._limits.max_chars:
            raise Garbage("page out of order or over the limits")
        label = None if label is None else _text(label, MAX_LABEL_CHARS)
        return Page(number, label, text, tuple(_heading(h, number, len(text)) for h in headings))


def _heading(body: Any, page: int, length: int) -> Heading:
    match body:
        case [level, title, offset] if (
            _is_int(level)
            and 1 <= level <= MAX_LEVEL
            and (offset is None or (_is_int(offset) and 0 <= offset <= length))
        ):
            return Heading(level, _text(title, MAX_TITLE_CHARS), page, offset)
    raise Garbage("malformed heading")


def _text(value: Any, max_chars: int) -> str:
    """A text without NULs and lone surrogates, which databases and UTF-8 refuse."""
    if not isinstance(value, str) or len(value) > max_chars or "\0" in value:
        raise Garbage("malformed text")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise Garbage("lone surrogate") from None
    return value


def _is_int(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _line(message: dict[str, Any]) -> bytes:
    return json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
