"""Every setting, read once from the environment (and a .env file) into one frozen object."""

import ipaddress
import json
import os
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

MIB = 1024 * 1024


class Environment(StrEnum):
    DEVELOPMENT = "development"
    PRODUCTION = "production"


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _comma_separated(value: Any) -> Any:
    if isinstance(value, str):
        return tuple(part.strip().rstrip("/") for part in value.split(",") if part.strip())
    return value


CommaSeparated = Annotated[tuple[str, ...], NoDecode]


class AuthSettings(_Section):
    """Bearer tokens (JWT). Without a JWKS URL none is accepted."""

    jwks_url: str | None = None
    issuer: str | None = None
    audience: str | None = None


class CorsSettings(_Section):
    """Origins, exact, that browsers may call from, besides FRONTEND_URL."""

    origins: CommaSeparated = ()

    _split = field_validator("origins", mode="before")(_comma_separated)

    @field_validator("origins")
    @classmethod
    def _exact(cls, origins: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_origin(value) for value in origins)


class HttpSettings(_Section):
    """The HTTP edge."""

    allowed_hosts: CommaSeparated = ()
    """Host names that requests may name, besides loopback; empty in production means any."""
    max_body_bytes: int = Field(MIB, ge=1024)
    """Limit of a body that is not an upload."""
    stream_max_life_s: float = Field(600, gt=0)
    drain_timeout_s: float = Field(25, ge=0)

    _split = field_validator("allowed_hosts", mode="before")(_comma_separated)


class LimitSettings(_Section):
    """Requests a minute a learner, by class of route."""

    chat_per_minute: int = Field(60, ge=1)
    uploads_per_minute: int = Field(120, ge=1)
    reads_per_minute: int = Field(6000, ge=1)
    failed_sign_ins_per_minute: int = Field(10, ge=1)
    """By address; the only limit that counts addresses."""


class FileSettings(_Section):
    """What a learner may upload, and what a parser may take."""

    max_bytes: int = Field(100 * MIB, ge=1)
    max_pages: int = Field(20_000, ge=1)
    max_chars: int = Field(50_000_000, ge=1)
    max_per_learner: int = Field(10_000, ge=1)
    max_bytes_per_learner: int = Field(10_240 * MIB, ge=1)
    max_unzipped_bytes: int = Field(500 * MIB, ge=1)
    parser_memory_bytes: int = Field(2048 * MIB, ge=64 * MIB)
    parser_cpu_s: int = Field(120, ge=1)
    parser_wall_s: float = Field(300, gt=0)
    wait_s: float = Field(55, ge=0)
    """How long the upload routes of existing clients wait for a file to become ready."""


class JobSettings(_Section):
    """Background work."""

    in_server: bool = True
    """Start an ingest child beside the server; switch off where `python -m clara worker` runs elsewhere."""
    lease_s: float = Field(15, gt=0)
    max_attempts: int = Field(3, ge=1)
    poll_s: float = Field(1, gt=0)
    per_learner: int = Field(2, ge=1)
    """Jobs of one learner that may run at once."""


class SearchSettings(_Section):
    """Shards held in memory."""

    cache_bytes: int | None = Field(None, ge=MIB)
    """Default: 512 MiB, and at most a quarter of the memory that the cgroup allows."""


class DatabaseSettings(_Section):
    """How the database is used; where it is says DATABASE_URL."""

    migrate: Literal["auto", "manual"] = "auto"
    pool_size: int = Field(10, ge=2)


class BlobSettings(_Section):
    """Where uploaded bytes are kept: file:///path. Default: a folder of CLARA_DATA_DIR."""

    url: str | None = None


