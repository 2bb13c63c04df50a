"""One learner's use of a model, held against their budget."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace

from clara.library.budget import Budget, Reservation
from clara.providers.chat import (
    BYTES_A_TOKEN,
    ChatEvent,
    ChatModel,
    ChatRequest,
    M,
    OnSpent,
    Spent,
    Stopped,
    TextDelta,
    estimate_input,
    untold,
)


class MeteredModel:
    """A model for one learner: what it is asked is reserved, counted, and refused when the budget is used up.

    ``holds`` False: it is only counted. Whoever asks looks first whether there is room.
    """

    def __init__(self, budget: Budget, owner_id: str, model: ChatModel, holds: bool = True) -> None:
        self.name = model.name
        self._budget = budget
        self._owner_id = owner_id
        self._model = model
        self._holds = holds

    async def stream(self, request: ChatRequest) -> AsyncGenerator[ChatEvent, None]:
        reservation = await self._reserve(request)
        meter = _Meter(request)
        try:
            async with aclosing(self._model.stream(meter.within(reservation.output_tokens))) as events:
                async for event in events:
                    meter.hear(event)
                    yield event
        except (GeneratorExit, asyncio.CancelledError):
            meter.leave()
            raise
        finally:
            self._budget.settle_soon(reservation, meter.spent)

    async def fill(self, request: ChatRequest, shape: type[M], on_spent: OnSpent = untold) -> tuple[M, Spent]:
        reservation = await self._reserve(request)
        meter = _Meter(request)

        def told(spent: Spent) -> None:
            meter.hear(spent)
            on_spent(spent)

        try:
            return await self._model.fill(meter.within(reservation.output_tokens), shape, told)
        finally:
            self._budget.settle_soon(reservation, meter.spent)

    async def _reserve(self, request: ChatRequest) -> Reservation:
        if not self._holds:
            return self._budget.beside(self._owner_id, request.max_tokens)
        return await self._budget.reserve(self._owner_id, estimate_input(request), request.max_tokens)

    async def warm(self) -> None:
        await self._model.warm()

    async def close(self) -> None:
        """Nothing: the model is everybody's."""


class _Meter:
    """What an answer took so far: as told, and estimated for a request that its reader didn't wait for."""

    def __init__(self, request: ChatRequest) -> None:
        self.spent = Spent()
        self._request = request
        self._untold = 0
        self._stopped = False

    def within(self, output_tokens: int) -> ChatRequest:
        return replace(self._request, max_tokens=min(self._request.max_tokens, output_tokens))

    def hear(self, event: ChatEvent) -> None:
        if isinstance(event, TextDelta):
            self._untold += len(event.text)
        elif isinstance(event, Spent):
            self.spent, self._untold = event, 0
        elif isinstance(event, Stopped):
            self._stopped = True

    def leave(self) -> None:
        """The reader goes, in the middle of a request unless the answer has stopped."""
        if self._stopped:
            return
        self.spent += Spent(estimate_input(self._request), self._untold // BYTES_A_TOKEN)
