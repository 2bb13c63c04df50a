"""Every kind of credential that acts for one learner, as headers."""

import time

from clara.core.caller import LEARNER_SCOPES, Scope
from clara.core.clock import SystemClock
from clara.core.credentials import new_service_key
from clara.providers.tokens import LocalIssuer
from clara.store import system
from clara.testing import RunningApp

Headers = dict[str, str]


def bearer_token(app: RunningApp, user_id: str) -> Headers:
    token = LocalIssuer(app.settings.data_dir, SystemClock()).mint(user_id)
    return {"Authorization": f"Bearer {token}"}


async def bound_key(app: RunningApp, user_id: str | None, scopes: frozenset[Scope] = LEARNER_SCOPES) -> Headers:
    """Return the headers of a new key that acts for this learner only; None: for whomever a request names."""
    record, key = new_service_key(scopes, user_id)
    row = system.KeyRow(record.id, "test", record.secret_hash, ",".join(sorted(scopes)), user_id, time.time(), None)
    await app.app.state.services.database.write(lambda tx: system.add_key(tx, row))
    return {"Authorization": f"Bearer {key}"}


async def session(app: RunningApp, user_id: str) -> Headers:
    """Sign in by a link; a browser sends the Origin with it."""
    link = await app.app.state.local_sign_in.link("http://127.0.0.1", user_id)
    answer = await app.client.post("/v1/sign-in", json={"token": link.partition("#sign-in=")[2]})
    assert answer.status_code == 204, answer.text
    cookie = answer.headers["set-cookie"].partition(";")[0]
    app.client.cookies.clear()
    return {"Cookie": cookie, "Origin": "http://127.0.0.1"}


async def every_credential(app: RunningApp, user_id: str) -> dict[str, Headers]:
    return {
        "jwt": bearer_token(app, user_id),
        "bound key": await bound_key(app, user_id),
        "key and header": app.learner(user_id),
        "cookie": await session(app, user_id),
    }
