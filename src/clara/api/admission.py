"""Admission: caller, right, rate and size of a request are settled before the first byte of its body is read."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from fastapi import Request
from starlette.requests import HTTPConnection
from starlette.types import Receive

from clara.api.auth import USER_ID_NAMES, Authenticator, Identity, conflicting_credentials, user_required
from clara.api.bodies import IDLE_S, BoundedReceive, check_text, too_large
from clara.api.context import RequestContext, context_of
from clara.api.policy import Body, Policy
from clara.core.caller import Caller, Scope
from clara.core.errors import ClaraError, Forbidden, Invalid, TooManyRequests, Unavailable, UnsupportedType
from clara.ops.drain import Drain
from clara.ops.limits import RateLimiter
from clara.ops.metrics import Metrics

_JSON = "application/json"


@dataclass(slots=True)
class Visit:
    """An admitted request: whose credential it carries and which learners it has named so far."""

    identity: Identity
    policy: Policy
    named: list[str] = field(default_factory=list)
    counted: bool = False


class Admission:
    """The one gate in front of every route; ``app.state.admission``."""

    def __init__(
        self,
        *,
        authenticator: Authenticator,
        limiter: RateLimiter,
        drain: Drain,
        metrics: Metrics,
        json_bytes: int,
        upload_bytes: int,
        body_idle_s: float = IDLE_S,
    ) -> None:
        self.authenticator = authenticator
        self.limiter = limiter
        self.drain = drain
        self._metrics = metrics
        self._json_bytes = json_bytes
        self._upload_bytes = upload_bytes
        self._body_idle_s = body_idle_s
        metrics.streams.set_function(lambda: drain.streams)

    def bounded(self, receive: Receive, body: Body) -> Receive:
        """Return ``receive`` with the limits of this kind of body."""
        return BoundedReceive(receive, self._max_bytes(body), self._body_idle_s)

    def _max_bytes(self, body: Body) -> int:
        return self._upload_bytes if body is Body.STREAM else self._json_bytes

    async def admit(self, request: Request, policy: Policy, body: Body) -> None:
        """Settle all that address and headers tell, or raise what the caller is to be told."""
        try:
            await self._admit(request, policy, body)
        except ClaraError as error:
            self._count_refused(error)
            raise

    def _count_refused(self, error: ClaraError) -> None:
        if error.status in (401, 403):
            self._metrics.refused.labels(error.problem_code).inc()

    async def admit_socket(self, socket: HTTPConnection, policy: Policy, ticket: str | None, purpose: str) -> None:
        """Settle all about a WebSocket's handshake, as ``admit`` does for a request; a ticket stands for its learner.

        A browser's page must be of this server's own origin or an allowed one, whatever it shows; other clients send
        no Origin.
        """
        try:
            self._check_draining(policy)
            _check_address(socket)
            if "origin" in socket.headers:
                self.authenticator.check_origin(socket)
            if ticket is None:
                identity = await self.authenticator.identify(socket)
            elif "authorization" in socket.headers:
                raise conflicting_credentials()
            else:
                identity = await self.authenticator.by_ticket(ticket, purpose)
            await self._admit_identity(socket, policy, identity, final=True)
        except ClaraError as error:
            self._count_refused(error)
            raise

    async def name_learners(self, request: Request, named: Iterable[str]) -> None:
        """Hold the learners that the body names against the caller, who is final after this."""
        context = context_of(request.scope)
        if isinstance(context.visit, Visit):
            context.visit.named.extend(named)
            await self._settle(context, context.visit, final=True)

    async def _admit(self, request: Request, policy: Policy, body: Body) -> None:
        self._check_draining(policy)
        if policy.scope is not None:
            identity = await self.authenticator.identify(request)
            await self._admit_identity(request, policy, identity, final=body is Body.NONE)
        _check_address(request)
        check_size(request, self._max_bytes(body))
        if body is not Body.NONE:
            _check_type(request, policy.stream or (_JSON,))

    def _check_draining(self, policy: Policy) -> None:
        if self.drain.draining and not policy.while_draining:
            raise Unavailable(
                "This server is going down. Try again.",
                code="draining",
                headers={"retry-after": "2", "connection": "close"},
            )

    async def _admit_identity(self, request: HTTPConnection, policy: Policy, identity: Identity, final: bool) -> None:
        if policy.scope is not None:
            _check_scope(identity, policy.scope, policy.scopes)
        context = context_of(request.scope)
        context.visit = Visit(identity, policy, list(_named_outside(request)))
        await self._settle(context, context.visit, final=final)

    async def _settle(self, context: RequestContext, visit: Visit, *, final: bool) -> None:
        """Name the caller if the request has done so by now, and count the request once it has."""
        caller = visit.identity.acting_for(visit.named, needs_learner=visit.policy.needs_learner)
        if caller is None and final:
            raise user_required()
        if caller is not None and not visit.counted:
            visit.counted = True
            await self._count(context, visit.policy, caller)
        if final:
            context.caller = caller

    async def _count(self, context: RequestContext, policy: Policy, caller: Caller) -> None:
        allowance = await self.limiter.hit(policy.rate, caller.owner_id) if policy.rate is not None else None
        if allowance is None:
            return
        context.answer_headers.extend(allowance.headers())
        if not allowance.allowed:
            self._metrics.limited.labels(policy.rate).inc()
            raise TooManyRequests(
                f"At most {allowance.limit} requests of this kind a minute. Try again in {allowance.reset_s} s.",
                headers={"retry-after": str(allowance.reset_s)},
                retry_after_s=allowance.reset_s,
            )


def user_ids(value: Any) -> Iterator[str]:
    """Yield the user ids that a JSON body or a form's fields name at their top level."""
    if not isinstance(value, Mapping):
        return
    for name in USER_ID_NAMES:
        user_id = value.get(name)
        if user_id is None:
            continue
        if not isinstance(user_id, str):
            raise Invalid(f"Send {name} as a text.", code="invalid_user_id")
        yield user_id


