"""Speech services that speak OpenAI's protocol: sound to text and text to sound, with a second one to fall back to.

Without the vendor's library; one HTTP client for all sessions, which share nothing else.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import structlog

from clara.core.errors import ClaraError, ProviderFailed, ProviderTimeout, Unavailable
from clara.providers.connections import LIMITS
from clara.providers.sound import SAMPLE_BYTES, samples_from, wav_of

log = structlog.get_logger()

SPEECH_RATE = 24_000
"""Samples a second of what services speak: OpenAI's "pcm"."""
REST_S = 30.0
"""For so long a service that failed isn't asked first where there is another."""
MOST_PROMPT_CHARS = 600
"""Whisper reads the last 224 tokens of a prompt."""
MOST_TEXT_CHARS = 4_000
"""OpenAI reads 4,096 characters at once."""


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds: for a transcript as a whole; for speech until its first sound, between two, and as a whole."""

    transcript_s: float = 10.0
    first_sound_s: float = 5.0
    idle_s: float = 5.0
    speech_s: float = 60.0


@dataclass(slots=True)
class SpeechService:
    """A service's model. ``name`` is ``provider:model``, ``url`` the address before /audio, ``voice`` who speaks."""

    name: str
    url: str
    key: str | None = None
    voice: str = "alloy"
    rests_until: float = 0

    @property
    def model(self) -> str:
        return self.name.split(":", 1)[1]

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"} if self.key else {}


OnRequest = Callable[[str, str], None]
"""Told of each request: the service's name and "done", or the code of what went wrong."""


