"""The messages of clara.voice.v1, typed once; docs/protocol.md says what they mean, and is held to this."""

import json
import struct
from enum import IntEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from clara.core.errors import ClaraError, Invalid

SUBPROTOCOL = "clara.voice.v1"
IN_RATE = 16_000
OUT_RATE = 24_000
"""Samples a second of what clients send, and of what they are sent."""
MOST_FRAME_BYTES = 64_000
"""Two seconds of sound."""
MOST_TEXT_CHARS = 5_000
MOST_MESSAGE_CHARS = 32_768
"""Of one JSON message from a client."""

_AUDIO = struct.Struct("<BBHI")
_AUDIO_VERSION = 1
_AUDIO_KIND = 1
AUDIO_HEADER_BYTES = _AUDIO.size


class CloseCode(IntEnum):
    """Why a socket was closed, where it isn't by either side's wish (1000)."""

    GOING_AWAY = 1001
    TOO_BIG = 1009
    INTERNAL = 1011
    BUSY = 1013
    PROTOCOL = 4400
    UNAUTHENTICATED = 4401
    FORBIDDEN = 4403
    IDLE = 4408
    REPLACED = 4409
    EXPIRED = 4410
    TOO_FAST = 4413
    TOO_MANY = 4429


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


_WITHOUT_NUL = r"^[^\x00]*$"
"""A character that no database keeps."""
_Id = Annotated[str, Field(min_length=1, max_length=128, pattern=_WITHOUT_NUL)]


class Resume(_Message):
    """Which session to go on with, and the ``seq`` of the last message that came."""

    session_id: _Id
    token: _Id
    last_seq: Annotated[int, Field(ge=0, lt=2**53)]


class Hello(_Message):
    type: Literal["hello"] = "hello"
    v: Literal[1] = 1
    conversation_id: _Id | None = None
    folder_id: _Id | None = None
    language: Annotated[str, Field(pattern=r"^[a-z]{2}$")] | None = None
    audio: Literal["pcm16", "none"] = "pcm16"
    study_session: bool = False
    reads_aloud: bool = False
    resume: Resume | None = None


class ClientAudioEnd(_Message):
    type: Literal["audio_end"] = "audio_end"


class ClientText(_Message):
    type: Literal["text"] = "text"
    text: Annotated[str, Field(min_length=1, max_length=MOST_TEXT_CHARS, pattern=_WITHOUT_NUL)]


class Interrupt(_Message):
    type: Literal["interrupt"] = "interrupt"


class Played(_Message):
    """So much of a segment, or, of an answer that the client reads aloud itself, so many characters."""

    type: Literal["played"] = "played"
    segment: Annotated[int, Field(ge=0, lt=2**16)] | None = None
    ms: Annotated[float, Field(ge=0, lt=1e9, allow_inf_nan=False)] | None = None
    id: _Id | None = None
    chars: Annotated[int, Field(ge=0, lt=2**31)] | None = None

    @model_validator(mode="after")
    def _is_of_one(self) -> "Played":
        named = [value is not None for value in (self.segment, self.ms, self.id, self.chars)]
        if named not in ([True, True, False, False], [False, False, True, True]):
            raise PydanticCustomError("played_what", "segment and ms, or id and chars")
        return self


class Mic(_Message):
    type: Literal["mic"] = "mic"
    muted: bool


class Ping(_Message):
    type: Literal["ping"] = "ping"
    t: Annotated[float, Field(allow_inf_nan=False)]


class ClientBye(_Message):
    type: Literal["bye"] = "bye"


ClientMessage = Hello | ClientAudioEnd | ClientText | Interrupt | Played | Mic | Ping | ClientBye
_CLIENT: TypeAdapter[ClientMessage] = TypeAdapter(Annotated[ClientMessage, Field(discriminator="type")])


class Ready(_Message):
    type: Literal["ready"] = "ready"
    session_id: str
    resume_token: str
    conversation_id: str | None
    hears: bool
    speaks: bool
    in_rate: int
    out_rate: int
    restored: bool = False


class State(_Message):
    type: Literal["state"] = "state"
    agent: Literal["listening", "thinking", "speaking"]
    user: Literal["listening", "speaking", "away"]


class Transcript(_Message):
    type: Literal["transcript"] = "transcript"
    role: Literal["user", "assistant"]
    id: str
    text: str
    final: bool


class AudioStart(_Message):
    type: Literal["audio_start"] = "audio_start"
    segment: int
    rate: int


class AudioEnd(_Message):
    type: Literal["audio_end"] = "audio_end"
    segment: int
    position_ms: float
    interrupted: bool
    text: str


class Clear(_Message):
    type: Literal["clear"] = "clear"
    segment: int
    position_ms: float


class Pause(_Message):
    type: Literal["pause"] = "pause"
    segment: int


