"""Server-sent events: ids, heartbeat, a longest life, an orderly end on drain, no noise when a client goes."""

import asyncio
import json
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import structlog
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from clara.api.context import context_of
from clara.api.leaving import disconnected
from clara.api.problems import as_clara_error, problem
from clara.core.errors import ClaraError
from clara.ops.drain import Drain

_log = structlog.get_logger(__name__)

EVENT_STREAM: dict[int | str, dict[str, Any]] = {
    200: {"description": "Server-sent events.", "content": {"text/event-stream": {"schema": {"type": "string"}}}}
}
"""The ``responses=`` of a route that answers with events; joined by ``|`` to its problems."""

HEARTBEAT_S = 15.0
MAX_LIFE_S = 600.0
SEND_TIMEOUT_S = 30.0
"""A client that takes nothing for so long is dropped."""


class Sendable(Protocol):
    """What a stream is made of."""

    def encode(self) -> bytes: ...


@dataclass(frozen=True, slots=True)
class ServerEvent:
    """One event; ``data`` is sent as JSON on one line. ``id`` is what a client sends back as Last-Event-ID."""

    event: str
    data: Any
    id: str | None = None

    def encode(self) -> bytes:
        head = f"id: {self.id}\n" if self.id is not None else ""
        return f"{head}event: {self.event}\n".encode() + Data(self.data).encode()


@dataclass(frozen=True, slots=True)
class Data:
    """An event without a name, as protocols of others have them; sent as JSON on one line."""

    data: Any

    def encode(self) -> bytes:
        return f"data: {json.dumps(self.data, separators=(',', ':'), allow_nan=False)}\n\n".encode()


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a stream tells that it ends early: of an error, with the request's id, and that it is cut, with why."""

    error: Callable[[ClaraError, str], bytes]
    shutdown: Callable[[str], bytes]


OURS = Dialect(
    lambda error, request_id: ServerEvent("error", problem(error, request_id)).encode(),
    lambda reason: ServerEvent("shutdown", {"reason": reason}).encode(),
)


class EventStream(Response):
    """An answer made of events. It closes the iterator before it ends, however it ends."""

    media_type = "text/event-stream"

    def __init__(
        self,
        events: AsyncIterator[Sendable],
        *,
        drain: Drain,
        dialect: Dialect = OURS,
        headers: Mapping[str, str] | None = None,
        heartbeat_s: float = HEARTBEAT_S,
        max_life_s: float = MAX_LIFE_S,
        send_timeout_s: float = SEND_TIMEOUT_S,
    ) -> None:
        self.status_code = 200
        self.background = None
        self._events = events
        self._drain = drain
        self._dialect = dialect
        self._heartbeat_s = heartbeat_s
        self._max_life_s = max_life_s
        self._send_timeout_s = send_timeout_s
        self._sending_since: float | None = None
        self._sent_at = 0.0
        usual = {"cache-control": "no-cache, no-transform", "x-accel-buffering": "no"}
        self.init_headers(usual | dict(headers or {}))
        del self.headers["content-length"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        if context_of(scope).head:
            await self._close()
            await send({"type": "http.response.body", "body": b"", "more_body": False})
            return
        with self._drain.stream():
            last = await self._run(scope, receive, send)
            if last is not None:
                await self._finish(last, send)

    async def _run(self, scope: Scope, receive: Receive, send: Send) -> bytes | None:
        """Send events until an end comes; return the last bytes to send, or None when nobody takes them."""
        pump = asyncio.create_task(self._pump(scope, send), name="stream.pump")
        gone = asyncio.create_task(disconnected(receive), name="stream.disconnect")
        drain = asyncio.create_task(self._drain.begun(), name="stream.drain")
        try:
            return await self._watch(pump, gone, drain, send)
        finally:
            for task in (pump, gone, drain):
                task.cancel()
            await asyncio.gather(pump, gone, drain, return_exceptions=True)
            await self._close()

    async def _pump(self, scope: Scope, send: Send) -> bytes:
        """Send the events. An error becomes the last of them, since the status has gone out."""
        try:
            async for event in self._events:
                await self._send(event.encode(), send)
        except Exception as error:
            known = as_clara_error(error)
            context = context_of(scope)
            context.refusal = known.problem_code
            if known.status >= 500:
                _log.error("stream.failed", request_id=context.request_id, route=context.route, exc_info=error)
            return self._dialect.error(known, context.request_id)
        return b""

    async def _watch(
        self, pump: asyncio.Task[bytes], gone: asyncio.Task[None], drain: asyncio.Task[None], send: Send
    ) -> bytes | None:
        now = self._sent_at = time.monotonic()
        ends_at = now + self._max_life_s
        while True:
            wake_s = max(0.0, min(ends_at, self._due_at()) - now)
            done, _ = await asyncio.wait((pump, gone, drain), timeout=wake_s, return_when=asyncio.FIRST_COMPLETED)
            now = time.monotonic()
            if gone in done:
                return None
            if pump in done:
                return pump.result()
            if drain in done or now >= ends_at:
                reason = "draining" if drain in done else "max_life"
                return self._dialect.shutdown(reason)
            if now >= self._due_at():
                if self._sending_since is not None:
                    break
                if not await self._beat(send):
                    break
        _dropped()
        return None

    def _due_at(self) -> float:
        """When to look again: at the next heartbeat, or when a send has taken too long."""
        if self._sending_since is not None:
            return self._sending_since + self._send_timeout_s
        return self._sent_at + self._heartbeat_s

    async def _send(self, body: bytes, send: Send) -> None:
        self._sending_since = self._sent_at = time.monotonic()
        await send({"type": "http.response.body", "body": body, "more_body": True})
        self._sending_since = None

    async def _beat(self, send: Send) -> bool:
        """Send a comment, so that proxies and clients see life; False when the client doesn't take it."""
        try:
            async with asyncio.timeout(self._send_timeout_s):
                await self._send(b": keep-alive\n\n", send)
        except TimeoutError:
            return False
        return True

    async def _finish(self, last: bytes, send: Send) -> None:
        try:
            async with asyncio.timeout(self._send_timeout_s):
                await send({"type": "http.response.body", "body": last, "more_body": False})
        except TimeoutError:
            _dropped()

    async def _close(self) -> None:
        if isinstance(self._events, AsyncGenerator):
            await self._events.aclose()


def _dropped() -> None:
    _log.info("stream.dropped", reason="the client takes nothing")
