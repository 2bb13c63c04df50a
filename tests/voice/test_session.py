"""A session as a client sees it: messages and sound, in real time, with the scripted speech services and a store."""

import asyncio
import contextlib
import itertools
import json
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from clara.core.clock import SystemClock
from clara.core.errors import Conflict, ProviderFailed, TooManyRequests
from clara.ops.metrics import Metrics
from clara.providers.speech import Speech, SpeechService
from clara.store.database import Tx
from clara.store.learners import lock_learner
from clara.store.progress import count_sessions, latest_sessions
from clara.study.sessions import Sessions
from clara.testing import make_settings
from clara.testing.openai_server import ScriptedServer, scripted_server
from clara.testing.scripts import Fail, Hang, Hear
from clara.testing.speech import INSTALL_ESPEAK, Sound, has_espeak, mumble, say_aloud
from clara.tutor.debriefing import Debriefing
from clara.tutor.events import ArtifactEvent, CitationEvent, Cited, TextEvent
from clara.voice.talking.engine import Turns
from clara.voice.talking.session import Session
from clara.voice.talking.study_room import Studying
from clara.voice.talking.study_session import StudySession
from clara.voice.talking.talk import TAUGHT_BACK, Subject, Talk
from clara.voice.talking.text_session import TextSession
from clara.voice.talking.voice_session import Part, VoiceSession
from clara.voice.wire.messages import (
    ClientAudioEnd,
    ClientMessage,
    ClientText,
    Interrupt,
    Mic,
    Ping,
    Played,
    unpack_audio,
)
from clara.voice.wire.outbox import Outbox
from clara.voice.wording.phrases import apology, phrases_of
from tests.services import missing
from tests.stores import Store, open_store
from tests.tutor.conftest import Scripted
from tests.waiting import wait_for

pytestmark = [pytest.mark.anyio, pytest.mark.serial]

OWNER = "learner"
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
    def __init__(self, session: Session) -> None:
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


@pytest.fixture
def answerer() -> Scripted:
    return Scripted()


@pytest.fixture
def store(tmp_path: Path, answerer: Scripted) -> Iterator[Store]:
    with open_store(make_settings(tmp_path / "data"), answerer=answerer) as store:
        yield store


@contextlib.asynccontextmanager
async def connected(
    store: Store,
    server: ScriptedServer | None = None,
    study_s: float = 0,
    count: Callable[[], Awaitable[None]] | None = None,
    voices: Sequence[str] = ("openai:voice",),
    turns: Turns | None = None,
    **subject: Any,
) -> AsyncIterator[Client]:
    """A session over the store, with sound where there is a server that hears and speaks."""
    about = Subject(OWNER, "talk", **subject)
    speech = Speech()
    session: TextSession | VoiceSession = TextSession(store.tutor, about, shown)
    if server is not None:
        speech = Speech([SpeechService("openai:ear", server.url)], [SpeechService(name, server.url) for name in voices])
        session = VoiceSession(store.tutor, speech, Metrics().voice, Part(about, shown, "en", count=count, turns=turns))
    if study_s:
        study, sessions = (
            StudySession(asyncio.get_running_loop().time, study_s),
            Sessions(store.database, SystemClock()),
        )
        held = await sessions.begin(OWNER, "talk")
        session.hold_study(Studying(study, held, sessions, Debriefing(store.database)))
    # As opening a socket's session does.
    await store.database.write(lambda tx: lock_learner(tx, OWNER, 0))
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


def shown(cited: Cited) -> dict[str, Any]:
    return {"n": cited.n, "page": cited.page_from}


async def stored(store: Store) -> list[tuple[str, str]]:
    found = await store.conversations.messages(OWNER, "talk")
    return [(message.role, message.content) for message in found.items]


def learnt(server: ScriptedServer, phrase: str) -> Sound:
    """Return a phrase, spoken, that the server's recogniser knows."""
    if not has_espeak():
        missing("espeak-ng", INSTALL_ESPEAK)
    sound = say_aloud(phrase)
    server.ear.learn(sound)
    return sound


