"""What was resolved, and what works here: settings redacted, database, blobs, parser limits, page."""

import platform
import sqlite3
import sys
from collections.abc import Iterator
from importlib.util import find_spec

from pydantic import BaseModel, SecretStr

from clara import __version__
from clara.core.errors import ClaraError
from clara.rag.kernels import kernel
from clara.settings import Settings
from clara.store.blobs import BlobStore
from clara.store.migrate import check_migrated
from clara.store.opening import open_database

PASSED, FAILED, NOTE = "ok", "FAILED", "note"


def check(settings: Settings) -> int:
    """Print everything; return 1 when something would keep the server from working."""
    print(f"clara {__version__}, Python {platform.python_version()}, {platform.system()} {platform.machine()}\n")
    for name, value in _flat(settings):
        print(f"  {name} = {value}")
    print()
    failed = False
    for state, sentence in _findings(settings):
        failed |= state == FAILED
        print(f"  {state:6} {sentence}")
    return 1 if failed else 0


def _flat(section: BaseModel, prefix: str = "") -> Iterator[tuple[str, str]]:
    for name in type(section).model_fields:
        value = getattr(section, name)
        if isinstance(value, BaseModel):
            yield from _flat(value, f"{prefix}{name}.")
        elif isinstance(value, SecretStr):
            yield prefix + name, "(set)"
        else:
            yield prefix + name, "(not set)" if value is None else str(value)


def _findings(settings: Settings) -> Iterator[tuple[str, str]]:
    yield from _identity(settings)
    yield from _database(settings)
    yield from _blobs(settings)
    yield from _parser()
    yield from _extras(settings)


def _identity(settings: Settings) -> Iterator[tuple[str, str]]:
    ways = [
        name
        for name, there in (
            ("service keys", True),
            ("JWTs by JWKS", settings.auth.jwks_url is not None),
            ("local sign-in links and tokens", settings.development),
        )
        if there
    ]
    yield PASSED, f"identity: {', '.join(ways)}; listens on {settings.listen_host}:{settings.port}"


def _database(settings: Settings) -> Iterator[tuple[str, str]]:
    kind = "SQLite " + sqlite3.sqlite_version if settings.database_url is None else "PostgreSQL"
    path = settings.data_dir / "clara.db"
    if settings.database_url is None and not path.exists():
        yield NOTE, f"database: {kind}, {path} is made at the first start"
        return
    try:
        database = open_database(settings)
        database.read_now(check_migrated)
        database.close()
    except ClaraError as error:
        behind = error.problem_code == "migrations_behind" and settings.database.migrate == "auto"
        yield (NOTE if behind else FAILED), f"database: {kind}: {error.detail}"
    else:
        yield PASSED, f"database: {kind}, schema current"


def _blobs(settings: Settings) -> Iterator[tuple[str, str]]:
    try:
        BlobStore(settings.blobs_url)
    except (ClaraError, OSError, ValueError) as error:
        yield FAILED, f"files: {settings.blobs_url}: {error}"
    else:
        yield PASSED, f"files: {settings.blobs_url}"


def _parser() -> Iterator[tuple[str, str]]:
    from clara.rag.extract.sandbox import active_limits

    try:
        limits = active_limits()
    except ClaraError as error:
        yield FAILED, f"parser: {error.detail}"
        return
    off = [name for name, held in limits.items() if not held]
    held = [name for name, held in limits.items() if held]
    yield PASSED, f"parser limits on: {', '.join(held)}"
    if off:
        yield NOTE, f"parser limits that {sys.platform} doesn't have: {', '.join(off)}"


def _extras(settings: Settings) -> Iterator[tuple[str, str]]:
    from clara.api.page import PAGE_DIR

    name, _ = kernel()
    yield (PASSED, "vectors: simsimd") if name == "simsimd" else (NOTE, "vectors: numpy (slower; simsimd has no wheel)")
    built = (PAGE_DIR / "index.html").is_file()
    yield (PASSED, "page: built") if built else (NOTE, "page: not built; `make page` builds it")
    named = {"none": "none (search by words only)", "static": "local, static"}
    embedder = settings.embedding_model or "static"
    yield PASSED, f"embeddings: {named.get(embedder, embedder)}"
    yield from _chat_models(settings)
    yield from _speech(settings)


def _chat_models(settings: Settings) -> Iterator[tuple[str, str]]:
    if not settings.chat_models:
        yield PASSED, "chat model: none, answers are quotes"
    elif find_spec("pydantic_ai") is None:
        yield FAILED, f"chat model: {settings.chat_models[0]} needs a package: `pip install clara[models]`"
    else:
        yield PASSED, f"chat model: {', then '.join(settings.chat_models)} (not asked now)"


def _speech(settings: Settings) -> Iterator[tuple[str, str]]:
    from clara.providers.speech_services import ears_of, voices_of

    for what, services in (("hears", ears_of(settings)), ("speaks", voices_of(settings))):
        named = ", then ".join(service.name for service in services)
        yield PASSED, f"speech that {what}: {named + ' (not asked now)' if named else 'none'}"
