"""A voice socket's first words: which dialect it speaks, and then into a session."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from clara.core.errors import ClaraError, Invalid
from clara.ops.limits import RateLimiter
from clara.voice.dialect0.messages import is_hello
from clara.voice.dialect0.serving import serve_dialect0
from clara.voice.dialect0.session import Dialect0
from clara.voice.sockets.connection import Connection, Socket, close, first_of
from clara.voice.sockets.hub import Hub
from clara.voice.sockets.live import Ending
from clara.voice.wire.messages import Hello, close_code_of, failure_of, read_message, write_message

HELLO_S = 10.0
"""For a client to say the first thing."""
FIRST_S = 1.0
"""For one that may speak dialect 0, which knows no hello; it is connected then, whatever comes later. Some clients
connect long before the learner has anything to say."""


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
        frame = await self._first(socket, streaming)
        if frame is not None and frame["type"] == "websocket.disconnect":
            return
        # "" for what isn't text, which is no message in either dialect.
        first = None if frame is None else frame.get("text") or ""
        if not streaming and (first is None or not is_hello(first)):
            first = await self._serve_dialect0(socket, owner_id, first)
            if first is None:
                return
        hello = read_message(first or "")
        if not isinstance(hello, Hello):
            raise _no_hello()
        entered = await self.hub.enter(owner_id, hello)
        await Connection(socket, self.hub, self.limiter, entered, hello.audio != "none").run()

    async def _first(self, socket: Socket, streaming: bool) -> Mapping[str, Any] | None:
        """Return the first frame; None where none came and none has to."""
        try:
            async with asyncio.timeout(self.hello_s if streaming else self.first_s):
                frame = await socket.receive()
        except TimeoutError:
            if streaming:
                raise _no_hello() from None
            return None
        if streaming and frame["type"] != "websocket.disconnect" and frame.get("text") is None:
            raise _no_hello()
        return frame

    async def _serve_dialect0(self, socket: Socket, owner_id: str, first: str | None) -> str | None:
        """Serve a socket to its end; return a hello that came late, which is served elsewhere."""
        async with self.hub.visit(owner_id) as visit:
            serving = asyncio.create_task(
                serve_dialect0(socket, owner_id, first, self.dialect0, visit), name="dialect0"
            )
            try:
                await first_of(serving, visit.link.leave)
            finally:
                left = not serving.done()
                serving.cancel()
                await asyncio.gather(serving, return_exceptions=True)
            if left:
                await close(socket, visit.link.leave.result())
                return None
            return serving.result()


async def refuse(socket: Socket, error: ClaraError) -> None:
    """Tell a client why it is closed, and close."""
    async with asyncio.timeout(HELLO_S):
        await socket.send_text(write_message(failure_of(error), 1))
    await close(socket, Ending(close_code_of(error), error.problem_code))


def _no_hello() -> Invalid:
    return Invalid("Begin with a hello: docs/protocol.md has its form.", code="voice_no_hello")
