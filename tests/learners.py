"""A learner as tests act for one: over HTTP, with the service key of the test's app."""

from typing import Any

import httpx

from clara.testing import SERVICE_KEY, RunningApp

KEY = {"Authorization": f"Bearer {SERVICE_KEY}"}


class Learner:
    """Sends requests as one learner; ``files`` and ``chats`` begin empty, since no other test has this id."""

    def __init__(self, app: RunningApp, user_id: str) -> None:
        self.app = app
        self.id = user_id
        self.headers = app.learner(user_id)

    async def get(self, address: str, **options: Any) -> httpx.Response:
        return await self.request("GET", address, **options)

    async def post(self, address: str, **options: Any) -> httpx.Response:
        return await self.request("POST", address, **options)

    async def put(self, address: str, **options: Any) -> httpx.Response:
        return await self.request("PUT", address, **options)

    async def patch(self, address: str, **options: Any) -> httpx.Response:
        return await self.request("PATCH", address, **options)

    async def delete(self, address: str, **options: Any) -> httpx.Response:
        return await self.request("DELETE", address, **options)

    async def request(self, method: str, address: str, **options: Any) -> httpx.Response:
        headers = self.headers | options.pop("headers", {})
        return await self.app.client.request(method, address, headers=headers, **options)

    async def upload(self, name: str, data: bytes, **fields: str) -> dict[str, Any]:
        """Upload a file and wait until it is read; return the answer of the existing clients' route."""
        answer = await self.post("/homework/upload-rag", files={"file": (name, data)}, data=fields)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def folder(self, name: str = "Biology") -> str:
        answer = await self.post("/v1/folders", json={"name": name})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    async def chat(self, **values: Any) -> str:
        answer = await self.post("/v1/chats", json=values)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    async def ask(self, chat_id: str, content: str) -> dict[str, Any]:
        answer = await self.post(f"/v1/chats/{chat_id}/messages", json={"content": content})
        assert answer.status_code == 200, answer.text
        return dict(answer.json())
