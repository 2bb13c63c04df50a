"""What voice adds to a server's resident memory, over the same server without speech services.

The server's process, after a question was answered in the text chat: without voice; with it and no session; with ten
sessions that each have had an answer; and after a hundred more were opened, answered in, and closed.
"""

import asyncio
import time

import psutil

from bench.measure import MIB, resident
from bench.report import Figure, Options
from bench.serving import client
from bench.voice_stage import SHORT, learners, talked_to
from clara.testing import RunningServer
from clara.testing.talker import Talker, connected

MIB_TO_MB = MIB / 1e6
AT_ONCE = 10


def run(options: Options) -> list[Figure]:
    closed = 20 if options.quick else 100
    with talked_to(CLARA_STT_MODEL="none", CLARA_TTS_MODEL="none") as server:
        text = _resident_mb(server)
    with talked_to() as server:
        none = _resident_mb(server)
        ten, after = asyncio.run(_with_sessions(server, closed))
    against = f"without voice {text:.0f} MB"
    return [
        Figure("voice, no session: added", none - text, "MB", at_most=110, against=against),
        Figure("voice, 10 sessions: added", ten - text, "MB", at_most=115, against=against),
        Figure(f"voice, after {closed} sessions: added", after - text, "MB", at_most=140, against=against),
    ]


def _resident_mb(server: RunningServer) -> float:
    one = client(server, "ana")
    chat = one.post("/v1/chats", {"title": "Bench"})
    one.post(f"/v1/chats/{chat['id']}/messages", {"content": "What is a cell?"})
    one.close()
    time.sleep(2)
    return _now_mb(server)


def _now_mb(server: RunningServer) -> float:
    return resident(psutil.Process(server.process.pid)) * MIB_TO_MB


async def _with_sessions(server: RunningServer, closed: int) -> tuple[float, float]:
    async with learners(server, AT_ONCE) as talkers:
        await asyncio.gather(*(_asked(talker) for talker in talkers))
        ten = _now_mb(server)
    free = asyncio.Semaphore(AT_ONCE)

    async def one(number: int) -> None:
        async with free, connected(server.url, f"visitor-{number}") as talker:
            await _asked(talker)
            await talker.send(type="bye")
            await talker.closed()

    await asyncio.gather(*(one(number) for number in range(closed)))
    await asyncio.sleep(2)
    return ten, _now_mb(server)


async def _asked(talker: Talker) -> None:
    await talker.send(type="text", text="What is a cell?")
    await talker.until("turn", role="assistant")
    assert talker.turns("assistant")[0].startswith(SHORT)
