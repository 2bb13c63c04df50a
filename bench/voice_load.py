"""Many who talk to one server at once: what a session costs of a processor, and how much longer each of them waits.

Each asks (three seconds of speech), hears an answer of ten seconds out, rests a second, and asks again, not all at the
same moment; frames go both ways all the while. Processor time is the server's process: socket, detection, tutor and
store; its services are processes of their own. Waiting: from the last voiced frame to the first sound, less what one
session alone has. Peer: a bare AgentSession of livekit-agents with its own voice detection, fed in its own process.
"""

import asyncio
import subprocess
import sys
import time

from bench.report import Figure, Options, percentile
from bench.voice_stage import ANSWER, QUESTION, ask, learners, spoken, talked_to, used_s
from clara.testing import RunningServer
from clara.testing.speech import Sound
from clara.testing.talker import Talker

REST_S = 1.0
ROUND_S = 14.0
"""Question, answer and rest, about: over so long the learners' first questions are spread."""
MANY, MOST = 10, 20


def run(options: Options) -> list[Figure]:
    question, seconds = spoken(QUESTION), 15.0 if options.quick else 45.0
    counts = {}
    with talked_to(ANSWER) as server:
        for count in (1, MANY, MOST):
            counts[count] = asyncio.run(_measure(server, question, count, seconds))
            print(f"{count} sessions: {counts[count]}", flush=True)
    alone, many, most = (counts[count] for count in (1, MANY, MOST))
    peer = _peer(MANY, seconds)
    base = percentile(alone.waits, 0.5)
    return [
        Figure(
            f"processor a talking session, of {MANY}",
            many.share,
            "%",
            at_most=3.5,
            against=f"bare session {peer:.2f} %",
        ),
        Figure(f"processor a talking session, of {MOST}", most.share, "%"),
        *_waiting(MANY, many.waits, base, 150, 250),
        *_waiting(MOST, most.waits, base, 400, None),
        Figure(f"underruns of {MOST} sessions", most.underruns, "", at_most=0, against=f"of one: {alone.underruns}"),
    ]


def _waiting(count: int, waits: list[float], base: float, median: float, most: float | None) -> list[Figure]:
    against = f"alone {base:.0f} ms"
    return [
        Figure(f"added wait with {count} sessions: median", percentile(waits, 0.5) - base, "ms", median, None, against),
        Figure(f"added wait with {count} sessions: p95", percentile(waits, 0.95) - base, "ms", most, None, against),
    ]


class Measured:
    def __init__(self, waits: list[float], share: float, underruns: int) -> None:
        self.waits, self.share, self.underruns = waits, share, underruns

    def __repr__(self) -> str:
        return f"median {percentile(self.waits, 0.5):.0f} ms, {self.share:.2f} % each, {self.underruns} underruns"


async def _measure(server: RunningServer, question: Sound, count: int, seconds: float) -> Measured:
    async with learners(server, count) as talkers:
        # The first round, begun apart, is not counted: connections are made and plans compiled.
        await asyncio.gather(*(ask(talker, question) for talker in talkers))
        until = time.perf_counter() + ROUND_S + seconds
        rounds = [
            asyncio.create_task(_talk(talker, question, until, number / count * ROUND_S))
            for number, talker in enumerate(talkers)
        ]
        await asyncio.sleep(ROUND_S)
        dry, used, began = sum(talker.underruns for talker in talkers), used_s(server), time.perf_counter()
        await asyncio.sleep(seconds)
        share = (used_s(server) - used) / (time.perf_counter() - began) / count * 100
        found = await asyncio.gather(*rounds)
        underruns = sum(talker.underruns for talker in talkers) - dry
        return Measured([wait for waits in found for wait in waits], share, underruns)


async def _talk(talker: Talker, question: Sound, until: float, first_s: float) -> list[float]:
    await asyncio.sleep(first_s)
    waits = []
    while time.perf_counter() < until:
        waits.append((await ask(talker, question))[0])
        await asyncio.sleep(REST_S)
    return waits


def _peer(sessions: int, seconds: float) -> float:
    command = [sys.executable, "-m", "bench.voice_peer", str(sessions), str(seconds), str(REST_S)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return float(done.stdout.split("share ")[1])
