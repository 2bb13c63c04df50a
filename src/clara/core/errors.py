"""Every error that a caller can be shown.

ClaraError
├── Unauthenticated            401  no identity, or one that does not hold
├── Forbidden                  403  known, but not allowed
├── NotFound                   404  not there, or someone else's
├── MethodNotAllowed           405
├── NotAcceptable              406
├── Conflict                   409  the state of the thing forbids it
├── TooLarge                   413  body, file, pages, text
├── UnsupportedType            415  not a type that is read
├── Invalid                    422  malformed request
├── Unreadable                 422  well-formed request, unreadable content
├── RangeNotSatisfiable        416
├── TooManyRequests            429  with Retry-After
├── Internal                   500  a request id and no more
├── ProviderFailed             502
├── Unavailable                503  draining, or a dependency is away
└── ProviderTimeout            504

``code`` is stable and machine-readable (docs/errors.md lists them all); ``detail`` is the public sentence.
An error may narrow its class's code: ``Unreadable("…", code="encrypted_pdf")``.
"""

from collections.abc import Mapping
from typing import Any, ClassVar


class ClaraError(Exception):
    """An error with a public face: RFC 9457 problem members plus facts that help the caller to act."""

    code: ClassVar[str] = "internal"
    status: ClassVar[int] = 500
    title: ClassVar[str] = "Something went wrong"

    def __init__(
        self,
        detail: str = "",
        *,
        code: str | None = None,
        headers: Mapping[str, str] | None = None,
        **facts: Any,
    ) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.problem_code = code or self.code
        self.headers = dict(headers or {})
        self.facts = facts


class Unauthenticated(ClaraError):
    code, status, title = "unauthenticated", 401, "Sign in first"


class Forbidden(ClaraError):
    code, status, title = "forbidden", 403, "Not allowed"


class NotFound(ClaraError):
    code, status, title = "not_found", 404, "Not found"


class MethodNotAllowed(ClaraError):
    code, status, title = "method_not_allowed", 405, "Method not allowed"


class NotAcceptable(ClaraError):
    code, status, title = "not_acceptable", 406, "Not acceptable"


class Conflict(ClaraError):
    code, status, title = "conflict", 409, "Not possible in this state"


class TooLarge(ClaraError):
    code, status, title = "too_large", 413, "Too large"


class UnsupportedType(ClaraError):
    code, status, title = "unsupported_type", 415, "This type of content is not read"


class RangeNotSatisfiable(ClaraError):
    code, status, title = "range_not_satisfiable", 416, "Range not satisfiable"


class Invalid(ClaraError):
    code, status, title = "invalid", 422, "The request is malformed"


class Unreadable(ClaraError):
    code, status, title = "unreadable", 422, "The content can't be read"


class TooManyRequests(ClaraError):
    code, status, title = "too_many_requests", 429, "Too many requests"


class Internal(ClaraError):
    code, status, title = "internal", 500, "Something went wrong"


class ProviderFailed(ClaraError):
    code, status, title = "provider_failed", 502, "A provider failed"


class Unavailable(ClaraError):
    code, status, title = "unavailable", 503, "Not available right now"


class ProviderTimeout(ClaraError):
    code, status, title = "provider_timeout", 504, "A provider took too long"
