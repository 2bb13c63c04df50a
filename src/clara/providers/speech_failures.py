"""What a failed request to a speech service means to who speaks or listens.

What a service says of it is neither shown nor logged, but for a bare code: some repeat the request.
"""

import json
import re

import httpx

from clara.core.errors import ClaraError, ProviderFailed, ProviderTimeout, Unavailable

_MOST_BYTES = 100_000
_CODE = re.compile(r"[A-Za-z0-9_.-]{1,60}")
_OF_REQUEST = (400, 413, 415, 422)
_PASSING = (408, 409, 425)


class BadAnswer(Exception):
    """An answer that can't be used; the message can be logged.

    ``code`` is what is shown, ``of_request``: it is this request that isn't taken, and others may be.
    """

    def __init__(self, reason: str, code: str = "speech_failed", status: int = 200) -> None:
        super().__init__(reason)
        self.code = code
        self.status = status
        self.of_request = status in _OF_REQUEST


async def check(answer: httpx.Response) -> None:
    """Raise BadAnswer unless it is one. Read of it is no more than what may say why."""
    status = answer.status_code
    if status == 200:
        return
    reason = _reason_in(await body_of(answer, _MOST_BYTES))
    if status == 429 and reason != "insufficient_quota":
        raise BadAnswer(reason, "speech_overloaded", status)
    lasts = 400 <= status < 500 and status not in _PASSING
    raise BadAnswer(reason, "speech_misconfigured" if lasts else "speech_failed", status)


async def body_of(answer: httpx.Response, most_bytes: int) -> bytes:
    """Return what a streamed answer says; BadAnswer where it is longer."""
    body = b""
    async for piece in answer.aiter_bytes():
        body += piece
        if len(body) > most_bytes:
            raise BadAnswer("too long", status=answer.status_code)
    return body


def _reason_in(body: bytes) -> str:
    """Return the code in an error of OpenAI's form, or Kokoro-FastAPI's, "" where there is none."""
    try:
        said = json.loads(body)
        found = said.get("error") or said.get("detail")
        reason = found.get("code") or found.get("type") or found.get("error")
    except (ValueError, AttributeError, RecursionError):
        return ""
    return reason if isinstance(reason, str) and _CODE.fullmatch(reason) else ""


def public_of(error: Exception) -> ClaraError:
    """Return what is shown of what went wrong."""
    if isinstance(error, ClaraError):
        return error
    if isinstance(error, (TimeoutError, httpx.TimeoutException)):
        return ProviderTimeout("The speech service took too long. Try again.", code="speech_timeout")
    match error.code if isinstance(error, BadAnswer) else "speech_failed":
        case "speech_misconfigured":
            return ProviderFailed(
                "Speech isn't set up as it should be. Tell whoever runs this server; its log says what is wrong.",
                code="speech_misconfigured",
            )
        case "speech_overloaded":
            return Unavailable("The speech service is busy. Try again in a moment.", code="speech_overloaded")
    return ProviderFailed("The speech service failed. Try again.", code="speech_failed")


def not_set_up() -> ClaraError:
    return Unavailable("No speech service is set up on this server. Use text.", code="speech_not_configured")
