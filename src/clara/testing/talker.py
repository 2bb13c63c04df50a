"""A learner on the voice socket: speaks into a microphone in real time, listens as a player does, and notes it all."""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from clara.testing import SERVICE_KEY
from clara.testing.speech import FRAME_MS, MICROPHONE_RATE, SERVICE_RATE, Sound
from clara.voice.wire.messages import SUBPROTOCOL, unpack_audio

PLAYED_S = 0.2
DEADLINE_S = 30.0
_FRAME_BYTES = MICROPHONE_RATE * FRAME_MS // 1000 * 2
_SILENCE = bytes(_FRAME_BYTES)
_BYTES_PER_MS = SERVICE_RATE * 2 / 1000
_VOICED = 0.04


@dataclass(frozen=True, slots=True)
class Came:
    """What came when (seconds of ``time.perf_counter``): a message, or sound as ``{"type": "sound", …}``."""

    at: float
    message: Mapping[str, Any]

    @property
    def type(self) -> str:
        return str(self.message["type"])


@dataclass(frozen=True, slots=True)
class Said:
    """When the first and the last frame with voice in it were sent."""

    began: float
    ended: float


@dataclass(slots=True)
class Played:
    """One segment in the player: ``pcm`` is what came, ``heard_ms`` how much of it had sounded by ``since``."""

    pcm: bytearray = field(default_factory=bytearray)
    heard_ms: float = 0
    since: float | None = None
    over: bool = False
    ran_dry: int = 0

    @property
    def held_ms(self) -> float:
        return len(self.pcm) / _BYTES_PER_MS

    @property
    def position_ms(self) -> float:
        if self.since is None:
            return self.heard_ms
        return min(self.heard_ms + (time.perf_counter() - self.since) * 1000, self.held_ms)

    def take(self, pcm: bytes, paused: bool) -> None:
        if self.pcm and not paused and self.since is not None and self.position_ms >= self.held_ms:
            self.ran_dry += 1
            self.heard_ms, self.since = self.held_ms, time.perf_counter()
        self.pcm += pcm
        if self.since is None and not paused:
            self.since = time.perf_counter()

    def stop(self) -> None:
        self.heard_ms, self.since = self.position_ms, None


