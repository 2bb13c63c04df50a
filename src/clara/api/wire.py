"""The head of a request, bounded in size and time before there is a request: uvicorn's own parser bounds neither."""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

MAX_HEAD_BYTES = 64 * 1024
HEAD_TIMEOUT_S = 20.0
"""From the connection, or from the first byte of a further request, to the empty line after the headers."""


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
