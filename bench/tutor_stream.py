"""A whole answer with a model: time to its first word, and processor time a streamed token, to a bare agent's.

The learner has 10,000 chunks; the turn is taken, the question stored, the material searched, eight passages given to
the model, its text scanned for marks and links, the events kept, the answer stored. The bare pydantic-ai agent is given
the question alone. Both ask the same scripted server, a process of its own that answers at once over real HTTP. "In
process": the turn's events are read where they are made. "HTTP": a server's event stream is read by this process, and
its processor time is the server's. In turns; ratios are of medians.
"""

import asyncio
import json
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median

import httpx
import psutil

from bench.corpus import HOW, library
from bench.filling import Filler, new_store
from bench.model_stream import CROWD, Contestants, scripted
from bench.report import Figure, Options
from bench.serving import serving
from clara.testing import RunningServer, make_settings, running_app
from clara.tutor.events import ErrorEvent, TextEvent
from clara.tutor.turns.tutor import Tutor

OWNER = "ana"
QUESTION = "What does the module say about it?"
Ask = Callable[[str], Awaitable[tuple[float, int]]]
"""Reads a whole answer; returns seconds to its first text, and how many words it has."""


class InProcess:
    """Asks the tutor of an app in this process; ``took`` are seconds from the first text of each answer to its last."""

    def __init__(self, tutor: Tutor) -> None:
        self.took: list[float] = []
        self._tutor = tutor
        self._asked = 0

    async def ask(self, command: str) -> tuple[float, int]:
        started, first, last, words = time.perf_counter(), 0.0, 0.0, 0
        self._asked += 1
        turn = await self._tutor.begin(OWNER, f"chat-{self._asked}", f"{QUESTION} {command}", create=True)
        async for event in self._tutor.stream(turn):
            if isinstance(event, TextEvent):
                first = first or time.perf_counter() - started
                last = time.perf_counter() - started
                words += event.text.count("word")
            elif isinstance(event, ErrorEvent):
                raise RuntimeError(event.detail)
        self.took.append(last - first)
        return first, words


class OverHttp:
    """Asks a server for its answer as server-sent events; ``took`` as above."""

    def __init__(self, server: RunningServer) -> None:
        self.took: list[float] = []
        self.client = httpx.AsyncClient(
            base_url=server.url, headers=server.learner(OWNER), timeout=60, limits=httpx.Limits(max_connections=100)
        )

    async def ask(self, command: str) -> tuple[float, int]:
        chat = (await self.client.post("/v1/chats", json={"title": "Bench"})).json()["id"]
        started, first, last, words = time.perf_counter(), 0.0, 0.0, 0
        headers = {"accept": "text/event-stream"}
        body = {"content": f"{QUESTION} {command}"}
        async with self.client.stream("POST", f"/v1/chats/{chat}/messages", json=body, headers=headers) as answer:
            kind = ""
            async for line in answer.aiter_lines():
                kind = line[7:] if line.startswith("event: ") else kind
                if kind == "text" and line.startswith("data: "):
                    first = first or time.perf_counter() - started
                    last = time.perf_counter() - started
                    words += json.loads(line[6:])["text"].count("word")
        self.took.append(last - first)
        return first, words


class Lines:
    """Reads the model's own lines."""

    def __init__(self, contestants: Contestants) -> None:
        self.took: list[float] = []
        self._contestants = contestants

    async def ask(self, command: str) -> tuple[float, int]:
        started = time.perf_counter()
        first, words = await self._contestants.lines(command)
        self.took.append(time.perf_counter() - started - first)
        return first, words


def run(options: Options) -> list[Figure]:
    books, _ = library(100, 20 if options.quick else 100, 10)
    chunks = sum(map(len, books))
    print(f"{chunks} chunks: {HOW}")
    with scripted() as url:
        model = {"OPENAI_BASE_URL": url, "OPENAI_API_KEY": "none", "CLARA_CHAT_MODEL": "openai:scripted"}
        with tempfile.TemporaryDirectory(prefix="clara-bench-") as folder:
            database = new_store(Path(folder))
            Filler(database).fill(OWNER, books)
            database.close()
            inside = asyncio.run(_in_process(Path(folder), url, options))
        with serving({OWNER: books}, **model) as server:
            outside = asyncio.run(_over_http(server, url, options))
    return [*inside, *outside]


