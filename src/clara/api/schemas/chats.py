"""Conversations and answers on the wire."""

from typing import Literal

from pydantic import Field

from clara.api.schemas.fields import Answer, Body, Id, MessageText, Title, folder_on_the_wire
from clara.core.clock import iso
from clara.core.paging import PageOf
from clara.store.conversations import Conversation
from clara.tutor.beginning import Turn
from clara.tutor.conversations import ShownCitation, ShownMessage, chunk_id_of
from clara.tutor.events import Cited
from clara.tutor.turns import Answered


class NewChat(Body):
    """A conversation to begin; without a title it takes one from its first question."""

    title: Title | None = None
    folder_id: Id | None = Field(None, description='Answers come from this folder only; "none" means all files.')


class ChatChange(Body):
    """A new title or folder; what is left out stays as it is."""

    title: Title | None = None
    folder_id: Id | None = Field(None, description='The folder that answers come from; "none" means all files.')


class NewMessage(Body):
    """A question."""

    content: MessageText = Field(examples=["Where is ATP made?"])
    folder_id: Id | None = Field(
        None, description='For this question, instead of the conversation\'s folder; "none" means all files.'
    )


class ChatAnswer(Answer):
    """A conversation."""

    id: str
    title: str = Field(description="Empty until the first question, when none was given.")
    folder_id: str | None = Field(description="Null: answers come from all files.")
    created_at: str
    updated_at: str

    @classmethod
    def of(cls, chat: Conversation) -> "ChatAnswer":
        return cls(
            id=chat.id,
            title=chat.title,
            folder_id=folder_on_the_wire(chat.folder_id),
            created_at=iso(chat.created_at),
            updated_at=iso(chat.updated_at),
        )


class ChatList(Answer):
    """Conversations, latest first."""

    chats: list[ChatAnswer]
    next_cursor: str | None
    total: int

    @classmethod
    def of(cls, page: PageOf[Conversation]) -> "ChatList":
        items = [ChatAnswer.of(chat) for chat in page.items]
        return cls(chats=items, next_cursor=page.next_cursor, total=page.total)


class CitationAnswer(Answer):
    """Where a quote stands. After its file was deleted, the place stays and the texts are null."""

    n: int = Field(description="The answer's text marks it as [n].")
    file_id: str
    file_name: str | None = Field(description="Null when the file was deleted.")
    page_from: int | None = Field(description="Null in formats without pages.")
    page_to: int | None
    heading: str | None
    quote: str | None
    chunk_id: str | None

    @classmethod
    def of(cls, cited: Cited | ShownCitation) -> "CitationAnswer":
        chunk_id = chunk_id_of(cited.document_id, cited.chunk_seq) if isinstance(cited, Cited) else cited.chunk_id
        return cls(
            n=cited.n,
            file_id=cited.file_id,
            file_name=cited.file_name,
            page_from=cited.page_from,
            page_to=cited.page_to,
            heading=cited.heading,
            quote=cited.quote,
            chunk_id=chunk_id,
        )


class MessageAnswer(Answer):
    """A question, or an answer with its citations."""

    id: str
    role: Literal["user", "assistant"]
    content: str
    citations: list[CitationAnswer]
    created_at: str

    @classmethod
    def of(cls, message: ShownMessage) -> "MessageAnswer":
        return cls(
            id=message.id,
            role=message.role,
            content=message.content,
            citations=[CitationAnswer.of(citation) for citation in message.citations],
            created_at=iso(message.created_at),
        )


class MessageList(Answer):
    """The latest messages, or those before a cursor; oldest first."""

    messages: list[MessageAnswer]
    next_cursor: str | None = Field(description="Leads to the messages before these.")
    total: int

    @classmethod
    def of(cls, page: PageOf[ShownMessage]) -> "MessageList":
        items = [MessageAnswer.of(message) for message in page.items]
        return cls(messages=items, next_cursor=page.next_cursor, total=page.total)


class TurnAnswer(Answer):
    """A question and its answer, as they are stored."""

    question: MessageAnswer
    message: MessageAnswer
    covered: bool = Field(description="False when the material doesn't answer the question.")

    @classmethod
    def of(cls, turn: Turn, answered: Answered) -> "TurnAnswer":
        question = MessageAnswer(
            id=turn.question_id, role="user", content=turn.question.text, citations=[], created_at=iso(turn.asked_at)
        )
        message = MessageAnswer(
            id=answered.message_id,
            role="assistant",
            content=answered.content,
            citations=[CitationAnswer.of(cited) for cited in answered.citations],
            created_at=iso(answered.answered_at),
        )
        return cls(question=question, message=message, covered=answered.covered)
