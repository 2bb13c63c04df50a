"""What the benches of voice have in common: a server, speech services and a model at zero delay, and learners who talk.

The services are a process of their own, so that neither the server nor the learners (this process) pay for them. They
answer at once: every stretch of speech is the same question, every question has the same answer, and its sound is kept.
"""

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from bench.measure import UNLIMITED
from bench.report import Skipped
from clara.testing import RunningServer, running_server
from clara.testing.speech import INSTALL_ESPEAK, Sound, has_espeak, say_aloud
from clara.testing.talker import Talker, connected

QUESTION = "what is the powerhouse of the cell"
INTERRUPTION = "wait please explain that again"
SHORT = "It is the mitochondrion."
ANSWER = (
    "It is the mitochondrion, a small body within the cell. It turns sugar into the energy that everything else runs "
    "on. Each of them has two membranes, one of which is folded many times."
)
PLENTY = UNLIMITED | {
    "CLARA_LIMITS__VOICE_PER_MINUTE": "100000000",
    "CLARA_VOICE__SESSIONS_PER_PROCESS": "100",
    "CLARA_VOICE__HOLD_S": "1",
    "CLARA_STT_MODEL": "openai:ear",
    "CLARA_TTS_MODEL": "openai:voice",
    "CLARA_CHAT_MODEL": "openai:scripted",
    "OPENAI_API_KEY": "none",
}


def spoken(text: str) -> Sound:
    if not has_espeak():
        raise Skipped(f"spoken questions are made with espeak-ng: {INSTALL_ESPEAK}")
    return say_aloud(text)


@contextlib.contextmanager
def services(answer: str = SHORT) -> Iterator[str]:
    """Run the services; yield their address."""
    command = [sys.executable, "-m", "bench.voice_stage", answer]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait()


@contextlib.contextmanager
def talked_to(answer: str = SHORT, **environment: str) -> Iterator[RunningServer]:
    """Run a server that hears and speaks by these services."""
    with (
        services(answer) as url,
        TemporaryDirectory(prefix="clara-bench-") as folder,
        running_server(Path(folder) / "data", **PLENTY | {"OPENAI_BASE_URL": url} | environment) as server,
    ):
        yield server


@contextlib.asynccontextmanager
async def learners(server: RunningServer, count: int) -> AsyncIterator[list[Talker]]:
    """Connect so many, a few at a time, so that their frames don't all come at the same moment."""
    async with contextlib.AsyncExitStack() as stack:
        found = []
        for number in range(count):
            found.append(await stack.enter_async_context(connected(server.url, f"learner-{number}")))
            await asyncio.sleep(0.007)
        yield found


async def ask(talker: Talker, question: Sound) -> tuple[float, float]:
    """Ask and hear the answer out; return milliseconds to its sound, from the last voiced frame and from "thinking"."""
    asked, sounds = len(talker.of("audio_end")), len(talker.of("sound", offset=0))
    said = await talker.say(question)
    sound = await talker.until("sound", sounds + 1, offset=0)
    thinking = talker.of("state", agent="thinking")[-1]
    await talker.until("audio_end", asked + 1)
    return (sound.at - said.ended) * 1000, (sound.at - thinking.at) * 1000


def used_s(server: RunningServer) -> float:
    """Return the processor time that the server has used so far, without its worker's."""
    times = psutil.Process(server.process.pid).cpu_times()
    return times.user + times.system


def _serve(answer: str) -> None:
    import numpy as np

    from clara.testing.openai_server import scripted_server
    from clara.testing.scripts import Hear, Say
    from clara.testing.talking import sound_of

    with scripted_server(lambda asked: Say([answer])) as server:
        server.hear = lambda asked: Hear(
            QUESTION if np.abs(np.frombuffer(sound_of(asked.body["file"])[0], "<i2")).max(initial=0) > 500 else ""
        )
        print(server.url, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    _serve(sys.argv[1])
