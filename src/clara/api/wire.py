"""What uvicorn's own protocols leave unbounded: the head of a request, and a WebSocket's frames and its end."""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame

from clara.voice.wire.meter import Meter

MAX_HEAD_BYTES = 64 * 1024
HEAD_TIMEOUT_S = 20.0
"""From the connection, or from the first byte of a further request, to the empty line after the headers."""

MOST_FRAMES, FRAMES_PER_S = 2500, 500
"""Of a WebSocket, those without content and pings too: ten times as many as anybody needs who talks."""
SLICE_BYTES = 8192
"""Parsed before the next look at how many frames came: a quarter of a megabyte of empty ones takes half a second."""
LINGER_S = 15.0
"""For a peer to take the last that it is sent; longer than uvicorn waits for its half of the closing."""


class BoundedHttpProtocol(HttpToolsProtocol):
    """For ``uvicorn.Config(http=…)``. Without it one connection took 190 MB of headers into memory, and no end."""

    head_timeout_s = HEAD_TIMEOUT_S

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._head_bytes = 0
        self._head_is_open = True
        self._head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)  # type: ignore[arg-type]
        self._start_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._head_is_open:
            if self._head_bytes > MAX_HEAD_BYTES:
                self._refuse(431, b"The headers are too large.")
                return
            self._head_bytes += len(data)
        super().data_received(data)
        if self._head_is_open and self._head_bytes and self._head_timer is None:
            self._start_timer()

    def on_headers_complete(self) -> None:
        self._head_is_open = False
        self._head_bytes = 0
        self._stop_timer()
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._head_is_open = True
        super().on_message_complete()

    def _start_timer(self) -> None:
        self._head_timer = self.loop.call_later(self.head_timeout_s, self._timed_out)

    def _stop_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _timed_out(self) -> None:
        self._head_timer = None
        if not self._head_is_open:
            return
        if self._head_bytes:
            self._refuse(408, b"The request took too long to arrive.")
        else:
            self.transport.close()

    def _refuse(self, status: int, reason: bytes) -> None:
        """Answer by hand, since there is no request that an app could answer."""
        if self.transport.is_closing():
            return
        headers = b"content-type: text/plain\r\ncontent-length: %d\r\nconnection: close\r\n\r\n" % len(reason)
        self.transport.write(STATUS_LINE[status] + headers + reason)
        self.transport.close()


class BoundedSocketProtocol(WebSocketsSansIOProtocol):
    """For ``uvicorn.Config(ws=…)``. Without it a peer that pings and doesn't read took 35 MB a second into memory,
    one that sends empty fragments held everybody up by half a second, and one that never reads was never rid of.
    """

    linger_s = LINGER_S

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._frames = Meter(MOST_FRAMES, FRAMES_PER_S)
        self._late_bytes = 0

    def data_received(self, data: bytes) -> None:
        for start in range(0, len(data), SLICE_BYTES):
            if self.transport.is_closing():
                return
            if self.close_sent:
                self._count_late(min(SLICE_BYTES, len(data) - start))
            super().data_received(data[start : start + SLICE_BYTES])

    def handle_ping(self) -> None:
        self._count()
        super().handle_ping()

    def handle_pong(self, event: Frame) -> None:
        self._count()
        super().handle_pong(event)

    def handle_cont(self, event: Frame) -> None:
        self._count()
        super().handle_cont(event)

    def handle_text(self, event: Frame) -> None:
        self._count()
        super().handle_text(event)

    def handle_bytes(self, event: Frame) -> None:
        self._count()
        super().handle_bytes(event)

    def keepalive_timeout(self) -> None:
        super().keepalive_timeout()
        self._abort_later()

    async def run_asgi(self) -> None:
        await super().run_asgi()
        self._abort_later()

    def _count(self) -> None:
        if not self._frames.take(1):
            self.transport.abort()

    def _count_late(self, count: int) -> None:
        """What comes after our close is read for the peer's close alone, and nothing holds it back."""
        self._late_bytes += count
        if self._late_bytes > self.config.ws_max_size:
            self.transport.abort()

    def _abort_later(self) -> None:
        """A transport that is closed stays until its peer has read everything, which may be never."""
        self.loop.call_later(self.linger_s, self.transport.abort)