def _named_outside(request: HTTPConnection) -> Iterator[str]:
    """Yield the user ids of path, query and X-Clara-User."""
    yield from user_ids(request.path_params)
    if query := request.scope.get("query_string", b""):
        pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
        yield from (value for name, value in pairs if name in USER_ID_NAMES)
    for header in request.headers.getlist("x-clara-user"):
        yield header.encode("latin-1").decode("utf-8", "replace")


def _check_scope(identity: Identity, scope: Scope, enough: Collection[Scope]) -> None:
    if identity.scopes.isdisjoint(enough):
        raise Forbidden(
            f"This credential lacks the scope '{scope}'. Use one that has it.", code="scope_missing", scope=scope.value
        )


def _check_address(request: HTTPConnection) -> None:
    check_text(request.scope["path"])
    if b"%00" in request.scope.get("query_string", b""):
        check_text("\x00")


def check_size(request: Request, max_bytes: int) -> None:
    """Raise TooLarge when the declared length is over the limit."""
    length = request.headers.get("content-length", "0")
    if not length.isdecimal():
        raise Invalid("Content-Length is not a number. Send the length of the body in bytes.", code="invalid_header")
    if int(length) > max_bytes:
        raise too_large(max_bytes)


def _check_type(request: Request, accepted: tuple[str, ...]) -> None:
    headers = request.headers
    if "transfer-encoding" not in headers and headers.get("content-length", "0") == "0":
        return
    if headers.get("content-encoding", "identity") != "identity":
        raise UnsupportedType("Send the body without Content-Encoding.", code="unsupported_encoding")
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    as_json = _JSON in accepted and media_type.startswith("application/") and media_type.endswith("+json")
    if media_type not in accepted and not as_json:
        raise UnsupportedType(f"Send the body as {' or '.join(accepted)}.", code="unsupported_media_type")
