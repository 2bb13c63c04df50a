"""The types of file that are taken: documents, which are read, and pictures, which are kept until they can be."""

from enum import Enum


class MediaType(Enum):
    """A type that is taken; the value is its short name, which is what gets stored."""

    PDF = "pdf"
    DOCX = "docx"
    HTML = "html"
    MARKDOWN = "markdown"
    TEXT = "text"
    CSV = "csv"
    PNG = "png"
    JPEG = "jpeg"
    GIF = "gif"
    WEBP = "webp"

    @property
    def short(self) -> str:
        return self.value

    @property
    def label(self) -> str:
        """The name for people."""
        return _LABELS[self][0]

    @property
    def mime(self) -> str:
        return _LABELS[self][1]

    @property
    def paged(self) -> bool:
        """Whether the format has physical pages; the others are read as parts of a few thousand characters."""
        return self is MediaType.PDF or self.is_picture

    @property
    def is_picture(self) -> bool:
        return self.mime.startswith("image/")

    @property
    def reader(self) -> str:
        """The module of this package that reads it."""
        return "picture" if self.is_picture else self.short


_LABELS = {
    MediaType.PDF: ("PDF", "application/pdf"),
    MediaType.DOCX: ("DOCX", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    MediaType.HTML: ("HTML", "text/html"),
    MediaType.MARKDOWN: ("Markdown", "text/markdown"),
    MediaType.TEXT: ("plain text", "text/plain"),
    MediaType.CSV: ("CSV", "text/csv"),
    MediaType.PNG: ("PNG", "image/png"),
    MediaType.JPEG: ("JPEG", "image/jpeg"),
    MediaType.GIF: ("GIF", "image/gif"),
    MediaType.WEBP: ("WebP", "image/webp"),
}

READ_LABELS = [media_type.label for media_type in MediaType if not media_type.is_picture]
"""For people: every type that is read."""
READ_TYPES = ", ".join(READ_LABELS)
KEPT_TYPES = ", ".join(media_type.label for media_type in MediaType if media_type.is_picture)
