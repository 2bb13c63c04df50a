"""Requests a minute, by learner and class of route: a sliding-window counter in memory or Redis."""

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any

import structlog
from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter

_log = structlog.get_logger(__name__)

_KEY_PREFIX = "clara:limits:sliding-window-counter"
"""Names the strategy: another one under the same keys would find values of the wrong Redis type."""

REDIS_TIMEOUT_S = 0.25
REDIS_PAUSE_S = 5.0
"""After a failure Redis is left alone for so long, so that a dead one doesn't add its timeout to every request."""


class Rate(StrEnum):
    """A class of routes that share one allowance."""

    CHAT = "chat"
    UPLOAD = "upload"
    READ = "read"
    VOICE = "voice"
    FAILED_SIGN_IN = "failed_sign_in"


PER_MINUTE: Mapping[Rate, int] = MappingProxyType(
    {Rate.CHAT: 60, Rate.UPLOAD: 120, Rate.READ: 6000, Rate.VOICE: 120, Rate.FAILED_SIGN_IN: 10}
)


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left of a minute's allowance; ``reset_s`` until more is."""

    allowed: bool
    limit: int
    remaining: int
    reset_s: int

    def headers(self) -> list[tuple[bytes, bytes]]:
        return [
            (b"ratelimit-limit", b"%d" % self.limit),
            (b"ratelimit-remaining", b"%d" % self.remaining),
            (b"ratelimit-reset", b"%d" % self.reset_s),
        ]


class RateLimiter:
    """Counts hits. When Redis fails it lets everything through and calls ``on_error`` once for each hit not counted."""

    def __init__(
        self,
        per_minute: Mapping[Rate, int] = PER_MINUTE,
        *,
        redis_url: str | None = None,
        on_error: Callable[[], None] = lambda: None,
    ) -> None:
        self._items = {rate: RateLimitItemPerMinute(count) for rate, count in per_minute.items()}
        self._storage = _redis(redis_url) if redis_url else _Memory()
        self._window = SlidingWindowCounterRateLimiter(self._storage)
        self._on_error = on_error
        self._paused_until = 0.0

    async def hit(self, rate: Rate, key: str) -> Allowance | None:
        """Count one; None when the counter is out of reach, which lets the request through."""
        return await self._ask(rate, key, self._window.hit)

    async def test(self, rate: Rate, key: str) -> Allowance | None:
        """Like hit, without counting."""
        return await self._ask(rate, key, self._window.test)

    async def _ask(self, rate: Rate, key: str, question: Callable[..., Any]) -> Allowance | None:
        if time.monotonic() < self._paused_until:
            self._on_error()
            return None
        item = self._items[rate]
        try:
            allowed = await question(item, rate.value, key)
            stats = await self._window.get_window_stats(item, rate.value, key)
        except Exception as error:
            self._paused_until = time.monotonic() + REDIS_PAUSE_S
            self._on_error()
            _log.warning("limits.unreachable", error=type(error).__name__, pause_s=REDIS_PAUSE_S)
            return None
        reset_s = max(1, math.ceil(stats.reset_time - time.time()))
        return Allowance(bool(allowed), item.amount, stats.remaining, reset_s)

    async def close(self) -> None:
        """Give Redis connections back."""
        bridge = getattr(self._storage, "bridge", None)
        if bridge is not None:
            await bridge.get_connection().aclose()


class _Memory(MemoryStorage):
    """The library's storage, sweeping once a second; its own sweep walks every key in a new task at every hit."""

    def __init__(self) -> None:
        super().__init__()
        self._sweep_at = 0.0

    async def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        now = time.time()
        if now >= self._sweep_at:
            self._sweep_at = now + 1
            for old in [name for name, until in self.expirations.items() if until <= now]:
                await self.clear(old)
        if self.expirations.get(key, 0) <= now:
            self.storage[key] = 0
            self.expirations[key] = now + expiry
        self.storage[key] += amount
        return int(self.storage[key])

    async def decr(self, key: str, amount: int = 1) -> int:
        self.storage[key] = max(self.storage[key] - amount, 0)
        return int(self.storage[key])


def _redis(url: str) -> Any:
    from limits.aio.storage import RedisStorage
    from redis.asyncio.retry import Retry
    from redis.backoff import NoBackoff

    return RedisStorage(
        f"async+{url}",
        implementation="redispy",
        key_prefix=_KEY_PREFIX,
        socket_timeout=REDIS_TIMEOUT_S,
        socket_connect_timeout=REDIS_TIMEOUT_S,
        retry=Retry(NoBackoff(), 0),  # type: ignore[arg-type]
    )
