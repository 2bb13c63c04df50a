"""/v1/usage: what of a day's tokens is used, and when the budget is renewed."""

from pydantic import Field

from clara.api.deps import CallerDep, ServicesDep
from clara.api.policy import allow
from clara.api.routes import router
from clara.api.schemas.fields import Answer
from clara.core.caller import Scope
from clara.core.clock import iso

routes = router("service")


class UsageAnswer(Answer):
    """Tokens of language models that the learner used today."""

    day: str = Field(description="Of UTC.", examples=["2026-01-31"])
    used: int = Field(description="Read and written.")
    reserved: int = Field(description="Of answers that are being written.")
    limit: int | None = Field(description="null: no limit.")
    left: int | None = Field(description="null: no limit.")
    resets_at: str
    input_tokens: int
    output_tokens: int
    answers: int


@routes.get("/v1/usage")
@allow(Scope.TUTOR)
async def get_usage(caller: CallerDep, services: ServicesDep) -> UsageAnswer:
    """The tokens of language models that were used today, and what is left of the budget."""
    usage = await services.budget.usage(caller.owner_id)
    return UsageAnswer(
        day=usage.day,
        used=usage.counted.used,
        reserved=usage.counted.reserved,
        limit=usage.limit,
        left=usage.left,
        resets_at=iso(usage.resets_at),
        input_tokens=usage.counted.input_tokens,
        output_tokens=usage.counted.output_tokens,
        answers=usage.counted.answers,
    )
