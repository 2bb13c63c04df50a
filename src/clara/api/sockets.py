"""The route class behind every WebSocket route: admits the handshake, and closes with a code of ours when it can't.

A socket that is refused is accepted first: browsers tell a page nothing of a handshake that failed.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qsl

import structlog
from fastapi import WebSocket
from starlette.routing import WebSocketRoute
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocketDisconnect, WebSocketState

from clara.api.admission import Admission
from clara.api.context import RequestContext, context_of
from clara.api.paths import with_slashes
from clara.api.policy import policy_of
from clara.api.problems import as_clara_error
from clara.core.errors import ClaraError
from clara.voice.sockets.doorway import refuse

_log = structlog.get_logger(__name__)
_access = structlog.get_logger("clara.access")

TICKET = "ticket."
"""Before a ticket that is sent as a subprotocol: unlike an address it isn't written to logs on the way."""


class ClaraSocketRoute(WebSocketRoute):
    """A WebSocket route with a declared policy. Its endpoint takes the accepted WebSocket and the subprotocol
    that was agreed on; the caller is settled. What it raises is told to the client, and closes the socket.

    ``purpose`` is what tickets must be for; ``protocols`` are the subprotocols that are spoken here.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], purpose: str, protocols: tuple[str, ...]) -> None:
        super().__init__(path, endpoint)
        self.policy = policy_of(endpoint)
        self.purpose = purpose
        self._protocols = protocols
        self._endpoint = endpoint

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        context = context_of(scope)
        context.route = self.path_format
        scope["path_params"] = with_slashes(scope["path_params"])
        socket = WebSocket(scope, receive, send)
        admission = scope["app"].state.admission
        assert isinstance(admission, Admission)
        offered = scope["subprotocols"]
        protocol = next((name for name in self._protocols if name in offered), None)
        started = time.perf_counter()
        try:
            await admission.admit_socket(socket, self.policy, ticket_in(socket), self.purpose)
            await _accept(socket, protocol)
            await self._endpoint(socket, protocol)
        except WebSocketDisconnect:
            return
        except Exception as raised:
            error = as_clara_error(raised)
            context.refusal = error.problem_code
            if not isinstance(raised, ClaraError):
                _log.error("socket.crashed", request_id=context.request_id, route=context.route, exc_info=raised)
            await _refuse(socket, error, protocol)
        finally:
            _report(context, time.perf_counter() - started)


def ticket_in(socket: WebSocket) -> str | None:
    """Return the ticket of a handshake: in the query, or as a subprotocol."""
    query = socket.scope.get("query_string", b"").decode("latin-1")
    named = [value for name, value in parse_qsl(query, keep_blank_values=True) if name == "ticket"]
    named += [name.removeprefix(TICKET) for name in socket.scope["subprotocols"] if name.startswith(TICKET)]
    return named[0] if named else None


async def _accept(socket: WebSocket, protocol: str | None) -> None:
    request_id = context_of(socket.scope).request_id
    await socket.accept(protocol, headers=[(b"x-request-id", request_id.encode())])


def _report(context: RequestContext, seconds: float) -> None:
    _access.info(
        "socket.closed",
        request_id=context.request_id,
        route=context.route,
        s=round(seconds, 3),
        via=context.caller.via if context.caller else None,
        code=context.refusal,
    )


async def _refuse(socket: WebSocket, error: ClaraError, protocol: str | None) -> None:
    with suppress(Exception):
        if socket.application_state is WebSocketState.CONNECTING:
            await _accept(socket, protocol)
        await refuse(socket, error)


class SocketRouter:
    """Collects WebSocket routes; they carry their whole path."""

    def __init__(self) -> None:
        self.routes: list[ClaraSocketRoute] = []

    def socket(self, path: str, *, purpose: str, protocols: tuple[str, ...]) -> Callable[[Any], Any]:
        def declare(endpoint: Any) -> Any:
            self.routes.append(ClaraSocketRoute(path, endpoint, purpose, protocols))
            return endpoint

        return declare