class Talker:
    """``connected`` makes one. ``came`` is all that came; sound is played as it comes, and reported as played."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.came: list[Came] = []
        self.segments: dict[int, Played] = {}
        self.ready: Mapping[str, Any] = {}
        self._mouth: list[tuple[bytes, asyncio.Future[float] | None]] = []
        self._paused = False
        self._changed = asyncio.Event()
        self._ended = False

    async def send(self, **message: Any) -> None:
        await self.socket.send(json.dumps(message))

    async def say(self, sound: Sound) -> Said:
        """Speak, and return once the last frame that has voice in it was sent."""
        frames = [sound.pcm[at : at + _FRAME_BYTES] for at in range(0, len(sound.pcm), _FRAME_BYTES)]
        first, last = voiced(frames)
        loop = asyncio.get_running_loop()
        noted: dict[int, asyncio.Future[float]] = {first: loop.create_future(), last: loop.create_future()}
        self._mouth += [(frame.ljust(_FRAME_BYTES, b"\0"), noted.get(at)) for at, frame in enumerate(frames)]
        return Said(await noted[first], await noted[last])

    async def until(self, kind: str, count: int = 1, timeout_s: float = DEADLINE_S, **fields: Any) -> Came:
        """Return the so manieth message of a kind with these fields, once it has come."""
        async with asyncio.timeout(timeout_s):
            while len(found := self.of(kind, **fields)) < count:
                if self._ended:
                    raise ConnectionError(f"the socket was closed ({self.socket.close_code}) before {kind} came")
                self._changed.clear()
                await self._changed.wait()
        return found[count - 1]

    def of(self, kind: str, **fields: Any) -> list[Came]:
        return [
            came
            for came in self.came
            if came.type == kind and all(came.message.get(name) == value for name, value in fields.items())
        ]

    def turns(self, role: str) -> list[str]:
        """Return the texts of the turns of a role, in order."""
        return [came.message["text"] for came in self.of("turn", role=role)]

    @property
    def resume(self) -> dict[str, Any]:
        """What a hello says to go on with this session."""
        seqs = [came.message["seq"] for came in self.came if "seq" in came.message]
        return {
            "session_id": self.ready["session_id"],
            "token": self.ready["resume_token"],
            "last_seq": seqs[-1],
        }

    @property
    def underruns(self) -> int:
        return sum(segment.ran_dry for segment in self.segments.values())

    async def closed(self, timeout_s: float = DEADLINE_S) -> int:
        """Wait for the server's close and return its code."""
        async with asyncio.timeout(timeout_s):
            await self.socket.wait_closed()
        return self.socket.close_code or 0

    def drop(self) -> None:
        """Vanish, without a word."""
        self.socket.transport.abort()

    async def speak(self) -> None:
        """Send a frame every 20 ms, silence where nothing is said."""
        due = time.perf_counter()
        while True:
            frame, said = self._mouth.pop(0) if self._mouth else (_SILENCE, None)
            await self.socket.send(frame)
            if said is not None and not said.done():
                said.set_result(time.perf_counter())
            due += FRAME_MS / 1000
            await asyncio.sleep(max(0, due - time.perf_counter()))

    async def listen(self) -> None:
        """Read all that comes."""
        with contextlib.suppress(ConnectionClosed):
            async for received in self.socket:
                self._take(received)
                self._changed.set()
        self._ended = True
        self._changed.set()

    async def report(self) -> None:
        """Say every 200 ms how much was played."""
        told: dict[int, float] = {}
        while True:
            await asyncio.sleep(PLAYED_S)
            for number, segment in list(self.segments.items()):
                position_ms = segment.position_ms
                if not segment.over and position_ms != told.get(number):
                    told[number] = position_ms
                    await self.send(type="played", segment=number, ms=position_ms)

    def _take(self, received: str | bytes) -> None:
        at = time.perf_counter()
        if isinstance(received, bytes):
            number, offset, pcm = unpack_audio(received)
            segment = self.segments.setdefault(number, Played())
            if offset * 2 != len(segment.pcm):
                raise AssertionError(f"a gap in segment {number}: {offset} after {len(segment.pcm) // 2} samples")
            segment.take(pcm, self._paused)
            self.came.append(Came(at, {"type": "sound", "segment": number, "offset": offset}))
            return
        message = json.loads(received)
        self.came.append(Came(at, message))
        self._obey(message)

    def _obey(self, message: Mapping[str, Any]) -> None:
        segment = self.segments.get(message.get("segment", -1))
        match message["type"]:
            case "ready":
                self.ready = message
            case "pause" if segment:
                self._paused = True
                segment.stop()
            case "resume" if segment:
                self._paused = False
                segment.since = time.perf_counter()
            case "clear" | "audio_end" if segment:
                self._paused = False
                segment.stop()
                segment.over = True


@contextlib.asynccontextmanager
async def connected(
    url: str, user_id: str, headers: Mapping[str, str] | None = None, **hello: Any
) -> AsyncIterator[Talker]:
    """Connect to the server at ``url`` (http://…), by the service key unless other headers are given, and say hello."""
    address = f"{url.replace('http', 'ws', 1)}/voice/ws/{user_id}"
    given = {"Authorization": f"Bearer {SERVICE_KEY}"} if headers is None else headers
    async with connect(
        address,
        subprotocols=[Subprotocol(SUBPROTOCOL)],
        additional_headers=given,
        max_size=None,
        compression=None,
        close_timeout=2,
    ) as socket:
        talker = Talker(socket)
        await talker.send(type="hello", **hello)
        tasks = [asyncio.create_task(work()) for work in (talker.listen, talker.speak, talker.report)]
        try:
            await talker.until("ready")
            yield talker
        finally:
            for task in tasks[1:]:
                task.cancel()
            with contextlib.suppress(ConnectionClosed):
                await socket.close()
            tasks[0].cancel()
            failed = await asyncio.gather(*tasks, return_exceptions=True)
        for error in failed:
            if isinstance(error, Exception) and not isinstance(error, ConnectionClosed):
                raise error


def voiced(frames: list[bytes]) -> tuple[int, int]:
    """Return the numbers of the first and the last frame with voice in it."""
    levels = [float(np.abs(np.frombuffer(frame, "<i2").astype(np.int32)).max(initial=0)) for frame in frames]
    found = [at for at, level in enumerate(levels) if level > _VOICED * max(levels)]
    return found[0], found[-1]