class TestTalking:
    async def test_a_recording_is_answered_aloud_with_its_page_and_stored(
        self, server: ScriptedServer, store: Store, answerer: Scripted
    ) -> None:
        question = learnt(server, "what is the powerhouse of the cell")
        answerer.events = [CitationEvent(PLACE), TextEvent("Mitochondria [1].")]
        async with connected(store, server) as client:
            for at in range(0, len(question.pcm), 640):
                client.session.hear(question.pcm[at : at + 640])
            client.session.take(ClientAudioEnd())
            await wait_for(lambda: client.turns("assistant"))
        assert client.turns("user") == [question.text]
        assert client.turns("assistant") == ["Mitochondria [1]."]
        assert client.of("transcript")[0]["text"] == question.text
        assert client.of("transcript")[-1]["text"] == "Mitochondria [1]."
        assert client.of("citation")[0]["citation"] == {"n": 1, "page": 41}
        assert client.sound[1] == mumble("Mitochondria, see page forty-one of your biology notes.").pcm
        assert [message["seq"] for message in client.messages] == list(range(1, len(client.messages) + 1))
        assert {"thinking", "speaking"} <= {message["agent"] for message in client.of("state")}
        assert client.of("error") == []
        assert await stored(store) == [("user", question.text), ("assistant", "Mitochondria [1].")]
        messages = (await store.conversations.messages(OWNER, "talk")).items
        assert [message.id for message in messages] == [turn["id"] for turn in client.of("turn")]

    async def test_a_recording_in_which_nothing_is_heard_is_said_to_be_one(
        self, server: ScriptedServer, store: Store
    ) -> None:
        async with connected(store, server) as client:
            for recording in (bytes(640) * 20, b""):
                if recording:
                    client.session.hear(recording)
                client.messages.clear()
                client.session.take(ClientAudioEnd())
                await wait_for(lambda: client.of("error"))
                assert [(error["code"], error["retryable"]) for error in client.of("error")] == [
                    ("voice_nothing_heard", True)
                ]
        assert client.of("turn") == []

    async def test_spoken_questions_are_counted(self, server: ScriptedServer, store: Store, answerer: Scripted) -> None:
        if not has_espeak():
            missing("espeak-ng", INSTALL_ESPEAK)

        async def count() -> None:
            raise TooManyRequests("At most one.")

        question = say_aloud("what is the powerhouse of the cell")
        server.ear.learn(question)
        async with connected(store, server, count=count) as client:
            client.session.hear(question.pcm[:60_000])
            client.session.hear(question.pcm[60_000:])
            client.session.take(ClientAudioEnd())
            await wait_for(lambda: client.of("error"))
            assert client.of("turn") == []
            # A typed one is counted as it comes in.
            client.session.take(ClientText(text="and typed?"))
            await wait_for(lambda: client.turns("assistant"))
        assert [error["code"] for error in client.of("error")] == ["too_many_requests"]
        assert client.turns("user") == ["and typed?"]

    async def test_a_typed_question_is_answered_aloud_and_shows_what_was_made(
        self, server: ScriptedServer, store: Store, answerer: Scripted
    ) -> None:
        answerer.events = [
            ArtifactEvent("set", "diagram", "The water cycle", {"nodes": []}),
            TextEvent("There it is."),
        ]
        async with connected(store, server) as client:
            client.session.take(ClientText(text="draw the water cycle"))
            await wait_for(lambda: client.turns("assistant"))
        assert client.turns("user") == ["draw the water cycle"]
        assert client.of("visual")[0]["title"] == "The water cycle"
        assert client.sound[1] == mumble("There it is.").pcm

    async def test_the_written_form_grows_while_it_is_spoken(
        self, server: ScriptedServer, store: Store, answerer: Scripted
    ) -> None:
        answerer.events = [TextEvent(LONG), CitationEvent(PLACE), TextEvent(" So it is [1].")]
        async with connected(store, server) as client:
            client.session.take(ClientText(text="go on"))
            await wait_for(lambda: client.turns("assistant"))
        grown = [message for message in client.of("transcript") if message["role"] == "assistant"]
        texts = [message["text"] for message in grown]
        assert len(texts) > 5
        assert all(later.startswith(earlier) for earlier, later in itertools.pairwise(texts))
        assert [message["final"] for message in grown] == [False] * (len(grown) - 1) + [True]
        assert texts[-1] == LONG + " So it is [1]."
        cited = client.messages.index(client.of("citation")[0])
        assert len(LONG) < len(grown[-1]["text"])
        assert client.messages.index(grown[3]) < cited

    async def test_interrupting_keeps_what_the_client_says_it_heard(
        self, server: ScriptedServer, store: Store, answerer: Scripted
    ) -> None:
        answerer.script = [LONG]
        async with connected(store, server) as client:
            client.session.take(ClientText(text="go on"))
            await wait_for(lambda: len(client.sound.get(1, b"")) > 24_000 * 2)
            client.session.take(Played(segment=1, ms=600))
            client.session.take(Interrupt())
            await wait_for(lambda: client.turns("assistant"))
        assert client.turns("assistant") == ["Mitochondria"]
        assert client.of("turn")[-1]["interrupted"] is True
        assert client.of("clear")
        assert client.of("audio_end")[0]["text"] == "Mitochondria"
        assert await stored(store) == [("user", "go on"), ("assistant", "Mitochondria")]

    async def test_what_is_typed_meanwhile_interrupts_and_is_answered(
        self, server: ScriptedServer, store: Store, answerer: Scripted
    ) -> None:
        answerer.script = [LONG]
        async with connected(store, server) as client:
            client.session.take(ClientText(text="go on"))
            await wait_for(lambda: len(client.sound.get(1, b"")) > 24_000 * 2)
            client.session.take(Played(segment=1, ms=600))
            answerer.script = ["Yes."]
            client.session.take(ClientText(text="stop, is it alive?"))
            await wait_for(lambda: len(client.turns("assistant")) == 2)
        assert await stored(store) == [
            ("user", "go on"),
            ("assistant", "Mitochondria"),
            ("user", "stop, is it alive?"),
            ("assistant", "Yes."),
        ]
        assert [said.text for said in answerer.questions[1].history] == ["go on", "Mitochondria"]

    async def test_bad_sound_is_refused_and_the_session_goes_on(self, server: ScriptedServer, store: Store) -> None:
        async with connected(store, server) as client:
            for pcm in (b"", b"\1", bytes(1_000_000)):
                client.session.hear(pcm)
            client.session.take(Ping(t=2.5))
            client.session.take(ClientText(text="still there?"))
            await wait_for(lambda: client.turns("assistant"))
        assert [message["code"] for message in client.of("error")] == ["voice_bad_audio"] * 3
        assert client.of("pong")[0]["t"] == 2.5


