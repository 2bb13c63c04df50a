"""Folders on the wire."""

from pydantic import Field

from clara.api.schemas.fields import Answer, Body, Description, Name
from clara.core.clock import iso
from clara.core.paging import PageOf
from clara.store.deletion import Receipt
from clara.store.folders import Folder


class NewFolder(Body):
    """A folder to make."""

    name: Name = Field(examples=["Biology"])
    description: Description = ""


class FolderChange(Body):
    """A new name or description; what is left out stays as it is."""

    name: Name | None = None
    description: Description | None = None


class FolderAnswer(Answer):
    """A folder, and how many files it has."""

    id: str
    name: str
    description: str
    created_at: str
    updated_at: str
    file_count: int

    @classmethod
    def of(cls, folder: Folder) -> "FolderAnswer":
        return cls(
            id=folder.id,
            name=folder.name,
            description=folder.description,
            created_at=iso(folder.created_at),
            updated_at=iso(folder.updated_at),
            file_count=folder.file_count,
        )


class FolderList(Answer):
    """Folders, oldest first."""

    folders: list[FolderAnswer]
    next_cursor: str | None
    total: int

    @classmethod
    def of(cls, page: PageOf[Folder]) -> "FolderList":
        items = [FolderAnswer.of(folder) for folder in page.items]
        return cls(folders=items, next_cursor=page.next_cursor, total=page.total)


class CitingConversation(Answer):
    """A conversation that cites a deleted file."""

    id: str
    title: str


class KeptStudySet(Answer):
    """A study set that a model wrote from a deleted file."""

    id: str
    title: str


class ReceiptAnswer(Answer):
    """What a deletion removed, and which conversations and study sets may still speak of it."""

    file_id: str
    deleted: dict[str, int] = Field(description="Rows and blobs removed, by kind.")
    document_kept: bool = Field(description="True when the same bytes lie in another folder of yours.")
    conversations: list[CitingConversation]
    study: list[KeptStudySet]

    @classmethod
    def of(cls, receipt: Receipt) -> "ReceiptAnswer":
        return cls(
            file_id=receipt.file_id,
            deleted=receipt.deleted,
            document_kept=receipt.document_kept,
            conversations=[CitingConversation(id=id_, title=title) for id_, title in receipt.conversations],
            study=[KeptStudySet(id=id_, title=title) for id_, title in receipt.study],
        )


class FolderReceipt(Answer):
    """What the deletion of a folder removed: the files that were deleted with it."""

    folder_id: str
    files: list[ReceiptAnswer]
