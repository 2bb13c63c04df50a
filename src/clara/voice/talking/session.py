"""What a voice session is to whoever connects it: messages and sound go in, the outbox says what goes out."""

import asyncio
from typing import Protocol

from clara.voice.wire.messages import ClientMessage
from clara.voice.wire.outbox import Outbox


class Session(Protocol):
    """One learner's session. Methods belong to the event loop's thread; those that aren't awaited never wait.

    ``hears`` and ``speaks`` say whether the server does: else the client may, and sends and gets text. ``ended`` is set
    when the session ends itself, ``reason`` says why then ("" before).
    """

    outbox: Outbox
    conversation_id: str
    hears: bool
    speaks: bool
    ended: asyncio.Event
    reason: str

    @property
    def is_quiet(self) -> bool:
        """Whether nobody is asking, answering or speaking."""
        ...

    @property
    def studies(self) -> bool:
        """Whether a study session runs, in which a learner may well read for minutes."""
        ...

    async def start(self) -> None: ...

    def hear(self, pcm: bytes) -> None:
        """Take sound from the client: PCM16, 16 kHz, one channel; what is none is answered with an error."""
        ...

    def take(self, message: ClientMessage) -> None:
        """Do what a message asks for. ``hello`` and ``bye`` are the connection's."""
        ...

    async def detach(self) -> None:
        """The client is gone: stop hearing, and cut what is said, since nobody hears it."""
        ...

    async def attach(self) -> None:
        """The client is back."""
        ...

    async def close(self) -> None:
        """End what is being said and heard; what was heard is stored when this returns. May be called again."""
        ...
