"""A picture: one page without text, until something reads what is written in it."""

from collections.abc import Iterator
from pathlib import Path

from clara.rag.documents import Page
from clara.rag.extract.limits import ExtractLimits
from clara.rag.extract.messages import DocumentInfo


def read(path: Path, limits: ExtractLimits) -> Iterator[DocumentInfo | Page]:
    yield DocumentInfo(paged=True, pages_total=1, title=None)
    yield Page(1, None, "")
