"""The voice routes of existing clients that aren't the socket: a message and its reply, visuals, who is connected."""

from clara.api.deps import OPEN_BOOK, CallerDep, ServicesDep, UserPath
from clara.api.policy import allow
from clara.api.problems import problem_responses
from clara.api.routes import router
from clara.api.schemas.existing_voice import (
    VisualAnswer,
    VisualRequest,
    VoiceChatAnswer,
    VoiceChatRequest,
    VoiceStats,
    VoiceStatus,
)
from clara.core.caller import Scope
from clara.core.clock import iso
from clara.core.errors import Conflict, NotFound, ProviderFailed, ProviderTimeout
from clara.ops.limits import Rate
from clara.store.status import count_voice, voice_learners
from clara.store.voice_sessions import voice_presence

routes = router("existing clients")
_ASKING = problem_responses(NotFound, Conflict, ProviderFailed, ProviderTimeout)


@routes.post("/voice/chat/{user_id}", responses=_ASKING)
@allow(Scope.TUTOR, rate=Rate.CHAT)
async def chat_by_voice(
    caller: CallerDep, services: ServicesDep, user_id: UserPath, body: VoiceChatRequest
) -> VoiceChatAnswer:
    """Say something as text, and get words that are fit to be read aloud. `session_id` goes on with a conversation."""
    reply = await services.replies.ask(caller.owner_id, body.message, body.conversation, body.folder)
    return VoiceChatAnswer.of(reply)


@routes.post("/voice/generate-visual", responses=_ASKING, dependencies=[OPEN_BOOK])
@allow(Scope.TUTOR, rate=Rate.CHAT)
async def generate_visual(caller: CallerDep, services: ServicesDep, body: VisualRequest) -> VisualAnswer:
    """Make something to look at on a topic of the learner's files; it is kept as a study set."""
    return VisualAnswer.of(body, await services.replies.show(caller.owner_id, body.kind, body.scope))


@routes.get("/voice/status/{user_id}")
@allow(Scope.TUTOR)
async def get_voice_status(caller: CallerDep, services: ServicesDep, user_id: UserPath) -> VoiceStatus:
    """Whether the caller is connected by voice, on whichever replica."""
    there = await services.database.read(lambda tx: voice_presence(tx, caller.owner_id))
    return VoiceStatus(
        user_id=caller.owner_id,
        is_connected=there.connections > 0,
        has_agent=there.agents > 0,
        timestamp=iso(services.clock.now()),
    )


@routes.get("/voice/stats")
@allow(Scope.TUTOR, operators=True)
async def get_voice_stats(caller: CallerDep, services: ServicesDep) -> VoiceStats:
    """How many are connected by voice, on all replicas; who, only an operator is told."""
    there = await services.database.read(count_voice)
    operator = Scope.OPERATOR in caller.scopes
    return VoiceStats(
        active_connections=there.connections,
        active_agents=there.agents,
        connected_users=list(await services.database.read(voice_learners)) if operator else [],
        timestamp=iso(services.clock.now()),
    )
