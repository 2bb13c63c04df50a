"""Files over HTTP."""

import pytest

from clara.testing import RunningApp

pytestmark = pytest.mark.anyio


class TestUploadFile:
    async def test_becomes_ready_and_is_listed(self, clara: RunningApp) -> None:
        answer = await clara.client.post(
            "/v1/files",
            headers=clara.learner("ana"),
            files={"file": ("cells.md", b"# Cells\n\nMitochondria make ATP.")},
        )

        assert answer.status_code == 202
        assert answer.headers["location"] == f"/v1/files/{answer.json()['id']}"
        await clara.until_idle()
        listed = await clara.client.get("/v1/files", headers=clara.learner("ana"))
        assert [file["status"] for file in listed.json()["files"]] == ["ready"]
