"""The edge around a few routes of every kind, in process or on a real socket, with a store in memory."""

import asyncio
import io
import json
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Annotated, Any

import pytest
import uvicorn
from fastapi import Depends, FastAPI, Query, Request
from pydantic import BaseModel, Field
from starlette.testclient import TestClient

from clara.api import sign_in
from clara.api.admission import Admission
from clara.api.auth import Authenticator, session_cookie_name
from clara.api.middleware import install_edge
from clara.api.policy import allow, public
from clara.api.problems import problem_responses
from clara.api.routes import caller_for_body, check_routes, current_caller, json_body, router
from clara.api.sign_in import LocalSignIn
from clara.api.streams import EVENT_STREAM, EventStream, ServerEvent
from clara.api.wire import BoundedHttpProtocol
from clara.core.caller import Caller, Scope
from clara.core.credentials import ServiceKeyRecord, digest, new_service_key
from clara.core.errors import NotFound
from clara.ops.drain import Drain
from clara.ops.limits import PER_MINUTE, Rate, RateLimiter
from clara.ops.logs import configure_logging
from clara.ops.metrics import Metrics
from clara.providers.tokens import LocalIssuer, TokenVerifier

SERVICE_KEY = "the-service-key-of-these-tests"
JSON_BYTES = 10_000
UPLOAD_BYTES = 200_000


class MemoryStore:
    """IdentityStore in dictionaries."""

    def __init__(self) -> None:
        self.keys: dict[str, ServiceKeyRecord] = {}
        self.links: dict[str, tuple[str, float]] = {}
        self.sessions: dict[str, tuple[str, float]] = {}
        self.tickets: dict[str, tuple[str, str, float]] = {}

    async def service_key(self, key_id: str) -> ServiceKeyRecord | None:
        return self.keys.get(key_id)

    async def create_sign_in(self, token_hash: str, user_id: str, expires_at: float) -> None:
        self.links[token_hash] = (user_id, expires_at)

    async def take_sign_in(self, token_hash: str, now: float) -> str | None:
        found = self.links.pop(token_hash, None)
        await asyncio.sleep(0)
        return found[0] if found and now < found[1] else None

    async def create_session(self, token_hash: str, user_id: str, expires_at: float) -> None:
        self.sessions[token_hash] = (user_id, expires_at)

    async def session(self, token_hash: str, now: float) -> str | None:
        found = self.sessions.get(token_hash)
        return found[0] if found and now < found[1] else None

    async def delete_session(self, token_hash: str) -> None:
        self.sessions.pop(token_hash, None)

    async def create_ticket(self, owner_id: str, token_hash: str, purpose: str, expires_at: float) -> None:
        self.tickets[token_hash] = (owner_id, purpose, expires_at)

    async def take_ticket(self, token_hash: str, now: float) -> tuple[str, str] | None:
        found = self.tickets.pop(token_hash, None)
        return found[:2] if found and now <= found[2] else None


class SetClock:
    """A clock that only tests move."""

    def __init__(self) -> None:
        self.time = 1_800_000_000.0

    def now(self) -> float:
        return self.time

    def monotonic(self) -> float:
        return self.time


class Message(BaseModel):
    message: str = Field(max_length=5000)
    count: int = Field(1, ge=0, le=10)
    score: float = 0.5
    user_id: str | None = None
    other_name: str | None = Field(None, alias="userId")


CallerDep = Annotated[Caller, Depends(current_caller)]


