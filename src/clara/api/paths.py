"""Addresses as they were sent: an encoded slash stays inside its segment, and existing clients may end in a slash."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from starlette.types import ASGIApp, Receive, Scope, Send

_INNER_SLASH = "\udc2f"
"""Stands for an encoded slash while routes are matched; no decoded path has a lone surrogate."""

_MAY_END_IN_SLASH = ("/homework/", "/rag/", "/health")


class WholeSegments:
    """Innermost middleware: servers decode %2F before routing, which would move what follows into the next segment."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket") and (path := _path(scope)) != scope["path"]:
            scope = {**scope, "path": path}
        await self._app(scope, receive, send)


def with_slashes(path_params: Mapping[str, Any]) -> dict[str, Any]:
    """Return a matched route's parameters with the slashes that their segments were sent with."""
    return {
        name: value.replace(_INNER_SLASH, "/") if isinstance(value, str) else value
        for name, value in path_params.items()
    }


def _path(scope: Scope) -> str:
    path: str = scope["path"]
    raw: bytes = scope.get("raw_path") or b""
    if b"%2f" in raw.lower():
        path = unquote(re.sub("%2f", _INNER_SLASH, raw.decode("latin-1"), flags=re.IGNORECASE))
    return path[:-1] if path.endswith("/") and path.startswith(_MAY_END_IN_SLASH) else path
