"""A word that stood in a file, in its name and in a heading can't be found anywhere after its deletion."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa

from clara.store.tables import metadata
from clara.testing import RunningServer, running_server
from clara.tutor.showing import DELETED
from tests.rag.documents_made import make_docx, make_pdf, paragraph
from tests.recovery.conftest import QUICK, Stored, sqlite_of, upload, wait_until_ready
from tests.services import new_database
from tests.waiting import wait_until

pytestmark = [pytest.mark.serial, pytest.mark.timeout(300)]

MARKER = "Quibblefrost"
SECRETS = {
    "lighthouse": f"The keeper of the lighthouse hid the lamp oil under {MARKER}.",
    "windmill": f"The miller of the windmill sold his flour to {MARKER}.",
    "harbour": f"The captain of the harbour moored his boat beside {MARKER}.",
}
OTHERS = "Chlorophyll catches light in the leaves of plants. " * 60


def documents() -> dict[str, bytes]:
    """Return one file of each kind: its text, a heading and its name hold the marker."""
    lighthouse, windmill, harbour = SECRETS.values()
    pdf = make_pdf([OTHERS, lighthouse, OTHERS], outline=[(2, 1, f"Of {MARKER}")], title=f"About {MARKER}")
    body = paragraph(f"{MARKER} again", "H1") + paragraph(harbour) + paragraph(OTHERS)
    return {
        f"{MARKER}.pdf": pdf,
        f"{MARKER}.md": f"# {MARKER}\n\n{windmill}\n\n{OTHERS}".encode(),
        f"{MARKER}.docx": make_docx(body, title=MARKER),
    }


@contextmanager
def server_on(backend: str, folder: Path, request: pytest.FixtureRequest) -> Iterator[tuple[RunningServer, Stored]]:
    if backend == "sqlite":
        with running_server(folder / "logs", **QUICK, CLARA_DATA_DIR=str(folder / "data")) as server:
            yield server, sqlite_of(folder / "data")
        return
    with new_database(request.getfixturevalue("postgresql_url")) as url:
        stored = Stored(url.replace("postgresql://", "postgresql+psycopg://"))
        with running_server(folder / "logs", **QUICK, CLARA_DATA_DIR=str(folder / "data"), DATABASE_URL=url) as server:
            yield server, stored


def tables_with(stored: Stored, text: str) -> set[str]:
    def search(tx: sa.Connection) -> set[str]:
        return {table.name for table in metadata.sorted_tables if holds(tx.execute(sa.select(table)).all(), text)}

    return stored.read(search)


def holds(rows: object, text: str) -> bool:
    values = (value for row in rows for value in row)  # type: ignore[attr-defined]
    return any(text in (value.decode("latin-1") if isinstance(value, bytes) else str(value)) for value in values)


def files_with(folder: Path, text: str) -> set[str]:
    """Return the files below a folder that hold the text, in their bytes or in their name."""
    found = (path for path in folder.rglob("*") if path.is_file())
    return {path.name for path in found if text in path.name or text.encode() in path.read_bytes()}


def ask(server: RunningServer, chat: str, place: str) -> str:
    question = {"lighthouse": "Where did the keeper of the lighthouse hide the lamp oil?"}
    question |= {"windmill": "To whom did the miller of the windmill sell his flour?"}
    question |= {"harbour": "Where did the captain of the harbour moor his boat?"}
    answer = httpx.post(
        f"{server.url}/v1/chats/{chat}/messages", headers=server.learner("ana"), json={"content": question[place]}
    )
    assert answer.status_code == 200, answer.text
    return str(answer.json()["message"]["content"])


def study(server: RunningServer, **scope: str) -> None:
    """Make a set of each kind, answer the quiz and review a card."""
    headers = server.learner("ana")
    for kind in ("flashcards", "quiz", "mindmap", "diagram", "summary"):
        answer = httpx.post(f"{server.url}/v1/study", headers=headers, json={"kind": kind, "count": 50} | scope)
        assert answer.status_code == 201, answer.text
        made = answer.json()
        if kind == "quiz":
            answers = [{"item": one["item"], "answer": one["answer"]} for one in made["questions"]]
            attempt = {"json": {"answers": answers}, "headers": headers}
            assert httpx.post(f"{server.url}/v1/study/{made['id']}/attempts", **attempt).status_code == 201  # type: ignore[arg-type]
        for card in made["cards"]:
            review = {"json": {"rating": "good"}, "headers": headers}
            assert httpx.post(f"{server.url}/v1/reviews/{card['id']}", **review).status_code == 200  # type: ignore[arg-type]


def delete(server: RunningServer, file_id: str) -> dict[str, object]:
    answer = httpx.delete(f"{server.url}/v1/files/{file_id}", headers=server.learner("ana"))
    assert answer.status_code == 200, answer.text
    receipt: dict[str, object] = answer.json()
    return receipt


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"])
class TestMarker:
    def test_of_deleted_files_is_nowhere(self, backend: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
        with server_on(backend, tmp_path, request) as (server, stored):
            headers = server.learner("ana")
            kept = upload(server, OTHERS.encode(), "plants.txt")
            wait_until_ready(server, kept)
            ids = [upload(server, data, name) for name, data in documents().items()]
            for file_id in ids:
                wait_until_ready(server, file_id)
            chat = httpx.post(f"{server.url}/v1/chats", headers=headers, json={}).json()["id"]
            for place in SECRETS:
                assert MARKER in ask(server, chat, place)
            study(server)
            for file_id in ids:
                study(server, file_id=file_id)
            assert {"files", "pages", "chunks", "study_sets", "study_cards"} <= tables_with(stored, MARKER)
            assert backend != "sqlite" or files_with(tmp_path / "data", MARKER)

            receipts = [delete(server, file_id) for file_id in ids]
            wait_until(lambda: stored.count("jobs") == 0, 60, "everything is purged")

            assert tables_with(stored, MARKER) == set()
            assert files_with(tmp_path / "data", MARKER) == set()
            assert MARKER not in server.log
            blobs = list((tmp_path / "data" / "files").iterdir())
            assert len(blobs) == 1
            for receipt in receipts:
                assert [conversation["id"] for conversation in receipt["conversations"]] == [chat]  # type: ignore[attr-defined]
            shown = httpx.get(f"{server.url}/v1/chats/{chat}/messages", headers=headers)
            assert MARKER not in shown.text
            answers = [message for message in shown.json()["messages"] if message["role"] == "assistant"]
            assert all(DELETED in message["content"] for message in answers)
            assert all(citation["file_name"] is None for message in answers for citation in message["citations"])
            assert MARKER not in ask(server, chat, "windmill")
            assert wait_until_ready(server, kept)["chunks"]

    def test_of_a_file_deleted_while_it_is_read(
        self, backend: str, tmp_path: Path, request: pytest.FixtureRequest
    ) -> None:
        book = "\n\n".join(f"## {MARKER} {n}\n\n{MARKER} of part {n}. {OTHERS}" for n in range(400)).encode()
        with server_on(backend, tmp_path, request) as (server, stored):
            wait_until_ready(server, upload(server, b"Chlorophyll is green.", "plants.txt"))
            file_id = upload(server, book, f"{MARKER}.md")
            wait_until(lambda: stored.count("chunks") > 200, 60, "a part is read")
            receipt = delete(server, file_id)
            wait_until(lambda: stored.count("jobs") == 0, 60, "everything is purged")

            assert receipt["deleted"]["chunks"]  # type: ignore[index]
            assert tables_with(stored, MARKER) == set()
            assert files_with(tmp_path / "data", MARKER) == set()
            assert MARKER not in server.log

    def test_of_a_file_in_two_folders_stays_until_the_last(
        self, backend: str, tmp_path: Path, request: pytest.FixtureRequest
    ) -> None:
        data = documents()[f"{MARKER}.md"]
        with server_on(backend, tmp_path, request) as (server, stored):
            headers = server.learner("ana")
            folder = httpx.post(f"{server.url}/v1/folders", headers=headers, json={"name": "Mills"}).json()["id"]
            first = upload(server, data, f"{MARKER}.md")
            wait_until_ready(server, first)
            second = httpx.post(
                f"{server.url}/v1/files",
                headers=headers,
                files={"file": (f"{MARKER}.md", data)},
                data={"folder_id": folder},
            ).json()["id"]
            chat = httpx.post(f"{server.url}/v1/chats", headers=headers, json={}).json()["id"]

            delete(server, first)
            wait_until(lambda: stored.count("jobs") == 0, 60, "everything is purged")
            assert MARKER in ask(server, chat, "windmill")

            deleted = httpx.delete(f"{server.url}/v1/folders/{folder}?files=delete", headers=headers).json()
            assert [receipt["file_id"] for receipt in deleted["files"]] == [second]
            wait_until(lambda: stored.count("jobs") == 0, 60, "everything is purged")
            assert tables_with(stored, MARKER) == set()
            assert files_with(tmp_path / "data", MARKER) == set()

    def test_of_conversations_and_names_is_nowhere(
        self, backend: str, tmp_path: Path, request: pytest.FixtureRequest
    ) -> None:
        """There is no blob to remove here, and yet something to do."""
        with server_on(backend, tmp_path, request) as (server, stored):
            with httpx.Client(base_url=server.url, headers=server.learner("ana")) as client:
                folder = client.post("/v1/folders", json={"name": MARKER, "description": MARKER}).json()["id"]
                file_id = upload(server, OTHERS.encode(), f"{MARKER}.txt")
                wait_until_ready(server, file_id)
                chats = [client.post("/v1/chats", json={"title": MARKER}).json()["id"] for _ in range(2)]
                for chat in chats:
                    content = f"What does {MARKER} say of leaves and light?"
                    assert client.post(f"/v1/chats/{chat}/messages", json={"content": content}).status_code == 200
                assert {"conversations", "messages", "files", "folders"} <= tables_with(stored, MARKER)

                assert client.delete(f"/v1/chats/{chats[0]}").status_code == 204
                assert client.patch(f"/v1/files/{file_id}", json={"name": "plants.txt"}).status_code == 200
                changed = client.patch(f"/v1/folders/{folder}", json={"name": "Plants", "description": ""})
                assert changed.status_code == 200
                assert client.delete(f"/v1/chats/{chats[1]}").status_code == 204
            wait_until(lambda: stored.count("jobs") == 0, 60, "everything is purged")

            assert tables_with(stored, MARKER) == set()
            assert files_with(tmp_path / "data", MARKER) == set()
