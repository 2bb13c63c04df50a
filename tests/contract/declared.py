"""Is every answer that a test gets one that the OpenAPI document declares? Installed by the fixture ``clara``."""

import re
from typing import Any

import httpx
from fastapi import FastAPI

ANYWHERE = frozenset({405, 408, 421})
"""What the edge may say at any address: another method, a body that doesn't arrive, a foreign Host."""

LOOSE = re.compile(r"/(homework|rag|health)\b")


class Declared:
    """Checks answers against the document of one app."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app
        templates = sorted(app.openapi()["paths"].items(), key=lambda item: item[0].count("{"))
        self._operations = [(self._pattern(path), methods) for path, methods in templates]

    @staticmethod
    def _pattern(path: str) -> "re.Pattern[str]":
        ending = "/?" if LOOSE.match(path) or path.startswith("/file-upload") else ""
        return re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path.rstrip("/") or "/")) + ending)

    async def __call__(self, answer: httpx.Response) -> None:
        """Fail unless status and media type are declared; an ``httpx`` hook."""
        path = answer.request.url.raw_path.split(b"?")[0].decode("latin-1")
        method = {"HEAD": "get"}.get(answer.request.method, answer.request.method.lower())
        declared = [methods for pattern, methods in self._operations if pattern.fullmatch(path)]
        operation = next((methods[method] for methods in declared if method in methods), None)
        if operation is not None:
            self._check(answer, operation)
        elif declared:
            assert answer.status_code in (ANYWHERE | {401, 403}), f"{method} {path} is not declared"

    def _check(self, answer: httpx.Response, operation: dict[str, Any]) -> None:
        what = f"{operation['operationId']} answered {answer.status_code}"
        if answer.status_code in ANYWHERE:
            return
        found = operation["responses"].get(str(answer.status_code))
        assert found is not None, f"{what}, which it does not declare: {answer.headers.get('content-type')}"
        media_type = answer.headers.get("content-type", "").partition(";")[0]
        declared = found.get("content", {})
        assert not declared or media_type in declared, f"{what}: {media_type}"


def declare(client: httpx.AsyncClient, app: FastAPI) -> None:
    """Make a client fail on answers that the app does not declare."""
    client.event_hooks["response"].append(Declared(app))
