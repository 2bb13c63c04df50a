"""The sections of the settings, one a concern, and how what they hold is read."""

import re
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator
from pydantic_settings import NoDecode

MIB = 1024 * 1024


class Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _comma_separated(value: Any) -> Any:
    if isinstance(value, str):
        return tuple(part.strip().rstrip("/") for part in value.split(",") if part.strip())
    return value


CommaSeparated = Annotated[tuple[str, ...], NoDecode]


class AuthSettings(Section):
    """Bearer tokens (JWT). Without a JWKS URL none is accepted."""

    jwks_url: str | None = None
    issuer: str | None = None
    audience: str | None = None
    authorized_parties: CommaSeparated = ()
    """Values of `azp` that are taken besides the allowed origins: Auth0 puts the id of the client there."""

    _split = field_validator("authorized_parties", mode="before")(_comma_separated)


class CorsSettings(Section):
    """Origins, exact, that browsers may call from, besides FRONTEND_URL."""

    origins: CommaSeparated = ()

    _split = field_validator("origins", mode="before")(_comma_separated)

    @field_validator("origins")
    @classmethod
    def _exact(cls, origins: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(origin(value) for value in origins)


class HttpSettings(Section):
    """The HTTP edge."""

    allowed_hosts: CommaSeparated = ()
    """Host names that requests may name, besides loopback; empty in production means any."""
    max_body_bytes: int = Field(MIB, ge=1024)
    """Limit of a body that is not an upload."""
    stream_max_life_s: float = Field(600, gt=0)
    drain_timeout_s: float = Field(25, ge=0)

    _split = field_validator("allowed_hosts", mode="before")(_comma_separated)


class LimitSettings(Section):
    """Requests a minute a learner, by class of route."""

    chat_per_minute: int = Field(60, ge=1)
    uploads_per_minute: int = Field(120, ge=1)
    reads_per_minute: int = Field(6000, ge=1)
    voice_per_minute: int = Field(120, ge=1)
    """Tickets and connections of voice."""
    failed_sign_ins_per_minute: int = Field(10, ge=1)
    """By address; the only limit that counts addresses."""


class FileSettings(Section):
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


class ChatSettings(Section):
    """What a learner may keep of conversations."""

    max_per_learner: int = Field(10_000, ge=1)
    max_messages: int = Field(5_000, ge=2)
    """Of one conversation."""
    link_hosts: CommaSeparated = ()
    """Hosts that links and images in a model's answer may lead to; others are taken out."""

    _split = field_validator("link_hosts", mode="before")(_comma_separated)

    @field_validator("link_hosts")
    @classmethod
    def _hosts(cls, hosts: tuple[str, ...]) -> tuple[str, ...]:
        for host in hosts:
            if not re.fullmatch(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*", host):
                raise ValueError(f"{host!r} is not a host: write en.wikipedia.org, without scheme and path.")
        return tuple(host.lower() for host in hosts)


class StudySettings(Section):
    """What is made for a learner to study with."""

    max_sets: int = Field(2_000, ge=1)
    """A learner may keep."""
    make_s: float = Field(90, gt=0)
    """How long one may take to be made, with a model."""


class JobSettings(Section):
    """Background work."""

    in_server: bool = True
    """Start an ingest child beside the server; switch off where `python -m clara worker` runs elsewhere."""
    lease_s: float = Field(15, gt=0)
    max_attempts: int = Field(3, ge=1)
    poll_s: float = Field(1, gt=0)
    per_learner: int = Field(2, ge=1)
    """Jobs of one learner that may run at once."""


class SearchSettings(Section):
    """Shards held in memory."""

    cache_bytes: int | None = Field(None, ge=MIB)
    """Default: 512 MiB, and at most a quarter of the memory that the cgroup allows."""


class ModelSettings(Section):
    """Language models: how long an answer may take, how much may be written, how much a learner may use."""

    first_token_s: float = Field(30, gt=0)
    idle_s: float = Field(20, gt=0)
    """Between two tokens."""
    total_s: float = Field(180, gt=0)
    """For a whole answer, tool calls, retries and the fallback model included."""
    max_output_tokens: int = Field(4000, ge=16)
    thinking: Literal["off", "low", "medium", "high"] = "low"
    """How much a reasoning model thinks before it answers; other models take no notice."""
    tokens_per_day: int | None = Field(None, ge=0)
    """A learner's budget of tokens, read and written, a day (UTC). None or 0: no limit."""
    embedding_base_url: str | None = None
    """Endpoint for embeddings, where it isn't OPENAI_BASE_URL."""
    embedding_api_key: SecretStr | None = None
    embedding_question_s: float = Field(2, gt=0)
    """For the embedding of a question; a search that has waited so long goes on by words alone."""

    @field_validator("embedding_base_url")
    @classmethod
    def _http(cls, value: str | None) -> str | None:
        return endpoint(value)


class SpeechSettings(Section):
    """Speech services: where they are, where it isn't OPENAI_BASE_URL, and how long they may take."""

    stt_base_url: str | None = None
    stt_api_key: SecretStr | None = None
    stt_fallback_base_url: str | None = None
    stt_fallback_api_key: SecretStr | None = None
    tts_base_url: str | None = None
    tts_api_key: SecretStr | None = None
    tts_voice: str = Field("alloy", min_length=1, max_length=100)
    tts_fallback_base_url: str | None = None
    tts_fallback_api_key: SecretStr | None = None
    tts_fallback_voice: str = Field("alloy", min_length=1, max_length=100)
    transcript_s: float = Field(10, gt=0)
    first_sound_s: float = Field(5, gt=0)
    idle_s: float = Field(5, gt=0)
    """Between two pieces of sound."""

    @field_validator("stt_base_url", "stt_fallback_base_url", "tts_base_url", "tts_fallback_base_url")
    @classmethod
    def _http(cls, value: str | None) -> str | None:
        return endpoint(value)


class VoiceSettings(Section):
    """Voice sessions: how many, for how long, and what a client may send."""

    sessions_per_learner: int = Field(1, ge=1)
    """One more ends the oldest."""
    sessions_per_process: int = Field(25, ge=1)
    """With sound."""
    text_sessions_per_process: int = Field(1000, ge=1)
    """Where the client hears and speaks itself."""
    idle_s: float = Field(300, gt=0)
    """Without a word of either side."""
    max_s: float = Field(3600, gt=0)
    hold_s: float = Field(30, ge=0)
    """For so long after its connection broke a session is kept as it is."""
    audio_ahead_s: float = Field(10, gt=0)
    """Of sound that comes faster than it is spoken."""
    message_bytes: int = Field(12_000_000, ge=64_000)
    """Of one message, a whole recording in base64 included."""
    silence_s: float = Field(0.25, ge=0.1, le=2)
    """Without a sound after which a stretch of speech is transcribed."""
    pause_s: float = Field(0.3, ge=0.1, le=5)
    """Without a sound after which a learner has finished."""
    interruption_s: float = Field(0.3, ge=0.05, le=2)
    """Of speech that stop an answer."""
    false_alarm_s: float = Field(2, ge=0, le=10)
    """Without words after which it goes on; 0: what stops an answer ends it."""
    foresee: bool = True
    """Begin an answer when the words are there, not only when the learner has finished."""
    study_session_s: float = Field(600, ge=30)
    """A study session lasts."""


class FlagSettings(Section):
    """Who is told of flagged turns. Without an address nobody is; they are listed all the same."""

    webhook_url: str | None = None
    webhook_secret: SecretStr | None = None
    """Signs what is sent, as Standard Webhooks do; `whsec_` before base64, or any text."""
    allow_private: bool = False
    """Send to private addresses too."""
    timeout_s: float = Field(10, gt=0)
    give_up_s: float = Field(86_400, gt=0)
    """For so long delivery is tried."""

    @field_validator("webhook_url")
    @classmethod
    def _http(cls, value: str | None) -> str | None:
        return endpoint(value)

    @model_validator(mode="after")
    def _signed(self) -> Self:
        if self.webhook_url and not self.webhook_secret:
            raise ValueError("CLARA_FLAGS__WEBHOOK_URL needs CLARA_FLAGS__WEBHOOK_SECRET, which signs what is sent.")
        return self


class DatabaseSettings(Section):
    """How the database is used; where it is says DATABASE_URL."""

    migrate: Literal["auto", "manual"] = "auto"
    pool_size: int = Field(10, ge=2)


class BlobSettings(Section):
    """Where uploaded bytes are kept: file:///path. Default: a folder of CLARA_DATA_DIR."""

    url: str | None = None


def endpoint(value: str | None) -> str | None:
    if value is not None and not value.startswith(("http://", "https://")):
        raise ValueError(f"{value!r} is not an endpoint: write http://host:port/v1 or https://host/v1.")
    return value.rstrip("/") if value else value


def origin(value: str) -> str:
    """Return scheme://host[:port], or raise: a path or a wildcard would not match what browsers send."""
    parts = urlsplit(value.strip().rstrip("/"))
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.path or "*" in value:
        raise ValueError(f"{value!r} is not an origin: write https://host or http://host:port, without a path or *.")
    return f"{parts.scheme}://{parts.netloc}".lower()