class TestStopping:
    """Who stops Clara before she has begun gets no answer."""

    @pytest.mark.parametrize(("stop", "later"), [(Interrupt(), 0), (Interrupt(), 1), (ClientText(text="stop"), 1)])
    @pytest.mark.parametrize("sounds", [True, False])
    async def test_right_after_the_question(
        self, server: ScriptedServer, store: Store, answerer: Scripted, sounds: bool, stop: ClientMessage, later: int
    ) -> None:
        async with connected(store, server if sounds else None) as client:
            client.session.take(ClientText(text="What is it?"))
            for _ in range(later):
                await asyncio.sleep(0)
            client.session.take(stop)
            await wait_for(lambda: client.turns("user"))
            await wait_for(lambda: client.session.is_quiet)
            assert client.turns("user") == ["What is it?"]
            client.session.take(ClientText(text="And that?"))
            await wait_for(lambda: client.turns("assistant"))
        assert client.of("error") == []
        assert await stored(store) == [("user", "What is it?"), ("user", "And that?"), ("assistant", "Answered.")]
        assert [asked.text for asked in answerer.questions] == ["And that?"]


class TestClosing:
    async def test_one_that_is_given_up_leaves_nothing_behind(
        self, server: ScriptedServer, store: Store, answerer: Scripted
    ) -> None:
        answerer.waits = True
        writing, goes_on = threading.Event(), threading.Event()

        def hold(tx: Tx) -> None:
            writing.set()
            assert goes_on.wait(20)

        before = asyncio.all_tasks()
        async with connected(store, server) as client:
            client.session.take(ClientText(text="go on"))
            await wait_for(lambda: answerer.questions)
            holding = asyncio.create_task(store.database.write(hold))
            await asyncio.to_thread(writing.wait, 20)
            closing = asyncio.create_task(asyncio.wait_for(client.session.close(), 0.2))
            await asyncio.wait({closing}, timeout=0.5)
            goes_on.set()
            with pytest.raises(TimeoutError):
                await closing
            await holding
        await wait_for(lambda: not (asyncio.all_tasks() - before))
        await store.tutor.begin(OWNER, "talk", "Next?")


