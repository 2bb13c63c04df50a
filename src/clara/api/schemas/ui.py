"""What the Vercel AI SDK's chat transport sends; what else is in the body is the application's own, and ignored."""

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import Field, StrictStr

from clara.api.schemas.chats import Mode
from clara.api.schemas.fields import Id, Loose
from clara.core.errors import Invalid
from clara.tutor.answering import Said

MAX_MESSAGES = 2000
MAX_CHARACTERS = 20_000
"""Of a question; of an earlier message the rest is left out."""


class UiMessage(Loose):
    """A message as the client holds it."""

    id: StrictStr | None = None
    role: Literal["system", "user", "assistant"]
    parts: list[dict[str, Any]] = Field(max_length=10_000)

    @property
    def text(self) -> str:
        texts = (part.get("text") for part in self.parts if part.get("type") == "text")
        return "".join(text for text in texts if isinstance(text, str))


class UiChatRequest(Loose):
    """A message that was submitted, or an answer that is wanted again. `messages`, or its last one as `message`."""

    id: Id = Field(description="The conversation's, which the client makes up.")
    messages: list[UiMessage] = Field(default_factory=list, max_length=MAX_MESSAGES)
    message: UiMessage | None = None
    trigger: Literal["submit-message", "regenerate-message"] = "submit-message"
    message_id: StrictStr | None = Field(
        None, alias="messageId", description="The question that is changed, or the answer that is wanted again."
    )
    folder_id: Id | None = Field(None, description='For this question; "none" means all files.')
    mode: Mode | None = Field(None, description="The conversation's from now on.")

    @property
    def said(self) -> Sequence[UiMessage]:
        sent = self.messages or ([self.message] if self.message else [])
        return [message for message in sent if message.role != "system"]

    def question(self) -> str:
        """Return the text of the last message that is the learner's, or raise Invalid."""
        asked = next((message for message in reversed(self.said) if message.role == "user"), None)
        if asked is None:
            raise Invalid("There is no message of the learner's. Send one.", code="empty_message")
        if any(part.get("type") == "file" for part in asked.parts):
            raise Invalid("Only text is read. Upload files to the library, then ask.", code="unsupported_content")
        if len(asked.text) > MAX_CHARACTERS:
            raise Invalid(f"A question has at most {MAX_CHARACTERS:,} characters. Ask less at once.")
        return asked.text

    def history(self) -> Sequence[Said]:
        """Return what was said before the question."""
        before = list(self.said)
        while before and before.pop().role != "user":
            pass
        return [Said(message.role, message.text[:MAX_CHARACTERS]) for message in before if message.text.strip()]

    @property
    def questions(self) -> int:
        """How many messages of the learner's the client sent, the question among them."""
        return sum(message.role == "user" for message in self.said)
