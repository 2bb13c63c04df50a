"""The page and its assets, served from a folder made for the test."""

import asyncio
import gzip
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI, Request
from starlette.testclient import TestClient

from clara.api.admission import Admission
from clara.api.middleware import install_edge
from clara.api.page import page_response, page_router
from clara.api.policy import public
from clara.api.routes import check_routes, router
from clara.ops.drain import Drain
from clara.ops.metrics import Metrics

HTML = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
SCRIPT = "main-ABCD2345.js"


def app_of(page_dir: Path) -> FastAPI:
    """The page's routes behind the real edge; public routes ask neither who calls nor how often."""
    app = FastAPI()
    card = router()

    @card.get("/")
    @public()
    def root(request: Request) -> Any:
        return page_response(request, page_dir) or {"service": "clara"}

    app.include_router(card)
    app.include_router(page_router(page_dir))
    unasked: Any = None
    app.state.admission = Admission(
        authenticator=unasked, limiter=unasked, drain=Drain(), metrics=Metrics(), json_bytes=1000, upload_bytes=1000
    )
    install_edge(app, metrics=Metrics(), hosts=None)
    check_routes(app, open_paths={"/openapi.json", "/docs", "/docs/oauth2-redirect", "/redoc"})
    return app


@pytest.fixture
def page_dir(tmp_path: Path) -> Path:
    assets = tmp_path / "page" / "assets"
    assets.mkdir(parents=True)
    (tmp_path / "secret.js").write_text("secret")
    (tmp_path / "page" / "index.html").write_text("<!doctype html><title>Clara</title>")
    (assets / SCRIPT).write_text("script()")
    (assets / f"{SCRIPT}.gz").write_bytes(gzip.compress(b"script()"))
    (assets / "main-ABCD2345.css").write_text("p{}")
    (assets / "note.txt").write_text("not made by the build")
    return tmp_path / "page"


@pytest.fixture
def client(page_dir: Path) -> TestClient:
    return TestClient(app_of(page_dir))


def get_raw(app: FastAPI, path: str) -> int:
    """Send a path that no client library would leave as it is, and return the status."""
    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [],
    }
    asyncio.run(app(scope | {"root_path": "", "http_version": "1.1", "scheme": "http"}, receive, send))
    return int(sent[0]["status"])


class TestPage:
    def test_a_browser_gets_the_page_under_a_strict_policy(self, client: TestClient) -> None:
        answer = client.get("/", headers=HTML)
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert "<title>Clara</title>" in answer.text
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'; ")
        assert "unsafe" not in policy
        assert answer.headers["cache-control"] == "no-cache"
        assert answer.headers["x-content-type-options"] == "nosniff"

    def test_what_talking_needs_is_for_the_page_alone(self, client: TestClient) -> None:
        headers = client.get("/", headers=HTML).headers
        assert "microphone=(self)" in headers["permissions-policy"]
        policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
        assert (policy["connect-src"], policy["script-src"]) == ("'self'", "'self'")

    def test_anything_else_gets_the_card(self, client: TestClient) -> None:
        for accept in ("application/json", "*/*", "application/json, text/html", "text/html;q=0"):
            assert client.get("/", headers={"Accept": accept}).json() == {"service": "clara"}
        assert client.get("/").json() == {"service": "clara"}

    def test_an_unchanged_page_is_304(self, client: TestClient, page_dir: Path) -> None:
        etag = client.get("/", headers=HTML).headers["etag"]
        again = client.get("/", headers={**HTML, "If-None-Match": f'"other", W/{etag}'})
        assert (again.status_code, again.content) == (304, b"")
        (page_dir / "index.html").write_text("<!doctype html>newer")
        assert client.get("/", headers={**HTML, "If-None-Match": etag}).status_code == 200

    def test_without_a_build_it_says_how_to_build(self, tmp_path: Path) -> None:
        answer = TestClient(app_of(tmp_path / "none")).get("/", headers=HTML)
        assert answer.status_code == 200
        assert "make page" in answer.text
        assert "default-src 'none'" in answer.headers["content-security-policy"]


