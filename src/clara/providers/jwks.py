"""The public keys of a token issuer, fetched from its JWKS address and kept: never in the way of the event loop."""

import asyncio
import json
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import jwt
import structlog
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from clara.core.clock import Clock
from clara.core.errors import Unavailable

if TYPE_CHECKING:
    import httpx

_log = structlog.get_logger(__name__)

MIN_LIFE_S = 5 * 60
MAX_LIFE_S = 60 * 60
MAX_STALE_S = 24 * 3600
RETRY_S = 30
"""At most one fetch in so long for a key that isn't known, or after a fetch that failed."""
FIRST_RETRY_S = 3
"""The same as long as no keys were ever fetched."""
TIMEOUT_S = 5.0
MAX_BYTES = 256 * 1024
MIN_RSA_BITS = 2048
_ALGORITHMS: Mapping[tuple[Any, Any], str] = {
    ("RSA", None): "RS256",
    ("EC", "P-256"): "ES256",
    ("OKP", "Ed25519"): "EdDSA",
}


class JwksCache:
    """Keys by id. One fetch at a time; old keys serve for a day while the issuer is out of reach."""

    def __init__(
        self,
        url: str,
        clock: Clock,
        client: "httpx.AsyncClient | None" = None,
        on_fetch: Callable[[str], None] = lambda outcome: None,
    ) -> None:
        self._url = url
        self._clock = clock
        self._client = client or _client()
        self._on_fetch = on_fetch
        self._keys: dict[str | None, jwt.PyJWK] = {}
        self._fetched_at = self._fresh_until = self._tried_at = -float("inf")
        self._fetch: asyncio.Task[None] | None = None

    async def key(self, kid: str | None) -> jwt.PyJWK | None:
        """Return the key of this id, or None; without an id, the only key.

        Raises Unavailable when no keys could ever be fetched, or not for a day.
        """
        now = self._clock.monotonic()
        unknown = self._find(kid) is None
        pause_s = RETRY_S if self._keys else FIRST_RETRY_S
        if (unknown or now >= self._fresh_until) and now - self._tried_at >= pause_s:
            self._begin()
        if unknown or now - self._fetched_at > MAX_STALE_S:
            await self._finished()
        if self._clock.monotonic() - self._fetched_at > MAX_STALE_S:
            raise Unavailable("The issuer of tokens can't be reached. Try again soon.", code="issuer_unreachable")
        return self._find(kid)

    def prefetch(self) -> None:
        """Begin to fetch without waiting; a failure is retried by the next token."""
        self._begin()

    async def close(self) -> None:
        if self._fetch is not None:
            self._fetch.cancel()
            await asyncio.gather(self._fetch, return_exceptions=True)
        await self._client.aclose()

    def _find(self, kid: str | None) -> jwt.PyJWK | None:
        if kid is None:
            return next(iter(self._keys.values())) if len(self._keys) == 1 else None
        return self._keys.get(kid)

    def _begin(self) -> None:
        if self._fetch is None:
            self._tried_at = self._clock.monotonic()
            self._fetch = asyncio.create_task(self._refresh(), name="jwks.fetch")

    async def _finished(self) -> None:
        """Wait for the running fetch; a caller that is cancelled leaves it to the others."""
        if self._fetch is not None:
            await asyncio.shield(self._fetch)

    async def _refresh(self) -> None:
        try:
            async with asyncio.timeout(TIMEOUT_S):
                keys, life_s = await self._get()
        except Exception as error:
            self._on_fetch("failed")
            _log.warning("jwks.fetch_failed", error=type(error).__name__, reason=str(error)[:200])
        else:
            self._keys = keys
            self._fetched_at = self._clock.monotonic()
            self._fresh_until = self._fetched_at + life_s
            self._on_fetch("fetched")
            _log.info("jwks.fetched", keys=len(keys), life_s=life_s)
        finally:
            self._fetch = None

    async def _get(self) -> tuple[dict[str | None, jwt.PyJWK], float]:
        async with self._client.stream("GET", self._url, headers={"accept": "application/json"}) as answer:
            if answer.status_code != 200:
                raise ValueError(f"the JWKS address answered {answer.status_code}")
            body = bytearray()
            async for chunk in answer.aiter_bytes():
                body += chunk
                if len(body) > MAX_BYTES:
                    raise ValueError(f"the JWKS address answered more than {MAX_BYTES} bytes")
            keys = read_key_set(json.loads(bytes(body)))
            return keys, _life_s(answer.headers.get("cache-control", ""))


def _client() -> "httpx.AsyncClient":
    """Import httpx only where tokens have an issuer elsewhere: it takes a tenth of a second of every start."""
    import httpx

    return httpx.AsyncClient(timeout=TIMEOUT_S, follow_redirects=False)


def read_key_set(document: Any) -> dict[str | None, jwt.PyJWK]:
    """Return the keys that can verify our algorithms, by id; others are passed over. ValueError when none is left."""
    listed = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(listed, list):
        raise ValueError("not a JSON Web Key Set")
    keys: dict[str | None, jwt.PyJWK] = {}
    for entry in listed[:100]:
        key = _read_key(entry)
        if key is not None:
            keys.setdefault(entry.get("kid"), key)
    if not keys:
        raise ValueError("no key of RS256, ES256 or EdDSA in the key set")
    return keys


def _read_key(entry: Any) -> jwt.PyJWK | None:
    """Bind a public key to the one algorithm of its type, whatever a token's header may ask for."""
    if not isinstance(entry, dict) or not isinstance(entry.get("kid"), str | None):
        return None
    try:
        kind = entry.get("kty")
        algorithm = _ALGORITHMS.get((kind, None if kind == "RSA" else entry.get("crv")))
        for_signing = entry.get("use", "sig") == "sig" and "verify" in entry.get("key_ops", ["verify"])
        if algorithm is None or not for_signing or entry.get("alg", algorithm) != algorithm or "d" in entry:
            return None
        key = jwt.PyJWK(entry, algorithm=algorithm)
    except (jwt.PyJWTError, ValueError, TypeError):
        return None
    short = isinstance(key.key, RSAPublicKey) and key.key.key_size < MIN_RSA_BITS
    return None if short else key


def _life_s(cache_control: str) -> float:
    found = re.search(r"max-age\s*=\s*\"?(\d{1,9})", cache_control)
    asked = float(found.group(1)) if found and "no-store" not in cache_control else MIN_LIFE_S
    return min(max(asked, MIN_LIFE_S), MAX_LIFE_S)
