"""The worker as a process beside the server: started, woken, restarted when it dies, ended with the server."""

import asyncio
import contextlib
import os
import sys
from collections.abc import Sequence

import structlog

from clara.settings import Settings, reveal

log = structlog.get_logger()

COMMAND = (sys.executable, "-m", "clara", "worker", "--child")
RESTART_FIRST_S, RESTART_MOST_S = 0.5, 30.0
STOP_TIMEOUT_S = 15.0


class WorkerProcess:
    """Runs ``command``: its settings are the first line of its stdin, a further line wakes it.

    It ends when its stdin does, so that it can't outlive the server, not even one that was killed.
    """

    def __init__(
        self, settings: Settings, command: Sequence[str] = COMMAND, stop_timeout_s: float = STOP_TIMEOUT_S
    ) -> None:
        self._settings = settings
        self._command = command
        self._stop_timeout_s = stop_timeout_s
        self._process: asyncio.subprocess.Process | None = None
        self._stopping = asyncio.Event()
        self._supervisor: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process and self._process.returncode is None else None

    def start(self) -> None:
        self._supervisor = asyncio.create_task(self._supervise(), name="worker.supervise")

    def wake(self) -> None:
        """Let the worker look for work now instead of at its next poll."""
        self._send(b"\n")

    async def stop(self) -> None:
        """Let the worker give back what it holds, and end; kill it after a while."""
        self._stopping.set()
        if self._supervisor is None:
            return
        done, _ = await asyncio.wait([self._supervisor], timeout=self._stop_timeout_s)
        if not done:
            self._supervisor.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._supervisor

    async def _supervise(self) -> None:
        pause_s = RESTART_FIRST_S
        stopping = asyncio.create_task(self._stopping.wait(), name="worker.stopping")
        clock = asyncio.get_running_loop().time
        try:
            while not self._stopping.is_set():
                started = clock()
                code = await self._run(stopping)
                if self._stopping.is_set():
                    return
                if clock() - started > RESTART_MOST_S:
                    pause_s = RESTART_FIRST_S
                # Control-C and a stopping container signal the worker too, and it may be the first to end.
                if code == 0:
                    log.info("worker.ended", restart_s=pause_s)
                else:
                    log.error("worker.died", code=code, restart_s=pause_s)
                await asyncio.wait([stopping], timeout=pause_s)
                pause_s = min(pause_s * 2, RESTART_MOST_S)
        finally:
            stopping.cancel()

    async def _run(self, stopping: "asyncio.Task[bool]") -> int | None:
        """Run one process until it ends, which it is told to when the server stops. None: it couldn't be started."""
        try:
            process = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=asyncio.subprocess.PIPE,
                # Where SQLite rewrites its file: /tmp may be small.
                env=os.environ | {"SQLITE_TMPDIR": str(self._settings.data_dir)},
            )
        except OSError as error:
            log.warning("worker.not_started", error=str(error))
            return None
        self._process = process
        try:
            self._send(reveal(self._settings) + b"\n")
            ended = asyncio.create_task(process.wait(), name="worker.wait")
            await asyncio.wait([ended, stopping], return_when=asyncio.FIRST_COMPLETED)
            if process.stdin is not None:
                process.stdin.close()
            return await ended
        finally:
            # Only when this task is cancelled, for it took too long.
            if process.returncode is None:
                log.warning("worker.killed")
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()

    def _send(self, line: bytes) -> None:
        stdin = self._process.stdin if self._process else None
        if stdin is not None and not stdin.is_closing():
            with contextlib.suppress(OSError, RuntimeError):
                stdin.write(line)
