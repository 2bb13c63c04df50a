"""The one place where a voice session of livekit-agents is built, every default of it said."""

from dataclasses import dataclass

from livekit import rtc
from livekit.agents import AgentEvent, AgentSession
from livekit.agents.voice.events import EventTypes

from clara.voice.sound.detecting import Detection
from clara.voice.sound.hearing import Hearing
from clara.voice.sound.io import Loudspeaker, Microphone
from clara.voice.sound.parts import NoEar, NoModel, NoVoice

MOST_PAUSE_S = 3.0
"""Of endpointing that isn't fixed, as ours is."""


@dataclass(frozen=True, slots=True)
class Turns:
    """When a learner has finished, and what counts as an interruption; seconds.

    ``silence_s`` of quiet end a stretch of speech, which is then transcribed; ``pause_s`` after the last sound the turn
    is over. ``interruption_s`` of speech pause the answer; without words within ``false_alarm_s`` it goes on. With 0
    for that they end it. ``foresees``: an answer is begun when the words are there, not only when the turn is over.
    """

    silence_s: float = 0.25
    pause_s: float = 0.3
    interruption_s: float = 0.3
    false_alarm_s: float = 2.0
    foresees: bool = True


class _Session(AgentSession[None]):
    """The library's, without its list of all that ever happened, which is for a report that nobody asks for."""

    def emit(self, event: EventTypes, arg: AgentEvent) -> None:
        rtc.EventEmitter.emit(self, event, arg)


def build_session(
    hearing: Hearing,
    microphone: Microphone,
    loudspeaker: Loudspeaker | None,
    turns: Turns | None = None,
) -> "AgentSession[None]":
    """Return a session that hears and speaks here, and asks nobody else: no sound leaves but to the speech services.

    ``hearing`` is told what voice detection finds, and is to be the agent's speech-to-text node: given a recogniser,
    the library would run a second voice detection for it. Without a loudspeaker nothing is said.
    """
    turns = turns or Turns()
    session = _Session(
        stt=NoEar(),
        vad=Detection(turns.silence_s, hearing.detected, lambda: microphone.held_s),
        llm=NoModel(),
        tts=NoVoice(),
        turn_handling={
            "turn_detection": "vad",
            "endpointing": {"mode": "fixed", "min_delay": turns.pause_s, "max_delay": max(turns.pause_s, MOST_PAUSE_S)},
            "interruption": {
                "enabled": True,
                "mode": "vad",
                "min_duration": turns.interruption_s,
                "min_words": 0,
                "resume_false_interruption": turns.false_alarm_s > 0,
                "false_interruption_timeout": turns.false_alarm_s or None,
            },
            "preemptive_generation": {"enabled": False},
            "user_turn_limit": {"max_words": None, "max_duration": None},
        },
        stt_context_options={"keyterm_detection": {"enabled": False}, "forward_chat_context": False},
        tools=[],
        use_tts_aligned_transcript=False,
        tts_text_transforms=None,
        expressive=False,
        aec_warmup_duration=None,
        ivr_detection=False,
        user_away_timeout=None,
        session_close_transcript_timeout=0.1,
        userdata=None,
    )
    session.input.audio = microphone
    session.output.audio = loudspeaker
    return session