class Speech:
    """Hears and speaks with the first of its services that can; ``hears`` and ``speaks`` say whether there is any."""

    def __init__(
        self,
        ears: Sequence[SpeechService] = (),
        voices: Sequence[SpeechService] = (),
        patience: Patience | None = None,
        on_request: OnRequest = lambda name, outcome: None,
    ) -> None:
        self._ears = ears
        self._voices = voices
        self._patience = patience or Patience()
        self._on_request = on_request
        self._client: httpx.AsyncClient | None = None

    @property
    def hears(self) -> bool:
        return bool(self._ears)

    @property
    def speaks(self) -> bool:
        return bool(self._voices)

    async def transcribe(self, pcm: bytes, rate: int, language: str | None = None, terms: Sequence[str] = ()) -> str:
        """Return what is said in PCM16 of one channel, "" when nothing is.

        ``language`` is an ISO 639-1 code, ``terms`` are rare words that may come up. Raises ProviderTimeout,
        ProviderFailed or Unavailable: what the last service failed with.
        """
        wav, failure = wav_of(pcm, rate), _not_set_up()
        for service in _rested_first(self._ears):
            try:
                with self._watching(service):
                    async with asyncio.timeout(self._patience.transcript_s):
                        return await self._hear(service, wav, language, terms)
            except ClaraError as error:
                failure = error
        raise failure

    async def speak(self, text: str, language: str | None = None) -> AsyncGenerator[bytes, None]:
        """Yield the speech of a text as PCM16 of one channel, 24 kHz, in whole samples, as it comes.

        Another service is asked only as long as nothing has come. Raises as ``transcribe``; leaving the generator
        closes the connection.
        """
        failure = _not_set_up()
        for service in _rested_first(self._voices):
            begun = False
            try:
                with self._watching(service):
                    async with self._speaking(service, text, language) as sound:
                        async for piece in sound:
                            begun = True
                            yield piece
                return
            except ClaraError as error:
                failure = error
                if begun:
                    raise
        raise failure

    async def close(self) -> None:
        """Give connections back."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    def _connection(self) -> httpx.AsyncClient:
        if self._client is None:
            self._client = httpx.AsyncClient(timeout=httpx.Timeout(None, connect=5), limits=httpx.Limits(**LIMITS))
        return self._client

    async def _send(self, service: SpeechService, path: str, stream: bool = False, **content: Any) -> httpx.Response:
        """Send a request; once more where a connection that was kept turns out to have been closed meanwhile."""
        client = self._connection()
        request = client.build_request("POST", f"{service.url}/audio/{path}", headers=service.headers, **content)
        try:
            return await client.send(request, stream=stream)
        except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError):
            return await client.send(request, stream=stream)

    @contextmanager
    def _watching(self, service: SpeechService) -> Iterator[None]:
        """Raise the public error of what goes wrong, and let the service rest then."""
        try:
            yield
        except (ClaraError, TimeoutError, httpx.HTTPError, ValueError) as error:
            public = _public(error)
            service.rests_until = asyncio.get_running_loop().time() + REST_S
            log.warning("speech.failed", model=service.name, code=public.problem_code, error=type(error).__name__)
            self._on_request(service.name, public.problem_code)
            raise public from None
        service.rests_until = 0
        self._on_request(service.name, "done")

    async def _hear(self, service: SpeechService, wav: bytes, language: str | None, terms: Sequence[str]) -> str:
        form: dict[str, Any] = {"model": service.model, "response_format": "json"}
        if language:
            form["language"] = language
        if prompt := _prompt(terms):
            form["prompt"] = prompt
        answer = await self._send(
            service, "transcriptions", data=form, files={"file": ("speech.wav", wav, "audio/wav")}
        )
        _check(answer)
        text = answer.json()
        if not isinstance(text, dict) or not isinstance(text.get("text"), str):
            raise ValueError("no text")
        return str(text["text"]).strip()

    @asynccontextmanager
    async def _speaking(
        self, service: SpeechService, text: str, language: str | None
    ) -> AsyncIterator[AsyncGenerator[bytes, None]]:
        asked: dict[str, Any] = {
            "model": service.model,
            "input": text[:MOST_TEXT_CHARS],
            "voice": service.voice,
            "response_format": "pcm",
        }
        if language and not service.url.startswith("https://api.openai.com/"):
            # OpenAI hears the language in the text; voices of other servers are told it.
            asked["language"] = language
        clock = asyncio.get_running_loop().time
        until = clock() + self._patience.speech_s
        async with asyncio.timeout_at(min(clock() + self._patience.first_sound_s, until)):
            answer = await self._send(service, "speech", stream=True, json=asked)
        try:
            _check(answer)
            yield self._sound(answer, until)
        finally:
            await answer.aclose()

    async def _sound(self, answer: httpx.Response, until: float) -> AsyncGenerator[bytes, None]:
        """Yield whole samples; nothing at all is a failure."""
        kind = answer.headers.get("content-type", "")
        if kind.startswith(("text/", "application/json", "audio/mpeg", "audio/ogg", "audio/flac", "audio/aac")):
            raise ValueError(f"not PCM: {kind}")
        clock = asyncio.get_running_loop().time
        pieces, held, begun = answer.aiter_bytes(), b"", False
        wait_s = self._patience.first_sound_s
        while True:
            async with asyncio.timeout_at(min(clock() + wait_s, until)):
                piece = await anext(pieces, None)
            if piece is None:
                break
            held += piece
            if not begun:
                start = samples_from(held)
                if start is None:
                    continue
                held = held[start:]
            whole = len(held) // SAMPLE_BYTES * SAMPLE_BYTES
            if whole:
                begun, wait_s = True, self._patience.idle_s
                yield held[:whole]
                held = held[whole:]
        if not begun:
            raise ValueError("no sound")


def _rested_first(services: Sequence[SpeechService]) -> Sequence[SpeechService]:
    now = asyncio.get_running_loop().time()
    return sorted(services, key=lambda service: service.rests_until > now)


def _prompt(terms: Sequence[str]) -> str:
    """Return the terms as a prompt: as many whole ones as a recogniser reads."""
    prompt = ""
    for term in terms:
        longer = f"{prompt}, {term}" if prompt else term
        if len(longer) > MOST_PROMPT_CHARS:
            break
        prompt = longer
    return prompt


def _check(answer: httpx.Response) -> None:
    status = answer.status_code
    if status in (401, 403, 404):
        raise ProviderFailed("Speech isn't set up as it should be: see the server's log.", code="speech_misconfigured")
    if status == 429:
        raise Unavailable("The speech service is busy. Try again in a moment.", code="speech_overloaded")
    if status != 200:
        raise _failed()


def _public(error: Exception) -> ClaraError:
    if isinstance(error, ClaraError):
        return error
    if isinstance(error, (TimeoutError, httpx.TimeoutException)):
        return ProviderTimeout("The speech service took too long. Try again.", code="speech_timeout")
    return _failed()


def _failed() -> ClaraError:
    return ProviderFailed("The speech service failed. Try again.", code="speech_failed")


def _not_set_up() -> ClaraError:
    return Unavailable("No speech service is set up on this server. Use text.", code="speech_not_configured")
