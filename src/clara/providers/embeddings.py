"""Vectors from any endpoint that speaks OpenAI's protocol, in batches; for a thread, and for the event loop.

Without the vendor's library, which would take a fifth of the server's memory for one kind of request.
"""

import asyncio
import random
import ssl
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import httpx
import numpy as np
import numpy.typing as npt
import structlog

from clara.core.errors import ClaraError, ProviderFailed, ProviderTimeout, Unavailable
from clara.providers.connections import LIMITS
from clara.providers.vectors import vectors_in

log = structlog.get_logger()

Vectors = npt.NDArray[np.float32]

MOST_TEXTS = 64
"""A request. Half of it is what the strictest server (text-embeddings-inference) takes as it comes."""
MOST_CHARS = 8000
"""Of a text: in no script do 8,192 tokens, what the common models read, hold less."""
FEWEST_CHARS = 250
"""A text that is refused is shortened, but not below this: then it isn't its length that is wrong."""
MOST_WAIT_S = 20.0
REST_S = 30.0
"""For so long questions aren't embedded after one that could not be: each would wait for the deadline."""


@dataclass(frozen=True, slots=True)
class Patience:
    """``question_s``: for a question, as a whole. Documents: for each request, which is tried ``tries`` times."""

    question_s: float = 2.0
    request_s: float = 60.0
    tries: int = 4
    backoff_s: float = 0.5


class _Rejected(Exception):
    """The endpoint understands the request and doesn't want it: too many texts, or too long ones."""


