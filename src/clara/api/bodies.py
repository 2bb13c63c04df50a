"""Reading a request's body: never more than its limit, never text or numbers that no store can hold."""

import asyncio
import math
import time
from typing import Any, TypeVar

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from pydantic_core import from_json
from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive

from clara.api.problems import RequestTimeout
from clara.core.errors import Invalid, TooLarge

IDLE_S = 30.0
"""A client that sends nothing of its body for so long is given up."""

TOTAL_S = 120.0
"""So long may a body take that is read whole."""

MOST_S = 3600.0
"""So long may any body take: one that comes byte by byte would else hold its connection for ever."""

_MAX_INT = 2**63 - 1

M = TypeVar("M", bound=BaseModel)


def too_large(max_bytes: int) -> TooLarge:
    return TooLarge(
        f"The body is larger than {max_bytes} bytes. Send less at once.", code="body_too_large", max_bytes=max_bytes
    )


class BoundedReceive:
    """ASGI ``receive`` that ends with TooLarge after ``max_bytes``, and with RequestTimeout when nothing comes for
    ``idle_s`` or the body isn't through ``most_s`` after this was made.
    """

    def __init__(self, receive: Receive, max_bytes: int, idle_s: float = IDLE_S, most_s: float = MOST_S) -> None:
        self._receive = receive
        self._max_bytes = max_bytes
        self._idle_s = idle_s
        self._ends_at = time.monotonic() + most_s
        self._total = 0
        self._done = False

    async def __call__(self) -> Message:
        if self._done:
            return await self._receive()
        try:
            async with asyncio.timeout(min(self._idle_s, self._ends_at - time.monotonic())):
                message = await self._receive()
        except TimeoutError:
            raise _timed_out() from None
        self._total += len(message.get("body", b""))
        if self._total > self._max_bytes:
            raise too_large(self._max_bytes)
        self._done = not message.get("more_body", False)
        return message


async def read_body(receive: Receive, max_bytes: int | None = None) -> bytes:
    """Return the whole body."""
    body = bytearray()
    try:
        async with asyncio.timeout(TOTAL_S):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise ClientDisconnect
                body += message.get("body", b"")
                if max_bytes is not None and len(body) > max_bytes:
                    raise too_large(max_bytes)
                if not message.get("more_body", False):
                    return bytes(body)
    except TimeoutError:
        raise _timed_out() from None


def parse_json(data: bytes) -> Any:
    """Return the JSON value, or raise Invalid: also for NaN, 64-bit overflow, NUL, and nesting beyond 200 levels."""
    try:
        value = from_json(data.removeprefix(b"\xef\xbb\xbf"), allow_inf_nan=False, cache_strings="keys")
    except ValueError as error:
        raise Invalid(f"The body is not JSON: {error}.", code="invalid_json") from error
    _check_values(value)
    return value


def validated(model: type[M], value: Any) -> M:
    """Return the value as this model, or raise what a route's own validation raises."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        details = [item | {"loc": ("body", *item["loc"])} for item in error.errors(include_url=False)]
        raise RequestValidationError(details) from error


def check_text(text: str) -> None:
    """Raise Invalid for NUL, which PostgreSQL can't keep."""
    if "\x00" in text:
        raise Invalid("The request has a NUL character. Send it without.", code="invalid_text")


def _timed_out() -> RequestTimeout:
    return RequestTimeout("The body didn't arrive in time. Send it again.", headers={"connection": "close"})


def _check_values(value: Any) -> None:
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            check_text(item)
        elif isinstance(item, dict):
            waiting.extend(item)
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)
        elif isinstance(item, int) and abs(item) > _MAX_INT:
            raise Invalid("The request has a number beyond 64 bits. Send a smaller one.", code="invalid_number")
        elif isinstance(item, float) and not math.isfinite(item):
            raise Invalid("The request has a number that is not finite. Send a finite one.", code="invalid_number")
