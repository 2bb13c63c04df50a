"""An endpoint's vectors in the store: kept, used again, gone with the last file; and documents of another embedder."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from clara.providers.embeddings import EmbeddingModel, Patience
from clara.rag.embedder import Embedder, NoEmbedder, StaticEmbedder
from clara.rag.search import SearchEngine
from clara.rag.segments import Segment
from clara.settings import Settings
from clara.store.database import Tx
from clara.store.files import Status
from clara.store.jobs import EMBED
from clara.store.passages import document_segments
from clara.store.status import count_jobs
from clara.testing.openai_server import ScriptedServer, scripted_server
from clara.testing.scripts import Embed, Fail
from tests.stores import Store, open_store

pytestmark = pytest.mark.anyio

QUICK = Patience(question_s=5, request_s=5, tries=1, backoff_s=0.01)
BOOK = "\f".join(f"# Part {n}\nThe text of part {n} speaks of chlorophyll and light." for n in range(12))
NEW = "\f# Part twelve\nThe text of part twelve speaks of roots."
NEWEST = "\f# Part thirteen\nThe text of part thirteen speaks of bark."


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with scripted_server() as server:
        yield server


@pytest.fixture
def embedder(server: ScriptedServer) -> EmbeddingModel:
    return EmbeddingModel("openai:embedder", server.url, None, QUICK)


@pytest.fixture
def store(settings: Settings, embedder: EmbeddingModel) -> Iterator[Store]:
    with open_store(settings, embedder=embedder) as store:
        yield store


@contextmanager
def reopened(store: Store, embedder: Embedder) -> Iterator[Store]:
    """The same store, as a server with another embedder opens it."""
    with open_store(store.settings, embedder=embedder) as other:
        yield other


def sent(server: ScriptedServer) -> list[str]:
    """All texts that the endpoint was asked for."""
    return [text for asked in server.asked for text in asked.body["input"]]


async def spaces(store: Store, owner_id: str, file_id: str) -> set[tuple[str, int]]:
    """The embedders, and the lengths of vectors, in a file's index."""
    file = await store.files.get(owner_id, file_id)

    def read(tx: Tx) -> set[tuple[str, int]]:
        parts = document_segments(tx, owner_id, file.document.id)
        segments = [Segment.from_bytes(data) for _, data in parts]
        return {(segment.embedder, segment.vectors.shape[1]) for segment in segments}

    return store.database.read_now(read)


async def found(store: Store, question: str, owner_id: str = "ana") -> list[tuple[str, float | None]]:
    """The texts that a search finds, with their cosines."""
    result = await store.search.search(owner_id, question)
    await store.search.embedder.close()
    return [(passage.text, hit.cosine) for passage, hit in zip(result.passages, result.hits, strict=True)]


class TestIngest:
    async def test_documents_get_the_endpoint_s_vectors(self, store: Store) -> None:
        file_id = await store.add("ana", BOOK)
        assert await spaces(store, "ana", file_id) == {("openai:embedder", 64)}
        (text, cosine), *_ = await found(store, "What does part 7 speak of?")
        assert "part 7" in text
        assert cosine is not None
        assert cosine > 0.3

    async def test_texts_are_embedded_once(self, server: ScriptedServer, store: Store) -> None:
        await store.add("ana", BOOK, name="first.txt")
        before = sent(server)
        assert len(before) == len(set(before))
        file_id = await store.add("ana", BOOK + NEW, name="second.txt")
        (new,) = sent(server)[len(before) :]
        assert "speaks of roots" in new
        assert await spaces(store, "ana", file_id) == {("openai:embedder", 64)}

    async def test_what_was_kept_ranks_as_what_was_made(self, server: ScriptedServer, store: Store) -> None:
        file_id = await store.add("ana", BOOK, name="first.txt")
        question = "part 7 and light"
        first = dict(await found(store, question))
        await store.add("ana", BOOK + NEW, name="second.txt")
        await store.files.delete("ana", file_id)
        second = dict(await found(store, question))
        assert len(first.keys() & second.keys()) > 5
        assert all(first[text] == second[text] for text in first.keys() & second.keys())

    async def test_another_learner_s_vectors_are_not_used(self, server: ScriptedServer, store: Store) -> None:
        await store.add("ana", BOOK)
        before = len(sent(server))
        await store.add("ben", BOOK)
        assert len(sent(server)) == 2 * before

    async def test_questions_are_not_kept(self, store: Store) -> None:
        await store.add("ana", BOOK)
        before = store.count("embeddings")
        await found(store, "a question nobody asked before")
        assert store.count("embeddings") == before

    async def test_an_endpoint_with_other_vectors_behind_its_name(self, server: ScriptedServer, store: Store) -> None:
        old = await store.add("ana", BOOK, name="first.txt")
        server.embed = lambda asked: Embed(dim=32)
        new = EmbeddingModel("openai:embedder", server.url, None, QUICK)
        with reopened(store, new) as later:
            file_id = await later.add("ana", BOOK + NEW, name="second.txt")
            assert await spaces(later, "ana", file_id) == {("openai:embedder", 32)}
            assert await spaces(later, "ana", old) == {("openai:embedder", 64)}
            assert "part 7" in (await found(later, "What does part 7 speak of?"))[0][0]


