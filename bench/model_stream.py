"""A streamed answer: processor time a token, and time to the first, of our chat model and of a bare pydantic-ai agent.

Both ask the same scripted server, a process of its own that answers at once over real HTTP, through the same library
and SDK. The agent's events are read as its documentation shows it; ours are the chat model's. Processor time is this
process's, of whole answers, in turns; the ratio is of medians. Floor: the lines of the same stream read with httpx.
"""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from statistics import median
from typing import Any

import httpx

from bench.report import Figure, Options
from clara.providers.chat import ChatMessage, ChatRequest, TextDelta
from clara.providers.models import make_chat_model
from clara.settings import Settings

SYSTEM = "You are a tutor."
CROWD = 40


@contextmanager
def scripted() -> Iterator[str]:
    """Run a scripted server; yield its address."""
    process = subprocess.Popen([sys.executable, "-m", "clara.testing"], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        address = next(line for line in process.stdout if "OPENAI_BASE_URL" in line).strip().split("=", 1)[1]
        yield address
    finally:
        process.terminate()
        process.wait()


class Contestants:
    """Each reads a whole answer and returns seconds to the first text, and how many pieces there were."""

    def __init__(self, url: str) -> None:
        from pydantic_ai import Agent
        from pydantic_ai.models.openai import OpenAIChatModel
        from pydantic_ai.providers.openai import OpenAIProvider

        self._url = url
        self._model = make_chat_model(Settings(openai_base_url=url, chat_model="openai:scripted", _env_file=None))
        self._agent: Any = Agent(
            OpenAIChatModel("scripted", provider=OpenAIProvider(base_url=url, api_key="none")), instructions=SYSTEM
        )
        self._client = httpx.AsyncClient()

    async def ours(self, question: str) -> tuple[float, int]:
        assert self._model is not None
        started, first, pieces = time.perf_counter(), 0.0, 0
        request = ChatRequest(SYSTEM, [ChatMessage("user", question)], max_tokens=100_000)
        async for event in self._model.stream(request):
            if isinstance(event, TextDelta):
                first = first or time.perf_counter() - started
                pieces += 1
        return first, pieces

    async def agent(self, question: str) -> tuple[float, int]:
        from pydantic_ai.messages import PartDeltaEvent, PartStartEvent, TextPart, TextPartDelta

        started, first, pieces = time.perf_counter(), 0.0, 0
        async with self._agent.run_stream_events(question) as events:
            async for event in events:
                begins = isinstance(event, PartStartEvent) and isinstance(event.part, TextPart)
                if begins or (isinstance(event, PartDeltaEvent) and isinstance(event.delta, TextPartDelta)):
                    first = first or time.perf_counter() - started
                    pieces += 1
        return first, pieces

    async def lines(self, question: str) -> tuple[float, int]:
        started, first, pieces = time.perf_counter(), 0.0, 0
        messages = [{"role": "system", "content": SYSTEM}, {"role": "user", "content": question}]
        body = {"model": "scripted", "messages": messages, "stream": True}
        async with self._client.stream("POST", f"{self._url}/chat/completions", json=body) as answer:
            async for line in answer.aiter_lines():
                if line.startswith("data: {") and (choices := json.loads(line[6:])["choices"]):
                    first = first or time.perf_counter() - started
                    pieces += bool(choices[0]["delta"].get("content"))
        return first, pieces

    async def close(self) -> None:
        assert self._model is not None
        await self._model.close()
        await self._client.aclose()


def run(options: Options) -> list[Figure]:
    with scripted() as url:
        return asyncio.run(_run(url, options))


async def _run(url: str, options: Options) -> list[Figure]:
    tokens, rounds = (500, 3) if options.quick else (2000, 9)
    contestants = Contestants(url)
    asked: dict[str, Callable[[str], Awaitable[tuple[float, int]]]] = {
        name: getattr(contestants, name) for name in ("ours", "agent", "lines")
    }
    for ask in asked.values():
        await ask("!long:50")
    cpu: dict[str, list[float]] = {name: [] for name in asked}
    first: dict[str, list[float]] = {name: [] for name in asked}
    for _ in range(rounds):
        for name, ask in asked.items():
            before = time.process_time()
            _, pieces = await ask(f"!long:{tokens}")
            cpu[name].append((time.process_time() - before) / pieces * 1e6)
            assert pieces == tokens
    for _ in range(rounds * 5):
        for name, ask in asked.items():
            first[name].append((await ask("!long:20"))[0] * 1e3)
    crowds = {name: await _crowd(ask) for name, ask in asked.items()}
    await contestants.close()
    ours, agent, lines = (median(cpu[name]) for name in asked)
    soonest = {name: median(values) for name, values in first.items()}
    return [
        Figure("processor time a streamed token, to a bare agent's", ours / agent, "×", at_most=1.3,
               against=f"{ours:.0f} µs to {agent:.0f} µs; lines {lines:.0f} µs"),
        Figure("time to the first token, to a bare agent's", soonest["ours"] / soonest["agent"], "×", at_most=2,
               against=f"{soonest['ours']:.1f} ms to {soonest['agent']:.1f} ms; lines {soonest['lines']:.1f} ms"),
        Figure(f"{CROWD} streams of 50 tokens/s: time, to that of the lines alone", crowds["ours"] / crowds["lines"],
               "×", at_most=1.15, against=f"agent {crowds['agent'] / crowds['lines']:.2f} ×"),
    ]  # fmt: skip


async def _crowd(ask: Callable[[str], Awaitable[tuple[float, int]]]) -> float:
    """Return seconds until 40 answers of 100 tokens, which come at 50 a second, are read."""
    started = time.perf_counter()
    await asyncio.gather(*(ask("!paced:100") for _ in range(CROWD)))
    return time.perf_counter() - started
