"""Which tokens are believed, and the local issuer."""

import base64
import hashlib
import hmac
import json
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization

from clara.core.errors import Invalid, Unauthenticated
from clara.providers.jwks import read_key_set
from clara.providers.tokens import LEEWAY_S, Issuer, LocalIssuer, TokenVerifier

pytestmark = pytest.mark.anyio

NOW = 1_800_000_000.0


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class FixedKeys:
    def __init__(self, document: dict[str, Any]) -> None:
        self.keys = read_key_set(document)
        self.asked = 0

    async def key(self, kid: str | None) -> jwt.PyJWK | None:
        self.asked += 1
        return self.keys.get(kid)


@pytest.fixture
def source(keys: Any) -> FixedKeys:
    return FixedKeys(keys.key_set())


@pytest.fixture
def verifier_of(source: FixedKeys, clock: Any) -> Callable[..., TokenVerifier]:
    def build(**options: Any) -> TokenVerifier:
        return TokenVerifier([Issuer(source, **({"name": "https://issuer.test"} | options))], clock)

    return build


def by_hand(header: dict[str, Any], claims: dict[str, Any], secret: bytes = b"") -> str:
    """A token as an attacker would write it, signed with HMAC when there is a secret."""
    head, body = (
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in (header, claims)
    )
    signature = hmac.new(secret, f"{head}.{body}".encode(), hashlib.sha256).digest() if secret else b""
    return f"{head}.{body}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


async def refused(verifier: TokenVerifier, token: str) -> None:
    with pytest.raises(Unauthenticated) as caught:
        await verifier.subject(token)
    assert caught.value.problem_code == "invalid_credential"


class TestSubject:
    @pytest.mark.parametrize("kid", ["rsa", "ec", "ed"])
    async def test_is_the_sub_of_a_token_that_holds(self, verifier_of: Any, token: Any, kid: str) -> None:
        assert await verifier_of().subject(token(kid)) == "ana"

    @pytest.mark.parametrize("kid", ["rsa", "ec", "ed"])
    async def test_a_changed_payload_is_refused(self, verifier_of: Any, token: Any, kid: str) -> None:
        head, _, signature = token(kid).split(".")
        _, body, _ = token(kid, sub="bob").split(".")
        await refused(verifier_of(), f"{head}.{body}.{signature}")

    async def test_a_stranger_with_our_key_id_is_refused(self, verifier_of: Any, token: Any, keys: Any) -> None:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        await refused(verifier_of(), token("ed", key=Ed25519PrivateKey.generate()))

    async def test_an_unknown_key_is_refused(self, verifier_of: Any, token: Any) -> None:
        await refused(verifier_of(), token("ed", header={"kid": "elsewhere"}))

    @pytest.mark.parametrize("alg", ["none", "None", "NONE", ""])
    async def test_no_signature_is_refused(self, verifier_of: Any, alg: str) -> None:
        claims = {"sub": "ana", "exp": NOW + 60, "iss": "https://issuer.test"}
        await refused(verifier_of(), by_hand({"alg": alg, "kid": "rsa"}, claims))

    @pytest.mark.parametrize("kid", ["rsa", "ec", "ed"])
    async def test_a_public_key_is_never_a_shared_secret(self, verifier_of: Any, keys: Any, kid: str) -> None:
        public = keys.private(kid).public_key()
        claims = {"sub": "ana", "exp": NOW + 60, "iss": "https://issuer.test"}
        for encoding, form in (
            (serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo),
            (serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo),
        ):
            secret = public.public_bytes(encoding, form)
            await refused(verifier_of(), by_hand({"alg": "HS256", "kid": kid}, claims, secret))

    async def test_another_algorithm_than_the_keys_own_is_refused(self, verifier_of: Any, token: Any) -> None:
        await refused(verifier_of(), token("rsa", alg="RS512"))
        await refused(verifier_of(), token("rsa", alg="PS256"))
        await refused(verifier_of(), token("rsa", header={"kid": "ec"}))

    @pytest.mark.parametrize("header", [{"crit": ["exp"]}, {"b64": False, "crit": ["b64"]}])
    async def test_critical_extensions_are_refused(self, verifier_of: Any, token: Any, header: Any) -> None:
        await refused(verifier_of(), token("ed", header=header))

    @pytest.mark.parametrize(
        "text",
        ["", ".", "..", "...", "a.b.c", "eyJ", "ü.ü.ü", "\udc80.a.b", "e30.e30.", "W10.W10.W10", "a" * 9000, "\x00"],
    )
    async def test_nonsense_is_refused(self, verifier_of: Any, text: str) -> None:
        await refused(verifier_of(), text)


