"""The head of a request over a real socket: too large, too slow, and everything that is neither."""

import asyncio
import http.client
import select
import socket
from typing import Any

from clara.api.streams import ServerEvent
from clara.api.wire import MAX_HEAD_BYTES, BoundedHttpProtocol


class Hasty(BoundedHttpProtocol):
    head_timeout_s = 0.15


def connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=10)


def read_all(connection: socket.socket) -> bytes:
    data = b""
    try:
        while more := connection.recv(65536):
            data += more
    except ConnectionResetError:
        pass
    return data


class TestSize:
    def test_endless_headers_are_cut(self, edge: Any) -> None:
        with edge.serving() as port, connect(port) as connection:
            connection.sendall(b"GET /open HTTP/1.1\r\nHost: 127.0.0.1\r\n")
            sent = 0
            try:
                while sent < 100 * MAX_HEAD_BYTES:
                    connection.sendall(b"X: " + b"a" * 60_000 + b"\r\n")
                    sent += 60_000
            except OSError:
                pass
            assert sent < 100 * MAX_HEAD_BYTES

    def test_also_one_endless_header_and_an_endless_address(self, edge: Any) -> None:
        with edge.serving() as port:
            for start in (b"GET /open HTTP/1.1\r\nX: ", b"GET /"):
                with connect(port) as connection:
                    connection.sendall(start)
                    sent = 0
                    try:
                        while sent < 100 * MAX_HEAD_BYTES:
                            connection.sendall(b"a" * 60_000)
                            sent += 60_000
                    except OSError:
                        pass
                    assert sent < 100 * MAX_HEAD_BYTES

    def test_the_answer_says_431(self, edge: Any) -> None:
        with edge.serving() as port, connect(port) as connection:
            connection.sendall(b"GET /open HTTP/1.1\r\nX: " + b"a" * (MAX_HEAD_BYTES + 1))
            for _ in range(500):
                connection.sendall(b"a")
                if select.select([connection], [], [], 0.02)[0]:
                    break
            assert read_all(connection).startswith(b"HTTP/1.1 431 ")

    def test_a_large_head_within_the_limit_is_fine(self, edge: Any) -> None:
        with edge.serving() as port:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            for _ in range(5):
                connection.request("GET", "/open", headers={"X": "a" * 30_000})
                assert connection.getresponse().read() == b'{"open":true}'
            connection.close()

    def test_bodies_are_not_heads(self, edge: Any) -> None:
        with edge.serving() as port:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            headers = edge.bearer() | {"Content-Type": "multipart/form-data"}
            for _ in range(3):
                connection.request("POST", "/upload", b"x" * 150_000, headers)
                assert connection.getresponse().read() == b'{"owner":"ana","size":150000}'
            connection.close()


class TestTime:
    def test_a_head_that_does_not_end_is_408(self, edge: Any) -> None:
        with edge.serving(Hasty) as port, connect(port) as connection:
            connection.sendall(b"GET /open HTTP/1.1\r\nHost:")
            assert read_all(connection).startswith(b"HTTP/1.1 408 ")

    def test_a_connection_that_says_nothing_is_closed(self, edge: Any) -> None:
        with edge.serving(Hasty) as port, connect(port) as connection:
            assert read_all(connection) == b""

    def test_the_second_head_too(self, edge: Any) -> None:
        with edge.serving(Hasty) as port, connect(port) as connection:
            connection.sendall(b"GET /open HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")
            connection.sendall(b"GET /open HTTP/1.1\r\nHost:")
            assert b"HTTP/1.1 408 " in read_all(connection)

    def test_a_stream_outlives_it(self, edge: Any) -> None:
        async def slow() -> Any:
            for number in range(3):
                await asyncio.sleep(0.1)
                yield ServerEvent("n", number)

        edge.events = slow
        with edge.serving(Hasty) as port:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            connection.request("GET", "/events", headers=edge.bearer())
            assert connection.getresponse().read().count(b"event: n") == 3
            connection.close()