class Unpause(_Message):
    type: Literal["resume"] = "resume"
    segment: int


class Visual(_Message):
    type: Literal["visual"] = "visual"
    set_id: str
    kind: str
    title: str
    content: dict[str, Any]


class Citation(_Message):
    type: Literal["citation"] = "citation"
    citation: dict[str, Any]


class Turn(_Message):
    type: Literal["turn"] = "turn"
    id: str
    role: Literal["user", "assistant"]
    text: str
    interrupted: bool = False


class Study(_Message):
    type: Literal["study"] = "study"
    session_id: str
    stage: Literal["studying", "winding_down", "teach_back", "summary", "over"]
    left_s: float
    summary: str = ""


class Failed(_Message):
    type: Literal["error"] = "error"
    code: str
    detail: str
    retryable: bool


class Pong(_Message):
    type: Literal["pong"] = "pong"
    t: float


class Bye(_Message):
    type: Literal["bye"] = "bye"
    reason: str


ServerMessage = (
    Ready
    | State
    | Transcript
    | AudioStart
    | AudioEnd
    | Clear
    | Pause
    | Unpause
    | Visual
    | Citation
    | Turn
    | Study
    | Failed
    | Pong
    | Bye
)


def read_message(text: str) -> ClientMessage:
    """Return a client's message; raise Invalid, with a code, when it is none."""
    if len(text) > MOST_MESSAGE_CHARS:
        raise Invalid(f"A message has at most {MOST_MESSAGE_CHARS} characters.", code="voice_message_too_long")
    try:
        return _CLIENT.validate_json(text)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False, include_context=False)[0]
        place = ".".join(str(part) for part in found["loc"]) or "message"
        raise Invalid(
            f"That is no message of {SUBPROTOCOL}: {place[:100]}: {found['msg'][:200]}", code="voice_bad_message"
        ) from None


def check_sound(frame: bytes) -> None:
    """Raise Invalid unless a binary frame is sound as a client sends it."""
    if not frame or len(frame) % 2 or len(frame) > MOST_FRAME_BYTES:
        raise Invalid("Send signed 16-bit samples, at most two seconds a frame.", code="voice_bad_audio")


_CODES: dict[int, CloseCode] = {
    401: CloseCode.UNAUTHENTICATED,
    403: CloseCode.FORBIDDEN,
    413: CloseCode.TOO_BIG,
    429: CloseCode.TOO_MANY,
    500: CloseCode.INTERNAL,
    503: CloseCode.BUSY,
}


def close_code_of(error: ClaraError) -> CloseCode:
    """Return the code that a socket is closed with which ends in this error."""
    if error.problem_code == "draining":
        return CloseCode.GOING_AWAY
    return _CODES.get(error.status, CloseCode.PROTOCOL)


_LASTING = frozenset(
    (
        "budget_used_up",
        "gave_up",
        "migration_failed",
        "migrations_behind",
        "model_context_exceeded",
        "model_misconfigured",
        "model_refused",
        "embedding_misconfigured",
        "parser_unavailable",
        "speech_misconfigured",
        "speech_not_configured",
        "storage_full",
        "study_not_installed",
        "voice_not_installed",
    )
)
"""The status says that something failed here, or was too much; but somebody has to do something else, or repair it."""
_PASSING = frozenset(("turn_running", "voice_nothing_heard"))
"""The request was wrong only now."""


def failure_of(error: ClaraError) -> Failed:
    """Return how a client is told of an error; ``retryable``: the same may work in a moment."""
    code = error.problem_code
    passes = error.status >= 500 or error.status == 429
    return Failed(code=code, detail=error.detail, retryable=code in _PASSING or (passes and code not in _LASTING))


def write_message(message: ServerMessage, seq: int) -> str:
    """Return a message as it is sent, numbered."""
    return json.dumps({**message.model_dump(), "seq": seq}, ensure_ascii=False, separators=(",", ":"))


def pack_audio(segment: int, offset: int, pcm: bytes) -> bytes:
    """Return sound as it is sent: eight bytes of header, little-endian, then the samples."""
    return _AUDIO.pack(_AUDIO_VERSION, _AUDIO_KIND, segment % 2**16, offset % 2**32) + pcm


def unpack_audio(packed: bytes) -> tuple[int, int, bytes]:
    """Return segment, offset and samples; for clients and tests. Raises ValueError."""
    if len(packed) < AUDIO_HEADER_BYTES:
        raise ValueError("shorter than its header")
    version, kind, segment, offset = _AUDIO.unpack_from(packed)
    if (version, kind) != (_AUDIO_VERSION, _AUDIO_KIND):
        raise ValueError("not a frame of sound")
    return segment, offset, packed[AUDIO_HEADER_BYTES:]
