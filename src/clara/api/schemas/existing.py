"""The bodies of existing clients: unknown fields are let through, every spelling is read, both are answered."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import Field, StrictBool, StrictStr, StringConstraints

from clara.api.schemas.chats import CitationAnswer
from clara.api.schemas.fields import Description, Loose, MessageText, Name, NamesFolder, folder_on_the_wire
from clara.core.clock import iso
from clara.rag.documents import Passage
from clara.store.conversations import Conversation
from clara.store.files import File
from clara.store.folders import Folder
from clara.study.contract import content_of, tool_call
from clara.study.sets import StudySet
from clara.tutor.answering import Said
from clara.tutor.events import ArtifactEvent
from clara.tutor.showing import ShownMessage
from clara.tutor.turns.answered import Answered
from clara.tutor.turns.beginning import Turn

MAX_HISTORY = 200
"""Messages; existing clients send 20 turns."""
MAX_HISTORY_CHARS = 20_000
"""Of each of them that are kept: as long as a message may be."""

ConversationId = Annotated[StrictStr, StringConstraints(min_length=1, max_length=128)]


class HistoryItem(Loose):
    """What was said before. Only text of the roles user and assistant is taken."""

    role: StrictStr
    content: Any = None


class ChatRequest(NamesFolder):
    """A question, in a conversation of any name that the client makes up."""

    message: MessageText = Field(examples=["Where is ATP made?"])
    conversation_history: list[HistoryItem] | None = Field(
        None, max_length=MAX_HISTORY, description="Read only when the conversation isn't known here."
    )
    conversation_id: ConversationId | None = Field(None, description="One is made when it is left out.")
    user_id: StrictStr | None = None

    @property
    def history(self) -> Sequence[Said]:
        return [
            Said(item.role, item.content[:MAX_HISTORY_CHARS])
            for item in self.conversation_history or ()
            if item.role in ("user", "assistant") and isinstance(item.content, str) and item.content.strip()
        ]


class ToolCall(Loose):
    """A diagram, cards or a quiz that came with an answer."""

    type: str
    data: dict[str, Any]
    id: str

    @classmethod
    def of(cls, artifact: ArtifactEvent) -> "list[ToolCall]":
        made = tool_call(artifact.set_id, artifact.kind, artifact.title, artifact.content)
        return [cls(**made)] if made else []

    @classmethod
    def of_set(cls, found: StudySet) -> "list[ToolCall]":
        made = tool_call(found.id, found.kind, found.title, content_of(found))
        return [cls(**made)] if made else []


class ChatResponse(Loose):
    """An answer, with where each of its quotes stands."""

    success: StrictBool = True
    response: str
    tool_calls: list[ToolCall] = Field(default_factory=list)
    conversation_id: str
    context_used: bool = Field(description="False when the material doesn't answer the question.")
    timestamp: str
    citations: list[CitationAnswer]

    @classmethod
    def of(cls, turn: Turn, answered: Answered) -> "ChatResponse":
        return cls(
            response=answered.content,
            tool_calls=[call for artifact in answered.artifacts for call in ToolCall.of(artifact)],
            conversation_id=turn.conversation.id,
            context_used=answered.covered,
            timestamp=iso(answered.answered_at),
            citations=[CitationAnswer.of(cited) for cited in answered.citations],
        )


class UploadResponse(Loose):
    """An uploaded file; `processing` when it is still being read after the wait."""

    status: Literal["success", "processing"]
    message: str
    filename: str
    file_id: str
    chunks_processed: int
    cache_key: str


class ExistingFile(Loose):
    """A file."""

    id: str
    name: str
    type: str
    size: int
    uploaded_at: str
    chunks_count: int
    folder_id: str | None
    class_id: str | None
    user_id: str
    status: str

    @classmethod
    def of(cls, owner_id: str, file: File) -> "ExistingFile":
        folder_id = folder_on_the_wire(file.folder_id)
        return cls(
            id=file.id,
            name=file.name,
            type=file.document.media_type,
            size=file.document.size,
            uploaded_at=iso(file.created_at),
            chunks_count=file.document.chunks,
            folder_id=folder_id,
            class_id=folder_id,
            user_id=owner_id,
            status=file.document.status,
        )


class ExistingFiles(Loose):
    """Every file, newest first."""

    files: list[ExistingFile]


class NewExistingFolder(Loose):
    """A folder to make."""

    name: Name = Field(examples=["Biology"])
    description: Description | None = None
    user_id: StrictStr | None = None


class ExistingFolder(Loose):
    """A folder, which some clients call a class."""

    id: str
    name: str
    description: str
    created_at: str
    user_id: str

    @classmethod
    def of(cls, owner_id: str, folder: Folder) -> "ExistingFolder":
        return cls(
            id=folder.id,
            name=folder.name,
            description=folder.description,
            created_at=iso(folder.created_at),
            user_id=owner_id,
        )


class ExistingFolders(Loose):
    """Every folder, oldest first."""

    folders: list[ExistingFolder]


class FolderMade(Loose):
    """The folder that was made."""

    status: Literal["success"] = "success"
    folder: ExistingFolder


class Done(Loose):
    """It was done."""

    status: Literal["success"] = "success"
    message: str


class ExistingConversation(Loose):
    """A conversation."""

    id: str
    conversation_id: str
    title: str
    folder_id: str | None
    class_id: str | None
    created_at: str
    updated_at: str

    @classmethod
    def of(cls, conversation: Conversation) -> "ExistingConversation":
        folder_id = folder_on_the_wire(conversation.folder_id)
        return cls(
            id=conversation.id,
            conversation_id=conversation.id,
            title=conversation.title,
            folder_id=folder_id,
            class_id=folder_id,
            created_at=iso(conversation.created_at),
            updated_at=iso(conversation.updated_at),
        )


class ExistingConversations(Loose):
    """Every conversation, latest first."""

    conversations: list[ExistingConversation]


class ExistingMessage(Loose):
    """A question or an answer."""

    id: str
    role: str
    content: str
    tool_calls: list[ToolCall]
    citations: list[CitationAnswer]
    timestamp: str

    @classmethod
    def of(cls, message: ShownMessage, made: Mapping[str, StudySet]) -> "ExistingMessage":
        return cls(
            id=message.id,
            role=message.role,
            content=message.content,
            tool_calls=[call for id_ in message.artifacts if id_ in made for call in ToolCall.of_set(made[id_])],
            citations=[CitationAnswer.of(citation) for citation in message.citations],
            timestamp=iso(message.created_at),
        )


class ExistingMessages(Loose):
    """Every message, oldest first."""

    messages: list[ExistingMessage]


class ContextResponse(Loose):
    """What a learner has uploaded, in words."""

    context: str


class RagContext(Loose):
    """Passages as one text."""

    context: str
    query: str
    user_id: str
    class_id: str | None
    folder_id: str | None


class RagResult(Loose):
    """A passage that was found."""

    chunk_id: str
    content: str
    score: float
    source_file: str
    metadata: dict[str, Any] = Field(
        description="file_id, folder_id, class_id, page_from, page_to, page_label_from, page_label_to, heading."
    )

    @classmethod
    def of(cls, passage: Passage) -> "RagResult":
        folder_id = folder_on_the_wire(passage.folder_id)
        return cls(
            chunk_id=passage.chunk_id,
            content=passage.text,
            score=round(passage.score, 6),
            source_file=passage.file_name,
            metadata={
                "file_id": passage.file_id,
                "folder_id": folder_id,
                "class_id": folder_id,
                "page_from": passage.page_from,
                "page_to": passage.page_to,
                "page_label_from": passage.label_from,
                "page_label_to": passage.label_to,
                "heading": passage.heading,
            },
        )


class RagResults(Loose):
    """Passages, best first."""

    results: list[RagResult]
    query: str
    user_id: str
    class_id: str | None
    folder_id: str | None
