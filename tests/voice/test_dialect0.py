import asyncio
import base64
import itertools
import json
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from clara.core.errors import Invalid
from clara.providers.chat import ChatEvent, ChatRequest, TextDelta
from clara.settings import Settings
from clara.testing import FakeChatModel, RunningApp, make_settings, running_app
from clara.testing.openai_server import ScriptedServer, scripted_server
from clara.testing.scripts import Fail, Hang, Hear
from clara.testing.speech import mumble
from clara.voice.dialect0.phrases import PHRASES0, phrases0_of, told_aloud
from clara.voice.dialect0.serving import MOST_STARTS, MOST_WAITING
from clara.voice.sockets.connection import MOST_ERRORS
from clara.voice.wording.phrases import PHRASES, phrases_of
from tests.learners import Learner
from tests.study.books import CELLS
from tests.voice.existing import VoiceClient, talking
from tests.voice.recorded import record, tone
from tests.waiting import wait_for

pytestmark = pytest.mark.anyio

QUESTION = "What does the mitochondrion make?"
UNHEARD = phrases_of("en").unheard
SAID = mumble("what does the mitochondrion make")


@pytest.fixture(scope="module")
def scripted() -> Iterator[ScriptedServer]:
    with scripted_server() as server:
        server.ear.learn(SAID)
        yield server


@pytest.fixture
def services(scripted: ScriptedServer) -> ScriptedServer:
    scripted.asked.clear()
    return scripted


def heard_settings(folder: Path, services: ScriptedServer) -> Settings:
    """Return settings with speech services and without a model: answers are quotes."""
    speech = {"stt_base_url": services.url, "tts_base_url": services.url}
    return make_settings(folder, stt_model="openai:ear", tts_model="openai:voice", chat_model="none", speech=speech)


@pytest.fixture(scope="module")
async def clara(tmp_path_factory: pytest.TempPathFactory, scripted: ScriptedServer) -> AsyncIterator[RunningApp]:
    async with running_app(heard_settings(tmp_path_factory.mktemp("data"), scripted)) as app:
        yield app


_numbers = itertools.count(1)


@pytest.fixture
async def ana(clara: RunningApp) -> Learner:
    ana = Learner(clara, f"ana-{next(_numbers)}")
    await ana.upload("cells.md", CELLS.encode())
    return ana


@pytest.fixture
async def client(clara: RunningApp, ana: Learner) -> AsyncIterator[VoiceClient]:
    async with talking(clara, ana.id) as client:
        yield client


async def conversations(learner: Learner) -> list[list[tuple[str, str]]]:
    """Return what is stored, a conversation at a time, oldest first."""
    found = (await learner.get(f"/homework/conversations/{learner.id}")).json()["conversations"]
    stored = []
    for conversation in reversed(found):
        messages = (await learner.get(f"/homework/conversations/{conversation['id']}/messages")).json()["messages"]
        stored.append([(message["role"], message["content"]) for message in messages])
    return stored


class TestSession:
    async def test_starts_and_ends(self, client: VoiceClient) -> None:
        started, ended = await client.start(), await client.end()
        assert started.keys() == ended.keys() == {"type", "message", "timestamp"}
        assert (started["type"], ended["type"]) == ("session_started", "session_ended")
        assert started["message"]
        assert ended["message"]

    async def test_another_one_on_the_same_socket_is_another_conversation(
        self, client: VoiceClient, ana: Learner
    ) -> None:
        for _ in range(2):
            await client.start()
            await client.ask(QUESTION)
            await client.end()
        assert len(await conversations(ana)) == 2

    async def test_again_and_again_is_refused_and_keeps_the_socket(self, client: VoiceClient) -> None:
        began = [await client.start() for _ in range(MOST_STARTS + 1)]
        assert [began[0]["type"], began[-1].get("code")] == ["session_started", "voice_too_fast"]
        assert await client.ask(QUESTION)

    async def test_nothing_is_stored_of_one_without_questions(self, client: VoiceClient, ana: Learner) -> None:
        await client.start()
        await client.end()
        assert await conversations(ana) == []

    async def test_goes_on_with_a_conversation_in_a_folder_where_a_client_names_them(
        self, clara: RunningApp, client: VoiceClient, ana: Learner
    ) -> None:
        folder_id = await ana.folder("Empty")
        await client.send({"type": "session_start", "class_id": folder_id, "conversation_id": "c-1", "language": "en"})
        assert (await client.next())["type"] == "session_started"
        answer = await client.ask(QUESTION)
        assert "ATP" not in answer["text"]
        stored = (await ana.get("/homework/conversations/c-1/messages")).json()["messages"]
        assert [message["role"] for message in stored] == ["user", "assistant"]

    async def test_an_unknown_folder_is_said(self, client: VoiceClient) -> None:
        await client.send({"type": "session_start", "folder_id": "fld_none"})
        await client.next()
        await client.send({"type": "text", "text": QUESTION})
        assert (await client.next())["code"] == "folder_not_found"
        assert (await client.next())["type"] == "response"