class TestClaims:
    async def test_expiry_has_a_leeway(self, verifier_of: Any, token: Any, clock: Any) -> None:
        verifier, text = verifier_of(), token("ed")
        clock.time = NOW + 60 + LEEWAY_S - 1
        assert await verifier.subject(text) == "ana"
        clock.time = NOW + 60 + LEEWAY_S
        await refused(verifier, text)

    @pytest.mark.parametrize(
        "claims",
        [
            {"exp": ...},
            {"exp": None},
            {"exp": "1900000000"},
            {"exp": True},
            {"exp": float("nan")},
            {"exp": NOW - LEEWAY_S},
            {"nbf": NOW + LEEWAY_S + 1},
            {"iat": NOW + LEEWAY_S + 1},
            {"nbf": "soon"},
            {"iss": "https://elsewhere.test"},
            {"iss": ...},
            {"iss": ["https://issuer.test"]},
            {"sts": "pending"},
            {"sub": ...},
            {"sub": 5},
            {"sub": ""},
            {"sub": "a/b"},
            {"sub": "a\x00b"},
            {"sub": "x" * 129},
        ],
        ids=str,
    )
    async def test_what_does_not_hold_is_refused(self, verifier_of: Any, token: Any, claims: dict[str, Any]) -> None:
        if claims.get("iss") == ["https://issuer.test"] or claims.get("sub") == 5:
            text = sign_raw(token, claims)
        else:
            text = token("ed", **claims)
        await refused(verifier_of(), text)

    @pytest.mark.parametrize("claims", [{"nbf": NOW + LEEWAY_S}, {"iat": NOW}, {"exp": NOW + 0.5}, {"sts": "active"}])
    async def test_what_holds_just_so_is_believed(self, verifier_of: Any, token: Any, claims: dict[str, Any]) -> None:
        assert await verifier_of().subject(token("ed", **claims)) == "ana"

    @pytest.mark.parametrize(
        ("audience", "holds"), [("clara", True), (["x", "clara"], True), ("x", False), (..., False)]
    )
    async def test_audience_counts_when_configured(
        self, verifier_of: Any, token: Any, audience: Any, holds: bool
    ) -> None:
        text = token("ed", aud=audience)
        assert await verifier_of().subject(text) == "ana"
        if holds:
            assert await verifier_of(audience="clara").subject(text) == "ana"
        else:
            await refused(verifier_of(audience="clara"), text)

    async def test_clerks_party_must_be_an_allowed_origin(self, verifier_of: Any, token: Any) -> None:
        text = token("ed", azp="https://app.test")
        assert await verifier_of(parties=frozenset({"https://app.test"})).subject(text) == "ana"
        await refused(verifier_of(parties=frozenset({"https://other.test"})), text)
        await refused(verifier_of(), text)
        await refused(verifier_of(parties=frozenset({"https://app.test"})), token("ed", azp=["https://app.test"]))

    async def test_without_an_issuers_name_the_key_decides(self, verifier_of: Any, token: Any) -> None:
        assert await verifier_of(name=None).subject(token("ed", iss=...)) == "ana"


def sign_raw(token: Any, claims: dict[str, Any]) -> str:
    """Sign claims that the JWT library refuses to write."""
    keys = token.__closure__[0].cell_contents
    head, body = (
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=")
        for part in (
            {"alg": "EdDSA", "kid": "ed"},
            {"sub": "ana", "exp": NOW + 60, "iss": "https://issuer.test"} | claims,
        )
    )
    signature = base64.urlsafe_b64encode(keys.ed.sign(head + b"." + body)).rstrip(b"=")
    return b".".join((head, body, signature)).decode()


