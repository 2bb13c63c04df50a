"""Waiting for something to become true, with a deadline: never a sleep that hopes."""

import asyncio
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

STEP_S = 0.01


async def wait_for(condition: Callable[[], T], timeout_s: float = 30) -> T:
    """Return the first value of ``condition`` that is true."""
    deadline = time.monotonic() + timeout_s
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"not true within {timeout_s} s")
        await asyncio.sleep(STEP_S)
    return value


def wait_until(condition: Callable[[], T], timeout_s: float = 30, what: str = "the condition") -> T:
    """As ``wait_for``, without an event loop."""
    deadline = time.monotonic() + timeout_s
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} was not true within {timeout_s} s")
        time.sleep(STEP_S)
    return value
