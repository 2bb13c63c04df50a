"""One learner's voice session: what the client sends goes in, what it is to be sent goes to the outbox."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from livekit.agents import (
    AgentStateChangedEvent,
    ConversationItemAddedEvent,
    UserInputTranscribedEvent,
    UserStateChangedEvent,
)

from clara.core.errors import ClaraError, Invalid
from clara.providers.speech import Speech
from clara.tutor.events import AnswerEvent, ArtifactEvent, CitationEvent, Cited
from clara.voice.agent import Answer, Told, TutorAgent
from clara.voice.engine import Turns, build_session
from clara.voice.hearing import Hearing
from clara.voice.io import SPEAKER_RATE, Loudspeaker, Microphone
from clara.voice.messages import (
    Citation,
    ClientAudioEnd,
    ClientMessage,
    ClientText,
    Failed,
    Interrupt,
    Mic,
    Ping,
    Played,
    Pong,
    State,
    Transcript,
    Turn,
    Visual,
)
from clara.voice.outbox import Outbox

SILENCE_AFTER_END_MS = 600
"""What a client that stops sending leaves out: the pause that ends a turn."""
MOST_FRAME_BYTES = 64_000
"""Two seconds of sound."""

_AGENT: dict[str, Literal["listening", "thinking", "speaking"]] = {"thinking": "thinking", "speaking": "speaking"}


@dataclass(frozen=True, slots=True)
class Part:
    """What a session is made for: who answers, how citations are shown, in which language, with which rare terms."""

    answer: Answer
    shown: Callable[[Cited], dict[str, Any]]
    conversation_id: str = ""
    language: str = "en"
    terms: Sequence[str] = ()
    turns: Turns | None = None


class VoiceSession:
    """Hears, asks, speaks. ``start`` it, give it what the client sends, and ``close`` it.

    What goes wrong inside is told to the client and ends nothing.
    """

    def __init__(self, speech: Speech, part: Part) -> None:
        self.outbox = Outbox(SPEAKER_RATE)
        self.conversation_id = part.conversation_id
        self.hears, self.speaks = speech.hears, speech.speaks
        self.ended, self.reason = asyncio.Event(), ""
        self._part = part
        self._speech = speech
        self._microphone = Microphone()
        self._loudspeaker = Loudspeaker(self.outbox)
        self._hearing = Hearing(speech, self._failed, part.language, part.terms)
        self._session = build_session(self._hearing, self._microphone, self._loudspeaker, part.turns)
        self._session.on("agent_state_changed", self._state)
        self._session.on("user_state_changed", self._state)
        self._session.on("user_input_transcribed", self._transcribed)
        self._session.on("conversation_item_added", self._added)

    async def start(self) -> None:
        told = Told(self._event, self._failed)
        part = self._part
        agent = TutorAgent(self._hearing, part.answer, self._speech, self._loudspeaker, told, part.language)
        await self._session.start(agent, record=False)

    def hear(self, pcm: bytes) -> None:
        """Take sound from the client; what is none is answered with an error."""
        if not pcm or len(pcm) % 2 or len(pcm) > MOST_FRAME_BYTES:
            self._failed(Invalid("Send signed 16-bit samples, at most two seconds a frame.", code="voice_bad_audio"))
            return
        self._microphone.push(pcm)

    def take(self, message: ClientMessage) -> None:
        """Do what a message asks for. ``hello`` and ``bye`` are the connection's."""
        match message:
            case ClientAudioEnd():
                self._microphone.push_silence(SILENCE_AFTER_END_MS)
            case ClientText():
                self._session.interrupt()
                self._session.generate_reply(user_input=message.text)
            case Interrupt():
                self._session.interrupt()
            case Played():
                self._loudspeaker.played(message.segment, message.ms)
            case Mic():
                self._session.input.set_audio_enabled(not message.muted)
            case Ping():
                self.outbox.say(Pong(t=message.t))

    async def detach(self) -> None:
        """Stop hearing, and cut what is said: the client is gone."""
        self._session.input.set_audio_enabled(False)
        await self._session.interrupt()

    async def attach(self) -> None:
        """Hear again: the client is back."""
        self._session.input.set_audio_enabled(True)

    async def close(self) -> None:
        """End what is being said and heard."""
        await self._session.aclose()
        self._microphone.close()
        await self._loudspeaker.close()

    def _event(self, event: AnswerEvent) -> None:
        match event:
            case CitationEvent():
                self.outbox.say(Citation(citation=self._part.shown(event.citation)))
            case ArtifactEvent():
                content = dict(event.content)
                self.outbox.say(Visual(set_id=event.set_id, kind=event.kind, title=event.title, content=content))

    def _failed(self, error: ClaraError) -> None:
        self.outbox.say(Failed(code=error.problem_code, detail=error.detail, retryable=error.status >= 500))

    def _state(self, event: AgentStateChangedEvent | UserStateChangedEvent) -> None:
        session = self._session
        self.outbox.say(State(agent=_AGENT.get(session.agent_state, "listening"), user=session.user_state))

    def _transcribed(self, event: UserInputTranscribedEvent) -> None:
        if event.transcript:
            self.outbox.say(
                Transcript(role="user", id=event.item_id or "", text=event.transcript, final=event.is_final)
            )

    def _added(self, event: ConversationItemAddedEvent) -> None:
        item = event.item
        if item.type == "message" and item.role in ("user", "assistant"):
            text = item.text_content or ""
            self.outbox.say(Turn(id=item.id, role=item.role, text=text, interrupted=item.interrupted))
