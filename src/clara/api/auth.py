"""Who is asking: one piece of code for every door, and what a service key, a cookie or a token may do."""

import base64
import binascii
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from starlette.requests import HTTPConnection, cookie_parser

from clara.core.caller import LEARNER_SCOPES, Caller, Scope
from clara.core.clock import Clock
from clara.core.credentials import KEY_PREFIX, ServiceKeyRecord, digest, split_service_key
from clara.core.errors import Forbidden, Invalid, Unauthenticated
from clara.core.ids import check_user_id
from clara.providers.tokens import TokenVerifier, invalid_token

USER_ID_NAMES = ("user_id", "userId")
"""How path, query and body name the learner that a request is about."""

_NO_DIGEST = "0" * 64
_SAFE_METHODS = frozenset({"GET", "HEAD"})


class IdentityStore(Protocol):
    """What is kept of credentials; secrets come as digests only."""

    async def service_key(self, key_id: str) -> ServiceKeyRecord | None: ...

    async def create_sign_in(self, token_hash: str, user_id: str, expires_at: float) -> None: ...

    async def take_sign_in(self, token_hash: str, now: float) -> str | None:
        """Use up a link and return its user id, or None; of two that try at once, one gets it."""
        ...

    async def create_session(self, token_hash: str, user_id: str, expires_at: float) -> None: ...

    async def session(self, token_hash: str, now: float) -> str | None: ...

    async def delete_session(self, token_hash: str) -> None: ...

    async def create_ticket(self, owner_id: str, token_hash: str, purpose: str, expires_at: float) -> None: ...

    async def take_ticket(self, token_hash: str, now: float) -> tuple[str, str] | None:
        """Use up a ticket and return (owner, purpose), or None; of two that try at once, one gets it."""
        ...


@dataclass(frozen=True, slots=True)
class Identity:
    """A credential that holds. Without ``learner_id`` it acts for the learner that the request names."""

    via: str
    scopes: frozenset[Scope]
    learner_id: str | None
    key_id: str | None = None

    def acting_for(self, named: Iterable[str], *, needs_learner: bool) -> Caller | None:
        """Return the caller, who must be every learner that the request names.

        None when the request has named nobody so far and the credential is bound to nobody.
        """
        owner_id = self.learner_id
        for name in named:
            if owner_id is None:
                owner_id = check_user_id(name)
            elif name != owner_id:
                raise user_mismatch()
        if owner_id is None and needs_learner:
            return None
        return Caller(owner_id or "", self.via, self.scopes, self.key_id)


def user_mismatch() -> Forbidden:
    return Forbidden(
        "The request names another user than the caller. Leave the user id out, or send the caller's own.",
        code="user_mismatch",
    )


def user_required() -> Invalid:
    return Invalid(
        "This key acts for the learner that a request names: send the header X-Clara-User.", code="user_required"
    )


