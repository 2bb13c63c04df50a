"""What every request goes through, in pure ASGI: observation, Host allow-list, last net, HEAD; CORS is starlette's."""

import re
import time
from collections.abc import Collection, Sequence
from uuid import uuid4

import structlog
from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from clara.api.context import UNMATCHED, RequestContext, context_of, open_context
from clara.api.problems import Misdirected, as_clara_error, error_response, install_problems
from clara.ops.metrics import Metrics

_log = structlog.get_logger(__name__)
_access = structlog.get_logger("clara.access")

_REQUEST_ID = re.compile(rb"[A-Za-z0-9._\-]{8,64}")
_EXPOSED = (
    "RateLimit-Limit",
    "RateLimit-Remaining",
    "RateLimit-Reset",
    "Retry-After",
    "X-Request-ID",
    "Location",
    "X-Should-Retry",
    "X-Vercel-AI-UI-Message-Stream",
)
_OF_OPENAIS_SDK = tuple(
    f"X-Stainless-{name}"
    for name in (
        *("Arch", "Helper-Method", "Lang", "OS", "Package-Version", "Retry-Count"),
        *("Runtime", "Runtime-Version", "Timeout"),
    )
)
"""What it sends with every request; a browser sends nothing before it may send all of them."""
_NEVER_ANSWERED = 499
LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "[::1]"})

SECURITY_HEADERS: Sequence[tuple[bytes, bytes]] = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cache-control", b"no-store"),
)
"""Put on every answer that lacks them: the page brings its own content policy, static files their own caching."""


def install_edge(
    app: FastAPI,
    *,
    metrics: Metrics,
    origins: Sequence[str] = (),
    hosts: Collection[str] | None = LOOPBACK_HOSTS,
) -> None:
    """Put the middleware and the error answers on the app. ``hosts`` None lets any Host in."""
    install_problems(app)
    app.add_middleware(HeadAsGet)
    app.add_middleware(LastNet)
    if origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(origins),
            allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
            allow_headers=[
                "Authorization",
                "Content-Type",
                "Last-Event-ID",
                "OpenAI-Organization",
                "OpenAI-Project",
                "User-Agent",
                "X-Clara-User",
                "X-Request-ID",
                *_OF_OPENAIS_SDK,
            ],
            expose_headers=list(_EXPOSED),
            max_age=600,
        )
    if hosts is not None:
        app.add_middleware(HostCheck, hosts=frozenset(host.lower() for host in hosts))
    app.add_middleware(Observe, metrics=metrics)


class Observe:
    """Outermost: request id, headers of every answer, one access line, metrics."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        context = open_context(scope, _request_id(scope))
        if scope["type"] == "websocket":
            await self._app(scope, receive, send)
            return
        answer = _Answer(send, context)
        try:
            await self._app(scope, receive, answer)
        finally:
            self._report(scope, context, answer, time.perf_counter() - started)

    def _report(self, scope: Scope, context: RequestContext, answer: "_Answer", seconds: float) -> None:
        status = context.status or _NEVER_ANSWERED
        route = "mounted" if context.route == UNMATCHED and scope.get("endpoint") else context.route
        self._metrics.observe(scope["method"], route, status, seconds)
        _access.info(
            "request.answered",
            request_id=context.request_id,
            method=scope["method"],
            route=route,
            status=status,
            ms=round(seconds * 1000, 2),
            bytes=answer.sent,
            via=context.caller.via if context.caller else None,
            code=context.refusal,
        )


class _Answer:
    """ASGI ``send`` that adds our headers and remembers status and size."""

    def __init__(self, send: Send, context: RequestContext) -> None:
        self._send = send
        self._context = context
        self.sent = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._context.status = message["status"]
            headers = list(message.get("headers", ()))
            present = {name.lower() for name, _ in headers}
            headers += [pair for pair in SECURITY_HEADERS if pair[0] not in present]
            headers += self._context.answer_headers
            headers.append((b"x-request-id", self._context.request_id.encode()))
            message = {**message, "headers": headers}
        elif message["type"] == "http.response.body":
            self.sent += len(message.get("body", b""))
        await self._send(message)


class LastNet:
    """Catches what no handler knew: logs it, and answers with a bare 500, inside CORS so that pages can read it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            await self._app(scope, receive, send)
        except ClientDisconnect:
            return
        except Exception as error:
            context = context_of(scope)
            context.refusal = "internal"
            _log.error("request.crashed", request_id=context.request_id, route=context.route, exc_info=error)
            if context.status is not None:
                error.__clara_logged__ = True  # type: ignore[attr-defined]
                raise
            await error_response(scope, as_clara_error(error))(scope, receive, send)


class HostCheck:
    """Refuses a Host that isn't ours, so that no foreign name that resolves to this machine can be used on it."""

    def __init__(self, app: ASGIApp, hosts: frozenset[str]) -> None:
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket"):
            named = [value.decode("latin-1").lower() for name, value in scope["headers"] if name == b"host"]
            if len(named) != 1 or _host_name(named[0]) not in self._hosts:
                await self._refuse(scope, receive, send)
                return
        await self._app(scope, receive, send)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": "host"})
            return
        error = Misdirected("This Host isn't one of this server's. Use 127.0.0.1, or set CLARA_HTTP__ALLOWED_HOSTS.")
        context = context_of(scope)
        context.refusal = error.problem_code
        await error_response(scope, error)(scope, receive, send)


class HeadAsGet:
    """Answers HEAD wherever GET is answered; the server, which still knows the method, leaves the body out."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "HEAD":
            context_of(scope).head = True
            scope = {**scope, "method": "GET"}
        await self._app(scope, receive, send)


def _host_name(host: str) -> str:
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.partition(":")[0]


def _request_id(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _REQUEST_ID.fullmatch(value):
            return str(value, "ascii")
    return uuid4().hex
