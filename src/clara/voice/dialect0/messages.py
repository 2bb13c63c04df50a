"""The messages of dialect 0: what voice clients of before send and read. Unknown members are let through."""

import json
import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import (
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictStr,
    TypeAdapter,
    ValidationError,
)

from clara.core.clock import iso
from clara.core.errors import ClaraError, Invalid
from clara.core.ids import NO_FOLDER
from clara.study.contract import CommandName, kind_of_command
from clara.study.scope import MAX_TOPIC, Kind, Scope
from clara.voice.dialect0.replies import Reply
from clara.voice.sound.recordings import MOST_BYTES
from clara.voice.wire.messages import MOST_MESSAGE_CHARS, failure_of

MOST_TEXT_CHARS = 20_000
MOST_CHARS = 4 * MOST_BYTES
"""Of a message: a recording in base64, with room for one that is three times too big, so that it is called that."""

_LANGUAGE = re.compile(r"([A-Za-z]{2})([-_]\w{1,8})*", re.ASCII)


def _as_text(value: Any) -> Any:
    """Return a number as text: some clients name a session by the time."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _as_language(value: Any) -> str | None:
    """Return a language's two letters; None for what says nothing of one, which keeps no session from starting."""
    found = _LANGUAGE.fullmatch(value) if isinstance(value, str) else None
    return found[1].lower() if found else None


_Id = Annotated[StrictStr, Field(max_length=128), BeforeValidator(_as_text)]


class _Message(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class SessionStart(_Message):
    """``conversation_id`` goes on with a conversation; the clients of before name neither that nor a folder."""

    type: Literal["session_start"]
    conversation_id: _Id | None = Field(None, validation_alias=AliasChoices("conversation_id", "session_id"))
    folder_id: _Id | None = Field(None, validation_alias=AliasChoices("folder_id", "folderId", "class_id"))
    language: Annotated[str | None, BeforeValidator(_as_language)] = None

    @property
    def folder(self) -> str | None:
        return self.folder_id if self.folder_id not in ("", "null", "undefined", NO_FOLDER) else None


class Text(_Message):
    type: Literal["text"]
    text: Annotated[StrictStr, Field(max_length=MOST_TEXT_CHARS)]


class Audio(_Message):
    """A whole recording in base64."""

    type: Literal["audio"]
    audio: StrictStr = Field(repr=False)


class VisualCommand(_Message):
    """``text`` is what was said; it is read where there is no topic."""

    type: Literal["visual_command"]
    command: CommandName = Field(validation_alias=AliasChoices("command", "command_type"))
    topic: StrictStr | None = Field(None, max_length=MOST_TEXT_CHARS)
    text: StrictStr | None = Field(None, max_length=MOST_TEXT_CHARS)

    @property
    def kind(self) -> Kind:
        return kind_of_command(self.command)

    def scope(self, folder_id: str | None) -> Scope:
        topic = " ".join((self.topic or self.text or "").split())
        return Scope(folder_id=folder_id, topic=topic[:MAX_TOPIC])


class SessionEnd(_Message):
    type: Literal["session_end"]


Asking = Text | Audio | VisualCommand
Message = SessionStart | Asking | SessionEnd
_MESSAGE: TypeAdapter[Message] = TypeAdapter(Annotated[Message, Field(discriminator="type")])


def read_message0(sent: str) -> Message:
    """Return a client's message; raise Invalid, with a code, when it is none."""
    if len(sent) > MOST_CHARS:
        raise Invalid(f"A message has at most {MOST_CHARS} characters.", code="voice_message_too_long")
    try:
        message = _MESSAGE.validate_json(sent)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False, include_context=False)[0]
        place = ".".join(str(part) for part in found["loc"]) or "message"
        raise Invalid(
            f"That is no message of Clara's: {place[:100]}: {found['msg'][:200]}", code="voice_bad_message"
        ) from None
    if any("\0" in value for value in message.model_dump().values() if isinstance(value, str)):
        raise Invalid("The message has a NUL character. Send it without.", code="invalid_text")
    return message


def is_hello(sent: str) -> bool:
    """Return whether a first message is of the other dialect."""
    if len(sent) > MOST_MESSAGE_CHARS:
        return False
    try:
        message = json.loads(sent)
    except (ValueError, RecursionError):
        return False
    return isinstance(message, dict) and message.get("type") == "hello"


def told(kind: str, now: float, **values: Any) -> str:
    """Return a message to a client."""
    return json.dumps({"type": kind, **values, "timestamp": iso(now)}, ensure_ascii=False, separators=(",", ":"))


def response_of(reply: Reply) -> str:
    seen: Mapping[str, Any] = {}
    if reply.visual:
        seen = {"visual_content": reply.visual, "command_type": reply.command_type}
    return told("response", reply.said_at, text=reply.text, **seen)


def error_of(error: ClaraError, now: float) -> str:
    """Return an error for programs, in the words of a problem; ``message`` is another name for ``detail``."""
    failed = failure_of(error)
    return told("error", now, code=failed.code, detail=failed.detail, message=failed.detail, retryable=failed.retryable)
