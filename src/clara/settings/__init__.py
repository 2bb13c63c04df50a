"""Every setting, read once from the environment (and a .env file) into one frozen object."""

import ipaddress
import json
import os
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import AliasChoices, Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from clara.settings.sections import (
    AuthSettings,
    BlobSettings,
    ChatSettings,
    CorsSettings,
    DatabaseSettings,
    FileSettings,
    FlagSettings,
    HttpSettings,
    JobSettings,
    LimitSettings,
    ModelSettings,
    SearchSettings,
    SpeechSettings,
    StudySettings,
    VoiceSettings,
    endpoint,
    origin,
)

OPENAI_URL = "https://api.openai.com/v1"


class Environment(StrEnum):
    DEVELOPMENT = "development"
    PRODUCTION = "production"


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
    """Any endpoint that speaks OpenAI's protocol (Ollama, vLLM, Groq, LM Studio); with it a key is not needed."""
    anthropic_api_key: SecretStr | None = Field(None, validation_alias="ANTHROPIC_API_KEY")
    google_api_key: SecretStr | None = Field(None, validation_alias=AliasChoices("GOOGLE_API_KEY", "GEMINI_API_KEY"))
    chat_model: str | None = None
    """`provider:model` of `openai`, `anthropic` or `google`. `none`: no model. Unset: by the key that is set."""
    chat_fallback_model: str | None = None
    """Answers when the first doesn't."""
    embedding_model: str | None = None
    """Unset: the local static embedder. `none`: lexical search only. `openai:model`: an endpoint's."""
    stt_model: str | None = None
    """Hears. `openai:` and the name of any model behind audio/transcriptions; `none`; unset: OpenAI's with its key."""
    stt_fallback_model: str | None = None
    tts_model: str | None = None
    """Speaks. `openai:` and the name of any model behind audio/speech; `none`; unset: OpenAI's with its key."""
    tts_fallback_model: str | None = None
    on_render: bool = Field(False, validation_alias=AliasChoices("RENDER", "on_render"))

    auth: AuthSettings = AuthSettings()
    cors: CorsSettings = CorsSettings()
    http: HttpSettings = HttpSettings()
    limits: LimitSettings = LimitSettings()
    files: FileSettings = FileSettings()
    chats: ChatSettings = ChatSettings()
    jobs: JobSettings = JobSettings()
    search: SearchSettings = SearchSettings()
    study: StudySettings = StudySettings()
    models: ModelSettings = ModelSettings()
    speech: SpeechSettings = SpeechSettings()
    voice: VoiceSettings = VoiceSettings()
    flags: FlagSettings = FlagSettings()
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

    @field_validator("openai_base_url")
    @classmethod
    def _http(cls, value: str | None) -> str | None:
        return endpoint(value)

    @field_validator("service_key")
    @classmethod
    def _long_enough(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < 16:
            raise ValueError("CLARA_SERVICE_KEY must have at least 16 characters: `openssl rand -base64 32` makes one.")
        return value

    @field_validator("embedding_model")
    @classmethod
    def _known_embedder(cls, value: str | None) -> str | None:
        if value not in (None, "none", "static") and not _names_model(value, ("openai",)):
            raise ValueError(
                "Leave CLARA_EMBEDDING_MODEL unset (local static embedder), or set `none` (lexical only) or "
                "`openai:` with the model's name, such as openai:text-embedding-3-small."
            )
        return value

    @field_validator("chat_model", "chat_fallback_model")
    @classmethod
    def _known_model(cls, value: str | None, info: Any) -> str | None:
        if value not in (None, "none") and not _names_model(value, tuple(_DEFAULT_MODELS)):
            providers = ", ".join(f"`{name}:`" for name in _DEFAULT_MODELS)
            raise ValueError(f"CLARA_{info.field_name.upper()} is one of {providers} and a model's name, or `none`.")
        return value

    @field_validator("stt_model", "stt_fallback_model", "tts_model", "tts_fallback_model")
    @classmethod
    def _known_speech(cls, value: str | None, info: Any) -> str | None:
        if value not in (None, "none") and not _names_model(value, ("openai",)):
            raise ValueError(
                f"CLARA_{info.field_name.upper()} is `openai:` and the name of a model (of any endpoint that speaks "
                "OpenAI's protocol), or `none`."
            )
        return value

    @model_validator(mode="after")
    def _endpoints_for_speech(self) -> Self:
        for name in ("stt", "stt_fallback", "tts", "tts_fallback"):
            model, url = getattr(self, f"{name}_model"), getattr(self.speech, f"{name}_base_url")
            variable = f"CLARA_{name.upper()}_MODEL"
            if model is None and url is not None:
                raise ValueError(f"CLARA_SPEECH__{name.upper()}_BASE_URL needs {variable}: the model to ask there.")
            if model not in (None, "none") and url is None and "openai" not in self._providers:
                raise ValueError(
                    f"{variable}={model} needs CLARA_SPEECH__{name.upper()}_BASE_URL, or {_KEYS['openai']}."
                )
        return self

    @model_validator(mode="after")
    def _keys_for_models(self) -> Self:
        names = (self.chat_model, self.chat_fallback_model)
        for provider in {name.split(":")[0] for name in names if name not in (None, "none")} - self._providers:
            raise ValueError(f"A model of {provider} is named, and {_KEYS[provider]} is not set.")
        if (self.embedding_model or "").startswith("openai:") and not self._can_embed:
            raise ValueError(f"CLARA_EMBEDDING_MODEL={self.embedding_model} needs {_KEYS['openai']}.")
        return self

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
        if self.flags.webhook_url and not self.flags.webhook_url.startswith("https://"):
            raise ValueError("CLARA_FLAGS__WEBHOOK_URL must begin with https:// in production.")
        on_disk = self.database_url is None or self.blobs.url is None
        if self.on_render and on_disk and not _on_mounted_disk(self.data_dir):
            raise ValueError(
                f"CLARA_DATA_DIR={self.data_dir} is not on a mounted disk: on Render every deploy would erase it. "
                "Attach a disk and point CLARA_DATA_DIR at its mount path."
            )

    @property
    def _providers(self) -> set[str]:
        """The providers of models that could be used."""
        there = {
            "openai": self.openai_api_key or self.openai_base_url,
            "anthropic": self.anthropic_api_key,
            "google": self.google_api_key,
        }
        return {name for name, given in there.items() if given}

    @property
    def _can_embed(self) -> bool:
        return "openai" in self._providers or self.models.embedding_base_url is not None

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
        frontend = (origin(self.frontend_url),) if self.frontend_url else ()
        return tuple(dict.fromkeys(frontend + self.cors.origins))

    @cached_property
    def sqlalchemy_url(self) -> str:
        """The database's URL as SQLAlchemy wants it; SQLite in the data folder when DATABASE_URL is unset."""
        if self.database_url is None:
            return f"sqlite:///{self.data_dir / 'clara.db'}"
        _, rest = self.database_url.get_secret_value().split("://", 1)
        return f"postgresql+psycopg://{rest}"

    @cached_property
    def chat_models(self) -> tuple[str, ...]:
        """The models that answer, as provider:model, the first one first; none when there is no key."""
        first = self.chat_model
        if first is None:
            first = next(
                (f"{name}:{_DEFAULT_MODELS[name]}" for name in _DEFAULT_MODELS if name in self._providers), "none"
            )
        second = self.chat_fallback_model or "none"
        return tuple(dict.fromkeys(name for name in (first, second) if name != "none")) if first != "none" else ()

    @cached_property
    def blobs_url(self) -> str:
        return self.blobs.url or (self.data_dir / "files").as_uri()


_DEFAULT_MODELS = {"openai": "gpt-6-luna", "anthropic": "claude-haiku-5-5", "google": "gemini-3.8-flash"}
"""Each provider's small model, in the order in which a key decides. A tutor's first word matters more than its last."""

_KEYS = {
    "openai": "OPENAI_API_KEY (or OPENAI_BASE_URL, for an endpoint that needs no key)",
    "anthropic": "ANTHROPIC_API_KEY",
    "google": "GOOGLE_API_KEY",
}


def _names_model(value: str | None, providers: tuple[str, ...]) -> bool:
    provider, colon, model = (value or "").partition(":")
    return bool(provider in providers and colon and model.strip() == model != "" and len(model) < 180)


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