class TestMicrophone:
    async def test_what_is_said_before_it_is_switched_off_is_asked_and_nothing_after(
        self, server: ScriptedServer, store: Store
    ) -> None:
        before, after = learnt(server, "what is the powerhouse"), learnt(server, "of the living cell")
        async with connected(store, server) as client:
            client.session.hear(before.pcm[:60_000])
            client.session.take(Mic(muted=True))
            client.session.hear(after.pcm[:60_000])
            await wait_for(lambda: client.turns("assistant"))
            client.session.take(Mic(muted=False))
            for _ in range(2):
                client.session.take(ClientAudioEnd())
            await wait_for(lambda: client.of("error"))
        assert [error["code"] for error in client.of("error")] == ["voice_nothing_heard"]
        assert client.turns("user") == [before.text]
        assert len(server.asked_for("/audio/transcriptions")) == 1


class TestThinkingPauses:
    async def test_who_goes_on_before_anything_was_heard_goes_on_with_the_question(
        self, server: ScriptedServer, store: Store, answerer: Scripted
    ) -> None:
        first, second = learnt(server, "what is the powerhouse"), learnt(server, "of the living cell")
        answerer.waits = True
        async with connected(store, server) as client:
            await speak(client, first)
            await wait_for(lambda: answerer.questions)
            answerer.waits = False
            await speak(client, second)
            await wait_for(lambda: client.turns("assistant"))
        asked = client.of("turn")[:2]
        assert [turn["text"] for turn in asked] == [first.text, f"{first.text} {second.text}"]
        assert asked[0]["id"] == asked[1]["id"]
        assert await stored(store) == [("user", f"{first.text} {second.text}"), ("assistant", "Answered.")]

    async def test_who_ends_the_question_asks_another(
        self, server: ScriptedServer, store: Store, answerer: Scripted
    ) -> None:
        answerer.waits = True
        server.play_hearing(Hear("What is"), Hear("Never mind."))
        async with connected(store, server) as client:
            record(client)
            await wait_for(lambda: answerer.questions)
            client.session.take(Interrupt())
            answerer.waits = False
            record(client)
            await wait_for(lambda: client.turns("assistant"))
        assert client.turns("user") == ["What is", "Never mind."]


