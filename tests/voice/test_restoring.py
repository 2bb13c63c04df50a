"""What a restored session goes on with: the study session that it was, and its folder, if that is still there."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from clara.store.migrate import migrate
from clara.store.tables import study_sessions
from clara.testing import make_settings
from tests.contract.served import served
from tests.voice.sockets import Client, Talking

pytestmark = pytest.mark.anyio
TEXT = {"audio": "none", "conversation_id": "mine"}


@contextlib.asynccontextmanager
async def serving(folder: Path, study_session_s: float = 600) -> AsyncIterator[Talking]:
    settings = make_settings(folder, port=0, voice={"study_session_s": study_session_s})
    await asyncio.to_thread(migrate, settings)
    async with served(settings) as server:
        yield Talking(server, [])


async def kept(found: Talking) -> list[dict[str, Any]]:
    query = sa.select(study_sessions)
    rows: list[dict[str, Any]] = await found.server.app.state.services.database.read(
        lambda tx: [dict(row._mapping) for row in tx.execute(query)]
    )
    return rows


async def earlier(found: Talking, seconds: float) -> None:
    """Have the study session begun so much earlier."""
    (row,) = await kept(found)
    report = row["report"] | {"began_at": row["report"]["began_at"] - seconds}
    change = study_sessions.update().values(report=report)
    await found.server.app.state.services.database.write(lambda tx: tx.execute(change))


class TestStudySession:
    async def test_goes_on_with_the_time_that_was_left(self, tmp_path: Path) -> None:
        async with serving(tmp_path) as one, one.client("ana", study_session=True, **TEXT) as client:
            study = await client.next("study")
            assert (study["stage"], round(study["left_s"])) == ("studying", 600)
        async with serving(tmp_path) as later, later.socket("ana") as again:
            await earlier(later, 450)
            await again.send({"type": "hello", "audio": "none", "resume": client.resume})
            assert (await again.next("ready"))["restored"]
            goes_on = await again.next("study")
            assert (goes_on["stage"], goes_on["session_id"]) == ("winding_down", study["session_id"])
            assert 140 < goes_on["left_s"] <= 150

    async def test_is_kept_once_with_all_that_was_said(self, tmp_path: Path) -> None:
        async with serving(tmp_path) as one, one.client("ana", study_session=True, **TEXT) as client:
            await ask(client, "What is osmosis?")
            await earlier(one, 40)
        assert "over" not in [message.get("stage") for message in client.got]
        async with serving(tmp_path, 30) as later, later.socket("ana") as again:
            await again.send({"type": "hello", "audio": "none", "resume": client.resume})
            assert (await again.next("study"))["stage"] == "teach_back"
            assert (await again.next("study"))["stage"] == "summary"
            await again.next("turn")
            await again.send({"type": "text", "text": "Water moves."})
            over = await again.next("study")
            assert (over["stage"], over["summary"]) == ("over", "Water moves.")
            (row,) = await kept(later)
        assert row["report"]["topics"] == ["What is osmosis?"]
        assert row["report"]["over"]
        assert row["duration_s"] >= 40

    async def test_that_nobody_asked_for_is_none(self, tmp_path: Path) -> None:
        async with serving(tmp_path) as one, one.client("ana", **TEXT) as client:
            pass
        async with serving(tmp_path) as later, later.socket("ana") as again:
            await again.send({"type": "hello", "audio": "none", "resume": client.resume}, {"type": "ping", "t": 1})
            await again.next("pong")
            assert "study" not in [message["type"] for message in again.got]

    async def test_isnt_taken_up_by_a_session_that_is_a_new_one(self, tmp_path: Path) -> None:
        async with serving(tmp_path) as found:
            async with found.client("ana", study_session=True, **TEXT) as client:
                await client.send({"type": "bye"})
                await client.closed()
            async with found.socket("ana") as again:
                await again.send({"type": "hello", "resume": client.resume, **TEXT}, {"type": "ping", "t": 1})
                await again.next("pong")
            assert "study" not in [message["type"] for message in again.got]


class TestFolder:
    async def test_that_was_deleted_is_said_and_left_out(self, tmp_path: Path) -> None:
        async with serving(tmp_path) as one:
            folder = await made(one)
            async with one.client("ana", folder_id=folder, **TEXT) as client:
                await ask(client, "What is osmosis?")
        async with serving(tmp_path) as later:
            gone = await later.server.client.delete(f"/v1/folders/{folder}", headers=later.server.headers("ana"))
            assert gone.status_code == 200
            async with later.socket("ana") as again:
                await again.send({"type": "hello", "audio": "none", "resume": client.resume})
                ready = await again.next()
                assert (ready["type"], ready["restored"], ready["conversation_id"]) == ("ready", True, "mine")
                assert (await again.next("error"))["code"] == "folder_not_found"
                assert await ask(again, "What is diffusion?")


async def made(found: Talking) -> str:
    answer = await found.server.client.post(
        "/v1/folders", json={"name": "Biology"}, headers=found.server.headers("ana")
    )
    return str(answer.json()["id"])


async def ask(client: Client, text: str) -> str:
    await client.send({"type": "text", "text": text})
    await client.next("turn")
    return str((await client.next("turn"))["text"])
