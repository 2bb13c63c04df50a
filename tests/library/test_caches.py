"""What is held in memory of a learner's files goes with them."""

import asyncio
from collections.abc import Iterator

import pytest

from clara.rag.embedder import StaticEmbedder
from clara.settings import Settings
from clara.store.database import Tx
from clara.testing import RunningApp
from tests.stores import Store, open_store
from tests.waiting import wait_for

pytestmark = pytest.mark.anyio

MARKER = "Quetzalcoatlus"


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    with open_store(settings, embedder=StaticEmbedder()) as store:
        yield store


class TestDelete:
    @pytest.mark.parametrize("how", ["/v1/files/{file}", "/homework/files/{file}", "/v1/folders/{folder}?files=delete"])
    async def test_forgets_the_learners_corpus(self, clara: RunningApp, how: str) -> None:
        headers = clara.learner("ana")
        folder = (await clara.client.post("/v1/folders", headers=headers, json={"name": "Biology"})).json()["id"]
        uploaded = await clara.client.post(
            "/v1/files",
            headers=headers,
            files={"file": ("cells.md", b"Mitochondria make ATP.")},
            data={"folder_id": folder},
        )
        await clara.until_idle()
        await clara.client.get("/v1/search", headers=headers, params={"q": "mitochondria"})
        corpora = clara.app.state.services.search.corpora
        assert len(corpora) == 1

        deleted = await clara.client.delete(how.format(file=uploaded.json()["id"], folder=folder), headers=headers)

        assert deleted.status_code == 200
        assert (len(corpora), corpora.nbytes) == (0, 0)
        found = await clara.client.get("/v1/search", headers=headers, params={"q": "mitochondria"})
        assert found.json()["passages"] == []


class TestForget:
    async def test_drops_the_words_that_were_seen(self, store: Store) -> None:
        await store.add("ana", f"{MARKER} flew over lakes.")
        found = await store.search.search("ana", f"Where did {MARKER} fly?")
        store.search.mark(found)
        assert MARKER in _strings_in_memory(store)

        store.search.forget("ana")

        assert MARKER not in _strings_in_memory(store)

    async def test_a_worker_keeps_no_words_of_what_it_read(self, store: Store) -> None:
        await store.add("ana", f"{MARKER} flew over lakes.")

        assert MARKER not in _strings_in_memory(store)

    async def test_what_is_being_built_meanwhile_does_not_come_back(self, store: Store) -> None:
        await store.add("ana")
        corpora = store.search.corpora

        def read(tx: Tx) -> None:
            moment = corpora.moment
            corpora.forget("ana")
            corpora.read(tx, "ana", moment)

        store.database.read_now(read)

        assert (len(corpora), corpora.nbytes) == (0, 0)

    async def test_searches_on_as_before(self, store: Store) -> None:
        await store.add("ana", f"{MARKER} flew over lakes.")
        before = await store.search.search("ana", f"Where did {MARKER} fly?")

        store.search.forget("ana")

        assert await store.search.search("ana", f"Where did {MARKER} fly?") == before


class TestKeepCurrent:
    async def test_drops_what_another_process_deleted(self, store: Store) -> None:
        file_id = await store.add("ana")
        await store.add("ben")
        for owner in ("ana", "ben"):
            await store.search.search(owner, "ATP")
        keeping = asyncio.create_task(store.search.keep_current(0.01))
        await store.files.delete("ana", file_id)

        await wait_for(lambda: len(store.search.corpora) == 1)

        assert store.search.corpora.get("ben", store.version("ben")) is not None
        keeping.cancel()


def _strings_in_memory(store: Store) -> set[str]:
    """Return the words that the search engine's caches hold as keys."""
    tokenizer, embedder = store.search.tokenizer, store.search.embedder
    assert isinstance(embedder, StaticEmbedder)
    words: set[str] = set()
    for cache in _dicts(vars(tokenizer)) + (_dicts(vars(embedder._loaded[0])) if embedder._loaded else []):
        words.update(key.strip("\u2581") for key in cache)
    return words


def _dicts(value: object) -> list[dict[str, object]]:
    """Return the dictionaries inside a value, those inside them too."""
    if not isinstance(value, dict):
        return []
    return [value, *(found for inner in value.values() for found in _dicts(inner))]
