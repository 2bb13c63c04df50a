"""How long a learner waits for the first sound of an answer, and how soon an answer stops when they speak.

A server as users start it, over its socket, with speech services and a model at zero delay. End of speech: the last
20 ms frame with voice in it is sent; begin: the first. Floor of the answer: the pause alone that ends a turn; of the
interruption: the speech alone that counts as one. Machine noise shows in "p90".
"""

import asyncio

from bench.report import Figure, Options, percentile
from bench.voice_stage import ANSWER, INTERRUPTION, QUESTION, ask, learners, spoken, talked_to
from clara.testing import RunningServer
from clara.testing.speech import Sound

PAUSE_MS = 300
RESUMING_MS, CUTTING_MS = 300, 200


def run(options: Options) -> list[Figure]:
    question, interruption = spoken(QUESTION), spoken(INTERRUPTION)
    turns, stops = (5, 3) if options.quick else (30, 15)
    with talked_to() as server:
        waits = asyncio.run(_waits(server, question, turns))
    with talked_to(ANSWER) as server:
        paused = asyncio.run(_stops(server, question, interruption, "pause", stops))
    cutting = {"CLARA_VOICE__FALSE_ALARM_S": "0", "CLARA_VOICE__INTERRUPTION_S": str(CUTTING_MS / 1000)}
    with talked_to(ANSWER, **cutting) as server:
        cut = asyncio.run(_stops(server, question, interruption, "clear", stops))
    total, thinking = ([wait[at] for wait in waits] for at in (0, 1))
    return [
        _figure("end of speech to first sound", total, 310, f"the pause alone {PAUSE_MS} ms"),
        _figure("from thinking to first sound", thinking, 25, ""),
        _figure("interruption to pause, where answers resume", paused, 400, f"the speech alone {RESUMING_MS} ms"),
        _figure("interruption to clear, where they don't", cut, 280, f"the speech alone {CUTTING_MS} ms"),
    ]


def _figure(name: str, values: list[float], at_most: float, floor: str) -> Figure:
    against = f"p90 {percentile(values, 0.9):.0f} ms" + (f", {floor}" if floor else "")
    return Figure(f"{name}: median", percentile(values, 0.5), "ms", at_most=at_most, against=against)


async def _waits(server: RunningServer, question: Sound, turns: int) -> list[tuple[float, float]]:
    async with learners(server, 1) as (talker,):
        await ask(talker, question)
        return [await ask(talker, question) for _ in range(turns)]


async def _stops(server: RunningServer, question: Sound, interruption: Sound, kind: str, times: int) -> list[float]:
    async with learners(server, 1) as (talker,):
        found = []
        await talker.say(question)
        for number in range(times):
            # What interrupts is the next question: its answer is interrupted in its turn.
            await talker.until("audio_start", number + 1)
            await asyncio.sleep(0.7 + 0.013 * number)
            said = await talker.say(interruption)
            found.append(((await talker.until(kind, number + 1)).at - said.began) * 1000)
        return found
