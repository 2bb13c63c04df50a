"""What a failed request to a model means: the error a caller is shown, and whether to ask again or elsewhere.

Provider's messages are neither shown nor logged: some repeat the request, some the key.
"""

import math
from dataclasses import dataclass
from typing import Any

import structlog

from clara.core.errors import ClaraError, ProviderFailed, ProviderTimeout, Unavailable

log = structlog.get_logger()

DEFAULT_RETRY_S = 10
"""What callers are told to wait when the provider doesn't say."""


@dataclass(frozen=True, slots=True)
class Failure:
    """``again``: the same request may work a little later, after ``after_s`` if the provider named a time.

    ``of_request``: it is this request that the model doesn't take; others may fare better.
    """

    error: ClaraError
    again: bool = False
    after_s: float | None = None
    of_request: bool = False


def refused() -> ProviderFailed:
    return ProviderFailed("The model declined to answer this. Ask in other words.", code="model_refused")


def empty() -> ProviderFailed:
    return ProviderFailed("The model gave an empty answer. Ask again.", code="model_empty")


def bad_output() -> ProviderFailed:
    return ProviderFailed(
        "The model's answer isn't in the form that was asked for. Try again.", code="model_bad_output"
    )


def bad_calls() -> ProviderFailed:
    return ProviderFailed(
        "The model looked things up again and again instead of answering. Ask again.", code="model_failed"
    )


def failed() -> ProviderFailed:
    return ProviderFailed("The model failed, or the connection to it broke off. Ask again.", code="model_failed")


def too_slow() -> ProviderTimeout:
    return ProviderTimeout("The model took too long. Ask again, or ask for something shorter.", code="model_timeout")


def overloaded(after_s: float | None) -> Unavailable:
    seconds = max(1, math.ceil(DEFAULT_RETRY_S if after_s is None else after_s))
    return Unavailable(
        "The model is busy. Try again in a moment.", code="model_overloaded", headers={"Retry-After": str(seconds)}
    )


def _not_set_up() -> ProviderFailed:
    return ProviderFailed(
        "The tutor's model isn't set up as it should be. Tell whoever runs this server; its log says what is wrong.",
        code="model_misconfigured",
    )


def failure_of(error: Exception, model: str) -> Failure:
    """Return what an exception of the request layer means, and log what of it can be logged."""
    found = _failure_of(error)
    facts: dict[str, Any] = {"error": type(error).__name__, "status": getattr(error, "status_code", None)}
    facts["reason"] = getattr(error, "provider_error_code", None) or getattr(error, "provider_error_type", None)
    told = {name: value for name, value in facts.items() if value is not None}
    log.warning("model.failed", model=model, code=found.error.problem_code, **told)
    return found


def _failure_of(error: Exception) -> Failure:
    from pydantic_ai import exceptions as of

    after_s = getattr(error, "retry_after", None)
    match error:
        case TimeoutError():
            return Failure(too_slow())
        case of.ModelTimeoutError():
            return Failure(too_slow(), again=True)
        case of.ModelRateLimitError() | of.ModelUnavailableError():
            return Failure(overloaded(after_s), again=True, after_s=after_s)
        case of.ModelServerError() | of.ModelConnectionError():
            return Failure(failed(), again=True, after_s=after_s)
        case of.ModelContextWindowExceededError():
            return Failure(
                ProviderFailed(
                    "The conversation is longer than the model can read. Begin a new one.",
                    code="model_context_exceeded",
                ),
                of_request=True,
            )
        case of.ModelAuthenticationError() | of.ModelNotFoundError() | of.ModelQuotaExceededError() | of.UserError():
            return Failure(_not_set_up())
        case of.ModelRequestRejectedError():
            return Failure(failed(), of_request=True)
    return Failure(failed())
