"""How much memory this process may use, and how much of it requests hold."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from clara.core.errors import Unavailable

_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))


def allowed_bytes() -> int:
    """Return the cgroup's memory limit, or the machine's memory where there is none (4 GiB where that isn't told)."""
    try:
        machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        machine = 4 * 2**30
    for path in _LIMITS:
        try:
            return min(int(path.read_text()), machine)
        except (OSError, ValueError):
            continue
    return machine


class HeldBytes:
    """Bytes that requests hold in memory, all together: taken as they arrive, so that slow ones hold few."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held = 0

    @contextmanager
    def holding(self) -> Iterator[Callable[[int], None]]:
        """Yield what takes so many bytes more, or raises Unavailable; at the end all of them are given back."""
        mine = 0

        def take(size: int) -> None:
            nonlocal mine
            if self._held + size > self._most:
                raise Unavailable(
                    "Too much is sent at once. Try again in a moment, or send files as forms.",
                    code="busy",
                    headers={"Retry-After": "5"},
                )
            mine += size
            self._held += size

        try:
            yield take
        finally:
            self._held -= mine
