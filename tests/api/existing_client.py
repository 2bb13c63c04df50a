"""An existing client: it sends a service key, and names its learner where the routes always had it."""

from typing import Any
from urllib.parse import quote

import httpx

from tests.learners import KEY, Learner


class ExistingClient:
    """``{user_id}`` in an address is the client's learner."""

    def __init__(self, learner: Learner) -> None:
        self._http = learner.app.client
        self.user_id = learner.id
        self.learner = learner

    async def get(self, address: str, **options: Any) -> httpx.Response:
        return await self._http.get(address.format(user_id=self.user_id), headers=KEY, **options)

    async def delete(self, address: str) -> httpx.Response:
        return await self._http.delete(address.format(user_id=self.user_id), headers=KEY)

    async def ask(self, message: str, **fields: Any) -> httpx.Response:
        body = {"message": message, "user_id": self.user_id} | fields
        return await self._http.post("/homework/chat-rag", json=body, headers=KEY)

    async def make_folder(self, name: str = "Biology", **fields: Any) -> httpx.Response:
        body = {"name": name, "user_id": self.user_id} | fields
        return await self._http.post("/homework/folders", json=body, headers=KEY)

    async def upload_form(self, address: str, *fields: tuple[str, Any]) -> httpx.Response:
        """Send a form of these fields in this order; a pair as value is a file's name and content."""
        parts = [(name, value if isinstance(value, tuple) else (None, value)) for name, value in fields]
        return await self._http.post(address, files=parts, headers=KEY)

    async def upload_json(self, address: str, **body: Any) -> httpx.Response:
        return await self._http.post(address, json={"user_id": self.user_id} | body, headers=KEY)

    async def said(self, conversation_id: str) -> list[tuple[str, str]]:
        """Return the messages of a conversation as (role, content)."""
        address = f"/homework/conversations/{quote(conversation_id, safe='')}/messages"
        answer = await self.learner.get(address)
        assert answer.status_code == 200, answer.text
        return [(message["role"], message["content"]) for message in answer.json()["messages"]]


def code_of(answer: httpx.Response) -> tuple[int, str]:
    """Return status and code of a problem."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    return answer.status_code, answer.json()["code"]
