"""Local accounts: a link that is used once becomes a cookie. There are no passwords."""

from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network

from fastapi import Request, Response
from pydantic import BaseModel, Field

from clara.api.auth import IdentityStore, session_cookies
from clara.api.policy import allow, public
from clara.api.problems import problem_responses
from clara.api.routes import admission_of, router
from clara.core.caller import Scope
from clara.core.clock import Clock
from clara.core.credentials import digest, new_token
from clara.core.errors import Forbidden, TooManyRequests, Unauthenticated
from clara.core.ids import check_user_id
from clara.ops.limits import Rate, RateLimiter

LINK_LIFE_S = 10 * 60
SESSION_LIFE_S = 30 * 24 * 3600

routes = router("sign-in")


class SignInRequest(BaseModel):
    """The token of a sign-in link: what follows `#sign-in=`."""

    token: str = Field(min_length=1, max_length=200)


@dataclass(frozen=True, slots=True)
class LocalSignIn:
    """Makes links and exchanges them. Failures are counted by address; nothing else is."""

    store: IdentityStore
    clock: Clock
    limiter: RateLimiter

    async def link(self, base_url: str, user_id: str) -> str:
        """Return a link that signs this user in once, within ten minutes; its token is in the fragment."""
        token = new_token()
        await self.store.create_sign_in(digest(token), check_user_id(user_id), self.clock.now() + LINK_LIFE_S)
        return f"{base_url.rstrip('/')}/#sign-in={token}"

    async def exchange(self, token: str, address: str) -> str:
        """Use the link's token up and return a session's; Unauthenticated when it doesn't hold."""
        allowance = await self.limiter.test(Rate.FAILED_SIGN_IN, address)
        if allowance is not None and not allowance.allowed:
            raise TooManyRequests(
                f"Too many failed sign-ins from this address. Try again in {allowance.reset_s} s.",
                headers={"retry-after": str(allowance.reset_s)},
                retry_after_s=allowance.reset_s,
            )
        user_id = await self.store.take_sign_in(digest(token), self.clock.now())
        if user_id is None:
            await self.limiter.hit(Rate.FAILED_SIGN_IN, address)
            raise Unauthenticated(
                "This sign-in link was used, has expired, or isn't one. Make a new one: python -m clara token.",
                code="sign_in_failed",
                headers={"www-authenticate": 'Bearer realm="clara"'},
            )
        session = new_token()
        await self.store.create_session(digest(session), user_id, self.clock.now() + SESSION_LIFE_S)
        return session

    async def end(self, session: str) -> None:
        await self.store.delete_session(digest(session))


@routes.post("/v1/sign-in", status_code=204, responses=problem_responses(Unauthenticated, Forbidden, TooManyRequests))
@public()
async def sign_in(body: SignInRequest, request: Request) -> Response:
    """Exchange the token of a sign-in link for a session cookie."""
    authenticator = admission_of(request.scope).authenticator
    if "origin" in request.headers:
        authenticator.check_origin(request)
    session = await _local(request).exchange(body.token, _address(request))
    answer = Response(status_code=204)
    _set_cookie(request, answer, session, SESSION_LIFE_S)
    return answer


@routes.post("/v1/sign-out", status_code=204)
@allow(Scope.TUTOR)
async def sign_out(request: Request) -> Response:
    """End this browser's session."""
    name = admission_of(request.scope).authenticator.cookie_name
    for session in session_cookies(request, name):
        await _local(request).end(session)
    answer = Response(status_code=204)
    _set_cookie(request, answer, "", 0)
    return answer


def _local(request: Request) -> LocalSignIn:
    service = request.app.state.local_sign_in
    assert isinstance(service, LocalSignIn)
    return service


def _set_cookie(request: Request, answer: Response, value: str, max_age_s: int) -> None:
    answer.set_cookie(
        admission_of(request.scope).authenticator.cookie_name,
        value,
        max_age=max_age_s,
        path="/",
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )


def _address(request: Request) -> str:
    """Return the client's address; of IPv6 the /64, which one machine has whole."""
    host = request.client.host if request.client else ""
    try:
        address = ip_address(host)
    except ValueError:
        return "unknown"
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped or ip_network((address, 64), strict=False))
    return str(address)
