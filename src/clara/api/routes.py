"""The route class behind every route: admits the request, then reads a JSON body itself, then runs the endpoint."""

import re
from collections.abc import Callable, Coroutine, Iterable
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.responses import Response
from starlette.routing import Mount
from starlette.types import Receive, Scope, Send

from clara.api.admission import Admission, check_size, user_ids
from clara.api.bodies import M, parse_json, read_body, validated
from clara.api.context import context_of
from clara.api.index import RouteIndex
from clara.api.paths import with_slashes
from clara.api.policy import Body, Policy, policy_of
from clara.api.problems import problem_responses
from clara.api.sockets import ClaraSocketRoute
from clara.core.caller import Caller
from clara.core.errors import (
    ClaraError,
    Forbidden,
    Internal,
    Invalid,
    MethodNotAllowed,
    TooLarge,
    TooManyRequests,
    Unauthenticated,
    Unavailable,
    UnsupportedType,
)

WEBSOCKET = "WEBSOCKET"
"""Stands for the method in a table of routes."""

_SECURITY: list[dict[str, list[str]]] = [{"bearer": []}, {"basic": []}, {"session": []}]


class ClaraRoute(APIRoute):
    """A route with a declared policy (``@allow`` or ``@public``); it adds the errors that any such route may give."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        self.policy = policy_of(endpoint)
        self.body = Body.STREAM if self.policy.stream else Body.NONE
        options["responses"] = problem_responses(*_general_errors(self.policy)) | (options.get("responses") or {})
        if not self.policy.public:
            options["openapi_extra"] = {"security": _SECURITY} | (options.get("openapi_extra") or {})
        super().__init__(path, endpoint, **options)
        if self.body_field is not None:
            if self.policy.stream:
                raise RuntimeError(f"{path} reads its body itself: take the Request, and no body parameters")
            self.body = Body.JSON
            self.responses = problem_responses(TooLarge, UnsupportedType) | self.responses

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        context = context_of(scope)
        context.route = self.path_format
        scope["path_params"] = with_slashes(scope["path_params"])
        admission = admission_of(scope)
        await admission.admit(Request(scope), self.policy, self.body)
        if self.methods and scope["method"] not in self.methods:
            allowed = scope["app"].state.methods.get(_shape(self.path_format), self.methods)
            raise MethodNotAllowed(
                f"This address takes {', '.join(sorted(allowed))}.", headers={"allow": ", ".join(sorted(allowed))}
            )
        await super().handle(scope, admission.bounded(receive, self.body), send)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        run = super().get_route_handler()
        if self.body_field is None:
            return run

        async def read_then_run(request: Request) -> Response:
            return await run(await _JsonRequest.read(request))

        return read_then_run


class _JsonRequest(Request):
    """A request whose JSON body is read, checked and parsed once."""

    raw = b""
    value: Any = None

    @classmethod
    async def read(cls, request: Request) -> "_JsonRequest":
        parsed = cls(request.scope, request.receive)
        parsed.raw = await read_body(request.receive)
        parsed.value = parse_json(parsed.raw) if parsed.raw else None
        await admission_of(request.scope).name_learners(request, user_ids(parsed.value))
        return parsed

    async def body(self) -> bytes:
        return self.raw

    async def json(self) -> Any:
        return self.value


def admission_of(scope: Scope) -> Admission:
    admission = scope["app"].state.admission
    assert isinstance(admission, Admission)
    return admission


async def current_caller(request: Request) -> Caller:
    """Dependency: the caller, settled before the endpoint runs."""
    caller = context_of(request.scope).caller
    if caller is None:
        raise RuntimeError(
            f"{request.scope['path']}: no caller; a streamed body's is caller_for_body, a public route has none"
        )
    return caller


async def caller_for_body(request: Request, *named: str | None) -> Caller:
    """Settle the caller of a streamed body, holding the user ids of its fields against them.

    Raises Forbidden for another learner's id, Invalid when a service key was told no learner, and TooManyRequests.
    To be called before anything of the body is committed; it may be called again for a field that comes later.
    """
    await admission_of(request.scope).name_learners(request, [user_id for user_id in named if user_id is not None])
    return await current_caller(request)


async def json_body(request: Request, model: type[M], max_bytes: int | None = None) -> M:
    """Read a streamed route's body as JSON: checked, its user id held against the caller, validated.

    ``max_bytes`` may be less than the upload limit: unlike an upload, JSON is held in memory whole.
    """
    if max_bytes is not None:
        check_size(request, max_bytes)
    raw = await read_body(request.receive, max_bytes)
    value = parse_json(raw)
    await admission_of(request.scope).name_learners(request, user_ids(value))
    return validated(model, value)


def router(*tags: str) -> APIRouter:
    """Return an empty router whose routes are admitted; routes carry their whole path."""
    return APIRouter(
        route_class=ClaraRoute,
        tags=list(tags),
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
    )


def check_routes(app: FastAPI, *, open_paths: Iterable[str] = ()) -> dict[str, Policy | None]:
    """Return the policy of every route by "METHOD /path", or raise RuntimeError when one isn't admitted.

    ClaraRoute admits requests, ClaraSocketRoute WebSockets, whose method is called "WEBSOCKET" here.

    The last step of making an app: it also indexes the routes, so that none added later would be found sooner.

    ``open_paths`` are mounts and plain routes that need no caller (static files, the OpenAPI document).
    """
    table: dict[str, Policy | None] = {}
    methods: dict[str, set[str]] = {}
    admitted: list[ClaraRoute] = []
    app.router.routes[:] = [route for route in app.router.routes if not isinstance(route, RouteIndex)]
    for found in iter_route_contexts(app.routes):
        path, route = found.path or "", found.original_route
        if isinstance(route, ClaraRoute) and route.path == path:
            admitted.append(route)
            also = {"HEAD"} if "GET" in (route.methods or ()) else set()
            methods.setdefault(_shape(route.path_format), set()).update(route.methods or (), also)
            table.update({f"{method} {path}": route.policy for method in route.methods or ()})
        elif isinstance(route, ClaraSocketRoute) and route.path == path:
            table[f"{WEBSOCKET} {path}"] = route.policy
        elif path in open_paths:
            verbs = ("*",) if isinstance(route, Mount) else found.methods or ("*",)
            table.update({f"{method} {path}": None for method in verbs})
        else:
            raise RuntimeError(f"{path} is not admitted: use clara.api.routes.router(), or list it as an open path")
    app.state.methods = methods
    app.router.routes.insert(0, RouteIndex(admitted))
    return table


def _shape(path_format: str) -> str:
    """Name the address that routes share which call its parameters differently."""
    return re.sub(r"\{[^}]*\}", "{}", path_format)


def _general_errors(policy: Policy) -> tuple[type[ClaraError], ...]:
    always: tuple[type[ClaraError], ...] = (Invalid, Internal)
    if not policy.while_draining:
        always += (Unavailable,)
    if policy.stream:
        always += (TooLarge, UnsupportedType)
    return always if policy.public else (Unauthenticated, Forbidden, TooManyRequests, *always)
