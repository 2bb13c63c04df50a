"""Starting, listening to and ending one confined process; what it does is child.py, what its lines mean messages.py."""

import json
import os
import queue
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from clara.core.errors import Unavailable
from clara.rag.extract.limits import ExtractLimits
from clara.rag.extract.messages import MAX_LINE_BYTES

PROGRAM = (
    "import sys, json; job = json.loads(sys.stdin.buffer.readline()); sys.path[:] = job['sys_path'];"
    " from clara.rag.extract.child import main; main(job)"
)
_KEPT_VARIABLES = ("SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
_MAX_STDERR_BYTES = 64 * 1024
_POLL_S = 0.2
_QUEUED_LINES = 8

_SAFE_LINES = re.compile(rb"^(at [\w.]+:\d+ \w+|raised \w+)", re.MULTILINE)


class Stopped(Exception):
    """The caller's ``stop()`` said so; the process is gone."""


class TimedOut(Exception):
    """The process kept its reader waiting for longer than ``wall_s``."""


class ConfinedProcess:
    """A child interpreter with next to no environment, in a group of its own; a context manager that ends it.

    Start and read it on one thread that outlives it: on Linux the child dies with the thread that started it.
    """

    def __init__(
        self,
        job: Mapping[str, Any],
        limits: ExtractLimits,
        stop: Callable[[], bool],
        program: str = PROGRAM,
        max_line_bytes: int = MAX_LINE_BYTES,
    ) -> None:
        self._stop = stop
        self._stop_checked = -1.0
        self._patience_s = limits.wall_s
        self.killed = False
        """Whether it was ended by us: its exit status tells nothing then."""
        self._max_line_bytes = max_line_bytes
        self._process = _start(program)
        self._closing = threading.Event()
        self._lines: queue.Queue[bytes] = queue.Queue(_QUEUED_LINES)
        self._stderr = bytearray()
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        self._threads = [
            threading.Thread(target=self._pump_lines, args=[self._process.stdout], daemon=True),
            threading.Thread(target=self._pump_stderr, args=[self._process.stderr], daemon=True),
        ]
        for thread in self._threads:
            thread.start()
        self._send({**job, "limits": asdict(limits)})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.kill()

    @property
    def pid(self) -> int:
        return self._process.pid

    def readline(self) -> bytes:
        """Return the next line, cut off after ``max_line_bytes``, or b"" at the end. Raises Stopped or TimedOut."""
        while True:
            started = time.monotonic()
            self._check_stop(started)
            try:
                return self._lines.get(timeout=min(_POLL_S, max(self._patience_s, 0.001)))
            except queue.Empty:
                pass
            finally:
                self._patience_s -= time.monotonic() - started
            if self._patience_s <= 0:
                raise TimedOut

    def wait(self) -> int:
        """Return the exit status of a process that has closed its output; one that lingers is killed."""
        try:
            return self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.kill()
            return self._process.returncode

    def kill(self) -> None:
        """End the process and reap it. Can be called twice."""
        self._closing.set()
        if self._process.poll() is None:
            self.killed = True
            try:
                if os.name == "posix":
                    os.killpg(self._process.pid, signal.SIGKILL)
                else:
                    self._process.kill()
            except OSError:
                self._process.kill()
        self._process.wait()
        for thread in self._threads:
            thread.join(timeout=2)
        if any(thread.is_alive() for thread in self._threads):
            return  # something that got away holds the pipes: closing them here would wait for it
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            with suppress(BrokenPipeError):
                if stream is not None:
                    stream.close()

    def diagnosis(self) -> str:
        """How it ended, and what stderr tells without quoting the file: our own lines of a traceback."""
        lines = [match.group(0).decode("ascii") for match in _SAFE_LINES.finditer(bytes(self._stderr))]
        return " | ".join(["ended by its reader" if self.killed else f"status={self._process.returncode}", *lines])

    @property
    def said_anything(self) -> bool:
        """Whether it wrote to stderr; complete once the process is dead."""
        self._threads[1].join(timeout=1)
        return bool(self._stderr)

    def _send(self, job: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        job["parent_pid"] = os.getpid()
        job["sys_path"] = [str(Path(entry).absolute()) for entry in sys.path if entry]
        with suppress(BrokenPipeError):  # it died at its start: the end of its output tells
            self._process.stdin.write(json.dumps(job).encode() + b"\n")
            self._process.stdin.close()

    def _check_stop(self, now: float) -> None:
        if now - self._stop_checked >= _POLL_S:
            self._stop_checked = now
            if self._stop():
                raise Stopped

    def _pump_lines(self, stream: IO[bytes]) -> None:
        while not self._closing.is_set():
            line = stream.readline(self._max_line_bytes + 1)
            self._put(line)
            if not line:
                return

    def _put(self, line: bytes) -> None:
        while not self._closing.is_set():
            try:
                self._lines.put(line, timeout=_POLL_S)
                return
            except queue.Full:
                pass

    def _pump_stderr(self, stream: IO[bytes]) -> None:
        while block := stream.read1(8192):  # type: ignore[attr-defined]
            self._stderr += block[: _MAX_STDERR_BYTES - len(self._stderr)]


def _start(program: str) -> subprocess.Popen[bytes]:
    environment = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    try:
        return subprocess.Popen(  # noqa: S603
            [sys.executable, "-I", "-S", "-X", "utf8", "-c", program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
            cwd=Path(sys.executable).anchor,
            start_new_session=True,
        )
    except OSError as error:
        raise Unavailable("Documents can't be read right now. Try again later.", code="parser_unavailable") from error
