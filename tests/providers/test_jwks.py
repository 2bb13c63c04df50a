"""The key cache against a real socket that is slow, fails, rotates, and talks nonsense."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from clara.core.errors import Unavailable
from clara.providers.jwks import MAX_BYTES, MAX_STALE_S, RETRY_S, JwksCache, read_key_set

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def open_cache(key_server: Any, clock: Any) -> AsyncIterator[Callable[[], JwksCache]]:
    opened: list[JwksCache] = []

    def open_one(**options: Any) -> JwksCache:
        opened.append(JwksCache(key_server.url, clock, **options))
        return opened[-1]

    yield open_one
    for cache in opened:
        await cache.close()


async def settled(cache: JwksCache) -> None:
    """Wait until no fetch is under way."""
    async with asyncio.timeout(10):
        while cache._fetch is not None:
            await asyncio.wait({cache._fetch})


class TestFetching:
    async def test_gives_the_key_of_an_id(self, open_cache: Any, key_server: Any, keys: Any) -> None:
        key_server.publish(keys.key_set())
        found = await open_cache().key("ec")
        assert found is not None
        assert found.algorithm_name == "ES256"

    async def test_a_hundred_callers_share_one_fetch(self, open_cache: Any, key_server: Any, keys: Any) -> None:
        key_server.publish(keys.key_set())
        cache = open_cache()
        found = await asyncio.gather(*(cache.key("rsa") for _ in range(100)))
        assert all(found)
        assert key_server.hits == 1

    async def test_a_caller_that_gives_up_does_not_stop_the_others(
        self, open_cache: Any, key_server: Any, keys: Any
    ) -> None:
        key_server.publish(keys.key_set())
        key_server.gate.clear()
        cache = open_cache()
        first, second = (asyncio.create_task(cache.key("rsa")) for _ in range(2))
        await key_server.asked()
        first.cancel()
        key_server.gate.set()
        assert await second is not None

    async def test_a_slow_issuer_does_not_stop_the_loop(self, open_cache: Any, key_server: Any, keys: Any) -> None:
        key_server.publish(keys.key_set())
        key_server.gate.clear()
        waiting = asyncio.create_task(open_cache().key("rsa"))
        await key_server.asked()
        longest = 0.0
        for _ in range(50):
            before = time.perf_counter()
            await asyncio.sleep(0)
            longest = max(longest, time.perf_counter() - before)
        key_server.gate.set()
        assert await waiting is not None
        assert longest < 0.25

    async def test_prefetch_does_not_wait(self, open_cache: Any, key_server: Any, keys: Any) -> None:
        key_server.publish(keys.key_set())
        key_server.gate.clear()
        cache = open_cache()
        cache.prefetch()
        await key_server.asked()
        key_server.gate.set()
        assert await cache.key("rsa") is not None
        assert key_server.hits == 1

    async def test_without_an_id_the_only_key_is_meant(self, open_cache: Any, key_server: Any, keys: Any) -> None:
        key_server.publish(keys.key_set("ed"))
        assert await open_cache().key(None) is not None

    async def test_without_an_id_none_of_several_is_meant(self, open_cache: Any, key_server: Any, keys: Any) -> None:
        key_server.publish(keys.key_set())
        assert await open_cache().key(None) is None


class TestKeeping:
    @pytest.mark.parametrize(
        ("cache_control", "lives_s"),
        [("max-age=1", 300), ("public, max-age=900", 900), ("max-age=999999", 3600), ("", 300), ("no-store", 300)],
    )
    async def test_lives_as_the_issuer_says_between_5_and_60_minutes(
        self, open_cache: Any, key_server: Any, keys: Any, clock: Any, cache_control: str, lives_s: float
    ) -> None:
        key_server.publish(keys.key_set(), cache_control=cache_control)
        cache = open_cache()
        await cache.key("ed")
        clock.time += lives_s - 1
        await cache.key("ed")
        assert key_server.hits == 1
        clock.time += 1
        await cache.key("ed")
        await settled(cache)
        assert key_server.hits == 2

    async def test_an_old_key_serves_while_the_new_ones_are_fetched(
        self, open_cache: Any, key_server: Any, keys: Any, clock: Any
    ) -> None:
        key_server.publish(keys.key_set())
        cache = open_cache()
        await cache.key("ed")
        await key_server.asked()
        clock.time += 4000
        key_server.gate.clear()
        async with asyncio.timeout(5):
            assert await cache.key("ed") is not None
        await key_server.asked()
        key_server.gate.set()

    async def test_old_keys_serve_for_a_day_while_the_issuer_fails(
        self, open_cache: Any, key_server: Any, keys: Any, clock: Any
    ) -> None:
        key_server.publish(keys.key_set())
        cache = open_cache()
        await cache.key("ed")
        key_server.status = 500
        clock.time += MAX_STALE_S - 1
        assert await cache.key("ed") is not None
        await settled(cache)
        clock.time += RETRY_S + 1
        with pytest.raises(Unavailable) as caught:
            await cache.key("ed")
        assert caught.value.problem_code == "issuer_unreachable"

    async def test_no_keys_at_all_is_unavailable_and_not_a_refusal(
        self, open_cache: Any, key_server: Any, keys: Any, clock: Any
    ) -> None:
        key_server.status = 503
        cache = open_cache()
        for _ in range(20):
            with pytest.raises(Unavailable):
                await cache.key("ed")
        assert key_server.hits == 1
        key_server.publish(keys.key_set())
        clock.time += 5
        assert await cache.key("ed") is not None


class TestUnknownKey:
    async def test_a_rotated_key_is_found_at_once(
        self, open_cache: Any, key_server: Any, keys: Any, clock: Any
    ) -> None:
        key_server.publish(keys.key_set("rsa"))
        cache = open_cache()
        await cache.key("rsa")
        key_server.publish(keys.key_set("ed"))
        clock.time += RETRY_S
        assert await cache.key("ed") is not None
        assert await cache.key("rsa") is None

    async def test_guesses_cost_one_fetch_in_30_seconds(
        self, open_cache: Any, key_server: Any, keys: Any, clock: Any
    ) -> None:
        key_server.publish(keys.key_set())
        cache = open_cache()
        await cache.key("ed")
        clock.time += RETRY_S
        for guess in range(50):
            assert await cache.key(f"guess-{guess}") is None
        assert key_server.hits == 2
        clock.time += RETRY_S
        assert await cache.key("guess") is None
        assert key_server.hits == 3


class TestBadAnswers:
    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"<html>",
            b"[]",
            b'{"keys": 5}',
            b'{"keys": []}',
            b'{"keys": [null, 5, {"kty": "oct", "k": "c2VjcmV0"}]}',
            b"[" * 100_000,
            b'{"keys": [{"kty": "RSA", "n": "!", "e": 5, "kid": "rsa"}]}',
            b"\xff\xfe\x00",
        ],
    )
    async def test_nonsense_leaves_the_keys_that_are_there(
        self, open_cache: Any, key_server: Any, keys: Any, clock: Any, body: bytes
    ) -> None:
        key_server.publish(keys.key_set())
        outcomes: list[str] = []
        cache = open_cache(on_fetch=outcomes.append)
        await cache.key("ed")
        key_server.body = body
        clock.time += 4000
        assert await cache.key("ed") is not None
        await settled(cache)
        assert outcomes == ["fetched", "failed"]

    async def test_no_more_is_read_than_a_key_set_may_have(self, open_cache: Any, key_server: Any, keys: Any) -> None:
        key_server.publish(keys.key_set() | {"padding": " " * MAX_BYTES})
        with pytest.raises(Unavailable):
            await open_cache().key("ed")

    async def test_a_redirect_is_not_followed(self, open_cache: Any, key_server: Any, keys: Any, clock: Any) -> None:
        key_server.publish(keys.key_set(), location=key_server.url)
        key_server.status = 302
        with pytest.raises(Unavailable):
            await open_cache().key("ed")
        assert key_server.hits == 1


class TestReadKeySet:
    async def test_binds_each_key_to_the_algorithm_of_its_type(self, keys: Any) -> None:
        found = read_key_set(keys.key_set())
        assert {kid: key.algorithm_name for kid, key in found.items()} == {"rsa": "RS256", "ec": "ES256", "ed": "EdDSA"}

    @pytest.mark.parametrize(
        ("kid", "changes"),
        [
            ("rsa", {"alg": "HS256"}),
            ("rsa", {"alg": "RS512"}),
            ("rsa", {"use": "enc"}),
            ("rsa", {"key_ops": ["encrypt"]}),
            ("ec", {"crv": "P-384"}),
            ("ed", {"crv": "X25519"}),
            ("ed", {"kty": "oct", "k": "c2VjcmV0"}),
            ("ed", {"kid": 5}),
            ("ed", {"kty": ["OKP"]}),
            ("ed", {"key_ops": 5}),
        ],
    )
    async def test_passes_over_what_is_not_for_us(self, keys: Any, kid: str, changes: dict[str, Any]) -> None:
        other = keys.jwk("ed" if kid != "ed" else "ec") | {"kid": "other"}
        assert list(read_key_set({"keys": [keys.jwk(kid) | changes, other]})) == ["other"]

    async def test_passes_over_a_short_rsa_key(self, keys: Any) -> None:
        from jwt.algorithms import RSAAlgorithm

        short = RSAAlgorithm.to_jwk(rsa.generate_private_key(65537, 1024).public_key(), as_dict=True)
        with pytest.raises(ValueError, match="no key"):
            read_key_set({"keys": [short | {"kid": "short"}]})