class EmbeddingModel:
    """An endpoint's model. ``name`` is ``provider:model``; texts longer than the model reads are cut, not refused."""

    is_remote = True

    def __init__(self, name: str, url: str, key: str | None = None, patience: Patience | None = None) -> None:
        self.name = name
        self._address = f"{url.rstrip('/')}/embeddings"
        self._model = name.split(":", 1)[1]
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._patience = patience or Patience()
        self._dim: int | None = None
        self._rests_until = 0.0
        self._client: httpx.AsyncClient | None = None

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return an array of shape (len(texts), dim), each row of length 1, or 0 for an empty text.

        For a thread that may wait. Raises Unavailable (try later), ProviderTimeout or ProviderFailed.
        """
        timeout = httpx.Timeout(self._patience.request_s, connect=10)
        sent = {at: text for at, text in enumerate(map(_readable, texts)) if text}
        with httpx.Client(headers=self._headers, timeout=timeout, verify=self._tls) as client:
            found = [row for batch in _batches(list(sent.values())) for row in self._embed(client, batch)]
        vectors = np.zeros((len(texts), self._dim or 0), dtype=np.float32)
        if found:
            vectors[list(sent)] = found
        return vectors

    async def embed_question(self, texts: Sequence[str]) -> Vectors:
        """As ``embed``, for a few texts that somebody waits for: within ``question_s``, and at most once more."""
        if time.monotonic() < self._rests_until:
            raise _unavailable("resting")
        sent = {at: text for at, text in enumerate(map(_readable, texts)) if text}
        try:
            async with asyncio.timeout(self._patience.question_s):
                found = await self._ask(list(sent.values())) if sent else np.zeros((0, self._dim or 0), np.float32)
        except TimeoutError:
            self._rests_until = time.monotonic() + REST_S
            raise _timeout() from None
        except ClaraError:
            self._rests_until = time.monotonic() + REST_S
            raise
        vectors = np.zeros((len(texts), found.shape[1]), dtype=np.float32)
        vectors[list(sent)] = found
        return vectors

    def warm(self) -> None:
        """Make the client, which reads the certificates."""
        if self._client is None:
            timeout = self._patience.question_s
            limits = httpx.Limits(**LIMITS)
            self._client = httpx.AsyncClient(headers=self._headers, verify=self._tls, timeout=timeout, limits=limits)

    def forget(self) -> None:
        """No words are kept."""

    async def close(self) -> None:
        """Give connections back."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    @cached_property
    def _tls(self) -> ssl.SSLContext | bool:
        # Made once, and not at all for http: it takes 20 ms.
        return httpx.create_ssl_context() if self._address.startswith("https:") else False

    def _embed(self, client: httpx.Client, texts: Sequence[str]) -> Vectors:
        """Embed a batch; what is rejected is sent in halves, down to one text, which is shortened."""
        try:
            return self._try(client, texts)
        except _Rejected:
            if len(texts) == 1:
                if len(texts[0]) <= FEWEST_CHARS:
                    raise ProviderFailed("The embedding endpoint takes no text.", code="embedding_failed") from None
                return self._embed(client, [texts[0][: len(texts[0]) // 2]])
        half = len(texts) // 2
        parts = [self._embed(client, part) for part in (texts[:half], texts[half:])]
        return np.concatenate(parts)

    def _try(self, client: httpx.Client, texts: Sequence[str]) -> Vectors:
        tried = 0
        while True:
            try:
                with _public_errors(self.name):
                    return self._read(client.post(self._address, json=self._body(texts)), len(texts))
            except (Unavailable, ProviderTimeout) as error:
                # A request that takes too long costs a minute: it is tried twice.
                tried += 2 if isinstance(error, ProviderTimeout) else 1
                wait_s = self._wait_s(error, tried)
                if tried >= self._patience.tries or wait_s > MOST_WAIT_S:
                    raise
                time.sleep(wait_s)

    def _wait_s(self, error: ClaraError, tried: int) -> float:
        if "Retry-After" in error.headers:
            return float(error.headers["Retry-After"])
        backoff_s: float = self._patience.backoff_s * 2 ** (tried - 1)
        return backoff_s * random.uniform(0.5, 1)  # noqa: S311 - so that many don't ask again at once

    async def _ask(self, texts: Sequence[str]) -> Vectors:
        self.warm()
        assert self._client is not None
        for last in (False, True):
            try:
                with _public_errors(self.name):
                    return self._read(await self._client.post(self._address, json=self._body(texts)), len(texts))
            except _Rejected:
                if last:
                    raise ProviderFailed("The embedding endpoint takes no text.", code="embedding_failed") from None
                texts = [text[: max(FEWEST_CHARS, len(text) // 4)] for text in texts]
            except Unavailable:
                # A connection that was kept may be gone by now.
                if last:
                    raise
        raise AssertionError("unreachable")

    def _body(self, texts: Sequence[str]) -> dict[str, Any]:
        return {"model": self._model, "input": list(texts), "encoding_format": "float"}

    def _read(self, answer: httpx.Response, count: int) -> Vectors:
        status = answer.status_code
        if status in (400, 413, 422):
            raise _Rejected
        if status in (401, 403, 404):
            log.warning("embedding.failed", model=self.name, status=status)
            raise ProviderFailed(
                "The embedding model isn't set up as it should be: see the server's log.",
                code="embedding_misconfigured",
            )
        if status != 200:
            raise _unavailable(f"status {status}", answer.headers.get("retry-after"))
        vectors = vectors_in(answer.content, count, self._dim)
        self._dim = vectors.shape[1]
        return vectors


def _batches(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    for first in range(0, len(texts), MOST_TEXTS):
        yield texts[first : first + MOST_TEXTS]


@contextmanager
def _public_errors(model: str) -> Iterator[None]:
    try:
        yield
    except httpx.TimeoutException as error:
        log.warning("embedding.failed", model=model, error=type(error).__name__)
        raise _timeout() from None
    except httpx.HTTPError as error:
        log.warning("embedding.failed", model=model, error=type(error).__name__)
        raise _unavailable(type(error).__name__) from None


def _timeout() -> ProviderTimeout:
    return ProviderTimeout("The embedding endpoint took too long.", code="embedding_timeout")


def _unavailable(why: str, retry_after: str | None = None) -> Unavailable:
    log.debug("embedding.unavailable", why=why)
    seconds = retry_after if retry_after and retry_after.isdigit() else None
    headers = {"Retry-After": seconds} if seconds else {}
    return Unavailable("The embedding endpoint can't be used right now.", code="embedding_unavailable", headers=headers)


def _readable(text: str) -> str:
    """Return the text as an endpoint can take it: no longer than any reads, and valid Unicode."""
    return text[:MOST_CHARS].strip().encode("utf-8", "replace").decode()
