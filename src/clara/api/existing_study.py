"""Routes of existing clients for what they study with: thin aliases of the same calls as /v1/study."""

from clara.api.deps import OPEN_BOOK, CallerDep, ServicesDep, learners_model
from clara.api.policy import allow
from clara.api.problems import problem_responses
from clara.api.routes import router
from clara.api.schemas.existing_study import CompletedSession, FileSummary, SessionKept, VisualAnswer, VisualRequest
from clara.core.caller import Scope
from clara.core.errors import Conflict, NotFound, ProviderFailed, ProviderTimeout
from clara.ops.limits import Rate
from clara.study.labels import kind_label
from clara.study.scope import Kind
from clara.study.scope import Scope as StudyScope

routes = router("existing clients")
_MAKING = problem_responses(NotFound, Conflict, ProviderFailed, ProviderTimeout)
_NOT_HERE = frozenset(("no_material", "topic_not_covered"))


@routes.get("/summary/{cache_key}", responses=_MAKING, dependencies=[OPEN_BOOK])
@allow(Scope.TUTOR, rate=Rate.CHAT)
async def get_summary(caller: CallerDep, services: ServicesDep, cache_key: str) -> FileSummary:
    """A study summary of an uploaded file. It is made when it is first asked for, and goes with the file."""
    model = learners_model(services, caller.owner_id)
    scope = StudyScope(file_id=cache_key)
    return FileSummary.of(await services.studio.make(caller.owner_id, Kind.SUMMARY, scope, model=model))


@routes.post("/study-session/complete", responses=problem_responses(Conflict))
@allow(Scope.TUTOR)
async def complete_session(caller: CallerDep, services: ServicesDep, body: CompletedSession) -> SessionKept:
    """Keep a finished study session; sent again, it is kept once."""
    new = await services.sessions.complete(
        caller.owner_id, body.session_id, body.duration, body.confidence, body.report
    )
    message = "The study session was kept." if new else "The study session was kept before."
    return SessionKept(message=message, session_id=body.session_id)


@routes.post("/voice/generate-visual", responses=_MAKING, dependencies=[OPEN_BOOK])
@allow(Scope.TUTOR, rate=Rate.CHAT)
async def generate_visual(caller: CallerDep, services: ServicesDep, body: VisualRequest) -> VisualAnswer:
    """Make something to look at on a topic of the learner's files; it is kept as a study set."""
    model = learners_model(services, caller.owner_id)
    try:
        found = await services.studio.make(caller.owner_id, body.kind, body.scope, model=model)
    except Conflict as error:
        if error.problem_code not in _NOT_HERE:
            raise
        return VisualAnswer.without(body, error.detail, services.clock.now())
    text = f"{kind_label(found.kind, found.language)}: {found.title}. {found.description}".strip()
    return VisualAnswer.of(body, found, text, services.clock.now())
