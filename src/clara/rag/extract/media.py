"""The types of document that are read."""

from enum import Enum


class MediaType(Enum):
    """A type that is read; the value is its short name, which is what gets stored."""

    PDF = "pdf"
    DOCX = "docx"
    HTML = "html"
    MARKDOWN = "markdown"
    TEXT = "text"
    CSV = "csv"

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
        return self is MediaType.PDF


_LABELS = {
    MediaType.PDF: ("PDF", "application/pdf"),
    MediaType.DOCX: ("DOCX", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    MediaType.HTML: ("HTML", "text/html"),
    MediaType.MARKDOWN: ("Markdown", "text/markdown"),
    MediaType.TEXT: ("plain text", "text/plain"),
    MediaType.CSV: ("CSV", "text/csv"),
}

READ_TYPES = ", ".join(media_type.label for media_type in MediaType)
"""For people: every type that is read, in one phrase."""
