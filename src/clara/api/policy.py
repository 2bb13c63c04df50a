"""What a route demands of its caller. A route without a declared policy does not come up."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from clara.core.caller import Scope
from clara.ops.limits import Rate

_ATTRIBUTE = "__clara_policy__"

F = TypeVar("F", bound=Callable[..., Any])


class Body(StrEnum):
    """Who reads the body. JSON is read and its user id checked before the endpoint runs."""

    NONE = "none"
    JSON = "json"
    STREAM = "stream"


@dataclass(frozen=True, slots=True)
class Policy:
    """``scope`` None is public. ``stream`` are the media types of a body that the endpoint reads itself.

    ``operators`` are let in too, and nobody need say for whom.
    """

    scope: Scope | None
    rate: Rate | None
    stream: tuple[str, ...] = ()
    while_draining: bool = False
    operators: bool = False

    @property
    def public(self) -> bool:
        return self.scope is None

    @property
    def needs_learner(self) -> bool:
        return self.scope is not Scope.OPERATOR and not self.operators

    @property
    def scopes(self) -> frozenset[Scope]:
        """The scopes of which one is enough."""
        own = () if self.scope is None else (self.scope,)
        return frozenset((*own, Scope.OPERATOR) if self.operators else own)


def allow(
    scope: Scope, *, rate: Rate = Rate.READ, stream: Sequence[str] = (), operators: bool = False
) -> Callable[[F], F]:
    """Admit callers who have this scope, as often as this rate allows; stands below the router's decorator.

    With ``operators`` an operator's key is enough as well, and the caller may be nobody: what is told is no learner's.

    With ``stream`` the endpoint takes the ``Request`` and reads the body itself, up to the upload limit; its caller
    comes from ``await caller_for_body(request, user_id)``.
    """
    return _declare(Policy(scope, None if scope is Scope.OPERATOR else rate, tuple(stream), operators=operators))


def public(*, while_draining: bool = False) -> Callable[[F], F]:
    """Admit everyone, uncounted. Only what the contract lists."""
    return _declare(Policy(None, None, while_draining=while_draining))


def policy_of(endpoint: Callable[..., Any]) -> Policy:
    policy = getattr(endpoint, _ATTRIBUTE, None)
    if not isinstance(policy, Policy):
        raise RuntimeError(
            f"{endpoint.__module__}.{endpoint.__qualname__} needs @allow(…) or @public() below its route"
        )
    return policy


def _declare(policy: Policy) -> Callable[[F], F]:
    def declare(endpoint: F) -> F:
        setattr(endpoint, _ATTRIBUTE, policy)
        return endpoint

    return declare