class TestText:
    async def test_is_answered_in_words_to_be_read_aloud_with_the_page(self, clara: RunningApp, ana: Learner) -> None:
        from tests.rag.documents_made import make_pdf

        await ana.upload("bio-notes.pdf", make_pdf(["Nothing of note.", "Guard cells open the stomata of a leaf."]))
        async with talking(clara, ana.id) as client:
            await client.start()
            answer = await client.ask("What opens the stomata of a leaf?")
        assert answer.keys() == {"type", "text", "timestamp"}
        assert answer["type"] == "response"
        assert "Guard cells open the stomata" in answer["text"]
        assert "page two of your bio notes" in answer["text"]
        assert not set("[]*#>_`|$").intersection(answer["text"])

    async def test_is_kept_as_in_any_chat(self, client: VoiceClient, ana: Learner) -> None:
        await client.start()
        await client.ask(QUESTION)
        ((question, answer),) = await conversations(ana)
        assert question == ("user", QUESTION)
        assert "[1]" in answer[1]

    async def test_needs_no_start(self, client: VoiceClient) -> None:
        assert "ATP" in (await client.ask(QUESTION))["text"]

    async def test_what_was_said_before_counts(self, client: VoiceClient, ana: Learner) -> None:
        await client.start()
        await client.ask(QUESTION)
        await client.ask("What does the ribosome build?")
        (stored,) = await conversations(ana)
        assert [role for role, _ in stored] == ["user", "assistant"] * 2

    @pytest.mark.parametrize(
        ("command", "kind", "part"),
        [
            ("Create a diagram of photosynthesis", "diagram", "components"),
            ("make flashcards about osmosis", "flashcard", "cards"),
            ("Quiz me on photosynthesis!", "quiz", "questions"),
            ("mind map of cells", "mindmap", "branches"),
        ],
    )
    async def test_spoken_commands_make_visuals(
        self, client: VoiceClient, ana: Learner, command: str, kind: str, part: str
    ) -> None:
        answer = await client.ask(command)
        assert answer.keys() == {"type", "text", "timestamp", "visual_content", "command_type"}
        assert answer["command_type"] == answer["visual_content"]["type"] == kind
        assert answer["visual_content"][part]
        assert answer["text"]


