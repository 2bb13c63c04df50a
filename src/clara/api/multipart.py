"""multipart/form-data as it streams in: parts in order, each read or skipped, nothing spooled."""

from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass

from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header

from clara.core.errors import Invalid

MAX_PARTS = 32
MAX_FIELD_BYTES = 4096


@dataclass(frozen=True, slots=True)
class _Header:
    name: str
    filename: str | None


_END_OF_PART = object()
_Event = bytes | _Header | object


class Multipart:
    """The parts of one body. Ask for the next part only after, or instead of, reading the last one's content."""

    def __init__(self, content_type: str, chunks: AsyncIterator[bytes]) -> None:
        _, options = parse_options_header(content_type)
        boundary = options.get(b"boundary", b"")
        if not 1 <= len(boundary) <= 200:
            raise _malformed("its Content-Type names no boundary")
        self._chunks = chunks
        self._events: deque[_Event] = deque()
        self._ended = False
        self._parts = 0
        self._headers: dict[str, bytes] = {}
        self._field = self._value = b""
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin_part,
                "on_header_field": lambda data, start, end: self._grow("_field", data[start:end]),
                "on_header_value": lambda data, start, end: self._grow("_value", data[start:end]),
                "on_header_end": self._end_header,
                "on_headers_finished": self._end_headers,
                "on_part_data": lambda data, start, end: self._events.append(bytes(data[start:end])),
                "on_part_end": lambda: self._events.append(_END_OF_PART),
                "on_end": self._end,
            },
        )

    async def parts(self) -> AsyncIterator["Part"]:
        """Yield the parts; what the caller leaves of one is skipped."""
        while (event := await self._next()) is not None:
            if isinstance(event, _Header):
                yield Part(event.name, event.filename, self)

    async def content(self) -> AsyncIterator[bytes]:
        """Yield the rest of the current part."""
        while True:
            event = await self._next()
            if not isinstance(event, bytes):
                return
            yield event

    async def _next(self) -> _Event | None:
        while not self._events:
            if self._ended:
                return None
            try:
                data = await anext(self._chunks)
            except StopAsyncIteration:
                raise _malformed("it ends before its last boundary") from None
            try:
                self._parser.write(data)
            except MultipartParseError as error:
                raise _malformed("its boundaries or headers don't fit") from error
        return self._events.popleft()

    def _begin_part(self) -> None:
        self._parts += 1
        self._headers = {}
        self._field = self._value = b""
        if self._parts > MAX_PARTS:
            raise Invalid(f"A form has at most {MAX_PARTS} parts.", code="invalid_multipart")

    def _grow(self, name: str, data: bytes) -> None:
        setattr(self, name, getattr(self, name) + data)

    def _end_header(self) -> None:
        self._headers[self._field.decode("latin-1").lower()] = self._value
        self._field = self._value = b""

    def _end_headers(self) -> None:
        _, options = parse_options_header(self._headers.get("content-disposition", b""))
        filename = options.get(b"filename")
        self._events.append(
            _Header(
                options.get(b"name", b"").decode("utf-8", "replace"),
                None if filename is None else filename.decode("utf-8", "replace"),
            )
        )

    def _end(self) -> None:
        self._ended = True


@dataclass(frozen=True, slots=True)
class Part:
    """One part: a file when it has a file name, else a field."""

    name: str
    filename: str | None
    _form: Multipart

    def content(self) -> AsyncIterator[bytes]:
        return self._form.content()

    async def text(self) -> str:
        """Return a field's value."""
        value = b""
        async for data in self.content():
            value += data
            if len(value) > MAX_FIELD_BYTES:
                raise Invalid(f"The field {self.name!r:.50} is too long.", code="invalid_multipart")
        return value.decode("utf-8", "replace")


def _malformed(why: str) -> Invalid:
    return Invalid(f"The body is not well-formed multipart/form-data: {why}.", code="invalid_multipart")
