"""Passages on the wire."""

from pydantic import Field

from clara.api.schemas.fields import Answer, Mark, folder_on_the_wire
from clara.rag.documents import Passage


class PassageAnswer(Answer):
    """A passage that was found, and where it stands."""

    chunk_id: str
    file_id: str
    file_name: str
    folder_id: str | None
    page_from: int | None = Field(description="Null in formats without pages.")
    page_to: int | None
    page_label_from: str | None = Field(description="The number printed on page_from, null where the file names none.")
    page_label_to: str | None
    heading: str = Field(description="The path of headings above it, outermost first.")
    text: str
    score: float
    marks: list[Mark] = Field(description="(start, end) character offsets in text of words that matched.")

    @classmethod
    def of(cls, passage: Passage) -> "PassageAnswer":
        return cls(
            chunk_id=passage.chunk_id,
            file_id=passage.file_id,
            file_name=passage.file_name,
            folder_id=folder_on_the_wire(passage.folder_id),
            page_from=passage.page_from,
            page_to=passage.page_to,
            page_label_from=passage.label_from,
            page_label_to=passage.label_to,
            heading=passage.heading,
            text=passage.text,
            score=round(passage.score, 6),
            marks=list(passage.marks),
        )


class SearchAnswer(Answer):
    """Passages, best first."""

    passages: list[PassageAnswer]