class TestAudio:
    @pytest.mark.parametrize("kind", ["Chromium and Firefox", "Safari"])
    async def test_is_heard_and_answered(self, client: VoiceClient, ana: Learner, kind: str) -> None:
        await client.start()
        answer = await client.say(record(SAID.pcm, SAID.rate, kind))
        assert answer["type"] == "response"
        assert "ATP" in answer["text"]
        assert (await conversations(ana))[0][0] == ("user", SAID.text)

    async def test_the_recogniser_is_told_language_and_rare_words(
        self, client: VoiceClient, services: ScriptedServer
    ) -> None:
        await client.send({"type": "session_start", "language": "en-GB"})
        await client.next()
        await client.say(record(SAID.pcm, SAID.rate))
        (asked,) = services.asked_for("/audio/transcriptions")
        assert asked.body["language"] == "en"
        assert "chloroplast" in asked.body["prompt"].lower()

    @pytest.mark.parametrize("pcm", [bytes(2 * 48_000), tone(0.04), tone(2, loudness=40)])
    async def test_silence_is_not_even_sent_on(
        self, client: VoiceClient, services: ScriptedServer, ana: Learner, pcm: bytes
    ) -> None:
        answer = await client.say(record(pcm, 48_000))
        assert answer["text"] == UNHEARD
        assert services.asked_for("/audio/transcriptions") == []
        assert await conversations(ana) == []

    @pytest.mark.parametrize("words", ["", "  ", "[BLANK_AUDIO]", "Thanks for watching!"])
    async def test_what_has_no_words_is_not_asked(
        self, client: VoiceClient, services: ScriptedServer, ana: Learner, words: str
    ) -> None:
        services.play_hearing(Hear(words))
        assert (await client.say(record(tone(1), 48_000)))["text"] == UNHEARD
        assert await conversations(ana) == []

    @pytest.mark.parametrize(
        ("audio", "code"),
        [
            ("", "recording_empty"),
            ("not base64!", "recording_not_base64"),
            (base64.b64encode(b"garbage" * 100).decode(), "recording_unreadable"),
            ("A" * 2_667_200, "recording_too_big"),
        ],
    )
    async def test_what_is_no_recording_is_said_and_the_socket_stays(
        self, client: VoiceClient, audio: str, code: str
    ) -> None:
        await client.send({"type": "audio", "audio": audio})
        error, response = await client.next(), await client.next()
        assert (error["type"], error["code"], response["type"]) == ("error", code, "response")
        assert response["text"] == error["detail"] == error["message"]
        assert "ATP" in (await client.ask(QUESTION))["text"]

    async def test_a_service_that_fails_is_said(self, client: VoiceClient, services: ScriptedServer) -> None:
        services.play_hearing(Fail(500))
        await client.send({"type": "audio", "audio": base64.b64encode(record(tone(1), 48_000)).decode()})
        error, response = await client.next(), await client.next()
        assert (error["code"], error["retryable"]) == ("speech_failed", True)
        assert response["type"] == "response"

    async def test_without_a_speech_service_text_still_works(self, tmp_path: Path) -> None:
        async with running_app(make_settings(tmp_path / "d")) as app:
            await Learner(app, "ana").upload("cells.md", CELLS.encode())
            async with talking(app, "ana") as client:
                await client.send({"type": "audio", "audio": base64.b64encode(record(tone(1), 48_000)).decode()})
                assert (await client.next())["code"] == "speech_not_configured"
                assert (await client.next())["type"] == "response"
                assert "ATP" in (await client.ask(QUESTION))["text"]


class TestVisualCommand:
    @pytest.mark.parametrize("command", ["diagram", "flashcard", "quiz", "mindmap"])
    async def test_makes_it(self, client: VoiceClient, ana: Learner, command: str) -> None:
        await client.send({"type": "visual_command", "command": command, "topic": "photosynthesis"})
        answer = await client.next()
        assert answer["type"] == "response"
        assert answer["command_type"] == answer["visual_content"]["type"] == command
        sets = (await ana.get("/v1/study")).json()["sets"]
        assert len(sets) == 1

    async def test_without_a_topic_what_was_said_counts(self, client: VoiceClient) -> None:
        await client.send({"type": "visual_command", "command_type": "flashcards", "text": "osmosis"})
        assert (await client.next())["visual_content"]["title"] == "osmosis"

    async def test_what_the_material_has_nothing_of_is_said(self, client: VoiceClient) -> None:
        await client.send({"type": "visual_command", "command": "quiz", "topic": "the French revolution"})
        answer = await client.next()
        assert answer.keys() == {"type", "text", "timestamp"}

    async def test_an_exam_closes_the_material(self, client: VoiceClient, ana: Learner) -> None:
        assert (await ana.put("/v1/locks", json={"mode": "exam"})).status_code == 200
        await client.send({"type": "visual_command", "command": "flashcard", "topic": "osmosis"})
        assert (await client.next())["code"] == "locked"
        assert (await client.next())["type"] == "response"


