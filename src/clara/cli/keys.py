"""Service keys, sign-in links and development tokens, from the command line."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from clara.api.sign_in import LocalSignIn
from clara.core.caller import Scope
from clara.core.clock import SystemClock, iso
from clara.core.credentials import new_service_key
from clara.core.errors import Invalid, NotFound
from clara.core.ids import check_user_id
from clara.ops.limits import RateLimiter
from clara.settings import Settings
from clara.store import system
from clara.store.database import Database
from clara.store.identity import StoredIdentities
from clara.store.migrate import migrate
from clara.store.opening import open_database


@contextmanager
def opened(settings: Settings) -> Iterator[Database]:
    """Open the store that the settings name, at this version's schema."""
    migrate(settings)
    database = open_database(settings)
    try:
        yield database
    finally:
        database.close()


def add(settings: Settings, name: str, scopes: Sequence[str], learner: str | None) -> int:
    if learner is not None:
        check_user_id(learner)
    wanted = frozenset(Scope(scope) for scope in scopes)
    record, key = new_service_key(wanted, learner)
    row = system.KeyRow(record.id, name, record.secret_hash, ",".join(sorted(wanted)), learner, time.time(), None)
    with opened(settings) as database:
        database.write_now(lambda tx: system.add_key(tx, row))
    print(key)
    print(f"Keep it: it is not stored. Its id is {record.id}; `python -m clara key revoke {record.id}` ends it.")
    return 0


def show(settings: Settings) -> int:
    with opened(settings) as database:
        rows = database.read_now(system.list_keys)
    for row in rows:
        state = f"revoked {iso(row.revoked_at)}" if row.revoked_at else "active"
        print(f"{row.id}  {row.name}  {row.scopes}  {row.learner_id or 'any learner'}  {iso(row.created_at)}  {state}")
    if not rows:
        print("There are no keys. `python -m clara key add --name NAME` makes one.")
    return 0


def revoke(settings: Settings, key_id: str) -> int:
    with opened(settings) as database:
        if not database.write_now(lambda tx: system.revoke_key(tx, key_id, time.time())):
            raise NotFound(f"There is no active key {key_id}.")
    print(f"{key_id} is revoked.")
    return 0


def token(settings: Settings, user: str, bearer: bool) -> int:
    """Print a sign-in link for the page, or a bearer token for the API; both only in development."""
    check_user_id(user)
    if not settings.development:
        raise Invalid("Links and local tokens are for ENVIRONMENT=development. Make a key: `python -m clara key add`.")
    if bearer:
        from clara.providers.tokens import LocalIssuer

        print(LocalIssuer(settings.data_dir, SystemClock()).mint(user))
    else:
        with opened(settings) as database:
            sign_in = LocalSignIn(StoredIdentities(database), SystemClock(), RateLimiter())
            print(asyncio.run(sign_in.link(f"http://127.0.0.1:{settings.port}", user)))
    return 0