class TestForesight:
    """An answer is begun with the words, before the learner has been quiet for long enough."""

    async def test_it_is_begun_before_the_turn_and_asked_once(
        self, server: ScriptedServer, store: Store, answerer: Scripted
    ) -> None:
        question = learnt(server, "what is the powerhouse")
        async with connected(store, server, turns=Turns(pause_s=2)) as client:
            saying = asyncio.create_task(speak(client, question, quiet_s=3))
            await wait_for(lambda: answerer.questions)
            assert client.of("turn") == []
            await wait_for(lambda: client.turns("assistant"))
            await saying
        assert [asked.text for asked in answerer.questions] == [question.text]
        assert await stored(store) == [("user", question.text), ("assistant", "Answered.")]

    async def test_who_goes_on_is_answered_once_and_what_was_begun_leaves_no_trace(
        self, server: ScriptedServer, store: Store, answerer: Scripted
    ) -> None:
        first, second = learnt(server, "what is the powerhouse"), learnt(server, "of the living cell")
        async with connected(store, server, turns=Turns(pause_s=2)) as client:
            answerer.waits = True
            await speak(client, first, quiet_s=1)
            await wait_for(lambda: answerer.questions)
            answerer.waits = False
            begun = await wait_for(lambda: [task for task in asyncio.all_tasks() if task.get_name() == "turn.once"])
            saying = asyncio.create_task(speak(client, second, quiet_s=3))
            # With the first sound, not only with its words.
            await wait_for(lambda: all(task.done() for task in begun))
            assert len(client.of("transcript")) == 1
            await wait_for(lambda: client.turns("assistant"))
            await saying
        both = f"{first.text} {second.text}"
        assert [asked.text for asked in answerer.questions] == [first.text, both]
        assert client.turns("user") == [both]
        assert await stored(store) == [("user", both), ("assistant", "Answered.")]

    async def test_a_session_that_ends_meanwhile_leaves_nothing_running(
        self, server: ScriptedServer, store: Store, answerer: Scripted
    ) -> None:
        question = learnt(server, "what is the powerhouse")
        async with connected(store, server, turns=Turns(pause_s=5)) as client:
            answerer.waits = True
            await speak(client, question)
            await wait_for(lambda: answerer.questions)
        await wait_for(lambda: not [task for task in asyncio.all_tasks() if task.get_name() == "turn.once"])
        assert (await store.conversations.list(OWNER)).items == []

    async def test_nothing_is_begun_for_who_is_speaking_again(self, store: Store, answerer: Scripted) -> None:
        await store.database.write(lambda tx: lock_learner(tx, OWNER, 0))
        talk = Talk(store.tutor, Subject(OWNER, "talk"), Outbox(24_000), shown, lambda: None, foresees=True)
        talk.hear("what is the", goes_on=True)
        assert [task for task in asyncio.all_tasks() if task.get_name() == "turn.once"] == []
        talk.hear("powerhouse")
        await wait_for(lambda: answerer.questions)
        assert [asked.text for asked in answerer.questions] == ["what is the powerhouse"]
        await talk.end()

    async def test_it_can_be_switched_off(self, server: ScriptedServer, store: Store, answerer: Scripted) -> None:
        question = learnt(server, "what is the powerhouse")
        async with connected(store, server, turns=Turns(pause_s=1, foresees=False)) as client:
            saying = asyncio.create_task(speak(client, question, quiet_s=2))
            await wait_for(lambda: client.of("transcript"))
            assert answerer.questions == []
            await wait_for(lambda: client.turns("assistant"))
            await saying
        assert client.turns("user") == [question.text]


async def speak(client: Client, sound: Sound, quiet_s: float = 1) -> None:
    """Say it in real time, and be quiet."""
    pcm = sound.pcm + bytes(int(16_000 * quiet_s) * 2)
    for at in range(0, len(pcm), 640):
        client.session.hear(pcm[at : at + 640])
        await asyncio.sleep(0.02)