class TestOrder:
    async def test_one_message_is_answered_at_a_time(self, client: VoiceClient) -> None:
        topics = ["mitochondrion", "ribosome", "nucleus"]
        for topic in topics:
            await client.send({"type": "text", "text": f"What does the {topic} do in the cell?"})
        answers = [await client.next() for _ in topics]
        for topic, answer in zip(topics, answers, strict=True):
            assert topic in answer["text"]

    async def test_more_than_a_few_that_wait_are_refused(self, client: VoiceClient, services: ScriptedServer) -> None:
        services.play_hearing(Hang())
        await client.send({"type": "audio", "audio": base64.b64encode(record(tone(1), 48_000)).decode()})
        await wait_for(lambda: services.asked_for("/audio/transcriptions"))
        for _ in range(MOST_WAITING + 1):
            await client.send({"type": "text", "text": QUESTION})
        error, response = await client.next(), await client.next()
        assert (error["code"], response["type"], response["text"]) == ("voice_busy", "response", error["detail"])

    async def test_a_recording_that_is_too_big_is_not_kept_waiting(
        self, client: VoiceClient, services: ScriptedServer
    ) -> None:
        services.play_hearing(Hang())
        for recording in (record(tone(1), 48_000), bytes(2_100_000)):
            await client.send({"type": "audio", "audio": base64.b64encode(recording).decode()})
        assert (await client.next())["code"] == "recording_too_big"

    async def test_ending_waits_for_no_answer(self, client: VoiceClient, services: ScriptedServer) -> None:
        services.play_hearing(Hang())
        await client.start()
        await client.send({"type": "audio", "audio": base64.b64encode(record(tone(1), 48_000)).decode()})
        await client.send({"type": "text", "text": QUESTION})
        await wait_for(lambda: services.asked_for("/audio/transcriptions"))
        assert (await client.end())["type"] == "session_ended"
        assert (await client.start())["type"] == "session_started"
        assert "ribosome" in (await client.ask("What builds proteins, the ribosome?"))["text"]


class TestLanguage:
    """What Clara says of herself."""

    async def test_is_the_one_that_a_client_names(self, client: VoiceClient) -> None:
        await client.send({"type": "session_start", "language": "de-DE"})
        assert (await client.next())["message"] == phrases0_of("de").here
        await client.send({"type": "text", "text": " "})
        assert (await client.next())["text"] == phrases_of("de").unheard
        await client.send({"type": "audio", "audio": "rubbish !"})
        error, response = await client.next(), await client.next()
        assert "base64" in error["detail"]
        assert response["text"] == phrases_of("de").unheard
        assert (await client.end())["message"] == phrases0_of("de").goodbye

    async def test_is_that_of_the_files_before_anything_is_said(self, clara: RunningApp, ana: Learner) -> None:
        bert = Learner(clara, f"bert-{ana.id}")
        await bert.upload(
            "zelle.md", ("Die Zelle ist die kleinste Einheit aller Lebewesen auf der Erde. " * 20).encode()
        )
        async with talking(clara, bert.id) as client:
            assert (await client.start())["message"] == phrases0_of("de").here

    async def test_is_that_of_the_last_question(self, client: VoiceClient) -> None:
        assert (await client.start())["message"] == phrases0_of("en").here
        await client.ask("Was macht das Mitochondrium in der Zelle und wozu braucht sie es?")
        assert (await client.end())["message"] == phrases0_of("de").goodbye

    def test_has_all_phrases_where_voice_has(self) -> None:
        assert PHRASES0.keys() == PHRASES.keys()

    @pytest.mark.parametrize("language", [*PHRASES0.keys(), "xx"])
    def test_an_error_is_told_in_it(self, language: str) -> None:
        for code in ("recording_too_long", "recording_unreadable", "too_many_requests", "budget_used_up", "new"):
            error = Invalid("In English.", code=code)
            assert (told_aloud(error, language) == "In English.") == (language in ("en", "xx"))


