"""kill -9: what was accepted is done, once, by whoever comes next."""

import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import psutil
import pytest

from clara.testing import SERVICE_KEY, free_port, running_server
from clara.tutor.turns.tutor import TURN_LEASE_S
from tests.contents import Content, check_whole
from tests.recovery.conftest import (
    LEASE_S,
    PAGES,
    QUICK,
    Stored,
    begun_upload,
    get_file,
    kill,
    make_book,
    sqlite_of,
    upload,
    wait_until_ready,
    worker_of,
)
from tests.services import new_database
from tests.waiting import wait_until

pytestmark = [pytest.mark.serial, pytest.mark.timeout(300)]

MOMENTS: dict[str, Callable[[str, int, int], bool]] = {
    "before the first batch": lambda status, done, chunks: status == "reading" and chunks == 0,
    "after the first batch": lambda status, done, chunks: chunks > 0,
    "in the middle": lambda status, done, chunks: done > PAGES // 2,
}


class TestServer:
    @pytest.mark.parametrize("alone", [False, True], ids=["with all it started", "alone"])
    @pytest.mark.parametrize("moment", MOMENTS)
    def test_killed_while_a_book_is_read(
        self, tmp_path: Path, book: bytes, whole: Content, moment: str, alone: bool
    ) -> None:
        with running_server(tmp_path, **QUICK) as server:
            file_id = upload(server, book)
            with sqlite_of(tmp_path).watched() as look:
                wait_until(lambda: MOMENTS[moment](*look()), 60, moment)
            kill(server, alone=alone)

        assert (
            sqlite_of(tmp_path).read(lambda tx: tx.exec_driver_sql("SELECT status FROM documents").scalar()) != "ready"
        )
        with running_server(tmp_path, **QUICK) as server:
            made = wait_until_ready(server, file_id)

        found = sqlite_of(tmp_path).content()
        check_whole(found)
        assert (found.pages, found.chunks) == (whole.pages, whole.chunks)
        assert (made["pages_done"], made["pages_total"], made["chunks"]) == (PAGES, PAGES, len(whole.chunks))
        assert sqlite_of(tmp_path).count("jobs") == 0

    def test_killed_again_and_again(self, tmp_path: Path, book: bytes, whole: Content) -> None:
        """More often than a job may fail: it got on each time."""
        file_id = ""
        for part in range(1, 6):
            with running_server(tmp_path, **QUICK) as server:
                file_id = file_id or upload(server, book)
                with sqlite_of(tmp_path).watched() as look:
                    wait_until(lambda: look()[1] > PAGES * part // 6, 60, f"{part} sixths are read")  # noqa: B023
                kill(server)

        with running_server(tmp_path, **QUICK) as server:
            wait_until_ready(server, file_id)
        found = sqlite_of(tmp_path).content()
        assert (found.pages, found.chunks) == (whole.pages, whole.chunks)
        check_whole(found)

    def test_killed_right_after_it_accepted_a_file(self, tmp_path: Path) -> None:
        data = make_book(30)
        with running_server(tmp_path, **QUICK) as server:
            file_id = upload(server, data)
            kill(server)

        with running_server(tmp_path, **QUICK) as server:
            wait_until_ready(server, file_id)
            content = httpx.get(f"{server.url}/v1/files/{file_id}/content", headers=server.learner("ana"))
            assert content.content == data

    def test_killed_its_children_do_not_stay(self, tmp_path: Path, book: bytes) -> None:
        with running_server(tmp_path, **QUICK) as server:
            upload(server, book)
            with sqlite_of(tmp_path).watched() as look:
                wait_until(lambda: look()[0] == "reading", 60, "the book is being read")
            started = kill(server, alone=True)

        assert len(started) >= 2
        _, alive = psutil.wait_procs(started, timeout=20)
        assert alive == []
        # The child gave back what it held: nobody waits for a lease.
        assert sqlite_of(tmp_path).count("jobs", "state = 'queued' AND failures = 0") == 1

    def test_killed_while_it_takes_in_a_file_leaves_nothing_for_ever(self, tmp_path: Path) -> None:
        with running_server(tmp_path, **QUICK) as server, begun_upload(server.url, b"text " * 800_000):
            wait_until(lambda: any((tmp_path / "files").iterdir()), what="bytes are stored")
            kill(server)
        assert sqlite_of(tmp_path).count("uploads") == 1
        expire_uploads(sqlite_of(tmp_path))

        with running_server(tmp_path, **QUICK):
            wait_until(lambda: not any((tmp_path / "files").iterdir()), what="the leftovers are swept")
            assert sqlite_of(tmp_path).count("uploads") == 0


class TestWorker:
    def test_killed_is_started_again(self, tmp_path: Path, book: bytes, whole: Content) -> None:
        with running_server(tmp_path, **QUICK) as server:
            file_id = upload(server, book)
            first = worker_of(server)
            with sqlite_of(tmp_path).watched() as look:
                wait_until(lambda: look()[1] > PAGES // 3, 60, "a third is read")
            first.kill()

            wait_until_ready(server, file_id)
            assert worker_of(server).pid != first.pid
            assert "worker.died" in server.log

        found = sqlite_of(tmp_path).content()
        assert (found.pages, found.chunks) == (whole.pages, whole.chunks)
        check_whole(found)

    def test_killed_right_before_it_publishes(self, tmp_path: Path) -> None:
        """Everything is stored, and nothing of it can be found yet."""
        data = make_book(60)
        with running_server(tmp_path, **QUICK) as server:
            upload(server, make_book(2), name="warm.pdf")
            wait_until(lambda: sqlite_of(tmp_path).count("jobs") == 0, what="the first book is read")
            for attempt in range(20):
                user = f"learner-{attempt}"
                file_id = upload(server, data, user=user)
                if not self._kill_between(tmp_path, worker_of(server), user):
                    wait_until_ready(server, file_id, user)
                    continue
                made = wait_until_ready(server, file_id, user)
                assert made["pages_done"] == 60
                stored = sqlite_of(tmp_path)
                assert stored.count("pages", f"owner_id = '{user}'") == 60
                assert stored.count("chunks", f"owner_id = '{user}'") == made["chunks"]
                return
        pytest.fail("the moment was missed every time")

    @staticmethod
    def _kill_between(folder: Path, worker: psutil.Process, user: str) -> bool:
        """Kill the worker in the state "indexing", the last before "ready"; False when that was missed."""
        query = "SELECT status FROM documents WHERE owner_id = ?"
        with contextlib.closing(sqlite3.connect(folder / "clara.db")) as connection:
            deadline = time.monotonic() + 60
            while time.monotonic() < deadline:
                (status,) = connection.execute(query, (user,)).fetchone()
                if status == "indexing":
                    os.kill(worker.pid, signal.SIGKILL)
                    worker.wait(20)
                    return bool(connection.execute(query, (user,)).fetchone()[0] == "indexing")
                if status == "ready":
                    return False
        raise TimeoutError("the book was never read")


class TestReplicas:
    def test_the_other_takes_over(self, tmp_path: Path, book: bytes, whole: Content, postgresql_url: str) -> None:
        with new_database(postgresql_url) as url:
            shared = QUICK | {"DATABASE_URL": url, "CLARA_BLOBS__URL": (tmp_path / "files").as_uri()}
            stored = Stored(url.replace("postgresql://", "postgresql+psycopg://"))
            with running_server(tmp_path / "a", **shared) as a, running_server(tmp_path / "b", **shared) as b:
                file_id = upload(a, book)
                with stored.watched() as look:
                    wait_until(lambda: look()[1] > PAGES // 3, 60, "a third is read")
                holder = stored.read(lambda tx: tx.exec_driver_sql("SELECT worker FROM jobs").scalar_one())
                victim, other = (a, b) if f":{worker_of(a).pid}:" in holder else (b, a)
                assert f":{worker_of(victim).pid}:" in holder
                killed_at = time.monotonic()
                kill(victim)

                wait_until(
                    lambda: stored.count("jobs", "attempts > 1"), LEASE_S + 20, "the other replica has taken over"
                )
                assert time.monotonic() - killed_at > LEASE_S / 2
                wait_until_ready(other, file_id)
                assert get_file(other, file_id)["chunks"] == len(whole.chunks)

            found = stored.content()
            assert (found.pages, found.chunks) == (whole.pages, whole.chunks)
            check_whole(found)


class TestTurn:
    SLOW = """
import asyncio, sys
from clara import server
from clara.app import create_app
from clara.settings import Settings

class Slow:
    name = "slow"
    async def answer(self, question):
        print("asked", flush=True)
        await asyncio.sleep(600)
        yield None

settings = Settings()
app = create_app(settings, answerer=lambda engine: Slow())
server.make_server(app, settings, app.state.services.drain).run()
"""

    def test_killed_the_conversation_goes_on(self, tmp_path: Path) -> None:
        port = free_port()
        variables = os.environ | QUICK
        variables |= {"PORT": str(port), "CLARA_DATA_DIR": str(tmp_path), "CLARA_SERVICE_KEY": SERVICE_KEY}
        process = subprocess.Popen(
            [sys.executable, "-c", self.SLOW],
            env=variables,
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert process.stdout is not None
        headers = {"Authorization": f"Bearer {SERVICE_KEY}", "X-Clara-User": "ana"}
        url = f"http://127.0.0.1:{port}"
        try:
            wait_until(lambda: answers(url), 60, "the server answers")
            chat = httpx.post(f"{url}/v1/chats", headers=headers, json={}).json()["id"]
            with contextlib.suppress(httpx.TransportError):
                httpx.post(f"{url}/v1/chats/{chat}/messages", headers=headers, json={"content": "First?"}, timeout=1)
        finally:
            process.kill()
            process.wait(20)
            process.stdout.close()

        with running_server(tmp_path, **QUICK, CLARA_LIMITS__CHAT_PER_MINUTE="100000") as server:

            def ask() -> httpx.Response:
                return httpx.post(
                    f"{server.url}/v1/chats/{chat}/messages", headers=headers, json={"content": "Second?"}, timeout=20
                )

            wait_until(lambda: ask().status_code == 200, 2 * TURN_LEASE_S, "the conversation is free again")
            shown = httpx.get(f"{server.url}/v1/chats/{chat}/messages", headers=headers).json()["messages"]
        assert [message["content"] for message in shown if message["role"] == "user"] == ["First?", "Second?"]


def answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health/ready").status_code == 200
    except httpx.TransportError:
        return False


def expire_uploads(stored: Stored) -> None:
    with contextlib.closing(sqlite3.connect(stored.url.removeprefix("sqlite:///"))) as connection:
        connection.execute("UPDATE uploads SET expires_at = 1")
        connection.commit()
