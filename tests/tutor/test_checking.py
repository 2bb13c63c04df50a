"""The check of a citation against the store."""

from collections.abc import Generator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from clara.rag.documents import Heading, Page
from clara.rag.extract.messages import DocumentInfo
from clara.settings import Settings
from clara.tutor.checking import Draft, check
from tests.rag.documents_made import make_pdf
from tests.stores import Store, open_store

pytestmark = pytest.mark.anyio

FIRST, SECOND = "Cells divide by mitosis. Each division takes", "about one hour in the embryo. Then they grow."


def read_pages(*_: object) -> Generator[DocumentInfo | Page]:
    """Stand in for the parser: two pages whose second goes on with the first one's sentence."""
    yield DocumentInfo(True, 2, None)
    yield Page(1, "i", FIRST)
    yield Page(2, "ii", SECOND)


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    with open_store(settings) as store:
        yield store


@pytest.fixture
async def drafts(store: Store, tmp_path: Path) -> list[Draft]:
    """The passage of a two-page PDF, as drafts that cite each of its sentences."""
    await store.upload("ana", make_pdf(["one", "two"]), name="cells.pdf")
    await store.work(read_pages)
    found = (await store.search.search("ana", "cells division")).passages[0]
    starts = [found.text.index(word) for word in ("Cells", "Each", "Then")]
    return [Draft(found, start, found.text.index(".", start) + 1) for start in starts]


class TestCheck:
    async def test_names_the_pages_of_the_quote_alone(self, store: Store, drafts: list[Draft]) -> None:
        cited = await check(store.database, "ana", drafts)
        assert [(one.n, one.page_from, one.page_to) for one in cited] == [(1, 1, 1), (2, 1, 2), (3, 2, 2)]
        text = f"{FIRST}\n{SECOND}"
        assert all(text[one.start : one.end] == one.quote for one in cited)

    async def test_names_the_printed_numbers_of_those_pages(self, store: Store, drafts: list[Draft]) -> None:
        cited = await check(store.database, "ana", drafts)
        assert [(one.label_from, one.label_to) for one in cited] == [("i", "i"), ("i", "ii"), ("ii", "ii")]
        passage = (await store.search.search("ana", "cells division")).passages[0]
        assert (passage.label_from, passage.label_to) == ("i", "ii")

    async def test_names_the_heading_of_the_quote_alone(self, store: Store) -> None:
        text = "Cells divide by mitosis.\nGrowth\nThen they grow."

        def read(*_: object) -> Generator[DocumentInfo | Page]:
            yield DocumentInfo(True, 1, None)
            yield Page(1, None, text, (Heading(1, "Cells", 1, 0), Heading(2, "Growth", 1, text.index("Growth"))))

        await store.upload("ana", make_pdf(["one"]), name="cells.pdf")
        await store.work(read)
        found = (await store.search.search("ana", "mitosis")).passages[0]
        starts = [found.text.index(word) for word in ("Cells", "Then")]
        cited = await check(store.database, "ana", [Draft(found, at, found.text.index(".", at) + 1) for at in starts])
        assert [(one.heading, one.label_from) for one in cited] == [("Cells", None), ("Cells › Growth", None)]

    async def test_drops_what_does_not_stand_there(self, store: Store, drafts: list[Draft]) -> None:
        passage = drafts[0].passage
        other = replace(passage, text=passage.text.replace("mitosis", "meiosis"))
        cited = await check(store.database, "ana", [replace(drafts[0], passage=other), drafts[1]])
        assert [(one.n, one.quote) for one in cited] == [(1, "Each division takes\nabout one hour in the embryo.")]

    async def test_drops_what_stands_elsewhere(self, store: Store, drafts: list[Draft]) -> None:
        moved = replace(drafts[0].passage, start=drafts[0].passage.start + 1)
        assert await check(store.database, "ana", [replace(drafts[0], passage=moved)]) == []

    async def test_drops_what_was_deleted_meanwhile(self, store: Store, drafts: list[Draft]) -> None:
        await store.files.delete("ana", drafts[0].passage.file_id)
        assert await check(store.database, "ana", drafts) == []

    async def test_drops_what_is_another_learners(self, store: Store, drafts: list[Draft]) -> None:
        assert await check(store.database, "ben", drafts) == []

    async def test_a_text_file_has_no_pages(self, store: Store) -> None:
        await store.add("ana", "Cells divide by mitosis. They grow.", name="notes.txt")
        found = (await store.search.search("ana", "mitosis")).passages[0]
        (cited,) = await check(store.database, "ana", [Draft(found, 0, 24)])
        assert (cited.page_from, cited.page_to, cited.quote) == (None, None, "Cells divide by mitosis.")

    async def test_nothing_to_check_is_nothing_cited(self, store: Store) -> None:
        assert await check(store.database, "ana", []) == []
