"""The worker as a process beside the server: started, woken, restarted when it dies, ended with the server."""

import asyncio
import contextlib
import sys

import structlog

from clara.settings import Settings, reveal

log = structlog.get_logger()

RESTART_FIRST_S, RESTART_MOST_S = 0.5, 30.0
STOP_TIMEOUT_S = 15.0


class WorkerProcess:
    """`python -m clara worker --child`: its settings are the first line of its stdin, a further line wakes it.

    It ends when its stdin does, so that it can't outlive the server, not even one that was killed.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._process: asyncio.subprocess.Process | None = None
        self._stopping = asyncio.Event()
        self._supervisor: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process and self._process.returncode is None else None

    def start(self) -> None:
        self._supervisor = asyncio.create_task(self._supervise())

    def wake(self) -> None:
        """Let the worker look for work now instead of at its next poll."""
        if self._process and self._process.stdin and self._process.returncode is None:
            with contextlib.suppress(OSError, RuntimeError):
                self._process.stdin.write(b"\n")

    async def stop(self) -> None:
        """Let the worker give back what it holds, and end; kill it after a while."""
        self._stopping.set()
        process = self._process
        if process and process.stdin:
            process.stdin.close()
            try:
                await asyncio.wait_for(process.wait(), STOP_TIMEOUT_S)
            except TimeoutError:
                log.warning("worker.killed")
                process.kill()
                await process.wait()
        if self._supervisor:
            self._supervisor.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._supervisor

    async def _supervise(self) -> None:
        pause_s = RESTART_FIRST_S
        while not self._stopping.is_set():
            started = asyncio.get_running_loop().time()
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "clara", "worker", "--child", stdin=asyncio.subprocess.PIPE
            )
            if self._process.stdin is not None:
                self._process.stdin.write(reveal(self._settings) + b"\n")
            code = await self._process.wait()
            if self._stopping.is_set():
                return
            if asyncio.get_running_loop().time() - started > RESTART_MOST_S:
                pause_s = RESTART_FIRST_S
            log.error("worker.died", code=code, restart_s=pause_s)
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, RESTART_MOST_S)
