"""Every route of the app, found from the app: who gets in, and that nobody reaches another learner's things.

A route that is added is covered without being named here: its address, query and body are filled from what the
OpenAPI document says of it. Where that isn't enough (a new kind of id, a body that needs more), the test says so.
"""

import contextlib
import itertools
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from clara.api.policy import Body, Policy
from clara.api.routes import WEBSOCKET, ClaraRoute
from clara.core.caller import Scope
from clara.store.tables import metadata
from clara.testing import RunningApp, make_settings, running_app
from tests.contract.credentials import Headers, every_credential
from tests.contract.declared import declare
from tests.learners import Learner
from tests.rag.documents_made import make_pdf

pytestmark = pytest.mark.anyio

PUBLIC = {
    "GET /",
    "GET /health",
    "GET /health/live",
    "GET /health/ready",
    "GET /openapi.json",
    "HEAD /openapi.json",
    "GET /docs",
    "GET /assets/{name:path}",
    "POST /v1/sign-in",
}
"""The contract's list: the card and page, health, the OpenAPI document and its page, static files, the sign-in."""

SECRET = "zanzibar"
"""In the name, title or text of everything that is Ben's."""

OBJECTS = {"file_id", "folder_id", "chat_id", "conversation_id", "message_id", "turn_id"} | {
    "set_id",
    "card_id",
    "cache_key",
}
"""Parameters of an address that name a learner's thing."""
OTHER_PARAMETERS = {"user_id": "", "model": "clara", "number": "1", "name": "x-ABCDEFGH.js"}
FOLDER_NAMES = ("folder_id", "class_id", "folderId")
REQUIRED_QUERY = {"query": "blue", "q": "blue"}
BODIES: Mapping[str, dict[str, Any]] = {
    "POST /v1/folders": {"name": "x"},
    "PATCH /v1/folders/{folder_id}": {"name": "x"},
    "PATCH /v1/files/{file_id}": {"name": "x.pdf"},
    "POST /v1/chats": {"title": "x"},
    "PATCH /v1/chats/{chat_id}": {"title": "x"},
    "POST /v1/chats/{chat_id}/messages": {"content": "What is blue?"},
    "PATCH /v1/chats/{chat_id}/messages/{message_id}": {"content": "What is blue?"},
    "PUT /v1/chats/{chat_id}/messages/{message_id}/feedback": {"rating": "up"},
    "POST /v1/ui/chat": {
        "id": "made-up-in-a-browser",
        "messages": [{"id": "1", "role": "user", "parts": [{"type": "text", "text": "What is blue?"}]}],
    },
    "POST /openai/v1/chat/completions": {
        "model": "clara",
        "messages": [{"role": "user", "content": "What is blue?"}],
    },
    "PUT /v1/locks": {"material_only": True},
    "PUT /v1/locks/{folder_id}": {"material_only": True},
    "POST /v1/study": {"kind": "flashcards"},
    "PATCH /v1/study/{set_id}": {"title": "x"},
    "POST /v1/study/{set_id}/attempts": {"answers": []},
    "POST /v1/reviews/{card_id}": {"rating": "good"},
    "POST /study-session/complete": {"sessionId": "s", "duration": 1, "confidenceScore": 0.5},
    "POST /voice/chat/{user_id}": {"message": "What is blue?"},
    "POST /voice/generate-visual": {"command_type": "quiz"},
    "POST /homework/chat-rag": {"message": "What is blue?"},
    "POST /homework/folders": {"name": "x"},
    "POST /v1/voice/tickets": {"purpose": "voice"},
    "POST /v1/sign-in": {"token": "x"},
}
UPLOAD = {"filename": "x.md", "content": "text"}
SHOWN_TO_ALL = {"POST /homework/chat-rag", "POST /voice/chat/{user_id}"}
"""Another learner's conversation id opens one's own conversation of that id, by contract."""


