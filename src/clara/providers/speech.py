"""Hearing and speaking by services that speak OpenAI's protocol, with a second one to fall back to.

Without the vendor's library; one HTTP client for all sessions, which share nothing else.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import aclosing, contextmanager
from dataclasses import dataclass

import httpx
import structlog

from clara.core.errors import ClaraError
from clara.providers.sound import SAMPLE_BYTES, wav_of
from clara.providers.speech_failures import BadAnswer, not_set_up, public_of
from clara.providers.speech_requests import SPEECH_RATE, SpeechRequests, SpeechService

__all__ = ["SPEECH_RATE", "OnRequest", "Patience", "Speech", "SpeechService"]

log = structlog.get_logger()

REST_S = 30.0
"""For so long a service that failed isn't asked first where there is another; then by one caller, before all."""
SHORTEST_S = 0.1
"""No word is shorter, and OpenAI refuses less."""


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds: for a transcript as a whole; for speech until its first sound, between two, and as a whole.

    Where there is another service to ask, the first gets half of them.
    """

    transcript_s: float = 10.0
    first_sound_s: float = 5.0
    idle_s: float = 5.0
    speech_s: float = 60.0


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
        self._requests = SpeechRequests()

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
        failure = not_set_up()
        if self._ears and len(pcm) < SHORTEST_S * rate * SAMPLE_BYTES:
            return ""
        wav, until = wav_of(pcm, rate), _now() + self._patience.transcript_s
        for service, sharing in _in_turn(self._ears):
            try:
                with self._watching(service):
                    async with asyncio.timeout((until - _now()) / sharing):
                        return await self._requests.hear(service, wav, language, terms)
            except ClaraError as error:
                failure = error
        raise failure

    async def speak(self, text: str, language: str | None = None) -> AsyncGenerator[bytes, None]:
        """Yield the speech of a text as PCM16 of one channel, 24 kHz, in whole samples, as it comes.

        Where one service breaks off, another goes on from there. Raises as ``transcribe``; leaving the generator closes
        the connection.
        """
        failure, came, until = not_set_up(), 0, _now() + self._patience.first_sound_s
        for service, sharing in _in_turn(self._voices):
            by = _now() + (until - _now()) / sharing
            try:
                with self._watching(service):
                    async with aclosing(self._spoken(service, text, language, came, by)) as sound:
                        async for pcm in sound:
                            came += len(pcm)
                            yield pcm
                return
            except ClaraError as error:
                failure = error
                if came:
                    until = _now() + self._patience.first_sound_s
        raise failure

    async def close(self) -> None:
        """Give connections back."""
        await self._requests.close()

    async def _spoken(
        self, service: SpeechService, text: str, language: str | None, skipped: int, by: float
    ) -> AsyncGenerator[bytes, None]:
        """Yield a service's speech without its first bytes; its first sound is to be there ``by`` a time."""
        until = _now() + self._patience.speech_s
        async with aclosing(self._requests.speak(service, text, language)) as sound:
            while True:
                async with asyncio.timeout_at(by):
                    pcm = await anext(sound, None)
                if pcm is None:
                    return
                kept, skipped = pcm[skipped:], max(0, skipped - len(pcm))
                if kept:
                    yield kept
                by = min(_now() + self._patience.idle_s, until)

    @contextmanager
    def _watching(self, service: SpeechService) -> Iterator[None]:
        """Raise the public error of what goes wrong, and let the service rest then."""
        if service.rests_until:
            # Whoever asks now finds out whether it works again; others needn't wait for that.
            service.rests_until = _now() + REST_S
        try:
            yield
        except Exception as error:
            # What services send breaks the best of parsers: sessions go on.
            public = public_of(error)
            if not (isinstance(error, BadAnswer) and error.of_request):
                service.rests_until = _now() + REST_S
            self._log(service, public, error)
            self._on_request(service.name, public.problem_code)
            raise public from None
        service.rests_until = 0
        self._on_request(service.name, "done")

    def _log(self, service: SpeechService, public: ClaraError, error: Exception) -> None:
        facts = {"reason": str(error), "status": error.status} if isinstance(error, BadAnswer) else {}
        host = httpx.URL(service.url).host
        log.warning(
            "speech.failed",
            model=service.name,
            host=host,
            code=public.problem_code,
            error=type(error).__name__,
            **{name: value for name, value in facts.items() if value},
        )


def _in_turn(services: Sequence[SpeechService]) -> Iterator[tuple[SpeechService, int]]:
    """Yield services, rested ones first, each with how many share the time that is left."""
    now = _now()
    rested = sorted(services, key=lambda service: service.rests_until > now)
    for at, service in enumerate(rested):
        yield service, len(rested) - at


def _now() -> float:
    return asyncio.get_running_loop().time()
