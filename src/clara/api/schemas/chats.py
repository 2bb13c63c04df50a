"""Conversations and answers on the wire."""

from pydantic import Field

from clara.api.schemas.fields import Answer, Body, Id, MessageText, Title
from clara.api.schemas.files import folder_on_the_wire
from clara.core.clock import iso
from clara.core.paging import PageOf
from clara.store.conversations import Conversation
from clara.tutor.conversations import ShownCitation, ShownMessage, chunk_id_of
from clara.tutor.events import Cited


class NewChat(Body):
    title: Title | None = None
    folder_id: Id | None = Field(None, description="Answers come from this folder only.")


class ChatChange(Body):
    title: Title | None = None
    folder_id: Id | None = Field(None, description='The folder that answers come from; "none" means all files.')


class NewMessage(Body):
    content: MessageText
    folder_id: Id | None = Field(None, description="For this question only, instead of the conversation's folder.")


class ChatAnswer(Answer):
    id: str
    title: str
    folder_id: str | None
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
    chats: list[ChatAnswer]
    next_cursor: str | None
    total: int

    @classmethod
    def of(cls, page: PageOf[Conversation]) -> "ChatList":
        items = [ChatAnswer.of(chat) for chat in page.items]
        return cls(chats=items, next_cursor=page.next_cursor, total=page.total)


class CitationAnswer(Answer):
    """Where a quote stands. After its file was deleted, the place stays and the texts are null."""

    n: int
    file_id: str
    file_name: str | None
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
    id: str
    role: str
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
    messages: list[MessageAnswer]


class TurnAnswer(Answer):
    question: MessageAnswer
    message: MessageAnswer
    covered: bool = Field(description="False when the material doesn't answer the question.")
