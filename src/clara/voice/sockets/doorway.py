"""A voice socket's first words: which dialect it speaks, and then into a session."""

import asyncio
import json
from dataclasses import dataclass

from clara.core.errors import ClaraError, Invalid
from clara.core.ids import new_id
from clara.ops.limits import RateLimiter
from clara.voice.dialect0.serving import serve_dialect0
from clara.voice.dialect0.session import Dialect0
from clara.voice.sockets.connection import Connection, Socket, close, first_of
from clara.voice.sockets.hub import Hub
from clara.voice.sockets.live import Ending
from clara.voice.wire.messages import Hello, close_code_of, failure_of, read_message, write_message

HELLO_S = 10.0
"""For a client to say the first thing."""
FIRST_S = 60.0
"""For one that may speak dialect 0, which knows no hello: some connect before the learner has anything to say."""


@dataclass(frozen=True, slots=True)
class Doorway:
    """What voice sockets are served with; made once."""

    hub: Hub
    limiter: RateLimiter
    dialect0: Dialect0
    hello_s: float = HELLO_S
    first_s: float = FIRST_S

    async def serve(self, socket: Socket, owner_id: str, *, streaming: bool) -> None:
        """Serve an accepted socket to its end. ``streaming``: clara.voice.v1 was agreed on in the handshake.

        Raises what there is to be said before a session stands; the socket is to be closed with it.
        """
        first = await self._first(socket, streaming)
        if first is None:
            return
        if not streaming and not _is_hello(first):
            await self._serve_dialect0(socket, owner_id, first)
            return
        hello = read_message(first)
        if not isinstance(hello, Hello):
            raise _no_hello()
        entered = await self.hub.enter(owner_id, hello)
        await Connection(socket, self.hub, self.limiter, entered, hello.audio != "none").run()

    async def _first(self, socket: Socket, streaming: bool) -> str | None:
        """Return the first message, "" for one that isn't text in dialect 0; None when the client has left."""
        try:
            async with asyncio.timeout(self.hello_s if streaming else self.first_s):
                frame = await socket.receive()
        except TimeoutError:
            raise _no_hello() from None
        if frame["type"] == "websocket.disconnect":
            return None
        text: str | None = frame.get("text")
        if text is None and streaming:
            raise _no_hello()
        return text or ""

    async def _serve_dialect0(self, socket: Socket, owner_id: str, first: str) -> None:
        conversation_id = new_id("chat")
        async with self.hub.visit(owner_id, conversation_id) as link:
            serving = asyncio.create_task(
                serve_dialect0(socket, owner_id, first, self.dialect0, conversation_id), name="dialect0"
            )
            try:
                await first_of(serving, link.leave)
            finally:
                left = not serving.done()
                serving.cancel()
                await asyncio.gather(serving, return_exceptions=True)
            if left:
                await close(socket, link.leave.result())
            else:
                serving.result()


async def refuse(socket: Socket, error: ClaraError) -> None:
    """Tell a client why it is closed, and close."""
    async with asyncio.timeout(HELLO_S):
        await socket.send_text(write_message(failure_of(error), 1))
    await close(socket, Ending(close_code_of(error), error.problem_code))


def _no_hello() -> Invalid:
    return Invalid("Begin with a hello: docs/protocol.md has its form.", code="voice_no_hello")


def _is_hello(text: str) -> bool:
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(message, dict) and message.get("type") == "hello"
