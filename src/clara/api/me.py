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


class Me(Answer):
    """The caller, and what holds for them here."""

    user_id: str
    via: str = Field(description="The kind of credential: jwt, service_key or session.")
    scopes: list[Scope]
    model: str = Field(description='What answers; "none": answers are quotes.')
    limits: Limits
    link_hosts: list[str] = Field(description="Hosts that an answer's links may lead to; pages show others as text.")
    locked: HoldAnswer | None = Field(description="What is locked in everything the learner does; null when nothing.")


@routes.get("/v1/me")
@allow(Scope.TUTOR)
async def get_me(caller: CallerDep, services: ServicesDep) -> Me:
    """Who the caller is, which model answers, and the limits on files."""
    files = services.settings.files
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
        locked=HoldAnswer.of(await services.locks.hold(caller.owner_id)),
    )