@dataclass
class Edge:
    """An app behind the edge, and what it is made of. ``events`` is what the stream route sends."""

    app: FastAPI
    store: MemoryStore
    clock: SetClock
    issuer: LocalIssuer
    drain: Drain
    metrics: Metrics
    limiter: RateLimiter
    reached: list[str] = field(default_factory=list)
    events: Callable[[], AsyncIterator[ServerEvent]] | None = None
    stream_options: dict[str, Any] = field(default_factory=dict)

    def client(self, base_url: str = "http://127.0.0.1:8000", **options: Any) -> TestClient:
        return TestClient(self.app, base_url=base_url, raise_server_exceptions=True, **options)

    def bearer(self, user_id: str = "ana") -> dict[str, str]:
        return {"Authorization": f"Bearer {self.issuer.mint(user_id)}"}

    def service(self, key: str = SERVICE_KEY, **headers: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {key}"} | {name.replace("_", "-"): value for name, value in headers.items()}

    def new_key(self, *scopes: Scope, learner_id: str | None = None) -> str:
        record, key = new_service_key(frozenset(scopes or (Scope.TUTOR, Scope.FILES)), learner_id)
        self.store.keys[record.id] = record
        return key

    def new_session(self, user_id: str = "ana", life_s: float = 3600) -> dict[str, str]:
        secret = f"session-of-{user_id}"
        self.store.sessions[digest(secret)] = (user_id, self.clock.now() + life_s)
        return {"Cookie": f"{session_cookie_name(8000)}={secret}"}

    def metric(self, name: str, **labels: str) -> float:
        return self.metrics.registry.get_sample_value(name, labels) or 0.0

    @contextmanager
    def serving(self, protocol: type[asyncio.Protocol] = BoundedHttpProtocol) -> Iterator[int]:
        """Serve on a real socket of this machine; gives the port."""
        options: dict[str, Any] = {"log_config": None, "access_log": False, "lifespan": "off", "http": protocol}
        config = uvicorn.Config(self.app, host="127.0.0.1", port=0, **options)
        server = uvicorn.Server(config)
        started = threading.Event()

        async def serve() -> None:
            serving = asyncio.create_task(server.serve())
            while not server.started and not serving.done():
                await asyncio.sleep(0.005)
            started.set()
            await serving

        thread = threading.Thread(target=asyncio.run, args=(serve(),), daemon=True)
        thread.start()
        assert started.wait(10)
        try:
            yield server.servers[0].sockets[0].getsockname()[1]
        finally:
            server.should_exit = server.force_exit = True
            thread.join(10)
            assert not thread.is_alive()


def routes_of(edge_of: Callable[[], Edge]) -> Any:
    """One route of each kind; each notes that it was reached."""
    routes = router("tests")

    @routes.get("/health/live")
    @public(while_draining=True)
    async def live() -> dict[str, bool]:
        return {"live": True}

    @routes.get("/open")
    @public()
    async def opened() -> dict[str, bool]:
        return {"open": True}

    @routes.get("/v1/me")
    @allow(Scope.TUTOR)
    async def me(caller: CallerDep) -> dict[str, Any]:
        edge_of().reached.append("me")
        return {"owner": caller.owner_id, "via": caller.via, "scopes": sorted(caller.scopes), "key": caller.key_id}

    @routes.get("/things/{user_id}")
    @allow(Scope.FILES)
    async def things(caller: CallerDep, user_id: str, limit: Annotated[int, Query(ge=1, le=50)] = 5) -> dict[str, Any]:
        edge_of().reached.append("things")
        return {"owner": caller.owner_id, "user_id": user_id, "limit": limit}

    @routes.post("/chat", responses=problem_responses(NotFound))
    @allow(Scope.TUTOR, rate=Rate.CHAT)
    async def chat(caller: CallerDep, body: Message) -> dict[str, Any]:
        edge_of().reached.append("chat")
        return {"owner": caller.owner_id, "message": body.message}

    @routes.delete("/things/{user_id}")
    @allow(Scope.FILES)
    async def delete(caller: CallerDep, user_id: str) -> dict[str, Any]:
        edge_of().reached.append("delete")
        return {"owner": caller.owner_id}

    @routes.post("/upload")
    @allow(Scope.FILES, rate=Rate.UPLOAD, stream=("multipart/form-data", "application/json"))
    async def upload(request: Request) -> dict[str, Any]:
        edge_of().reached.append("upload")
        if request.headers["content-type"] == "application/json":
            message = await json_body(request, Message, max_bytes=5000)
            return {"owner": (await caller_for_body(request)).owner_id, "message": message.message}
        size, tail = 0, b""
        async for data in request.stream():
            size, tail = size + len(data), (tail + data)[-200:]
        named = tail.partition(b"user_id=")[2].decode() or None
        return {"owner": (await caller_for_body(request, named)).owner_id, "size": size}

    @routes.post("/forgetful")
    @allow(Scope.FILES, stream=("text/plain",))
    async def forgetful(caller: CallerDep) -> dict[str, Any]:
        return {"owner": caller.owner_id}

    @routes.get("/operator")
    @allow(Scope.OPERATOR)
    async def operator(caller: CallerDep) -> dict[str, str]:
        return {"owner": caller.owner_id}

    @routes.get("/missing")
    @allow(Scope.TUTOR)
    async def missing() -> None:
        raise NotFound("There is no such thing.", code="thing_not_found", thing="x", score=float("nan"), status=200)

    @routes.get("/crash")
    @public()
    async def crash() -> None:
        raise RuntimeError("secret detail of the inside")

    @routes.get("/events", responses=EVENT_STREAM)
    @allow(Scope.TUTOR)
    async def events() -> EventStream:
        edge = edge_of()
        assert edge.events is not None
        return EventStream(edge.events(), drain=edge.drain, **edge.stream_options)

    return routes


@pytest.fixture(scope="session", autouse=True)
def _logs() -> None:
    """Unconfigured, structlog draws every frame with its variables: seconds for one traceback."""
    configure_logging("INFO", readable=False, stream=io.StringIO())


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def edge(tmp_path_factory: pytest.TempPathFactory, clock: SetClock) -> Edge:
    return make_edge(tmp_path_factory, clock)


@pytest.fixture
def edge_with(tmp_path_factory: pytest.TempPathFactory, clock: SetClock) -> Callable[..., Edge]:
    """Makes an edge with other settings."""
    return lambda **options: make_edge(tmp_path_factory, clock, **options)


def make_edge(folders: pytest.TempPathFactory, clock: SetClock, **options: Any) -> Edge:
    store, drain, metrics = MemoryStore(), Drain(), Metrics()
    issuer = LocalIssuer(folders.mktemp("issuer"), clock)
    limiter = options.get("limiter") or RateLimiter(PER_MINUTE | options.get("per_minute", {}))
    authenticator = Authenticator(
        store=store,
        clock=clock,
        cookie_name=session_cookie_name(8000),
        tokens=TokenVerifier([issuer.issuer()], clock),
        service_key=SERVICE_KEY,
        origins=("https://app.test",),
    )
    app = FastAPI(redirect_slashes=False, docs_url=None, redoc_url=None)
    app.state.admission = Admission(
        authenticator=authenticator,
        limiter=limiter,
        drain=drain,
        metrics=metrics,
        json_bytes=JSON_BYTES,
        upload_bytes=UPLOAD_BYTES,
        **({"body_idle_s": options["body_idle_s"]} if "body_idle_s" in options else {}),
    )
    app.state.local_sign_in = LocalSignIn(store, clock, limiter)
    edge = Edge(app, store, clock, issuer, drain, metrics, limiter)
    app.include_router(routes_of(lambda: edge))
    app.include_router(sign_in.routes)
    install_edge(
        app,
        metrics=metrics,
        origins=("https://app.test",),
        hosts=options.get("hosts", {"127.0.0.1", "localhost", "[::1]"}),
    )
    check_routes(app, open_paths={"/openapi.json"})
    return edge


def problem_of(answer: Any) -> dict[str, Any]:
    """The problem that an answer is; checks what every problem must have."""
    assert answer.headers["content-type"] == "application/problem+json"
    body = json.loads(answer.text)
    assert body["status"] == answer.status_code
    assert body["instance"] == answer.headers["x-request-id"]
    assert body["type"] == f"urn:clara:problem:{body['code']}"
    assert body["title"]
    assert body["detail"]
    return body


@pytest.fixture(name="problem_of")
def _problem_of() -> Callable[[Any], dict[str, Any]]:
    return problem_of
