"""An answer that the client reads aloud itself is kept as far as it says that it has read it."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from clara.core.errors import ProviderFailed
from clara.testing import make_settings
from clara.tutor.turns.beginning import Turn
from clara.voice.talking.reading import SILENT_S, Reading
from clara.voice.talking.talk import Subject
from clara.voice.talking.text_session import TextSession
from clara.voice.wire.messages import ClientText, Interrupt, Played
from tests.stores import Store, open_store
from tests.tutor.conftest import Scripted
from tests.voice.virtual import run
from tests.waiting import wait_for

ANSWER = "Osmosis is how water moves. It passes a membrane."
FIRST = "Osmosis is how water moves."


class TestReading:
    def test_waits_for_the_last_character(self) -> None:
        async def main() -> bool:
            reading = Reading()
            reading.begin("m")
            following = asyncio.create_task(reading.follow(f"{ANSWER} "))
            reading.played("another", 1000)
            for chars in (10, 5, len(ANSWER) - 1):
                reading.played("m", chars)
                await asyncio.sleep(SILENT_S / 2)
                assert not following.done()
            assert reading.heard(ANSWER) == ANSWER[:-1]
            reading.played("m", len(ANSWER))
            return await following

        assert run(main())

    def test_a_client_that_says_no_more_has_read_it(self) -> None:
        async def main() -> bool:
            reading = Reading()
            reading.begin("m")
            return await reading.follow(ANSWER)

        assert run(main())

    def test_what_is_cut_was_not_heard_to_its_end(self) -> None:
        async def main() -> bool:
            reading = Reading()
            reading.begin("m")
            following = asyncio.create_task(reading.follow(ANSWER))
            await asyncio.sleep(1)
            reading.cut()
            return await following

        assert not run(main())

    def test_nor_is_what_another_takes_the_place_of(self) -> None:
        async def main() -> bool:
            reading = Reading()
            reading.begin("m")
            following = asyncio.create_task(reading.follow(ANSWER))
            await asyncio.sleep(1)
            reading.cut()
            reading.begin("n")
            reading.played("n", len(ANSWER))
            return await following

        assert not run(main())


class Client:
    def __init__(self, session: TextSession) -> None:
        self.session = session
        self.messages: list[dict[str, Any]] = []

    async def send_text(self, text: str) -> None:
        self.messages.append(json.loads(text))

    async def send_bytes(self, data: bytes) -> None:
        raise AssertionError("a session without sound sent some")

    def of(self, kind: str, **values: Any) -> list[dict[str, Any]]:
        wanted = {"type": kind, **values}
        return [message for message in self.messages if wanted.items() <= message.items()]

    async def hear_of(self, question: str, chars: int) -> None:
        """Ask, wait until the answer is written, and read so much of it aloud."""
        self.session.take(ClientText(text=question))
        await wait_for(lambda: self.of("transcript", role="assistant", final=True))
        self.session.take(Played(id=self.of("transcript")[-1]["id"], chars=chars))


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    answerer = Scripted()
    answerer.script = [ANSWER]
    with open_store(make_settings(tmp_path / "data"), answerer=answerer) as store:
        yield store


@contextlib.asynccontextmanager
async def talking(store: Store, reads_aloud: bool = True) -> AsyncIterator[Client]:
    subject = Subject("ana", "talk", language="en", reads_aloud=reads_aloud)
    client = Client(TextSession(store.tutor, subject, lambda cited: {}))
    writing = asyncio.create_task(client.session.outbox.write(client))
    await client.session.start()
    try:
        yield client
    finally:
        await client.session.close()
        writing.cancel()
        await asyncio.gather(writing, return_exceptions=True)


async def stored(store: Store) -> list[tuple[str, str]]:
    return [(found.role, found.content) for found in (await store.conversations.messages("ana", "talk")).items]


@pytest.mark.anyio
class TestReadAloud:
    async def test_an_answer_is_stored_once_it_was_read(self, store: Store) -> None:
        async with talking(store) as client:
            await client.hear_of("why?", len(FIRST))
            await asyncio.sleep(0.1)
            assert client.of("turn", role="assistant") == []
            client.session.take(Played(id=client.of("transcript")[-1]["id"], chars=len(ANSWER)))
            await wait_for(lambda: client.of("turn", role="assistant"))
        assert client.of("turn")[-1]["text"] == ANSWER
        assert not client.of("turn")[-1]["interrupted"]

    async def test_what_interrupts_cuts_it_where_it_was_read_to(self, store: Store) -> None:
        async with talking(store) as client:
            await client.hear_of("why?", len(FIRST))
            client.session.take(Interrupt())
            await wait_for(lambda: client.of("turn", role="assistant"))
        assert (client.of("turn")[-1]["text"], client.of("turn")[-1]["interrupted"]) == (FIRST, True)
        assert await stored(store) == [("user", "why?"), ("assistant", FIRST)]

    async def test_so_does_the_next_question(self, store: Store) -> None:
        async with talking(store) as client:
            await client.hear_of("why?", len(FIRST))
            client.session.take(ClientText(text="and then?"))
            await wait_for(lambda: len(client.of("turn", role="user")) == 2)
            assert await stored(store) == [("user", "why?"), ("assistant", FIRST), ("user", "and then?")]

    async def test_stop_is_no_question_while_something_is_said(self, store: Store) -> None:
        async with talking(store) as client:
            await client.hear_of("why?", len(FIRST))
            client.session.take(ClientText(text="Stop, please!"))
            await wait_for(lambda: client.of("turn", role="assistant"))
            client.session.take(ClientText(text="stop"))
            await wait_for(lambda: len(client.of("turn", role="user")) == 2)
        assert (await stored(store))[:3] == [("user", "why?"), ("assistant", FIRST), ("user", "stop")]

    async def test_so_does_the_end_of_the_connection(self, store: Store) -> None:
        async with talking(store) as client:
            await client.hear_of("why?", len(FIRST))
            await client.session.detach()
            assert await stored(store) == [("user", "why?"), ("assistant", FIRST)]

    async def test_an_apology_is_over_before_the_next_question(
        self, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        begin = store.tutor.begin

        async def refuse(*args: Any, **values: Any) -> Turn:
            monkeypatch.setattr(store.tutor, "begin", begin)
            await asyncio.sleep(0.01)
            raise ProviderFailed("Away.", code="model_unavailable")

        monkeypatch.setattr(store.tutor, "begin", refuse)
        async with talking(store) as client:
            client.session.take(ClientText(text="why?"))
            client.session.take(ClientText(text="and then?"))
            await wait_for(lambda: client.of("transcript", role="assistant", text=ANSWER, final=True))
            client.session.take(Played(id=client.of("transcript")[-1]["id"], chars=len(ANSWER)))
            await wait_for(lambda: client.of("turn", role="assistant"))
        assert len(client.of("error")) == 1
        assert await stored(store) == [("user", "and then?"), ("assistant", ANSWER)]

    async def test_without_saying_so_what_is_written_was_read(self, store: Store) -> None:
        async with talking(store, reads_aloud=False) as client:
            await client.hear_of("why?", 3)
            await wait_for(lambda: client.of("turn", role="assistant"))
        assert await stored(store) == [("user", "why?"), ("assistant", ANSWER)]
