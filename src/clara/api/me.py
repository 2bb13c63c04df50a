"""/v1/me: who the caller is, and what holds here."""

from pydantic import Field

from clara.api.deps import CallerDep, ServicesDep
from clara.api.policy import allow
from clara.api.routes import router
from clara.api.schemas.fields import Answer
from clara.api.schemas.locks import HoldAnswer
from clara.core.caller import Scope

routes = router("service")


class Limits(Answer):
    """What may be uploaded."""

    file_bytes: int
    file_pages: int
    files: int
    total_bytes: int = Field(description="Of all files together.")


class Voice(Answer):
    """What holds for the voice socket."""

    hears: bool = Field(description="Whether the server can: else the client recognises speech, and sends text.")
    speaks: bool = Field(description="Whether the server can: else the client reads aloud.")
    sessions: int = Field(description="At once; one more ends the oldest.")
    idle_s: float
    max_s: float = Field(description="After which a session ends in any case.")
    hold_s: float = Field(description="For so long a session whose connection broke is kept.")
    audio_ahead_s: float = Field(description="Of sound that may come faster than it is spoken.")
    study_session_s: float = Field(description="For so long a study session lasts.")


class Me(Answer):
    """The caller, and what holds for them here."""

    user_id: str
    via: str = Field(description="The kind of credential: jwt, service_key or session.")
    scopes: list[Scope]
    model: str = Field(description='What answers; "none": answers are quotes.')
    limits: Limits
    link_hosts: list[str] = Field(description="Hosts that an answer's links may lead to; pages show others as text.")
    voice: Voice
    locked: HoldAnswer | None = Field(description="What is locked in everything the learner does; null when nothing.")


@routes.get("/v1/me")
@allow(Scope.TUTOR)
async def get_me(caller: CallerDep, services: ServicesDep) -> Me:
    """Who the caller is, which model answers, the limits on files, and whether Clara hears and speaks."""
    files, voice = services.settings.files, services.settings.voice
    return Me(
        user_id=caller.owner_id,
        via=caller.via,
        scopes=sorted(caller.scopes),
        model=services.tutor.model,
        limits=Limits(
            file_bytes=files.max_bytes,
            file_pages=files.max_pages,
            files=files.max_per_learner,
            total_bytes=files.max_bytes_per_learner,
        ),
        link_hosts=sorted(services.settings.chats.link_hosts),
        voice=Voice(
            hears=services.voice.hears,
            speaks=services.voice.speaks,
            sessions=voice.sessions_per_learner,
            idle_s=voice.idle_s,
            max_s=voice.max_s,
            hold_s=voice.hold_s,
            audio_ahead_s=voice.audio_ahead_s,
            study_session_s=voice.study_session_s,
        ),
        locked=HoldAnswer.of(await services.locks.hold(caller.owner_id)),
    )