async def _in_process(folder: Path, url: str, options: Options) -> list[Figure]:
    settings = make_settings(folder, openai_base_url=url, openai_api_key="none", chat_model="openai:scripted")
    async with running_app(settings, work=False) as app, _agents(url) as agents:
        tutor = InProcess(app.app.state.services.tutor)
        cpu = await _cpu({"clara": tutor.ask, "agent": agents.agent}, options, time.process_time)
        first = await _first({"clara": tutor.ask, "agent": agents.agent}, options)
        crowd = await _crowd(tutor) / await _crowd(Lines(agents))
    return _figures("in process", cpu, first, crowd)


async def _over_http(server: RunningServer, url: str, options: Options) -> list[Figure]:
    there = OverHttp(server)
    process = psutil.Process(server.process.pid)

    def server_time() -> float:
        times = process.cpu_times()
        return times.user + times.system

    async with _agents(url) as agents:
        cpu = await _cpu({"clara": there.ask}, options, server_time)
        cpu |= await _cpu({"agent": agents.agent}, options, time.process_time)
        first = await _first({"clara": there.ask, "agent": agents.agent}, options)
        crowd = await _crowd(there) / await _crowd(Lines(agents))
    await there.client.aclose()
    return _figures("HTTP", cpu, first, crowd)


@asynccontextmanager
async def _agents(url: str) -> AsyncIterator[Contestants]:
    contestants = Contestants(url)
    try:
        yield contestants
    finally:
        await contestants.close()


async def _cpu(asked: dict[str, Ask], options: Options, clock: Callable[[], float]) -> dict[str, float]:
    """Return microseconds of processor time a token, for each."""
    tokens, rounds = (500, 3) if options.quick else (2000, 7)
    spent: dict[str, list[float]] = {name: [] for name in asked}
    for ask in asked.values():
        for _ in range(3):
            await ask("!long:50")
    for _ in range(rounds):
        for name, ask in asked.items():
            before = clock()
            _, words = await ask(f"!long:{tokens}")
            assert words == tokens, (name, words)
            spent[name].append((clock() - before) / tokens * 1e6)
    return {name: median(values) for name, values in spent.items()}


async def _first(asked: dict[str, Ask], options: Options) -> dict[str, float]:
    """Return milliseconds to the first text, for each."""
    first: dict[str, list[float]] = {name: [] for name in asked}
    for _ in range(15 if options.quick else 60):
        for name, ask in asked.items():
            first[name].append((await ask("!long:20"))[0] * 1e3)
    return {name: median(values) for name, values in first.items()}


async def _crowd(asked: InProcess | OverHttp | Lines) -> float:
    """Return the longest that one of 40 answers of 100 tokens, at 50 a second, took from its first text to its last."""
    asked.took.clear()
    await asyncio.gather(*(asked.ask("!paced:100") for _ in range(CROWD)))
    return max(asked.took)


def _figures(door: str, cpu: dict[str, float], first: dict[str, float], crowd: float) -> list[Figure]:
    return [
        Figure(f"a turn, {door}: time to the first token, to a bare agent's", first["clara"] / first["agent"], "×",
               at_most=2, against=f"{first['clara']:.1f} ms to {first['agent']:.1f} ms"),
        Figure(f"a turn, {door}: processor time a streamed token, to a bare agent's", cpu["clara"] / cpu["agent"], "×",
               at_most=1.3, against=f"{cpu['clara']:.0f} µs to {cpu['agent']:.0f} µs"),
        Figure(f"{CROWD} turns, {door}, of 50 tokens/s: slowest, to that of the model's lines", crowd, "×",
               at_most=1.15),
    ]  # fmt: skip
