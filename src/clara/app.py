"""The composition root: create_app builds every part once, in order, and joins them."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING

import structlog
from fastapi import FastAPI

from clara import __version__
from clara.api import (
    chats,
    existing,
    existing_study,
    existing_voice,
    files,
    folders,
    health,
    locks,
    me,
    openai,
    rag,
    search,
    sign_in,
    study,
    turns,
    ui,
    usage,
    voice,
)
from clara.api.admission import Admission
from clara.api.auth import Authenticator, session_cookie_name
from clara.api.deps import Services
from clara.api.docs import docs_router
from clara.api.middleware import LOOPBACK_HOSTS, install_edge
from clara.api.page import page_router
from clara.api.paths import WholeSegments
from clara.api.routes import check_routes
from clara.api.schemas.chats import CitationAnswer
from clara.api.sign_in import LocalSignIn
from clara.core.clock import Clock, SystemClock
from clara.core.errors import ClaraError
from clara.jobs.process import WorkerProcess
from clara.library.budget import Budget
from clara.library.files import Files
from clara.library.flags import Flags
from clara.library.folders import Folders
from clara.library.locks import Locks
from clara.library.metering import MeteredModel
from clara.library.pages import Pages
from clara.ops.drain import Drain
from clara.ops.limits import Rate, RateLimiter
from clara.ops.metrics import Metrics
from clara.providers.chat import ChatModel
from clara.providers.speech_services import make_speech
from clara.providers.tokens import Issuer, LocalIssuer, TokenVerifier
from clara.rag.embedder import make_embedder
from clara.rag.search import SearchEngine
from clara.settings import Settings
from clara.store.blobs import BlobStore
from clara.store.identity import StoredIdentities
from clara.store.migrate import migrate
from clara.store.opening import open_database
from clara.study.marking import Marker
from clara.study.reviewing import Reviews
from clara.study.sessions import Sessions
from clara.study.studio import Studio
from clara.tutor.answering import Answerer
from clara.tutor.conversations import Conversations
from clara.tutor.debriefing import Debriefing
from clara.tutor.flagging import Flagging
from clara.tutor.modes.marking import Exams
from clara.tutor.turns.titles import Titler
from clara.tutor.turns.tutor import Tutor
from clara.voice.dialect0.replies import Replies
from clara.voice.dialect0.session import Dialect0
from clara.voice.sockets.doorway import Doorway
from clara.voice.sockets.hub import Hub, Open
from clara.voice.sound.priming import Priming
from clara.voice.talking.opening import VoiceParts, open_session

if TYPE_CHECKING:
    from clara.providers.jwks import JwksCache

log = structlog.get_logger()

MIGRATE_AGAIN_S = 2.0
DRAWN_AT_ONCE = 2
"""Each takes a process, most of a core, and up to a gigabyte."""

OPEN_PATHS = frozenset({"/openapi.json", "/assets/{name:path}"})


def create_app(
    settings: Settings,
    *,
    clock: Clock | None = None,
    answerer: Callable[[SearchEngine], Answerer] | None = None,
    chat_model: ChatModel | None = None,
    open_voice: Open = open_session,
) -> FastAPI:
    """Return the app for these settings; keywords replace parts. Its lifespan migrates, and starts the worker."""
    clock = clock or SystemClock()
    metrics, drain = Metrics(), Drain()
    database = open_database(settings)
    identities = StoredIdentities(database)
    limiter = _limiter(settings, metrics)
    worker = WorkerProcess(settings) if settings.jobs.in_server else None
    blobs = BlobStore(settings.blobs_url)
    engine = SearchEngine(
        database,
        make_embedder(settings),
        clock,
        settings.search.cache_bytes,
        on_lexical=lambda code: metrics.lexical.labels(code).inc(),
    )
    budget = Budget(database, clock, settings.models.tokens_per_day, settings.models.total_s)
    chat_model = chat_model or _chat_model(settings, metrics)
    studio, marker = Studio(engine, clock, settings.study), Marker(database, clock, engine.tokenizer)
    sessions = Sessions(database, clock)
    tutor = Tutor(
        database,
        _answerer(settings, engine, chat_model, budget, metrics, studio) if answerer is None else answerer(engine),
        clock,
        max_life_s=settings.http.stream_max_life_s,
        limits=settings.chats,
        titler=Titler(database, chat_model, budget) if chat_model and answerer is None else None,
        flagging=Flagging(clock, settings.flags.webhook_url is not None, worker.wake if worker else lambda: None),
    )
    locking = Locks(database, clock)
    speech = make_speech(settings, lambda model, outcome: metrics.voice.speech_requests.labels(model, outcome).inc())
    replies = Replies(
        tutor,
        studio,
        locking,
        speech,
        clock,
        lambda owner_id: None if chat_model is None else MeteredModel(budget, owner_id, chat_model),
    )
    parts = VoiceParts(
        settings=settings,
        clock=clock,
        database=database,
        tutor=tutor,
        search=engine,
        studio=studio,
        sessions=sessions,
        debriefing=Debriefing(database, chat_model, budget),
        speech=speech,
        limiter=limiter,
        metrics=metrics,
        shown=lambda cited: CitationAnswer.of(cited).model_dump(mode="json"),
    )
    prime = Priming(engine).prime
    spans = settings.voice
    old_door = Dialect0(replies, limiter, drain, clock, prime, spans.idle_s, spans.max_s, spans.study_session_s)
    services = Services(
        settings=settings,
        clock=clock,
        database=database,
        identities=identities,
        files=Files(database, blobs, clock, settings.files, worker.wake if worker else lambda: None, engine.forget),
        folders=Folders(database, clock, engine.forget, worker.wake if worker else lambda: None),
        pages=Pages(database),
        drawing=asyncio.Semaphore(DRAWN_AT_ONCE),
        search=engine,
        conversations=Conversations(database, clock, settings.chats),
        tutor=tutor,
        exams=Exams(engine, marker, clock),
        locks=locking,
        flags=Flags(database),
        budget=budget,
        chat_model=chat_model,
        studio=studio,
        marker=marker,
        reviews=Reviews(database, clock),
        sessions=sessions,
        voice=parts,
        replies=replies,
        doorway=Doorway(Hub(parts, drain, open_voice), limiter, old_door),
        drain=drain,
        limiter=limiter,
        metrics=metrics,
    )
    jwks = _jwks(settings, clock, metrics)
    app = FastAPI(
        title="Clara",
        version=__version__,
        description="A tutor that knows the learner's own material.",
        lifespan=_lifespan(services, worker, jwks),
        redirect_slashes=False,
        docs_url=None,
        redoc_url=None,
    )
    app.state.services = services
    app.state.local_sign_in = LocalSignIn(identities, clock, limiter)
    app.state.admission = Admission(
        authenticator=Authenticator(
            store=identities,
            clock=clock,
            cookie_name=session_cookie_name(settings.port),
            tokens=_tokens(settings, clock, jwks),
            service_key=settings.service_key.get_secret_value() if settings.service_key else None,
            origins=settings.allowed_origins,
        ),
        limiter=limiter,
        drain=drain,
        metrics=metrics,
        json_bytes=settings.http.max_body_bytes,
        # A little over the file itself: the multipart form around it, and base64 in JSON.
        upload_bytes=settings.files.max_bytes * 4 // 3 + 2**20,
    )
    # Not by include_router, which would build every route once more: they carry their whole path, and all they need.
    ours = (health, rag, sign_in, me, usage, locks, folders, files, search, chats, turns, study, voice)
    for module in (*ours, openai, ui, existing_study, existing_voice, existing):
        app.router.routes.extend(module.routes.routes)
    for routes in (docs_router(), page_router()):
        app.router.routes.extend(routes.routes)
    app.router.routes.extend(voice.sockets.routes)
    app.add_middleware(WholeSegments)
    install_edge(app, metrics=metrics, origins=settings.allowed_origins, hosts=_hosts(settings))
    app.state.policies = check_routes(app, open_paths=OPEN_PATHS)
    return app


def _answerer(
    settings: Settings,
    engine: SearchEngine,
    model: ChatModel | None,
    budget: Budget,
    metrics: Metrics,
    studio: Studio,
) -> Answerer:
    """Return what answers in each mode: the model, or without one quotes."""
    from clara.tutor.modes.by_mode import ByMode, Support
    from clara.tutor.modes.examining import ExamAnswerer
    from clara.tutor.modes.keyless_hints import KeylessHints
    from clara.tutor.quotes.quoting import QuotingAnswerer
    from clara.tutor.studying import StudyingAnswerer, study_tools

    quoting = QuotingAnswerer(engine)
    where_to_read = KeylessHints(engine.database, quoting)
    if model is None:
        return ByMode(StudyingAnswerer(quoting, studio), where_to_read, ExamAnswerer(studio))
    from clara.tutor.modes.hinting import HintingAnswerer
    from clara.tutor.teaching import TeachingAnswerer, Watch

    watch = Watch(
        on_mark=lambda outcome: metrics.citation_marks.labels(outcome).inc(),
        on_stripped=lambda kind: metrics.stripped.labels(kind).inc(),
    )

    def model_of(owner_id: str) -> ChatModel:
        return MeteredModel(budget, owner_id, model)

    teaching = TeachingAnswerer(
        engine,
        model,
        budget,
        toolbox=study_tools(studio, model_of),
        hosts=frozenset(settings.chats.link_hosts),
        watch=watch,
    )
    hints = HintingAnswerer(
        engine, model, budget, teaching, where_to_read, on_leak=lambda kind: metrics.leaks_held.labels(kind).inc()
    )
    explain = StudyingAnswerer(teaching, studio, model_of)
    return ByMode(explain, hints, ExamAnswerer(studio, model, budget), Support(model, budget))


def _chat_model(settings: Settings, metrics: Metrics) -> ChatModel | None:
    if not settings.chat_models:
        return None
    from clara.providers.models import make_chat_model

    return make_chat_model(settings, lambda model, outcome: metrics.model_requests.labels(model, outcome).inc())


def _limiter(settings: Settings, metrics: Metrics) -> RateLimiter:
    limits = settings.limits
    per_minute = {
        Rate.CHAT: limits.chat_per_minute,
        Rate.UPLOAD: limits.uploads_per_minute,
        Rate.READ: limits.reads_per_minute,
        Rate.VOICE: limits.voice_per_minute,
        Rate.FAILED_SIGN_IN: limits.failed_sign_ins_per_minute,
    }
    redis_url = settings.redis_url.get_secret_value() if settings.redis_url else None
    return RateLimiter(per_minute, redis_url=redis_url, on_error=metrics.limits_failed.inc)


def _jwks(settings: Settings, clock: Clock, metrics: Metrics) -> "JwksCache | None":
    if settings.auth.jwks_url is None:
        return None
    from clara.providers.jwks import JwksCache

    return JwksCache(settings.auth.jwks_url, clock, on_fetch=lambda outcome: metrics.key_fetches.labels(outcome).inc())


def _tokens(settings: Settings, clock: Clock, jwks: "JwksCache | None") -> TokenVerifier | None:
    issuers = []
    if jwks is not None:
        parties = frozenset((*settings.allowed_origins, *settings.auth.authorized_parties))
        issuers.append(Issuer(jwks, settings.auth.issuer, settings.auth.audience, parties))
    if settings.development:
        issuers.append(LocalIssuer(settings.data_dir, clock).issuer())
    return TokenVerifier(issuers, clock) if issuers else None


def _hosts(settings: Settings) -> frozenset[str] | None:
    """Return the Host names that are answered; None, any, in production unless some are configured."""
    if not settings.development and not settings.http.allowed_hosts:
        return None
    return LOOPBACK_HOSTS | set(settings.http.allowed_hosts)


def _lifespan(
    services: Services, worker: WorkerProcess | None, jwks: "JwksCache | None"
) -> Callable[[FastAPI], contextlib.AbstractAsyncContextManager[None]]:
    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        if jwks:
            jwks.prefetch()
        starting = asyncio.create_task(_start(services.settings, worker))
        if services.settings.sqlalchemy_url.startswith("sqlite"):
            # Ready as soon as it answers; but a signal to stop is heeded while another process has the schema.
            stopping = asyncio.create_task(services.drain.begun())
            await asyncio.wait((starting, stopping), return_when=asyncio.FIRST_COMPLETED)
            stopping.cancel()
            if starting.done():
                starting.result()
        # An embedder and a model's library take a while to load: not at the first learner's expense.
        warming = asyncio.create_task(_warm(services))
        keeping = asyncio.create_task(services.search.keep_current())
        yield
        for task in (starting, warming, keeping):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        if worker:
            await worker.stop()
        if jwks:
            await jwks.close()
        await services.doorway.hub.close()
        await services.tutor.close()
        await services.replies.close()
        await services.voice.close()
        await services.budget.settled()
        if services.chat_model:
            await services.chat_model.close()
        await services.search.embedder.close()
        await services.limiter.close()
        await asyncio.to_thread(services.database.close)

    return lifespan


async def _warm(services: Services) -> None:
    await asyncio.to_thread(services.search.embedder.warm)
    await services.voice.warm()
    if services.chat_model:
        try:
            await services.chat_model.warm()
        except ClaraError as error:
            log.warning("model.not_ready", code=error.problem_code, detail=error.detail)


async def _start(settings: Settings, worker: WorkerProcess | None) -> None:
    """Migrate, again and again while a database server is away, then start the worker."""
    while settings.database.migrate == "auto":
        try:
            before = await asyncio.to_thread(migrate, settings)
            log.info("store.migrated", before=before)
            break
        except ClaraError as error:
            log.warning("store.unavailable", code=error.problem_code, again_s=MIGRATE_AGAIN_S)
            await asyncio.sleep(MIGRATE_AGAIN_S)
    if worker:
        worker.start()