class TestStudySessions:
    async def test_it_winds_down_and_keeps_the_learners_summary(self, store: Store, answerer: Scripted) -> None:
        async with connected(store, study_s=1.5) as client:
            client.session.take(ClientText(text="what is ATP?"))
            await wait_for(lambda: stages(client)[-1] == "summary")
            await wait_for(lambda: phrases_of("en").summary in client.turns("assistant"))
            client.session.take(ClientText(text="Cells live on ATP."))
            await wait_for(lambda: stages(client)[-1] == "over")
            await wait_for(lambda: phrases_of("en").over in client.turns("assistant"))
        assert stages(client) == ["studying", "winding_down", "teach_back", "summary", "over"]
        shown = {message["id"] for message in client.of("transcript") if message["role"] == "assistant"}
        assert {turn["id"] for turn in client.of("turn") if turn["role"] == "assistant"} == shown
        assert client.of("study")[-1]["summary"] == "Cells live on ATP."
        said = phrases_of("en")
        assert await stored(store) == [
            ("user", "what is ATP?"),
            ("assistant", "Answered."),
            ("assistant", said.winding_down),
            ("assistant", said.teach_back),
            ("assistant", said.summary),
            ("user", "Cells live on ATP."),
            ("assistant", said.over),
        ]
        assert len(answerer.questions) == 1
        assert (await store.database.read(lambda tx: count_sessions(tx, OWNER)))[0] == 1

    async def test_what_is_taught_back_is_checked_and_kept_as_told(self, store: Store, answerer: Scripted) -> None:
        async with connected(store, study_s=4) as client:
            client.session.take(ClientText(text="what is ATP?"))
            await wait_for(lambda: stages(client)[-1] == "teach_back")
            client.session.take(ClientText(text="ATP is energy"))
            await wait_for(lambda: stages(client)[-1] == "summary")
            client.session.take(ClientText(text="Cells live on ATP."))
            await wait_for(lambda: stages(client)[-1] == "over")
        assert [question.instructions for question in answerer.questions] == ["", TAUGHT_BACK]
        (kept,) = await store.database.read(lambda tx: latest_sessions(tx, OWNER, 5))
        assert kept.report["topics"] == ["what is ATP?"]

    async def test_it_is_said_aloud_and_never_cuts_an_answer(
        self, server: ScriptedServer, store: Store, answerer: Scripted
    ) -> None:
        answerer.script = [LONG]
        async with connected(store, server, study_s=1.2) as client:
            client.session.take(ClientText(text="go on"))
            await wait_for(lambda: len(client.of("audio_end")) >= 2)
        first, second = client.of("audio_end")[:2]
        assert (first["text"], first["interrupted"]) == (LONG, False)
        assert second["text"] == phrases_of("en").summary
        assert client.sound[2].startswith(mumble("Our time is up.").pcm)


def stages(client: Client) -> list[str]:
    return [message["stage"] for message in client.of("study")] or [""]


class TestTrouble:
    async def test_an_answer_that_fails_is_said_aloud_and_the_next_one_works(
        self, server: ScriptedServer, store: Store, answerer: Scripted
    ) -> None:
        answerer.script = ["It is", ProviderFailed("away", code="busy")]
        async with connected(store, server) as client:
            client.session.take(ClientText(text="why?"))
            await wait_for(lambda: client.turns("assistant"))
            answerer.script = ["Fine."]
            client.session.take(ClientText(text="and now?"))
            await wait_for(lambda: len(client.turns("assistant")) == 2)
        assert client.sound[1] == mumble("It is Sorry, that went wrong.").pcm + mumble("Please ask again.").pcm
        assert [message["code"] for message in client.of("error")] == ["busy"]
        assert await stored(store) == [
            ("user", "why?"),
            ("assistant", "It is"),
            ("user", "and now?"),
            ("assistant", "Fine."),
        ]

    async def test_a_conversation_that_answers_elsewhere_is_apologised_for_in_the_learners_language(
        self, server: ScriptedServer, store: Store
    ) -> None:
        turn = await store.tutor.begin(OWNER, "talk", "Mine first", create=True)
        async with connected(store, server, language="de") as client:
            client.session.take(ClientText(text="und ich?"))
            await wait_for(lambda: client.of("audio_end"))
            await store.tutor.answer(turn)
            client.session.take(ClientText(text="und jetzt?"))
            await wait_for(lambda: client.turns("assistant"))
        assert [message["code"] for message in client.of("error")] == ["turn_running"]
        assert client.of("audio_end")[0]["text"] == apology(Conflict("", code="turn_running"), "de")
        assert [text for _, text in await stored(store)] == ["Mine first", "Answered.", "und jetzt?", "Answered."]

    async def test_an_answer_that_no_voice_speaks_is_read_and_stored(
        self, server: ScriptedServer, store: Store, answerer: Scripted
    ) -> None:
        answerer.script = [LONG]
        server.play_speaking(Fail(500))
        async with connected(store, server) as client:
            client.session.take(ClientText(text="go on"))
            await wait_for(lambda: client.turns("assistant"))
        assert [message["code"] for message in client.of("error")] == ["speech_failed"]
        assert client.of("transcript")[-1]["text"] == LONG
        assert client.turns("assistant") == [LONG]

    async def test_a_client_that_is_gone_hears_nothing_and_no_more_is_stored(
        self, server: ScriptedServer, store: Store, answerer: Scripted
    ) -> None:
        answerer.script = [LONG]
        async with connected(store, server) as client:
            client.session.take(ClientText(text="go on"))
            await wait_for(lambda: len(client.sound.get(1, b"")) > 24_000 * 2)
            client.session.take(Played(segment=1, ms=600))
            await client.session.detach()
            assert await stored(store) == [("user", "go on"), ("assistant", "Mitochondria")]
            await client.session.attach()
            answerer.script = ["Yes."]
            client.session.take(ClientText(text="here I am"))
            await wait_for(lambda: len(client.turns("assistant")) == 2)

    async def test_what_was_asked_just_before_is_answered_once_the_client_is_back(
        self, server: ScriptedServer, store: Store, answerer: Scripted
    ) -> None:
        if not has_espeak():
            missing("espeak-ng", INSTALL_ESPEAK)
        question = say_aloud("what is the powerhouse of the cell")
        server.play_hearing(Hear(question.text, delay_s=1))
        async with connected(store, server) as client:
            client.session.hear(question.pcm[:60_000])
            client.session.take(ClientAudioEnd())
            await wait_for(lambda: server.asked_for("/audio/transcriptions"))
            await client.session.detach()
            await wait_for(lambda: server.asked_for("/audio/speech"))
            await asyncio.sleep(1)
            assert client.sound == {}
            await client.session.attach()
            await wait_for(lambda: client.turns("assistant"))
        assert client.sound == {1: mumble("Answered.").pcm}
        assert await stored(store) == [("user", question.text), ("assistant", "Answered.")]

    async def test_closing_in_mid_answer_stores_what_was_heard(
        self, server: ScriptedServer, store: Store, answerer: Scripted
    ) -> None:
        answerer.script = [LONG]
        async with connected(store, server) as client:
            client.session.take(ClientText(text="go on"))
            await wait_for(lambda: len(client.sound.get(1, b"")) > 24_000 * 2)
            client.session.take(Played(segment=1, ms=600))
        assert await stored(store) == [("user", "go on"), ("assistant", "Mitochondria")]


