"""multipart/form-data (RFC 7578) as it streams in: parts in order, each read or skipped, nothing spooled.

Our own, since what a form means must not depend on how the network cut it, and nothing of it may grow without a limit.
"""

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from clara.core.errors import Invalid

MAX_PARTS = 32
MAX_HEADER_BYTES = 16 * 1024
MAX_FIELD_BYTES = 4096
MAX_AROUND_BYTES = 64 * 1024
"""Of what stands before the first boundary, and of what follows the last."""

_BOUNDARY = re.compile(r"[0-9A-Za-z'()+_,\-./:=? ]{0,69}[0-9A-Za-z'()+_,\-./:=?]")
"""RFC 2046, section 5.1.1."""
_PARAMETER = re.compile(
    r'\s*;\s*(?:([\w\-*.]+)\s*=\s*(?:"((?:[^"\\]|\\.)*+)"|([^;"]*+)))?\s*(?=;|\Z)', re.ASCII | re.DOTALL
)


class Multipart:
    """The parts of one body. Ask for the next part only after, or instead of, reading the last one's content.

    Raises Invalid (invalid_multipart) when the body isn't well-formed, or ends before its last boundary.
    """

    def __init__(self, content_type: str, chunks: AsyncIterator[bytes]) -> None:
        boundary = _parameters(content_type).get("boundary", "")
        if not _BOUNDARY.fullmatch(boundary):
            raise _malformed("its Content-Type names no boundary of 1 to 70 characters")
        self._delimiter = b"\r\n--" + boundary.encode("ascii")
        self._chunks = chunks
        # The first boundary may stand at the very start; with a line break before it, it is found like the others.
        self._buffer = bytearray(b"\r\n")
        self._in_content = True

    async def parts(self) -> AsyncIterator["Part"]:
        """Yield the parts; what the caller leaves of one is skipped."""
        await self._skip(self.content(), "it begins with something else than its boundary")
        count = 0
        while await self._begins_part():
            count += 1
            if count > MAX_PARTS:
                raise Invalid(f"A form has at most {MAX_PARTS} parts. Send fewer.", code="invalid_multipart")
            name, filename = _disposition(await self._header())
            self._in_content = True
            yield Part(name, filename, self)
            async for _ in self.content():
                pass
        await self._skip(self._epilogue(), "it goes on after its last boundary")

    async def content(self) -> AsyncIterator[bytes]:
        """Yield the rest of the current part."""
        while self._in_content:
            at = self._buffer.find(self._delimiter)
            if at >= 0:
                data = self._take(at)
                self._take(len(self._delimiter))
                self._in_content = False
            else:
                data = self._take(max(0, len(self._buffer) - len(self._delimiter) + 1))
            if data:
                yield data
            elif self._in_content:
                await self._fill()

    async def _begins_part(self) -> bool:
        """Read the rest of a boundary's line; False after the last."""
        while len(self._buffer) < 2:
            await self._fill()
        if self._buffer.startswith(b"--"):
            self._take(2)
            return False
        padding = self._take(await self._find(b"\r\n"))
        if padding.strip(b" \t"):
            raise _malformed("something follows a boundary on its line")
        return True

    async def _header(self) -> bytes:
        """Read a part's header: the buffer begins with the line break that ends the boundary's line."""
        header = self._take(await self._find(b"\r\n\r\n"))
        self._take(4)
        return header

    async def _find(self, end: bytes) -> int:
        while (at := self._buffer.find(end)) < 0 and len(self._buffer) <= MAX_HEADER_BYTES + len(end):
            await self._fill()
        if not 0 <= at <= MAX_HEADER_BYTES:
            raise _malformed(f"a part's header is longer than {MAX_HEADER_BYTES} bytes")
        return at

    async def _fill(self) -> None:
        try:
            self._buffer += await anext(self._chunks)
        except StopAsyncIteration:
            raise _malformed("it ends before its last boundary") from None

    async def _epilogue(self) -> AsyncIterator[bytes]:
        yield self._take(len(self._buffer))
        async for data in self._chunks:
            yield data

    def _take(self, size: int) -> bytes:
        data = bytes(self._buffer[:size])
        del self._buffer[:size]
        return data

    async def _skip(self, chunks: AsyncIterator[bytes], otherwise: str) -> None:
        left = MAX_AROUND_BYTES
        async for data in chunks:
            left -= len(data)
            if left < 0:
                raise _malformed(otherwise)


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
                raise _malformed(f"the field {self.name!r:.50} is longer than {MAX_FIELD_BYTES} bytes")
        try:
            return value.decode()
        except UnicodeDecodeError:
            raise _malformed(f"the field {self.name!r:.50} is not UTF-8") from None


def _disposition(header: bytes) -> tuple[str, str | None]:
    """Return a part's name and file name."""
    for line in header.split(b"\r\n"):
        name, colon, value = line.partition(b":")
        if line and (not colon or name != name.strip()):
            raise _malformed("a part's header has a line that is no header")
        if name.lower() == b"content-disposition":
            return _names(_text(value.strip()))
    raise _malformed("a part has no Content-Disposition")


def _names(disposition: str) -> tuple[str, str | None]:
    options = _parameters(disposition)
    if not disposition.lower().startswith("form-data") or "name" not in options:
        raise _malformed("a part's Content-Disposition is not form-data with a name")
    extended = options.get("filename*", "")
    if extended.lower().startswith("utf-8'"):
        return options["name"], unquote(extended.split("'", 2)[-1])
    filename = options.get("filename")
    # Browsers send a quotation mark as %22 (WHATWG HTML, multipart/form-data encoding algorithm).
    return options["name"], filename.replace("%22", '"') if filename is not None else None


def _parameters(value: str) -> Mapping[str, str]:
    """Return the ``; name=value`` parameters of a header. A backslash counts only before a quotation mark."""
    found: dict[str, str] = {}
    position = value.find(";")
    while 0 <= position < len(value) and (parameter := _PARAMETER.match(value, position)):
        name, quoted, bare = parameter.groups()
        if name:
            found[name.lower()] = bare.strip() if quoted is None else quoted.replace('\\"', '"')
        position = parameter.end()
    return found


def _text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")


def _malformed(why: str) -> Invalid:
    return Invalid(f"The body is not well-formed multipart/form-data: {why}.", code="invalid_multipart")
