"""Passages as one text, for a prompt that somebody else writes."""

from collections.abc import Sequence

from clara.rag.documents import Passage

CHARS_A_TOKEN = 4
"""A cautious round figure: 1,000 characters of English prose are 193 tokens of Llama's."""


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


def source_of(passage: Passage) -> str:
    """Return "file, page 3" or "file, pages 3-4", with the heading where there are no pages."""
    if passage.page_from is None:
        return f"{passage.file_name}, {passage.heading}" if passage.heading else passage.file_name
    if passage.page_from == passage.page_to:
        return f"{passage.file_name}, page {passage.page_from}"
    return f"{passage.file_name}, pages {passage.page_from}-{passage.page_to}"
