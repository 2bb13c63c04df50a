"""The types of document that are read."""

from enum import Enum


class MediaType(Enum):
    """A type that is read; the value is its short name, which is what gets stored.

    ``paged`` says that the format has physical pages; the others are read as parts of a few thousand characters.
    """

    PDF = "pdf", "PDF", "application/pdf", True
    DOCX = "docx", "DOCX", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", False
    HTML = "html", "HTML", "text/html", False
    MARKDOWN = "markdown", "Markdown", "text/markdown", False
    TEXT = "text", "plain text", "text/plain", False
    CSV = "csv", "CSV", "text/csv", False

    label: str
    mime: str
    paged: bool

    def __new__(cls, short: str, label: str, mime: str, paged: bool) -> "MediaType":
        member = object.__new__(cls)
        member._value_ = short
        member.label, member.mime, member.paged = label, mime, paged
        return member

    @property
    def short(self) -> str:
        return str(self.value)


READ_TYPES = ", ".join(media_type.label for media_type in MediaType)
"""For people: every type that is read, in one phrase."""
