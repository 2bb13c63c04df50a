"""One learner's voice session with sound: what the client sends goes in, what it is to be sent goes to the outbox."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import structlog
from livekit.agents import (
    AgentStateChangedEvent,
    CloseEvent,
    SpeechCreatedEvent,
    UserInputTranscribedEvent,
    UserStateChangedEvent,
)
from livekit.agents.voice import SpeechHandle

from clara.core.errors import ClaraError, Conflict
from clara.ops.metrics import VoiceMetrics
from clara.providers.speech import Speech
from clara.tutor.turns.tutor import Tutor
from clara.voice.sound.hearing import Hearing
from clara.voice.sound.io import SPEAKER_RATE, Loudspeaker, Microphone
from clara.voice.sound.measuring import Counted, observe
from clara.voice.talking.agent import TutorAgent
from clara.voice.talking.captions import Captions, Shown
from clara.voice.talking.engine import Turns, build_session
from clara.voice.talking.study_room import Studying, StudyRoom
from clara.voice.talking.talk import Subject, Talk
from clara.voice.talking.tasks import Tasks
from clara.voice.wire.messages import (
    IN_RATE,
    ClientAudioEnd,
    ClientMessage,
    ClientText,
    Interrupt,
    Mic,
    Ping,
    Played,
    Pong,
    State,
    check_sound,
)
from clara.voice.wire.outbox import Outbox
from clara.voice.wording.phrases import phrases_of

log = structlog.get_logger()

SILENCE_AFTER_END_MS = 600
"""What a client that stops sending, or switches its microphone off, leaves out: the pause that ends a turn."""

LISTENED_S, LISTENED_TRIES = 0.05, 60
"""For the sound that was sent to be listened to."""

APOLOGY_S, APOLOGY_TRIES = 0.1, 20
"""For a moment in which nobody speaks, to say that something wasn't understood."""

_AGENT: dict[str, Literal["listening", "thinking", "speaking"]] = {"thinking": "thinking", "speaking": "speaking"}


@dataclass(frozen=True, slots=True)
class Part:
    """What a session is made for: whose talk about what, how citations are shown, and what may be heard.

    ``language`` is the recogniser's, None where it is to find out itself; ``terms`` are rare words that may come up.
    """

    subject: Subject
    shown: Shown
    language: str | None = None
    terms: Sequence[str] = ()
    turns: Turns | None = None
    count: Callable[[], Awaitable[None]] | None = None