class Authenticator:
    """Finds out whose request it is, from its headers alone."""

    def __init__(
        self,
        *,
        store: IdentityStore,
        clock: Clock,
        cookie_name: str,
        tokens: TokenVerifier | None = None,
        service_key: str | None = None,
        origins: Sequence[str] = (),
    ) -> None:
        self._store = store
        self._clock = clock
        self._tokens = tokens
        self._service_key = digest(service_key) if service_key else None
        self._origins = frozenset(origins)
        self.cookie_name = cookie_name

    async def identify(self, request: HTTPConnection) -> Identity:
        """Return whose credential the request carries, or raise Unauthenticated, or Forbidden for a forged origin."""
        headers = request.headers.getlist("authorization")
        cookies = set(session_cookies(request, self.cookie_name))
        if len(headers) > 1 or len(cookies) > 1:
            raise conflicting_credentials()
        if not headers:
            return await self._by_cookie(request, cookies)
        identity = await self._by_header(headers[0])
        if cookies:
            user_id = await self._store.session(digest(cookies.pop()), self._clock.now())
            if user_id is not None and user_id != identity.learner_id:
                raise conflicting_credentials()
        return identity

    async def by_ticket(self, ticket: str, purpose: str) -> Identity:
        """Use a ticket up and return whose it was; Unauthenticated when it doesn't hold, or was for something else."""
        found = await self._store.take_ticket(digest(ticket), self._clock.now())
        if found is None or found[1] != purpose:
            raise Unauthenticated(
                "This ticket was used, has expired, or isn't one for this. Get a new one: POST /v1/voice/tickets.",
                code="invalid_ticket",
            )
        return Identity("ticket", LEARNER_SCOPES, found[0])

    def check_origin(self, request: HTTPConnection) -> None:
        """Raise Forbidden unless the Origin header is this server's own or an allowed one."""
        origins = request.headers.getlist("origin")
        host = request.headers.get("host", "")
        scheme = {"ws": "http", "wss": "https"}.get(request.url.scheme, request.url.scheme)
        own = {f"{scheme}://{host}", f"https://{host}"}
        if len(origins) != 1 or (origins[0] not in self._origins and origins[0] not in own):
            raise Forbidden(
                "Writes with a cookie, and voice sockets of pages, need the Origin of this server's own pages, or one "
                "that FRONTEND_URL or CLARA_CORS__ORIGINS names. Elsewhere, use a token.",
                code="origin_not_allowed",
            )

    async def _by_cookie(self, request: HTTPConnection, cookies: set[str]) -> Identity:
        if not cookies:
            raise Unauthenticated(
                "Send `Authorization: Bearer` with a token or service key, or sign in with a link of this server.",
                headers={"www-authenticate": 'Bearer realm="clara"'},
            )
        user_id = await self._store.session(digest(cookies.pop()), self._clock.now())
        if user_id is None:
            raise invalid_token()
        if request.scope.get("method") not in _SAFE_METHODS:
            self.check_origin(request)
        return Identity("session", LEARNER_SCOPES, user_id)

    async def _by_header(self, header: str) -> Identity:
        scheme, _, credential = header.strip().partition(" ")
        credential = credential.strip()
        if scheme.lower() == "basic":
            identity = await self._by_service_key(_basic_password(credential))
        elif scheme.lower() == "bearer" and credential:
            identity = await self._by_service_key(credential)
            if identity is None and self._tokens is not None and not credential.startswith(KEY_PREFIX):
                return Identity("jwt", LEARNER_SCOPES, await self._tokens.subject(credential))
        else:
            identity = None
        if identity is None:
            raise invalid_token()
        return identity

    async def _by_service_key(self, key: str) -> Identity | None:
        if self._service_key is not None and hmac.compare_digest(digest(key), self._service_key):
            return Identity("service_key", LEARNER_SCOPES, None, "environment")
        parts = split_service_key(key)
        if parts is None:
            return None
        record = await self._store.service_key(parts[0])
        same = hmac.compare_digest(digest(parts[1]), record.secret_hash if record else _NO_DIGEST)
        if record is None or not same or record.revoked:
            return None
        return Identity("service_key", record.scopes, record.learner_id, record.id)


def session_cookie_name(port: int) -> str:
    """Browsers share cookies between the ports of a host, so the name tells servers apart."""
    return f"clara_session_{port}"


def session_cookies(request: HTTPConnection, name: str) -> list[str]:
    """Return every value that the request gives this cookie."""
    pairs = (part for header in request.headers.getlist("cookie") for part in header.split(";"))
    return [value for pair in pairs for key, value in cookie_parser(pair).items() if key == name and value]


def conflicting_credentials() -> Unauthenticated:
    return Unauthenticated(
        "The request carries several credentials that disagree. Send one.",
        code="conflicting_credentials",
        headers={"www-authenticate": 'Bearer realm="clara", error="invalid_request"'},
    )


def _basic_password(credential: str) -> str:
    try:
        decoded = base64.b64decode(credential, validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return ""
    return decoded.partition(":")[2]
