"""An event loop whose time passes at once: what would be waited for is skipped."""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class _Skipping:
    """A selector that doesn't wait, but says how long it would have."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self.skipped_s = 0.0

    def select(self, timeout: float | None = None) -> Any:
        ready = self._selector.select(0)
        if not ready and timeout is None:
            raise RuntimeError("everything waits for ever")
        if not ready and timeout:
            self.skipped_s += timeout
        return ready

    def __getattr__(self, name: str) -> Any:
        return getattr(self._selector, name)


class VirtualLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._skipping = _Skipping()
        super().__init__(self._skipping)  # type: ignore[arg-type]

    def time(self) -> float:
        return self._skipping.skipped_s


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine in virtual time."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main)
