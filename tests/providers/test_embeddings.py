"""Vectors from an endpoint, over a real HTTP server: batches, retries, deadlines, and answers that aren't vectors."""

import asyncio
import json
import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from tests.waiting import wait_for

from clara.core.errors import ClaraError, ProviderFailed, ProviderTimeout, Unavailable
from clara.providers.embeddings import FEWEST_CHARS, MOST_CHARS, MOST_TEXTS, EmbeddingModel, Patience
from clara.testing import free_port
from clara.testing.openai_server import ScriptedServer, scripted_server
from clara.testing.scripts import Asked, Embed, EmbeddingAnswer, Fail, Hang, Raw, vector_of

pytestmark = pytest.mark.anyio

QUICK = Patience(question_s=5, request_s=5, tries=3, backoff_s=0.01)
TEXTS = ["cells need glucose", "the French revolution"]


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with scripted_server(key="k") as server:
        yield server


@pytest.fixture
def model(server: ScriptedServer) -> EmbeddingModel:
    return EmbeddingModel("openai:embedder", server.url, "k", QUICK)


def vectors(*rows: object) -> Raw:
    data = [{"index": at, "embedding": row} for at, row in enumerate(rows)]
    return Raw(json.dumps({"data": data}).encode())


class TestDocuments:
    def test_one_row_a_text_in_their_order(self, server: ScriptedServer, model: EmbeddingModel) -> None:
        found = model.embed(TEXTS)
        assert found.dtype == np.float32
        assert np.allclose(found, [vector_of(text, 64) for text in TEXTS], atol=1e-6)
        assert server.asked[0].body == {"model": "embedder", "input": TEXTS, "encoding_format": "float"}

    def test_the_answer_s_order_does_not_matter(self, server: ScriptedServer, model: EmbeddingModel) -> None:
        data = [{"index": 1, "embedding": [0, 2]}, {"index": 0, "embedding": [3, 0]}]
        server.play_embeddings(Raw(json.dumps({"data": data}).encode()))
        assert model.embed(TEXTS).tolist() == [[1, 0], [0, 1]]

    def test_many_texts_are_sent_in_batches(self, server: ScriptedServer, model: EmbeddingModel) -> None:
        texts = [f"text {at}" for at in range(2 * MOST_TEXTS + 1)]
        assert np.allclose(model.embed(texts), [vector_of(text, 64) for text in texts], atol=1e-6)
        assert [len(asked.body["input"]) for asked in server.asked] == [MOST_TEXTS, MOST_TEXTS, 1]

    def test_what_says_nothing_is_not_sent(self, server: ScriptedServer, model: EmbeddingModel) -> None:
        found = model.embed(["", "cells", " \n"])
        assert server.asked[0].body["input"] == ["cells"]
        assert [bool(row.any()) for row in found] == [False, True, False]
        assert model.embed([""]).shape == (1, 64)

    def test_no_texts_are_no_request(self, server: ScriptedServer, model: EmbeddingModel) -> None:
        assert model.embed([]).shape == (0, 0)
        assert server.asked == []

    def test_long_texts_are_cut_and_broken_unicode_mended(self, server: ScriptedServer, model: EmbeddingModel) -> None:
        model.embed(["x" * 3 * MOST_CHARS, "half a \ud83d pair"])
        assert [len(text) for text in server.asked[0].body["input"]] == [MOST_CHARS, 13]

    def test_a_batch_that_is_too_large_is_halved(self, server: ScriptedServer, model: EmbeddingModel) -> None:
        few = self.limited(server, lambda asked: len(asked.body["input"]) <= 10)
        texts = [f"text {at}" for at in range(40)]
        assert np.allclose(model.embed(texts), [vector_of(text, 64) for text in texts], atol=1e-6)
        assert few == [40, 20, 10, 10, 20, 10, 10]

    def test_a_text_that_is_too_long_for_the_model_is_shortened(
        self, server: ScriptedServer, model: EmbeddingModel
    ) -> None:
        self.limited(server, lambda asked: all(len(text) <= 600 for text in asked.body["input"]))
        long = "x" * 4000
        found = model.embed(["cells", long])
        assert np.allclose(found[0], vector_of("cells", 64), atol=1e-6)
        assert np.allclose(found[1], vector_of("x" * 500, 64), atol=1e-6)

    def test_an_endpoint_that_takes_nothing_is_an_error(self, server: ScriptedServer, model: EmbeddingModel) -> None:
        self.limited(server, lambda asked: False)
        with pytest.raises(ProviderFailed) as raised:
            model.embed(["x" * 1000] * MOST_TEXTS)
        assert raised.value.problem_code == "embedding_failed"
        assert len(server.asked) < 15
        assert len(server.asked[-1].body["input"][0]) <= FEWEST_CHARS

    @staticmethod
    def limited(server: ScriptedServer, takes: Callable[[Asked], bool]) -> list[int]:
        """Let the server refuse what it doesn't take; return the sizes that it is asked for."""
        sizes: list[int] = []

        def script(asked: Asked) -> EmbeddingAnswer:
            sizes.append(len(asked.body["input"]))
            return Embed() if takes(asked) else Fail(400, "too much", type="invalid_request_error")

        server.embed = script
        return sizes


