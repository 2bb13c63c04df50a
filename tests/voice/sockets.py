"""clara.voice.v1 over a real socket: a client, and sessions that a test has in hand."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from clara.store.migrate import migrate
from clara.testing import SERVICE_KEY, make_settings
from clara.voice.talking.opening import VoiceParts
from clara.voice.wire.messages import OUT_RATE, ClientMessage, ClientText, Hello, Ping, Pong, State, Turn, unpack_audio
from clara.voice.wire.outbox import Outbox
from tests.contract.served import Served, served

DEADLINE_S = 20.0
QUICK = {"hold_s": 20, "idle_s": 60, "max_s": 600}
PLENTY = {"chat_per_minute": 1_000_000, "voice_per_minute": 1_000_000, "reads_per_minute": 1_000_000}
KEY = {"Authorization": f"Bearer {SERVICE_KEY}"}


class Scripted:
    """A session without a tutor: it answers a text with the same, "crash" with an error, and "say" with sound."""

    def __init__(self, conversation_id: str, hears: bool = True) -> None:
        self.outbox = Outbox(OUT_RATE)
        self.conversation_id = conversation_id
        self.hears = self.speaks = hears
        self.ended = asyncio.Event()
        self.reason = ""
        self.is_quiet = True
        self.studies = False
        self.heard = b""
        self.said: list[str] = []
        self.did: list[str] = []

    async def start(self) -> None:
        self.did.append("start")

    def hear(self, pcm: bytes) -> None:
        self.heard += pcm

    def take(self, message: ClientMessage) -> None:
        match message:
            case ClientText(text="crash"):
                raise RuntimeError("secret")
            case ClientText(text="say"):
                self.outbox.audio_start(1)
                for number in range(20):
                    self.outbox.audio(1, number * 480, bytes(960))
            case ClientText():
                self.said.append(message.text)
                self.outbox.say(Turn(id=f"m{len(self.said)}", role="assistant", text=message.text))
            case Ping():
                self.outbox.say(Pong(t=message.t))

    async def detach(self) -> None:
        self.did.append("detach")

    async def attach(self) -> None:
        self.did.append("attach")

    async def close(self) -> None:
        if "close" not in self.did:
            self.did.append("close")
            # What was heard of an answer is told of before the end.
            self.outbox.say(State(agent="listening", user="listening"))


@dataclass
class Client:
    """What a client has: a socket, and all that came over it."""

    socket: ClientConnection
    ready: dict[str, Any] = field(default_factory=dict)
    got: list[dict[str, Any]] = field(default_factory=list)
    sound: list[tuple[int, int, bytes]] = field(default_factory=list)

    async def send(self, *messages: Any) -> None:
        for message in messages:
            await self.socket.send(message if isinstance(message, str | bytes) else json.dumps(message))

    async def flood(self, *messages: Any) -> None:
        """Send what the server may close on before all of it is sent."""
        with contextlib.suppress(ConnectionClosed):
            await self.send(*messages)

    async def next(self, *types: str) -> dict[str, Any]:
        """Return the next message, of these types if some are named; sound is noted."""
        async with asyncio.timeout(DEADLINE_S):
            while True:
                came = await self.socket.recv()
                if isinstance(came, bytes):
                    self.sound.append(unpack_audio(came))
                    continue
                message = json.loads(came)
                self.got.append(message)
                if not types or message["type"] in types:
                    return dict(message)

    async def ask(self, text: str) -> str:
        await self.send({"type": "text", "text": text})
        return str((await self.next("turn"))["text"])

    async def error(self, *sent: Any) -> str:
        """Send something, and return the code of the error that comes back."""
        await self.send(*sent)
        return str((await self.next("error"))["code"])

    async def is_well(self) -> bool:
        """Return whether the session still answers."""
        return await self.ask("Are you there?") == "Are you there?"

    async def closed(self) -> int:
        """Read to the end, and return the code with which the server closed."""
        with contextlib.suppress(ConnectionClosed):
            while True:
                await self.next()
        assert self.socket.close_code is not None
        return self.socket.close_code

    @property
    def last_seq(self) -> int:
        return int(self.got[-1]["seq"])

    @property
    def resume(self) -> dict[str, Any]:
        """What a hello says to go on with this session."""
        ready = self.ready
        return {"session_id": ready["session_id"], "token": ready["resume_token"], "last_seq": self.last_seq}


@dataclass
class Talking:
    """A server whose voice sessions are scripted; ``made`` are those that were opened."""

    server: Served
    made: list[Scripted]

    @property
    def hub(self) -> Any:
        return self.server.app.state.services.doorway.hub

    async def ticket(self, user_id: str = "ana") -> str:
        answer = await self.server.client.post("/v1/voice/tickets", headers=self.server.headers(user_id))
        assert answer.status_code == 201, answer.text
        return str(answer.json()["ticket"])

    @contextlib.asynccontextmanager
    async def socket(
        self,
        user_id: str = "ana",
        query: str = "",
        protocols: tuple[str, ...] = ("clara.voice.v1",),
        headers: Mapping[str, str] = {},
    ) -> AsyncIterator[Client]:
        """Connect, by the service key unless other headers are given; say nothing."""
        address = f"ws://127.0.0.1:{self.server.port}/voice/ws/{user_id}{query}"
        async with connect(
            address,
            subprotocols=list(protocols) or None,  # type: ignore[arg-type]
            additional_headers=headers or (KEY if not query else {}),
            max_size=None,
            close_timeout=5,
        ) as socket:
            yield Client(socket)

    @contextlib.asynccontextmanager
    async def client(self, user_id: str = "ana", **hello: Any) -> AsyncIterator[Client]:
        """Connect, and say hello."""
        async with self.socket(user_id) as client:
            await self.greet(client, **hello)
            yield client

    async def greet(self, client: Client, **hello: Any) -> None:
        await client.send({"type": "hello", **hello})
        client.ready = await client.next("ready")


@contextlib.asynccontextmanager
async def talking(
    folder: Path, hears: bool = True, database_url: str | None = None, **voice: Any
) -> AsyncIterator[Talking]:
    """Serve the whole app with sessions that are scripted."""
    made: list[Scripted] = []
    settings = make_settings(folder, port=0, voice=QUICK | voice, limits=PLENTY, database_url=database_url)

    async def make(parts: VoiceParts, owner_id: str, hello: Hello) -> Scripted:
        session = Scripted(hello.conversation_id or f"chat_of_{owner_id}", hears)
        made.append(session)
        return session

    await asyncio.to_thread(migrate, settings)
    async with served(settings, open_voice=make) as server:
        yield Talking(server, made)
