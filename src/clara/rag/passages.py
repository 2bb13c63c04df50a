"""Passages: made from a chunk where its file lies, and as one text, for a prompt that somebody else writes."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from clara.rag.documents import Passage
from clara.store.passages import ChunkRow, Placed

CHARS_A_TOKEN = 4
"""A cautious round figure: 1,000 characters of English prose are 193 tokens of Llama's."""


def chunk_id_of(document_id: str, seq: int) -> str:
    """Return the id by which clients know a chunk."""
    return f"{document_id}-{seq}"


def passage_of(
    row: ChunkRow, placed: Placed, score: float = 0.0, labels: Mapping[tuple[str, int], str] | None = None
) -> Passage:
    """Return a chunk as a passage of one of its files. ``labels`` are the printed numbers of (document, page)."""
    labels = labels or {}
    return Passage(
        chunk_id=chunk_id_of(row.document_id, row.seq),
        file_id=placed.file_id,
        file_name=placed.name,
        folder_id=placed.folder_id,
        document_id=row.document_id,
        seq=row.seq,
        page_from=row.page_from if placed.paged else None,
        page_to=row.page_to if placed.paged else None,
        start=row.start,
        end=row.end,
        heading=row.heading,
        text=row.text,
        score=score,
        label_from=labels.get((row.document_id, row.page_from)),
        label_to=labels.get((row.document_id, row.page_to)),
    )


def join_passages(passages: Sequence[Passage], max_tokens: int) -> str:
    """Join passages, best first, each headed by its file and page, as far as they fit; the last may be cut."""
    left = max_tokens * CHARS_A_TOKEN
    parts: list[str] = []
    for passage in passages:
        part = f"[{source_of(passage)}]\n{passage.text}"
        if len(part) > left:
            cut = part[:left].rsplit(maxsplit=1)[0]
            if len(cut) > len(part) - len(passage.text):
                parts.append(cut)
            break
        parts.append(part)
        left -= len(part) + 2
    return "\n\n".join(parts)


class Place(Protocol):
    """What a passage and a citation have in common."""

    @property
    def file_name(self) -> str: ...
    @property
    def page_from(self) -> int | None: ...
    @property
    def page_to(self) -> int | None: ...
    @property
    def label_from(self) -> str | None: ...
    @property
    def label_to(self) -> str | None: ...
    @property
    def heading(self) -> str: ...


def source_of(place: Place) -> str:
    """Return "file, page 3", "file, pages 14-15 (printed xii-xiii)", or with the heading where there are no pages."""
    if place.page_from is None:
        return f"{place.file_name}, {place.heading}" if place.heading else place.file_name
    if place.page_from == place.page_to:
        return f"{place.file_name}, page {place.page_from}{_printed(place)}"
    return f"{place.file_name}, pages {place.page_from}-{place.page_to}{_printed(place)}"


def _printed(place: Place) -> str:
    printed = printed_pages(place)
    return f" (printed {printed[0] if printed[0] == printed[1] else '-'.join(printed)})" if printed else ""


def printed_pages(place: Place) -> tuple[str, str] | None:
    """Return the numbers printed on the first and last page, None where they are the counted ones or aren't known."""
    labels = (place.label_from, place.label_to)
    if labels[0] is None or labels[1] is None or labels == (str(place.page_from), str(place.page_to)):
        return None
    return labels[0], labels[1]
