"""Folders on the wire."""

from pydantic import Field

from clara.api.schemas.fields import Answer, Body, Description, Name
from clara.core.clock import iso
from clara.core.paging import PageOf
from clara.store.deletion import Receipt
from clara.store.folders import Folder


class NewFolder(Body):
    name: Name
    description: Description = ""


class FolderChange(Body):
    name: Name | None = None
    description: Description | None = None


class FolderAnswer(Answer):
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
    folders: list[FolderAnswer]
    next_cursor: str | None
    total: int

    @classmethod
    def of(cls, page: PageOf[Folder]) -> "FolderList":
        items = [FolderAnswer.of(folder) for folder in page.items]
        return cls(folders=items, next_cursor=page.next_cursor, total=page.total)


class CitingConversation(Answer):
    id: str
    title: str


class ReceiptAnswer(Answer):
    """What a deletion removed, and which conversations may still speak of it."""

    file_id: str
    deleted: dict[str, int] = Field(description="Rows and blobs removed, by kind.")
    document_kept: bool = Field(description="True when the same bytes lie in another folder of yours.")
    conversations: list[CitingConversation]

    @classmethod
    def of(cls, receipt: Receipt) -> "ReceiptAnswer":
        return cls(
            file_id=receipt.file_id,
            deleted=receipt.deleted,
            document_kept=receipt.document_kept,
            conversations=[CitingConversation(id=id_, title=title) for id_, title in receipt.conversations],
        )


class FolderReceipt(Answer):
    folder_id: str
    files: list[ReceiptAnswer]