class TestDelete:
    async def test_vectors_go_with_the_file(self, store: Store) -> None:
        file_id = await store.add("ana", BOOK)
        kept = store.count("embeddings")
        assert kept > 0
        receipt = await store.files.delete("ana", file_id)
        assert store.count("embeddings") == 0
        assert receipt.deleted["embeddings"] == kept

    async def test_but_not_those_of_a_text_that_another_file_has(self, server: ScriptedServer, store: Store) -> None:
        first = await store.add("ana", BOOK, name="first.txt")
        await store.add("ana", BOOK + NEW, name="second.txt")
        await store.files.delete("ana", first)
        before = len(sent(server))
        await store.add("ana", BOOK + NEW + NEWEST, name="third.txt")
        (newest,) = sent(server)[before:]
        assert "speaks of bark" in newest


class TestEndpointAway:
    async def test_documents_are_found_by_their_words(self, server: ScriptedServer, store: Store) -> None:
        server.embed = lambda asked: Fail(503)
        file_id = await store.add("ana", BOOK)
        assert (await store.files.get("ana", file_id)).document.status is Status.READY
        assert await spaces(store, "ana", file_id) == {("none", 0)}
        (text, cosine), *_ = await found(store, "What does part 7 speak of?")
        assert "part 7" in text
        assert cosine is None

    async def test_a_book_does_not_wait_for_it_again_and_again(self, server: ScriptedServer, store: Store) -> None:
        server.embed = lambda asked: Fail(503)
        await store.add("ana", "\f".join(f"# Part {n}\n" + "Light and leaves. " * 60 for n in range(400)))
        assert len(server.asked) == 1

    async def test_they_get_vectors_when_it_is_back(self, server: ScriptedServer, store: Store) -> None:
        server.play_embeddings(Fail(503))
        file_id = await store.add("ana", BOOK)
        await found(store, "part 7")
        assert store.database.read_now(count_jobs) == {(EMBED, "queued"): 1}
        await store.work()
        assert await spaces(store, "ana", file_id) == {("openai:embedder", 64)}
        assert store.count("embeddings") > 0
        assert (await found(store, "part 7"))[0][1] is not None

    async def test_a_question_that_can_t_be_embedded_is_searched_by_words(
        self, server: ScriptedServer, store: Store, embedder: EmbeddingModel
    ) -> None:
        await store.add("ana", BOOK)
        codes: list[str] = []
        engine = SearchEngine(store.database, embedder, store.clock, on_lexical=codes.append)
        server.embed = lambda asked: Fail(401)
        result = await engine.search("ana", "What does part 7 speak of?")
        assert "part 7" in result.passages[0].text
        assert result.hits[0].cosine is None
        assert codes == ["embedding_misconfigured"]
        await embedder.close()

    async def test_an_endpoint_that_stays_wrong_is_tried_now_and_then(
        self, server: ScriptedServer, store: Store
    ) -> None:
        server.embed = lambda asked: Fail(401)
        file_id = await store.add("ana", BOOK)
        await found(store, "part 7")
        due = "UPDATE jobs SET run_at = 0 WHERE run_at - created_at < 300"
        for _ in range(4):
            await store.work()
            store.database.write_now(lambda tx: tx.exec_driver_sql(due))
        assert (await store.files.get("ana", file_id)).document.status is Status.READY
        assert store.count("jobs", "run_at - created_at > 500") == 1


class TestAnotherEmbedder:
    @pytest.mark.parametrize("before", [NoEmbedder(), StaticEmbedder()], ids=["none", "static"])
    async def test_documents_are_found_meanwhile_and_embedded_again(
        self, settings: Settings, embedder: EmbeddingModel, before: Embedder
    ) -> None:
        with open_store(settings, embedder=before) as earlier:
            file_id = await earlier.add("ana", BOOK)
        with open_store(settings, embedder=embedder) as store:
            (text, cosine), *_ = await found(store, "What does part 7 speak of?")
            assert ("part 7" in text, cosine) == (True, None)
            version = store.version("ana")
            await found(store, "and again")
            await store.work()
            assert await spaces(store, "ana", file_id) == {("openai:embedder", 64)}
            assert store.version("ana") != version
            (text, cosine), *_ = await found(store, "What does part 7 speak of?")
            assert "part 7" in text
            assert cosine is not None
            assert store.database.read_now(count_jobs) == {}

    async def test_and_back(self, store: Store) -> None:
        file_id = await store.add("ana", BOOK)
        with reopened(store, StaticEmbedder()) as other:
            await found(other, "part 7")
            await other.work()
            assert await spaces(other, "ana", file_id) == {("wordllama-256", 256)}
            assert other.count("embeddings") == 0

    async def test_without_an_embedder_nothing_is_done(self, store: Store) -> None:
        file_id = await store.add("ana", BOOK)
        with reopened(store, NoEmbedder()) as other:
            await found(other, "part 7")
            assert other.database.read_now(count_jobs) == {}
            assert await spaces(other, "ana", file_id) == {("openai:embedder", 64)}

    async def test_a_file_deleted_meanwhile_is_no_trouble(self, settings: Settings, embedder: EmbeddingModel) -> None:
        with open_store(settings, embedder=NoEmbedder()) as earlier:
            file_id = await earlier.add("ana", BOOK)
        with open_store(settings, embedder=embedder) as store:
            await found(store, "part 7")
            await store.files.delete("ana", file_id)
            await store.work()
            assert (store.count("embeddings"), store.count("segments")) == (0, 0)