@dataclass(frozen=True)
class Operation:
    """A route and method of the app, as a client could call it."""

    name: str
    policy: Policy | None
    body: Body
    query: frozenset[str]
    fields: frozenset[str]

    @property
    def method(self) -> str:
        return self.name.split(" ")[0]

    @property
    def public(self) -> bool:
        return self.name.replace("HEAD ", "GET ") in PUBLIC

    @property
    def parameters(self) -> set[str]:
        return set(re.findall(r"{(\w+)", self.name))

    def address(self, things: Mapping[str, str]) -> str:
        values = OTHER_PARAMETERS | things
        return re.sub(r"{(\w+)[^}]*}", lambda found: values[found[1]], self.name.split(" ")[1])

    def options(self, fields: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Return httpx's options for a request that would be well-formed; ``fields`` are added to the body."""
        query = {name: value for name, value in REQUIRED_QUERY.items() if name in self.query}
        if self.body is Body.JSON:
            return {"params": query, "json": BODIES[self.name] | (fields or {})}
        if self.body is Body.STREAM:
            parts = [("file", ("x.md", b"text")), *((name, (None, value)) for name, value in (fields or {}).items())]
            return {"params": query, "files": parts}
        return {"params": query}


@dataclass
class World:
    """An app, Ana who is nosy, and Ben who has things."""

    app: RunningApp
    operations: list[Operation]
    ana: Learner
    ben: Learner
    bens: dict[str, str]
    anas: dict[str, str]
    credentials: dict[str, Headers]
    answers: list[tuple[str, httpx.Response]] = field(default_factory=list)

    async def call(self, operation: Operation, address: str, headers: Headers, **options: Any) -> httpx.Response:
        answer = await self.app.client.request(operation.method, address, headers=headers, **options)
        self.answers.append((f"{operation.method} {address} {options}", answer))
        return answer

    def private(self) -> Iterator[Operation]:
        return (operation for operation in self.operations if not operation.public)

    @contextlib.asynccontextmanager
    async def bens_things_stay(self) -> AsyncIterator[None]:
        """Nothing of Ben's is changed by what is called inside, and none of it is in the answers."""
        await self.app.until_idle()
        before = await self._rows()
        self.answers.clear()
        yield
        assert await self._rows() == before
        for sent, answer in self.answers:
            assert SECRET not in answer.text.lower(), sent
            for thing in self.bens.values():
                # A random id may have "ben" within.
                shown = re.search(rf"(?<![a-z0-9]){re.escape(thing)}(?![a-z0-9])", answer.text)
                assert thing in sent or shown is None, sent

    async def _rows(self) -> dict[str, list[Any]]:
        """Return every row that is Ben's, and the names of all blobs that are his."""
        owned = [table for table in metadata.sorted_tables if "owner_id" in table.c]

        def read(tx: sa.Connection) -> dict[str, list[Any]]:
            return {
                table.name: sorted(map(repr, tx.execute(table.select().where(table.c.owner_id == self.ben.id))))
                for table in owned
            }

        rows: dict[str, list[Any]] = await self.app.app.state.services.database.read(read)
        keys = re.findall(r"blob_\w+", repr(rows["documents"]))
        folder = self.app.settings.data_dir / "files"
        return rows | {"blobs": [(key, (folder / key).stat().st_size) for key in keys]}


def operations_of(app: RunningApp) -> list[Operation]:
    """Return every operation that the app answers, HEAD too."""
    routes = {
        f"{method} {route.path}": route
        for route in _routes(app.app.routes)
        if isinstance(route, ClaraRoute)
        for method in route.methods or ()
    }
    document = app.app.openapi()
    found = []
    for name, policy in app.app.state.policies.items():
        method, path = name.split(" ")
        if method == WEBSOCKET:
            continue  # test_sockets.py
        if method == WEBSOCKET:
            # No request reaches it: tests/voice/test_socket.py says who is let in.
            continue
        described = document["paths"].get(re.sub(r":\w+}", "}", path), {}).get(method.lower(), {})
        query = frozenset(p["name"] for p in described.get("parameters", ()) if p["in"] == "query")
        body = routes[name].body if name in routes else Body.NONE
        operation = Operation(name, policy, body, query, frozenset(_fields(described, document)))
        found.append(operation)
        if method == "GET" and f"HEAD {path}" not in app.app.state.policies:
            found.append(Operation(f"HEAD {path}", policy, body, query, operation.fields))
    return found


def _routes(routes: Any) -> Iterator[Any]:
    from fastapi.routing import iter_route_contexts

    return (found.original_route for found in iter_route_contexts(routes))


def _fields(described: Mapping[str, Any], document: Mapping[str, Any]) -> Iterator[str]:
    for content in described.get("requestBody", {}).get("content", {}).values():
        schema = content["schema"]
        if "$ref" in schema:
            schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
        yield from schema.get("properties", ())


@pytest.fixture(scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    plenty = {"chat_per_minute": 100_000, "uploads_per_minute": 100_000, "reads_per_minute": 1_000_000}
    async with running_app(make_settings(tmp_path_factory.mktemp("data"), limits=plenty)) as app:
        declare(app.client, app.app)
        ana, ben = Learner(app, "ana"), Learner(app, "ben")
        bens = await things_of(ben, f"{SECRET} {SECRET}")
        anas = await things_of(ana, "harmless")
        await app.until_idle()
        yield World(app, operations_of(app), ana, ben, bens, anas, await every_credential(app, "ana"))


async def things_of(learner: Learner, words: str) -> dict[str, str]:
    """Make one of everything, and return the ids by the name of the parameter that takes them."""
    folder_id = await learner.folder(words)
    pages = [f"The {words} is blue. Page {number} of the {words}." for number in (1, 2, 3)]
    book = make_pdf(
        [*pages, f"The chlorophyll in the leaves of the {words} takes up the energy of the light around it."]
    )
    uploaded = await learner.upload(f"{words}.pdf", book, folder_id=folder_id)
    chat_id = await learner.chat(title=words)
    turn = await learner.ask(chat_id, f"What is {words}?")
    made_up = f"made-up-by-{learner.id}"
    await learner.post("/homework/chat-rag", json={"message": f"What is {words}?", "conversation_id": made_up})
    made = await learner.post("/v1/study", json={"kind": "flashcards", "file_id": uploaded["file_id"]})
    assert made.status_code == 201, made.text
    cards = made.json()
    locked = await learner.put(f"/v1/locks/{folder_id}", json={"mode": "explain"})
    assert locked.status_code == 200, locked.text
    return {
        "file_id": uploaded["file_id"],
        "folder_id": folder_id,
        "chat_id": chat_id,
        "conversation_id": made_up,
        "message_id": turn["message"]["id"],
        "turn_id": turn["turn_id"],
        "set_id": cards["id"],
        "card_id": cards["cards"][0]["id"],
        "cache_key": uploaded["cache_key"],
        "user_id": learner.id,
    }


class TestTheTable:
    async def test_every_operation_can_be_called_from_here(self, world: World) -> None:
        """When this fails for a new route: say above what its parameters, query and body take."""
        for operation in world.operations:
            unknown = operation.parameters - OBJECTS - set(OTHER_PARAMETERS)
            assert not unknown, f"{operation.name}: what is {unknown}, and whose?"
            if operation.body is Body.JSON:
                assert operation.name in BODIES, f"{operation.name} needs an example body"

    async def test_exactly_the_contracts_routes_are_public(self, world: World) -> None:
        assert {
            name for name, policy in world.app.app.state.policies.items() if policy is None or policy.public
        } == PUBLIC

    async def test_own_things_are_there(self, world: World) -> None:
        """What the others refuse is not refused for being misspelt: the same calls with Ana's own ids go through."""
        for operation in world.private():
            if operation.method != "GET" or operation.policy is None or operation.policy.scope is Scope.OPERATOR:
                continue
            answer = await world.call(
                operation, operation.address(world.anas), world.ana.headers, **operation.options()
            )
            idle = operation.name == "GET /v1/ui/chat/{chat_id}/stream"
            assert answer.status_code == (204 if idle else 200), (operation.name, answer.text)


class TestAnonymous:
    async def test_gets_401_everywhere_else(self, world: World) -> None:
        async with world.bens_things_stay():
            for operation in world.private():
                for options in (operation.options(), operation.options({"user_id": "ben"})):
                    answer = await world.call(operation, operation.address(world.bens), {}, **options)
                    assert answer.status_code == 401, operation.name
                    assert "Bearer" in answer.headers["www-authenticate"]
                    if operation.method != "HEAD":
                        assert code_in(answer) == "unauthenticated"

    async def test_is_let_in_by_no_header_alone(self, world: World) -> None:
        forged: list[Headers] = [
            {"X-Clara-User": "ben"},
            {"X-Forwarded-User": "ben", "X-Real-IP": "127.0.0.1", "Forwarded": "for=127.0.0.1"},
            {"Authorization": "Bearer "},
            {"Authorization": "Bearer null"},
            {"Authorization": "Basic Og=="},
            {"Authorization": "Basic Y2xhcmE6"},
            {"Cookie": "clara_session_8000=ben"},
        ]
        async with world.bens_things_stay():
            for operation, headers in itertools.product(world.private(), forged):
                answer = await world.call(operation, operation.address(world.bens), headers, **operation.options())
                assert answer.status_code == 401, (operation.name, headers)

    async def test_sees_nothing_of_anybody_on_public_routes(self, world: World) -> None:
        async with world.bens_things_stay():
            for operation in world.operations:
                if operation.public:
                    options = operation.options() | {"params": {"user_id": "ben"}}
                    await world.call(operation, operation.address(world.bens), {"X-Clara-User": "ben"}, **options)


class TestAnotherLearnersId:
    """Naming Ben, in any place that may name a learner, is refused with 403 for any credential of Ana's."""

    async def test_in_path(self, world: World) -> None:
        async with world.bens_things_stay():
            for operation, headers in itertools.product(world.private(), world.credentials.values()):
                if "user_id" in operation.parameters:
                    answer = await world.call(operation, operation.address(world.bens), headers, **operation.options())
                    refused(operation, answer)

    @pytest.mark.parametrize("name", ["user_id", "userId"])
    async def test_in_query(self, world: World, name: str) -> None:
        async with world.bens_things_stay():
            for operation, headers in itertools.product(world.private(), world.credentials.values()):
                options = operation.options()
                for values in (["ben"], ["ana", "ben"]):
                    query = httpx.QueryParams(options["params"]).merge({name: values})
                    address = operation.address(world.bens | {"user_id": "ana"})
                    refused(operation, await world.call(operation, address, headers, **options | {"params": query}))

    async def test_in_header(self, world: World) -> None:
        async with world.bens_things_stay():
            for operation, (kind, headers) in itertools.product(world.private(), world.credentials.items()):
                if kind == "key and header" and not operation.parameters & {"user_id"}:
                    continue  # That key may act for Ben: it is another learner's only beside a path that says Ana.
                address = operation.address(world.bens | {"user_id": "ana"})
                options = operation.options()
                refused(operation, await world.call(operation, address, headers | {"X-Clara-User": "ben"}, **options))

    @pytest.mark.parametrize("name", ["user_id", "userId"])
    async def test_in_body(self, world: World, name: str) -> None:
        async with world.bens_things_stay():
            for operation, headers in itertools.product(world.private(), world.credentials.values()):
                address = operation.address(world.bens | {"user_id": "ana"})
                if operation.body is Body.NONE:
                    continue
                refused(operation, await world.call(operation, address, headers, **operation.options({name: "ben"})))
                if operation.body is Body.STREAM:
                    parts = [(name, (None, "ben")), ("file", ("x.md", b"text"))]
                    refused(operation, await world.call(operation, address, headers, files=parts))
                    assert operation.policy is not None
                    if "application/json" in operation.policy.stream:
                        upload = UPLOAD | {name: "ben"}
                        refused(operation, await world.call(operation, address, headers, json=upload))

    async def test_nothing_was_kept_for_ana_either(self, world: World) -> None:
        listed = (await world.ana.get("/homework/files")).json()["files"]
        assert [file["id"] for file in listed] == [world.anas["file_id"]]


class TestAnotherLearnersThing:
    """Ben's ids, in any place that takes an id, are not there for Ana: 404, and nothing of his is told or changed."""

    async def test_in_path(self, world: World) -> None:
        async with world.bens_things_stay():
            for operation, headers in itertools.product(world.private(), world.credentials.values()):
                for name in sorted(operation.parameters & OBJECTS):
                    address = operation.address(world.anas | {name: world.bens[name]})
                    answer = await world.call(operation, address, headers, **operation.options())
                    missing(operation, answer)

    async def test_ids_of_one_kind_in_place_of_another(self, world: World) -> None:
        async with world.bens_things_stay():
            for operation in world.private():
                for name, thing in itertools.product(sorted(operation.parameters & OBJECTS), sorted(OBJECTS)):
                    address = operation.address(world.anas | {name: world.bens[thing]})
                    missing(operation, await world.call(operation, address, world.ana.headers, **operation.options()))

    @pytest.mark.parametrize("name", FOLDER_NAMES)
    async def test_folder_in_query(self, world: World, name: str) -> None:
        called = 0
        async with world.bens_things_stay():
            for operation in world.private():
                if name in operation.query:
                    options = operation.options()
                    options["params"] = options["params"] | {name: world.bens["folder_id"]}
                    answer = await world.call(operation, operation.address(world.anas), world.ana.headers, **options)
                    missing(operation, answer)
                    called += 1
        assert called or name == "folderId"

    @pytest.mark.parametrize("name", FOLDER_NAMES)
    async def test_folder_in_body(self, world: World, name: str) -> None:
        called = 0
        async with world.bens_things_stay():
            for operation in world.private():
                if name in operation.fields or (operation.body is Body.STREAM and name in FOLDER_NAMES):
                    options = operation.options({name: world.bens["folder_id"]})
                    answer = await world.call(operation, operation.address(world.anas), world.ana.headers, **options)
                    missing(operation, answer)
                    called += 1
        assert called

    async def test_passage_in_query(self, world: World) -> None:
        found = (await world.ben.get("/v1/search", params={"q": SECRET})).json()["passages"][0]["chunk_id"]
        async with world.bens_things_stay():
            operation = next(o for o in world.operations if "chunk_id" in o.query)
            answer = await world.call(
                operation, operation.address(world.anas), world.ana.headers, params={"chunk_id": found}
            )

        assert answer.json()["marks"] == []

    async def test_cursor_leads_to_ones_own_only(self, world: World) -> None:
        for operation in world.private():
            operators = operation.policy is not None and operation.policy.scope is Scope.OPERATOR
            if "cursor" in operation.query and operation.method == "GET" and not operators:
                await world.ben.chat(title=f"{SECRET} 2")
                await world.ben.folder(f"{SECRET} 2")
                await world.ben.post("/v1/study", json={"kind": "mindmap", "file_id": world.bens["file_id"]})
                await world.ben.upload("2.md", f"# {SECRET}\n\ntext".encode())
                theirs = (await world.ben.get(operation.address(world.bens), params={"limit": 1})).json()["next_cursor"]
                assert theirs, operation.name
                async with world.bens_things_stay():
                    await world.call(
                        operation, operation.address(world.anas), world.ana.headers, params={"cursor": theirs}
                    )

    async def test_conversation_of_an_existing_client_is_ones_own(self, world: World) -> None:
        async with world.bens_things_stay():
            for operation in world.private():
                if "conversation_id" in operation.fields:
                    assert operation.name in SHOWN_TO_ALL
                    options = operation.options({"conversation_id": world.bens["conversation_id"]})
                    answer = await world.call(operation, operation.address(world.anas), world.ana.headers, **options)
                    assert answer.status_code == 200
                    if "citations" in answer.json():
                        assert [cited["file_id"] for cited in answer.json()["citations"]] == [world.anas["file_id"]]

    async def test_folder_and_conversation_in_metadata(self, world: World) -> None:
        async with world.bens_things_stay():
            operation = next(o for o in world.operations if o.name == "POST /openai/v1/chat/completions")
            for metadata in (
                {"folder_id": world.bens["folder_id"]},
                {"folder_id": world.bens["folder_id"], "conversation_id": "new"},
            ):
                body = BODIES[operation.name] | {"metadata": metadata}
                missing(operation, await world.call(operation, operation.address({}), world.ana.headers, json=body))
            body = BODIES[operation.name] | {"metadata": {"conversation_id": world.bens["chat_id"]}}
            answer = await world.call(operation, operation.address({}), world.ana.headers, json=body)
            cited = answer.json()["choices"][0]["message"]["citations"]
            assert [item["file_id"] for item in cited] == [world.anas["file_id"]], "one's own conversation of that id"

    async def test_chat_of_a_browser_is_ones_own(self, world: World) -> None:
        async with world.bens_things_stay():
            operation = next(o for o in world.operations if o.name == "POST /v1/ui/chat")
            body = BODIES[operation.name] | {"id": world.bens["chat_id"]}
            for more in ({}, {"trigger": "regenerate-message", "messageId": world.bens["message_id"]}):
                answer = await world.call(operation, "/v1/ui/chat", world.ana.headers, json=body | more)
                assert world.anas["file_id"] in answer.text
                assert world.bens["file_id"] not in answer.text


class TestOperator:
    async def test_only_an_operators_key_reads_metrics(self, world: World) -> None:
        operators = [o for o in world.private() if o.policy is not None and o.policy.scope is Scope.OPERATOR]
        assert operators
        async with world.bens_things_stay():
            for operation, headers in itertools.product(operators, world.credentials.values()):
                answer = await world.call(operation, operation.address(world.anas), headers)
                assert answer.status_code == 403


def refused(operation: Operation, answer: httpx.Response) -> None:
    assert answer.status_code == 403, (operation.name, answer.status_code, answer.text)
    if operation.method != "HEAD":
        expected = "scope_missing" if operation.policy and operation.policy.scope is Scope.OPERATOR else "user_mismatch"
        assert code_in(answer) == expected, operation.name


def code_in(answer: httpx.Response) -> str:
    """Return the error's code, in our shape or in OpenAI's."""
    body = answer.json()
    return str(body.get("error", body)["code"])


def missing(operation: Operation, answer: httpx.Response) -> None:
    # A chat that is made up in a browser isn't known before its first message, and then nothing is being written.
    expected = 204 if operation.name.endswith(" /v1/ui/chat/{chat_id}/stream") else 404
    assert answer.status_code == expected, (operation.name, answer.status_code, answer.text)
