"""One speech service, asked in OpenAI's protocol: sound to text, and text to sound.

Of OpenAI, speaches and Kokoro-FastAPI each takes less, or other things, than the next: what is asked here all take.
"""

import json
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from clara.providers.connections import LIMITS
from clara.providers.sound import SAMPLE_BYTES, Samples
from clara.providers.speech_failures import BadAnswer, body_of, check

SPEECH_RATE = 24_000
"""Samples a second of what services speak: OpenAI's "pcm"."""
MOST_PROMPT_BYTES = 600
"""Whisper reads the last 224 tokens of a prompt: of three bytes or so, in whatever script."""
MOST_TEXT_CHARS = 4_000
"""OpenAI reads 4,096 characters at once."""
_MOST_TRANSCRIPT_BYTES = 1_000_000
_SPEECH_S, _SPEECH_S_PER_CHAR = 10.0, 0.6
"""The longest speech of a text: several times as slow as anybody speaks. Some voices don't find an end."""
_OTHER_NAMES = {"nb": "no", "iw": "he", "in": "id", "ji": "yi", "jv": "jw"}
"""What Whisper calls languages that browsers and ISO 639-1 call so."""
_OTHER_SOUND = ("text/", "application/json", "audio/mpeg", "audio/ogg", "audio/opus", "audio/flac", "audio/aac")


@dataclass(slots=True)
class SpeechService:
    """A service's model. ``name`` is ``provider:model``, ``url`` the address before /audio, ``voice`` who speaks.

    ``bare_for`` are languages (None: unknown) for which it takes neither a language nor a prompt.
    """

    name: str
    url: str
    key: str | None = None
    voice: str = "alloy"
    rests_until: float = 0
    bare_for: set[str | None] = field(default_factory=set)

    @property
    def model(self) -> str:
        return self.name.split(":", 1)[1]

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"} if self.key else {}

    @property
    def is_openai(self) -> bool:
        return self.url.startswith("https://api.openai.com/")


class SpeechRequests:
    """Asks services, over one HTTP client. Raises BadAnswer, TimeoutError, and what httpx raises."""

    def __init__(self) -> None:
        self._client: httpx.AsyncClient | None = None

    async def hear(self, service: SpeechService, wav: bytes, language: str | None, terms: Sequence[str]) -> str:
        """Return what is said in a WAV file."""
        told = {} if language in service.bare_for else _told(language, terms)
        try:
            return await self._transcript(service, wav, told)
        except BadAnswer as error:
            if not (told and error.of_request):
                raise
        text = await self._transcript(service, wav, {})
        service.bare_for.add(language)
        return text

    async def speak(self, service: SpeechService, text: str, language: str | None) -> AsyncGenerator[bytes, None]:
        """Yield the speech of a text as PCM16, 24 kHz, in whole samples as it comes; leaving closes the connection."""
        text = text[:MOST_TEXT_CHARS]
        asked: dict[str, Any] = {
            "model": service.model,
            "input": text,
            "voice": service.voice,
            "response_format": "pcm",
        }
        if not service.is_openai:
            # OpenAI has but one rate, and hears the language in the text. Others speak at their voice's own rate.
            asked |= {"sample_rate": SPEECH_RATE} | ({"language": language} if language else {})
        async with self._asked(service, "speech", json=asked) as answer, aclosing(_sound_of(answer, text)) as sound:
            async for pcm in sound:
                yield pcm

    async def close(self) -> None:
        """Give connections back."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def _transcript(self, service: SpeechService, wav: bytes, told: dict[str, str]) -> str:
        form = {"model": service.model, "response_format": "json", **told}
        file = {"file": ("speech.wav", wav, "audio/wav")}
        async with self._asked(service, "transcriptions", data=form, files=file) as answer:
            said = json.loads(await body_of(answer, _MOST_TRANSCRIPT_BYTES))
        if not isinstance(said, dict) or not isinstance(said.get("text"), str):
            raise BadAnswer("no text")
        return str(said["text"]).strip()

    @asynccontextmanager
    async def _asked(self, service: SpeechService, path: str, **content: Any) -> AsyncIterator[httpx.Response]:
        """Give the answer to a request: one that is none raises."""
        if self._client is None:
            self._client = httpx.AsyncClient(timeout=httpx.Timeout(None, connect=5), limits=httpx.Limits(**LIMITS))
        client = self._client
        request = client.build_request("POST", f"{service.url}/audio/{path}", headers=service.headers, **content)
        try:
            answer = await client.send(request, stream=True)
        except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError):
            # A connection that was kept turns out to have been closed meanwhile.
            answer = await client.send(request, stream=True)
        try:
            await check(answer)
            yield answer
        finally:
            await answer.aclose()


async def _sound_of(answer: httpx.Response, text: str) -> AsyncGenerator[bytes, None]:
    kind = answer.headers.get("content-type", "").replace(" ", "").lower()
    if kind.startswith(_OTHER_SOUND) or ("rate=" in kind and f"rate={SPEECH_RATE}" not in kind):
        raise BadAnswer(f"not PCM of {SPEECH_RATE} Hz: {kind[:60]}", "speech_misconfigured")
    samples, left = Samples(SPEECH_RATE), int((_SPEECH_S + _SPEECH_S_PER_CHAR * len(text)) * SPEECH_RATE) * SAMPLE_BYTES
    begun = False
    async for piece in answer.aiter_bytes():
        try:
            pcm = samples.take(piece)
        except ValueError as error:
            raise BadAnswer(str(error), "speech_misconfigured") from None
        left -= len(pcm)
        if left < 0:
            raise BadAnswer("endless")
        if pcm:
            begun = True
            yield pcm
    if not begun:
        raise BadAnswer("no sound")


def _told(language: str | None, terms: Sequence[str]) -> dict[str, str]:
    """Return what a recogniser is told beside the sound: the language, and as many terms as it reads."""
    prompt = ""
    for term in terms:
        longer = f"{prompt}, {term}" if prompt else term
        if len(longer.encode()) > MOST_PROMPT_BYTES:
            break
        prompt = longer
    told = {"language": _OTHER_NAMES.get(language or "", language or ""), "prompt": prompt}
    return {name: value for name, value in told.items() if value}
