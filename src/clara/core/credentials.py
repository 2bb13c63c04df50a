"""Secrets that Clara issues: service keys, sign-in links, sessions. Only digests of them are ever kept."""

import hashlib
import secrets
from dataclasses import dataclass

from clara.core.caller import LEARNER_SCOPES, Scope

KEY_PREFIX = "clara_sk_"
_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class ServiceKeyRecord:
    """A service key as it is kept. ``learner_id`` binds it to one learner; None lets it act for any."""

    id: str
    secret_hash: str
    scopes: frozenset[Scope] = LEARNER_SCOPES
    learner_id: str | None = None
    revoked: bool = False


def digest(secret: str) -> str:
    """SHA-256 in hex. Enough without salt or stretching, since every secret of ours has at least 187 random bits."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def new_token() -> str:
    """Return 32 random bytes, URL-safe: the secret of a link or a session."""
    return secrets.token_urlsafe(32)


def new_service_key(
    scopes: frozenset[Scope] = LEARNER_SCOPES, learner_id: str | None = None
) -> tuple[ServiceKeyRecord, str]:
    """Return what to keep, and the key itself, which is shown once: ``clara_sk_<id>_<secret>``."""
    key_id, secret = _random(12), _random(32)
    return ServiceKeyRecord(key_id, digest(secret), scopes, learner_id), f"{KEY_PREFIX}{key_id}_{secret}"


def split_service_key(key: str) -> tuple[str, str] | None:
    """Return (id, secret) of a well-formed service key, else None."""
    key_id, found, secret = key.removeprefix(KEY_PREFIX).partition("_")
    well_formed = key.startswith(KEY_PREFIX) and found and 0 < len(key_id) <= 40 and 0 < len(secret) <= 128
    return (key_id, secret) if well_formed else None


def _random(length: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))
