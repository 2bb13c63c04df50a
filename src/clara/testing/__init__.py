"""What tests of Clara, and of programs that use it, start from: an app in this process, a server in another."""

import asyncio
import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from clara.app import create_app
from clara.settings import Settings
from clara.testing.fakes import FakeChatModel as FakeChatModel
from clara.worker import build_worker

SERVICE_KEY = "test-service-key-0123456789"
START_TIMEOUT_S = 30.0


class FakeClock:
    """A clock that stands still until it is told to move."""

    def __init__(self, now: float = 1_800_000_000.0) -> None:
        self._now = now

    def now(self) -> float:
        return self._now

    def monotonic(self) -> float:
        return self._now

    def advance(self, seconds: float) -> None:
        self._now += seconds


def make_settings(folder: Path, **values: Any) -> Settings:
    """Return settings for a store in this folder, with a service key and without a worker process."""
    defaults: dict[str, Any] = {
        "environment": "development",
        "data_dir": folder,
        "service_key": SERVICE_KEY,
        "jobs": {"in_server": False, "poll_s": 0.05},
        "_env_file": None,
    }
    return Settings(**(defaults | values))


@dataclass(frozen=True, slots=True)
class RunningApp:
    """An app whose lifespan runs, with a worker in a thread; ``client`` speaks to it without a socket."""

    app: FastAPI
    client: httpx.AsyncClient
    settings: Settings

    def learner(self, user_id: str) -> dict[str, str]:
        """Return the headers of a trusted server that acts for this learner."""
        return {"Authorization": f"Bearer {SERVICE_KEY}", "X-Clara-User": user_id}

    async def until_idle(self, timeout_s: float = 30) -> None:
        """Wait until no background work is left."""
        from clara.store.status import count_jobs

        async with asyncio.timeout(timeout_s):
            # Another process's work can't set an event here.
            while await self.app.state.services.database.read(count_jobs):  # noqa: ASYNC110
                await asyncio.sleep(0.02)


@contextlib.asynccontextmanager
async def running_app(settings: Settings, *, work: bool = True, **parts: Any) -> AsyncIterator[RunningApp]:
    """Run an app in this process; ``parts`` replace what create_app would make, ``work`` False leaves jobs queued."""
    app = create_app(settings, **parts)
    services = app.state.services
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with app.router.lifespan_context(app):
        worker = build_worker(settings, services.database, services.files.blobs) if work else None
        if worker:
            worker.start()
        try:
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
                yield RunningApp(app, client, settings)
        finally:
            if worker:
                await asyncio.to_thread(worker.stop)


@dataclass(frozen=True, slots=True)
class RunningServer:
    """A server in a process of its own. ``process.pid`` is the server's; ``log`` is what it has written so far."""

    process: "subprocess.Popen[bytes]"
    url: str
    log_path: Path

    @property
    def log(self) -> str:
        return self.log_path.read_text()

    def learner(self, user_id: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {SERVICE_KEY}", "X-Clara-User": user_id}


@contextlib.contextmanager
def running_server(
    folder: Path, port: int | None = None, *, ready: bool = True, **environment: str
) -> Iterator[RunningServer]:
    """Run `python -m clara serve` with its data in this folder until the block ends.

    Yield once it is ready, or, with ``ready`` False, once it answers at all.
    """
    port = port or free_port()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CLARA_")}
    variables = kept | {
        "ENVIRONMENT": "development",
        "PORT": str(port),
        "CLARA_DATA_DIR": str(folder),
        "CLARA_SERVICE_KEY": SERVICE_KEY,
        **environment,
    }
    folder.mkdir(parents=True, exist_ok=True)
    log_path = folder / f"server-{port}.log"
    with log_path.open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "clara", "serve"], env=variables, cwd=folder, stdout=log, stderr=subprocess.STDOUT
        )
    server = RunningServer(process, f"http://127.0.0.1:{port}", log_path)
    try:
        _wait_for(server, "/health/ready" if ready else "/health/live")
        yield server
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_for(server: RunningServer, path: str) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
        if server.process.poll() is not None:
            break
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(f"{server.url}{path}").status_code == 200:
                return
        time.sleep(0.02)
    raise RuntimeError(f"the server did not come up:\n{server.log}")


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def log_lines(log: str) -> list[dict[str, Any]]:
    """Return the JSON lines of a server's log."""
    return [json.loads(line) for line in log.splitlines() if line.startswith("{")]
