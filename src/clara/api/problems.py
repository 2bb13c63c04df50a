"""Errors on the wire: RFC 9457 problems, for everything that can go wrong between the socket and a route."""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Scope

from clara.api.context import context_of
from clara.api.openai_errors import PREFIX, OpenAIError, openai_response
from clara.core.errors import (
    ClaraError,
    Forbidden,
    Internal,
    Invalid,
    MethodNotAllowed,
    NotAcceptable,
    NotFound,
    TooLarge,
    TooManyRequests,
    Unauthenticated,
    Unavailable,
    UnsupportedType,
)
from clara.tutor.events import ErrorEvent

_log = structlog.get_logger(__name__)

MEDIA_TYPE = "application/problem+json"
_RETRY_AFTER_S = "5"
_MAX_ERRORS = 20
_MAX_TEXT = 300
_STANDARD = ("type", "title", "status", "detail", "code", "instance")


class FieldError(BaseModel):
    """One thing that is wrong with a request, and where."""

    loc: list[str | int]
    msg: str


class Problem(BaseModel):
    """RFC 9457 problem details. `code` is stable; `instance` is the request id, as in the logs."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(examples=["urn:clara:problem:not_found"])
    title: str
    status: int
    detail: str
    code: str
    instance: str | None = None
    errors: list[FieldError] | None = None


class Misdirected(ClaraError):
    code, status, title = "misdirected", 421, "Not a host of this server"


class RequestTimeout(ClaraError):
    code, status, title = "request_timeout", 408, "The request took too long to arrive"


def problem(error: ClaraError, request_id: str | None) -> dict[str, Any]:
    """Return the problem's members; the error's facts are added and can't replace the standard ones."""
    return problem_of(ErrorEvent.of(error), request_id)


def problem_of(event: ErrorEvent, request_id: str | None) -> dict[str, Any]:
    """Return the problem that ended a turn."""
    body: dict[str, Any] = {
        "type": f"urn:clara:problem:{event.code}",
        "title": event.title,
        "status": event.status,
        "detail": event.detail,
        "code": event.code,
        "instance": request_id,
    }
    return body | {name: _plain(fact) for name, fact in event.facts.items() if name not in _STANDARD}


def error_response(scope: Scope, error: ClaraError) -> Response:
    """Return the answer to a request that ends in an error, in the shape that the clients of its address read."""
    if scope["path"].startswith(PREFIX):
        answer = openai_response(error)
    else:
        answer = problem_response(error, context_of(scope).request_id)
    if error.status in (429, 503):
        answer.headers.setdefault("Retry-After", _RETRY_AFTER_S)
    return answer


def problem_response(error: ClaraError, request_id: str | None) -> Response:
    content = json.dumps(problem(error, request_id), allow_nan=False, default=str).encode()
    return Response(content, error.status, headers=dict(error.headers), media_type=MEDIA_TYPE)


def problem_responses(*errors: type[ClaraError]) -> dict[int | str, dict[str, Any]]:
    """Return the ``responses=`` of a route that may end in these errors."""
    by_status: dict[int, list[type[ClaraError]]] = {}
    for error in errors:
        by_status.setdefault(error.status, []).append(error)
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        status: {"description": " or ".join(dict.fromkeys(error.title for error in group)), "content": content}
        for status, group in sorted(by_status.items())
    }


def as_clara_error(error: Exception) -> ClaraError:
    """Return what the caller is told of any exception. What isn't known stays a bare 500."""
    if isinstance(error, ClaraError):
        return error
    if isinstance(error, RequestValidationError):
        return Invalid("The request doesn't fit: see `errors`.", errors=_field_errors(error.errors()))
    if isinstance(error, HTTPException):
        return _from_http(error)
    return Internal("An error of ours. Quote the request id when you report it.")


def install_problems(app: FastAPI) -> None:
    """Answer every error that a route raises with a problem, and describe problems in the OpenAPI document."""
    for kind in (ClaraError, RequestValidationError, HTTPException, ClientDisconnect):
        app.add_exception_handler(kind, _handle)
    app.openapi = _with_problem_schema(app.openapi)  # type: ignore[method-assign]


async def _handle(request: Request, error: Exception) -> Response:
    context = context_of(request.scope)
    if isinstance(error, ClientDisconnect):
        return Response(status_code=499)
    known = as_clara_error(error)
    context.refusal = known.problem_code
    if known.status >= 500 and known.__cause__ is not None:
        _log.warning("request.failed", request_id=context.request_id, code=known.problem_code, exc_info=known.__cause__)
    return error_response(request.scope, known)


_BY_STATUS: Mapping[int, type[ClaraError]] = {
    error.status: error
    for error in (
        Unauthenticated,
        Forbidden,
        NotFound,
        MethodNotAllowed,
        NotAcceptable,
        TooLarge,
        UnsupportedType,
        TooManyRequests,
        Unavailable,
    )
}
_DETAILS: Mapping[int, str] = {
    404: "There is nothing at this address. The API is described at /openapi.json.",
    405: "This address doesn't take this method; the Allow header names those that it takes.",
}


def _from_http(error: HTTPException) -> ClaraError:
    """Translate an error of the web framework's own."""
    if error.status_code >= 500 and error.status_code != 503:
        return Internal(headers=error.headers)
    kind = _BY_STATUS.get(error.status_code, Invalid)
    return kind(_DETAILS.get(error.status_code, ""), headers=error.headers)


def _field_errors(errors: Sequence[Any]) -> list[dict[str, Any]]:
    """Keep where and what, cut to size; never the input, which may be huge or not be JSON at all."""
    return [
        {
            "loc": [part if isinstance(part, int) else str(part)[:100] for part in error["loc"]],
            "msg": str(error["msg"])[:_MAX_TEXT],
        }
        for error in errors[:_MAX_ERRORS]
    ]


def _plain(fact: Any) -> Any:
    """Return the fact as JSON can carry it: what is not finite becomes null."""
    if isinstance(fact, Mapping):
        return {str(name): _plain(value) for name, value in fact.items()}
    if isinstance(fact, list | tuple):
        return [_plain(value) for value in fact]
    return None if isinstance(fact, float) and not math.isfinite(fact) else fact


def _with_problem_schema(openapi: Callable[[], dict[str, Any]]) -> Callable[[], dict[str, Any]]:
    """Add the components that routes refer to; the framework caches the document, so this is done in place."""

    def described() -> dict[str, Any]:
        document = openapi()
        components = document.setdefault("components", {})
        schemas = components.setdefault("schemas", {})
        if "Problem" not in schemas:
            schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
            schemas.update(schema.pop("$defs"))
            schemas["Problem"] = schema
            schema = OpenAIError.model_json_schema(ref_template="#/components/schemas/{model}")
            schemas.update(schema.pop("$defs"))
            schemas["OpenAIError"] = schema
            components["securitySchemes"] = SECURITY_SCHEMES
            for path in [path for path in document.get("paths", {}) if path.startswith(PREFIX)]:
                for operation in document["paths"][path].values():
                    operation["responses"].pop("422", None)
        return document

    return described


SECURITY_SCHEMES: Mapping[str, Mapping[str, str]] = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "A JWT of the configured issuer, or a service key."},
    "basic": {"type": "http", "scheme": "basic", "description": "Any user name; the service key as password."},
    "session": {"type": "apiKey", "in": "cookie", "name": "clara_session_8000", "description": "A local sign-in."},
}
