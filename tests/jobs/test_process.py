"""The worker process from the server's side, with short programs in the worker's place."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
import pytest

from clara.jobs.process import WorkerProcess
from clara.settings import Settings, revealed
from tests.waiting import wait_for

pytestmark = pytest.mark.anyio

NOTES = "import sys; out = open(sys.argv[1], 'ab', buffering=0)\n"
OBEYS = NOTES + "for line in sys.stdin.buffer: out.write(line)\nout.write(b'end')"
DIES = NOTES + "out.write(b'x'); sys.exit(3)"
IGNORES = NOTES + "import time; out.write(sys.stdin.buffer.readline()); time.sleep(600)"


@asynccontextmanager
async def running(settings: Settings, *command: str, stop_timeout_s: float = 20) -> AsyncIterator[WorkerProcess]:
    worker = WorkerProcess(settings, command, stop_timeout_s)
    worker.start()
    try:
        yield worker
    finally:
        await worker.stop()


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    path = tmp_path / "notes"
    path.touch()
    return path


class TestStart:
    async def test_hands_over_the_settings(self, settings: Settings, notes: Path) -> None:
        async with running(settings, sys.executable, "-c", OBEYS, str(notes)):
            await wait_for(lambda: b"\n" in notes.read_bytes())

        found = revealed(notes.read_bytes().splitlines()[0])
        assert found.data_dir == settings.data_dir
        assert found.service_key == settings.service_key

    async def test_of_what_is_not_there_is_tried_again(self, settings: Settings, tmp_path: Path) -> None:
        program = tmp_path / "program"
        async with running(settings, str(program)) as worker:
            await asyncio.sleep(0)
            assert worker.pid is None
            program.write_text("#!/bin/sh\nread settings\nread end\n")
            program.chmod(0o755)
            await wait_for(lambda: worker.pid)


class TestWake:
    async def test_sends_a_line(self, settings: Settings, notes: Path) -> None:
        async with running(settings, sys.executable, "-c", OBEYS, str(notes)) as worker:
            await wait_for(lambda: notes.read_bytes().count(b"\n") == 1)
            worker.wake()
            await wait_for(lambda: notes.read_bytes().count(b"\n") == 2)

    async def test_without_a_process_does_nothing(self, settings: Settings) -> None:
        WorkerProcess(settings).wake()


class TestDeath:
    async def test_is_followed_by_a_new_start(self, settings: Settings, notes: Path) -> None:
        async with running(settings, sys.executable, "-c", DIES, str(notes)):
            await wait_for(lambda: len(notes.read_bytes()) == 3)

    async def test_of_one_that_was_killed(self, settings: Settings, notes: Path) -> None:
        async with running(settings, sys.executable, "-c", OBEYS, str(notes)) as worker:
            first = await wait_for(lambda: worker.pid)
            psutil.Process(first).kill()
            assert await wait_for(lambda: worker.pid != first and worker.pid) != first
            await wait_for(lambda: notes.read_bytes().count(b"\n") >= 1)


class TestStop:
    async def test_lets_it_end_by_itself(self, settings: Settings, notes: Path) -> None:
        async with running(settings, sys.executable, "-c", OBEYS, str(notes)) as worker:
            await wait_for(lambda: notes.read_bytes())
            pid = worker.pid

        assert notes.read_bytes().endswith(b"end")
        assert worker.pid is None
        assert not psutil.pid_exists(pid or 0)

    async def test_kills_one_that_stays(self, settings: Settings, notes: Path) -> None:
        async with running(settings, sys.executable, "-c", IGNORES, str(notes), stop_timeout_s=0.2) as worker:
            await wait_for(lambda: notes.read_bytes())
            pid = worker.pid

        assert worker.pid is None
        assert not psutil.pid_exists(pid or 0)

    async def test_while_it_waits_to_start_again(self, settings: Settings, notes: Path) -> None:
        async with running(settings, sys.executable, "-c", DIES, str(notes)) as worker:
            await wait_for(lambda: len(notes.read_bytes()) == 2)
            await wait_for(lambda: worker.pid is None)

        assert len(notes.read_bytes()) == 2

    @pytest.mark.parametrize("steps", [0, 1, 2, 5])
    async def test_right_after_the_start(self, settings: Settings, notes: Path, steps: int) -> None:
        async with running(settings, sys.executable, "-c", OBEYS, str(notes)) as worker:
            for _ in range(steps):
                await asyncio.sleep(0)

        assert worker.pid is None

    async def test_before_the_start(self, settings: Settings) -> None:
        await WorkerProcess(settings).stop()