class TestDrawing:
    """The document that draws diagrams has a policy of its own, and no origin."""

    def test_may_be_framed_by_the_page_and_reaches_nothing(self, client: TestClient, page_dir: Path) -> None:
        (page_dir / "assets" / "drawing-ABCD2345.html").write_text("<!doctype html>")
        answer = client.get("/assets/drawing-ABCD2345.html")
        policy = answer.headers["content-security-policy"].split("; ")
        assert {"default-src 'none'", "script-src 'self'", "sandbox allow-scripts", "frame-ancestors 'self'"} <= {
            *policy
        }
        assert "connect-src" not in answer.headers["content-security-policy"]
        assert "allow-same-origin" not in answer.headers["content-security-policy"]
        assert answer.headers["x-frame-options"] == "SAMEORIGIN"
        assert "frame-src 'self'" in client.get("/", headers=HTML).headers["content-security-policy"]

    def test_only_its_scripts_are_for_any_origin(self, client: TestClient) -> None:
        assert client.get(f"/assets/{SCRIPT}").headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-origin" not in client.get("/assets/main-ABCD2345.css").headers
        assert "access-control-allow-origin" not in client.get("/", headers=HTML).headers


class TestAssets:
    def test_are_kept_for_ever_and_typed(self, client: TestClient) -> None:
        answer = client.get(f"/assets/{SCRIPT}", headers={"Accept-Encoding": "identity"})
        assert (answer.text, answer.headers["content-type"]) == ("script()", "text/javascript; charset=utf-8")
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert "content-encoding" not in answer.headers
        assert client.get("/assets/main-ABCD2345.css").headers["content-type"] == "text/css; charset=utf-8"

    def test_are_sent_packed_where_that_is_understood(self, client: TestClient) -> None:
        packed = client.get(f"/assets/{SCRIPT}", headers={"Accept-Encoding": "gzip"})
        assert (packed.text, packed.headers["content-encoding"]) == ("script()", "gzip")
        assert packed.headers["vary"] == "Accept-Encoding"
        plain = client.get(f"/assets/{SCRIPT}", headers={"Accept-Encoding": "identity"})
        assert plain.headers["etag"] != packed.headers["etag"]

    def test_unchanged_is_304(self, client: TestClient) -> None:
        etag = client.get(f"/assets/{SCRIPT}").headers["etag"]
        answer = client.get(f"/assets/{SCRIPT}", headers={"If-None-Match": etag})
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", etag)

    def test_head_is_answered(self, client: TestClient) -> None:
        answer = client.head(f"/assets/{SCRIPT}", headers={"Accept-Encoding": "identity"})
        assert (answer.status_code, answer.headers["content-length"]) == (200, "8")

    @pytest.mark.parametrize(
        "name",
        [
            "missing-ABCD2345.js",
            "note.txt",
            f"{SCRIPT}.gz",
            "",
            ".",
            "..",
            "../index.html",
            "../../secret.js",
            "..\\..\\secret.js",
            "%2e%2e/index.html",
            "..%2f..%2fsecret.js",
            "/etc/passwd",
            "main-ABCD2345.js\0.css",
            f"../assets/{SCRIPT}",
            f"{SCRIPT}/",
            "a" * 5000 + "-ABCD2345.js",
        ],
    )
    def test_nothing_outside_the_build_is_found(self, page_dir: Path, name: str) -> None:
        assert get_raw(app_of(page_dir), f"/assets/{name}") in (404, 422)

    def test_a_missing_asset_is_a_problem(self, client: TestClient) -> None:
        answer = client.get("/assets/missing-ABCD2345.js")
        assert answer.headers["content-type"] == "application/problem+json"
        assert (answer.status_code, answer.json()["code"]) == (404, "asset_not_found")

    def test_a_link_out_of_the_folder_is_not_followed(self, page_dir: Path) -> None:
        (page_dir / "assets" / "link-ABCD2345.js").symlink_to(page_dir.parent / "secret.js")
        assert get_raw(app_of(page_dir), "/assets/link-ABCD2345.js") == 404
