"""What is known of one request while it is answered: shared by middleware, admission and routes through the scope."""

from dataclasses import dataclass, field

from starlette.types import Scope

from clara.core.caller import Caller

_KEY = "clara"
UNMATCHED = "unmatched"


@dataclass(slots=True)
class RequestContext:
    """``route`` is the template, for labels; ``status`` the answer's, once it has begun.

    ``answer_headers`` go on the answer, whatever it becomes.

    ``caller`` is set once they are final; ``visit`` is admission's own.
    """

    request_id: str
    route: str = UNMATCHED
    head: bool = False
    status: int | None = None
    visit: object | None = None
    caller: Caller | None = None
    refusal: str | None = None
    answer_headers: list[tuple[bytes, bytes]] = field(default_factory=list)


def open_context(scope: Scope, request_id: str) -> RequestContext:
    context = scope[_KEY] = RequestContext(request_id)
    return context


def context_of(scope: Scope) -> RequestContext:
    """Return the request's context; the observing middleware made it."""
    context = scope[_KEY]
    assert isinstance(context, RequestContext)
    return context