class TestSeveralIssuers:
    async def test_a_named_one_answers_for_its_tokens_alone(
        self, tmp_path: Path, clock: Any, source: Any, token: Any
    ) -> None:
        local = LocalIssuer(tmp_path, clock)
        verifier = TokenVerifier([Issuer(source), local.issuer()], clock)
        assert await verifier.subject(local.mint("ana")) == "ana"
        assert source.asked == 0
        assert await verifier.subject(token("rsa", sub="bob")) == "bob"

    async def test_anothers_key_does_not_sign_for_a_named_one(
        self, tmp_path: Path, clock: Any, source: Any, token: Any
    ) -> None:
        verifier = TokenVerifier([Issuer(source), LocalIssuer(tmp_path, clock).issuer()], clock)
        await refused(verifier, token("rsa", iss="clara-local"))


class TestRemembering:
    async def test_a_verified_token_is_not_verified_again(self, verifier_of: Any, token: Any, source: Any) -> None:
        verifier, text = verifier_of(), token("rsa")
        for _ in range(5):
            assert await verifier.subject(text) == "ana"
        assert source.asked == 1

    async def test_for_a_minute_at_most(self, verifier_of: Any, token: Any, source: Any, clock: Any) -> None:
        verifier, text = verifier_of(), token("rsa", exp=NOW + 9000)
        await verifier.subject(text)
        clock.time += 60
        source.keys.clear()
        await refused(verifier, text)

    async def test_a_refused_token_is_not_remembered(self, verifier_of: Any, token: Any, source: Any) -> None:
        verifier, text = verifier_of(), token("rsa")
        kept = dict(source.keys)
        source.keys.clear()
        await refused(verifier, text)
        source.keys.update(kept)
        assert await verifier.subject(text) == "ana"


class TestLocalIssuer:
    async def test_its_tokens_are_believed_where_it_is_trusted(self, tmp_path: Path, clock: Any) -> None:
        local = LocalIssuer(tmp_path, clock)
        assert await TokenVerifier([local.issuer()], clock).subject(local.mint("ana")) == "ana"

    async def test_and_nowhere_else(self, tmp_path: Path, clock: Any, verifier_of: Any) -> None:
        await refused(verifier_of(), LocalIssuer(tmp_path, clock).mint("ana"))
        await refused(verifier_of(name=None), LocalIssuer(tmp_path, clock).mint("ana"))

    async def test_another_folders_tokens_are_refused(self, tmp_path: Path, clock: Any) -> None:
        local, other = LocalIssuer(tmp_path / "a", clock), LocalIssuer(tmp_path / "b", clock)
        await refused(TokenVerifier([local.issuer()], clock), other.mint("ana"))

    async def test_the_key_stays_and_only_its_owner_reads_it(self, tmp_path: Path, clock: Any) -> None:
        before = os.umask(0)
        try:
            first = LocalIssuer(tmp_path, clock)
        finally:
            os.umask(before)
        assert LocalIssuer(tmp_path, clock).key_set() == first.key_set()
        assert stat.S_IMODE((tmp_path / "issuer.pem").stat().st_mode) == 0o600
        assert [path.name for path in tmp_path.iterdir()] == ["issuer.pem"]

    async def test_the_published_set_has_no_private_part(self, tmp_path: Path, clock: Any) -> None:
        local = LocalIssuer(tmp_path, clock)
        assert "d" not in local.key_set()["keys"][0]
        assert next(iter(read_key_set(local.key_set()).values())).algorithm_name == "EdDSA"

    async def test_a_bad_user_id_gets_no_token(self, tmp_path: Path, clock: Any) -> None:
        with pytest.raises(Invalid):
            LocalIssuer(tmp_path, clock).mint("a/b")

    async def test_something_else_in_its_place_is_named(self, tmp_path: Path, clock: Any, keys: Any) -> None:
        pem = keys.rsa.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        (tmp_path / "issuer.pem").write_bytes(pem)
        with pytest.raises(ValueError, match=r"issuer\.pem"):
            LocalIssuer(tmp_path, clock).mint("ana")