class TestBadMessages:
    @pytest.mark.parametrize(
        "message",
        [
            "",
            "hello",
            "[]",
            "null",
            '"text"',
            "{}",
            '{"type": "dance"}',
            '{"type": "text"}',
            '{"type": "text", "text": 7}',
            '{"type": "text", "text": "\\ud800"}',
            '{"type": "visual_command", "command": "poem", "topic": "x"}',
            '{"type": "audio"}',
            '{"type":' + "[" * 100_000,
            b"\x00\x01\x02",
            json.dumps({"type": "text", "text": "x" * 20_001}),
        ],
    )
    async def test_are_answered_with_an_error_and_the_socket_stays(self, client: VoiceClient, message: Any) -> None:
        await client.start()
        assert await client.refused(message) == "voice_bad_message"

    async def test_who_sends_nothing_else_is_cut_off(self, client: VoiceClient) -> None:
        for _ in range(MOST_ERRORS + 5):
            await client.send("rubbish")
        assert await client.closed() == 4400

    async def test_too_long(self, client: VoiceClient) -> None:
        await client.send("x" * 10_000_000)
        error, response = await client.next(), await client.next()
        assert (error["code"], response["type"]) == ("voice_message_too_long", "response")
        assert (await client.start())["type"] == "session_started"

    async def test_characters_that_cannot_be_kept(self, client: VoiceClient) -> None:
        assert await client.refused({"type": "text", "text": "a\0b"}) == "invalid_text"

    async def test_unknown_members_are_let_through(self, client: VoiceClient) -> None:
        assert "ATP" in await client_text(client, {"type": "text", "text": QUESTION, "mood": "curious", "userId": "x"})


async def client_text(client: VoiceClient, message: Any) -> str:
    await client.send(message)
    return str((await client.next())["text"])


class TestLimits:
    async def test_too_many_questions(self, tmp_path: Path) -> None:
        settings = make_settings(tmp_path / "d", limits={"chat_per_minute": 1})
        async with running_app(settings) as app, talking(app, "ana") as client:
            assert (await client.ask(QUESTION))["type"] == "response"
            await client.send({"type": "text", "text": QUESTION})
            error, response = await client.next(), await client.next()
        assert (error["code"], error["retryable"]) == ("too_many_requests", True)
        assert response["text"] == error["detail"]

    async def test_who_says_nothing_for_long_is_cut_off(self, clara: RunningApp, ana: Learner) -> None:
        async with talking(clara, ana.id, idle_s=0.2) as client:
            await client.ask(QUESTION)
            assert (await client.next())["type"] == "session_ended"
            assert await client.closed() == 4408

    async def test_who_talks_for_very_long_too(self, clara: RunningApp, ana: Learner) -> None:
        async with talking(clara, ana.id, max_s=0.3) as client:
            await client.start()
            assert await client.closed() == 4410

    async def test_a_server_that_goes_down_says_so(self, tmp_path: Path) -> None:
        async with running_app(make_settings(tmp_path / "d"), work=False) as app:
            drain = app.app.state.services.drain
            async with talking(app, "ana") as client:
                await client.start()
                assert drain.streams == 1
                drain.begin()
                assert (await client.next())["type"] == "session_ended"
                assert await client.closed() == 1001
            await wait_for(lambda: drain.streams == 0)


