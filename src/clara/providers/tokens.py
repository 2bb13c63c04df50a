"""Bearer JWTs: which are believed, and the local issuer that signs them in development.

jwt and cryptography are imported at the first token: they take a twentieth of a start, and most development needs none.
"""

import json
import math
import os
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from clara.core.clock import Clock
from clara.core.errors import ClaraError, Unauthenticated
from clara.core.ids import check_user_id

if TYPE_CHECKING:
    import jwt
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

LEEWAY_S = 30
MAX_TOKEN_CHARS = 8192
LOCAL_ISSUER = "clara-local"
_REMEMBER_S = 60
_REMEMBERED = 4096
_ALGORITHMS = frozenset({"RS256", "ES256", "EdDSA"})


class KeySource(Protocol):
    async def key(self, kid: str | None) -> "jwt.PyJWK | None":
        """Return the issuer's key of this id (its only key when the token names none), or None."""
        ...


@dataclass(frozen=True, slots=True)
class Issuer:
    """Whose tokens are believed. ``name`` and ``audience`` are checked when set.

    ``parties`` are the values allowed in ``azp``, where a token has it: Clerk puts the page's origin there, Auth0 the
    client's id.
    """

    keys: KeySource
    name: str | None = None
    audience: str | None = None
    parties: frozenset[str] = field(default_factory=frozenset)


class TokenVerifier:
    """Tells whose token it is. A verified token is remembered for a minute at most, never past its expiry."""

    def __init__(self, issuers: Sequence[Issuer], clock: Clock) -> None:
        self._issuers = tuple(issuers)
        self._clock = clock
        self._verified: OrderedDict[bytes, tuple[str, float]] = OrderedDict()

    async def subject(self, token: str) -> str:
        """Return the user id of a token that holds, or raise Unauthenticated."""
        now = self._clock.now()
        fingerprint = sha256(token.encode("utf-8", "surrogatepass")).digest()
        known = self._verified.get(fingerprint)
        if known is not None and now < known[1]:
            return known[0]
        user_id, until = await self._verify(token, now)
        self._verified[fingerprint] = (user_id, min(until, now + _REMEMBER_S))
        if len(self._verified) > _REMEMBERED:
            self._verified.popitem(last=False)
        return user_id

    async def _verify(self, token: str, now: float) -> tuple[str, float]:
        if len(token) > MAX_TOKEN_CHARS or not token.isascii():
            raise invalid_token()
        import jwt

        try:
            header = jwt.get_unverified_header(token)
        except jwt.PyJWTError as error:
            raise invalid_token() from error
        if header.get("alg") not in _ALGORITHMS or "crit" in header or "b64" in header:
            raise invalid_token()
        for issuer in self._candidates(_claims(token, None).get("iss")):
            key = await issuer.keys.key(header.get("kid"))
            if key is not None:
                return _check_claims(_claims(token, key), issuer, now)
        raise invalid_token()

    def _candidates(self, claimed: Any) -> Sequence[Issuer]:
        """Return the issuers of the name that the token claims; else those that go by no name."""
        named = [issuer for issuer in self._issuers if issuer.name is not None and issuer.name == claimed]
        return named or [issuer for issuer in self._issuers if issuer.name is None]


def invalid_token() -> Unauthenticated:
    """The one answer to every credential that doesn't hold: it tells nobody what was wrong with a guess."""
    return Unauthenticated(
        "This credential doesn't hold: it is unknown, expired, or meant for another server. Get a new one.",
        code="invalid_credential",
        headers={"www-authenticate": 'Bearer realm="clara", error="invalid_token"'},
    )


def _claims(token: str, key: "jwt.PyJWK | None") -> dict[str, Any]:
    """Return the payload; with a key, only when the key's own algorithm has signed it. Times are checked by us."""
    import jwt

    options: Any = {"verify_signature": key is not None} | dict.fromkeys(
        ("verify_exp", "verify_nbf", "verify_iat", "verify_aud", "verify_iss", "verify_sub", "verify_jti"), False
    )
    algorithms = None if key is None else [key.algorithm_name]
    try:
        return jwt.decode(token, key or "", algorithms=algorithms, options=options)
    except (jwt.PyJWTError, ValueError, RecursionError) as error:
        raise invalid_token() from error


def _check_claims(claims: dict[str, Any], issuer: Issuer, now: float) -> tuple[str, float]:
    """Return the user id and until when the token holds."""
    expires = _time(claims, "exp", -math.inf)
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    party = claims.get("azp")
    holds = (
        now < expires + LEEWAY_S
        and _time(claims, "nbf", -math.inf) <= now + LEEWAY_S
        and _time(claims, "iat", -math.inf) <= now + LEEWAY_S
        and (issuer.name is None or claims.get("iss") == issuer.name)
        and (issuer.audience is None or issuer.audience in audiences)
        and (party is None or party in (*issuer.parties, issuer.audience))
        and claims.get("sts", "active") == "active"
    )
    if not holds or not isinstance(claims.get("sub"), str):
        raise invalid_token()
    try:
        return check_user_id(claims["sub"]), expires + LEEWAY_S
    except ClaraError as error:
        raise invalid_token() from error


def _time(claims: dict[str, Any], name: str, absent: float) -> float:
    value = claims.get(name, absent)
    if isinstance(value, bool) or not isinstance(value, int | float) or math.isnan(value):
        raise invalid_token()
    return value


class LocalIssuer:
    """Signs tokens with a key pair of this data folder, for development. Production trusts no such issuer."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._clock = clock
        self._path = folder / "issuer.pem"

    def mint(self, user_id: str, life_s: float = 3600) -> str:
        """Return a token for this user."""
        import jwt

        now = int(self._clock.now())
        claims = {"iss": LOCAL_ISSUER, "sub": check_user_id(user_id), "iat": now, "exp": now + int(life_s)}
        return jwt.encode(claims, self._private, algorithm="EdDSA", headers={"kid": self._public["kid"]})

    def key_set(self) -> dict[str, Any]:
        """Return the public part as a JSON Web Key Set."""
        return {"keys": [self._public]}

    async def key(self, kid: str | None) -> "jwt.PyJWK | None":
        import jwt

        return jwt.PyJWK(self._public, algorithm="EdDSA") if kid in (None, self._public["kid"]) else None

    def issuer(self) -> Issuer:
        return Issuer(keys=self, name=LOCAL_ISSUER)

    @cached_property
    def _private(self) -> "Ed25519PrivateKey":
        return _load_or_create(self._path)

    @cached_property
    def _public(self) -> dict[str, Any]:
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
        from jwt.algorithms import OKPAlgorithm

        public = self._private.public_key()
        kid = sha256(public.public_bytes(Encoding.Raw, PublicFormat.Raw)).hexdigest()[:16]
        found: dict[str, Any] = json.loads(OKPAlgorithm.to_jwk(public))
        return found | {"kid": kid, "alg": "EdDSA", "use": "sig"}


def _load_or_create(path: Path) -> "Ed25519PrivateKey":
    """Read the key, or make one that only its owner can read; of two processes at once one's key stays."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    if not path.exists():
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(fresh)
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError(f"{path} is not an Ed25519 key: delete it, and a new one is made.")
    return key
