"""The whole app on a real socket of this machine, in this process, so that tests see both sides of the wire."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI
from sqlalchemy import func, select

from clara.app import create_app
from clara.server import make_server
from clara.settings import Settings
from clara.store.tables import uploads
from clara.testing import SERVICE_KEY
from clara.worker import build_worker

DEADLINE_S = 20.0


@dataclass(frozen=True, slots=True)
class Served:
    """A running server; ``client`` speaks to it over its socket, as does ``connect``, byte by byte."""

    app: FastAPI
    port: int
    client: httpx.AsyncClient
    blobs: Path

    def headers(self, user_id: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {SERVICE_KEY}", "X-Clara-User": user_id}

    @contextlib.asynccontextmanager
    async def connect(self) -> AsyncIterator["Wire"]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            yield Wire(reader, writer)
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def until_nothing_is_half_made(self) -> None:
        """Wait until no upload is under way, and every blob is a document's."""
        async with asyncio.timeout(DEADLINE_S):
            while await self._half_made():
                await asyncio.sleep(0.02)

    async def uploads_under_way(self) -> int:
        query = select(func.count()).select_from(uploads)
        count: int = await self.app.state.services.database.read(lambda tx: tx.execute(query).scalar_one())
        return count

    async def _half_made(self) -> bool:
        from clara.store.status import count_jobs
        from clara.store.tables import documents

        database = self.app.state.services.database
        under_way = await self.uploads_under_way()
        keys = await database.read(lambda tx: set(tx.execute(select(documents.c.blob_key)).scalars()))
        waiting = await database.read(count_jobs)
        return bool(under_way or waiting or {path.name for path in self.blobs.rglob("*") if path.is_file()} - keys)


@dataclass(frozen=True, slots=True)
class Wire:
    """One connection, as bytes."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def request(self, line: str, headers: dict[str, str], body: bytes = b"") -> None:
        """Send a request's head, and this much of its body."""
        lines = [f"{line} HTTP/1.1", "Host: 127.0.0.1", *(f"{name}: {value}" for name, value in headers.items())]
        await self.send("\r\n".join([*lines, "", ""]).encode("latin-1") + body)

    async def head(self) -> tuple[int, str]:
        """Return the answer's status and head."""
        async with asyncio.timeout(DEADLINE_S):
            head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        return int(head.split(" ", 2)[1]), head

    async def rest(self) -> bytes:
        """Return what comes until the server closes the connection."""
        async with asyncio.timeout(DEADLINE_S):
            return await self.reader.read(-1)


@contextlib.asynccontextmanager
async def served(settings: Settings, **parts: Any) -> AsyncIterator[Served]:
    """Serve the app of these settings, with a worker in a thread; ``parts`` replace what create_app would make."""
    app = create_app(settings, **parts)
    services = app.state.services
    server = make_server(app, settings, services.drain)
    serving = asyncio.create_task(server.serve())
    worker = None
    try:
        async with asyncio.timeout(DEADLINE_S):
            while not server.started:
                assert not serving.done(), serving
                await asyncio.sleep(0.01)
        worker = build_worker(settings, services.database, services.files.blobs)
        worker.start()
        port = server.servers[0].sockets[0].getsockname()[1]
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=DEADLINE_S) as client:
            yield Served(app, port, client, settings.data_dir / "files")
    finally:
        if worker is not None:
            await asyncio.to_thread(worker.stop)
        server.should_exit = True
        await serving
