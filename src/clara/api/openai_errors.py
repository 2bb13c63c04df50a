"""Errors as OpenAI's clients read them: on every address under /openai/, whoever raises them."""

import json
from collections.abc import Mapping, Sequence
from itertools import takewhile
from typing import Any

from pydantic import BaseModel, Field
from starlette.responses import Response

from clara.core.errors import ClaraError

PREFIX = "/openai/"

_TYPES: Mapping[int, str] = {
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    429: "rate_limit_error",
}


_FINAL = frozenset({"budget_used_up", "model_misconfigured", "model_refused", "turn_lost", "turn_stopped"})
"""Their SDKs would ask again at once: what was stopped or refused, or can't be answered before hours have passed."""
_LONG_S = 60
"""What can be had sooner is worth waiting for: of a budget that only running answers hold, say."""


_STATUSES: Mapping[int, int] = {422: 400}
"""OpenAI's own status for what is malformed; its SDKs have an exception for each."""


_TRIED = frozenset(("str", "int", "float", "bool", "list", "dict"))


class OpenAIErrorBody(BaseModel):
    """What went wrong."""

    message: str
    type: str
    code: str | None
    param: str | None = Field(description="The parameter that is wrong.")


class OpenAIError(BaseModel):
    """An error in OpenAI's shape."""

    error: OpenAIErrorBody


class UnsupportedParameter(ClaraError):
    code, status, title = "unsupported_parameter", 400, "Not supported here"


def openai_error(error: ClaraError) -> dict[str, Any]:
    """Return the error's body; ``param`` is a fact of ours, or the first field that is wrong."""
    message, param = error.detail, error.facts.get("param")
    fields = error.facts.get("errors")
    if fields:
        param = _param(fields[0]["loc"])
        message = f"{param}: {fields[0]['msg']}"
    kind = _TYPES.get(error.status, "server_error" if error.status >= 500 else "invalid_request_error")
    return {"error": {"message": message, "type": kind, "code": error.problem_code, "param": param}}


def _param(place: Sequence[str | int]) -> str:
    """Return a field's name with what it lies in ("messages.0.role"), without the types that were tried for it."""
    named = takewhile(lambda part: isinstance(part, int) or (part.isidentifier() and part not in _TRIED), place[1:])
    return ".".join(map(str, named))


def openai_response(error: ClaraError) -> Response:
    headers = dict(error.headers)
    if error.problem_code in _FINAL and int(headers.get("Retry-After", _LONG_S)) >= _LONG_S:
        headers["x-should-retry"] = "false"
    body = json.dumps(openai_error(error), allow_nan=False, default=str).encode()
    return Response(body, _STATUSES.get(error.status, error.status), headers, "application/json")


def openai_responses(*errors: type[ClaraError]) -> dict[int | str, dict[str, Any]]:
    """Return the ``responses=`` of a route that may end in these errors."""
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/OpenAIError"}}}
    by_status: dict[int, list[str]] = {}
    for error in errors:
        by_status.setdefault(_STATUSES.get(error.status, error.status), []).append(error.title)
    return {
        status: {"description": " or ".join(dict.fromkeys(titles)), "content": content}
        for status, titles in sorted(by_status.items())
    }
