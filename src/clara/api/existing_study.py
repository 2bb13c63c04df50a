"""Routes of existing clients for what they study with: thin aliases of the same calls as /v1/study."""

from clara.api.deps import OPEN_BOOK, CallerDep, ServicesDep, learners_model
from clara.api.policy import allow
from clara.api.problems import problem_responses
from clara.api.routes import router
from clara.api.schemas.existing_study import CompletedSession, FileSummary, SessionKept
from clara.core.caller import Scope
from clara.core.errors import Conflict, NotFound, ProviderFailed, ProviderTimeout
from clara.ops.limits import Rate
from clara.study.scope import Kind
from clara.study.scope import Scope as StudyScope

routes = router("existing clients")
_MAKING = problem_responses(NotFound, Conflict, ProviderFailed, ProviderTimeout)


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
