"""Addresses as they were sent."""

import pytest

from clara.testing import RunningApp

pytestmark = pytest.mark.anyio


class TestEncodedSlash:
    async def test_stays_inside_its_segment(self, clara: RunningApp) -> None:
        ana = clara.learner("ana")
        await clara.client.post("/homework/chat-rag", headers=ana, json={"message": "Hi", "conversation_id": "a/b"})

        for address in ("/homework/conversations/a%2Fb/messages", "/v1/chats/a%2fb/messages", "/v1/chats/a%2Fb"):
            answer = await clara.client.get(address, headers=ana)
            assert answer.status_code == 200, address

    async def test_never_leads_to_another_route(self, clara: RunningApp) -> None:
        ana = clara.learner("ana")

        assert (await clara.client.get("/v1%2Fme", headers=ana)).json()["code"] == "not_found"
        assert (await clara.client.get("/v1/files/x%2Fevents", headers=ana)).json()["code"] == "file_not_found"
        deleted = await clara.client.delete("/homework/files/file_1%2Fana", headers=ana)
        assert (deleted.status_code, deleted.json()["code"]) == (404, "file_not_found")

    async def test_is_no_part_of_a_user_id(self, clara: RunningApp) -> None:
        headers = {"Authorization": clara.learner("ana")["Authorization"]}

        answer = await clara.client.get("/homework/files/an%2Fa", headers=headers)

        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_user_id")

    @pytest.mark.parametrize("id_", ["%EF%A3%BF", "%ED%B0%AF", "%252F", "a%0Ab", "%2E%2E", "%25", "é%20"])
    async def test_other_characters_stay_as_they_are(self, clara: RunningApp, id_: str) -> None:
        answer = await clara.client.get(f"/v1/chats/{id_}", headers=clara.learner("ana"))

        assert (answer.status_code, answer.json()["code"]) == (404, "conversation_not_found")


class TestTrailingSlash:
    @pytest.mark.parametrize(
        "address",
        ["/health/", "/homework/files/", "/homework/files/ana/", "/homework/folders/", "/rag/search/ana/?query=x"],
    )
    async def test_is_let_through_where_existing_clients_call(self, clara: RunningApp, address: str) -> None:
        assert (await clara.client.get(address, headers=clara.learner("ana"))).status_code == 200

    async def test_posts_keep_their_body(self, clara: RunningApp) -> None:
        answer = await clara.client.post("/homework/chat-rag/", headers=clara.learner("ana"), json={"message": "Hi"})

        assert answer.status_code == 200

    async def test_is_another_address_elsewhere(self, clara: RunningApp) -> None:
        assert (await clara.client.get("/v1/me/", headers=clara.learner("ana"))).status_code == 404
