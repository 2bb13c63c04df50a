"""What is held in memory of a learner's files goes with them."""

import pytest

from clara.testing import RunningApp

pytestmark = pytest.mark.anyio


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
