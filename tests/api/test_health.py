"""The service card, health, readiness, and what an operator reads."""

import re
import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from clara.api.health import BACKLOG_S
from clara.core.caller import Scope
from clara.store.jobs import enqueue
from clara.store.learners import lock_learner
from clara.store.tables import jobs
from clara.testing import RunningApp, make_settings, running_app
from tests.api.existing_client import code_of
from tests.contract.credentials import bound_key
from tests.learners import Learner

pytestmark = pytest.mark.anyio

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"


class TestServiceCard:
    @pytest.mark.parametrize(
        "accept", [None, "", "*/*", "application/json", "text/plain", "application/json, text/html;q=0.5"]
    )
    async def test_is_what_all_but_browsers_get(self, shared_clara: RunningApp, accept: str | None) -> None:
        headers = {} if accept is None else {"Accept": accept}

        answer = await shared_clara.client.get("/", headers=headers)

        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["vary"] == "Accept"
        card = answer.json()
        assert set(card) == {"service", "version", "description", "endpoints"}
        assert card["service"] == "clara-ai-backend"

    async def test_names_addresses_that_are_there(self, shared_clara: RunningApp) -> None:
        endpoints = (await shared_clara.client.get("/")).json()["endpoints"]

        document = shared_clara.app.openapi()["paths"]
        sockets = {"/voice/ws/{user_id}"}
        assert set(endpoints.values()) - {"/docs", "/openapi.json"} - sockets <= document.keys()
        assert all(re.fullmatch(r"[a-z_]+", name) for name in endpoints)

    @pytest.mark.parametrize("accept", [BROWSER, "text/html", "text/html, application/json;q=0.5"])
    async def test_browsers_get_the_page(self, shared_clara: RunningApp, accept: str) -> None:
        answer = await shared_clara.client.get("/", headers={"Accept": accept})

        assert answer.headers["content-type"].startswith("text/html")
        assert answer.headers["vary"] == "Accept"

    async def test_head_is_answered(self, shared_clara: RunningApp) -> None:
        assert (await shared_clara.client.head("/")).status_code == 200


class TestHealth:
    async def test_has_the_contracts_shape(self, shared_clara: RunningApp) -> None:
        answer = await shared_clara.client.get("/health")

        assert answer.status_code == 200
        health = answer.json()
        shape = {"status", "service", "timestamp", "active_voice_connections", "features"}
        assert set(health) == shape | {"model"}
        assert (health["status"], health["service"]) == ("healthy", "clara-ai-backend")
        assert health["active_voice_connections"] == 0
        assert set(health["features"]) == {"rag_engine", "homework_agent", "voice_agent", "file_upload"}
        assert set(health["features"].values()) <= {"enabled", "degraded", "disabled"}
        assert health["features"]["rag_engine"] == health["features"]["file_upload"] == "enabled"
        assert health["features"]["voice_agent"] == "degraded", "there is no speech service: by text alone"

    async def test_stays_200_and_says_degraded_without_its_database(self, tmp_path: Path) -> None:
        async with running_app(make_settings(tmp_path), work=False) as app:
            app.app.state.services.database.close()

            health = await app.client.get("/health")
            ready = await app.client.get("/health/ready")
            live = await app.client.get("/health/live")

        assert (health.status_code, live.status_code, ready.status_code) == (200, 200, 503)
        features = health.json()["features"]
        assert features["rag_engine"] == features["homework_agent"] == features["file_upload"] == "degraded"
        assert int(ready.headers["retry-after"]) > 0

    async def test_work_that_nobody_takes_degrades_uploads(self, tmp_path: Path) -> None:
        async with running_app(make_settings(tmp_path), work=False) as app:

            def wait_long(tx: sa.Connection) -> None:
                lock_learner(tx, "ana", time.time())
                enqueue(tx, "ana", "ingest", "doc_x")
                tx.execute(jobs.update().values(run_at=time.time() - BACKLOG_S - 60))

            await app.app.state.services.database.write(wait_long)
            features = (await app.client.get("/health")).json()["features"]

        assert (features["rag_engine"], features["file_upload"]) == ("enabled", "degraded")


class TestReadiness:
    async def test_is_ready(self, shared_clara: RunningApp) -> None:
        assert (await shared_clara.client.get("/health/ready")).json() == {"status": "ready"}
        assert (await shared_clara.client.get("/health/live")).json() == {"status": "alive"}

    async def test_is_not_while_draining(self, clara: RunningApp) -> None:
        clara.app.state.services.drain.begin()

        ready = await clara.client.get("/health/ready")

        assert code_of(ready) == (503, "draining")
        assert ready.headers["retry-after"] == "2"
        assert (await clara.client.get("/health/live")).status_code == 200
        assert (await clara.client.get("/health")).status_code == 200
        assert (await clara.client.get("/")).status_code == 200


class TestMetrics:
    async def test_are_an_operators(self, clara: RunningApp) -> None:
        ana = Learner(clara, "ana-secret")
        await ana.upload("a.md", b"# A\n\ntext")
        operator = await bound_key(clara, None, frozenset({Scope.OPERATOR}))

        answer = await clara.client.get("/metrics", headers=operator)

        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/plain")
        assert "clara_" in answer.text
        assert 'route="/homework/upload-rag"' in answer.text
        assert "ana-secret" not in answer.text, "labels are templates, never a learner"
        assert code_of(await ana.get("/metrics")) == (403, "scope_missing")

    async def test_operators_key_reads_nothing_of_learners(self, shared_clara: RunningApp) -> None:
        operator = await bound_key(shared_clara, None, frozenset({Scope.OPERATOR}))

        for address in ("/v1/files", "/v1/chats", "/homework/files/ana"):
            answer = await shared_clara.client.get(address, headers=operator | {"X-Clara-User": "ana"})
            assert code_of(answer) == (403, "scope_missing")


class TestMe:
    async def test_says_who_and_what_holds(self, shared_clara: RunningApp, ana: Learner) -> None:
        me = (await ana.get("/v1/me")).json()

        assert set(me) == {"user_id", "via", "scopes", "model", "limits", "link_hosts", "voice", "locked"}
        assert (me["user_id"], me["via"], me["scopes"]) == (ana.id, "service_key", ["files", "tutor"])
        assert me["model"] == "none"
        files = shared_clara.settings.files
        assert me["limits"] == {
            "file_bytes": files.max_bytes,
            "file_pages": files.max_pages,
            "files": files.max_per_learner,
            "total_bytes": files.max_bytes_per_learner,
        }
