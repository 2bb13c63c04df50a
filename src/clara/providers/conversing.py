"""A chat model over the configured providers: an answer in rounds of tool calls, or in the form of a type."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Any

from clara.core.errors import ClaraError
from clara.providers.chat import (
    ChatEvent,
    ChatRequest,
    M,
    OnSpent,
    Spent,
    TextDelta,
    Tool,
    ToolEnded,
    ToolStarted,
    untold,
)
from clara.providers.failures import bad_output, refused, too_slow
from clara.providers.output import Shaped
from clara.providers.prompts import Limits, Prompt, arguments_of, find_tool
from clara.providers.requests import Requests
from clara.providers.rounds import Round, until_after

TOOL_ROUNDS = 4
"""Requests in which a model may call tools; the one after them must be an answer."""
CALLS_A_ROUND = 8
REPAIRS = 1


class ConversingModel:
    """Whichever of ``requests``' models answers, under the name of the first."""

    def __init__(self, requests: Requests, limits: Limits) -> None:
        self._requests = requests
        self._limits = limits

    @property
    def name(self) -> str:
        return self._requests.name

    async def stream(self, request: ChatRequest) -> AsyncGenerator[ChatEvent, None]:
        await self._requests.ready()
        prompt, until = Prompt.of(request, self._limits), until_after(self._requests.patience.total_s)
        spent, wrote, was_empty = Spent(), False, False
        rounds = TOOL_ROUNDS
        while True:
            prompt.calling = rounds > 0
            round_ = Round(self._requests, prompt, until)
            try:
                async with aclosing(round_.texts()) as texts:
                    async for text in texts:
                        wrote = True
                        yield TextDelta(text)
            except ClaraError:
                yield spent + round_.spent
                raise
            spent += round_.spent
            yield spent
            if round_.calls and rounds > 0:
                rounds -= 1
                async with aclosing(_run_tools(prompt, round_, until)) as events:
                    async for event in events:
                        yield event
            elif not wrote and not was_empty and round_.is_empty:
                was_empty = True
            else:
                yield round_.stopped(wrote)
                return

    async def fill(self, request: ChatRequest, shape: type[M], on_spent: OnSpent = untold) -> tuple[M, Spent]:
        if request.tools:
            raise ValueError("a structured answer takes no tools")
        await self._requests.ready()
        shaped, until = Shaped(shape), until_after(self._requests.patience.total_s)
        prompt, spent = Prompt.of(request, self._limits, shaped.schema), Spent()
        for _ in range(1 + REPAIRS):
            round_ = Round(self._requests, prompt, until)
            try:
                await round_.drain()
            finally:
                spent += round_.spent
                on_spent(spent)
            if round_.response.finish_reason == "content_filter":
                raise refused()
            found = shaped.read(round_.response)
            if isinstance(found, shape):
                return found, spent
            if round_.cut:
                break
            shaped.send_back(prompt, round_.response, str(found))
        raise bad_output()

    async def warm(self) -> None:
        await self._requests.warm()

    async def close(self) -> None:
        await self._requests.close()


async def _run_tools(prompt: Prompt, round_: Round, until: float) -> AsyncGenerator[ChatEvent, None]:
    """Run what the model calls, one after the other, and add to the prompt what comes of it."""
    calls, results = round_.calls, []
    for number, call in enumerate(calls, 1):
        tool, arguments = find_tool(prompt.request.tools, call.tool_name), arguments_of(call)
        if number > CALLS_A_ROUND:
            results.append("Not called: too many calls at once.")
        elif tool is None:
            there = ", ".join(tool.name for tool in prompt.request.tools)
            results.append(f"There is no tool of this name. There are: {there or 'none'}.")
        elif arguments is None:
            results.append("Not called: the arguments are no JSON object.")
        else:
            yield ToolStarted(tool.name, arguments)
            result, failed = await _run(tool, arguments, until)
            yield ToolEnded(tool.name, failed)
            results.append(result)
    prompt.messages.append(round_.response)
    prompt.add_results(calls, results)


async def _run(tool: Tool, arguments: Mapping[str, Any], until: float) -> tuple[str, bool]:
    try:
        async with asyncio.timeout_at(until):
            return await tool.run(arguments), False
    except TimeoutError:
        raise too_slow() from None
    except ClaraError as error:
        if error.status >= 500:
            raise
        return error.detail, True
