"""The uvicorn server that goes down in order: streams told and ended, then the app, then the process."""

import asyncio
import gc
import os
import signal
import socket
import sys
from collections.abc import Awaitable, Callable
from types import FrameType

import structlog
import uvicorn
from fastapi import FastAPI

from clara.api.wire import BoundedHttpProtocol, BoundedSocketProtocol
from clara.app import create_app
from clara.core.errors import Conflict, Unavailable
from clara.ops.drain import Drain
from clara.ops.logs import configure_logging
from clara.settings import Settings

log = structlog.get_logger()

INVITE_AGAIN_S = 0.5
LOCAL_USER = "local"
"""Whom the link that a development server prints signs in."""


class DrainingServer(uvicorn.Server):
    """The first signal drains: new work is refused (503) while what runs ends. A second one forces."""

    def __init__(
        self,
        config: uvicorn.Config,
        drain: Drain,
        drain_timeout_s: float,
        on_listening: Callable[[str, int], Awaitable[None]] | None = None,
    ) -> None:
        super().__init__(config)
        self._on_listening = on_listening
        self._drain = drain
        self._drain_timeout_s = drain_timeout_s
        self._signals = 0
        self._draining: asyncio.Task[None] | None = None
        self._later: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def serve(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
        self._loop = asyncio.get_running_loop()
        await super().serve(sockets)  # type: ignore[arg-type]

    async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
        await super().startup(sockets)  # type: ignore[arg-type]
        # What there is now stays: to walk it at each full collection would hold every request for 0.1 s.
        gc.freeze()
        gc.enable()
        if self.started and self._on_listening is not None:
            host, port = self.servers[0].sockets[0].getsockname()[:2]
            await self._on_listening(host, port)

    def later(self, delay_s: float, call: Callable[[], Awaitable[None]]) -> None:
        """Call something after a while, unless the server has ended by then."""

        async def wait() -> None:
            await asyncio.sleep(delay_s)
            await call()

        self._later = asyncio.create_task(wait())

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        # The base class would raise the signal again at the end; a server that was asked to stop and did exits with 0.
        self._signals += 1
        if self._signals > 1 or self._loop is None:
            self.force_exit = self.should_exit = True
            return
        self._loop.call_soon_threadsafe(self._begin, signal.Signals(sig).name)

    def _begin(self, name: str) -> None:
        log.info("server.draining", signal=name, streams=self._drain.streams)
        self._drain.begin()
        self._draining = asyncio.create_task(self._finish())

    async def _finish(self) -> None:
        if not await self._drain.wait_idle(self._drain_timeout_s):
            log.warning("server.drain_timeout", streams=self._drain.streams)
        self.should_exit = True


def make_server(app: FastAPI, settings: Settings, drain: Drain) -> DrainingServer:
    config = uvicorn.Config(
        app,
        host=settings.listen_host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=True,
        ws=BoundedSocketProtocol,
        ws_max_size=settings.voice.message_bytes,
        ws_ping_interval=20,
        ws_ping_timeout=20,
        # Sound doesn't get smaller by it; it costs an eighth of a session's work.
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=10,
        proxy_headers=False,
        http=BoundedHttpProtocol,
    )

    async def invite(host: str, port: int) -> None:
        name = f"[{host}]" if ":" in host else "127.0.0.1" if host == "0.0.0.0" else host
        try:
            link = await app.state.local_sign_in.link(f"http://{name}:{port}", LOCAL_USER)
        except Unavailable:
            # The database is away or being prepared: the server answers all the same, and invites when it is there.
            server.later(INVITE_AGAIN_S, lambda: invite(host, port))
            return
        sys.stdout.write(f"\nClara is running. Open this link within ten minutes to sign in:\n\n  {link}\n\n")
        sys.stdout.flush()

    on_listening = invite if settings.development else None
    server = DrainingServer(config, drain, settings.http.drain_timeout_s, on_listening)
    return server


def _check_port(settings: Settings) -> None:
    """Raise Conflict when the port is taken: before a worker is started for nothing, and in words."""
    host = settings.listen_host
    try:
        with socket.create_server(
            (host, settings.port), family=socket.AF_INET6 if ":" in host else socket.AF_INET, reuse_port=False
        ):
            pass
    except OSError as error:
        raise Conflict(
            f"Port {settings.port} of {host} can't be used ({os.strerror(error.errno or 0)}): set PORT to another.",
            code="port_taken",
        ) from error


def run_server(settings: Settings) -> int:
    """Serve until told to stop; return the exit code."""
    configure_logging(settings.log_level)
    _check_port(settings)
    app = create_app(settings)
    server = make_server(app, settings, app.state.services.drain)
    server.run()
    return 0 if server.started else 1
