"""Clocks and scales: interleaved rounds, memory of a process with its children, a bare keep-alive client."""

import contextlib
import gc
import json
import os
import socket
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import psutil

MIB = 2**20


def interleaved(
    contestants: Mapping[str, Callable[[int], object]], rounds: int, calls: int
) -> dict[str, list[list[float]]]:
    """Call every contestant ``calls`` times a round, in turns; return {name: [round: [milliseconds]]}.

    The n-th call of each is given the same number, so that all answer the same question.
    """
    times: dict[str, list[list[float]]] = {name: [[] for _ in range(rounds)] for name in contestants}
    with quiet():
        for at in range(rounds):
            for call in range(calls):
                for name, contestant in contestants.items():
                    started = time.perf_counter_ns()
                    contestant(at * calls + call)
                    times[name][at].append((time.perf_counter_ns() - started) / 1e6)
    return times


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep what the bench itself holds (its books) out of the garbage collector's rounds; the collector stays on."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def resident(process: psutil.Process) -> float:
    """Return MiB that are resident for this process alone, shared pages included."""
    return float(process.memory_info().rss) / MIB


def tree(pid: int) -> list[psutil.Process]:
    """Return a process and all its descendants that still live."""
    root = psutil.Process(pid)
    return [root, *root.children(recursive=True)]


def resident_tree(pid: int) -> tuple[float, float]:
    """Return MiB of a process and of it with its descendants (RSS added up: what they share counts twice)."""
    sizes = []
    for process in tree(pid):
        with contextlib.suppress(psutil.NoSuchProcess):
            sizes.append(resident(process))
    return sizes[0], sum(sizes)


def proportional_tree(pid: int) -> float:
    """Return MiB of a process with its descendants as PSS, where what they share counts once; 0 where unknown."""
    total = 0.0
    for process in tree(pid):
        with contextlib.suppress(psutil.Error):
            total += getattr(process.memory_full_info(), "pss", 0) / MIB
    return total


class Client:
    """A keep-alive HTTP/1.1 client that does next to nothing, so that what is measured is the server."""

    def __init__(self, url: str, headers: Mapping[str, str] | None = None) -> None:
        self._host, port = url.removeprefix("http://").split(":")
        self._socket = socket.create_connection((self._host, int(port)), timeout=60)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._headers = "".join(f"{name}: {value}\r\n" for name, value in (headers or {}).items())
        self._buffer = b""

    def request(
        self, method: str, path: str, body: bytes = b"", content_type: str = "application/json"
    ) -> tuple[int, bytes]:
        """Return status and body."""
        head = f"{method} {path} HTTP/1.1\r\nHost: {self._host}\r\n{self._headers}"
        if body:
            head += f"Content-Type: {content_type}\r\nContent-Length: {len(body)}\r\n"
        self._socket.sendall(head.encode() + b"\r\n")
        if body:
            self._socket.sendall(body)
        return self._answer()

    def fetch(self, path: str) -> bytes:
        """Return the body of a 200 as it came, or raise."""
        status, body = self.request("GET", path)
        if status != 200:
            raise RuntimeError(f"the server answered {status}: {body[:500]!r}")
        return body

    def get(self, path: str) -> Any:
        """Return the JSON of a 200, or raise."""
        status, body = self.request("GET", path)
        return _expect(status, body)

    def post(self, path: str, value: Any) -> Any:
        """Send JSON and return the JSON of a 2xx, or raise."""
        status, body = self.request("POST", path, json.dumps(value).encode())
        return _expect(status, body)

    def upload(self, name: str, content: bytes) -> Any:
        """Upload a file to /v1/files; return its JSON."""
        return self.send_form(*form_of(name, content))

    def send_form(self, body: bytes, content_type: str) -> Any:
        """Send what ``form_of`` returned to /v1/files; return its JSON."""
        return _expect(*self.request("POST", "/v1/files", body, content_type))

    def close(self) -> None:
        self._socket.close()

    def _answer(self) -> tuple[int, bytes]:
        while (at := self._buffer.find(b"\r\n\r\n")) < 0:
            self._receive()
        head, self._buffer = self._buffer[:at].lower(), self._buffer[at + 4 :]
        length = int(head.split(b"content-length: ", 1)[1].split(b"\r\n", 1)[0])
        while len(self._buffer) < length:
            self._receive()
        body, self._buffer = self._buffer[:length], self._buffer[length:]
        return int(head[9:12]), body

    def _receive(self) -> None:
        received = self._socket.recv(1 << 20)
        if not received:
            raise ConnectionError("the server closed the connection")
        self._buffer += received


def form_of(name: str, content: bytes) -> tuple[bytes, str]:
    """Return a multipart form with one file, and its content type."""
    boundary = "bench-" + os.urandom(8).hex()
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    body = b"".join((head.encode(), content, f"\r\n--{boundary}--\r\n".encode()))
    return body, f"multipart/form-data; boundary={boundary}"


def _expect(status: int, body: bytes) -> Any:
    if not 200 <= status < 300:
        raise RuntimeError(f"the server answered {status}: {body[:500]!r}")
    return json.loads(body)


def in_milliseconds(work: Callable[[], object]) -> float:
    started = time.perf_counter_ns()
    work()
    return (time.perf_counter_ns() - started) / 1e6


def merged(rounds: Sequence[Sequence[float]]) -> list[float]:
    return [value for values in rounds for value in values]


UNLIMITED: dict[str, Any] = {
    "CLARA_LIMITS__READS_PER_MINUTE": "100000000",
    "CLARA_LIMITS__CHAT_PER_MINUTE": "100000000",
    "CLARA_LIMITS__UPLOADS_PER_MINUTE": "100000000",
    "OPENAI_API_KEY": "",
    "DATABASE_URL": "",
    "REDIS_URL": "",
}
"""Environment of a measured server: rate limits are counted as ever, but never reached; no model, no services."""