class TestGivingUp:
    async def test_a_voice_is_asked_no_longer_for_what_was_interrupted(
        self, server: ScriptedServer, store: Store
    ) -> None:
        server.play_speaking(Hang())
        async with connected(store, server) as client:
            client.session.take(ClientText(text="go on"))
            await wait_for(lambda: server.asked_for("/audio/speech"))
            client.session.take(Interrupt())
            await wait_for(lambda: server.asked_for("/audio/speech")[0].disconnected)
            client.session.take(ClientText(text="and now?"))
            await wait_for(lambda: client.turns("assistant"))
        assert client.of("error") == []

    async def test_a_recogniser_is_asked_no_longer_once_the_session_is_over(
        self, server: ScriptedServer, store: Store
    ) -> None:
        server.play_hearing(Hang())
        async with connected(store, server) as client:
            record(client)
            await wait_for(lambda: server.asked_for("/audio/transcriptions"))
        await wait_for(lambda: server.asked_for("/audio/transcriptions")[0].disconnected)


class TestUnheard:
    async def test_what_is_not_understood_is_apologised_for_aloud_once_until_something_is(
        self, server: ScriptedServer, store: Store
    ) -> None:
        apology = phrases_of("de").unheard
        server.play_hearing(Fail(500), Fail(500), Hear("Was ist eine Zelle?"), Fail(500))
        async with connected(store, server, language="de") as client:
            record(client)
            await wait_for(lambda: client.of("audio_end"))
            record(client)
            await wait_for(lambda: len(client.of("error")) == 2)
            record(client)
            await wait_for(lambda: client.turns("assistant"))
            record(client)
            await wait_for(lambda: len(client.of("audio_end")) == 3)
        assert [message["text"] for message in client.of("audio_end")] == [apology, "Answered.", apology]
        assert [message["code"] for message in client.of("error")] == ["speech_failed"] * 3
        assert await stored(store) == [("user", "Was ist eine Zelle?"), ("assistant", "Answered.")]

    async def test_nothing_is_said_of_it_into_an_answer(
        self, server: ScriptedServer, store: Store, answerer: Scripted
    ) -> None:
        answerer.script = [LONG]
        server.play_hearing(Fail(500))
        async with connected(store, server) as client:
            client.session.take(ClientText(text="go on"))
            await wait_for(lambda: len(client.sound.get(1, b"")) > 24_000)
            record(client)
            await wait_for(lambda: client.turns("assistant"))
            answerer.script = ["Yes."]
            client.session.take(ClientText(text="and?"))
            await wait_for(lambda: len(client.of("audio_end")) == 2)
        assert [message["text"] for message in client.of("audio_end")] == [LONG, "Yes."]
        assert [message["code"] for message in client.of("error")] == ["speech_failed"]

    @pytest.mark.parametrize("reads_aloud", [False, True])
    async def test_where_the_server_only_hears_it_is_said_to_a_client_that_reads_aloud(
        self, server: ScriptedServer, store: Store, reads_aloud: bool
    ) -> None:
        server.play_hearing(Fail(404), Hear("what is a cell?"))
        async with connected(store, server, voices=(), reads_aloud=reads_aloud) as client:
            record(client)
            await wait_for(lambda: client.of("transcript" if reads_aloud else "error"))
            record(client)
            await wait_for(lambda: client.turns("user"))
        assert [message["code"] for message in client.of("error")] == ["speech_misconfigured"]
        said = [message["text"] for message in client.of("transcript") if message["role"] == "assistant"]
        assert (phrases_of("en").unheard in said) is reads_aloud


