"""Learners who upload, ask and delete for minutes, on a server that is killed now and then: nothing accepted is lost.

`make soak` runs it for five minutes; CLARA_SOAK_S says how long else.
"""

import os
import random
import sqlite3
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil
import pytest

from clara.testing import RunningServer, free_port, running_server
from tests.waiting import wait_until

pytestmark = pytest.mark.soak

SOAK_S = float(os.environ.get("CLARA_SOAK_S", "300"))
LEARNERS = 6
LIVES = 5
"""How often the server is started; all but the last end by SIGKILL."""
MOST_GROWTH_MIB = 60
AWAY = (httpx.TransportError,)
UNLIMITED = {
    "CLARA_LIMITS__READS_PER_MINUTE": "10000000",
    "CLARA_LIMITS__UPLOADS_PER_MINUTE": "10000000",
    "CLARA_LIMITS__CHAT_PER_MINUTE": "10000000",
    "CLARA_JOBS__LEASE_S": "3",
}


@dataclass(slots=True)
class Told:
    """What a learner was told: files accepted and not deleted since, each with the word that only it holds."""

    kept: dict[str, str] = field(default_factory=dict)
    statuses: Counter[int] = field(default_factory=Counter)


class Studying(threading.Thread):
    """One learner, who goes on whenever the server is there."""

    def __init__(self, url: str, headers: dict[str, str], seed: int, until: float) -> None:
        super().__init__(daemon=True)
        self.told = Told()
        self.error: BaseException | None = None
        self._client = httpx.Client(base_url=url, headers=headers, timeout=60)
        self._random = random.Random(seed)
        self._name = f"soak{seed}"
        self._until = until
        self._count = 0

    def run(self) -> None:
        steps = (self._upload, self._upload, self._search, self._search, self._ask, self._remove)
        try:
            while time.monotonic() < self._until:
                try:
                    self._random.choice(steps)()
                except AWAY:
                    time.sleep(0.05)
        except BaseException as error:
            self.error = error
        finally:
            self._client.close()

    def _call(self, method: str, path: str, **given: object) -> httpx.Response:
        answer = self._client.request(method, path, **given)  # type: ignore[arg-type]
        self.told.statuses[answer.status_code] += 1
        return answer

    def _upload(self) -> None:
        self._count += 1
        word = f"{self._name}x{self._count}"
        facts = "\n\n".join(
            f"The gauge {word} was read {n} times on day {n * 7}." for n in range(self._random.randint(1, 40))
        )
        answer = self._call(
            "POST", "/v1/files", files={"file": (f"{word}.md", f"# About {word}\n\nIt is here.\n\n{facts}")}
        )
        if answer.status_code == 202:
            self.told.kept[answer.json()["id"]] = word

    def _search(self) -> None:
        self._call("GET", "/v1/search", params={"q": f"gauge {self._name}x{self._random.randint(1, self._count + 1)}"})

    def _ask(self) -> None:
        self._call("POST", "/homework/chat-rag", json={"message": f"How often was {self._name}x{self._count} read?"})

    def _remove(self) -> None:
        if not self.told.kept:
            return
        file_id = self._random.choice(sorted(self.told.kept))
        # Asked for, and perhaps done, even where the answer doesn't come.
        del self.told.kept[file_id]
        self._call("DELETE", f"/v1/files/{file_id}")


class TestSoak:
    def test_nothing_accepted_is_lost_and_memory_stays(self, tmp_path: Path) -> None:
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        headers = RunningServer.learner
        learners: list[Studying] = []
        for life in range(LIVES):
            with running_server(tmp_path, port, **UNLIMITED) as server:
                if not learners:
                    until = time.monotonic() + SOAK_S
                    learners = [Studying(url, headers(server, f"l{n}"), n, until) for n in range(LEARNERS)]
                    for learner in learners:
                        learner.start()
                ends = until - SOAK_S * (LIVES - 1 - life) / LIVES
                first, last = self._watch(server, ends)
                if life < LIVES - 1:
                    server.process.kill()
                    server.process.wait()
                    continue
                for learner in learners:
                    learner.join(120)
                self._settle(server, learners)
                assert last - first < MOST_GROWTH_MIB, f"{first:.0f} MiB, then {last:.0f}"
        self._check_database(tmp_path / "clara.db")

    def _watch(self, server: RunningServer, ends: float) -> tuple[float, float]:
        """Wait; return the server's MiB when it was warm, and at the end of this life."""
        process = psutil.Process(server.process.pid)
        warm = time.monotonic() + (ends - time.monotonic()) / 3
        while time.monotonic() < warm:
            time.sleep(0.1)
        first = process.memory_info().rss / 2**20
        while time.monotonic() < ends:
            assert server.process.poll() is None, server.log[-2000:]
            time.sleep(0.1)
        return first, process.memory_info().rss / 2**20

    def _settle(self, server: RunningServer, learners: list[Studying]) -> None:
        """Every file that was accepted and not deleted becomes ready, and its own word finds it."""
        for number, learner in enumerate(learners):
            assert learner.error is None, learner.error
            assert not {status for status in learner.told.statuses if status >= 500 and status != 503}
            with httpx.Client(base_url=server.url, headers=server.learner(f"l{number}"), timeout=60) as client:
                for file_id, word in learner.told.kept.items():

                    def is_ready(client: httpx.Client = client, file_id: str = file_id) -> bool:
                        return bool(client.get(f"/v1/files/{file_id}").json()["status"] == "ready")

                    wait_until(is_ready, 120, f"{file_id} is ready")
                    found = client.get("/v1/search", params={"q": word}).json()["passages"]
                    assert file_id in {passage["file_id"] for passage in found}, word

    def _check_database(self, path: Path) -> None:
        with sqlite3.connect(path) as database:
            assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            assert database.execute("PRAGMA foreign_key_check").fetchall() == []
            doubled = "SELECT owner_id, document_id, seq FROM chunks GROUP BY 1, 2, 3 HAVING count(*) > 1"
            assert database.execute(doubled).fetchall() == []
