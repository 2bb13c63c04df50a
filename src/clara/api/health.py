"""Health, readiness, metrics, and the service card or page at /."""

from typing import Any, Literal

from fastapi import Request, Response
from pydantic import Field
from starlette.responses import JSONResponse, PlainTextResponse

from clara import __version__
from clara.api.deps import Services, ServicesDep
from clara.api.negotiation import prefers
from clara.api.page import page_response
from clara.api.policy import allow, public
from clara.api.problems import problem_responses
from clara.api.routes import router
from clara.api.schemas.fields import Answer
from clara.core.caller import Scope
from clara.core.clock import iso
from clara.core.errors import ClaraError, Unavailable
from clara.store.migrate import check_migrated
from clara.store.status import count_jobs, count_voice, oldest_waiting_s

SERVICE = "clara-ai-backend"
BACKLOG_S = 120.0
"""Work that has waited this long says that nobody takes it."""

routes = router("service")
State = Literal["enabled", "degraded", "disabled"]


class ServiceCard(Answer):
    """What this service is, and where its parts are."""

    service: str
    version: str
    description: str
    endpoints: dict[str, str] = Field(description="Paths by name.")


class Features(Answer):
    """What works: `degraded` when not well, `disabled` when not at all."""

    rag_engine: State
    homework_agent: State
    voice_agent: State = Field(description="`degraded`: by text alone, since no speech services are set up.")
    file_upload: State


class Health(Answer):
    """How the service is."""

    status: Literal["healthy"]
    service: str
    timestamp: str
    active_voice_connections: int = Field(description="On all replicas.")
    model: str = Field(description='What answers; "none": answers are quotes.')
    features: Features


class Alive(Answer):
    """The process answers."""

    status: Literal["alive"] = "alive"


class Ready(Answer):
    """Requests are taken."""

    status: Literal["ready"] = "ready"


ENDPOINTS = {
    "health": "/health",
    "openapi": "/openapi.json",
    "docs": "/docs",
    "homework_chat": "/homework/chat-rag",
    "homework_upload": "/homework/upload-rag",
    "homework_files": "/homework/files",
    "homework_folders": "/homework/folders",
    "homework_conversations": "/homework/conversations",
    "homework_context": "/homework/context/{user_id}",
    "file_upload": "/file-upload/",
    "summary": "/summary/{cache_key}",
    "rag_search": "/rag/search/{user_id}",
    "rag_context": "/rag/context/{user_id}",
    "files": "/v1/files",
    "folders": "/v1/folders",
    "chats": "/v1/chats",
    "search": "/v1/search",
    "study": "/v1/study",
    "usage": "/v1/usage",
    "voice": "/voice/ws/{user_id}",
    "voice_tickets": "/v1/voice/tickets",
    "voice_chat": "/voice/chat/{user_id}",
    "voice_visual": "/voice/generate-visual",
    "voice_status": "/voice/status/{user_id}",
    "voice_stats": "/voice/stats",
    "openai": "/openai/v1/chat/completions",
    "ui_chat": "/v1/ui/chat",
}


@routes.get("/", response_model=ServiceCard, responses={200: {"content": {"text/html": {}}}})
@public(while_draining=True)
async def get_service_card(request: Request) -> Response:
    """The page for a browser, the service card for everyone else."""
    wants_json = prefers(request.headers.get("accept", ""), "application/json", "text/html")
    page = None if wants_json else page_response(request)
    if page is not None:
        return page
    card = ServiceCard(
        service=SERVICE,
        version=__version__,
        description="An AI tutor that knows the learner's own material.",
        endpoints=ENDPOINTS,
    )
    return JSONResponse(card.model_dump(), headers={"Vary": "Accept"})


@routes.get("/health")
@public(while_draining=True)
async def get_health(services: ServicesDep) -> Health:
    """Always 200 while the process answers; what doesn't work well is `degraded`."""
    found = await _database_state(services)
    reads: State = "enabled" if found else "degraded"
    uploads: State = "enabled" if found and found[0] < BACKLOG_S else "degraded"
    voice = services.voice
    speech: State = "enabled" if found and voice.hears and voice.speaks else "degraded"
    return Health(
        status="healthy",
        service=SERVICE,
        timestamp=iso(services.clock.now()),
        active_voice_connections=found[1] if found else services.doorway.hub.connections,
        model=services.tutor.model,
        features=Features(rag_engine=reads, homework_agent=reads, voice_agent=speech, file_upload=uploads),
    )


async def _database_state(services: Services) -> tuple[float, int] | None:
    """Return for how long work has waited, and how many are connected by voice; None when the database is away."""
    try:
        return await services.database.read(lambda tx: (oldest_waiting_s(tx), count_voice(tx).connections))
    except ClaraError:
        return None


@routes.get("/health/live")
@public(while_draining=True)
async def get_liveness() -> Alive:
    """The process answers."""
    return Alive()


@routes.get("/health/ready", responses=problem_responses(Unavailable))
@public(while_draining=True)
async def get_readiness(services: ServicesDep) -> Ready:
    """503 while draining, with the database out of reach, or with migrations behind."""
    if services.drain.draining:
        raise Unavailable("This server is going down. Try again.", code="draining", headers={"Retry-After": "2"})
    await services.database.read(check_migrated)
    return Ready()


@routes.get("/metrics", response_class=PlainTextResponse)
@allow(Scope.OPERATOR)
async def get_metrics(services: ServicesDep) -> Response:
    """Prometheus metrics."""
    await _observe_state(services)
    body, media_type = services.metrics.render()
    return Response(body, media_type=media_type)


async def _observe_state(services: Services) -> None:
    gauges = services.metrics
    gauges.shards.set(len(services.search.corpora))
    gauges.shard_bytes.set(services.search.corpora.nbytes)
    try:
        counts: dict[Any, int] = await services.database.read(count_jobs)
        gauges.database_up.set(1)
    except ClaraError:
        gauges.database_up.set(0)
        return
    gauges.jobs.clear()
    for (kind, state), count in counts.items():
        gauges.jobs.labels(kind, state).set(count)
