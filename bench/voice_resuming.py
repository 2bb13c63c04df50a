"""Voice sockets that break in the middle of an answer, again and again: is a control message lost, or sent twice?

Learners on one server (a process of its own) ask by text, read some of what comes, and break the connection without a
close; then they come back with a ticket and the session's token. Every message's number must come once and in order,
and the turns that came must be those that the conversation has.
"""

import asyncio
import contextlib
import json
import random
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
from websockets.asyncio.client import connect

from bench.report import Figure, Options
from clara.testing import RunningServer, running_server

LEARNERS = 10
PLENTY: dict[str, Any] = {f"CLARA_LIMITS__{kind}_PER_MINUTE": "1000000" for kind in ("CHAT", "VOICE", "READS")}


def run(options: Options) -> list[Figure]:
    drops = 10 if options.quick else 100
    with tempfile.TemporaryDirectory() as folder, running_server(Path(folder), None, **PLENTY) as server:
        found = asyncio.run(_learners(server, drops))
    lost, doubled, unlike, messages = (sum(counts) for counts in zip(*found, strict=True))
    return [
        Figure(f"control messages lost over {LEARNERS * drops:,} drops, of {messages:,}", lost, "", at_most=0),
        Figure("control messages doubled", doubled, "", at_most=0),
        Figure("turns told of that aren't stored, or the other way round", unlike, "", at_most=0),
    ]


async def _learners(server: RunningServer, drops: int) -> list[tuple[int, int, int, int]]:
    async with httpx.AsyncClient(base_url=server.url, timeout=30) as http:
        return list(await asyncio.gather(*(_learner(server, http, number, drops) for number in range(LEARNERS))))


async def _learner(
    server: RunningServer, http: httpx.AsyncClient, number: int, drops: int
) -> tuple[int, int, int, int]:
    rng, headers = random.Random(number), server.learner(f"learner-{number}")
    got: list[dict[str, Any]] = []
    hello: dict[str, Any] = {"type": "hello", "audio": "none"}
    for drop in range(drops + 1):
        ticket = (await http.post("/v1/voice/tickets", headers=headers)).json()
        url = f"{server.url.replace('http', 'ws', 1)}{ticket['url']}?ticket={ticket['ticket']}"
        async with connect(url, subprotocols=["clara.voice.v1"]) as socket:  # type: ignore[list-item]
            await socket.send(json.dumps(hello))
            ready = await _read(socket, got, lambda message: message["type"] == "ready")
            if drop < drops:
                await socket.send(json.dumps({"type": "text", "text": f"Question number {drop}?"}))
                left = iter(range(rng.randrange(7)))
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(2):
                        await _read(socket, got, lambda _: next(left, None) is None)  # noqa: B023
                socket.transport.abort()
            else:
                await asyncio.sleep(1)
                await socket.send(json.dumps({"type": "bye"}))
                await _read(socket, got, lambda message: message["type"] == "bye")
        resume = {"session_id": ready["session_id"], "token": ready["resume_token"], "last_seq": got[-1]["seq"]}
        hello = {"type": "hello", "audio": "none", "resume": resume}
    seqs = [message["seq"] for message in got]
    lost, doubled = len(set(range(1, max(seqs) + 1)) - set(seqs)), len(seqs) - len(set(seqs))
    chat = next(message["conversation_id"] for message in got if message["type"] == "ready")
    stored = await _stored(http, chat, headers)
    told = {message["id"] for message in got if message["type"] == "turn"}
    return lost, doubled, len(told ^ stored), len(got)


async def _stored(http: httpx.AsyncClient, chat: str, headers: dict[str, str]) -> set[str]:
    found, params = set(), {"limit": "200"}
    while True:
        page = (await http.get(f"/v1/chats/{chat}/messages", headers=headers, params=params)).json()
        found |= {message["id"] for message in page["messages"]}
        if not page.get("next_cursor"):
            return found
        params["cursor"] = page["next_cursor"]


async def _read(socket: Any, got: list[dict[str, Any]], last: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """Note what comes, up to the message that is the last one; return that."""
    while True:
        got.append(json.loads(await socket.recv()))
        if last(got[-1]):
            return got[-1]
