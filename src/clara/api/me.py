"""/v1/me: who the caller is, and what holds here."""

from clara.api.deps import CallerDep, ServicesDep
from clara.api.policy import allow
from clara.api.routes import router
from clara.api.schemas.fields import Answer
from clara.core.caller import Scope

routes = router("me")


class Limits(Answer):
    file_bytes: int
    file_pages: int
    files: int
    total_bytes: int


class Me(Answer):
    user_id: str
    via: str
    scopes: list[Scope]
    model: str
    limits: Limits


@routes.get("/v1/me")
@allow(Scope.TUTOR)
async def get_me(caller: CallerDep, services: ServicesDep) -> Me:
    """The caller, the model that answers ("none": answers are quotes), and the limits on files."""
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
    )
