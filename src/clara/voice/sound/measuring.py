"""What is counted of a session with sound: how long its answers took by stage, interruptions, sound that ran dry."""

import asyncio

from livekit.agents import AgentSession, ConversationItemAddedEvent

from clara.ops.metrics import VoiceMetrics
from clara.voice.sound.playout import Listener

SLACK_S = 0.02
"""By which sound may be late before anybody hears a gap."""


class Counted:
    """A listener between the loudspeaker and another, which counts what passes."""

    def __init__(self, listener: Listener, rate: int, metrics: VoiceMetrics) -> None:
        self._listener = listener
        self._rate = rate
        self._metrics = metrics
        self._sent = metrics.audio_seconds.labels("sent")
        self._began_at = 0.0
        self._paused_at: float | None = None

    def audio_start(self, segment: int) -> None:
        self._began_at, self._paused_at = _now(), None
        self._listener.audio_start(segment)

    def audio(self, segment: int, offset: int, pcm: bytes) -> None:
        late_s = _now() - self._began_at - offset / self._rate
        if late_s > SLACK_S:
            self._metrics.underruns.inc()
            self._began_at += late_s
        self._sent.inc(len(pcm) / 2 / self._rate)
        self._listener.audio(segment, offset, pcm)

    def audio_end(self, segment: int, position_ms: float, interrupted: bool, text: str) -> None:
        self._listener.audio_end(segment, position_ms, interrupted, text)

    def clear(self, segment: int, position_ms: float) -> None:
        if self._paused_at is not None:
            self._metrics.interruptions.labels("true").inc()
            self._paused_at = None
        self._listener.clear(segment, position_ms)

    def pause(self, segment: int) -> None:
        self._paused_at = _now()
        self._listener.pause(segment)

    def resume(self, segment: int) -> None:
        if self._paused_at is not None:
            self._metrics.interruptions.labels("false").inc()
            self._began_at += _now() - self._paused_at
            self._paused_at = None
        self._listener.resume(segment)


def observe(session: "AgentSession[None]", metrics: VoiceMetrics) -> None:
    """Count the stages of the session's answers, as the library's own clocks have them."""

    def added(event: ConversationItemAddedEvent) -> None:
        if event.item.type != "message":
            return
        found = event.item.metrics
        stages = {
            "endpointing": found.get("end_of_turn_delay") if event.item.role == "user" else None,
            "transcript": found.get("transcription_delay") if event.item.role == "user" else None,
            "thinking": found.get("llm_node_ttft"),
            "first_audio": found.get("tts_node_ttfb"),
            "total": found.get("e2e_latency"),
        }
        for stage, seconds in stages.items():
            if seconds is not None:
                metrics.stages.labels(stage).observe(seconds)

    session.on("conversation_item_added", added)


def _now() -> float:
    return asyncio.get_running_loop().time()