class TestStudySession:
    async def test_winds_down_asks_to_be_taught_and_for_a_summary_that_is_kept(
        self, clara: RunningApp, ana: Learner
    ) -> None:
        async with talking(clara, ana.id, study_s=1.5) as client:
            await client.start()
            await client.ask(QUESTION)
            lines = [(await client.next())["text"] for _ in range(3)]
            thanks = await client.ask("The mitochondrion makes the ATP of the cell.")
            after = await client.ask(QUESTION)
        assert "three minutes" in lines[0]
        assert "teach me" in lines[1]
        assert "sum up" in lines[2]
        assert "good end" in thanks["text"]
        assert "ATP" in after["text"]
        ((_, _, *said, _, _),) = await conversations(ana)
        assert [role for role, _ in said] == ["assistant"] * 3 + ["user", "assistant"]
        assert said[3] == ("user", "The mitochondrion makes the ATP of the cell.")

    async def test_a_learner_who_reads_in_silence_is_not_cut_off(self, clara: RunningApp, ana: Learner) -> None:
        async with talking(clara, ana.id, idle_s=0.2, study_s=1.0) as client:
            await client.start()
            lines = [await client.next() for _ in range(3)]
            assert {line["type"] for line in lines} == {"response"}
            await client.ask("It was about cells.")
            assert (await client.next())["type"] == "session_ended"

    async def test_one_that_was_ended_is_announced_no_more(self, clara: RunningApp, ana: Learner) -> None:
        async with talking(clara, ana.id, study_s=0.6) as client:
            await client.start()
            await client.end()
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(client.next(), 1)

    async def test_is_not_counted_twice(self, clara: RunningApp, ana: Learner) -> None:
        async with talking(clara, ana.id, study_s=0.3) as client:
            await client.start()
            for _ in range(3):
                await client.next()
            await client.ask("It was about cells.")
        report = {"sessionId": "s", "duration": 600, "confidenceScore": 0.5, "summaryText": "It was about cells."}
        assert (await ana.post("/study-session/complete", json=report)).status_code == 200
        progress = (await ana.get("/v1/progress")).json()
        assert progress["sessions"] == 1


class Holding(FakeChatModel):
    """Says nothing before it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.let_go = asyncio.Event()

    async def stream(self, request: ChatRequest) -> AsyncGenerator[ChatEvent, None]:
        self.asked.append(request)
        await self.let_go.wait()
        yield TextDelta("I see.")


class TestComingBack:
    async def test_waits_for_the_answer_of_before(self, tmp_path: Path) -> None:
        model = Holding()
        async with running_app(make_settings(tmp_path / "d"), chat_model=model) as app:
            start = {"type": "session_start", "conversation_id": "c-1"}
            async with talking(app, "ana") as client:
                await client.send(start)
                await client.next()
                await client.send({"type": "text", "text": QUESTION})
                await wait_for(lambda: model.asked)
            async with talking(app, "ana") as client:
                await client.send(start)
                await client.next()
                await client.send({"type": "text", "text": "And the ribosome?"})
                with pytest.raises(TimeoutError):
                    await asyncio.wait_for(client.next(), 0.4)
                model.let_go.set()
                assert (await client.next())["type"] == "response"
            ((*said,),) = await conversations(Learner(app, "ana"))
        assert [role for role, _ in said] == ["user", "assistant"] * 2


class TestLeaving:
    async def test_what_was_asked_is_answered_and_kept(
        self, clara: RunningApp, ana: Learner, services: ScriptedServer
    ) -> None:
        async with talking(clara, ana.id) as client:
            await client.start()
            await client.send({"type": "text", "text": QUESTION})
            await asyncio.sleep(0)
        async with asyncio.timeout(20):
            while not (stored := await conversations(ana)) or len(stored[0]) < 2:
                await asyncio.sleep(0.02)
        assert "ATP" in stored[0][1][1]

    async def test_leaves_no_task_behind(self, clara: RunningApp, ana: Learner) -> None:
        before = len(asyncio.all_tasks())
        for _ in range(5):
            async with talking(clara, ana.id) as client:
                await client.start()
                await client.ask(QUESTION)
        await wait_for(lambda: len(asyncio.all_tasks()) <= before)

    async def test_learners_are_apart(self, clara: RunningApp, ana: Learner) -> None:
        async with talking(clara, f"not-{ana.id}") as client:
            await client.send({"type": "session_start", "conversation_id": "c-1"})
            await client.next()
            assert "ATP" not in (await client.ask(QUESTION))["text"]
        assert await conversations(ana) == []
