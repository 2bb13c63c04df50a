"""Passages on the wire."""

from clara.api.schemas.fields import Answer
from clara.api.schemas.files import folder_on_the_wire
from clara.rag.documents import Passage


class PassageAnswer(Answer):
    """``marks`` are (start, end) character offsets in ``text`` of the words that matched."""

    chunk_id: str
    file_id: str
    file_name: str
    folder_id: str | None
    page_from: int | None
    page_to: int | None
    heading: str
    text: str
    score: float
    marks: list[tuple[int, int]]

    @classmethod
    def of(cls, passage: Passage) -> "PassageAnswer":
        return cls(
            chunk_id=passage.chunk_id,
            file_id=passage.file_id,
            file_name=passage.file_name,
            folder_id=folder_on_the_wire(passage.folder_id),
            page_from=passage.page_from,
            page_to=passage.page_to,
            heading=passage.heading,
            text=passage.text,
            score=round(passage.score, 6),
            marks=list(passage.marks),
        )


class SearchAnswer(Answer):
    passages: list[PassageAnswer]
