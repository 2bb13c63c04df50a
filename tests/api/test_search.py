"""Passages over HTTP: our own search, and the two routes of existing clients over the same."""

import re
from typing import Any

import pytest

from tests.api.existing_client import ExistingClient, code_of
from tests.learners import Learner
from tests.rag.documents_made import make_pdf

pytestmark = pytest.mark.anyio

FILLER = " Blood, bones and skin are parts of the body, as every book of biology says somewhere." * 15
BOOK = make_pdf([f"{text}{FILLER}" for text in ("The heart pumps.", "The liver makes bile.", "Kidneys filter.")])
NOTES = b"# Liver\n\nBile helps to digest fat.\n"

PASSAGE = {
    "chunk_id",
    "file_id",
    "file_name",
    "folder_id",
    "page_from",
    "page_to",
    "page_label_from",
    "page_label_to",
    "heading",
    "text",
    "score",
    "marks",
}
RESULT = {"chunk_id", "content", "score", "source_file", "metadata"}
METADATA = {"file_id", "folder_id", "class_id", "page_from", "page_to", "page_label_from", "page_label_to", "heading"}


class TestSearchFiles:
    async def test_finds_where_it_stands(self, ana: Learner) -> None:
        file_id = (await ana.upload("body.pdf", BOOK))["file_id"]

        answer = (await ana.get("/v1/search", params={"q": "Who makes bile?"})).json()

        assert set(answer) == {"passages"}
        first = answer["passages"][0]
        assert set(first) == PASSAGE
        assert (first["file_id"], first["file_name"], first["folder_id"]) == (file_id, "body.pdf", None)
        assert first["page_from"] <= 2 <= first["page_to"]
        words = {first["text"][start:end].lower() for start, end in first["marks"]}
        assert {"makes", "bile"} <= words
        scores = [passage["score"] for passage in answer["passages"]]
        assert scores == sorted(scores, reverse=True)

    async def test_formats_without_pages_have_none(self, ana: Learner) -> None:
        await ana.upload("notes.md", NOTES)

        first = (await ana.get("/v1/search?q=bile")).json()["passages"][0]

        assert (first["page_from"], first["page_to"], first["heading"]) == (None, None, "Liver")

    async def test_folder_and_limit_restrict(self, ana: Learner, ben: Learner) -> None:
        folder = await ana.folder()
        await ana.upload("notes.md", NOTES, folder_id=folder)
        await ana.upload("body.pdf", BOOK)

        async def names(**query: Any) -> list[str]:
            found = (await ana.get("/v1/search", params={"q": "bile"} | query)).json()["passages"]
            return [passage["file_name"] for passage in found]

        assert set(await names(folder_id=folder)) == {"notes.md"}
        assert set(await names(folder_id="none")) == {"body.pdf"}
        assert len(await names(limit=1)) == 1
        for unknown in ("fld_unknown", await ben.folder()):
            answer = await ana.get("/v1/search", params={"q": "bile", "folder_id": unknown})
            assert code_of(answer) == (404, "folder_not_found")

    async def test_nothing_to_search_in_finds_nothing(self, ana: Learner) -> None:
        assert (await ana.get("/v1/search?q=bile")).json() == {"passages": []}

    @pytest.mark.parametrize("query", ["", "q=", "q=" + "x" * 5001, "q=x&limit=0", "q=x&limit=51", "q=x&limit=many"])
    async def test_odd_queries_are_refused(self, ana: Learner, query: str) -> None:
        assert code_of(await ana.get(f"/v1/search?{query}")) == (422, "invalid")

    @pytest.mark.parametrize("query", ["   ", "?!", "😀", "\u202e", "%", "the of and", "x" * 5000])
    async def test_strange_words_are_searched(self, ana: Learner, query: str) -> None:
        await ana.upload("notes.md", NOTES)

        assert (await ana.get("/v1/search", params={"q": query})).status_code == 200


class TestRagSearch:
    async def test_has_the_contracts_shape(self, ana: Learner) -> None:
        client = ExistingClient(ana)
        folder = await ana.folder()
        file_id = (await ana.upload("body.pdf", BOOK, folder_id=folder))["file_id"]

        answer = (
            await client.get("/rag/search/{user_id}", params={"query": "Who makes bile?", "class_id": folder})
        ).json()

        assert set(answer) == {"results", "query", "user_id", "class_id", "folder_id"}
        assert (answer["query"], answer["user_id"]) == ("Who makes bile?", ana.id)
        assert answer["class_id"] == answer["folder_id"] == folder
        first = answer["results"][0]
        assert set(first) == RESULT
        assert set(first["metadata"]) == METADATA
        assert first["source_file"] == "body.pdf"
        assert "The liver makes bile." in first["content"]
        assert first["metadata"]["file_id"] == file_id
        assert first["metadata"]["page_from"] <= 2 <= first["metadata"]["page_to"]

    async def test_gives_five_unless_told_otherwise(self, ana: Learner) -> None:
        await ana.upload("body.pdf", make_pdf([FILLER] * 8))
        client = ExistingClient(ana)

        async def count(**query: Any) -> int:
            answer = await client.get("/rag/search/{user_id}", params={"query": "biology"} | query)
            return len(answer.json()["results"])

        assert await count() == 5
        assert await count(limit=7) == 7
        assert await count(limit=1, class_id="", folder_id="undefined") == 1

    async def test_unknown_folder_is_not_there(self, ana: Learner, ben: Learner) -> None:
        client = ExistingClient(ana)
        for address in ("/rag/search/{user_id}", "/rag/context/{user_id}"):
            for name, folder in (("class_id", "fld_unknown"), ("folder_id", await ben.folder())):
                answer = await client.get(address, params={"query": "x", name: folder})
                assert code_of(answer) == (404, "folder_not_found")
            assert code_of(await client.get(address, params={"query": "x", "class_id": "a", "folder_id": "b"})) == (
                422,
                "several_folders",
            )
            assert code_of(await client.get(address)) == (422, "invalid")


class TestRagContext:
    async def test_has_the_contracts_shape(self, ana: Learner) -> None:
        await ana.upload("body.pdf", BOOK)
        client = ExistingClient(ana)

        answer = (await client.get("/rag/context/{user_id}", params={"query": "Who makes bile?"})).json()

        assert set(answer) == {"context", "query", "user_id", "class_id", "folder_id"}
        assert (answer["query"], answer["user_id"], answer["class_id"]) == ("Who makes bile?", ana.id, None)
        assert re.match(r"\[body\.pdf, pages? (1-)?2(-3)?\]\n", answer["context"])
        assert "The liver makes bile." in answer["context"]

    async def test_is_as_long_as_the_tokens_allow(self, ana: Learner) -> None:
        await ana.upload("body.pdf", make_pdf([FILLER] * 8))
        client = ExistingClient(ana)

        async def length(**query: Any) -> int:
            answer = await client.get("/rag/context/{user_id}", params={"query": "biology"} | query)
            return len(answer.json()["context"])

        assert await length(max_tokens=100) <= 400
        assert 400 < await length() <= 4000
        assert await length() < await length(max_tokens=5000)
        for tokens in (0, -1, 32_001, "many"):
            answer = await client.get("/rag/context/{user_id}", params={"query": "x", "max_tokens": tokens})
            assert code_of(answer) == (422, "invalid")

    async def test_without_material_is_empty(self, ana: Learner) -> None:
        answer = await ExistingClient(ana).get("/rag/context/{user_id}", params={"query": "x"})

        assert answer.json()["context"] == ""
