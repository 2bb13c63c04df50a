"""SIGTERM: streams told, work handed over, gone in seconds; a second one forces."""

import contextlib
import json
import signal
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from clara.testing import RunningServer, log_lines, running_server
from clara.testing.openai_server import scripted_server
from clara.testing.scripts import Say
from tests.contents import Content, check_whole
from tests.recovery.conftest import (
    FORM_END,
    PAGES,
    QUICK,
    begun_upload,
    children,
    get_file,
    sqlite_of,
    upload,
    wait_until_ready,
    worker_of,
)
from tests.waiting import wait_until

pytestmark = [pytest.mark.serial, pytest.mark.timeout(300)]

PATIENT = QUICK | {"CLARA_JOBS__LEASE_S": "600"}
"""A lease that nobody would wait for: what goes on sooner was handed over."""

STOPS_IN_S = 15


def stop(server: RunningServer) -> float:
    """Send SIGTERM and wait; return how long it took."""
    started = time.monotonic()
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(60) == 0
    return time.monotonic() - started


class TestWhileReading:
    def test_hands_the_work_over_at_once(self, tmp_path: Path, book: bytes, whole: Content) -> None:
        with running_server(tmp_path, **PATIENT) as server:
            file_id = upload(server, book)
            with sqlite_of(tmp_path).watched() as look:
                wait_until(lambda: look()[1] > PAGES // 3, 60, "a third is read")
            started = children(server)

            assert stop(server) < STOPS_IN_S

        assert psutil.wait_procs(started, timeout=1)[1] == []
        assert sqlite_of(tmp_path).count("jobs", "state = 'queued' AND lease_until = 0 AND failures = 0") == 1
        with running_server(tmp_path, **PATIENT) as server:
            before = get_file(server, file_id)["pages_done"]
            assert isinstance(before, int)
            assert before > PAGES // 3
            wait_until_ready(server, file_id)
        found = sqlite_of(tmp_path).content()
        assert (found.pages, found.chunks) == (whole.pages, whole.chunks)
        check_whole(found)

    def test_tells_the_streams(self, tmp_path: Path, book: bytes) -> None:
        with running_server(tmp_path, **PATIENT) as server:
            file_id = upload(server, book)
            events: list[tuple[str, object]] = []
            listening = threading.Thread(target=listen, args=[server, file_id, events])
            listening.start()
            wait_until(lambda: len(events) > 1, what="the stream has begun")

            assert stop(server) < STOPS_IN_S
            listening.join(20)

        assert events[0][0] == "status"
        assert events[-1] == ("shutdown", {"reason": "draining"})


class TestWhileAnswering:
    def test_the_answer_is_finished_where_it_can_be(self, tmp_path: Path) -> None:
        answer = Say(["One ", *["two "] * 20, "three."], pause_s=0.05)
        with (
            scripted_server(lambda asked: answer) as model,
            running_server(tmp_path, **PATIENT, **model.environment) as server,
            asking(server) as (chat, events),
        ):
            assert stop(server) < STOPS_IN_S
            assert list(events)[-1] == ("shutdown", {"reason": "draining"})

        with running_server(tmp_path, **PATIENT) as server:
            question, answered = messages(server, chat)
        assert (question["answered"], answered["ended"]) == (True, "end")
        assert "three." in answered["content"]

    def test_the_question_is_kept_where_it_cannot(self, tmp_path: Path) -> None:
        endless = Say("and so on ", endless=True, pause_s=0.05)
        with (
            scripted_server(lambda asked: endless) as model,
            running_server(tmp_path, **PATIENT, **model.environment) as server,
            asking(server) as (chat, _),
        ):
            assert stop(server) < STOPS_IN_S

        with running_server(tmp_path, **PATIENT) as server:
            assert [(item["content"], item["answered"]) for item in messages(server, chat)] == [("Count.", False)]
            address = f"{server.url}/v1/chats/{chat}/messages"
            again = httpx.post(address, json={"content": "Count."}, headers=server.learner("ana"), timeout=20)
            assert again.status_code == 200, "the conversation is free at once"
            assert [item["answered"] for item in messages(server, chat)] == [True, None]


@contextlib.contextmanager
def asking(server: RunningServer) -> Iterator[tuple[str, Iterator[tuple[str, object]]]]:
    """Ask in a new conversation; give its id, and the events that follow the first text."""
    learner = server.learner("ana")
    chat = httpx.post(f"{server.url}/v1/chats", json={}, headers=learner).json()["id"]
    headers, body = learner | {"Accept": "text/event-stream"}, {"content": "Count."}
    address = f"{server.url}/v1/chats/{chat}/messages"
    with httpx.stream("POST", address, json=body, headers=headers, timeout=60) as answer:
        events = events_of(answer)
        assert next(events)[0] == "text"
        yield chat, events


def messages(server: RunningServer, chat: str) -> list[dict[str, Any]]:
    answer = httpx.get(f"{server.url}/v1/chats/{chat}/messages", headers=server.learner("ana"))
    return list(answer.json()["messages"])


class TestDrain:
    def test_new_work_is_refused(self, tmp_path: Path) -> None:
        """A request that comes while the server goes down is told so, or finds nobody: it is never half-done."""
        with running_server(tmp_path, **QUICK) as server:
            wait_until(lambda: worker_of(server))
            host, port = server.url.removeprefix("http://").split(":")
            connections = [socket.create_connection((host, int(port))) for _ in range(40)]
            request = f"GET /v1/files HTTP/1.1\r\nHost: {host}:{port}\r\n".encode()
            request += "".join(f"{name}: {value}\r\n" for name, value in server.learner("ana").items()).encode()
            server.process.send_signal(signal.SIGTERM)
            for connection in connections:
                connection.settimeout(20)
                try:
                    connection.sendall(request + b"\r\n")
                except OSError:
                    break
                time.sleep(0.005)
            answers = [first_line(connection) for connection in connections]
            assert server.process.wait(60) == 0

        assert {answer for answer in answers if answer} <= {"HTTP/1.1 200 OK", "HTTP/1.1 503 Service Unavailable"}
        statuses = [line["status"] for line in log_lines(server.log) if line.get("route") == "/v1/files"]
        assert all(status in (200, 503) for status in statuses)

    def test_an_upload_under_way_is_finished(self, tmp_path: Path) -> None:
        data = b"text " * 100_000
        with running_server(tmp_path, **QUICK) as server, begun_upload(server.url, data) as connection:
            wait_until(lambda: any((tmp_path / "files").iterdir()) or sqlite_of(tmp_path).count("uploads"))
            server.process.send_signal(signal.SIGTERM)
            wait_until(lambda: "server.draining" in server.log, what="the server drains")
            connection.sendall(data + FORM_END)
            connection.settimeout(20)

            assert first_line(connection) == "HTTP/1.1 202 Accepted"
            assert server.process.wait(60) == 0
        assert sqlite_of(tmp_path).count("files") == 1

    def test_a_second_signal_forces(self, tmp_path: Path) -> None:
        with running_server(tmp_path, **QUICK) as server, begun_upload(server.url, b"text " * 100_000):
            wait_until(lambda: sqlite_of(tmp_path).count("uploads") == 1)
            worker = worker_of(server)
            server.process.send_signal(signal.SIGTERM)
            wait_until(lambda: "server.draining" in server.log, what="the server drains")
            assert server.process.poll() is None

            started = time.monotonic()
            server.process.send_signal(signal.SIGTERM)
            server.process.wait(60)
            assert time.monotonic() - started < 8
        assert psutil.wait_procs([worker], timeout=20)[1] == []

    def test_an_idle_server_is_gone_at_once(self, tmp_path: Path) -> None:
        with running_server(tmp_path, **QUICK) as server:
            worker_of(server)
            wait_until(lambda: "worker.started" in server.log, what="the worker is up")

            assert stop(server) < 5
        assert "worker.killed" not in server.log
        assert not [line for line in log_lines(server.log) if line.get("level") in ("error", "critical")]


def listen(server: RunningServer, file_id: str, events: list[tuple[str, object]]) -> None:
    url = f"{server.url}/v1/files/{file_id}/events"
    with httpx.stream("GET", url, headers=server.learner("ana"), timeout=60) as answer:
        for event in events_of(answer):
            events.append(event)


def events_of(answer: httpx.Response) -> Iterator[tuple[str, object]]:
    name = ""
    for line in answer.iter_lines():
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield name, json.loads(line.removeprefix("data: "))


def first_line(connection: socket.socket) -> str:
    """Return the first line of the answer, "" when there is none."""
    with connection:
        try:
            return connection.recv(4096).split(b"\r\n", 1)[0].decode()
        except OSError:
            return ""
