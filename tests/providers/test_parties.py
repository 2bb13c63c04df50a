"""Whose `azp` is let in by configuration alone: Clerk's is an origin, Auth0's the id of a client."""

import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import jwt
import pytest

from clara.testing import RunningApp, make_settings, running_app

pytestmark = pytest.mark.anyio


@pytest.fixture
async def app(tmp_path: Path, keys: Any, key_server: Any) -> AsyncIterator[RunningApp]:
    key_server.publish(keys.key_set())
    auth = {"jwks_url": key_server.url, "issuer": "https://issuer.test/", "authorized_parties": "client-1, client-2"}
    settings = make_settings(tmp_path, auth=auth, frontend_url="https://app.test")
    async with running_app(settings, work=False) as running:
        yield running


@pytest.mark.parametrize(
    ("party", "status"),
    [("client-1", 200), ("client-2", 200), ("https://app.test", 200), (None, 200), ("client-3", 401), ("", 401)],
)
async def test_only_configured_parties_are_let_in(app: RunningApp, keys: Any, party: str | None, status: int) -> None:
    claims = {"sub": "auth0|ana", "iss": "https://issuer.test/", "exp": int(time.time()) + 60}
    claims |= {} if party is None else {"azp": party}
    token = jwt.encode(claims, keys.ed, algorithm="EdDSA", headers={"kid": "ed"})

    answer = await app.client.get("/v1/me", headers={"Authorization": f"Bearer {token}"})

    assert answer.status_code == status