class Settings(BaseSettings):
    """All of Clara's settings; see docs/configuration.md."""

    model_config = SettingsConfigDict(
        env_prefix="CLARA_",
        env_nested_delimiter="__",
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        populate_by_name=True,
    )

    environment: Environment = Field(Environment.DEVELOPMENT, validation_alias="ENVIRONMENT")
    host: str | None = Field(None, validation_alias="HOST")
    port: int = Field(8000, ge=0, le=65535, validation_alias="PORT")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", validation_alias="LOG_LEVEL")
    data_dir: Path = Path("~/.clara")
    database_url: SecretStr | None = Field(None, validation_alias="DATABASE_URL")
    redis_url: SecretStr | None = Field(None, validation_alias="REDIS_URL")
    service_key: SecretStr | None = None
    frontend_url: str | None = Field(None, validation_alias="FRONTEND_URL")
    openai_api_key: SecretStr | None = Field(None, validation_alias="OPENAI_API_KEY")
    openai_base_url: str | None = Field(None, validation_alias="OPENAI_BASE_URL")
    embedding_model: str | None = None
    """Unset: the local static embedder. `none`: lexical search only."""
    on_render: bool = Field(False, validation_alias=AliasChoices("RENDER", "on_render"))

    auth: AuthSettings = AuthSettings()
    cors: CorsSettings = CorsSettings()
    http: HttpSettings = HttpSettings()
    limits: LimitSettings = LimitSettings()
    files: FileSettings = FileSettings()
    jobs: JobSettings = JobSettings()
    search: SearchSettings = SearchSettings()
    database: DatabaseSettings = DatabaseSettings()
    blobs: BlobSettings = BlobSettings()

    @field_validator("environment", "log_level", mode="before")
    @classmethod
    def _case(cls, value: Any, info: Any) -> Any:
        if not isinstance(value, str):
            return value
        return value.lower() if info.field_name == "environment" else value.upper()

    @field_validator("data_dir")
    @classmethod
    def _expand(cls, value: Path) -> Path:
        return value.expanduser().absolute()

    @field_validator("service_key")
    @classmethod
    def _long_enough(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < 16:
            raise ValueError("CLARA_SERVICE_KEY must have at least 16 characters: `openssl rand -base64 32` makes one.")
        return value

    @field_validator("embedding_model")
    @classmethod
    def _known_embedder(cls, value: str | None) -> str | None:
        if value not in (None, "none", "static"):
            raise ValueError("Leave CLARA_EMBEDDING_MODEL unset (local static embedder) or set `none` (lexical only).")
        return value

    @model_validator(mode="after")
    def _fail_closed(self) -> Self:
        if self.database_url is not None and not self._database_kind():
            raise ValueError("DATABASE_URL must begin with postgres:// or postgresql:// (unset it for SQLite).")
        if self.environment is Environment.PRODUCTION:
            self._check_production()
        elif not self._is_loopback(self.listen_host) and not self.auth_configured:
            raise ValueError(
                f"HOST={self.host} would let the network in, and no auth is configured: "
                "set CLARA_SERVICE_KEY or CLARA_AUTH__JWKS_URL, or leave HOST unset."
            )
        return self

    def _check_production(self) -> None:
        if not self.auth_configured:
            raise ValueError("ENVIRONMENT=production needs auth: set CLARA_SERVICE_KEY or CLARA_AUTH__JWKS_URL.")
        if self.database_url is None and "data_dir" not in self.model_fields_set:
            raise ValueError(
                "ENVIRONMENT=production needs DATABASE_URL (PostgreSQL), or CLARA_DATA_DIR set to a folder on a disk "
                "that survives a deploy (one instance only)."
            )
        on_disk = self.database_url is None or self.blobs.url is None
        if self.on_render and on_disk and not _on_mounted_disk(self.data_dir):
            raise ValueError(
                f"CLARA_DATA_DIR={self.data_dir} is not on a mounted disk: on Render every deploy would erase it. "
                "Attach a disk and point CLARA_DATA_DIR at its mount path."
            )

    def _database_kind(self) -> str | None:
        url = self.database_url.get_secret_value() if self.database_url else ""
        return "postgresql" if url.startswith(("postgres://", "postgresql://", "postgresql+psycopg://")) else None

    @staticmethod
    def _is_loopback(host: str) -> bool:
        if host == "localhost":
            return True
        try:
            return ipaddress.ip_address(host).is_loopback
        except ValueError:
            return False

    @property
    def listen_host(self) -> str:
        """HOST, else 0.0.0.0 in production and 127.0.0.1 in development."""
        return self.host or ("0.0.0.0" if self.environment is Environment.PRODUCTION else "127.0.0.1")

    @property
    def development(self) -> bool:
        return self.environment is Environment.DEVELOPMENT

    @property
    def auth_configured(self) -> bool:
        return self.service_key is not None or self.auth.jwks_url is not None

    @cached_property
    def allowed_origins(self) -> tuple[str, ...]:
        """Exact origins that browsers may call from."""
        frontend = (_origin(self.frontend_url),) if self.frontend_url else ()
        return tuple(dict.fromkeys(frontend + self.cors.origins))

    @cached_property
    def sqlalchemy_url(self) -> str:
        """The database's URL as SQLAlchemy wants it; SQLite in the data folder when DATABASE_URL is unset."""
        if self.database_url is None:
            return f"sqlite:///{self.data_dir / 'clara.db'}"
        _, rest = self.database_url.get_secret_value().split("://", 1)
        return f"postgresql+psycopg://{rest}"

    @cached_property
    def blobs_url(self) -> str:
        return self.blobs.url or (self.data_dir / "files").as_uri()


def _origin(value: str) -> str:
    """Return scheme://host[:port], or raise: a path or a wildcard would not match what browsers send."""
    parts = urlsplit(value.strip().rstrip("/"))
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.path or "*" in value:
        raise ValueError(f"{value!r} is not an origin: write https://host or http://host:port, without a path or *.")
    return f"{parts.scheme}://{parts.netloc}".lower()


def _on_mounted_disk(path: Path) -> bool:
    """True when the folder, or the nearest that exists above it, lies on another file system than the root's."""
    while not path.exists():
        path = path.parent
    return os.stat(path).st_dev != os.stat("/").st_dev  # noqa: PTH116


def reveal(settings: Settings) -> bytes:
    """Return the settings as one line of JSON, secrets included: only for a pipe to a process of ours."""

    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: plain(item) for key, item in value.items()}
        return value.get_secret_value() if isinstance(value, SecretStr) else value

    return json.dumps(plain(settings.model_dump(exclude_unset=True)), default=str).encode()


def revealed(line: bytes) -> Settings:
    """Return the settings that ``reveal`` wrote; they win over the environment."""
    return Settings(**json.loads(line))
