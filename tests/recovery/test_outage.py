"""A full disk, and a database that is away: 503, nothing half-made, and well again when it is back."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from clara.testing import RunningServer, log_lines, running_server
from tests.recovery.conftest import (
    QUICK,
    Stored,
    begun_upload,
    get_file,
    make_book,
    sqlite_of,
    upload,
    wait_until_ready,
)
from tests.services import PostgresqlServer, new_database, own_postgresql, small_disk
from tests.waiting import wait_until

pytestmark = [pytest.mark.serial, pytest.mark.timeout(300)]

PNG = b"\x89PNG\r\n\x1a\n" + bytes(1000)


def post_chat(server: RunningServer, user: str = "ana") -> httpx.Response:
    return httpx.post(f"{server.url}/v1/chats", headers=server.learner(user), json={"title": "A chat"}, timeout=60)


def post_file(server: RunningServer, data: bytes, name: str = "a.txt") -> httpx.Response:
    files = {"file": (name, data)}
    return httpx.post(f"{server.url}/v1/files", headers=server.learner("ana"), files=files, timeout=60)


def no_crash(server: RunningServer) -> bool:
    return not any(line.get("status") == 500 for line in log_lines(server.log))


@pytest.fixture
def disk() -> Iterator[Path]:
    with small_disk(24) as folder:
        yield folder


@contextlib.contextmanager
def filled(disk: Path) -> Iterator[None]:
    """Leave no room on the disk until the block ends."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while file.write(bytes(4096)):
            pass
    yield
    ballast.unlink()


class TestFullDisk:
    def test_of_the_database(self, tmp_path: Path, disk: Path) -> None:
        data = disk / "data"
        with running_server(tmp_path, **QUICK, CLARA_DATA_DIR=str(data)) as server:
            assert post_chat(server).status_code == 201
            with filled(disk):
                refused = [post_chat(server, f"learner-{n}") for n in range(3)]
                assert [answer.status_code for answer in refused] == [503, 503, 503]
                problem = refused[0].json()
                assert problem["code"] == "database_unavailable"
                assert refused[0].headers["retry-after"]
                listed = httpx.get(f"{server.url}/v1/chats", headers=server.learner("ana"))
                assert (listed.status_code, listed.json()["total"]) == (200, 1)

            assert post_chat(server).status_code == 201
            wait_until_ready(server, upload(server, b"Chlorophyll is green.", "a.txt"))
            assert no_crash(server)
        assert sqlite_of(data).count("conversations") == 2

    def test_of_the_files(self, tmp_path: Path, disk: Path) -> None:
        blobs = disk / "files"
        with running_server(tmp_path, **QUICK, CLARA_BLOBS__URL=blobs.as_uri()) as server:
            kept = upload(server, b"Chlorophyll is green.", "a.txt")
            wait_until_ready(server, kept)
            with filled(disk):
                refused = post_file(server, b"text " * 100_000)
                assert (refused.status_code, refused.json()["code"]) == (503, "storage_full")
                assert len(list(blobs.iterdir())) == 1
                assert sqlite_of(tmp_path).count("uploads") == 0
                content = httpx.get(f"{server.url}/v1/files/{kept}/content", headers=server.learner("ana"))
                assert content.content == b"Chlorophyll is green."

            assert post_file(server, b"text " * 100_000).status_code == 202
            assert no_crash(server)

    def test_while_a_book_is_read_it_goes_on_when_there_is_room(self, tmp_path: Path, disk: Path) -> None:
        data = make_book(400)
        settings = QUICK | {"CLARA_DATA_DIR": str(disk / "data"), "CLARA_BLOBS__URL": (tmp_path / "blobs").as_uri()}
        with running_server(tmp_path, **settings) as server:
            wait_until_ready(server, upload(server, b"Chlorophyll is green.", "a.txt"))
            with filled(disk):
                assert post_file(server, data, "book.pdf").status_code == 503
            file_id = upload(server, data)
            stored = sqlite_of(disk / "data")
            with stored.watched() as look:
                wait_until(lambda: stored.count("chunks") > 100, 60, "a part is read")
                with filled(disk):
                    wait_until(lambda: "job.waits" in server.log, 60, "the worker ran out of room")
                    assert look is not None
                    assert get_file(server, file_id)["status"] in ("reading", "indexing")
            made = wait_until_ready(server, file_id)
            assert made["pages_done"] == 400