class VoiceSession:
    """Hears, asks, speaks. ``start`` it, give it what the client sends, and ``close`` it.

    What goes wrong inside is told to the client and ends nothing.
    """

    def __init__(self, tutor: Tutor, speech: Speech, metrics: VoiceMetrics, part: Part) -> None:
        self.outbox = Outbox(SPEAKER_RATE)
        self.conversation_id = part.subject.conversation_id
        self.hears, self.speaks = speech.hears, speech.speaks
        self.ended, self.reason = asyncio.Event(), ""
        self._subject = part.subject
        self._speech = speech
        self._microphone = Microphone()
        self._loudspeaker = Loudspeaker(Counted(self.outbox, SPEAKER_RATE, metrics))
        self._heard_s = metrics.audio_seconds.labels("heard")
        self._dropped_s = metrics.audio_seconds.labels("dropped")
        heard = (lambda: self._loudspeaker.heard) if speech.speaks else None
        turns = part.turns or Turns()
        self._talk = Talk(tutor, part.subject, self.outbox, part.shown, self._cut, heard, part.count, turns.foresees)
        self._hearing = Hearing(speech, self._unheard, part.language, part.terms, self._speaks, self._talk.stops)
        loudspeaker = self._loudspeaker if speech.speaks else None
        self._session = build_session(self._hearing, self._microphone, loudspeaker, turns)
        observe(self._session, metrics)
        self._session.on("agent_state_changed", self._state)
        self._session.on("user_state_changed", self._state)
        self._session.on("user_state_changed", self._goes_on)
        self._session.on("user_input_transcribed", self._transcribed)
        self._session.on("speech_created", self._created)
        self._session.on("close", self._closed)
        self._muted = self._away = self._closing = False
        self._tasks = Tasks()
        self._recorded_until = 0
        self._room: StudyRoom | None = None

    @property
    def is_quiet(self) -> bool:
        return self._is_quiet() and self._talk.is_free

    @property
    def studies(self) -> bool:
        return self._talk.study is not None

    def hold_study(self, studying: Studying) -> None:
        """Make it a study session too, from its start."""
        self._room = StudyRoom(studying, self._talk, self._subject, self.outbox, self._say, self._is_quiet)

    async def start(self) -> None:
        agent = TutorAgent(self._hearing, self._talk, self._speech, self._loudspeaker)
        await self._session.start(agent, record=False)
        if self._room is not None:
            self._room.open()

    def hear(self, pcm: bytes) -> None:
        """Take sound from the client; what is none is answered with an error."""
        try:
            check_sound(pcm)
        except ClaraError as error:
            self._talk.tell(error)
            return
        self._heard_s.inc(len(pcm) / 2 / IN_RATE)
        self._microphone.push(pcm)

    def take(self, message: ClientMessage) -> None:
        """Do what a message asks for. ``hello`` and ``bye`` are the connection's."""
        match message:
            case ClientAudioEnd():
                self._microphone.push_silence(SILENCE_AFTER_END_MS)
                if self.hears:
                    since, self._recorded_until = self._recorded_until, self._microphone.windows
                    self._tasks.start(self._recorded(since, self._recorded_until))
            case ClientText() if not self._talk.stops(message.text):
                self._tasks.start(self._type(message.text, self._talk.stops_so_far))
            case Interrupt():
                self._talk.withdraw()
                self._cut()
            case Played(segment=int(segment), ms=float(ms)):
                self._loudspeaker.played(segment, ms)
            case Played(id=str(message_id), chars=int(chars)):
                self._talk.played(message_id, chars)
            case Mic():
                if message.muted:
                    self._microphone.push_silence(SILENCE_AFTER_END_MS)
                self._muted = message.muted
                self._session.input.set_audio_enabled(not message.muted)
            case Ping():
                self.outbox.say(Pong(t=message.t))

    async def detach(self) -> None:
        """Stop hearing, and cut what is said: the client is gone."""
        self._away = True
        self._loudspeaker.hold(True)
        self._session.input.set_audio_enabled(False)
        # A line that belongs to no turn, too.
        self._cut()
        await self._talk.end()

    async def attach(self) -> None:
        """Hear again: the client is back."""
        self._away = False
        self._loudspeaker.hold(False)
        self._session.input.set_audio_enabled(not self._muted)

    async def close(self) -> None:
        """End what is being said and heard, and store it."""
        if self._closing:
            return
        self._closing = True
        try:
            await self._talk.end()
            if self._room is not None:
                await self._room.close()
        finally:
            # Also where the store took too long, and this is given up.
            await self._session.aclose()
            self._microphone.close()
            self._dropped_s.inc(self._microphone.dropped_s)
            await self._loudspeaker.close()
            await self._tasks.close()
            # A question that was understood meanwhile would hold its conversation for good.
            await self._talk.end()

    async def _recorded(self, since: int, until: int) -> None:
        """What was said, between two windows, is over: say so where there was nothing in it."""
        for _ in range(LISTENED_TRIES):
            if self._hearing.windows >= until:
                break
            await asyncio.sleep(LISTENED_S)
        await self._hearing.settle()
        if self._hearing.found <= since:
            nothing = Conflict("Nothing was heard. Say it again, closer to the microphone.", code="voice_nothing_heard")
            self._talk.tell(nothing)

    async def _type(self, text: str, stops: int) -> None:
        """Ask what was typed, instead of what is being answered."""
        self._cut()
        await self._talk.ask(text, typed=True, stops=stops)
        if not self._closing:
            self._session.generate_reply(user_input=text)

    def _unheard(self, error: ClaraError) -> None:
        """Tell why the learner wasn't understood; aloud once, until something is understood."""
        self._talk.tell(error)
        if (self.speaks or self._subject.reads_aloud) and self._hearing.failed == 1:
            self._tasks.start(self._apologise())

    async def _apologise(self) -> None:
        """Say that something wasn't understood, where nobody speaks and nothing is asked or answered."""
        for _ in range(APOLOGY_TRIES):
            if self.is_quiet:
                break
            await asyncio.sleep(APOLOGY_S)
        else:
            return
        if self._hearing.failed:
            await self._say(phrases_of(self._talk.language).unheard, kept=False)

    async def _say(self, text: str, kept: bool = True) -> None:
        captions = self._talk.line(text)
        handle = self._session.say(text)
        await handle.wait_for_playout()
        said, _ = await self._heard(handle, captions)
        if kept:
            await self._talk.finish_line(captions, said)
        else:
            captions.finish(said)

    def _speaks(self) -> bool:
        return self._session.agent_state == "speaking" or (not self.speaks and not self._talk.is_free)

    def _is_quiet(self) -> bool:
        session = self._session
        idle = session.agent_state == "listening" and session.user_state != "speaking"
        return idle and session.current_speech is None and not self._away and not self._closing

    def _cut(self) -> None:
        """Stop what is being said; once it has stopped the talk is told."""
        self._talk.hush()
        with contextlib.suppress(RuntimeError):
            # Before it has started, and once it is closed, nothing is said.
            self._session.interrupt()

    def _created(self, event: SpeechCreatedEvent) -> None:
        if event.source == "generate_reply":
            event.speech_handle.add_done_callback(self._said)

    def _said(self, handle: SpeechHandle) -> None:
        self._tasks.start(self._over(handle))

    async def _over(self, handle: SpeechHandle) -> None:
        await self._talk.finish(*await self._heard(handle, self._talk.captions))

    async def _heard(self, handle: SpeechHandle, captions: Captions) -> tuple[str, bool]:
        """Return what was heard of something, once that is known, and whether it was cut."""
        if self.speaks:
            return _said_in(handle), handle.interrupted
        is_cut = handle.interrupted or not await self._talk.read_out(captions)
        return self._talk.heard(captions) if is_cut else captions.written, is_cut

    def _closed(self, event: CloseEvent) -> None:
        if not self._closing:
            log.error("voice.session_broke", reason=str(event.reason), error=str(event.error))
            self.reason = "broken"
            self.ended.set()

    def _state(self, event: AgentStateChangedEvent | UserStateChangedEvent) -> None:
        session = self._session
        self.outbox.say(State(agent=_AGENT.get(session.agent_state, "listening"), user=session.user_state))

    def _goes_on(self, event: UserStateChangedEvent) -> None:
        if event.new_state == "speaking":
            self._talk.forget()

    def _transcribed(self, event: UserInputTranscribedEvent) -> None:
        if event.transcript and event.is_final:
            self._talk.hear(event.transcript, goes_on=self._session.user_state == "speaking")


def _said_in(handle: SpeechHandle) -> str:
    return "".join(item.text_content or "" for item in handle.chat_items if item.type == "message")
