"""OpenAI's Chat Completions: what is read of a request, and what is answered; other parameters are ignored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field, StrictBool, StrictInt, StrictStr, StringConstraints

from clara.api.openai_errors import UnsupportedParameter
from clara.api.schemas.chats import ArtifactRef, CitationAnswer
from clara.api.schemas.fields import Answer, Loose
from clara.core.errors import Invalid, NotFound
from clara.tutor.answering import Said

MAX_MESSAGES = 2000
MAX_CHARACTERS = 20_000
"""Of one message; of earlier ones, and of a client's own instructions, the rest is left out."""

MODES: Mapping[str, str | None] = {"clara": None, "clara-hints": "hints", "clara-exam": "exam"}
"""What each model's name says of the mode; None: the conversation's own, else explain."""

_INSTRUCTING = ("system", "developer")
_SPEAKING = ("user", "assistant")
_Key = Annotated[StrictStr, StringConstraints(min_length=1, max_length=128)]
_Stop = Annotated[StrictStr, StringConstraints(min_length=1, max_length=200)]


class ChatMessage(Loose):
    """A message: text, or parts of type text."""

    role: StrictStr
    content: StrictStr | list[dict[str, Any]] | None = None

    def text(self, place: str) -> str:
        """Return the text, or raise UnsupportedParameter for a part that is none."""
        if not isinstance(self.content, list):
            return self.content or ""
        texts = []
        for number, part in enumerate(self.content):
            text = part.get("text") if part.get("type") == "text" else part.get("refusal")
            if not isinstance(text, str):
                raise UnsupportedParameter(
                    f"Only text is read. Leave out content of type {str(part.get('type'))[:40]!r}.",
                    code="unsupported_content",
                    param=f"{place}.content.{number}",
                )
            texts.append(text)
        return "".join(texts)


class Metadata(Loose):
    """Where to answer: a folder, a conversation. Other entries are ignored."""

    folder_id: _Key | None = Field(None, description='Answers come from this folder only; "none" means all files.')
    conversation_id: _Key | None = Field(
        None,
        description="Question and answer are kept in this conversation, which is opened if need be; what is known here "
        "of it counts, and not the messages that are sent. Without it nothing is stored.",
    )


class StreamOptions(Loose):
    """What else a stream tells."""

    include_usage: StrictBool | None = None


@dataclass(frozen=True, slots=True)
class AskedInChat:
    """What a request asks."""

    message: str
    history: Sequence[Said]
    instructions: str


class CompletionRequest(Loose):
    """A chat completion to make."""

    model: StrictStr = Field(examples=["clara"])
    messages: list[ChatMessage] = Field(min_length=1, max_length=MAX_MESSAGES)
    stream: StrictBool | None = None
    stream_options: StreamOptions | None = None
    max_tokens: StrictInt | None = Field(None, ge=1, le=2**31)
    max_completion_tokens: StrictInt | None = Field(None, ge=1, le=2**31)
    stop: _Stop | Annotated[list[_Stop], Field(max_length=4)] | None = None
    n: StrictInt | None = Field(None, ge=1, le=128)
    tools: list[Any] | None = None
    functions: list[Any] | None = None
    response_format: dict[str, Any] | None = None
    modalities: list[Any] | None = None
    metadata: Metadata | None = None

    @property
    def stops(self) -> Sequence[str]:
        return [self.stop] if isinstance(self.stop, str) else self.stop or ()

    @property
    def longest(self) -> int | None:
        return self.max_completion_tokens or self.max_tokens

    @property
    def include_usage(self) -> bool:
        return bool(self.stream_options and self.stream_options.include_usage)

    def mode(self) -> str | None:
        if self.model not in MODES:
            raise no_such_model(self.model)
        return MODES[self.model]

    def asked(self) -> AskedInChat:
        """Return the question and what came before it, or raise what can't be done."""
        self._check()
        texts = [message.text(f"messages.{number}") for number, message in enumerate(self.messages)]
        instructions = [t for m, t in zip(self.messages, texts, strict=True) if m.role in _INSTRUCTING]
        said = [
            Said(message.role, text)
            for message, text in zip(self.messages, texts, strict=True)
            if message.role in _SPEAKING and text.strip()
        ]
        if not said or said[-1].role != "user" or self.messages[-1].role == "assistant":
            raise Invalid("The last message must be the user's question.", code="empty_message", param="messages")
        if len(said[-1].text) > MAX_CHARACTERS:
            raise Invalid(f"A question has at most {MAX_CHARACTERS:,} characters. Ask less at once.", param="messages")
        history = [Said(item.role, item.text[:MAX_CHARACTERS]) for item in said[:-1]]
        return AskedInChat(said[-1].text, history, "\n\n".join(instructions)[:MAX_CHARACTERS])

    def _check(self) -> None:
        for name in ("tools", "functions"):
            if getattr(self, name):
                raise UnsupportedParameter(f"The tutor has tools of its own. Leave out {name}.", param=name)
        if self.response_format is not None and self.response_format.get("type") != "text":
            raise UnsupportedParameter("Answers are text. Leave out response_format.", param="response_format")
        if self.modalities and self.modalities != ["text"]:
            raise UnsupportedParameter("Answers are text. Leave out modalities.", param="modalities")
        if (self.n or 1) > 1:
            raise UnsupportedParameter("There is one answer to a question. Leave out n.", param="n")
        for number, message in enumerate(self.messages):
            if message.role not in _INSTRUCTING + _SPEAKING:
                raise UnsupportedParameter(
                    f"Messages of role {message.role[:40]!r} aren't read. Leave them out.",
                    param=f"messages.{number}.role",
                )


def no_such_model(name: str) -> NotFound:
    return NotFound(
        f"There is no model {name[:100]!r}. There are {', '.join(MODES)}.", code="model_not_found", param="model"
    )


class CompletionUsage(Answer):
    """Tokens that the answer took; none without a model."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class CompletionMessage(Answer):
    """The answer; `[n]` in its content marks citation n."""

    role: Literal["assistant"] = "assistant"
    content: str
    refusal: None = None
    citations: list[CitationAnswer]
    artifacts: list[ArtifactRef] = Field(description="Study sets that were made with the answer.")


class CompletionChoice(Answer):
    """The one answer."""

    index: Literal[0] = 0
    message: CompletionMessage
    finish_reason: Literal["stop", "length", "content_filter"]
    logprobs: None = None


class Completion(Answer):
    """A chat completion."""

    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int
    model: str
    choices: list[CompletionChoice]
    usage: CompletionUsage


class Model(Answer):
    """A way to be taught."""

    id: str
    object: Literal["model"] = "model"
    created: int
    owned_by: Literal["clara"] = "clara"


class ModelList(Answer):
    """Every model."""

    object: Literal["list"] = "list"
    data: list[Model]
