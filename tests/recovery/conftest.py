"""Real servers that are killed, stopped, and run out of disk and database. Leases are short, deadlines long."""

import contextlib
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import httpx
import psutil
import pytest
import sqlalchemy as sa
from fpdf import FPDF

from clara.store.migrate import migration_engine
from clara.testing import SERVICE_KEY, RunningServer, running_server
from tests.contents import Content, content, progress
from tests.waiting import wait_until

T = TypeVar("T")

PAGES = 1_100
LEASE_S = 2.0
QUICK = {"CLARA_JOBS__LEASE_S": str(LEASE_S), "CLARA_JOBS__POLL_S": "0.1", "CLARA_LIMITS__READS_PER_MINUTE": "1000000"}
WORDS = ("mitochondria", "make", "the", "energy", "that", "cells", "need", "while", "leaves", "catch", "light")


def make_book(pages: int) -> bytes:
    """Return a PDF with an outline; every page says its number, and no two say the same."""
    pdf = FPDF()
    pdf.set_font("Helvetica", size=10)
    for number in range(1, pages + 1):
        pdf.add_page()
        if number % 40 == 1:
            pdf.start_section(f"Chapter {number // 40 + 1}")
        for line in range(22):
            words = " ".join(WORDS[(number * 7 + line * 3 + at) % len(WORDS)] for at in range(11))
            pdf.text(12, 20 + 10 * line, f"Page {number}, line {line}: {words}.")
    return bytes(pdf.output())


@pytest.fixture(scope="session")
def book() -> bytes:
    return make_book(PAGES)


@dataclass(frozen=True, slots=True)
class Stored:
    """What the database of a server holds, read from beside it."""

    url: str

    def read(self, fn: Callable[[sa.Connection], T]) -> T:
        engine = migration_engine(self.url)
        with engine.connect().execution_options(begin="BEGIN") as connection:
            return fn(connection)

    def content(self) -> Content:
        return self.read(content)

    def count(self, table: str, where: str = "1=1") -> int:
        return int(self.read(lambda tx: tx.exec_driver_sql(f"SELECT count(*) FROM {table} WHERE {where}").scalar_one()))

    @contextlib.contextmanager
    def watched(self) -> Iterator[Callable[[], tuple[str, int, int]]]:
        """Yield a quick look at (status, pages done, chunks stored)."""
        with migration_engine(self.url).connect().execution_options(begin="BEGIN") as connection:

            def look() -> tuple[str, int, int]:
                with connection.begin() as transaction:
                    seen = progress(connection)
                    transaction.rollback()
                return seen

            yield look


def sqlite_of(folder: Path) -> Stored:
    return Stored(f"sqlite:///{folder / 'clara.db'}")


@pytest.fixture(scope="session")
def whole(book: bytes, tmp_path_factory: pytest.TempPathFactory) -> Content:
    """What is stored of the book when nobody interrupts."""
    folder = tmp_path_factory.mktemp("uninterrupted")
    with running_server(folder, **QUICK) as server:
        wait_until_ready(server, upload(server, book))
        return sqlite_of(folder).content()


def upload(server: RunningServer, data: bytes, name: str = "book.pdf", user: str = "ana") -> str:
    """Upload a file; return its id once it was accepted."""
    answer = httpx.post(
        f"{server.url}/v1/files", headers=server.learner(user), files={"file": (name, data)}, timeout=60
    )
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


def get_file(server: RunningServer, file_id: str, user: str = "ana") -> dict[str, object]:
    answer = httpx.get(f"{server.url}/v1/files/{file_id}", headers=server.learner(user))
    assert answer.status_code == 200, answer.text
    found: dict[str, object] = answer.json()
    return found


def wait_until_ready(
    server: RunningServer, file_id: str, user: str = "ana", timeout_s: float = 90
) -> dict[str, object]:
    """Return the file once its state is final, which must be "ready"."""
    final = ("ready", "failed", "needs_ocr")
    wait_until(lambda: get_file(server, file_id, user)["status"] in final, timeout_s, f"{file_id} is final")
    found = get_file(server, file_id, user)
    assert found["status"] == "ready", found
    return found


def children(server: RunningServer) -> list[psutil.Process]:
    """Return the ingest child and its parsers."""
    with contextlib.suppress(psutil.NoSuchProcess):
        return psutil.Process(server.process.pid).children(recursive=True)
    return []


def worker_of(server: RunningServer) -> psutil.Process:
    """Return the ingest child, once there is one."""

    def find() -> psutil.Process | None:
        for child in children(server):
            with contextlib.suppress(psutil.Error):
                if "--child" in child.cmdline():
                    return child
        return None

    found = wait_until(find, what="there is an ingest child")
    assert found is not None
    return found


def kill(server: RunningServer, *, alone: bool = False) -> list[psutil.Process]:
    """Kill -9 the server and, unless ``alone``, all that it started; return what that was."""
    started = children(server)
    server.process.kill()
    if not alone:
        for process in started:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
    server.process.wait(20)
    return started


FORM_END = b"\r\n--x--\r\n"


@contextlib.contextmanager
def begun_upload(url: str, data: bytes) -> Iterator[socket.socket]:
    """Send the first half of a form with a file; ``data`` once more and FORM_END would be the rest of it."""
    host, port = url.removeprefix("http://").split(":")
    begin = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
    head = (
        f"POST /v1/files HTTP/1.1\r\nHost: {host}:{port}\r\n"
        f"Authorization: Bearer {SERVICE_KEY}\r\nX-Clara-User: ana\r\n"
        "Content-Type: multipart/form-data; boundary=x\r\n"
        f"Content-Length: {len(begin) + 2 * len(data) + len(FORM_END)}\r\n\r\n"
    )
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(head.encode() + begin + data)
        yield connection
