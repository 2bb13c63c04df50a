"""A leaky bucket: so much at once, and so much a second in the long run."""

import time
from collections.abc import Callable


class Meter:
    def __init__(self, most: float, per_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._per_s = per_s
        self._clock = clock
        self._held = 0.0
        self._at = clock()

    def take(self, amount: float) -> bool:
        """Return False when this is too much; it is counted all the same."""
        now = self._clock()
        self._held = max(0.0, self._held - (now - self._at) * self._per_s) + amount
        self._at = now
        return self._held <= self._most