class TestReadOnlyFiles:
    def test_are_unavailable_until_they_can_be_written(self, tmp_path: Path) -> None:
        """The folder of files is replaced by a file, which not even root can write into."""
        blobs = tmp_path / "files"
        with running_server(tmp_path, **QUICK) as server:
            blobs.rmdir()
            blobs.write_bytes(b"in the way")
            refused = post_file(server, b"Chlorophyll is green.")
            assert (refused.status_code, refused.json()["code"]) == (503, "storage_unavailable")
            assert str(tmp_path) not in refused.text
            blobs.unlink()
            blobs.mkdir()

            assert post_file(server, b"Chlorophyll is green.").status_code == 202
            assert no_crash(server)


class TestGone:
    def test_a_client_that_leaves_in_the_middle_of_an_upload_leaves_nothing(self, tmp_path: Path) -> None:
        with running_server(tmp_path, **QUICK) as server:
            for size in (100, 4_000_000):
                with begun_upload(server.url, b"t" * size):
                    wait_until(lambda: sqlite_of(tmp_path).count("uploads") == 1, what="the upload has begun")
                wait_until(lambda: sqlite_of(tmp_path).count("uploads") == 0, what="the upload is forgotten")
                assert list((tmp_path / "files").iterdir()) == []
            assert sqlite_of(tmp_path).count("documents") == sqlite_of(tmp_path).count("jobs") == 0
            assert no_crash(server)

    def test_a_type_that_is_not_read_leaves_nothing(self, tmp_path: Path) -> None:
        with running_server(tmp_path, **QUICK) as server:
            assert post_file(server, PNG, "cells.docx").status_code == 415
            assert list((tmp_path / "files").iterdir()) == []
            assert sqlite_of(tmp_path).count("uploads") == 0


class TestDatabaseAway:
    @pytest.fixture
    def postgresql(self) -> Iterator[PostgresqlServer]:
        with own_postgresql() as server:
            yield server

    def test_for_a_while(self, tmp_path: Path, postgresql: PostgresqlServer) -> None:
        with new_database(postgresql.url) as url, running_server(tmp_path, **QUICK, DATABASE_URL=url) as server:
            file_id = upload(server, b"Chlorophyll is green.", "a.txt")
            wait_until_ready(server, file_id)
            postgresql.stop()

            for answer in (post_chat(server), post_file(server, b"other text"), get(server, "/v1/files")):
                assert (answer.status_code, answer.json()["code"]) == (503, "database_unavailable")
                assert answer.headers["retry-after"]
            assert get(server, "/health/ready").status_code == 503
            assert get(server, "/health/live").status_code == 200
            assert get(server, "/health").json()["features"]["rag_engine"] == "degraded"
            postgresql.start()

            wait_until(lambda: get(server, "/health/ready").status_code == 200, 30, "the server is ready again")
            assert get_file(server, file_id)["status"] == "ready"
            assert post_chat(server).status_code == 201
            wait_until_ready(server, upload(server, b"Mitochondria make ATP.", "b.txt"))
            assert no_crash(server)

    def test_while_a_book_is_read(self, tmp_path: Path, postgresql: PostgresqlServer) -> None:
        data = make_book(600)
        with new_database(postgresql.url) as url, running_server(tmp_path, **QUICK, DATABASE_URL=url) as server:
            stored = Stored(url.replace("postgresql://", "postgresql+psycopg://"))
            file_id = upload(server, data)
            with stored.watched() as look:
                wait_until(lambda: look()[2] > 100, 60, "a part is read")
            postgresql.stop()
            wait_until(lambda: get(server, "/health/ready").status_code == 503)
            postgresql.start()

            made = wait_until_ready_again(server, file_id)
            assert made["pages_done"] == 600
            assert stored.count("pages") == 600
            assert stored.count("chunks") == made["chunks"]

    def test_at_the_start(self, tmp_path: Path, postgresql: PostgresqlServer) -> None:
        with new_database(postgresql.url) as url:
            postgresql.stop()
            with running_server(tmp_path, **QUICK, DATABASE_URL=url, ready=False) as server:
                assert get(server, "/health/ready").status_code == 503
                assert post_chat(server).json()["code"] == "database_unavailable"
                postgresql.start()

                wait_until(lambda: get(server, "/health/ready").status_code == 200, 30, "the server is ready")
                wait_until_ready(server, upload(server, b"Chlorophyll is green.", "a.txt"))
                wait_until(lambda: "#sign-in=" in server.log, what="the link is printed")
                assert no_crash(server)


def get(server: RunningServer, path: str) -> httpx.Response:
    return httpx.get(f"{server.url}{path}", headers=server.learner("ana"), timeout=60)


def wait_until_ready_again(server: RunningServer, file_id: str) -> dict[str, object]:
    wait_until(lambda: get(server, f"/v1/files/{file_id}").status_code == 200, 30, "the database is back")
    return wait_until_ready(server, file_id)
