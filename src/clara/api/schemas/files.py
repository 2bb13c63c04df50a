"""Files and their pages on the wire."""

from pydantic import Field

from clara.api.schemas.fields import Answer, Body, FileName, Id, Mark, folder_on_the_wire
from clara.core.clock import iso
from clara.core.paging import PageOf
from clara.library.pages import PageView
from clara.store.files import File, Status


class FileChange(Body):
    """A new name or folder; what is left out stays as it is."""

    name: FileName | None = None
    folder_id: Id | None = Field(None, description='The folder to move to; "none" means no folder.')


class FileError(Answer):
    """Why a file could not be read."""

    code: str
    detail: str


class FileAnswer(Answer):
    """A file, and how far its reading is."""

    id: str
    name: str
    type: str = Field(description="pdf, docx, html, markdown, text, csv; png, jpeg, gif, webp: pictures.")
    size: int = Field(description="Bytes.")
    folder_id: str | None
    status: Status
    pages_done: int
    pages_total: int | None = Field(description="Null until it is known.")
    paged: bool = Field(description="False: the format has no pages, and numbers count parts of its text.")
    chunks: int = Field(description="Passages that searches may find.")
    error: FileError | None
    created_at: str
    updated_at: str

    @classmethod
    def of(cls, file: File) -> "FileAnswer":
        document = file.document
        failed = document.error_code is not None
        return cls(
            id=file.id,
            name=file.name,
            type=document.media_type,
            size=document.size,
            folder_id=folder_on_the_wire(file.folder_id),
            status=document.status,
            pages_done=document.pages_done,
            pages_total=document.pages_total,
            paged=document.paged,
            chunks=document.chunks,
            error=FileError(code=document.error_code or "", detail=document.error_detail or "") if failed else None,
            created_at=iso(file.created_at),
            updated_at=iso(file.updated_at),
        )


class FileList(Answer):
    """Files, newest first."""

    files: list[FileAnswer]
    next_cursor: str | None
    total: int

    @classmethod
    def of(cls, page: PageOf[File]) -> "FileList":
        items = [FileAnswer.of(file) for file in page.items]
        return cls(files=items, next_cursor=page.next_cursor, total=page.total)


class PageAnswer(Answer):
    """One page's text, and where the quote or passage that was asked for stands in it."""

    file_id: str
    file_name: str
    number: int
    label: str | None = Field(description="The printed page number, where the file has one.")
    paged: bool
    text: str
    heading: str
    marks: list[Mark] = Field(description="(start, end) character offsets in text.")
    pages_total: int | None

    @classmethod
    def of(cls, view: PageView) -> "PageAnswer":
        return cls(
            file_id=view.file.id,
            file_name=view.file.name,
            number=view.page.number,
            label=view.page.label,
            paged=view.file.document.paged,
            text=view.page.text,
            heading=view.heading,
            marks=list(view.marks),
            pages_total=view.file.document.pages_total,
        )