def record(client: Client) -> None:
    """Send something said, all at once."""
    if not has_espeak():
        missing("espeak-ng", INSTALL_ESPEAK)
    pcm = say_aloud("what is the powerhouse of the cell").pcm
    for at in range(0, len(pcm), 640):
        client.session.hear(pcm[at : at + 640])
    client.session.take(ClientAudioEnd())


class TestWithoutSound:
    async def test_an_answer_is_read_as_it_is_written(self, store: Store, answerer: Scripted) -> None:
        answerer.events = [
            ArtifactEvent("set", "diagram", "Cycle", {}),
            CitationEvent(PLACE),
            TextEvent("Mitochondria [1]. "),
            TextEvent("Yes."),
        ]
        async with connected(store) as client:
            client.session.take(ClientText(text="why?"))
            await wait_for(lambda: client.turns("assistant"))
        kinds = [message["type"] for message in client.messages if message["type"] != "state"]
        assert kinds == ["turn", "visual", "citation", "transcript", "transcript", "turn"]
        assert await stored(store) == [("user", "why?"), ("assistant", "Mitochondria [1]. Yes.")]

    async def test_the_next_question_cuts_it(self, store: Store, answerer: Scripted) -> None:
        answerer.waits = True
        async with connected(store) as client:
            client.session.take(ClientText(text="why?"))
            await wait_for(lambda: answerer.questions)
            answerer.waits = False
            client.session.take(ClientText(text="and how?"))
            await wait_for(lambda: client.turns("assistant"))
        assert [text for _, text in await stored(store)] == ["why?", "and how?", "Answered."]

    async def test_what_goes_wrong_is_told_and_written(self, store: Store, answerer: Scripted) -> None:
        answerer.script = [ProviderFailed("away", code="busy")]
        async with connected(store) as client:
            client.session.take(ClientText(text="why?"))
            await wait_for(lambda: client.of("transcript"))
        assert [message["code"] for message in client.of("error")] == ["busy"]
        assert await stored(store) == [("user", "why?")]


class TestLeaving:
    async def test_nothing_is_left_behind(self, server: ScriptedServer, store: Store, answerer: Scripted) -> None:
        answerer.script = [LONG]
        before = asyncio.all_tasks()
        for _ in range(3):
            async with connected(store, server) as client:
                client.session.take(ClientText(text="go on"))
                await wait_for(lambda client=client: client.sound)
        await wait_for(lambda: asyncio.all_tasks() <= before, 5)
