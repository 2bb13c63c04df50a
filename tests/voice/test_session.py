"""A session as a client sees it: messages and sound, in real time, with the scripted speech services."""

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from typing import Any

import pytest

from clara.providers.speech import Speech, SpeechService
from clara.testing.openai_server import ScriptedServer, scripted_server
from clara.testing.speech import INSTALL_ESPEAK, has_espeak, mumble, say_aloud
from clara.tutor.events import AnswerEvent, ArtifactEvent, CitationEvent, Cited, TextEvent
from clara.voice.messages import ClientAudioEnd, ClientText, Interrupt, Ping, Played, unpack_audio
from clara.voice.session import Part, VoiceSession
from tests.services import missing
from tests.waiting import wait_for

pytestmark = [pytest.mark.anyio, pytest.mark.serial]

PLACE = Cited(1, "f", "biology-notes.pdf", "d", 0, 41, 41, "", "q", 0, 1)
LONG = "Mitochondria are the powerhouse of the cell. They turn sugar into the energy that everything else runs on."


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with scripted_server() as server:
        yield server


class Client:
    def __init__(self, session: VoiceSession) -> None:
        self.session = session
        self.messages: list[dict[str, Any]] = []
        self.sound: dict[int, bytes] = {}

    async def send_text(self, text: str) -> None:
        self.messages.append(json.loads(text))

    async def send_bytes(self, data: bytes) -> None:
        segment, offset, pcm = unpack_audio(data)
        assert offset * 2 == len(self.sound.setdefault(segment, b""))
        self.sound[segment] += pcm

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [message for message in self.messages if message["type"] == kind]

    def turns(self, role: str) -> list[str]:
        return [message["text"] for message in self.of("turn") if message["role"] == role]


@contextlib.asynccontextmanager
async def connected(server: ScriptedServer, *events: AnswerEvent) -> AsyncIterator[Client]:
    async def answer(question: str) -> AsyncGenerator[AnswerEvent, None]:
        for event in events:
            yield event

    speech = Speech([SpeechService("openai:ear", server.url)], [SpeechService("openai:voice", server.url)])
    session = VoiceSession(speech, Part(answer, lambda cited: {"n": cited.n, "page": cited.page_from}))
    client = Client(session)
    writing = asyncio.create_task(session.outbox.write(client))
    await session.start()
    try:
        yield client
    finally:
        await session.close()
        writing.cancel()
        await asyncio.gather(writing, return_exceptions=True)
        await speech.close()


class TestTalking:
    async def test_a_recording_is_answered_aloud_with_its_page(self, server: ScriptedServer) -> None:
        if not has_espeak():
            missing("espeak-ng", INSTALL_ESPEAK)
        question = say_aloud("what is the powerhouse of the cell")
        server.ear.learn(question)
        async with connected(server, CitationEvent(PLACE), TextEvent("Mitochondria [1].")) as client:
            for at in range(0, len(question.pcm), 640):
                client.session.hear(question.pcm[at : at + 640])
            client.session.take(ClientAudioEnd())
            await wait_for(lambda: client.turns("assistant"))
        assert client.turns("user") == [question.text]
        assert client.turns("assistant") == ["Mitochondria [1]."]
        assert client.of("transcript")[-1]["text"] == question.text
        assert client.of("citation")[0]["citation"] == {"n": 1, "page": 41}
        assert client.sound[1] == mumble("Mitochondria, see page forty-one of your biology notes.").pcm
        assert [message["seq"] for message in client.messages] == list(range(1, len(client.messages) + 1))
        assert {"thinking", "speaking"} <= {message["agent"] for message in client.of("state")}
        assert client.of("error") == []

    async def test_a_typed_question_is_answered_aloud_and_shows_what_was_made(self, server: ScriptedServer) -> None:
        made = ArtifactEvent("set", "diagram", "The water cycle", {"nodes": []})
        async with connected(server, made, TextEvent("There it is.")) as client:
            client.session.take(ClientText(text="draw the water cycle"))
            await wait_for(lambda: client.turns("assistant"))
        assert client.turns("user") == ["draw the water cycle"]
        assert client.of("visual")[0]["title"] == "The water cycle"
        assert client.sound[1] == mumble("There it is.").pcm

    async def test_interrupting_keeps_what_the_client_says_it_heard(self, server: ScriptedServer) -> None:
        async with connected(server, TextEvent(LONG)) as client:
            client.session.take(ClientText(text="go on"))
            await wait_for(lambda: len(client.sound.get(1, b"")) > 24_000 * 2)
            client.session.take(Played(segment=1, ms=600))
            client.session.take(Interrupt())
            await wait_for(lambda: client.turns("assistant"))
        assert client.turns("assistant") == ["Mitochondria"]
        assert client.of("turn")[-1]["interrupted"] is True
        assert client.of("clear")
        assert client.of("audio_end")[0]["text"] == "Mitochondria"

    async def test_bad_sound_is_refused_and_the_session_goes_on(self, server: ScriptedServer) -> None:
        async with connected(server, TextEvent("Yes.")) as client:
            for pcm in (b"", b"\1", bytes(1_000_000)):
                client.session.hear(pcm)
            client.session.take(Ping(t=2.5))
            client.session.take(ClientText(text="still there?"))
            await wait_for(lambda: client.turns("assistant"))
        assert [message["code"] for message in client.of("error")] == ["voice_bad_audio"] * 3
        assert client.of("pong")[0]["t"] == 2.5


class TestLeaving:
    async def test_nothing_is_left_behind(self, server: ScriptedServer) -> None:
        before = asyncio.all_tasks()
        for _ in range(3):
            async with connected(server, TextEvent(LONG)) as client:
                client.session.take(ClientText(text="go on"))
                await wait_for(lambda client=client: client.sound)
        await wait_for(lambda: asyncio.all_tasks() <= before, 5)
