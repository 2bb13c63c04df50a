"""The bodies of existing clients: unknown fields are let through, two spellings are read and both answered."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictStr, StringConstraints

from clara.api.schemas.chats import CitationAnswer
from clara.api.schemas.fields import MessageText
from clara.api.schemas.files import folder_on_the_wire
from clara.core.clock import iso
from clara.store.files import File
from clara.store.folders import Folder
from clara.tutor.answering import Said

MAX_HISTORY = 200


class Loose(BaseModel):
    model_config = ConfigDict(extra="ignore")


class HistoryItem(Loose):
    role: StrictStr
    content: Any = None


class ChatRequest(Loose):
    message: MessageText
    conversation_history: list[HistoryItem] | None = Field(None, max_length=MAX_HISTORY)
    conversation_id: Annotated[StrictStr, StringConstraints(min_length=1, max_length=128)] | None = None
    folder_id: StrictStr | None = None
    class_id: StrictStr | None = None
    user_id: StrictStr | None = None

    @property
    def folder(self) -> str | None:
        return folder_named(self.folder_id, self.class_id)

    @property
    def history(self) -> list[Said]:
        """What was said before: only learner and assistant, only text."""
        return [
            Said(item.role, item.content)
            for item in self.conversation_history or ()
            if item.role in ("user", "assistant") and isinstance(item.content, str) and item.content.strip()
        ]


class ToolCall(Loose):
    type: str
    data: dict[str, Any]
    id: str


class ChatResponse(Loose):
    success: bool = True
    response: str
    tool_calls: list[ToolCall] = Field(default_factory=list)
    conversation_id: str
    context_used: bool
    timestamp: str
    citations: list[CitationAnswer]


class UploadResponse(Loose):
    status: Literal["success", "processing"]
    message: str
    filename: str
    file_id: str
    chunks_processed: int
    cache_key: str


class ExistingFile(Loose):
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
    files: list[ExistingFile]


class NewExistingFolder(Loose):
    name: Annotated[StrictStr, StringConstraints(min_length=1, max_length=100)]
    description: Annotated[StrictStr, StringConstraints(max_length=500)] | None = None
    user_id: StrictStr | None = None


class ExistingFolder(Loose):
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
    folders: list[ExistingFolder]


class FolderMade(Loose):
    status: Literal["success"] = "success"
    folder: ExistingFolder


class Done(Loose):
    status: Literal["success"] = "success"
    message: str


class ExistingConversation(Loose):
    id: str
    conversation_id: str
    title: str
    folder_id: str | None
    created_at: str
    updated_at: str


class ExistingConversations(Loose):
    conversations: list[ExistingConversation]


class ExistingMessage(Loose):
    id: str
    role: str
    content: str
    tool_calls: list[ToolCall]
    citations: list[CitationAnswer]
    timestamp: str


class ExistingMessages(Loose):
    messages: list[ExistingMessage]


class ContextResponse(Loose):
    context: str


class RagContext(Loose):
    context: str
    query: str
    user_id: str
    class_id: str | None


class RagResult(Loose):
    chunk_id: str
    content: str
    score: float
    source_file: str
    metadata: dict[str, Any]


class RagResults(Loose):
    results: list[RagResult]
    query: str
    user_id: str
    class_id: str | None


def folder_named(*names: str | None) -> str | None:
    """Return the folder that either spelling names; None means all files. "" and null name none."""
    found = {name for name in names if name}
    return min(found) if found else None