class TestFailures:
    @pytest.mark.parametrize(
        ("answer", "kind", "code"),
        [
            (Fail(401), ProviderFailed, "embedding_misconfigured"),
            (Fail(404), ProviderFailed, "embedding_misconfigured"),
            (Fail(500), Unavailable, "embedding_unavailable"),
            (Fail(429, retry_after_s=60), Unavailable, "embedding_unavailable"),
            (Embed(missing=1), ProviderFailed, "embedding_bad_output"),
            (vectors([1, 2], [1, 2, 3]), ProviderFailed, "embedding_bad_output"),
            (vectors([1, 2], ["a", 2]), ProviderFailed, "embedding_bad_output"),
            (vectors([1, 2], [1, None]), ProviderFailed, "embedding_bad_output"),
            (vectors([1e39, 2], [1, 2]), ProviderFailed, "embedding_bad_output"),
            (vectors([], []), ProviderFailed, "embedding_bad_output"),
            (vectors(1, 2), ProviderFailed, "embedding_bad_output"),
            (vectors([[1]], [[2]]), ProviderFailed, "embedding_bad_output"),
            (Raw(b'{"data": [{"index": 7, "embedding": [1]}, {}]}'), ProviderFailed, "embedding_bad_output"),
            (Raw(b"<html>"), ProviderFailed, "embedding_bad_output"),
            (Raw(b"[]"), ProviderFailed, "embedding_bad_output"),
        ],
        ids=lambda value: str(value)[:40],
    )
    def test_are_errors_with_codes(
        self,
        server: ScriptedServer,
        model: EmbeddingModel,
        answer: EmbeddingAnswer,
        kind: type[ClaraError],
        code: str,
    ) -> None:
        server.embed = lambda asked: answer
        with pytest.raises(kind) as raised:
            model.embed(TEXTS)
        assert raised.value.problem_code == code

    def test_passing_ones_are_waited_for(self, server: ScriptedServer, model: EmbeddingModel) -> None:
        server.play_embeddings(Fail(503), Fail(429, retry_after_s=1))
        started = time.monotonic()
        assert model.embed(TEXTS).shape == (2, 64)
        assert time.monotonic() - started >= 1

    def test_only_so_often(self, server: ScriptedServer, model: EmbeddingModel) -> None:
        server.embed = lambda asked: Fail(503)
        with pytest.raises(Unavailable):
            model.embed(TEXTS)
        assert len(server.asked) == 3

    def test_silence_is_waited_for_as_long_as_a_request_may_take(self, server: ScriptedServer) -> None:
        model = EmbeddingModel("openai:embedder", server.url, "k", Patience(request_s=0.2, tries=2, backoff_s=0.01))
        server.embed = lambda asked: Hang()
        with pytest.raises(ProviderTimeout):
            model.embed(TEXTS)

    def test_nobody_listens(self) -> None:
        model = EmbeddingModel("openai:embedder", f"http://127.0.0.1:{free_port()}/v1", None, QUICK)
        with pytest.raises(Unavailable):
            model.embed(TEXTS)

    def test_vectors_of_another_length_are_not_taken(self, server: ScriptedServer, model: EmbeddingModel) -> None:
        server.play_embeddings(Embed(dim=8), Embed(dim=9))
        model.embed(TEXTS)
        with pytest.raises(ProviderFailed, match="9 numbers where there were 8"):
            model.embed(TEXTS)


class TestQuestions:
    async def test_as_documents(self, server: ScriptedServer, model: EmbeddingModel) -> None:
        found = await model.embed_question([TEXTS[0], ""])
        assert np.allclose(found, [vector_of(TEXTS[0], 64), [0] * 64], atol=1e-6)
        await model.close()

    async def test_within_their_deadline(self, server: ScriptedServer) -> None:
        model = EmbeddingModel("openai:embedder", server.url, "k", Patience(question_s=0.2))
        server.play_embeddings(Hang())
        started = time.monotonic()
        with pytest.raises(ProviderTimeout):
            await model.embed_question(TEXTS)
        assert time.monotonic() - started < 4
        await wait_for(lambda: server.asked[0].disconnected)
        await model.close()

    async def test_the_event_loop_goes_on_meanwhile(self, server: ScriptedServer, model: EmbeddingModel) -> None:
        server.play_embeddings(Embed(delay_s=0.3))
        task = asyncio.create_task(model.embed_question(TEXTS))
        turns = 0
        while not task.done():
            await asyncio.sleep(0.01)
            turns += 1
        assert turns > 5
        await model.close()

    async def test_after_a_failure_nothing_is_asked_for_a_while(
        self, server: ScriptedServer, model: EmbeddingModel
    ) -> None:
        server.play_embeddings(Fail(401))
        with pytest.raises(ProviderFailed):
            await model.embed_question(TEXTS)
        with pytest.raises(Unavailable):
            await model.embed_question(TEXTS)
        assert len(server.asked) == 1
        await model.close()

    async def test_a_passing_failure_is_not_noticed(self, server: ScriptedServer, model: EmbeddingModel) -> None:
        server.play_embeddings(Fail(503))
        assert (await model.embed_question(TEXTS)).shape == (2, 64)
        await model.close()

    async def test_one_too_long_is_shortened(self, server: ScriptedServer, model: EmbeddingModel) -> None:
        server.play_embeddings(Fail(400))
        await model.embed_question(["x" * 4000])
        assert len(server.asked[-1].body["input"][0]) == 1000
        await model.close()

    async def test_can_be_asked_from_a_second_loop_after_closing(
        self, server: ScriptedServer, model: EmbeddingModel
    ) -> None:
        await model.embed_question(TEXTS)
        await model.close()
        assert (await model.embed_question(TEXTS)).shape == (2, 64)
        await model.close()
