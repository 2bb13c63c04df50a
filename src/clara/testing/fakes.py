"""Parts that tests put in the place of real ones, without a network."""

import asyncio
from collections.abc import AsyncGenerator, Sequence

from pydantic import BaseModel

from clara.providers.chat import ChatEvent, ChatRequest, M, OnSpent, Spent, untold


class FakeChatModel:
    """A model in this process that gives these events, an exception among them by raising it; the same every time.

    ``asked`` are the requests so far. With ``hangs`` nothing comes after the events, until the reader goes. ``filled``
    is what ``fill`` gives, or else an empty instance of the shape.
    """

    name = "fake:model"

    def __init__(self, *events: ChatEvent | Exception, hangs: bool = False, filled: Sequence[BaseModel] = ()) -> None:
        self.asked: list[ChatRequest] = []
        self.hanging = asyncio.Event()
        self._events = events
        self._hangs = hangs
        self._filled = list(filled)

    async def stream(self, request: ChatRequest) -> AsyncGenerator[ChatEvent, None]:
        self.asked.append(request)
        for event in self._events:
            if isinstance(event, Exception):
                raise event
            yield event
        if self._hangs:
            self.hanging.set()
            await asyncio.Event().wait()

    async def fill(self, request: ChatRequest, shape: type[M], on_spent: OnSpent = untold) -> tuple[M, Spent]:
        self.asked.append(request)
        spent = next((event for event in self._events if isinstance(event, Spent)), Spent())
        on_spent(spent)
        for event in self._events:
            if isinstance(event, Exception):
                raise event
        found = next((given for given in self._filled if isinstance(given, shape)), None)
        return (found if found is not None else shape()), spent

    async def warm(self) -> None: ...

    async def close(self) -> None: ...
