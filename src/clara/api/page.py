"""The web page and its assets, as hatch_build.py built them into clara/page; without a build, a page that says so."""

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import FileResponse, Response

import clara
from clara.api.negotiation import prefers
from clara.api.policy import public
from clara.api.routes import router
from clara.core.errors import NotFound

PAGE_DIR = Path(clara.__file__).parent / "page"

_ASSET = re.compile(r"[A-Za-z0-9_-]{1,80}-[A-Z0-9]{8}\.(?:js|css|svg|png|woff2|html|txt|js\.LEGAL\.txt)")
_TYPES: Mapping[str, str] = {
    "js": "text/javascript; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "svg": "image/svg+xml",
    "png": "image/png",
    "woff2": "font/woff2",
    "html": "text/html; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
    "js.LEGAL.txt": "text/plain; charset=utf-8",
}
_YEAR_S = 31_536_000

_COMMON: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
PAGE_HEADERS: Mapping[str, str] = {
    **_COMMON,
    "Content-Security-Policy": "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' blob:",
            "font-src 'self'",
            "connect-src 'self'",
            "frame-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(self)",
    "Cache-Control": "no-cache",
    "Vary": "Accept",
}

DRAWING_HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'unsafe-inline'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'self'",
            "sandbox allow-scripts",
        )
    ),
    "X-Frame-Options": "SAMEORIGIN",
}
"""Of the document that draws diagrams in a frame of the page: styles of its own, but no origin and no network."""

NOT_BUILT = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Clara</title>
<h1>Clara is running, but its page has not been built</h1>
<p>In the folder of the repository, run</p>
<pre><code>make page</code></pre>
<p>or, without make, <code>python hatch_build.py</code>.
Then load this page again; the server need not be restarted.</p>
<p>The API works without the page: it is described at <a href="/openapi.json">/openapi.json</a>.</p>
</html>
"""


def page_response(request: Request, page_dir: Path = PAGE_DIR) -> Response | None:
    """Return the page when the client wants HTML, else None: then ``/`` is answered with the service card."""
    if not prefers(request.headers.get("accept", ""), "text/html", "application/json"):
        return None
    try:
        content = (page_dir / "index.html").read_bytes()
    except FileNotFoundError:
        return Response(NOT_BUILT, headers=PAGE_HEADERS, media_type="text/html")
    etag = f'"{hashlib.sha256(content).hexdigest()[:16]}"'
    if _matches(request, etag):
        return Response(status_code=304, headers={**PAGE_HEADERS, "ETag": etag})
    return Response(content, headers={**PAGE_HEADERS, "ETag": etag}, media_type="text/html")


def page_router(page_dir: Path = PAGE_DIR) -> APIRouter:
    """Return the route of the page's assets; ``/`` belongs to whoever calls page_response."""
    routes = router("page")

    @routes.get("/assets/{name:path}", include_in_schema=False, response_class=Response)
    @public(while_draining=True)
    def asset(name: str, request: Request) -> Response:
        return _asset_response(page_dir / "assets", name, request)

    return routes


def _asset_response(assets: Path, name: str, request: Request) -> Response:
    path = _asset_path(assets, name)
    packed = path.with_name(name + ".gz")
    headers = {**_COMMON, "Cache-Control": f"public, max-age={_YEAR_S}, immutable", "Vary": "Accept-Encoding"}
    headers["ETag"] = f'"{name}"'
    ending = name.partition(".")[2]
    if ending == "html":
        headers |= DRAWING_HEADERS
    elif ending == "js":
        # The drawing document has no origin, and its modules are asked for as if from another site.
        headers["Access-Control-Allow-Origin"] = "*"
    if "gzip" in request.headers.get("accept-encoding", "").lower() and packed.is_file():
        path = packed
        headers |= {"Content-Encoding": "gzip", "ETag": f'"{name}.gz"'}
    if _matches(request, headers["ETag"]):
        headers.pop("Content-Encoding", None)
        return Response(status_code=304, headers=headers)
    return FileResponse(path, headers=headers, media_type=_TYPES[ending])


def _asset_path(assets: Path, name: str) -> Path:
    """Only names as the build makes them are looked for, and only files of the folder itself are found."""
    path = assets / name
    if _ASSET.fullmatch(name) and path.is_file() and path.resolve().parent == assets.resolve():
        return path
    raise NotFound("There is no such asset. Load the page again: it may have been built anew.", code="asset_not_found")


def _matches(request: Request, etag: str) -> bool:
    """If-None-Match compares weakly, and may list several or be ``*`` (RFC 9110, 13.1.2)."""
    wanted = request.headers.get("if-none-match", "")
    return wanted.strip() == "*" or etag in (entry.strip().removeprefix("W/") for entry in wanted.split(","))
